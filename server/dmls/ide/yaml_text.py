"""Plain values as text that YAML and TOML read back as they were."""

from __future__ import annotations

import json
import math
from typing import Union

from dmls.go import yaml_value
from dmls.pattern import LazyPattern

Json = Union[None, bool, int, float, str, "list[Json]", "dict[str, Json]"]

_PLAIN = LazyPattern(r"[A-Za-z0-9_./][A-Za-z0-9_./@+-]*(?::[A-Za-z0-9_./@+-]+)*\Z")
_SEXAGESIMAL = LazyPattern(r"[0-9_:.]*\Z")
BARE = LazyPattern(r"[A-Za-z0-9_-]+\Z")
_UNPRINTABLE = LazyPattern("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


def escaped(text: str) -> str:
    """In double quotes; both languages read it back as it was."""
    quoted = json.dumps(text.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda m: f"\\u{ord(m.group()):04x}", quoted)


def clean(comment: str) -> str:
    """A comment without what no file may hold."""
    return _UNPRINTABLE.sub("\ufffd", comment)


def yaml_scalar(value: Json) -> str:
    """A value in YAML, so that both DM's library and others read it as it is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ".nan"
        if math.isinf(value):
            return ".inf" if value > 0 else "-.inf"
        return repr(value)
    if isinstance(value, int):
        return str(value)
    assert isinstance(value, str)
    if _PLAIN.match(value) and not _SEXAGESIMAL.match(value) and yaml_value.resolve(value, None)[1] == value and value.lower() not in ("y", "n"):
        return value
    return escaped(value)
