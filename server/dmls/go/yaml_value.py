"""Scalars as gopkg.in/yaml.v2 v2.4.0 reads them (resolve.go, and ``scalar`` and ``terror`` of decode.go).

DM decodes task.yaml and source.yaml with its ``UnmarshalStrict``.  A destination is named by its Go type as DM's
messages print it.  A tag may be written short (``!!int``), long (``tag:yaml.org,2002:int``), verbatim
(``!<tag:yaml.org,2002:int>``) or be a local one (``!abc``); None stands for no tag.
"""

from __future__ import annotations

from dmls.go import base64_std, duration, size
from dmls.go.number import (
    UINT64_MAX,
    parse_float,
    parse_int,
    parse_uint,
    printable,
    truncate_int64,
    truncate_uint64,
    utf8,
)
from dmls.named import NamedTuple
from dmls.pattern import LazyPattern

NULL = "!!null"
BOOL = "!!bool"
INT = "!!int"
FLOAT = "!!float"
STR = "!!str"
TIMESTAMP = "!!timestamp"
MERGE = "!!merge"
BINARY = "!!binary"

Value = bool | int | float | str | None

_LONG_PREFIX = "tag:yaml.org,2002:"
_RESOLVABLE = frozenset((STR, BOOL, INT, FLOAT, NULL, TIMESTAMP))

_WORDS: dict[str, tuple[str, Value]] = {}
for _spellings, _tag, _meaning in (
    ("y Y yes Yes YES true True TRUE on On ON", BOOL, True),
    ("n N no No NO false False FALSE off Off OFF", BOOL, False),
    ("~ null Null NULL", NULL, None),
    (".nan .NaN .NAN", FLOAT, float("nan")),
    (".inf .Inf .INF +.inf +.Inf +.INF", FLOAT, float("inf")),
    ("-.inf -.Inf -.INF", FLOAT, float("-inf")),
):
    _WORDS.update((_word, (_tag, _meaning)) for _word in _spellings.split())
_WORDS[""] = (NULL, None)

TRUE_WORDS = frozenset(w for w, (_tag, _meaning) in _WORDS.items() if _meaning is True)
FALSE_WORDS = frozenset(w for w, (_tag, _meaning) in _WORDS.items() if _meaning is False)
NULL_WORDS = frozenset(w for w, (_tag, _meaning) in _WORDS.items() if _tag == NULL)

