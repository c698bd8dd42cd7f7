"""Durations and sizes that people write and Go does not read."""

from __future__ import annotations

import pytest

from dmls.go import duration, size
from dmls.model.dm.amount import Amount, as_duration, as_size


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1d", Amount("24h", True)),
        ("1.5d", Amount("36h", True)),
        ("1 day 12 hours", Amount("36h", True)),
        ("5 min", Amount("5m", True)),
        ("90Minutes", Amount("90m", True)),
        ("1h 30m", Amount("1h30m", True)),
        ("-3 s", Amount("-3s", True)),
        ("5分钟", Amount("5m", True)),
        ("10", Amount("10s", False)),
        ("10M", Amount("10m", False)),
        ("1h 30", None),
        ("1:30", None),
        ("soon", None),
        ("", None),
        ("30s", None),
        ("99999999999d", None),
    ],
)
def test_durations(written: str, meant: Amount | None) -> None:
    assert as_duration(written) == meant
    assert meant is None or duration.parse(meant.text)[1] is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10Gigs", Amount("10GiB", True)),
        ("10  GiB", Amount("10GiB", True)),
        ("5 gigabytes", Amount("5GiB", True)),
        ("1 TBytes", Amount("1TiB", True)),
        ("3 bytes", Amount("3B", True)),
        ("10,000MB", Amount("10000MiB", False)),
        ("10%", None),
        ("lots", None),
        ("", None),
    ],
)
def test_sizes(written: str, meant: Amount | None) -> None:
    assert as_size(written) == meant
    assert meant is None or size.parse(meant.text)[1] is None
