"""The text format: places, excerpts with carets, what may be shown and what not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from dmls.cli.console import Console, harmless
from dmls.cli.formats import text
from dmls.cli.formats.text import MASK, source
from dmls.cli.result import Examined, Result
from dmls.finding import Applicability, Finding, Fix, Related, Severity
from dmls.text import LineIndex, Span
from dmls.width import padded, width, wrapped

from .conftest import Stream

CONTENT = 'name = "w1"\njoin = "a"\n'
PATH = "/w/dm-worker.toml"


def finding(start: int, end: int, **fields: object) -> Finding:
    values: dict[str, object] = {"rule": "some-rule", "severity": Severity.ERROR, "file": PATH, "message": "cli.missing", "args": {"path": "X"}}
    return Finding(**{**values, "span": Span(start, end), **fields})  # type: ignore[arg-type]


def shown(*findings: Finding, content: str = CONTENT, env: dict[str, str] | None = None, terminal: bool = False, versions: bool = False) -> str:
    out = Stream(terminal)
    other = "/w/other.toml"
    examined = Examined(PATH, True, findings, {PATH: content, other: "a\nb\n"}, {})
    text.write(Result([examined], {PATH: "w.toml", other: "other.toml"}, versions), Console(out, Stream(), env=env or {}))
    return out.getvalue()


def test_one_finding_with_all_it_can_have() -> None:
    assert (
        shown(
            finding(
                12,
                16,
                dm_codes=(20003, 38011),
                dm_text="unknown configuration options: join",
                related=(Related("/w/other.toml", Span(2, 3), "cli.missing", {"path": "Y"}),),
                fixes=(Fix("cli.missing", {"path": "Z"}, Applicability.SAFE, ()),),
                versions=("7.5.2", "main"),
            ),
            versions=True,
        )
        == """\
w.toml:2:1: error[some-rule] X: there is no such file or folder; check the path
    2 | join = "a"
      | ^^^^
        DM says: [code=20003] [code=38011] unknown configuration options: join
        in DM 7.5.2, main
        other.toml:2:1: Y: there is no such file or folder; check the path
        fix: Z: there is no such file or folder; check the path

