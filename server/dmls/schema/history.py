"""What a DM version makes of a key that other versions know otherwise."""

from __future__ import annotations

from functools import lru_cache

from dmls.schema.key import Json, SchemaKey
from dmls.version import Version

DEAD = frozenset(("ignored", "ineffective"))
"""Statuses of keys that DM decodes and never looks at."""


def status_in(schema: SchemaKey, version: Version) -> str:
    """What DM `version` does with the key (`SchemaKey.status`)."""
    return next((str(c.value) for c in schema.history if c.what == "status" and version in c.versions), schema.status)


@lru_cache(maxsize=4096)
def default_in(schema: SchemaKey, version: Version) -> Json:
    """The default in `version`; words where it is computed, None where there is none."""
    return next((c.value for c in schema.history if c.what == "default" and version in c.versions), schema.default)


@lru_cache(maxsize=8192)
def lives(schema: SchemaKey, version: Version) -> bool:
    """Whether DM `version` knows the key and does something with it."""
    if version not in schema.versions:
        return False
    return status_in(schema, version) not in DEAD or is_fallback(schema, version)


def is_fallback(schema: SchemaKey, version: Version) -> bool:
    """Whether the key, which else has no effect, counts where its successor is written and empty."""
    return any(c.what == "fallback" and version in c.versions for c in schema.history)
