"""What a path may turn out to be.  Absence is a value, never an exception.

`Disk` is the port through which the shells read; `disk.RealDisk` is its only implementation that touches a
file system, `tests/support/fake_disk.py` is the other one.
"""

from __future__ import annotations

from typing import Protocol, Union

from dmls.named import NamedTuple


class Content(NamedTuple):
    """A regular file that was read whole.  `mode` holds its permission bits, 0 where unknown."""

    data: bytes
    mode: int = 0


class Missing(NamedTuple):
    """Nothing has this name."""


class Pending(NamedTuple):
    """Asked for, not read yet; a rule says nothing about it."""


class Denied(NamedTuple):
    """Policy forbids looking (untrusted workspace, files off); a rule says nothing about it."""


class Unreadable(NamedTuple):
    """It exists, but the system refused; `reason` is the system's own short text."""

    reason: str


class NotRegular(NamedTuple):
    """A FIFO, socket or device: never opened, since reading could block for ever."""

    what: str


class TooLarge(NamedTuple):
    """A regular file of `size` bytes, over the reader's `limit`; not read."""

    size: int
    limit: int


class Directory(NamedTuple):
    """A folder; `entries` are names, sorted, those of folders with a slash at their end; empty where only its being a folder was asked."""

    entries: tuple[str, ...] = ()


class SecretKey(NamedTuple):
    """A file that was read for the secret key.  `cause` is DM's text where it refuses the content, "" where it takes it.

    `trap` is a word of `model.secret_key` for what may have gone wrong, "" where DM takes the file.  `digits` is how many hexadecimal digits there are, where nothing else is.
    `mode` holds the permission bits of the file, 0 where unknown.
    """

    cause: str
    trap: str
    digits: int
    mode: int


FileState = Union[Content, Missing, Pending, Denied, Unreadable, NotRegular, TooLarge, Directory]


CONFIG_LIMIT = 10 * 1024 * 1024
"""Bytes of a configuration file that are read at most; DM files are a few kilobytes."""
PEM_LIMIT = 4 * 1024 * 1024
"""Bytes of a certificate file that are read at most: twenty times the bundle of all public authorities."""


TEXT_LIMIT = 64 * 1024
"""Bytes that are read at most of a file which a program has written for itself; what we ask about is a line or two."""


class Read(NamedTuple):
    """The core wants the content of a file."""

    path: str
    limit: int = CONFIG_LIMIT


class ReadPem(NamedTuple):
    """The core wants to know what certificates and keys a file holds; the bytes themselves never enter it."""

    path: str
    limit: int = PEM_LIMIT


class ReadText(NamedTuple):
    """The core wants the content of a small file that is no configuration."""

    path: str
    limit: int = TEXT_LIMIT


class ReadSecret(NamedTuple):
    """The core wants to know whether a file holds a secret key; the bytes themselves never enter it."""

    path: str
    limit: int = TEXT_LIMIT


class List(NamedTuple):
    """The core wants the names in a folder."""

    path: str
    limit: int = 0


class Stat(NamedTuple):
    """The core wants to know what a path is."""

    path: str
    limit: int = 0


Want = Union[Read, ReadPem, ReadSecret, ReadText, List, Stat]


class Disk(Protocol):
    """Where bytes come from.  No method raises for what the file system holds."""

    def read(self, path: str, limit: int) -> FileState:
        """The file at `path`, at most `limit` bytes."""

    def list(self, path: str) -> FileState:
        """`Directory` with its entries, or why not."""

    def stat(self, path: str) -> FileState:
        """Like `read`, but `Content` comes back with empty data."""
