"""Passwords as DM encrypts them, and those that were encrypted with the key that DM had before v8.0.0, the same for everybody.

The old key stands in DM's public source (dm/pkg/encrypt/encrypt.go of v7.6.0), so what it hides is no secret.  A text is base64 of 16 bytes, an ``@`` and the
password in AES-256-CFB.  CFB proves nothing by itself: a text of a newer key has the same form and becomes noise here, so only printable
ASCII of some length is believed.
"""

from __future__ import annotations

from dmls.go import base64_std

KEY = bytes.fromhex("a529b7665997f043a30ac8fadcb51d6aa032c226ab5b7750530b12b8c1a16a48")
BLOCK = 16
_MARK = b"@"
_LEAST = 6
"""Characters below which noise looks like a password too often."""


def has_form(text: str) -> bool:
    """Whether a text has the form of an encrypted password, whatever its key."""
    data = base64_std.decode(text)[0]
    return data is not None and len(data) > BLOCK and data[BLOCK : BLOCK + 1] == _MARK


def decrypted(text: str, key: bytes = KEY) -> bytes | None:
    """What a text of the form of an encrypted password hides under `key`, noise where it is of another key; None where it has not the form.

    Cipher feedback encrypts the block before each block of text; nothing but single blocks are encrypted here.
    """
    data = base64_std.decode(text)[0]
    if data is None or len(data) < BLOCK + 1 or data[BLOCK : BLOCK + 1] != _MARK:
        return None
    hidden = data[BLOCK + 1 :]
    before = [data[:BLOCK], *(hidden[i : i + BLOCK] for i in range(0, len(hidden) - BLOCK, BLOCK))]
    masks = _blocks(key, b"".join(before[: -(-len(hidden) // BLOCK)]))
    return bytes(a ^ b for a, b in zip(hidden, masks))


def encrypted(secret: bytes, key: bytes, start: bytes) -> str:
    """A secret as DM encrypts it (dm/pkg/encrypt/encrypt.go: Encrypt); `start` are 16 random bytes, never used twice."""
    from base64 import b64encode

    hidden = b""
    before = start
    for at in range(0, len(secret), BLOCK):
        before = bytes(a ^ b for a, b in zip(secret[at : at + BLOCK], _blocks(key, before)))
        hidden += before
    return b64encode(start + _MARK + hidden).decode("ascii")


def _blocks(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data) if data else b""


def is_of_old_key(text: str) -> bool:
    data = base64_std.decode(text)[0]
    if data is None or len(data) < BLOCK + 1 + _LEAST:
        # Nothing that could be believed; to decrypt it takes a library that is slow to import.
        return False
    secret = decrypted(text)
    return secret is not None and looks_meant(secret)


def looks_meant(secret: bytes) -> bool:
    """Whether what came out is a password that a person may have chosen, and no noise of a wrong key."""
    return len(secret) >= _LEAST and all(0x20 <= byte < 0x7F for byte in secret)
