"""DER as Go's certificate parser reads it (``golang.org/x/crypto/cryptobyte``): single-byte tags, definite lengths in their shortest form.

Readers work on the whole buffer with offsets, so that nothing is copied.  What cannot be read has the tag `NO_TAG`.
"""

from __future__ import annotations

import re
from functools import lru_cache

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, NUMERIC_STRING, PRINTABLE_STRING, T61_STRING, IA5_STRING, BMP_STRING = 0x0C, 0x12, 0x13, 0x14, 0x16, 0x1E
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31
NO_TAG = -1

_FAILED = (NO_TAG, 0, 0)
_LATER_PADDING = re.compile(rb"[\x00-\x7f]\x80", re.DOTALL)


def read(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The element at `at`: its tag and the offsets of its content.  The next element begins where the content ends."""
    if end - at < 2:
        return _FAILED
    tag = data[at]
    length = data[at + 1]
    at += 2
    if tag & 0x1F == 0x1F:
        return _FAILED
    if length & 0x80:
        count = length & 0x7F
        if not 0 < count <= 4 or end - at < count:
            return _FAILED
        length = int.from_bytes(data[at : at + count], "big")
        if length < 0x80 or not length >> 8 * (count - 1):
            return _FAILED
        at += count
    if length > end - at:
        return _FAILED
    return tag, at, at + length


def integer(data: bytes, start: int, end: int) -> int | None:
    """The number in the content of an INTEGER; None if it is empty or not in its shortest form."""
    if start == end:
        return None
    if end - start > 1:
        first, second = data[start], data[start + 1]
        if first == 0 and second < 0x80 or first == 0xFF and second >= 0x80:
            return None
    return int.from_bytes(data[start:end], "big", signed=True)


def boolean(data: bytes, start: int, end: int) -> bool | None:
    """The content of a BOOLEAN; None if it is neither 00 nor FF."""
    if end - start != 1 or data[start] not in (0, 0xFF):
        return None
    return data[start] == 0xFF


def bit_string(data: bytes, start: int, end: int) -> tuple[bytes, int] | None:
    """The bytes of a BIT STRING and its number of unused bits, which must be zero; None if it is malformed."""
    if start == end:
        return None
    unused = data[start]
    if unused > 7 or start + 1 == end and unused or unused and data[end - 1] & ((1 << unused) - 1):
        return None
    return data[start + 1 : end], unused


def right_aligned(bits: tuple[bytes, int]) -> bytes:
    """The bytes of a BIT STRING, shifted so that the unused bits are the first ones."""
    value, unused = bits
    if not unused or not value:
        return value
    return (int.from_bytes(value, "big") >> unused).to_bytes(len(value), "big")


def oid(content: bytes) -> tuple[str, bool]:
    """The dotted form of an OBJECT IDENTIFIER, and whether each part is in its shortest form; "" if it cannot be read.

    Parts above 2^31 - 1 cannot be read.
    """
    return _oid(content) if len(content) <= 64 else _oid.__wrapped__(content)


@lru_cache(maxsize=1024)
def _oid(content: bytes) -> tuple[str, bool]:
    parts: list[int] = []
    shortest = True
    value = count = 0
    for byte in content:
        if count == 5 or value >= 1 << 24:
            return "", True
        if not count and byte == 0x80:
            shortest = False
        value = value << 7 | byte & 0x7F
        count += 1
        if byte < 0x80:
            parts.append(value)
            value = count = 0
    if count or not parts:
        return "", True
    first = min(parts[0] // 40, 2)
    return ".".join(map(str, (first, parts[0] - 40 * first, *parts[1:]))), shortest


def long_oid(content: bytes) -> str:
    """The dotted form of an OBJECT IDENTIFIER with parts of any size; "" if it is malformed.

    What is longer than any in use is given in hexadecimal, since long numbers take long to write.
    """
    if len(content) > 512:
        malformed = content[-1] >= 0x80 or content[0] == 0x80 or _LATER_PADDING.search(content)
        return "" if malformed else f"#{content.hex()}"
    parts: list[int] = []
    value = 0
    start = True
    for byte in content:
        if start and byte == 0x80:
            return ""
        value = value << 7 | byte & 0x7F
        start = byte < 0x80
        if start:
            parts.append(value)
            value = 0
    if not start or not parts:
        return ""
    first = min(parts[0] // 40, 2)
    return ".".join(map(str, (first, parts[0] - 40 * first, *parts[1:])))


_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_EPOCH_DAY = 719162
"""Days from 0001-01-01 to 1970-01-01."""


def time(tag: int, content: bytes) -> tuple[int, int] | None:
    """Seconds since 1970 and the hours of the zone offset; None if it is malformed.

    Go takes UTCTime without seconds and any offset but zero, which must be written Z.
    """
    text = content.decode("latin-1")
    if text.endswith("Z"):
        digits, offset, zone_hours = text[:-1], 0, 0
    else:
        digits, zone = text[:-5], text[-5:]
        if len(zone) != 5 or zone[0] not in "+-" or not _is_digits(zone[1:]):
            return None
        zone_hours, minutes = int(zone[1:3]), int(zone[3:])
        offset = zone_hours * 3600 + minutes * 60
        if minutes > 59 or not offset:
            return None
        if zone[0] == "-":
            offset = -offset
    if not _is_digits(digits):
        return None
    if tag == GENERALIZED_TIME:
        if len(digits) != 14:
            return None
        year = int(digits[:4])
        digits = digits[4:]
    else:
        if len(digits) == 10:
            digits += "00"
        elif len(digits) != 12:
            return None
        year = int(digits[:2])
        year += 2000 if year < 50 else 1900
        digits = digits[2:]
    month, day, hour, minute, second = (int(digits[i : i + 2]) for i in range(0, 10, 2))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1] + (month == 2 and leap) or hour > 23 or minute > 59 or second > 59:
        return None
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 + _DAYS_BEFORE[month - 1] + (month > 2 and leap) + day - 1 - _EPOCH_DAY
    return days * 86400 + hour * 3600 + minute * 60 + second - offset, zone_hours


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
