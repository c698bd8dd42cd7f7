"""Whether a password was encrypted with the key that DM had before v8.0.0, the same for everybody.

The key stands in DM's public source (dm/pkg/encrypt/encrypt.go of v7.6.0), so what it hides is no secret.  A text is base64 of 16 bytes, an ``@`` and the
password in AES-256-CFB.  CFB proves nothing by itself: a text of a newer key has the same form and becomes noise here, so only printable
ASCII of some length is believed.
"""

from __future__ import annotations

from dmls.go import base64_std

_KEY = bytes.fromhex("a529b7665997f043a30ac8fadcb51d6aa032c226ab5b7750530b12b8c1a16a48")
_BLOCK = 16
_LEAST = 6
"""Characters below which noise looks like a password too often."""


def is_of_old_key(text: str) -> bool:
    data = base64_std.decode(text)[0]
    if data is None or len(data) < _BLOCK + 1 + _LEAST or data[_BLOCK : _BLOCK + 1] != b"@":
        return False
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    hidden = data[_BLOCK + 1 :]
    # Cipher feedback encrypts the block before each block of text; nothing but single blocks are encrypted here.
    before = [data[:_BLOCK], *(hidden[i : i + _BLOCK] for i in range(0, len(hidden) - _BLOCK, _BLOCK))]
    masks = Cipher(algorithms.AES(_KEY), modes.ECB()).encryptor().update(b"".join(before[: -(-len(hidden) // _BLOCK)]))
    return all(0x20 <= a ^ b < 0x7F for a, b in zip(hidden, masks))
