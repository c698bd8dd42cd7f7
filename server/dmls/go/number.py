"""Numbers as Go's ``strconv`` reads them (internal/strconv atoi.go, atof.go; strconv/quote.go)."""

from __future__ import annotations

import re

from dmls.pattern import LazyPattern

SYNTAX = "invalid syntax"
RANGE = "value out of range"

INT64_MIN = -(1 << 63)
INT64_MAX = (1 << 63) - 1
UINT64_MAX = (1 << 64) - 1

_DIGIT = {c: i for i, c in enumerate("0123456789abcdefghijklmnopqrstuvwxyz")}
_DIGIT.update({c.upper(): i for c, i in tuple(_DIGIT.items())})
_PREFIX_BASE = {"b": 2, "o": 8, "x": 16}
_FLOAT = LazyPattern(r"[+-]?(?:[0-9_]*[0-9][0-9_]*(?:\.[0-9_]*)?|[0-9_]*\.[0-9_]*[0-9][0-9_]*)(?:[eE][+-]?[0-9][0-9_]*)?\Z")
_HEX_FLOAT = LazyPattern(
    r"[+-]?0[xX](?:[0-9a-fA-F_]*[0-9a-fA-F][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?"
    r"|[0-9a-fA-F_]*\.[0-9a-fA-F_]*[0-9a-fA-F][0-9a-fA-F_]*)[pP][+-]?[0-9][0-9_]*\Z"
)
_SPECIAL = LazyPattern(r"(?:([+-]?)inf(?:inity)?|nan)\Z", re.IGNORECASE | re.ASCII)


def _underscores_ok(text: str) -> bool:
    """Whether every underscore stands between digits or between a base prefix and a digit (``underscoreOK``)."""
    if text[:1] in ("+", "-"):
        text = text[1:]
    saw = "^"
    start = 0
    hexadecimal = False
    if len(text) >= 2 and text[0] == "0" and text[1] in "bBoOxX":
        start = 2
        saw = "0"
        hexadecimal = text[1] in "xX"
    for c in text[start:]:
        if "0" <= c <= "9" or (hexadecimal and ("a" <= c <= "f" or "A" <= c <= "F")):
            saw = "0"
        elif c == "_":
            if saw != "0":
                return False
            saw = "_"
        elif saw == "_":
            return False
        else:
            saw = "!"
    return saw != "_"


def parse_uint(text: str, base: int = 10, bits: int = 64) -> tuple[int, str | None]:
    """``strconv.ParseUint``: the value and None, or the nearest value and one of `SYNTAX` and `RANGE`.

    Base 0 takes the prefixes ``0b``, ``0o``, ``0x`` and ``0`` (octal), and underscores between digits.
    """
    if not text:
        return 0, SYNTAX
    rest = text
    any_base = base == 0
    if any_base:
        base = 10
        if rest[0] == "0":
            prefix = _PREFIX_BASE.get(rest[1].lower()) if len(rest) >= 3 else None
            if prefix is not None:
                base = prefix
                rest = rest[2:]
            else:
                base = 8
                rest = rest[1:]
    limit = (1 << bits) - 1
    number = 0
    underscores = False
    for c in rest:
        if c == "_" and any_base:
            underscores = True
            continue
        digit = _DIGIT.get(c, 99)
        if digit >= base:
            return 0, SYNTAX
        number = number * base + digit
        # Go stops at the digit that overflows, so that what follows cannot turn a range error into a syntax error.
        if number > limit:
            return limit, RANGE
    if underscores and not _underscores_ok(text):
        return 0, SYNTAX
    return number, None


def parse_int(text: str, base: int = 10, bits: int = 64) -> tuple[int, str | None]:
    """``strconv.ParseInt``: the value and None, or the nearest value and one of `SYNTAX` and `RANGE`."""
    if not text:
        return 0, SYNTAX
    negative = text[0] == "-"
    number, error = parse_uint(text[1:] if text[0] in "+-" else text, base, bits)
    if error == SYNTAX:
        return 0, SYNTAX
    half = 1 << (bits - 1)
    if negative:
        return (-half, RANGE) if number > half else (-number, None)
    return (half - 1, RANGE) if number >= half else (number, None)


def parse_float(text: str) -> tuple[float, str | None]:
    """``strconv.ParseFloat`` with 64 bits: the value and None, or a value and one of `SYNTAX` and `RANGE`."""
    special = _SPECIAL.match(text)
    if special is not None:
        return float(text), None
    hexadecimal = _HEX_FLOAT.match(text) is not None
    if not hexadecimal and _FLOAT.match(text) is None:
        return 0.0, SYNTAX
    plain = text
    if "_" in text:
        if not _underscores_ok(text):
            return 0.0, SYNTAX
        plain = text.replace("_", "")
    try:
        number = float.fromhex(plain) if hexadecimal else float(plain)
    except (OverflowError, ValueError):
        number = float("-inf" if plain[0] == "-" else "inf")
    return (number, RANGE) if number in (float("inf"), float("-inf")) else (number, None)


def error_text(function: str, text: str, error: str) -> str:
    """What Go prints for a ``*strconv.NumError`` of `function`, for example ``ParseFloat``."""
    return f"strconv.{function}: parsing {quote(text)}: {error}"


_SHORT_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
}


def utf8(text: str) -> bytes:
    """The bytes Go has for `text`; the inverse of decoding with "surrogateescape".  Total, also for lone surrogates."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def printable(data: bytes) -> str:
    """Bytes as DM's log and JSON show them: each byte that is no UTF-8 becomes U+FFFD, as Go's encoders do."""
    text = data.decode("utf-8", "surrogateescape")
    return text if text.isascii() else "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def quote(text: str) -> str:
    """``strconv.Quote`` (the verb ``%q``): `text` as a Go string literal."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    out = ['"']
    for c in text:
        short = _SHORT_ESCAPES.get(c)
        if short is not None:
            out.append(short)
        elif c.isprintable():
            out.append(c)
        else:
            code = ord(c)
            if code < 0x20 or code == 0x7F:
                out.append(f"\\x{code:02x}")
            elif 0xDC80 <= code <= 0xDCFF:
                # A byte that is no UTF-8, brought here by the error handler "surrogateescape".
                out.append(f"\\x{code - 0xDC00:02x}")
            elif code < 0x10000:
                out.append(f"\\u{code:04x}")
            else:
                out.append(f"\\U{code:08x}")
    out.append('"')
    return "".join(out)


def truncate_int64(number: float) -> int:
    """Go's ``int64(number)`` on amd64: cut towards zero; what does not fit, and NaN, becomes the least int64."""
    if -9223372036854775808.0 <= number < 9223372036854775808.0:
        return int(number)
    return INT64_MIN


def truncate_uint64(number: float) -> int:
    """Go's ``uint64(number)`` on amd64: negative numbers wrap, what does not fit becomes 2**63."""
    if number < 9223372036854775808.0:
        return truncate_int64(number) & UINT64_MAX
    if number < 18446744073709551616.0:
        return int(number)
    return 1 << 63
