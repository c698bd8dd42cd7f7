"""Base64 as Go's ``base64.StdEncoding`` reads it (encoding/base64/base64.go)."""

from __future__ import annotations

import binascii

from dmls.go.number import utf8

_ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_PAD = 0x3D
_LINE_ENDS = b"\r\n"


def decode(text: str | bytes) -> tuple[bytes | None, str | None]:
    """``StdEncoding.DecodeString``: the bytes and None, or None and ``illegal base64 data at input byte N``.

    Carriage returns and line feeds are skipped; N counts bytes of the text, line ends included.
    """
    source = utf8(text) if isinstance(text, str) else text
    at = _first_illegal(source)
    if at is not None:
        return None, f"illegal base64 data at input byte {at}"
    return binascii.a2b_base64(source), None


def _first_illegal(source: bytes) -> int | None:
    """The position that Go's ``CorruptInputError`` names, None for a legal text."""
    end = len(source)
    at = 0
    while True:
        count = 0
        while count < 4:
            if at == end:
                return None if count == 0 else at - count
            byte = source[at]
            at += 1
            if byte in _ALPHABET:
                count += 1
                continue
            if byte in _LINE_ENDS:
                continue
            if byte != _PAD or count < 2:
                return at - 1
            if count == 2:
                at = _skip_line_ends(source, at)
                if at == end:
                    return end
                if source[at] != _PAD:
                    return at - 1
                at += 1
            at = _skip_line_ends(source, at)
            return at if at < end else None


def _skip_line_ends(source: bytes, at: int) -> int:
    while at < len(source) and source[at] in _LINE_ENDS:
        at += 1
    return at
