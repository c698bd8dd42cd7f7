"""Durations and sizes as people write them, turned into what Go reads.

`None` where a text has no meaning; the flag tells whether it has but one.
"""

from __future__ import annotations

from decimal import Decimal

from dmls.go import duration, size
from dmls.named import NamedTuple
from dmls.pattern import LazyPattern


class Amount(NamedTuple):
    """`text` is for DM; `sure` is False where the text may have meant something else."""

    text: str
    sure: bool


_WORDS = {
    word: unit
    for unit, words in {
        "ns": "ns nanosecond nanoseconds 纳秒",
        "us": "us microsecond microseconds 微秒",
        "ms": "ms msec msecs millisecond milliseconds 毫秒",
        "s": "s sec secs second seconds 秒 秒钟",
        "m": "m min mins minute minutes 分 分钟",
        "h": "h hr hrs hour hours 时 小时",
        "d": "d day days 天 日",
        "w": "w week weeks 周",
    }.items()
    for word in words.split()
}
_HOURS = {"d": 24, "w": 168}
_PART = LazyPattern(r"([0-9]+(?:\.[0-9]+)?)[ \t]*([^\W\d_]*)[ \t,]*")


def as_duration(text: str) -> Amount | None:
    """`1d` is `24h`, `5 min` is `5m`; a number alone was probably meant as seconds."""
    rest = text.strip()
    sign = rest[:1] if rest[:1] in ("+", "-") else ""
    rest = rest[len(sign) :].lstrip()
    parts: list[str] = []
    sure = bool(rest)
    hours = Decimal(0)
    at = 0
    while at < len(rest):
        found = _PART.match(rest, at)
        if found is None:
            return None
        number, word = found.groups()
        unit = _WORDS.get(word.lower())
        if not word and not parts and not hours and found.end() == len(rest):
            unit, sure = "s", False
        if unit is None:
            return None
        # A large M may be months.
        sure = sure and word != "M"
        if unit in _HOURS:
            hours += Decimal(number) * _HOURS[unit]
        elif unit == "h":
            hours += Decimal(number)
        else:
            parts.append(number + unit)
        at = found.end()
    if hours:
        parts.insert(0, f"{hours.normalize():f}h")
    written = sign + "".join(parts)
    return Amount(written, sure) if parts and written != text and duration.parse(written)[0] is not None else None


_SIZE = LazyPattern(r"([0-9][0-9,_]*(?:\.[0-9]+)?)[ \t]*([A-Za-z]+)\Z")
_SIZES = {"k": "kilo kibi", "m": "mega mebi meg", "g": "giga gibi gig", "t": "tera tebi", "p": "peta pebi"}
_SIZE_WORDS = {
    "b": "B",
    "byte": "B",
    **{f"{start}{tail}": f"{letter.upper()}iB" for letter, starts in _SIZES.items() for start in (letter, f"{letter}i", *starts.split()) for tail in ("", "b", "byte")},
}


def as_size(text: str) -> Amount | None:
    """`10Gigs` is `10GiB`, since DM counts all units in powers of 1024."""
    found = _SIZE.match(text.strip())
    if found is None:
        return None
    number, word = found.groups()
    unit = _SIZE_WORDS.get(word.lower()) or _SIZE_WORDS.get(word.lower().removesuffix("s"))
    written = f"{number.replace(',', '').replace('_', '')}{unit}"
    if unit is None or written == text or size.parse(written)[0] is None:
        return None
    return Amount(written, "," not in number)
