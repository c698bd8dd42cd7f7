"""Versions of DM and sets of them.

The order is 2.0.7 < 5.3.0 < 8.5.7 < 9.0.0-beta.1 < 26.3.0 < main.  Because fixes are backported, "since" is a set
of intervals: `strict-optimistic-shard-mode` exists from 6.5.4 within 6.5, from 7.1.2 within 7.1, and from 7.2.0 on.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Iterable

from dmls.named import NamedTuple

_PRE = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-")


class Version(NamedTuple):
    """One DM version; compares by age.  `pre` sorts a pre-release before its release."""

    major: int
    minor: int
    patch: int
    pre: tuple[int, str]

    def __str__(self) -> str:
        if self == MAIN:
            return "main"
        tail = f"-{self.pre[1]}" if self.pre[0] == 0 else ""
        return f"{self.major}.{self.minor}.{self.patch}{tail}"


_RELEASED = (1, "")
MAIN = Version(1_000_000, 0, 0, _RELEASED)
"""The development branch (tiflow c7b2588ef6), above every release."""


_RELEASES = (
    "2.0.7 5.3.0 5.4.0 6.0.0 6.1.0 6.2.0 6.3.0 6.4.0 6.5.0 6.5.4 6.6.0 7.0.0 7.1.0 7.1.2 7.2.0 7.3.0 7.4.0 7.5.0 7.5.3 7.6.0"
    " 8.0.0 8.1.0 8.2.0 8.3.0 8.4.0 8.5.0 8.5.5 8.5.7 26.3.0 26.3.3"
)


@lru_cache(maxsize=256)
def parse_version(text: str) -> Version:
    """Read ``8.5.7``, ``v8.5.7``, ``8.5`` (= 8.5.0), ``9.0.0-beta.1`` or ``main``; raises ValueError for the rest."""
    text = text.strip()
    if text.lower() in ("main", "master"):
        return MAIN
    # Read by hand, since this runs before anything else is done, and to compile a pattern takes longer than all of it.
    number, dash, pre = text.removeprefix("v").partition("-")
    parts = number.split(".")
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts) or (dash and (not pre or not _PRE.issuperset(pre))):
        raise ValueError(f"not a DM version: {text!r}")
    major, minor, patch = map(int, (*parts, "0")[:3])
    return Version(major, minor, patch, (0, pre) if dash else _RELEASED)


RELEASES = tuple(parse_version(text) for text in _RELEASES.split())
"""Releases to offer, the oldest first: the first of each line, and those that brought something of their own."""

_LOWEST = Version(0, 0, 0, (0, ""))


class VersionSet(NamedTuple):
    """A union of half-open intervals ``[low, high)``; a `high` of None means no end."""

    intervals: tuple[tuple[Version, Version | None], ...]

    def __contains__(self, version: object) -> bool:
        assert isinstance(version, Version)
        return any(low <= version and (high is None or version < high) for low, high in self.intervals)

    def __bool__(self) -> bool:
        return bool(self.intervals)

    @property
    def first(self) -> Version | None:
        """The oldest version of the set; None for the empty set."""
        return self.intervals[0][0] if self.intervals else None

    def later_than(self, version: Version) -> Version | None:
        """The oldest version above `version` at which the set begins again, None where it does not."""
        return min((low for low, _ in self.intervals if low > version), default=None)

    def others(self) -> VersionSet:
        """The versions that are not in the set."""
        gaps: list[tuple[Version, Version | None]] = []
        at: Version | None = _LOWEST
        for low, high in self.intervals:
            if at is not None and at < low:
                gaps.append((at, low))
            at = high
        if at is not None:
            gaps.append((at, None))
        return VersionSet(tuple(gaps))

    def shown(self) -> str:
        """The intervals as people write them: ``≥ 7.2.0``, ``6.5.4 – < 6.6.0``."""
        parts = []
        for low, high in self.intervals:
            if high is None:
                parts.append(f"≥ {low}")
            else:
                parts.append(f"< {high}" if low == _LOWEST else f"{low} – < {high}")
        return ", ".join(parts)

    def __str__(self) -> str:
        return ",".join(f"{'' if low == _LOWEST else low}..{high or ''}" for low, high in self.intervals)


ALWAYS = VersionSet(((_LOWEST, None),))


@lru_cache(maxsize=512)
def parse_version_set(text: str) -> VersionSet:
    """Read ``6.5.4..6.6.0,7.1.2..7.2.0,7.2.0..``: intervals with commas, the end excluded and optional."""
    intervals = []
    for part in text.split(","):
        low, dots, high = part.strip().partition("..")
        if not dots:
            raise ValueError(f"not a version interval: {part!r}")
        intervals.append(
            (
                parse_version(low) if low else _LOWEST,
                parse_version(high) if high else None,
            )
        )
    return VersionSet(tuple(sorted(intervals, key=lambda i: i[0])))


NEW_TLS_HELPER = parse_version_set("7.5.2..7.6.0,8.2.0..")
"""Versions whose connections are made by the new TLS helper (errata 17); the others verify host names always."""

NEW_TLS_HELPER_TO_DATABASES = parse_version_set("6.3.0..")
"""Versions whose connections to databases are made by it (tiflow#6922); before `NEW_TLS_HELPER` without tidb#53358, by which a list of names began to work."""


_GO = tuple(
    (parse_version(low), go)
    for low, go in (("26.0.0", (1, 25)), ("8.5.5", (1, 25)), ("8.4.0", (1, 23)), ("7.4.0", (1, 21)), ("7.0.0", (1, 20)), ("6.4.0", (1, 19)), ("6.0.0", (1, 18)))
)
_GO_9 = (parse_version("9.0.0-alpha"), parse_version("26.0.0"))


def go_of(version: Version) -> tuple[int, int]:
    """The minor release of Go that a DM version is built with (the `go` line of each tag's go.mod; errata 20)."""
    if _GO_9[0] <= version < _GO_9[1]:
        return 1, 23
    return next((go for low, go in _GO if version >= low), (1, 16))


def with_go(since: tuple[int, int], until: tuple[int, int] | None = None) -> VersionSet:
    """The DM versions that are built with Go `since` or later, and before `until` if that is given."""
    starts = sorted({_LOWEST, *(low for low, _ in _GO), *_GO_9})
    intervals: list[tuple[Version, Version | None]] = []
    for low, high in zip(starts, [*starts[1:], None]):
        go = go_of(low)
        if go < since or (until is not None and go >= until):
            continue
        if intervals and intervals[-1][1] == low:
            low = intervals.pop()[0]
        intervals.append((low, high))
    return VersionSet(tuple(intervals))


FILTERS_ONLY_LOGGED = parse_version_set("6.5.7..6.6.0,7.1.4..7.2.0,7.5.1..")
"""Versions in which a task with a bad binlog event filter starts, without that filter (errata 18); the others answer 20037."""


def names(versions: Iterable[Version]) -> tuple[str, ...]:
    return tuple(str(v) for v in versions)
