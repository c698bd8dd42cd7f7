"""The words of commands in scripts and units: what we call known is what a real shell gives to the program."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dmls.syntax import shell
from dmls.syntax.shell import Word

BASH = shutil.which("bash")
needs_bash = pytest.mark.skipif(BASH is None, reason="bash is not installed")

STUB = '#!/bin/sh\nprintf \'call\\0\' >> "$CALLS"\nfor word in "$@"; do printf \'%s\\0\' "=$word" >> "$CALLS"; done\n'


def words(text: str) -> list[list[str | None]]:
    """The words of every command, None for those that are not known."""
    script = shell.parse(text)
    return [[word.value for word in script.resolved(command).words] for command in script.commands]


def calls_in_bash(text: str, folder: Path) -> list[list[str]]:
    """The arguments of each call of ``stub`` when bash runs `text`."""
    assert BASH is not None
    stub = folder / "stub"
    if not stub.exists():
        stub.write_text(STUB, encoding="utf-8")
        stub.chmod(0o755)
    log = folder / "calls"
    log.write_bytes(b"")
    script = folder / "script"
    script.write_text(text, encoding="utf-8", newline="")
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "CALLS": str(log), "LC_ALL": "C.UTF-8", "HOME": "/home/somebody"}
    subprocess.run([BASH, str(script)], env=environment, cwd=folder, capture_output=True, timeout=30, check=False, stdin=subprocess.DEVNULL)
    calls: list[list[str]] = []
    for item in log.read_bytes().split(b"\0")[:-1]:
        if item == b"call":
            calls.append([])
        else:
            calls[-1].append(os.fsdecode(item[1:]))
    return calls


def ours(text: str) -> list[list[Word]]:
    """The words behind ``stub`` in each command that calls it."""
    script = shell.parse(text)
    found = []
    for command in script.commands:
        resolved = script.resolved(command)
        if resolved.words[0].value == "stub":
            found.append(list(resolved.words[1:]))
    return found


def agree(mine: list[Word], theirs: list[str]) -> None:
    """What is known of a call is what was passed; unknown words may stand for one word, or for any number where they say so."""
    for word in mine:
        if word.many:
            return
        assert theirs, f"{word} is no argument"
        first = theirs[0]
        if word.value is not None:
            assert first == word.value
        else:
            assert first.startswith(word.prefix) and first.endswith(word.suffix)
        theirs = theirs[1:]
    assert theirs == []


SCRIPTS = [
    "stub --name=dm-1 'a b' \"c d\" e\\ f",
    "stub --ssl-ca=/a.pem \\\n  --ssl-cert /b.pem \\\n  --ssl-key '/c d.pem'\n",
    "stub a\\\nb 'c\\\nd' \"e\\\nf\"",
    'stub "a\\$b" "a\\\\b" "a\\`b" "a\\"b" "a\\nb" \'a\\nb\'',
    "stub a;stub b&&stub c||stub d",
    "stub a | cat; stub b & wait; stub c",
    "(stub a; stub b); { stub c; }",
    "stub a >/dev/null 2>&1; 2>/dev/null stub b; stub c 2>> /dev/null d",
    "stub a &>/dev/null b",
    "stub a # comment\nstub b#c '#d' \\#e # f\n",
    "cat <<EOF >/dev/null\nstub no\n'\nEOF\nstub yes",
    "cat <<-'E O F' >/dev/null\n\tstub no\n\tE O F\nstub yes",
    "cat <<A - <<\\B >/dev/null\nstub no\nA\nstub no\nB\nstub yes",
    "cat <<< 'stub no' >/dev/null; stub yes",
    'A=/etc/dm; stub $A/ca.pem "$A/ca.pem" ${A}x "${A}"y \'$A\'',
    'A=\'a b\'; stub "$A" x="$A" $A',
    "A=1; A=2; stub $A",
    "A=1\nif true; then A=2; fi\nstub $A",
    'false && A=1; stub "x$A"',
    'A=1\nf() { A=2; }\nf\nstub "$A"',
    "A=1\neval 'A=2'\nstub \"$A\"",
    'A=1; B=$A/2; C="$B/3"; stub $C',
    "A=x\nIFS=x\nstub a${A}b",
    'A=1; read -r A <<< 2; stub "$A"',
    'A=1; for A in 2 3; do :; done; stub "$A"',
    'A=1; ((A=5)); stub "$A"',
    'A=1; : $((A=5)); stub "$A"',
    'A=1; unset A; stub "x$A"',
    'A=1; : ${B:=2}; stub "$A$B"',
    'A=1 | true; stub "x$A"',
    '(A=1); stub "x$A"',
    'A=1 true; stub "x$A"',
    'A+=1; A+=2; stub "$A"',
    'A=(1 2 3); stub "${A[@]}" x',
    "export A=1 B; readonly C=3; stub $A $C",
    'A=~/x; stub ~/y --z=~/y "~/y" $A a~',
    'A=1; set -- 1 2; stub "$@" x',
    'set -- 1 2; stub "a$@b" "$*" $# $1',
    'stub $(echo a b) `echo c d` "$(echo e f)" g',
    'x=$(stub \'a)b\' "c"); x=`stub d`; stub "$(stub e)"',
    "stub {a,b} a{1..3}b {x} a{b {} '{a,b}'",
    "stub /et[c] [ [a b] /etc/* '*' \\* a?",
    "stub $'a\\tb' $'plain' $\"text\"",
    "case x in\n  y) stub no;;\n  x|z) stub yes ;;\nesac\nstub after",
    "case x in (x) stub yes;; esac; stub after",
    "while false; do stub no; done; until true; do stub no; done; stub yes",
    "for i in 1 2; do stub a; done",
    "for ((i=0;i<1;i++)); do stub a; done; stub b",
    "if [[ a < b && (x == x) ]]; then stub yes; else stub no; fi",
    "if [ -f /nowhere ]; then stub no; elif true; then stub yes; fi",
    'f() { stub in "$1"; }\nfunction g { stub g; }\nf x; g',
    "! stub a; time stub b",
    'stub "" \'\' a""b',
    "stub a=b A=c",
    "A=1\nstub ${A:-2} ${A%x} ${#A} ${A/1/2}",
    "stub \"${A:-'}'}\" x",
    'stub "${A:-"q"}" x',
    "stub <(echo a) x >(cat)",
    "stub é 中文 'a\u00a0b' c\u00a0d",
    'stub $ a$ "$" $/x',
    "stub a\tb\r\n",
    "A=1;:;stub $A",
    ". /dev/null; A=1; stub $A",
    "A=1; . /dev/null; stub $A",
    "stub -- -a",
    "coproc cat; stub a",
    "trap 'A=2' EXIT; A=1; stub $A",
    "A=1; export A; stub $A",
    "A=1; printf -v A 2; stub $A",
    "A=1; declare A=2; stub $A",
    'A="$UNSET"; stub x$A',
    "A=$B; B=1; stub x$A",
    'A=*; stub "$A"',
    'A=a:~; stub "$A"',
    'A=[b]; stub "$A"',
    "stub --x=[::1]:8261 '[::1]'",
]


@needs_bash
@pytest.mark.parametrize("text", SCRIPTS)
def test_what_is_known_is_what_bash_passes(text: str, tmp_path: Path) -> None:
    """Only what runs is compared: commands that bash does not reach are none of its calls."""
    theirs = calls_in_bash(text, tmp_path)
    mine = ours(text)
    at = 0
    for call in theirs:
        # Our commands stand in the order of the text; each call must fit one of them.
        for number in range(len(mine)):
            try:
                agree(mine[(at + number) % len(mine)], call)
            except AssertionError:
                continue
            at = (at + number + 1) % len(mine)
            break
        else:
            raise AssertionError(f"{call} is none of {mine}")


TOKENS = st.sampled_from(
    [
        "stub",
        "stub",
        "stub a",
        " ",
        " ",
        "\n",
        ";",
        "&&",
        "||",
        "|",
        "'",
        '"',
        "\\",
        "\\\n",
        "a",
        "b c",
        "--x=",
        "$A",
        "${A}",
        '"$A"',
        "A=1",
        "A='x y'",
        "B=$A",
        "#",
        "(",
        ")",
        "{ ",
        " }",
        "$(",
        "`",
        "~",
        "*",
        "[a]",
        "if true; then ",
        " fi",
        "f() { ",
        "<<E\n",
        "E\n",
        ">/dev/null",
        "$'",
        "{a,b}",
        "for i in 1; do ",
        " done",
        "case a in a) ",
        ";; esac",
        "=",
        "é",
    ]
)


@needs_bash
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TOKENS, max_size=14).map("".join))
def test_no_other_words_than_bash(tmp_path: Path, text: str) -> None:
    """Where bash takes the whole text and runs one call, ours is that one."""
    assert BASH is not None
    if "\0" in text or subprocess.run([BASH, "-n"], input=text, text=True, capture_output=True, check=False).stderr:
        return
    theirs = calls_in_bash(text, tmp_path)
    mine = ours(text)
    for call in theirs:
        assert any(_agrees(one, call) for one in mine) or _hidden(text), (call, mine)


def _agrees(mine: list[Word], call: list[str]) -> bool:
    try:
        agree(mine, call)
    except AssertionError:
        return False
    return True


def _hidden(text: str) -> bool:
    """Whether a call may stand where we do not look: in backquotes, or made of what the shell expands."""
    return "`" in text or "<<" in text or "$A" in text or "${A}" in text


def test_reserved_words_are_no_commands() -> None:
    assert words("if a; then b; elif c; then d; else e; fi; while f; do g; done; { h; }; ! i; time j") == [[c] for c in "abcdefghij"]
    assert words("for x in a b; do c; done") == [["c"]]
    assert words("case x in a) b;; c) d; esac; e") == [["b"], ["d"], ["e"]]


def test_the_top_level() -> None:
    script = shell.parse("a\nif b; then c; fi\nf() {\n d\n}\n(e)\nx=$(g)\nh")
    assert {c.words[0].value: c.top for c in script.commands} == {"a": True, "b": False, "c": False, "d": False, "e": False, "g": False, "h": True}


def test_the_folder_that_a_script_goes_to() -> None:
    text = 'a\nD=/deploy\ncd "$D" || exit 1\nb\ncd "$X"\nc\ncd /y\nif true; then cd /z; fi\nd\n'
    folders = {c.words[0].value: c.folder for c in shell.parse(text).commands}
    assert (folders["a"], folders["b"], folders["c"], folders["d"]) == ("", "/deploy", None, None)


@pytest.mark.parametrize("text", ["a 'b\nc d", 'a "b\nc d', "a $(b\nc d", "a `b\nc d", "a ${b\nc d", "a $((b\nc d"])
def test_a_quote_without_an_end_stays_on_its_line(text: str) -> None:
    """What stands on the next line is read, but no variable is believed any more."""
    script = shell.parse("A=1\n" + text + " $A\n")
    first, last = script.commands[0], script.resolved(script.commands[-1])
    assert not first.words[1].closed and first.words[1].value is None
    assert [w.value for w in last.words] == ["c", "d", None]


def test_places_within_words() -> None:
    text = 'A=/etc\nx --a="$A/b\\"c" \'d\'e'
    script = shell.parse(text)
    word = script.resolved(script.commands[0]).words[1]
    assert word.value == '--a=/etc/b"c'
    at = [word.place(i) for i in (0, 4, 8, 10, 11)]
    assert [(text[p : p + 2], q) for p, q in at] == [("--", ""), ("$A", '"'), ("/b", '"'), ('\\"', '"'), ('c"', '"')]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ExecStart=/bin/a b 'c d' \"e f\"", [["/bin/a", "b", "c d", "e f"]]),
        ("ExecStart=-@/bin/a name b", [["/bin/a", "b"]]),
        ("ExecStart=!!/bin/a b ; +/bin/c \\; d", [["/bin/a", "b"], ["/bin/c", ";", "d"]]),
        ("ExecStart=/bin/a \\\n  b \\\n# no\n; no\n  c\n", [["/bin/a", "b", "c"]]),
        ("ExecStart=/bin/a 50%% %i $$x ${Y} $Z", [["/bin/a", "50%", None, "$x", None, None]]),
        ("ExecStart=:/bin/a $X", [["/bin/a", "$X"]]),
        ("ExecStart=/bin/a b\\sc d\\\\e \\q", [["/bin/a", "b c", "d\\e", None]]),
        ("ExecStart=\nExecStartPre=/bin/b\n#ExecStart=/bin/c\n", [["/bin/b"]]),
        ("ExecStart=/bin/a 'b", [["/bin/a", None]]),
        ("Description=/bin/a b", []),
        ('ExecStart=/bin/a --x="b c"', [["/bin/a", "--x=b c"]]),
    ],
)
def test_units(line: str, expected: list[list[str | None]]) -> None:
    script = shell.parse_unit(f"[Service]\n{line}\n")
    assert [[w.value for w in c.words] for c in script.commands] == expected


def test_the_folder_of_a_unit() -> None:
    assert [c.folder for c in shell.parse_unit("[Service]\nWorkingDirectory=/dm\nExecStart=a\n").commands] == ["/dm"]
    assert [c.folder for c in shell.parse_unit("[Service]\nExecStart=a\nWorkingDirectory=%h\n").commands] == [None]
