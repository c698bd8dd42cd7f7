"""DM's check of `timezone`."""

from __future__ import annotations

import pytest

from dmls.go import time_zone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "UTC",
        "Asia/Shanghai",
        "US/Eastern",
        "PRC",
        "Etc/GMT+8",
        "+08:00",
        "-06:00",
        "+14:00",
        "-12:59",
        "+8:00",
        "+8",
    ],
)
def test_accepted(text: str) -> None:
    assert time_zone.check(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("Asia/Shanghia", "asia/shanghai", "Asia", "CST", "GMT+8", "UTC+8", "08:00", "+14:01", "+15:00", "-13:00"),
        *("+8:60", "+", "../UTC", "/UTC", "Asia/Shanghai ", "\u4e0a\u6d77", "\x00"),
    ],
)
def test_refused(text: str) -> None:
    assert time_zone.check(text) == f"invalid timezone string: {text}"


@pytest.mark.parametrize("text", ["SYSTEM", "Local"])
def test_the_zone_of_the_machine_is_refused(text: str) -> None:
    assert time_zone.check(text) == "'SYSTEM' or 'Local' time_zone is not supported"


def test_without_zone_data_every_name_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_zone, "_has", lambda text: False)
    monkeypatch.setattr(time_zone, "_names", lambda: frozenset())
    time_zone.is_name.cache_clear()
    assert time_zone.check("Asia/Nowhere") is None
    assert time_zone.check("no name") is not None
    time_zone.is_name.cache_clear()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("+08:00", 28800), ("-06:30", -23400), ("+8", 8), ("+0800", 480), ("+1 1:00", 90000), ("8", None), ("+x", None)],
)
def test_offset(text: str, seconds: int | None) -> None:
    assert time_zone.offset(text) == seconds


def test_close_names() -> None:
    assert time_zone.close_names("Asia/Shanghia")[0] == "Asia/Shanghai"
    assert time_zone.close_names("asia/shanghai") == ["Asia/Shanghai"]
