"""The file of the secret key, as DM-master reads it: 64 hexadecimal digits, and white space around them.

The bytes themselves go no further than `trimmed` and `judged`: what is kept of them tells whether DM takes the file, and no digit of it.

Source: dm/config/common.go (Adjust), encoding/hex of Go.
"""

from __future__ import annotations

import re

from dmls.files import SecretKey

DIGITS = 64
_HEX = frozenset("0123456789abcdefABCDEF")
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Go's unicode.IsSpace takes for white space."""
CHECKSUM, BASE64, QUOTED, PREFIXED, MARKED, EMPTY, LENGTH, OTHER = "checksum", "base64", "quoted", "prefixed", "marked", "empty", "length", "other"
"""What may have gone wrong: the whole output of sha256sum, Base64 instead of digits, quotes around the digits, a ``0x`` before them, a byte order mark, nothing
in the file, digits of another number, anything else.  They are `SecretKey.trap`."""


def trimmed(data: bytes) -> str:
    """What DM decodes: the content without the white space around."""
    # Each byte that is no UTF-8 stays one character, as the text is only asked for digits and white space.
    return data.decode("utf-8", "surrogateescape").strip(_SPACE)


def judged(data: bytes, mode: int = 0) -> SecretKey:
    """What DM makes of the content."""
    text = trimmed(data)
    raw = text.encode("utf-8", "surrogateescape")
    digits = len(raw) if all(chr(byte) in _HEX for byte in raw) else 0
    cause = _cause(raw)
    return SecretKey(cause, _trap(text, digits) if cause else "", digits, mode)


def _cause(raw: bytes) -> str:
    for byte in raw:
        if chr(byte) not in _HEX:
            shown = f" '{chr(byte)}'" if chr(byte).isprintable() else ""
            return f"encoding/hex: invalid byte: U+{byte:04X}{shown}"
    if len(raw) % 2:
        return "encoding/hex: odd length hex string"
    return "" if len(raw) == DIGITS else "the secret key must be a hex AES-256 key of length 64"


def _trap(text: str, digits: int) -> str:
    if not text:
        return EMPTY
    if digits:
        return LENGTH
    if re.match(r"[0-9a-fA-F]{64}\s+\S", text):
        return CHECKSUM
    if text.startswith("\ufeff"):
        return MARKED
    if re.fullmatch(r"""["'][0-9a-fA-F]{64}["']""", text):
        return QUOTED
    if re.fullmatch(r"0[xX][0-9a-fA-F]{64}", text):
        return PREFIXED
    return BASE64 if re.fullmatch(r"[A-Za-z0-9+/_-]{43}=?", text) else OTHER
