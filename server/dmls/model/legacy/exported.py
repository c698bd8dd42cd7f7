"""Files that `dmctl config export` has written.

dmctl writes every key of older versions too, most of them with their zero value, so that an old cluster can read the file
(dm/config/task.go:1179-1336, TaskConfigForDowngrade; dm/config/source_config.go, SourceConfigForDowngrade).
"""

from __future__ import annotations

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.schema import keys as k
from dmls.schema.history import default_in
from dmls.syntax.tree import Mapping, Scalar
from dmls.version import Version

_ALWAYS = {
    kinds.TASK: (k.IS_SHARDING, k.BLACK_WHITE_LIST, k.COLUMN_MAPPINGS, k.ANSI_QUOTES, k.REMOVE_META),
    kinds.SOURCE: (k.AUTO_FIX_GTID, k.META_DIR, k.CHARSET, k.TRACER),
}
"""Keys that nobody writes all together, nearly all with nothing in them, and dmctl always."""
_MISSING = 1
"""So many of them may be gone, and one more hold something: an export of which one key was taken out is still one, and its other keys are told of as before."""
_ZERO = frozenset(("", "0", "false", "null", "~"))


def is_exported(config: ConfigFile) -> bool:
    """Whether dmctl has written a task or a source."""
    wanted = _ALWAYS[config.kind]
    found = [entry for key in wanted for entry in [config.get(key)] if entry is not None and entry.pair is not None]
    return len(found) >= len(wanted) - _MISSING and sum(map(_is_zero, found)) >= len(wanted) - _MISSING - 1


def says_nothing(entry: Entry, version: Version) -> bool:
    """Whether a key stands there with its zero value or its default."""
    if _is_zero(entry):
        return True
    default = default_in(entry.schema, version) if entry.schema is not None else None
    if not isinstance(entry.node, Scalar) or default is None:
        return False
    if isinstance(default, float):
        return _is_number(entry.text) and float(entry.text) == default
    return entry.text == (str(default).lower() if isinstance(default, bool) else str(default))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _is_zero(entry: Entry) -> bool:
    node = entry.node
    if isinstance(node, Scalar) or node is None:
        return entry.is_null or entry.text in _ZERO
    return all(_is_zero(child) for child in entry.children) if isinstance(node, Mapping) else not entry.children
