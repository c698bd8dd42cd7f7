"""`dmls check`: what is checked, what is said, and the exit status."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Callable

import pytest

from dmls.cli import session
from dmls.disk import CONFIG_LIMIT

from .conftest import BAD_WORKER, GOOD_WORKER, Run

Files = Callable[..., None]
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX files")

BAD_LINES = """\
dm-worker1.toml:3:1: error[unknown-key]"""


def first_lines(out: str) -> list[str]:
    """The head of each finding, up to its rule."""
    return [line.split("]")[0] + "]" for line in out.splitlines() if line[:1] not in ("", " ") and "[" in line]


def test_clean(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": GOOD_WORKER})
    assert dmls("check", "dm-worker1.toml") == (0, "1 file checked, nothing found\n", "")


def test_a_finding(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": BAD_WORKER})
    ran = dmls("check", "dm-worker1.toml")
    assert ran.status == 1
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert lines[0].startswith("dm-worker1.toml:3:1: error[unknown-key] ")
    assert lines[1] == '    3 | logg-level = "info"'
    assert lines[2] == "      | ^^^^^^^^^^"
    assert lines[3].startswith("        DM says: [code=40004")
    assert lines[-2:] == ["", "1 file checked: 1 error"]


def test_the_same_in_chinese(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": BAD_WORKER})
    ran = dmls("--lang", "zh", "check")
    assert first_lines(ran.out) == first_lines(dmls("check").out)
    assert ran.out.splitlines()[-1] == "检查了 1 个文件：1 个错误"
    assert "DM 报告：" in ran.out


def test_a_folder_is_the_default(dmls: Run, files: Files) -> None:
    files({"conf/dm-worker1.toml": BAD_WORKER, "dm-worker2.toml": GOOD_WORKER, "Cargo.toml": "[package]\n"})
    ran = dmls("check")
    assert first_lines(ran.out) == ["conf/dm-worker1.toml:3:1: error[unknown-key]"]
    assert ran.out.endswith("2 files checked: 1 error\n")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([], 1),
        (["--fail-on", "error"], 1),
        (["--fail-on", "never"], 0),
        (["--fail-on", "hint"], 1),
        (["--min-severity", "error"], 1),
        (["--ignore", "unknown-key"], 0),
        (["--ignore", "schema"], 0),
        (["--select", "syntax"], 0),
        (["--select", "schema"], 1),
        (["--select", "tls", "--select", "syntax,unknown-key"], 1),
        (["--select", "unknown-key", "--ignore", "schema"], 0),
    ],
)
def test_which_findings_decide(dmls: Run, files: Files, arguments: list[str], status: int) -> None:
    files({"dm-worker1.toml": BAD_WORKER})
    assert dmls("check", *arguments).status == status


def test_severities_below_the_wanted_are_not_shown_or_counted(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": BAD_WORKER, ".dmls.toml": '[rules]\nunknown-key = "hint"\n'})
    ran = dmls("check")
    assert ran.status == 0
    assert ran.out.endswith(": 1 hint\n")
    assert dmls("check", "--fail-on", "hint").status == 1
    ran = dmls("check", "--min-severity", "warning", "--fail-on", "hint")
    assert (ran.status, ran.out) == (0, "2 files checked, nothing found\n")


# --- settings ---


def test_the_command_line_is_stronger_than_the_project(dmls: Run, files: Files) -> None:
    files({"a/dm-worker1.toml": BAD_WORKER, ".dmls.toml": '[rules]\nunknown-key = "off"\n'})
    assert dmls("check", "a").status == 0
    assert dmls("check", "a", "--select", "schema").status == 0
    assert dmls("check", "a", "--select", "unknown-key").status == 1


def test_levels_for_some_files(dmls: Run, files: Files) -> None:
    files({"a/dm-worker1.toml": BAD_WORKER, "b/dm-worker1.toml": BAD_WORKER, ".dmls.toml": '[per-file."b/"]\nunknown-key = "off"\n'})
    assert first_lines(dmls("check").out) == ["a/dm-worker1.toml:3:1: error[unknown-key]"]
    assert first_lines(dmls("check", "b").out) == []


def test_the_project_may_choose_the_language_and_the_user_may_overrule(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": GOOD_WORKER, ".dmls.toml": 'language = "zh"\n'})
    assert dmls("check").out.startswith("检查了")
    assert dmls("--lang", "en", "check").out.startswith("2 files")
    assert dmls("check", env={"DMLS_LANG": "en"}).out.startswith("2 files")


def test_a_broken_settings_file_is_a_finding_and_the_rest_is_checked(dmls: Run, files: Files) -> None:
    files({"a/dm-worker1.toml": BAD_WORKER, ".dmls.toml": 'language = \n[rules]\nwrong-type = "off"\n'})
    ran = dmls("check", "a")
    assert ran.status == 1
    found = first_lines(ran.out)
    assert "a/dm-worker1.toml:3:1: error[unknown-key]" in found
    assert [line for line in found if line.startswith(".dmls.toml:1:")] != []


def test_a_wrong_setting_is_a_finding(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": GOOD_WORKER, ".dmls.toml": '[rules]\nunknown-key = "offf"\n'})
    ran = dmls("check")
    assert ran.status == 1
    assert [line[:13] for line in first_lines(ran.out)] == [".dmls.toml:2:"]


def test_kinds(dmls: Run, files: Files) -> None:
    files({"x.toml": BAD_WORKER})
    assert dmls("check").out == "0 files checked, nothing found\n"
    assert first_lines(dmls("check", "--kind", "worker").out) == ["x.toml:3:1: error[unknown-key]"]
    files({".dmls.toml": '[kinds]\n"x.*" = "worker"\n'})
    assert first_lines(dmls("check").out) == ["x.toml:3:1: error[unknown-key]"]


def test_a_kind_is_not_forced_on_the_settings(dmls: Run, files: Files) -> None:
    files({"x.toml": GOOD_WORKER, ".dmls.toml": "[rules]\n"})
    assert dmls("check", "--kind", "worker") == (0, "2 files checked, nothing found\n", "")


def test_several_versions_are_named(dmls: Run, files: Files) -> None:
    # `strict-optimistic-shard-mode` came with 6.5.4.
    files({"task.yaml": TASK + "strict-optimistic-shard-mode: true\n"})
    assert "key-not-in-version" not in dmls("check").out
    ran = dmls("check", "--dm-version", "6.5.0,8.5.0", "--format", "json")
    found = [f for f in json.loads(ran.out)["findings"] if f["rule"] == "key-not-in-version"]
    assert [f["versions"] for f in found] == [["6.5.0"]]
    assert "in DM 6.5.0\n" in dmls("check", "--dm-version", "6.5.0", "--dm-version", "8.5.0").out
    assert "in DM 6.5.0\n" in dmls("check", "--dm-version", "6.5.0,8.5.0").out
    files({".dmls.toml": 'dm-version = ["6.5.0", "8.5.0"]\n'})
    assert "in DM 6.5.0\n" in dmls("check").out
    assert "in DM" not in dmls("check", "--dm-version", "6.5.0").out
    ran = dmls("check", "--dm-version", "6.5.0", "--format", "json")
    assert [f.get("versions") for f in json.loads(ran.out)["findings"] if f["rule"] == "key-not-in-version"] == [None]


TASK = """\
name: t
task-mode: all
target-database: {host: 127.0.0.1, port: 4000, user: root, password: ""}
mysql-instances:
  - source-id: s
