"""Moments and spans of time on the command line: reading them and writing them.  Moments are seconds since 1970."""

from __future__ import annotations

import datetime

from dmls.commands.options import Parsed, UsageError
from dmls.disk import now
from dmls.pattern import LazyPattern

DAY = 86_400
MOST_DAYS = 36_500

_RFC_3339 = LazyPattern(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))?)?\Z")
_FROM_NOW = LazyPattern(r"([+-])(\d{1,6})([dh])\Z")
_DAYS = LazyPattern(r"(\d{1,6})d?\Z")
_EPOCH = datetime.date(1970, 1, 1).toordinal()


def at_of(parsed: Parsed) -> float:
    """The moment that `--at` asks for, else now.  Raises UsageError."""
    return read_moment(parsed.value("--at")) if parsed.flag("--at") else now()


def days_of(parsed: Parsed, default: int) -> int:
    """The days that `--within` asks for.  Raises UsageError."""
    if not parsed.flag("--within"):
        return default
    text = parsed.value("--within")
    found = _DAYS.match(text) if text.isascii() else None
    if found is None or int(found[1]) > MOST_DAYS:
        raise UsageError("cli.bad-within", value=text)
    return int(found[1])


def read_moment(text: str) -> float:
    """Read ``2026-09-01T12:00:00.5+08:00``, ``2026-09-01`` (its first second, UTC), ``+30d`` or ``-2h`` from now.  Raises UsageError."""
    found = _FROM_NOW.match(text) if text.isascii() else None
    if found is not None:
        seconds = int(found[2]) * (DAY if found[3] == "d" else 3600)
        return now() + (seconds if found[1] == "+" else -seconds)
    found = _RFC_3339.match(text) if text.isascii() else None
    if found is None:
        raise UsageError("cli.bad-time", value=text)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        days = datetime.date(year, month, day).toordinal() - _EPOCH
        datetime.time(hour, minute, second)
        offset = datetime.time(int(found[10] or 0), int(found[11] or 0))
    except ValueError:
        raise UsageError("cli.bad-time", value=text) from None
    whole = days * DAY + hour * 3600 + minute * 60 + second - (-1 if found[9] == "-" else 1) * (offset.hour * 3600 + offset.minute * 60)
    fraction = found[7] or ""
    if not fraction.strip("0"):
        return float(whole)
    # Certificates count whole seconds, so only "between two seconds" matters, and that must survive being a float.
    return whole + min(max(float("0." + fraction[:9]), 0.001), 0.999)


def days_between(at: float, later: float) -> int:
    """Whole days from `at` to `later`, rounded down, so that a part of a day that is gone counts as one."""
    return int((later - at) // DAY)
