"""The schema of each kind of DM file, read from `schemas/` when first asked for."""

from __future__ import annotations

import json
from functools import cache
from typing import Iterable

from dmls.resources import read
from dmls.schema.key import Raw, SchemaKey, Source

KINDS = ("master", "worker", "dmctl", "source", "task", "topology")
_STEMS = {"master": "dm-master", "worker": "dm-worker"}


def file_name(kind: str) -> str:
    """The name of the file that describes `kind`, as in ``dm-master.schema.json``."""
    return f"{_STEMS.get(kind, kind)}.schema.json"


@cache
def document(name: str) -> Raw:
    """One file of `schemas/`, parsed.  Raises FileNotFoundError for a name that is not there."""
    parsed: Raw = json.loads(read(f"schemas/{name}"))
    return parsed


@cache
def load(kind: str) -> SchemaKey:
    """The root key of one of `KINDS`; raises KeyError for another word."""
    if kind not in KINDS:
        raise KeyError(kind)
    raw = document(file_name(kind))
    source = Source(raw, document("common.schema.json"), load)
    return SchemaKey(raw, source, kind, "", "", None, 0)


def find(kind: str, path: Iterable[str | int]) -> SchemaKey | None:
    """The key at a path through a document, ``("mysql-instances", 0, "source-id")``; None where DM knows none."""
    at: SchemaKey | None = load(kind)
    for part in path:
        if at is None:
            return None
        if isinstance(part, int):
            at = at.item if at.type in ("list", "bytes") else None
        else:
            at = at.child(part)
    return at


@cache
def load_settings() -> SchemaKey:
    """The root key of a `.dmls.toml`."""
    raw = document("dmls.schema.json")
    return SchemaKey(raw, Source(raw, {}, load), "settings", "", "", None, 0)
