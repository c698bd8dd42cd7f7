"""Moments and days on the command line."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmls.cli import moment
from dmls.cli.moment import days_between, read_moment
from dmls.commands.options import UsageError
from dmls.pki.facts import rfc_3339
from support.certs import AT, NOW


@pytest.mark.parametrize(
    "text",
    [
        AT,
        "2026-09-01T20:00:00+08:00",
        "2026-09-01t08:30:00-03:30",
        "2026-09-01 12:00:00z",
        "2026-09-01T12:00:00",
        "2026-09-01T12:00:00.000Z",
    ],
)
def test_one_moment_in_many_ways(text: str) -> None:
    assert read_moment(text) == NOW


def test_a_date_is_its_first_second() -> None:
    assert read_moment("2026-09-01") == NOW - 12 * 3600


@pytest.mark.parametrize("fraction", ["5", "000000001", "999999999999", "123456"])
def test_a_fraction_lies_between_two_seconds(fraction: str) -> None:
    assert NOW < read_moment(f"2026-09-01T12:00:00.{fraction}Z") < NOW + 1


def test_from_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moment, "now", lambda: float(NOW))
    assert read_moment("+30d") == NOW + 30 * 86_400
    assert read_moment("-2h") == NOW - 7200
    assert read_moment("+0d") == NOW


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "30d",
        "+30",
        "2026-13-01",
        "2026-02-29",
        "2026-09-01T24:00:00Z",
        "2026-09-01T12:00:60Z",
        "2026-09-01T12:00Z",
        "2026-09-01T12:00:00+24:00",
        "0000-01-01",
        "２０２６-09-01",
    ],
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(UsageError):
        read_moment(text)


@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_moments_are_written_as_the_calendar_has_them(seconds: int) -> None:
    known = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    assert rfc_3339(seconds) == f"{known.year:04}-{known:%m-%dT%H:%M:%S}Z"
    assert read_moment(rfc_3339(seconds)) == seconds


def test_years_that_the_calendar_of_python_lacks() -> None:
    assert rfc_3339(-62_135_596_801) == "0000-12-31T23:59:59Z"
    assert rfc_3339(253_402_300_800) == "10000-01-01T00:00:00Z"


def test_days_are_rounded_down() -> None:
    assert days_between(NOW, NOW + 86_399) == 0
    assert days_between(NOW, NOW + 86_400) == 1
    assert days_between(NOW, NOW - 1) == -1
