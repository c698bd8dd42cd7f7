"""Which commands start a program of DM, and what their flags say, as Go's `flag` and pflag read them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from dmls.model.command_line import CommandLine, command_lines, config_places, flags, joined
from dmls.model.config_file import ConfigFile
from dmls.model.edits import flag_edit
from dmls.model.edits.edit import delete, insert_keys, set_text
from dmls.schema import keys as k
from dmls.schema.load import load
from dmls.syntax import toml
from dmls.text import apply_edits

BASH = shutil.which("bash")


def only(text: str, path: str = "/w/run.sh") -> CommandLine:
    (line,) = command_lines(path, text)
    return line


def values(line: CommandLine) -> dict[str, object]:
    return {e.key: e.text if not e.children else [i.text for i in e.children] for e in line.config.root.children}


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("dm-master", "master"),
        ("exec bin/dm-worker/dm-worker", "worker"),
        ('"$DIR"/bin/dm-master', "master"),
        ("sudo -u tidb -E nohup ./dm-worker", "worker"),
        ("env A=1 B=2 nice -n 5 dmctl", "dmctl"),
        ("A=1 dmctl", "dmctl"),
        ("timeout -k 5 30 dmctl", "dmctl"),
        ("numactl --cpunodebind=0 -m 0 bin/dm-master", "master"),
        ("$SUDO dm-worker", "worker"),
        ("tiup dmctl", "dmctl"),
        ("tiup dmctl:v8.5.1", "dmctl"),
        ("tiup -T x dmctl", "dmctl"),
        ("docker run --name dm-master -p 1:1 pingcap/dm:v8.5.1 /dm-worker", "worker"),
        ("docker exec -it -e A=1 dm-master /dmctl", "dmctl"),
        ("kubectl exec -it pod-0 -n ns -- /dmctl", "dmctl"),
        ("x=$(dmctl)", "dmctl"),
    ],
)
def test_programs(command: str, kind: str) -> None:
    assert only(f"{command.rstrip(')')} --config /x{')' * command.count(')')}\n").kind == kind


@pytest.mark.parametrize(
    "command",
    [
        "tiup dm deploy dm-master",
        "echo dm-master",
        "pkill dm-worker",
        "cp dm-master /x",
        "$X dm-master",
        "tiup dm-master",
        "docker run --name dm-master mysql",
        "docker exec dm-master sh",
        "which dmctl",
        "dm-master-x a",
        "./dm-master.toml",
    ],
)
def test_no_programs(command: str) -> None:
    assert command_lines("/w/run.sh", f"{command} --ssl-ca /x\n") == ()


@pytest.mark.parametrize(
    ("flags_", "expected"),
    [
        ("-name a --name b", {"name": "b"}),
        ("--name=a=b", {"name": "a=b"}),
        ("-openapi x --name a", {"openapi": "true"}),
        ("--openapi=false -name a", {"openapi": "false", "name": "a"}),
        ("--name a stray --ssl-ca /x", {"name": "a"}),
        ("--name a -- --ssl-ca /x", {"name": "a"}),
        ("--name --ssl-ca", {"name": "--ssl-ca"}),
        ("--cert-allowed-cn a -cert-allowed-cn=b", {"cert-allowed-cn": ["a", "b"]}),
        ("-L debug", {"log-level": "debug"}),
        ("--name ''", {"name": ""}),
        ("- --name a", {}),
    ],
)
def test_flags_of_go(flags_: str, expected: dict[str, object]) -> None:
    assert values(only(f"dm-master {flags_}\n")) == expected


@pytest.mark.parametrize(
    ("flags_", "expected", "operands"),
    [
        ("query-status t --ssl-ca /x", {"ssl-ca": "/x"}, ["query-status", "t"]),
        ("-ssl-ca=/x -master-addr h:1 start-task a.yaml --remove-meta b", {"ssl-ca": "/x", "master-addr": "h:1"}, ["start-task", "a.yaml", "b"]),
        ("list-member -w x", {}, ["list-member", "x"]),
        ("operate-source create a -w x --ssl-key=/k", {"ssl-key": "/k"}, ["operate-source", "create", "a"]),
        ("-s src query-status -ssrc -s=src", {}, ["query-status"]),
        ("query-status -- --ssl-ca", {}, ["query-status", "--ssl-ca"]),
    ],
)
def test_flags_of_dmctl(flags_: str, expected: dict[str, object], operands: list[str]) -> None:
    line = only(f"dmctl {flags_}\n")
    assert values(line) == expected
    assert [w.value for w in line.operands] == operands


def test_what_is_not_known() -> None:
    line = only('dm-worker --ssl-ca=$X --ssl-cert "$Y" --ssl-cert /b --name w --config $C\n')
    assert line.unknown == {k.SSL_CA} and not line.open and (line.config_path, line.config_is_known) == (None, False)
    for more in ('"$@"', "$*", "$X", '"${A[@]}"', "--ssl-$X", '--name "$@"', "--{a,b}"):
        assert only(f"dm-worker --name w {more}\n").open
    assert only('dmctl query-status "$TASK" conf/$TASK.yaml\n').open is False
    assert only("dmctl query-status $TASK\n").open
    assert only("dm-worker -V\n").ends and only("dmctl --help\n").ends


def test_every_flag_sets_a_key_of_its_file() -> None:
    for kind in ("master", "worker", "dmctl"):
        for spec in flags(kind).values():
            assert not spec.key or spec.key in load(kind).children
            assert spec.key or (spec.doc_en and spec.doc_zh)


def test_flags_win_over_the_file() -> None:
    file = ConfigFile("/w/a.toml", "worker", toml.parse('name = "f"\nssl-ca = "/f"\ncert-allowed-cn = ["f"]\n'), load("worker"))
    both = joined(only("dm-worker --name w --cert-allowed-cn c --config a.toml\n"), file)
    assert both.get("name").text == "w" and both.get(k.SSL_CA).text == "/f"  # type: ignore[union-attr]
    assert [i.text for i in both.get(k.CERT_ALLOWED_CN).strings()] == ["f", "c"]  # type: ignore[union-attr]
    control = ConfigFile("/w/a.toml", "dmctl", toml.parse('ssl-ca = "/f"\ncert-allowed-cn = ["f"]\n'), load("dmctl"))
    both = joined(only("dmctl --config a.toml list-member\n"), control)
    assert both.get(k.SSL_CA) is None and both.get(k.CERT_ALLOWED_CN) is not None


def test_where_the_file_may_lie() -> None:
    line = only("cd /deploy\nbin/dm-worker --config conf/a.toml\n", "/w/scripts/run.sh")
    assert list(config_places(line, "/w/scripts/run.sh")) == ["/deploy/conf/a.toml", "/w/scripts/conf/a.toml", "/w/conf/a.toml"]


EDITED = [
    "--ssl-ca /a",
    "--ssl-ca=/a",
    '--ssl-ca "/a b"',
    "--ssl-ca='/a b'",
    '"--ssl-ca=/a"',
    "'--ssl-ca=/a'",
    "-ssl-ca \\\n  /a",
    "A=/x; dm-worker --ssl-ca $A/a",
    'A=/x; dm-worker --ssl-ca="$A/a"',
    "--ssl-ca /a\\ b",
]
TEXTS = ["/new.pem", "/x/new.pem", "/new dir/a.pem", "/it's", '/a"b', "/a$b`c`\\d", "/中文 *?[a]{b,c}~#;&|<>()"]


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@pytest.mark.parametrize("flag", EDITED)
@pytest.mark.parametrize("new", TEXTS)
def test_what_an_edit_writes_is_what_bash_passes(flag: str, new: str, tmp_path: Path) -> None:
    assert BASH is not None
    text = (flag if "dm-worker" in flag else f"dm-worker {flag}") + " --name w\n"
    line = only(text)
    entry = line.config.get(k.SSL_CA)
    assert entry is not None
    edit = set_text(line.config, entry, new)
    if edit is None:
        assert "A=/x" in text or "'--ssl-ca" in flag
        return
    after = apply_edits(text, [edit])
    assert values(only(after)) == {k.SSL_CA: new, "name": "w"}
    stub = tmp_path / "dm-worker"
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    stub.chmod(0o755)
    done = subprocess.run([BASH, "-c", after], env={"PATH": f"{tmp_path}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, check=True)
    assert new in done.stdout.replace("--ssl-ca=", "").replace("-ssl-ca=", "").splitlines()


def test_flags_come_and_go_with_their_layout() -> None:
    text = "dm-worker \\\n  --name=w \\\n  --ssl-ca=/a \\\n  --ssl-cert=/b\n"
    line = only(text)
    entry = line.config.get(k.SSL_CERT)
    assert entry is not None
    taken = delete(line.config, entry)
    assert taken is not None and apply_edits(text, [taken]) == "dm-worker \\\n  --name=w \\\n  --ssl-ca=/a\n"
    put = insert_keys(line.config, entry, [(k.SSL_KEY, "/c d")])
    assert put is not None and apply_edits(text, [put]).endswith("--ssl-cert=/b \\\n  --ssl-key='/c d'\n")


def test_words_of_units() -> None:
    assert [flag_edit.word(t, "unit") for t in ("/a", "/a b", "50%", "$x", "a\nb")] == ["/a", '"/a b"', "50%%", "$$x", None]