"""


# --- standard input ---


def test_standard_input(dmls: Run) -> None:
    for name in ([], ["--stdin-filename", "conf/dm-worker1.toml"]):
        ran = dmls("check", "-", "--kind", "worker", *name, stdin=BAD_WORKER.encode())
        assert first_lines(ran.out) == [f"{name[1] if name else '<stdin>'}:3:1: error[unknown-key]"]
    ran = dmls("check", "-", "--stdin-filename", "conf/dm-worker1.toml", stdin=BAD_WORKER.encode())
    assert ran.status == 1


def test_standard_input_is_recognised_by_what_it_says(dmls: Run) -> None:
    assert dmls("check", "-", stdin=(TASK + "nam: x\n").encode()).out.startswith("<stdin>:6:1: error[unknown-key]")
    assert dmls("check", "-", stdin=b"hello\n") == (
        0,
        "0 files checked, nothing found\n",
        "dmls: <stdin>: not recognised as a DM configuration, nothing was checked; if it is one, say so with --kind or with [kinds] in .dmls.toml\n",
    )


def test_standard_input_obeys_the_settings_of_its_name(dmls: Run, files: Files) -> None:
    files({"conf/.dmls.toml": '[rules]\nunknown-key = "off"\n'})
    assert dmls("check", "-", "--stdin-filename", "conf/dm-worker1.toml", stdin=BAD_WORKER.encode()).status == 0
    assert dmls("check", "-", "--stdin-filename", "dm-worker1.toml", stdin=BAD_WORKER.encode()).status == 1


def test_too_much_standard_input(dmls: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "CONFIG_LIMIT", 10)
    ran = dmls("check", "-", stdin=b"x" * 11)
    assert ran.status == 2
    assert ran.err.startswith("dmls: <stdin>: ")


# --- bad input ---


def test_a_missing_path_is_said_and_the_rest_is_checked(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": BAD_WORKER})
    ran = dmls("check", "no.toml", "dm-worker1.toml")
    assert ran.status == 2
    assert ran.err == "dmls: no.toml: there is no such file or folder; check the path\n"
    assert first_lines(ran.out) == [BAD_LINES]


def test_a_huge_file_is_said_and_the_rest_is_checked(dmls: Run, files: Files, here: Path) -> None:
    files({"a/dm-worker1.toml": BAD_WORKER})
    with (here / "a/dm-master.toml").open("wb") as file:
        file.truncate(100 << 20)
    message = "100 MiB, not checked (the limit is 10 MiB); a DM configuration is far smaller, so check the path\n"
    ran = dmls("check", "a")
    assert ran.status == 1
    assert ran.err == "dmls: a/dm-master.toml: " + message
    assert first_lines(ran.out) == ["a/" + BAD_LINES]
    ran = dmls("check", "a/dm-master.toml")
    assert (ran.status, ran.err) == (2, "dmls: a/dm-master.toml: " + message)
    assert CONFIG_LIMIT == 10 << 20


def test_a_binary_file_with_the_name_of_a_configuration(dmls: Run, files: Files) -> None:
    files({"dm-master.toml": b"\x7fELF\0\0\xff\xfe" * 20, "dm-worker1.toml": BAD_WORKER})
    ran = dmls("check", "dm-master.toml", "dm-worker1.toml")
    assert ran.status == 1
    found = first_lines(ran.out)
    assert found[0].startswith("dm-master.toml:1:")
    assert found[-1] == BAD_LINES


def test_a_binary_file_without_such_a_name(dmls: Run, files: Files) -> None:
    files({"photo.yaml": b"\xff\xd8\xff\0", "dm-worker1.toml": BAD_WORKER})
    ran = dmls("check", "photo.yaml", "dm-worker1.toml")
    assert ran.err == "dmls: photo.yaml: not UTF-8 text, so no DM configuration; check the path\n"
    assert first_lines(ran.out) == [BAD_LINES]
    assert dmls("check").err == ""


def test_invalid_utf_8(dmls: Run, files: Files) -> None:
    files({"dm-worker1.toml": GOOD_WORKER.encode() + b"# caf\xe9\n"})
    ran = dmls("check")
    assert ran.status == 1
    assert [line.partition("[")[2] for line in first_lines(ran.out)] == ["not-utf-8]"]
    assert first_lines(ran.out)[0].startswith("dm-worker1.toml:3:6:")


def test_a_file_of_others_that_is_named(dmls: Run, files: Files) -> None:
    files({"docker-compose.yml": "services: {}\n"})
    ran = dmls("check", "docker-compose.yml")
    assert ran.status == 0
    assert ran.out == "0 files checked, nothing found\n"
    assert ran.err.startswith("dmls: docker-compose.yml: not recognised as a DM configuration")
    assert dmls("check").err == ""


def test_an_empty_folder(dmls: Run) -> None:
    assert dmls("check") == (0, "0 files checked, nothing found\n", "dmls: no .toml, .yaml or .yml files to check in .\n")


@posix
def test_a_fifo_does_not_block(dmls: Run, here: Path) -> None:
    os.mkfifo(here / "dm-worker1.toml")
    ran = dmls("check", "dm-worker1.toml")
    assert ran.status == 2
    assert ran.err.startswith("dmls: dm-worker1.toml: a FIFO, not a file")


def test_what_cannot_be_read_is_said_and_the_rest_is_checked(dmls: Run, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    from dmls import disk

    files({"dm-worker1.toml": BAD_WORKER, "dm-worker2.toml": GOOD_WORKER, "shut/dm-worker3.toml": GOOD_WORKER})
    opened, listed = os.open, os.scandir

    def refuse_file(path: str, flags: int, *mode: int) -> int:
        if str(path).endswith("dm-worker2.toml"):
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, *mode)

    def refuse_folder(path: str) -> object:
        if path.endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(disk.os, "open", refuse_file)
    monkeypatch.setattr(disk.os, "scandir", refuse_folder)
    ran = dmls("check")
    assert ran.status == 2
    assert sorted(ran.err.splitlines()) == [
        "dmls: dm-worker2.toml: cannot be read (Permission denied); check its permissions",
        "dmls: shut/: cannot be read (Permission denied); check its permissions",
    ]
    assert first_lines(ran.out) == [BAD_LINES]


def test_a_name_that_would_steer_a_terminal(dmls: Run, files: Files) -> None:
    if os.name != "posix":
        pytest.skip("such names exist on POSIX only")
    files({"dm-worker\x1b[31m.toml": BAD_WORKER})
    for ran in (dmls("check"), dmls("check", "no\x1b[31m")):
        assert "\x1b" not in ran.out + ran.err


# --- ignored files ---


def test_gitignore(dmls: Run, files: Files) -> None:
    files({".git/HEAD": "", ".gitignore": "build/\n", "build/dm-worker1.toml": BAD_WORKER})
    assert dmls("check").status == 0
    assert first_lines(dmls("check", "build/dm-worker1.toml").out) == ["build/" + BAD_LINES]


def test_names_are_given_back_as_they_came(dmls: Run, files: Files, here: Path) -> None:
    files({"a/dm-worker1.toml": BAD_WORKER})
    for given in ("a", "./a", "a/", str(here / "a"), "a/../a"):
        prefix = given if given.endswith("/") else given + "/"
        assert first_lines(dmls("check", given).out) == [prefix + BAD_LINES]


def test_a_secret_stays_in_the_file(dmls: Run, files: Files) -> None:
    task = TASK.replace('password: ""', "password: [hunter2]")
    files({"task.yaml": task, "source.yaml": "source-id: s\nfrom: {host: h, port: 1, user: u, passwrd: hunter2}\n"})
    for arguments in ([], ["--format", "json"]):
        assert "hunter2" not in dmls("check", *arguments).out
