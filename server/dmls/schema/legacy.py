"""Keys that DM no longer knows, or never knew, and what to write instead.  The table is `schemas/legacy.json`."""

from __future__ import annotations

from functools import cache
from typing import Mapping

from dmls.named import NamedTuple
from dmls.schema.key import Json
from dmls.schema.load import document

REMOVED = "removed"
"""A key that older versions of DM read."""
RENAMED = "renamed"
"""The same, and it lives on under another name."""
MOVED = "moved"
"""It belongs into another block or another file."""
MISSPELT = "misspelt"
"""Never a key; people write it for `replaced_by`."""
NO_OPTION = "no-option"
"""DM has no such option under any name."""
INTERNAL = "internal"
"""A field of DM's program that no file can set."""
ANYWHERE = "*"


class LegacyKey(NamedTuple):
    """`parent` is the path of the block it stands in, as in `SchemaKey.path`, or `ANYWHERE`.

    `replaced_by` is a path in the same kind of file, or ``kind:path`` in another one; None where nothing replaces it.
    `removed_in` is the first DM version that refuses it, `since` the first that knew it; None where there was none.
    `note` is an id for the words catalogue, "" where nothing is to be added.
    """

    kind: str
    parent: str
    name: str
    why: str
    replaced_by: str | None
    since: str | None
    removed_in: str | None
    note: str


@cache
def keys(kind: str) -> Mapping[tuple[str, str], LegacyKey]:
    """All of a kind by (parent, name).

    Beside the kinds of `dmls.schema.load` there are "master-v1" and "worker-v1", the files of DM 1.0, and "subtask",
    the stand-alone file of dm-syncer.  Raises KeyError for another word.
    """
    table = document("legacy.json")[kind]
    out = {}
    if isinstance(table, list):
        for row in table:
            if isinstance(row, dict):
                parent, name = str(row.get("parent", "")), str(row["name"])
                out[parent, name] = LegacyKey(
                    kind,
                    parent,
                    name,
                    str(row["why"]),
                    _text(row.get("replaced-by")),
                    _text(row.get("since")),
                    _text(row.get("removed-in")),
                    str(row.get("note", "")),
                )
    return out


def find(kind: str, parent: str, name: str) -> LegacyKey | None:
    """What is known of `name` in the block at `parent` (a `SchemaKey.path`, "" for the top level)."""
    table = keys(kind)
    return table.get((parent, name)) or table.get((ANYWHERE, name))


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