1 file checked: 1 error
"""
    )


def test_the_summary_counts() -> None:
    several = [finding(0, 1, severity=s) for s in (Severity.WARNING, Severity.WARNING, Severity.INFORMATION, Severity.HINT, Severity.HINT)]
    assert shown(*several).endswith("\n\n1 file checked: 2 warnings, 1 information, 2 hints\n")
    assert shown() == "1 file checked, nothing found\n"
    assert shown(*several, env={"LANG": "zh_CN"}).endswith("检查了 1 个文件：2 个警告，1 条信息，2 条提示\n")


def test_a_text_without_lines_has_no_excerpt() -> None:
    assert shown(finding(0, 0), content="") == "w.toml:1:1: error[some-rule] X: there is no such file or folder; check the path\n\n1 file checked: 1 error\n"


def test_a_message_of_dm_with_its_own_code_is_not_given_another() -> None:
    assert text.dm_words(finding(0, 1, dm_codes=(1,), dm_text="[code=1:class=x] y")) == "[code=1:class=x] y"
    assert text.dm_words(finding(0, 1, dm_codes=(1,))) == "[code=1]"
    assert text.dm_words(finding(0, 1)) == ""


@pytest.mark.parametrize(
    ("env", "terminal", "coloured"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour_only_where_it_is_seen(env: dict[str, str], terminal: bool, coloured: bool) -> None:
    plain = shown(finding(12, 16))
    found = shown(finding(12, 16), env=env, terminal=terminal)
    assert ("\x1b[" in found) is coloured
    import re

    assert re.sub(r"\x1b\[[\d;]*m", "", found) == plain


def excerpt(line: str, start: int, end: int, secrets: tuple[Span, ...] = ()) -> tuple[str, str]:
    found = source(LineIndex(line), Span(start, end), secrets)
    assert found is not None
    return found.text, " " * found.column + "^" * found.length


def test_carets_stand_below_wide_letters_and_emoji() -> None:
    assert excerpt("名称: 数据", 4, 6) == ("名称: 数据", "      ^^^^")
    assert excerpt("a: 🔑x", 4, 5) == ("a: 🔑x", "     ^")
    assert excerpt("e\u0301: x", 4, 5) == ("e\u0301: x", "   ^")


def test_tabs_are_shown_as_blanks() -> None:
    assert excerpt("\ta\tb", 3, 4) == ("    a   b", "        ^")


def test_an_empty_range_has_one_caret_and_a_long_one_ends_with_its_line() -> None:
    assert excerpt("abc", 1, 1) == ("abc", " ^")
    assert excerpt("abc", 3, 3) == ("abc", "   ^")
    assert excerpt("abc\ndef\n", 1, 7) == ("abc", " ^^")
    assert excerpt("abc\r\ndef", 0, 5) == ("abc", "^^^")


def test_a_long_line_is_shown_around_the_place() -> None:
    line = "a" * 500 + "HERE" + "b" * 500
    shown_line, carets = excerpt(line, 500, 504)
    assert width(shown_line) < 130
    assert shown_line.startswith("…") and shown_line.endswith("…")
    assert shown_line[carets.index("^") :].startswith("HERE")
    assert carets.count("^") == 4


@pytest.mark.parametrize(
    "line",
    [
        "password: hunter2",
        '  - {user: a, Password: "hunter2"}',
        "ssl-key-base64 = 'hunter2'",
        "encrypt_secret=hunter2",
        '"access-token": hunter2',
        "passwrd: x\tpassword: hunter2",
    ],
)
def test_no_secret_is_shown(line: str) -> None:
    shown_line, _ = excerpt(line, len(line) - 3, len(line))
    assert "hunter" not in shown_line
    assert MASK in shown_line


def test_a_secret_that_the_schema_knows_is_hidden_wherever_it_stands() -> None:
    found = source(LineIndex("key: |\n  hunter2\n"), Span(9, 12), (Span(5, 17),))
    assert found is not None
    assert (found.text, found.column, found.length) == (MASK, 0 if found.column == 0 else found.column, found.length)
    assert "hunter" not in found.text


def test_what_could_steer_a_terminal_is_taken_out() -> None:
    evil = "a: \x1b[31m\u202ex\x07"
    shown_line, _ = excerpt(evil, 0, 1)
    assert not set("\x1b\u202e\x07") & set(shown_line)
    report = shown(finding(0, 1, args={"path": "\x1b]0;x\x07\nw.toml:1:1: faked"}), content=evil)
    assert not set("\x1b\u202e\x07") & set(report)
    assert len([line for line in report.splitlines() if line.startswith("w.toml")]) == 1
    assert harmless("a\nb\tc") == "a\nb\ufffdc"


@budget(deadline=None)
@given(st.text("ab\t :密🔑\u0301\x1b\r\n", max_size=40), st.integers(0, 45), st.integers(0, 10))
def test_any_text_can_be_shown(content: str, start: int, length: int) -> None:
    found = source(LineIndex(content), Span(start, start + length))
    if found is not None:
        assert "\n" not in found.text
        assert found.length >= 1
        assert found.column <= width(found.text) + 20


def test_widths() -> None:
    assert width("abc") == 3
    assert width("中文") == 4
    assert padded("中", 4) == "中  "
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("一二三四五", 4) == ["一二", "三四", "五"]
    assert wrapped("", 5) == [""]


@budget(deadline=None)
@given(st.text("ab 中，", max_size=60), st.integers(5, 30))
def test_wrapping_loses_no_letter(content: str, columns: int) -> None:
    lines = wrapped(content, columns)
    assert "".join(lines).replace(" ", "") == content.replace(" ", "")
