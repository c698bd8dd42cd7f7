"""A key that still works, but has a better successor.

What: a key that DM keeps for old files only.

Why: DM reads the key, some of them with a warning in its log, and translates it to the key that took its place.  Evidence: the schema names for each
key the version that deprecated it and its successor.

Wrong: `is-sharding: true`

Right: `shard-mode: pessimistic`

Fix: use the successor.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.successor import successor
from dmls.rule import ENTRY, Context, Finding, Rule, Severity


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    if schema is None or entry.pair is None or ctx.config.kind == kinds.DMCTL:
        return
    block = schema.parent.path if schema.parent is not None else ""
    new = successor(schema.replaced_by, block) if schema.replaced_by else None
    # DM warns of a key that it maps to another; of one that merely works it says nothing.
    severity = Severity.WARNING if schema.status == "mapped" else Severity.INFORMATION
    args = {"key": entry.key, "meant": new.meant if new else "", "kind": new.kind if new else ""}
    yield ctx.finding(RULE, ctx.config.key_span(entry), new.form if new else "", severity=severity, tag="deprecated", **args)


RULE = Rule("deprecated-key", "schema", Severity.WARNING, ENTRY, kinds.KINDS, check, ("deprecated", "mapped"))
