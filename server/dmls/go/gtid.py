"""GTID sets as DM reads them (dm/pkg/gtid/gtid.go over go-mysql's ``ParseGTIDSet``)."""

from __future__ import annotations

from dmls.go.number import INT64_MAX, error_text, parse_int, parse_uint, quote, utf8

MYSQL = "mysql"
MARIADB = "mariadb"

# What Go's strings.TrimSpace removes; Python's strip knows a few more control characters.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"

_ORDER_ERROR = "invalid interval format, must n[-n] and the end must >= start"


def check(text: str, flavor: str) -> str | None:
    """None, or the error of DM's ``ParserGTID`` for `relay-binlog-gtid`; DM prints the value in front of it.

    An empty flavor tries MySQL, then MariaDB, whose error is told.  Any other flavor is error 11010.
    """
    if flavor == MYSQL:
        return None if is_zero_mysql(text) else mysql_error(text)
    if flavor == MARIADB:
        return None if is_zero_mariadb(text) else mariadb_error(text)
    if flavor:
        return f"flavor {flavor} not supported"
    if not text:
        return "empty flavor with empty gtid is invalid"
    return None if mysql_error(text) is None else mariadb_error(text)


def flavor_of(text: str) -> str | None:
    """The flavor whose form the text has, None where neither takes it (or it is empty)."""
    if not text:
        return None
    if mysql_error(text) is None or is_zero_mysql(text):
        return MYSQL
    return MARIADB if mariadb_error(text) is None else None


def is_zero_mysql(text: str) -> bool:
    """``uuid:0``: from the first binlog on."""
    parts = text.split(":")
    return "," not in text and len(parts) == 2 and parts[1].strip(_SPACE) == "0"


def is_zero_mariadb(text: str) -> bool:
    """``0-0-0``, or any three parts of which the last is 0."""
    parts = text.split("-")
    return "," not in text and len(parts) == 3 and parts[2].strip(_SPACE) == "0"


def mysql_error(text: str) -> str | None:
    """None, or go-mysql's error for a MySQL set ``uuid:interval[:interval],…``; "" is the empty set."""
    if not text:
        return None
    for one in text.split(","):
        parts = one.strip(_SPACE).split(":")
        if len(parts) < 2:
            return "invalid GTID format, must UUID:interval[:interval]"
        error = uuid_error(parts[0])
        if error is not None:
            return error
        for part in parts[1:]:
            error = _interval_error(part)
            if error is not None:
                return error
    return None


def _interval_error(text: str) -> str | None:
    ends = text.split("-")
    if len(ends) > 2:
        return "invalid interval format, must n[-n]"
    numbers = []
    for end in ends:
        number, error = parse_int(end)
        if error is not None:
            return error_text("ParseInt", end, error)
        numbers.append(number)
    # The end is stored plus one, and the greatest int64 wraps to the least.
    return _ORDER_ERROR if numbers[-1] < numbers[0] or numbers[-1] == INT64_MAX else None


def mariadb_error(text: str) -> str | None:
    """None, or go-mysql's error for a MariaDB set ``domain-server-sequence,…``; "" is the empty set."""
    if not text:
        return None
    for one in text.split(","):
        if not one:
            continue
        parts = one.split("-")
        if len(parts) != 3:
            return f"invalid Mariadb GTID {one}, must domain-server-sequence"
        for part, name, bits in zip(parts, ("Domain ID", "Server ID", "Sequence number"), (32, 32, 64), strict=True):
            _, error = parse_uint(part, 10, bits)
            if error is not None:
                return f"invalid MariaDB GTID {name} ({part}): {error_text('ParseUint', part, error)}"
    return None


_DASHES = (8, 13, 18, 23)
_HEX = frozenset("0123456789abcdefABCDEF")


def uuid_error(text: str) -> str | None:
    """None, or the error of ``uuid.Parse`` (github.com/google/uuid)."""
    size = len(utf8(text))
    if size == 32 and text.isascii():
        return None if _HEX.issuperset(text) else "invalid UUID format"
    if size == 45:
        prefix = utf8(text)[:9].decode("utf-8", "surrogateescape")
        if prefix.lower() != "urn:uuid:":
            return f"invalid urn prefix: {quote(prefix)}"
        text = text[9:]
    elif size == 38:
        # The braces themselves are not looked at.
        text = utf8(text)[1:37].decode("latin-1")
    elif size != 36:
        return f"invalid UUID length: {size}" if size != 32 else "invalid UUID format"
    if not text.isascii() or any(text[i] != "-" for i in _DASHES):
        return "invalid UUID format"
    digits = "".join(c for i, c in enumerate(text[:36]) if i not in _DASHES)
    return None if _HEX.issuperset(digits) else "invalid UUID format"
