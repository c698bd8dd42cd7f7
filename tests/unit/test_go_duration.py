"""``time.ParseDuration`` and ``Duration.String``; the table holds what Go printed."""

from __future__ import annotations

import pytest

from dmls.go import duration

# (text, nanoseconds, error, Go's own spelling of the value)
OBSERVED: list[tuple[str, int | None, str | None, str]] = [
    ("10s", 10000000000, None, "10s"),
    ("1h30m", 5400000000000, None, "1h30m0s"),
    ("1.5h", 5400000000000, None, "1h30m0s"),
    ("-5s", -5000000000, None, "-5s"),
    ("0", 0, None, "0s"),
    ("+0", 0, None, "0s"),
    ("-0", 0, None, "0s"),
    ("10", None, 'time: missing unit in duration "10"', "0s"),
    ("1d", None, 'time: unknown unit "d" in duration "1d"', "0s"),
    ("", None, 'time: invalid duration ""', "0s"),
    ("30 m", None, 'time: unknown unit " m" in duration "30 m"', "0s"),
    ("1us", 1000, None, "1µs"),
    ("1µs", 1000, None, "1µs"),
    ("1μs", 1000, None, "1µs"),
    ("9223372036854775807ns", 9223372036854775807, None, "2562047h47m16.854775807s"),
    ("-9223372036854775808ns", -9223372036854775808, None, "-2562047h47m16.854775808s"),
    ("9223372036854775808ns", None, 'time: invalid duration "9223372036854775808ns"', "0s"),
    (".5s", 500000000, None, "500ms"),
    ("1.s", 1000000000, None, "1s"),
    (".s", None, 'time: invalid duration ".s"', "0s"),
    ("0.9223372036854775807h", 3320413933267, None, "55m20.413933267s"),
    ("1e3s", None, 'time: unknown unit "e" in duration "1e3s"', "0s"),
    ('1h"', None, 'time: unknown unit "h\\"" in duration "1h\\""', "0s"),
    ("1\\s", None, 'time: unknown unit "\\\\s" in duration "1\\\\s"', "0s"),
    ("1秒", None, 'time: unknown unit "\\xe7\\xa7\\x92" in duration "1\\xe7\\xa7\\x92"', "0s"),
    ("\x01s", None, 'time: invalid duration "\\x01s"', "0s"),
    ("2562047h48m", None, 'time: invalid duration "2562047h48m"', "0s"),
    ("99999999999999999999h", None, 'time: invalid duration "99999999999999999999h"', "0s"),
    ("1m1m1m", 180000000000, None, "3m0s"),
    ("1h0", None, 'time: missing unit in duration "1h0"', "0s"),
    ("0.3333333333333333333h", 1200000000000, None, "20m0s"),
    ("-", None, 'time: invalid duration "-"', "0s"),
    ("+5m", 300000000000, None, "5m0s"),
    ("1H", None, 'time: unknown unit "H" in duration "1H"', "0s"),
    ("1.5.5s", None, 'time: missing unit in duration "1.5.5s"', "0s"),
    ("1h-5m", None, 'time: unknown unit "h-" in duration "1h-5m"', "0s"),
    ("100ms", 100000000, None, "100ms"),
    ("1w", None, 'time: unknown unit "w" in duration "1w"', "0s"),
]


@pytest.mark.parametrize(("text", "nanoseconds", "error", "spelling"), OBSERVED)
def test_as_go(text: str, nanoseconds: int | None, error: str | None, spelling: str) -> None:
    assert duration.parse(text) == (nanoseconds, error)
    if nanoseconds is not None:
        assert duration.format(nanoseconds) == spelling


@pytest.mark.parametrize(("nanoseconds", "spelling"), [(1, "1ns"), (1500, "1.5\u00b5s"), (1_000_000, "1ms"), (-1_500_000_000, "-1.5s")])
def test_short_durations_are_printed_in_small_units(nanoseconds: int, spelling: str) -> None:
    assert duration.format(nanoseconds) == spelling


def test_total() -> None:
    assert duration.parse("9" * 6000 + "h")[0] is None
    assert duration.parse("0" * 6000 + "1h")[0] == 3_600_000_000_000
    assert duration.parse("1\ud800") == (None, 'time: unknown unit "\\xed\\xa0\\x80" in duration "1\\xed\\xa0\\x80"')
