"""TOML values as github.com/BurntSushi/toml v1.6.0 reads them (parse.go ``value…``, decode.go ``unify…``).

DM decodes dm-master.toml, dm-worker.toml and dmctl.toml with it.  Styles are those of the syntax tree, and "array",
"table" and "array-table" (``[[x]]``) for what is no scalar.  Go types are named as DM's messages print them.
"""

from __future__ import annotations

import re

from dmls.go import duration
from dmls.go.number import RANGE, UINT64_MAX, parse_float, parse_int, quote
from dmls.named import NamedTuple

Value = bool | int | float | str

_TYPES = {
    "basic": "string",
    "literal": "string",
    "multi-basic": "string",
    "multi-literal": "string",
    "bare": "string",
    "integer": "int64",
    "float": "float64",
    "boolean": "bool",
    "datetime": "time.Time",
    "array": "[]any",
    "table": "map[string]any",
    "inline": "map[string]any",
    "dotted": "map[string]any",
    "implicit": "map[string]any",
    "array-table": "[]map[string]any",
}

_SIGNED_BITS = {"int": 64, "int8": 8, "int16": 16, "int32": 32, "int64": 64}
_UNSIGNED_BITS = {"uint": 64, "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64}
_SAFE = {"float64": 9007199254740991, "float32": 16777215}

NAMED_SLICES = frozenset(("security.strArray",))
"""Go types of DM's configuration that are lists under another name."""


class _Accepted(NamedTuple):
    value: Value | None


def type_name(style: str) -> str | None:
    """The Go type of a TOML value as messages print it (``[]any``); None for a style that is no value (junk)."""
    return _TYPES.get(style)


def destination(go: str) -> str:
    """The word for a Go type in ``destination has type …``: string, integer, float, boolean, slice, map or table."""
    if go in _SIGNED_BITS or go in _UNSIGNED_BITS or go == "time.Duration":
        return "integer"
    if go in _SAFE:
        return "float"
    if go == "bool":
        return "boolean"
    if go == "string":
        return "string"
    if go.startswith("[]") or go in NAMED_SLICES:
        return "slice"
    return "map" if go.startswith("map[") else "table"


def decode(style: str, text: str, go: str) -> str | None:
    """None where the value is taken for the Go type `go`, else the library's words behind ``(last key "…"): ``.

    `text` is the number, word or string itself; it is looked at only for numbers (and for time.Duration).
    Items of lists and members of tables are values of their own.  A style that is no value gives None: the syntax
    error is said elsewhere.  A ``map[…]`` takes anything, silently, as the library does.
    """
    outcome = _decode(style, text, go)
    return outcome if isinstance(outcome, str) else None


def value(style: str, text: str, go: str) -> Value | None:
    """What the value becomes in a field of type `go`; None for refused values and for what is no scalar.

    A negative integer in a ``uint`` or ``uint64`` wraps silently, so -1 becomes 18446744073709551615.
    """
    outcome = _decode(style, text, go)
    return outcome.value if isinstance(outcome, _Accepted) else None


def _decode(style: str, text: str, go: str) -> _Accepted | str:
    type_ = _TYPES.get(style)
    if type_ is None:
        return _Accepted(None)
    number: int | float = 0
    # A number must be readable in any case, whatever it is meant for.
    if type_ == "int64":
        integer = _integer(text)
        if isinstance(integer, str):
            return integer
        number = integer
    elif type_ == "float64":
        real = _float(text)
        if isinstance(real, str):
            return real
        number = real
    wanted = destination(go)
    if wanted == "map":
        return _Accepted(None)
    if wanted == "table":
        if type_ == "map[string]any":
            return _Accepted(None)
        return f"type mismatch for {go}: expected table but found {type_}"
    if wanted == "slice" and type_ in ("[]any", "[]map[string]any"):
        return _Accepted(None)
    if wanted == "string" and type_ == "string":
        return _Accepted(text)
    if wanted == "boolean" and type_ == "bool":
        return _Accepted(text == "true")
    if wanted == "float" and type_ in ("float64", "int64"):
        return _to_float(number, go)
    if wanted == "integer":
        if type_ == "int64" and isinstance(number, int):
            return _to_integer(number, go)
        if type_ == "string" and go == "time.Duration":
            nanoseconds, error = duration.parse(text)
            return f"invalid duration: {quote(text)}" if error is not None else _Accepted(nanoseconds)
    return f"incompatible types: TOML value has type {type_}; destination has type {wanted}"


def _to_integer(number: int, go: str) -> _Accepted | str:
    bits = _SIGNED_BITS.get(go)
    if bits is not None:
        half = 1 << (bits - 1)
        return _Accepted(number) if -half <= number < half else f"{number} is out of range for {go}"
    bits = _UNSIGNED_BITS.get(go, 0)
    if bits in (8, 16, 32):
        return _Accepted(number) if 0 <= number < 1 << bits else f"{number} is out of range for {go}"
    return _Accepted(number & UINT64_MAX if bits else number)


def _to_float(number: int | float, go: str) -> _Accepted | str:
    limit = _SAFE[go]
    if isinstance(number, int) and not -limit <= number <= limit:
        return f"{number} is out of the safe {go} range"
    return _Accepted(float(number))


def _integer(text: str) -> int | str:
    """The int64 that `text` is, or the library's error text."""
    if not _underscores_ok(text):
        return f"Invalid integer {quote(text)}: underscores must be surrounded by digits"
    if _leading_zero(text):
        return f"Invalid integer {quote(text)}: cannot have leading zeroes"
    number, error = parse_int(text, 0)
    if error == RANGE:
        return f"{text} is out of range for int64"
    return number


def _float(text: str) -> float | str:
    parts = [part for part in re.split("[.eE]", text) if part]
    if not all(map(_underscores_ok, parts)):
        return f"Invalid float {quote(text)}: underscores must be surrounded by digits"
    if parts and _leading_zero(parts[0]):
        return f"Invalid float {quote(text)}: cannot have leading zeroes"
    if re.search(r"\.(?![0-9])", text) is not None:
        return f"Invalid float {quote(text)}: '.' must be followed by one or more digits"
    plain = text.replace("_", "")
    if plain in ("+nan", "-nan"):
        plain = "nan"
    number, error = parse_float(plain)
    if error == RANGE:
        return f"{text} is out of range for float64"
    return f"Invalid float value: {quote(text)}" if error is not None else number


def _underscores_ok(text: str) -> bool:
    if text in ("nan", "+nan", "-nan", "inf", "-inf", "+inf"):
        return True
    accept = False
    for c in text:
        if c == "_" and not accept:
            return False
        accept = c in "0123456789abcdefABCDEF"
    return accept


def _leading_zero(text: str) -> bool:
    if len(text) > 1 and text[0] == "0" and text[1] not in "box":
        return True
    return len(text) > 2 and text[0] in "+-" and text[1] == "0"
