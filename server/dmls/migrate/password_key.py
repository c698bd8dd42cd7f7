"""The key that passwords of sources and tasks are encrypted with, as an action may use it: the bytes of the key stay behind the port."""

from __future__ import annotations

from typing import Protocol

from dmls.version import parse_version

OWN_KEY = parse_version("8.0.0")
"""Since when a master reads a key from a file, and DM no longer knows the one that all had."""


class PasswordKey(Protocol):
    """A secret key of DM.  Nothing of it is told by `repr`."""

    def file(self) -> bytes:
        """The content of the file that DM-master reads it from: 64 hexadecimal digits."""

    def encrypt(self, secret: bytes) -> str:
        """A password as it stands in a configuration; another text each time."""

    def decrypt(self, text: str) -> bytes | None:
        """What the text hides, noise where it is of another key; None where it has not the form of an encrypted password."""

    @property
    def is_public(self) -> bool:
        """Whether it is the key that every DM before 8.0 had."""


def is_readable(secret: bytes | None) -> bool:
    """Whether what came out is a password that a person may have chosen, and not the noise of a wrong key.

    Of one character, noise passes every third time; of eight, once in three thousand.
    """
    if not secret:
        return False
    try:
        return secret.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False
