"""Where in a text passwords and private keys stand, so that no output shows them."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Iterable, Iterator

from dmls.pattern import LazyPattern
from dmls.private import NAMES, keys_in
from dmls.text import Span

LEAST = 6
"""Characters of a secret that is hidden wherever else it stands too; shorter ones stand anywhere by chance."""
MOST = 200
"""So many of them are looked for."""
_QUOTES = "\"' \t\r\n"

_SOUNDS = NAMES + r"[\w-]{0,60}[\"']?"
_BESIDE = LazyPattern(_SOUNDS + r"[ \t\u00a0\u3000]*(?:[:=：＝ \t\u00a0\u3000])[ \t\u00a0\u3000]*", re.IGNORECASE)
"""A name that sounds like a secret, before its value; what should stand between them may be missing."""
_CLOSED = LazyPattern(r"[\]}, \t\r]*")
"""What closes the blocks around a secret that the schema knows."""
_ABOVE = LazyPattern(
    r"[ \t?-]{0,200}[\"']?[\w.-]{0,60}"
    + _SOUNDS
    + r"[ \t]*[:=]?[ \t]*[|>]?[-+]?\d?[ \t]*(?:#[^\n]*)?\r?\n((?:(?![ \t]*(?:- )?[\"']?[\w.-]{1,60}[\"']?[ \t]*(?::\s|=[ \t]))[^\n]*(?:\n|\Z)){1,200})",
    re.IGNORECASE,
)
"""The same from the beginning of a line, above the lines of its value, which ends where another key begins."""
_NAMES = LazyPattern(NAMES, re.IGNORECASE)


def spans(text: str, known: Iterable[Span] = ()) -> tuple[Span, ...]:
    """`known` are those that the schema calls secret.  Others are found by their name and by what they look like, also in a text that is broken."""
    return _spans(text, tuple(known))


@lru_cache(maxsize=64)
def _spans(text: str, known: tuple[Span, ...]) -> tuple[Span, ...]:
    # Many findings, of many files, point into the same few files.
    found = [span for span in known if span.start < span.end]
    ends = {span.start: span.end for span in found}
    at = 0
    while (match := _BESIDE.search(text, at)) is not None:
        end = text.find("\n", match.end())
        at = len(text) if end < 0 else end
        known_end = ends.get(match.end())
        if known_end is None or _CLOSED.fullmatch(text, known_end, at) is None:
            found.append(Span(match.end(), at))
    found += _below(text)
    found += (Span(*match.span()) for match in keys_in(text))
    for value in _values(text, found):
        at = text.find(value)
        while at >= 0:
            found.append(Span(at, at + len(value)))
            at = text.find(value, at + len(value))
    return tuple(sorted(set(found)))


def _below(text: str) -> Iterator[Span]:
    """Values in the lines below the names of secrets."""
    at = 0
    while (name := _NAMES.search(text, at)) is not None:
        start = text.rfind("\n", 0, name.start()) + 1
        match = _ABOVE.match(text, start) if start >= at else None
        if match is not None:
            yield Span(*match.span(1))
        end = text.find("\n", name.end())
        at = match.end() if match is not None else end + 1 if end >= 0 else len(text)


def repeats(text: str, source: str, secrets: Iterable[Span]) -> bool:
    """Whether `text` holds one of the `secrets` of `source`, or a private key."""
    return next(keys_in(text), None) is not None or any(value in text for value in _values(source, secrets))


def _values(text: str, secrets: Iterable[Span]) -> list[str]:
    """What stands in the spans, line by line, without quotes."""
    values = {line.strip(_QUOTES) for span in secrets for line in islice(span.of(text).splitlines(), MOST)}
    return sorted((value for value in values if len(value) >= LEAST), key=lambda value: (len(value), value))[:MOST]
