"""When DM takes a certificate file that was replaced (dm-tls.md §5)."""

from __future__ import annotations

from typing import Iterable

from dmls.model import kind as kinds
from dmls.model.tls_block import CA
from dmls.version import NEW_TLS_HELPER, Version

AGAIN, RESTART, HANDSHAKE = "again", "restart", "handshake"


def reload_story(owner: str | None, roles: Iterable[str], version: Version) -> str:
    """At the next "handshake", at a "restart", or when the source or task is made "again"; for a file in several roles the last of them.

    Sources and tasks keep what they read when they were made.  A component reads certificate and key for each handshake with the new TLS
    helper, and only at its start with the old one; a CA is never read a second time.
    """
    if owner in kinds.DATABASES:
        return AGAIN
    return RESTART if version not in NEW_TLS_HELPER or CA in roles else HANDSHAKE
