"""A writer of DER (X.690): each function gives the bytes of one whole value.

Nothing is checked for sense, since the tests need nonsense too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

_EPOCH = datetime(1970, 1, 1)


def tagged(tag: int, content: bytes) -> bytes:
    """A value with the identifier octet `tag` (class and form included)."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def seq(*parts: bytes) -> bytes:
    return tagged(0x30, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """A SET OF, its members sorted as DER wants them."""
    return tagged(0x31, b"".join(sorted(parts)))


def explicit(number: int, *parts: bytes) -> bytes:
    """``[number] EXPLICIT``"""
    return tagged(0xA0 | number, b"".join(parts))


def implicit(number: int, value: bytes) -> bytes:
    """``[number] IMPLICIT``: `value` with its identifier octet replaced; it stays primitive or constructed."""
    return bytes((0x80 | (value[0] & 0x20) | number,)) + value[1:]


def integer(value: int) -> bytes:
    size = ((value if value >= 0 else ~value).bit_length() // 8) + 1
    return tagged(0x02, value.to_bytes(size, "big", signed=True))


def boolean(value: bool) -> bytes:
    return tagged(0x01, b"\xff" if value else b"\x00")


def null() -> bytes:
    return b"\x05\x00"


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    out = b""
    for arc in (40 * first + second, *rest):
        piece = bytes((arc & 0x7F,))
        while arc := arc >> 7:
            piece = bytes((0x80 | (arc & 0x7F),)) + piece
        out += piece
    return tagged(0x06, out)


def octets(value: bytes) -> bytes:
    return tagged(0x04, value)


def bitstring(value: bytes, unused: int = 0) -> bytes:
    return tagged(0x03, bytes((unused,)) + value)


def named_bits(numbers: set[int]) -> bytes:
    """A BIT STRING of named bits: no zero bits at its end."""
    if not numbers:
        return bitstring(b"")
    last = max(numbers)
    value = bytearray(last // 8 + 1)
    for number in numbers:
        value[number // 8] |= 0x80 >> (number % 8)
    return bitstring(bytes(value), 7 - last % 8)


def utf8(text: str) -> bytes:
    return tagged(0x0C, text.encode("utf-8"))


def printable(text: str) -> bytes:
    return tagged(0x13, text.encode("latin-1"))


def teletex(text: str) -> bytes:
    return tagged(0x14, text.encode("latin-1"))


def ia5(text: str) -> bytes:
    return tagged(0x16, text.encode("latin-1"))


def bmp(text: str) -> bytes:
    return tagged(0x1E, text.encode("utf-16-be"))


def utctime(seconds: int) -> bytes:
    """A moment, seconds since 1970, with two digits of the year."""
    return tagged(0x17, f"{_moment(seconds):%y%m%d%H%M%SZ}".encode())


def gentime(seconds: int) -> bytes:
    """A moment, seconds since 1970, with four digits of the year."""
    moment = _moment(seconds)
    return tagged(0x18, f"{moment.year:04}{moment:%m%d%H%M%SZ}".encode())


def time(seconds: int) -> bytes:
    """As RFC 5280 wants it: UTCTime for the years 1950 to 2049, GeneralizedTime for others."""
    return utctime(seconds) if 1950 <= _moment(seconds).year < 2050 else gentime(seconds)


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
