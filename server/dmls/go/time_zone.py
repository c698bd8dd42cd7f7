"""Time zones as DM's ``ParseTimeZone`` takes them (dm/pkg/utils/time.go)."""

from __future__ import annotations

import re
import sys
from functools import lru_cache

NOT_SUPPORTED = "'SYSTEM' or 'Local' time_zone is not supported"

_OFFSET = re.compile(r"([+-])(-?)(?:([0-9]+) +)?([0-9]+)(?::([0-9]{1,2}))?(?::([0-9]{1,2}))?(?:\.[0-9]*)?\Z")
_NEGATIVE_LIMIT = 12 * 3600 + 59 * 60
_POSITIVE_LIMIT = 14 * 3600


def check(text: str) -> str | None:
    """None, or DM's message (20008).  The empty text is accepted: DM then uses the zone of the target.

    Names are those of the IANA data base, with their exact case; on a machine without that data every name that has
    the form of one is accepted.
    """
    if text in ("SYSTEM", "Local"):
        return NOT_SUPPORTED
    if text in ("", "UTC") or is_name(text):
        return None
    seconds = offset(text)
    if seconds is None or not -_NEGATIVE_LIMIT <= seconds <= _POSITIVE_LIMIT:
        return f"invalid timezone string: {text}"
    return None


def offset(text: str) -> int | None:
    """The seconds east of UTC that ``+08:00`` means; None for what is no offset.

    DM reads what follows the sign as a TiDB TIME: ``+8`` is eight seconds, ``+0800`` eight minutes.
    """
    m = _OFFSET.match(text)
    if m is None:
        return None
    sign, minus, days, first, second, third = m.groups()
    if len(first) > 7 or len(days or "") > 3:
        return None
    if second is not None:
        hours, minutes, seconds = int(first), int(second), int(third or 0)
    elif days is not None:
        hours, minutes, seconds = int(first), 0, 0
    else:
        rest, seconds = divmod(int(first), 100)
        hours, minutes = divmod(rest, 100)
    if minutes > 59 or seconds > 59:
        return None
    total = ((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + seconds
    return -total if (sign == "-") != (minus == "-") else total


_FORM = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*\Z", re.ASCII)


@lru_cache(maxsize=256)
def is_name(text: str) -> bool:
    """Whether ``time.LoadLocation`` finds the zone."""
    if _FORM.match(text) is None:
        return False
    if text in _LINKS or text.startswith(_LINK_AREAS):
        return True
    if sys.platform != "linux":
        # Other file systems ignore case, the ones DM runs on do not; so the listing is asked, not the file.
        names = _names()
        return not names or text in names
    return _has(text) or not _has("Etc/UTC")


def _has(text: str) -> bool:
    try:
        from zoneinfo import ZoneInfo

        ZoneInfo(text)
    except (ImportError, KeyError, ValueError, OSError):
        return False
    return True


def close_names(text: str, count: int = 3) -> list[str]:
    """Names of zones like `text`, the likeliest first; for suggestions."""
    from difflib import get_close_matches

    names = _names()
    folded = {name.lower(): name for name in names}
    same = folded.get(text.lower())
    if same is not None:
        return [same]
    return get_close_matches(text, sorted(names), count, 0.75)


def known_names() -> frozenset[str]:
    """The names to offer: of areas and cities, without the copies that some systems keep under other folders."""
    return frozenset(name for name in _names() if name.partition("/")[0] in _AREAS)


_AREAS = frozenset("Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split())


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """The names on this machine, or of the package tzdata; empty where there is neither."""
    try:
        from zoneinfo import available_timezones

        return frozenset(available_timezones())
    except (ImportError, OSError):
        return frozenset()


# Debian and others keep the old names in a package of their own, so their absence here says nothing about DM's machine.
_LINK_AREAS = ("US/", "Canada/", "Mexico/", "Brazil/", "Chile/")
_LINKS = frozenset(
    "CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran"
    " Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK"
    " Singapore Turkey UCT UTC Universal W-SU WET Zulu".split()
)
