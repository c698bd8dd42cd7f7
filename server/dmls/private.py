"""Private keys as text.  People paste one where a path or a name belongs; whatever is said of that must not repeat it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Iterator

from dmls.pattern import LazyPattern

MASK = "********"
_KEYS = LazyPattern(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END[A-Z -]*|\Z)"
    r"|LS0tLS1CRUdJTi[A-Za-z0-9+/=]*(?:\s+[A-Za-z0-9+/=]{16,})*"
    r"|\b45(?:[\s,]+45){4}(?:[\s,]+\d{1,3}){8,}"
    r"|\b(?=[a-z0-9+/]*[A-Z])(?=[A-Z0-9+/]*[a-z])(?=[A-Za-z+/]*[0-9])[A-Za-z0-9+/]{100,}={0,2}"
    r"|\bM[A-Za-z0-9+/]{2,5}(?:AgEA|IBAD|IBAA|CAQAw|CAQEE)[A-Za-z0-9+/=]{24,}(?:\s+[A-Za-z0-9+/=]{16,})*"
)
"""PEM; base64 of PEM; PEM as numbers; whatever is too long for anything but base64; the base64 of PKCS#8, PKCS#1 and SEC 1 by itself."""
_MAYBE = LazyPattern(r"-----BEGIN|LS0tLS1CRUdJTi|45[\s,]+45|[A-Za-z0-9+/=]{31}")
"""What every such text has in it; to look for this takes a quarter of the time, and most texts have it not."""
NAMES = r"(?=[kpstKPSTſK])(?:passw|pwd|secret|token|key[-_.]?base64|key[-_.]?bytes|private[-_.]?key)"
"""What in the name of a key makes it one for a secret.  The first letters stand ahead, since case is ignored more slowly than it is written out."""
_IN_NAMES = ("passw", "pwd", "secret", "token", "base64", "bytes", "vate")
"""What stands in each such name in small letters, without an i, which has too many forms; to look for this needs no pattern."""
_SECRET = LazyPattern(NAMES, re.IGNORECASE)
_ASSIGNED = LazyPattern(
    rf"({NAMES}[\w.-]{{0,60}}[\"']?\s*(?:=|:\s*(?=[\"']))|(?:\A|field |options: )[^\w]{{0,60}}[\w.-]{{0,60}}{NAMES}[\w.-]{{0,60}}[\"']?\s*:\s)\s*[^\s`].*",
    re.IGNORECASE | re.DOTALL,
)
"""What is no name of a key: it has a separator in it.  Not ``open /dm/token: no such file``."""
LEAST = 40
"""Characters of the shortest text in which a private key may stand."""


def sounds_secret(name: str) -> bool:
    """Whether a key that no schema knows is called like one for a password or a private key."""
    return _SECRET.search(name) is not None


def without_keys(text: str) -> str:
    """The text with a mask in the place of each private key."""
    return text if len(text) < LEAST or _MAYBE.search(text) is None else _KEYS.sub(MASK, text)


def keys_in(text: str) -> Iterator[re.Match[str]]:
    """Where private keys stand."""
    yield from _KEYS.finditer(text) if _MAYBE.search(text) is not None else ()


@lru_cache(maxsize=32)
def without_secrets(text: str) -> str:
    """The same for a piece of a file that may have swallowed a password: what a broken text makes of ``password = "…``."""
    return without_keys(_ASSIGNED.sub(rf"\1 {MASK}", text) if ("=" in text or ":" in text) and any(name in text.casefold() for name in _IN_NAMES) else text)
