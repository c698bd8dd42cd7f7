"""``units.RAMInBytes``; the table holds what the library printed."""

from __future__ import annotations

import pytest

from dmls.go import size

# (text, bytes, error)
OBSERVED: list[tuple[str, int | None, str | None]] = [
    ("10G", 10737418240, None),
    ("10GiB", 10737418240, None),
    ("10 GB", 10737418240, None),
    ("1.5k", 1536, None),
    ("lots", None, "invalid size: 'lots'"),
    ("", None, "invalid size: ''"),
    ("5", 5, None),
    ("5b", 5, None),
    ("5 B", 5, None),
    ("5Gigs", None, "invalid suffix: 'Gigs'"),
    ("-5", None, "invalid size: '-5'"),
    ("-5k", None, "invalid size: '-5k'"),
    ("1e3", 1000, None),
    ("1e3k", 1024000, None),
    ("0x10", None, 'strconv.ParseFloat: parsing "0x10": invalid syntax'),
    ("0x1p4", 16, None),
    ("inf ", -9223372036854775808, None),
    ("nan ", -9223372036854775808, None),
    ("1_0", 10, None),
    (". ", None, 'strconv.ParseFloat: parsing ".": invalid syntax'),
    (".", None, 'strconv.ParseFloat: parsing ".": invalid syntax'),
    ("1..5", None, 'strconv.ParseFloat: parsing "1..5": invalid syntax'),
    ("32 mb", 33554432, None),
    ("5K", 5120, None),
    ("16 EiB", None, "invalid suffix: 'eib'"),
    ("9e18k", -9223372036854775808, None),
    ("1e400", None, 'strconv.ParseFloat: parsing "1e400": value out of range'),
    ("1P", 1125899906842624, None),
    ("5 kiB ", None, 'strconv.ParseFloat: parsing "5 kiB": invalid syntax'),
    ("5 kb", 5120, None),
    ("5kbb", None, "invalid suffix: 'kbb'"),
    ("5x", None, "invalid suffix: 'x'"),
    ("5 ", 5, None),
    ("10 mega", None, "invalid suffix: 'mega'"),
    ("256 MiB", 268435456, None),
    ("F64", None, 'strconv.ParseFloat: parsing "F64": invalid syntax'),
]


@pytest.mark.parametrize(("text", "count", "error"), OBSERVED)
def test_as_the_library(text: str, count: int | None, error: str | None) -> None:
    assert size.parse(text) == (count, error)


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("64", 64 << 20), ("64MiB", 64 << 20), ("0", 0), ("1.5", 1), ("1k", 1024), ("17592186044416", 0)],
)
def test_a_chunk_size_without_unit_counts_mebibytes(text: str, count: int) -> None:
    assert size.parse_file_size(text) == (count, None)


@pytest.mark.parametrize("text", ["F64", "256 mega", "-1", "64 MiBs"])
def test_bad_chunk_size(text: str) -> None:
    assert size.parse_file_size(text)[0] is None
