"""What the rules about one file agree on: how grave a fault is, whether the path leads anywhere, how to name files in a command."""

from __future__ import annotations

from dmls.files import Denied, Missing, Pending
from dmls.model import kind as kinds
from dmls.model.cert_use import Source
from dmls.rule import Severity

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:,@%")


def gravity(source: Source, opened: bool = False) -> Severity:
    """An error only where DM fails for certain.

    `opened` asks about opening the file rather than about what it holds: a source or task fails on a file it cannot open even where it
    would not look into it.
    """
    if source.is_alone or not source.effective:
        return Severity.WARNING
    return Severity.ERROR if source.used or (opened and source.owner in kinds.DATABASES) else Severity.WARNING


def is_there(source: Source) -> bool:
    """Whether something is known to lie under the path, taken literally."""
    return not isinstance(source.state, (Missing, Pending, Denied))


def named(source: Source) -> str:
    """How a sentence names the file: as the configuration does, by its key where the text stands in the configuration."""
    if source.entry is not None:
        return source.path or source.entry.key
    return source.path.rpartition("/")[2]


def in_shell(path: str) -> str:
    """The path as a shell takes it."""
    return path if path and set(path) <= _SAFE else "'" + path.replace("'", "'\\''") + "'"


def command_files(source: Source) -> dict[str, str]:
    """`old` and `new` for a command that makes a usable file of this one; never the same."""
    old = f"{source.role}.old" if source.is_inline else named(source)
    stem, dot, suffix = old.rpartition(".")
    if not dot or "/" in suffix:
        stem, suffix = old, ""
    new = f"{stem}.pem" if suffix.lower() != "pem" else f"{stem}-new.pem"
    return {"old": in_shell(old), "new": in_shell(new)}
