"""What a value is to DM, where that is not what it seems to be: `yes`, `010`, `0x1F`, `1h30m`, `64`, `~`."""

from __future__ import annotations

from dmls.go import duration, size, toml_value, yaml_value
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm.decoded import is_null_scalar, zero
from dmls.schema import semantics as s
from dmls.schema.key import SchemaKey
from dmls.syntax.tree import Scalar
from dmls.words.catalogue import sentence

_SECONDS = {s.SECONDS: 1, s.HOURS: 3600}
"""Meanings of numbers that are times, in seconds."""
_BYTES = {s.BYTE_COUNT: 0, s.GIBIBYTES: 30}
"""Meanings of numbers that are sizes: the power of two that one of them is."""
_UNITS = (("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10))
_MOST_SECONDS = 1 << 33


def meaning(config: ConfigFile, entry: Entry, locale: str) -> str:
    """A sentence about the value of an entry, "" where the value is what it seems to be."""
    node, schema = entry.node, entry.schema
    if schema is None or not isinstance(node, Scalar) or entry.secret:
        return ""
    if config.language == "yaml" and is_null_scalar(node):
        if schema.type in ("object", "any"):
            return ""
        return sentence("ide.reads-null", {"written": node.value, "value": _shown(zero(schema))}, locale) if node.value else ""
    meant = _meant(config, node, schema)
    if meant is None or meant == node.value:
        return ""
    return sentence("ide.reads-as", {"written": node.value.replace("`", "'"), "value": meant}, locale)


def _meant(config: ConfigFile, node: Scalar, schema: SchemaKey) -> str | None:
    if schema.type == "duration" or schema.semantic == s.DURATION:
        nanoseconds = duration.parse(node.value)[0]
        return duration.format(nanoseconds) if nanoseconds is not None else None
    if schema.type == "bytesize" or schema.semantic == s.SIZE:
        return _size(size.parse(node.value)[0])
    if schema.semantic == s.CHUNK_SIZE:
        return _size(size.parse_file_size(node.value)[0]) if node.value else None
    value: object = None
    if config.language == "toml":
        if node.style in ("integer", "float"):
            value = toml_value.value(node.style, node.value, schema.go)
    elif schema.type in ("bool", "int", "float") and node.style == "plain":
        value = yaml_value.value(node.value, True, node.tag, schema.go)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        factor = _SECONDS.get(schema.semantic)
        if factor is not None and 60 <= abs(value * factor) < _MOST_SECONDS:
            return f"{_unless(node, value)}{duration.format(value * factor * 1_000_000_000)}"
        power = _BYTES.get(schema.semantic)
        if power is not None and abs(value << power) >= 1024:
            return f"{_unless(node, value)}{_size(value << power)}"
    return _shown(value)


def _unless(node: Scalar, value: int) -> str:
    """The number itself before what it amounts to, where it is written in another way."""
    return "" if str(value) == node.value else f"{value} = "


def _size(count: int | None) -> str | None:
    if count is None:
        return None
    for unit, power in _UNITS:
        if count >= 1 << power and not count % (1 << power):
            return f"{count >> power} {unit}"
    return f"{count} B" if count < 1024 else next(f"{count} B ≈ {count / (1 << power):.1f} {unit}" for unit, power in _UNITS if count >= 1 << power)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return '""' if value in ("", b"") else str(value)
