"""``strconv``; the tables hold what Go printed."""

from __future__ import annotations

import pytest

from dmls.go import number

# (text, value, error of ParseInt with base 0)
INTEGERS: list[tuple[str, int, str | None]] = [
    ("1", 1, None),
    ("010", 8, None),
    ("0x1F", 31, None),
    ("0b11", 3, None),
    ("0o17", 15, None),
    ("1_000", 1000, None),
    ("9223372036854775807", 9223372036854775807, None),
    ("9223372036854775808", 9223372036854775807, "value out of range"),
    ("-9223372036854775808", -9223372036854775808, None),
    ("-9223372036854775809", -9223372036854775808, "value out of range"),
    ("99999999999999999999z", 9223372036854775807, "value out of range"),
    ("0_1", 1, None),
    ("0x_1", 1, None),
    ("1__0", 0, "invalid syntax"),
    ("_1", 0, "invalid syntax"),
    ("08", 0, "invalid syntax"),
    ("", 0, "invalid syntax"),
    ("-", 0, "invalid syntax"),
    ("+-1", 0, "invalid syntax"),
    ("0x", 0, "invalid syntax"),
    ("0b", 0, "invalid syntax"),
    ("0", 0, None),
]

# (text, value as Go prints it, error of ParseFloat)
FLOATS: list[tuple[str, str, str | None]] = [
    ("1", "1", None),
    ("1.5", "1.5", None),
    ("1e5", "100000", None),
    ("0x1p4", "16", None),
    ("0x1.8p-3", "0.1875", None),
    ("1_0", "10", None),
    ("0x_1p1", "2", None),
    ("inf", "+inf", None),
    ("-Infinity", "-inf", None),
    ("+nan", "0", "invalid syntax"),
    ("1e400", "+inf", "value out of range"),
    ("-1e400", "-inf", "value out of range"),
    ("4e-330", "0", None),
    (".", "0", "invalid syntax"),
    (".e1", "0", "invalid syntax"),
    ("1e", "0", "invalid syntax"),
    ("1_", "0", "invalid syntax"),
    ("1._5", "0", "invalid syntax"),
    (".1_2", "0.12", None),
    ("0x2p1023", "+inf", "value out of range"),
    ("0x1p-1080", "0", None),
    ("0x1", "0", "invalid syntax"),
    ("", "0", "invalid syntax"),
]

# (text, strconv.Quote)
QUOTED: list[tuple[str, str]] = [
    ('a"b', '"a\\"b"'),
    ("\\", '"\\\\"'),
    ("\x00\x07\n", '"\\x00\\a\\n"'),
    ("é", '"é"'),
    ("\u200b", '"\\u200b"'),
    ("\ufeff", '"\\ufeff"'),
    ("😀", '"😀"'),
    ("\x7f", '"\\x7f"'),
    ("\u3000", '"\\u3000"'),
    ("abc", '"abc"'),
    ("\xad", '"\\u00ad"'),
]


@pytest.mark.parametrize(("text", "value", "error"), INTEGERS)
def test_parse_int(text: str, value: int, error: str | None) -> None:
    assert number.parse_int(text, 0) == (value, error)


@pytest.mark.parametrize(("text", "value", "error"), FLOATS)
def test_parse_float(text: str, value: str, error: str | None) -> None:
    assert number.parse_float(text) == (float(value), error)


@pytest.mark.parametrize(("text", "quoted"), QUOTED)
def test_quote(text: str, quoted: str) -> None:
    assert number.quote(text) == quoted


def test_bytes_that_are_no_utf8() -> None:
    text = b"a\xff\xe5\xaf".decode("utf-8", "surrogateescape")
    assert number.quote(text) == '"a\\xff\\xe5\\xaf"'
    assert number.utf8(text) == b"a\xff\xe5\xaf"
    assert number.printable(b"a\xff\xe5\xaf") == "a\ufffd\ufffd\ufffd"
    assert number.utf8("\ud800") == b"\xed\xa0\x80"


def test_truncation_of_floats() -> None:
    assert number.truncate_int64(-4.9) == -4
    assert number.truncate_int64(float("nan")) == number.INT64_MIN
    assert number.truncate_uint64(-1.5) == number.UINT64_MAX
    assert number.truncate_uint64(2.0**64) == 2**63
    assert number.truncate_uint64(9.3e18) == 9_300_000_000_000_000_000