_FLOAT_FORM = LazyPattern(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_DATE = LazyPattern(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_TIME = LazyPattern(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?")
_ZONE = LazyPattern(r"Z|[+-]([0-9]{2}):([0-9]{2})")

_INT_BITS = {"int": 64, "int8": 8, "int16": 16, "int32": 32, "int64": 64}
_UINT_BITS = {"uint": 64, "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64}

NAMED_STRINGS = frozenset(
    (
        "column.Expr",
        "config.LoadMode",
        "config.LogicalDuplicateResolveType",
        "config.PhysicalDuplicateResolveType",
        "config.PhysicalPostOpLevel",
        "filter.ActionType",
        "filter.EventType",
    )
)
"""Go types of DM's configuration that are strings under another name."""

_READ_TEXT = {"config.Duration": duration.parse, "config.ByteSize": size.parse}


class Fatal(NamedTuple):
    """yaml.v2 stops at this node: the text is DM's whole message after ``yaml: ``, without a line."""

    text: str


def short_tag(tag: str | None) -> str | None:
    """The tag as yaml.v2 prints it, ``!!int``; None for none."""
    if not tag:
        return None
    if tag.startswith("!<") and tag.endswith(">"):
        tag = tag[2:-1]
    return "!!" + tag[len(_LONG_PREFIX) :] if tag.startswith(_LONG_PREFIX) else tag


def resolve(text: str, tag: str | None = None) -> tuple[str, Value]:
    """yaml.v2's ``resolve`` for a plain scalar: its short tag and value.

    Values: None, bool, int (int64 and uint64), float, str; a timestamp keeps its text.  Where yaml.v2 cannot decode
    the text under an explicit `tag`, the tag of the text itself is returned; `decode` has the error.
    """
    resolved = _resolve(text, short_tag(tag))
    if isinstance(resolved, Fatal):
        return _guess(text, "")
    return resolved


def _resolve(text: str, tag: str | None) -> tuple[str, Value] | Fatal:
    if tag is not None and tag not in _RESOLVABLE:
        return tag, text
    if tag == STR:
        return STR, text
    found, meaning = _guess(text, tag or "")
    if tag is None or tag == found:
        return found, meaning
    # yaml.v2 widens int and int64 but forgot uint64 here.
    if tag == FLOAT and found == INT and isinstance(meaning, int) and meaning < 1 << 63:
        return FLOAT, float(meaning)
    return Fatal(f"cannot decode {found} `{text}` as a {tag}")


def _guess(text: str, tag: str) -> tuple[str, Value]:
    word = _WORDS.get(text)
    if word is not None:
        return word
    first = text[0]
    if first == ".":
        number, error = parse_float(text)
        return (STR, text) if error is not None else (FLOAT, number)
    if first not in "+-0123456789":
        return STR, text
    if first != "0" and len(text) < 19 and text.isdecimal() and text.isascii():
        # By far the most usual numbers; below 10**18 nothing can overflow.
        return INT, int(text)
    if tag in ("", TIMESTAMP) and is_timestamp(text):
        return TIMESTAMP, text
    plain = text.replace("_", "")
    signed, error = parse_int(plain, 0)
    if error is None:
        return INT, signed
    unsigned, error = parse_uint(plain, 0)
    if error is None:
        return INT, unsigned
    if _FLOAT_FORM.match(plain) is not None:
        number, error = parse_float(plain)
        if error is None:
            return FLOAT, number
    # What strconv refuses but yaml.v2 tries again: a second sign behind the binary prefix.
    if plain.startswith("0b"):
        signed, error = parse_int(plain[2:], 2)
        if error is None:
            return INT, signed
    elif plain.startswith("-0b"):
        signed, error = parse_int("-" + plain[3:], 2)
        if error is None:
            return INT, signed
    return STR, text


def is_timestamp(text: str) -> bool:
    """yaml.v2's ``parseTimestamp``: ``2006-1-2``, with a time after a blank, or after T or t with a zone."""
    date = _DATE.match(text)
    if date is None:
        return False
    year, month, day = map(int, date.groups())
    if not 1 <= month <= 12 or not 1 <= day <= _days(year, month):
        return False
    at = date.end()
    if at == len(text):
        return True
    separator = text[at]
    time = _TIME.match(text, at + 1) if separator in "Tt " else None
    # Package time skips any number of blanks where its layout has one.
    if time is None and separator == " ":
        time = _TIME.match(text, len(text) - len(text[at:].lstrip(" ")))
    if time is None:
        return False
    hour, minute, second = map(int, time.groups())
    if hour > 23 or minute > 59 or second > 59:
        return False
    if separator == " ":
        return time.end() == len(text)
    zone = _ZONE.match(text, time.end())
    if zone is None or zone.end() != len(text):
        return False
    return zone.group(1) is None or (int(zone.group(1)) <= 24 and int(zone.group(2)) <= 60)


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def is_null(text: str, plain: bool, tag: str | None = None) -> bool:
    """Whether yaml.v2 reads the scalar as null, which sets the zero value of any destination."""
    if not plain and tag is None:
        return False
    resolved = _resolve(text, short_tag(tag))
    return not isinstance(resolved, Fatal) and resolved[1] is None


def decode(text: str, plain: bool, tag: str | None, go: str) -> str | None:
    """None where ``yaml.UnmarshalStrict`` takes the scalar for the Go type `go`, else DM's words for it.

    These are ``cannot unmarshal !!str `4000ms` into int`` (DM prints ``line N: `` in front and goes on), or texts
    that end the decoding: ``cannot decode !!str `x` as a !!int`` (after ``yaml: ``), ``time: …`` for config.Duration
    and ``invalid size: …`` for config.ByteSize (without prefix).  `fatal` tells the two groups apart.
    `plain` is False for quoted and block scalars.  A type name that is no scalar (``[]string``, ``filter.Table``)
    takes null only.
    """
    outcome = _decode(text, plain, tag, go)
    return printable(utf8(outcome)) if isinstance(outcome, str) else None


def fatal(message: str) -> bool:
    """Whether a text from `decode` ends the decoding at once, so that DM reports it alone and without a line."""
    return not message.startswith("cannot unmarshal ")


def value(text: str, plain: bool, tag: str | None, go: str) -> Value:
    """What the scalar becomes in a field of Go type `go`; None for null and for what `decode` refuses.

    A config.Duration is given in nanoseconds, a config.ByteSize in bytes.
    """
    outcome = _decode(text, plain, tag, go)
    return None if outcome is None or isinstance(outcome, str) else outcome.value


class _Accepted(NamedTuple):
    value: Value


def _decode(text: str, plain: bool, tag: str | None, go: str) -> _Accepted | str | None:
    """None for null, an error text, or the accepted value."""
    written = short_tag(tag)
    if written is None and not plain:
        found: str = STR
        meaning: Value = text
    else:
        resolved = _resolve(text, written)
        if isinstance(resolved, Fatal):
            return resolved.text
        found, meaning = resolved
        if found == BINARY:
            data, error = base64_std.decode(text)
            if data is None:
                return "!!binary value contains invalid base64 data"
            assert error is None
            meaning = data.decode("utf-8", "surrogateescape")
    printed = written or found
    if meaning is None:
        return None
    if go in _READ_TEXT:
        # Both have an UnmarshalText and no UnmarshalYAML, so null never reaches them, and any other text does.
        count, error = _READ_TEXT[go](meaning if found == BINARY and isinstance(meaning, str) else text)
        return _Accepted(count) if error is None else error
    if go == "string" or go in NAMED_STRINGS:
        return _Accepted(meaning if found == BINARY else text)
    if go == "bool":
        if isinstance(meaning, bool):
            return _Accepted(meaning)
    elif isinstance(meaning, (int, float)) and not isinstance(meaning, bool):
        number = _fit(meaning, go)
        if number is not None:
            return _Accepted(number)
    return f"cannot unmarshal {printed} {_shown(text)} into {go}"


def _fit(number: int | float, go: str) -> int | float | None:
    """The number in the Go type `go`; None where yaml.v2 finds an overflow or `go` is no number."""
    if go in ("float64", "float32"):
        return float(number)
    bits = _INT_BITS.get(go)
    if bits is not None:
        if isinstance(number, float):
            if not number <= 9223372036854775807.0:
                return None
            number = truncate_int64(number)
        half = 1 << (bits - 1)
        return number if -half <= number < half else None
    bits = _UINT_BITS.get(go)
    if bits is None:
        return None
    if isinstance(number, float):
        if not number <= float(UINT64_MAX):
            return None
        number = truncate_uint64(number)
    return number if 0 <= number < 1 << bits else None


def _shown(text: str) -> str:
    """The value as ``terror`` prints it: more than ten bytes are cut to seven and three dots."""
    raw = utf8(text)
    if len(raw) <= 10:
        return f"`{text}`"
    return f"`{printable(raw[:7])}...`"
