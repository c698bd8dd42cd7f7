"""`check --fix`, `--unsafe-fixes`, `--diff`: what is written, what is shown, and that a file is old or new whatever happens."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from dmls import disk
from dmls.cli import fixes
from dmls.cli.console import Console
from dmls.cli.main import main
from dmls.finding import Applicability, FileEdit, Fix
from dmls.text import Edit, Span

from .conftest import BAD_WORKER, GOOD_WORKER, Run, Stream
from .test_check import first_lines
from .test_json import contract
from .test_process import ENV, SERVER

Files = Callable[..., None]
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX files")
not_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may do everything")

OLD = BAD_WORKER
"""One safe fix: `logg-level` is `log-level`."""
NEW = BAD_WORKER.replace("logg", "log")
DIFF = """\
--- dm-worker1.toml
+++ dm-worker1.toml
@@ -1,3 +1,3 @@
 worker-addr = "127.0.0.1:8262"
 join = "127.0.0.1:8261"
-logg-level = "info"
+log-level = "info"
"""

UNSAFE = GOOD_WORKER.replace('join = "127', 'join = "htp://127')
"""The scheme of an address has to go: a fix that changes what DM does."""

SOURCE = """\
source-id: s1
from:
  host: 127.0.0.1
  port: "3306"
  user: u
  passwrd: hunter22
  password: "sesame!"
"""


# --- fix ---


def test_fix(dmls: Run, files: Files, here: Path) -> None:
    files({"dm-worker1.toml": OLD, "dm-worker2.toml": GOOD_WORKER})
    ran = dmls("check", "--fix")
    assert ran == (0, "2 files checked, nothing found\nrepaired: 1 finding in 1 file (unknown-key)\n", "")
    assert (here / "dm-worker1.toml").read_text() == NEW
    assert dmls("check", "--fix") == (0, "2 files checked, nothing found\nnothing was repaired\n", "")


def test_what_is_left_is_told_in_places_of_the_new_text(dmls: Run, files: Files, here: Path) -> None:
    files({"task.yaml": TASK})
    ran = dmls("check", "--fix")
    assert ran.status == 1
    assert "task.yaml:9:1: error[unknown-key]" in first_lines(ran.out)
    repaired, left = ran.out.splitlines()[-2:]
    assert repaired == "repaired: 1 finding in 1 file (tls-key-outside-security)"
    assert left.startswith("not repaired: ")
    assert dmls("check").out == ran.out[: ran.out.index("repaired: ")]


TASK = """\
name: t
task-mode: all
target-database:
  host: h
  ssl-ca: /nowhere/ca.pem
mysql-instances:
  - source-id: s
