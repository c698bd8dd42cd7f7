"""Durations as Go's ``time.ParseDuration`` reads them (time/format.go)."""

from __future__ import annotations

from dmls.go.number import utf8
from dmls.pattern import LazyPattern

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,  # the micro sign
    "\u03bcs": 1_000,  # the Greek letter mu
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
UNITS = ("ns", "us", "ms", "s", "m", "h")
"""The units a person may write, from the shortest."""

_PART = LazyPattern(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")
_LIMIT = 1 << 63


def parse(text: str) -> tuple[int | None, str | None]:
    """The duration in nanoseconds and None, or None and Go's error text, ``time: missing unit in duration "10"``."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0, None
    invalid = f"time: invalid duration {_quote(text)}"
    if not rest:
        return None, invalid
    total = 0
    at = 0
    while at < len(rest):
        if rest[at] not in ".0123456789":
            return None, invalid
        m = _PART.match(rest, at)
        assert m is not None  # Every part of the pattern may be empty, so it always matches.
        whole, fraction, unit = m.groups()
        value = int(whole or 0) if len(whole) < 30 else int(whole.lstrip("0")[:30] or 0)
        if value > _LIMIT or (not whole and not fraction):
            return None, invalid
        if not unit:
            return None, f"time: missing unit in duration {_quote(text)}"
        factor = _UNITS.get(unit)
        if factor is None:
            return None, f"time: unknown unit {_quote(unit)} in duration {_quote(text)}"
        if value > _LIMIT // factor:
            return None, invalid
        value *= factor
        if fraction:
            digits, scale = _fraction(fraction)
            if digits:
                # Go computes this in float64, so the same rounding is needed here.
                value += int(float(digits) * (float(factor) / scale))
                if value > _LIMIT:
                    return None, invalid
        total += value
        if total > _LIMIT:
            return None, invalid
        at = m.end()
    if text[0] == "-":
        return -total, None
    if total >= _LIMIT:
        return None, invalid
    return total, None


def _fraction(text: str) -> tuple[int, float]:
    """The digits after the point and the power of ten they are divided by; digits beyond int64 are dropped."""
    number = 0
    scale = 1.0
    for c in text:
        if number > (_LIMIT - 1) // 10:
            break
        following = number * 10 + ord(c) - 48
        if following > _LIMIT:
            break
        number = following
        scale *= 10
    return number, scale


def _quote(text: str) -> str:
    """How package time quotes: every byte outside printable ASCII as ``\\xNN``."""
    out = ['"']
    for c in text:
        if c >= "\x80" or c < " ":
            out.extend(f"\\x{byte:02x}" for byte in utf8(c))
        elif c in '"\\':
            out.append("\\" + c)
        else:
            out.append(c)
    out.append('"')
    return "".join(out)


def format(nanoseconds: int) -> str:
    """``time.Duration.String``: ``1h30m0s``, ``1.5s``, ``0s``."""
    if nanoseconds == 0:
        return "0s"
    sign = "-" if nanoseconds < 0 else ""
    rest = abs(nanoseconds)
    if rest < 1_000_000_000:
        for unit, factor in (("ns", 1), ("\u00b5s", 1_000), ("ms", 1_000_000)):
            if rest < factor * 1_000:
                return f"{sign}{_decimal(rest, factor)}{unit}"
    minutes, below = divmod(rest, 60_000_000_000)
    seconds = f"{_decimal(below, 1_000_000_000)}s"
    if not minutes:
        return sign + seconds
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}h{minutes}m{seconds}" if hours else f"{sign}{minutes}m{seconds}"


def _decimal(number: int, factor: int) -> str:
    whole, below = divmod(number, factor)
    if not below:
        return str(whole)
    digits = len(str(factor)) - 1
    return f"{whole}.{below:0{digits}d}".rstrip("0")