nonsense: 1
"""


def test_safe_and_unsafe(dmls: Run, files: Files, here: Path) -> None:
    files({"dm-worker1.toml": UNSAFE})
    ran = dmls("check", "--fix")
    assert ran.status == 1
    assert ran.out.endswith("nothing was repaired\nnot repaired: 1 with a fix that may change what DM does (use --unsafe-fixes)\n")
    assert (here / "dm-worker1.toml").read_text() == UNSAFE
    ran = dmls("check", "--unsafe-fixes")
    assert (ran.status, ran.err) == (0, "")
    assert (here / "dm-worker1.toml").read_text() == GOOD_WORKER


def test_only_what_was_asked_for_is_repaired(dmls: Run, files: Files, here: Path) -> None:
    files({"dm-worker1.toml": OLD})
    for arguments in (["--ignore", "unknown-key"], ["--select", "tls"]):
        assert dmls("check", "--fix", *arguments).status == 0
    files({".dmls.toml": '[rules]\nunknown-key = "hint"\n'})
    dmls("check", "--fix", "--min-severity", "warning")
    assert (here / "dm-worker1.toml").read_text() == OLD
    dmls("check", "--fix", "--select", "schema")
    assert (here / "dm-worker1.toml").read_text() == NEW


def test_ignored_findings_are_not_repaired(dmls: Run, files: Files, here: Path) -> None:
    text = OLD.rstrip("\n") + "  # dmls: ignore[unknown-key]\n"
    files({"dm-worker1.toml": text})
    assert dmls("check", "--fix").status == 0
    assert (here / "dm-worker1.toml").read_text() == text


def test_only_files_that_were_named(dmls: Run, files: Files, here: Path) -> None:
    files({"a/dm-worker1.toml": OLD, "b/dm-worker1.toml": OLD})
    dmls("check", "--fix", "a")
    assert (here / "a/dm-worker1.toml").read_text() == NEW
    assert (here / "b/dm-worker1.toml").read_text() == OLD


def test_many_files_by_several_processes(dmls: Run, files: Files, here: Path) -> None:
    files({f"{i}/dm-worker1.toml": OLD for i in range(60)})
    ran = dmls("check", "--fix", "--jobs", "2")
    assert ran == (0, "60 files checked, nothing found\nrepaired: 60 findings in 60 files (unknown-key 60)\n", "")
    assert {path.read_text() for path in here.glob("*/*.toml")} == {NEW}


def test_in_chinese(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": OLD, "dm-worker2.toml": UNSAFE})
    ran = dmls("--lang", "zh", "check", "--fix")
    assert "已修复：1 个文件中的 1 个问题（unknown-key）\n未修复：1 个问题的修复可能改变 DM 的行为（可用 --unsafe-fixes）\n" in ran.out


@pytest.mark.parametrize("option", ["--fix", "--unsafe-fixes", "--diff"])
def test_not_while_watching(dmls: Run, files: Files, option: str) -> None:
    files({"dm-worker1.toml": OLD})
    ran = dmls("check", "--watch", option)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"dmls: --watch only reports; leave out {option}")


# --- bytes ---


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_all_other_bytes_stay(dmls: Run, files: Files, here: Path, mark: bytes, end: bytes, last: bool) -> None:
    lines = ["# ä 😀 \u2028 end".encode(), b"source-id:   's1'   # x\t", b"from: {host: h, user: u, password: '',", b'   port: "3306"}', b"", b"relay-dir: r"]
    old = mark + end.join(lines) + (end if last else b"")
    files({"source.yaml": old})
    dmls("check", "--fix")
    assert (here / "source.yaml").read_bytes() == old.replace(b'"3306"', b"3306")


@pytest.mark.parametrize("encode", [lambda s: s.encode("utf-16"), lambda s: s.encode("utf-8") + b"# \xff\n"])
def test_what_is_not_utf_8_is_never_written(dmls: Run, files: Files, here: Path, encode: Callable[[str], bytes]) -> None:
    data = encode(SOURCE)
    files({"source.yaml": data})
    ran = dmls("check", "--fix")
    assert (here / "source.yaml").read_bytes() == data
    assert ran.status == 1
    assert ran.err == "dmls: source.yaml: not repaired, since it is not UTF-8; save it as UTF-8 first\n"
    assert "in files that are not UTF-8" in ran.out.splitlines()[-1]


def test_a_private_key_that_is_called_a_configuration_is_never_written(dmls: Run, files: Files, here: Path) -> None:
    text = "-----BEGIN PRIVATE KEY-----\nlogg-level = 1\n-----END PRIVATE KEY-----\n" + OLD
    files({"dm-worker1.toml": text})
    dmls("check", "--unsafe-fixes", "--kind", "worker", "dm-worker1.toml")
    assert (here / "dm-worker1.toml").read_text() == text


# --- diff ---


def test_diff(dmls: Run, files: Files, here: Path) -> None:
    files({"dm-worker1.toml": OLD, "dm-worker2.toml": UNSAFE})
    ran = dmls("check", "--diff")
    assert (ran.status, ran.out) == (1, DIFF)
    assert ran.err.splitlines()[0] == "would be repaired: 1 finding in 1 file (unknown-key)"
    assert dmls("check", "--fix", "--diff").out == DIFF
    ran = dmls("check", "--diff", "--unsafe-fixes")
    assert ran.out.startswith(DIFF + "--- dm-worker2.toml\n")
    assert (here / "dm-worker1.toml").read_text() == OLD
    assert (here / "dm-worker2.toml").read_text() == UNSAFE


def test_no_difference(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": UNSAFE})
    ran = dmls("check", "--diff")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith("nothing would be repaired\n")
    assert dmls("check", "--diff", "no").status == 2


@pytest.mark.skipif(os.name != "posix", reason="needs patch")
@pytest.mark.parametrize("old", [OLD, OLD.rstrip("\n"), OLD.replace("\n", "\r\n"), "# x\n" * 9 + OLD + "# y\n" * 9, OLD + "\n\n\n" + "ssl_ca = 'x'\n"])
def test_a_diff_can_be_applied(dmls: Run, files: Files, here: Path, old: str) -> None:
    from shutil import which

    if which("patch") is None:
        pytest.skip("no patch here")
    files({"dm-worker1.toml": old})
    shown = dmls("check", "--diff").out
    done = subprocess.run(["patch", "--binary", "-p0"], input=shown.encode(), cwd=here, capture_output=True)
    assert done.returncode == 0, done
    patched = (here / "dm-worker1.toml").read_bytes()
    files({"dm-worker1.toml": old})
    dmls("check", "--fix")
    assert (here / "dm-worker1.toml").read_bytes() == patched != old.encode()


def test_no_secret_in_a_diff(dmls: Run, files: Files) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIsecret\n-----END PRIVATE KEY-----"
    block = "\n".join("    " + line for line in key.splitlines())
    target = f"name: t\ntask-mode: al\ntarget-database:\n  host: h\n  ssl-keybytes: |\n{block}\n  user: u\n  password: 'sesame!'\n"
    files({"source.yaml": SOURCE.replace('  password: "sesame!"\n', ""), "task.yaml": target, "b/source.yaml": SOURCE.replace("  passwrd: hunter22\n", "")})
    for form in ("text", "json"):
        for arguments in (["--diff"], ["--diff", "--unsafe-fixes"]):
            ran = dmls("check", "--format", form, *arguments)
            assert ran.status == 1
            diff = json.loads(ran.out)["diff"] if form == "json" else ran.out
            assert "********" in diff
            for secret in ("hunter22", "sesame!", "MIIsecret"):
                assert secret not in diff + ran.err


def test_colours_and_control_characters(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": OLD + "# \x1b[31m \u202e\n"})
    ran = dmls("check", "--diff", terminal=True)
    assert "\x1b[31m-logg-level" in ran.out
    assert "\x1b[32m+log-level" in ran.out
    assert " # \ufffd[31m \ufffd\n" in ran.out


# --- standard input ---


def test_standard_input(dmls: Run) -> None:
    ran = dmls("check", "--fix", "-", "--kind", "worker", stdin=OLD.encode())
    assert ran == (0, NEW, "1 file checked, nothing found\nrepaired: 1 finding in 1 file (unknown-key)\n")
    ran = dmls("check", "--fix", "-", "--stdin-filename", "dm-worker1.toml", stdin=UNSAFE.encode())
    assert (ran.status, ran.out) == (1, UNSAFE)
    assert ran.err.startswith("dm-worker1.toml:2:")
    ran = dmls("check", "--diff", "-", "--stdin-filename", "dm-worker1.toml", stdin=OLD.encode())
    assert (ran.status, ran.out) == (1, DIFF)


def test_standard_input_that_cannot_be_repaired_comes_out_as_it_went_in(dmls: Run) -> None:
    assert dmls("check", "--fix", "-", stdin=b"hello\n").out == "hello\n"
    assert dmls("check", "--fix", "-", "--kind", "worker", stdin=GOOD_WORKER.encode()).out == GOOD_WORKER


def test_standard_input_does_not_touch_the_file_of_its_name(dmls: Run, files: Files, here: Path) -> None:
    files({"dm-worker1.toml": "name = 1\n"})
    assert dmls("check", "--fix", "-", "--stdin-filename", "dm-worker1.toml", stdin=OLD.encode()).out == NEW
    assert (here / "dm-worker1.toml").read_text() == "name = 1\n"


@pytest.mark.parametrize("data", [OLD.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + OLD.encode(), OLD.encode() + b"# \xff\xfe\n", SOURCE.encode("utf-16")])
def test_the_bytes_of_a_pipe(here: Path, data: bytes) -> None:
    name = "source.yaml" if b"\0" in data else "dm-worker1.toml"
    ran = subprocess.run([sys.executable, "-m", "dmls", "check", "--fix", "-", "--stdin-filename", name], input=data, capture_output=True, env=ENV)
    assert ran.stdout == (data if b"\xff" in data else data.replace(b"logg", b"log"))


# --- JSON ---


def test_json(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": OLD, "dm-worker2.toml": UNSAFE})
    ran = dmls("check", "--diff", "--format", "json")
    document = json.loads(ran.out)
    contract(document)
    assert (ran.status, ran.err, document["diff"]) == (1, "", DIFF)
    ran = dmls("check", "--fix", "--format", "json")
    document = json.loads(ran.out)
    contract(document)
    assert "diff" not in document
    assert document["fixed"] == [
        {"rule": "unknown-key", "severity": "error", "file": "dm-worker1.toml", "line": 2, "title": "Change `logg-level` to `log-level`", "applicability": "safe"}
    ]
    assert [(f["file"], f["not_fixed"]) for f in document["findings"]] == [("dm-worker2.toml", "unsafe")]
    assert document["summary"] == {"files": 2, "error": 1, "warning": 0, "information": 0, "hint": 0, "fixed": 1}
    document = json.loads(dmls("check", "--format", "json").out)
    assert "fixed" not in document
    assert "not_fixed" not in document["findings"][0]


def test_every_reason_is_known_to_the_contract_and_has_words() -> None:
    from dmls.resources import read
    from dmls.words.catalogue import has

    schema = json.loads(read("schemas/findings.schema.json"))
    assert set(schema["definitions"]["finding"]["properties"]["not_fixed"]["enum"]) == set(fixes.REASONS)
    assert all(has(f"cli.left-{reason}") for reason in fixes.REASONS)


# --- writing ---


@posix
def test_a_link_and_its_target(dmls: Run, files: Files, here: Path) -> None:
    files({"real/x.toml": OLD})
    (here / "dm-worker1.toml").symlink_to("real/x.toml")
    (here / "dm-worker2.toml").symlink_to("dm-worker1.toml")
    (here / "real/x.toml").chmod(0o640)
    ran = dmls("check", "--fix", "dm-worker1.toml", "dm-worker2.toml")
    assert ran == (0, "2 files checked, nothing found\nrepaired: 1 finding in 1 file (unknown-key)\n", "")
    assert (here / "dm-worker1.toml").is_symlink() and (here / "dm-worker2.toml").is_symlink()
    assert (here / "real/x.toml").read_text() == NEW
    assert not (here / "real/x.toml").is_symlink()
    assert stat.S_IMODE((here / "real/x.toml").stat().st_mode) == 0o640


@posix
def test_a_hard_link_is_told_of(dmls: Run, files: Files, here: Path) -> None:
    files({"dm-worker1.toml": OLD})
    os.link(here / "dm-worker1.toml", here / "other")
    ran = dmls("check", "--fix")
    assert ran.status == 0
    assert ran.err == "dmls: dm-worker1.toml: repaired; its other names (hard links) still hold the old text\n"
    assert (here / "other").read_text() == OLD


@not_root
@pytest.mark.parametrize("where", ["file", "folder"])
def test_no_right_to_write(dmls: Run, files: Files, here: Path, where: str) -> None:
    files({"a/dm-worker1.toml": OLD, "b/dm-worker1.toml": OLD})
    path = here / ("a/dm-worker1.toml" if where == "file" else "a")
    path.chmod(0o555)
    try:
        ran = dmls("check", "--fix")
    finally:
        path.chmod(0o755)
    assert ran.status == 2
    assert ran.err == "dmls: a/dm-worker1.toml: not repaired, cannot be written (Permission denied); it is as it was\n"
    assert "a/dm-worker1.toml:3:1: error[unknown-key]" in ran.out
    assert ran.out.splitlines()[-2:] == ["repaired: 1 finding in 1 file (unknown-key)", "not repaired: 1 in files that could not be written"]
    assert (here / "a/dm-worker1.toml").read_text() == OLD
    assert (here / "b/dm-worker1.toml").read_text() == NEW


def test_a_file_that_cannot_be_written(dmls: Run, files: Files, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files({"a/dm-worker1.toml": OLD, "b/dm-worker1.toml": OLD})
    replace = os.replace

    def refuse(source: str, target: str) -> None:
        if "/a/" in target.replace("\\", "/"):
            raise OSError(16, "Device or resource busy")
        replace(source, target)

    monkeypatch.setattr(disk.os, "replace", refuse)
    ran = dmls("check", "--fix")
    assert ran.status == 2
    assert ran.err == "dmls: a/dm-worker1.toml: not repaired, cannot be written (Device or resource busy); it is as it was\n"
    assert [(here / name / "dm-worker1.toml").read_text() for name in "ab"] == [OLD, NEW]
    assert [path.name for path in (here / "a").iterdir()] == ["dm-worker1.toml"]


def test_a_file_that_changed_meanwhile_is_left_alone(dmls: Run, files: Files, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files({"dm-worker1.toml": OLD})
    judge = fixes._judge

    def slow(session: object) -> object:
        files({"dm-worker1.toml": "saved = 1\n"})
        return judge(session)  # type: ignore[arg-type]

    monkeypatch.setattr(fixes, "_judge", slow)
    ran = dmls("check", "--fix")
    assert ran.status == 2
    assert ran.err == "dmls: dm-worker1.toml: not repaired, since it changed while it was checked; run again\n"
    assert (here / "dm-worker1.toml").read_text() == "saved = 1\n"


def test_files_that_a_fix_edits_together_are_written_all_or_none(dmls: Run, files: Files, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files({"a/dm-worker1.toml": OLD, "b/dm-worker1.toml": GOOD_WORKER, "c/dm-worker1.toml": OLD})
    from dmls.analysis import Analysis

    findings = Analysis.findings

    def both(self: Analysis, path: str) -> object:
        def joined(f: Fix) -> Fix:
            other = FileEdit(path.replace("/a/", "/b/"), Edit(Span(0, 0), "# together\n"))
            return f._replace(edits=(*f.edits, other), applicability=Applicability.SAFE)

        found = findings(self, path)
        return tuple(f._replace(fixes=tuple(map(joined, f.fixes))) for f in found) if "/a/" in path else found

    monkeypatch.setattr(Analysis, "findings", both)
    replace = os.replace
    broken = True

    def refuse(source: str, target: str) -> None:
        if broken and "/b/" in target.replace("\\", "/"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(disk.os, "replace", refuse)
    ran = dmls("check", "--fix")
    assert ran.status == 2
    assert ran.err.splitlines() == [
        "dmls: b/dm-worker1.toml: not repaired, cannot be written (No space left on device); it is as it was",
        "dmls: a/dm-worker1.toml: not repaired, since its fix also edits b/dm-worker1.toml",
    ]
    assert [(here / name / "dm-worker1.toml").read_text() for name in "abc"] == [OLD, GOOD_WORKER, NEW]
    broken = False
    assert dmls("check", "--fix").status == 0
    assert [(here / name / "dm-worker1.toml").read_text() for name in "abc"] == [NEW, "# together\n" + GOOD_WORKER, NEW]


# --- interruptions ---


CALLS = ("open", "write", "fsync", "close", "replace", "stat", "access", "read")


@pytest.mark.parametrize("count", range(1, 6))
@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("call", CALLS)
def test_ctrl_c_at_any_moment_leaves_the_old_or_the_new_file_and_nothing_else(
    files: Files, here: Path, monkeypatch: pytest.MonkeyPatch, call: str, after: bool, count: int
) -> None:
    files({"dm-worker1.toml": OLD})
    real = getattr(os, call)
    calls = 0

    def interrupted(*args: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == count and not after:
            raise KeyboardInterrupt
        result = real(*args, **options)
        if calls == count:
            raise KeyboardInterrupt
        return result

    with monkeypatch.context() as patched:
        patched.setattr(disk.os, call, interrupted)
        try:
            disk.write_atomic(str(here / "dm-worker1.toml"), NEW.encode(), OLD.encode())
        except KeyboardInterrupt:
            pass
    assert [path.name for path in here.iterdir()] == ["dm-worker1.toml"]
    assert (here / "dm-worker1.toml").read_text() in (OLD, NEW)


def test_ctrl_c_between_two_files(dmls: Run, files: Files, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files({f"{name}/dm-worker1.toml": OLD for name in "abc"})
    write = fixes.write_atomic

    def interrupted(path: str, data: bytes, expected: bytes) -> object:
        if "/b/" in path:
            raise KeyboardInterrupt
        return write(path, data, expected)

    monkeypatch.setattr(fixes, "write_atomic", interrupted)
    ran = dmls("check", "--fix")
    assert ran == (130, "", "dmls: interrupted: 1 of 3 files are repaired, the others are as they were\n")
    assert [(here / name / "dm-worker1.toml").read_text() for name in "abc"] == [NEW, OLD, OLD]


@posix
def test_a_request_to_end_is_tidy(files: Files, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files({"dm-worker1.toml": OLD})
    sync = os.fsync

    def ended(fd: int) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        sync(fd)

    monkeypatch.setattr(disk.os, "fsync", ended)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as raised:
        main(["check", "--fix"], Console(Stream(), Stream(), env={}))
    assert raised.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == before
    assert [path.name for path in here.iterdir()] == ["dm-worker1.toml"]
    assert (here / "dm-worker1.toml").read_text() == OLD


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT] if os.name == "posix" else [])
def test_killed_at_many_moments(here: Path, number: int) -> None:
    path = here / "x"
    old, new = b"old\n" * 30_000, b"new!\n" * 30_000
    path.write_bytes(old)
    script = (
        "import sys\n"
        "from dmls.disk import write_atomic\n"
        "a, b = b'old\\n' * 30_000, b'new!\\n' * 30_000\n"
        "print('ready', flush=True)\n"
        "try:\n"
        "    while True:\n"
        "        write_atomic('x', b, a)\n"
        "        write_atomic('x', a, b)\n"
        "except KeyboardInterrupt:\n"
        "    pass\n"
    )
    seen = set()
    for _ in range(12):
        path.write_bytes(old)
        child = subprocess.Popen([sys.executable, "-c", script], cwd=here, env={**ENV, "PYTHONPATH": SERVER}, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(random.uniform(0, 0.02))
        child.send_signal(number)
        child.wait(30)
        child.stdout.close()
        data = path.read_bytes()
        assert data in (old, new)
        seen.add(data)
        others = [p for p in here.iterdir() if p != path]
        if number == signal.SIGINT:
            assert others == []
        for other in others:
            # What `kill -9` leaves is hidden, and private.
            assert other.name.startswith(".dmls-")
            other.unlink()
    assert seen


@posix
def test_a_left_temporary_file_does_not_stand_in_the_way(dmls: Run, files: Files, here: Path) -> None:
    files({"dm-worker1.toml": OLD, ".dmls-0123456789abcdef": "half a fi"})
    assert dmls("check", "--fix") == (0, "1 file checked, nothing found\nrepaired: 1 finding in 1 file (unknown-key)\n", "")


# --- owner and rights ---


@pytest.mark.skipif(os.name != "posix", reason="owners of POSIX")
def test_the_owner_is_kept_where_that_is_allowed(files: Files, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files({"x": "old"})
    path = str(here / "x")
    given = []

    def change(fd: int, user: int, group: int) -> None:
        given.append((user, group))
        if denied >= len(given):
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(disk.os, "fchown", change)
    info = (here / "x").stat()
    denied = 0
    assert disk.write_atomic(path, b"new", b"old") == disk.Written()
    assert given == [(info.st_uid, info.st_gid)]
    denied = 1
    assert disk.write_atomic(path, b"old", b"new") == disk.Written()
    assert given[1:] == [(info.st_uid, info.st_gid)]
    given.clear()
    assert disk.write_atomic(path, b"new", b"old") == disk.Written()
    assert given == [(info.st_uid, info.st_gid), (-1, info.st_gid)]
    # Who reads by the right of the group must not lose it.
    denied = 9
    for mode, written in ((0o640, disk.NotWritten("Operation not permitted")), (0o644, disk.Written())):
        (here / "x").write_text("old")
        (here / "x").chmod(mode)
        assert disk.write_atomic(path, b"new", b"old") == written
    assert [p.name for p in here.iterdir()] == ["x"]


SAME = 'master-addr = "10.0.0.1:8261"\nssl-ca = "ca.pem"\nssl-cert = "/etc/dm/m.pem"\nssl-key = "/etc/dm/m-key.pem"\n'


def test_a_fix_that_edits_another_file_only(dmls: Run, files: Files, here: Path) -> None:
    from support.certs import Spec, identity, key, pem

    ca = identity(Spec(ca=True, subject=(("cn", "ca"),)), key("p256", 1))
    own = identity(Spec(subject=(("cn", "dm-worker"),), san=("10.0.0.11",)), key("p256", 2), ca)
    for name, data in (("ca.pem", pem("CERTIFICATE", ca.der)), ("w.pem", pem("CERTIFICATE", own.der)), ("w-key.pem", pem("PRIVATE KEY", own.key.pkcs8()))):
        (here / name).write_bytes(data)
    master = 'name = "m1"\n' + SAME + 'cert-allowed-cn = ["dm", "dm-worker"]\n'
    worker = 'name = "w1"\nworker-addr = "10.0.0.11:8262"\njoin = "10.0.0.1:8261"\nssl-ca = "ca.pem"\nssl-cert = "w.pem"\nssl-key = "w-key.pem"\n'
    files({"dm-master.toml": master, "dm-worker.toml": worker})
    at = ("--at", "2026-09-01T12:00:00Z")
    ran = dmls("check", "--diff", "--unsafe-fixes", *at, ".")
    assert '-cert-allowed-cn = ["dm", "dm-worker"]\n+cert-allowed-cn = ["dm-worker", "dm"]\n' in ran.out
    assert "would be repaired: 1 finding in 1 file (tls-second-cn-used)" in ran.err
    assert (here / "dm-master.toml").read_text() == master
    document = json.loads(dmls("check", "--fix", "--format", "json", *at, ".").out)
    (refused,) = [f for f in document["findings"] if f["rule"] == "tls-second-cn-used"]
    assert refused["not_fixed"] == "unsafe" and refused["fixes"][1]["edits"][0]["file"].endswith("dm-master.toml")
    document = json.loads(dmls("check", "--fix", "--unsafe-fixes", "--format", "json", *at, ".").out)
    assert [f["rule"] for f in document["fixed"]] == ["tls-second-cn-used"]
    assert "tls-second-cn-used" not in [f["rule"] for f in document["findings"]]
    assert 'cert-allowed-cn = ["dm-worker", "dm"]\n' in (here / "dm-master.toml").read_text()
    assert (here / "dm-worker.toml").read_text() == worker


def test_a_script_is_repaired_and_stays_executable(here: Path, dmls: Run) -> None:
    (here / "dm-master.toml").write_text('name = "m1"\nmaster-addr = "10.0.0.1:8261"\n', encoding="utf-8")
    script = here / "ops.sh"
    call = "dmctl --master-addr 10.0.0.1:8261"
    script.write_text(
        f"#!/bin/sh\n{call} --ssl-ca /a.pem --ssl-cert /b.pem --ssl-key /c.pem list-member\n{call} --ssl-ca=/a.pem --ssl-cert=/b.pem --ssl-key=/c.pem query-status\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    ran = dmls("check", "--fix", "--unsafe-fixes", "--files", "off", ".")
    assert script.read_text(encoding="utf-8") == f"#!/bin/sh\n{call} list-member\n{call} query-status\n", ran
    assert script.stat().st_mode & 0o777 == 0o755
