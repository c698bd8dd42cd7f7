"""A key that the declared DM version does not know.

What: a key that exists, but not in the DM version this file is for.

Why: an older or newer decoder treats it as any unknown key: 20003, 38011 or 40004; dmctl ignores it.  Because features are backported, a key may
exist in 6.5.4 and not in 6.6.0.

Wrong: `strict-optimistic-shard-mode: true` for DM 6.6.0

Right: the same for DM 7.2.0

Fix: write the name that the key had in that version, where it had one; else delete the key, or upgrade DM.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm_error import UNKNOWN
from dmls.model.edits import edit
from dmls.model.successor import HERE, successor
from dmls.rule import ENTRY, OTHER_VERSION, Applicability, Context, Finding, Fix, Rule, Severity


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    if schema is None or entry.pair is None or (entry.parent is not None and entry.parent.schema is not None and ctx.version not in entry.parent.schema.versions):
        return
    error = UNKNOWN.get(ctx.config.kind)
    severity = Severity.WARNING if ctx.config.kind == kinds.DMCTL else Severity.ERROR
    later = schema.versions.later_than(ctx.version)
    args = {"key": entry.key, "version": str(ctx.version), "later": str(later or "")}
    yield ctx.finding(
        RULE, ctx.config.key_span(entry), "later" if later else "gone", severity=severity, codes=(error.code,) if error else (), fixes=ctx.later(_fixes, entry), **args
    )


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    schema, parent = entry.schema, entry.parent
    config = ctx.config
    assert schema is not None
    older = None
    for name, key in schema.parent.children.items() if schema.parent is not None and parent is not None and schema.parent.type == "object" else ():
        if (
            key.replaced_by
            and key.type == schema.type
            and ctx.version in key.versions
            and successor(key.replaced_by, key.parent.path if key.parent else "") == (HERE, schema.name, "")
        ):
            older = name
    if older is not None and parent is not None and parent.get(older) is None:
        change = edit.rename_key(config, entry, older)
        return (ctx.fix("rename-key", change, key=entry.key, meant=older),) if change is not None else ()
    removal = edit.delete(config, entry)
    # dmctl goes on without a key that it does not know.
    how = Applicability.SAFE if config.kind == kinds.DMCTL else Applicability.UNSAFE
    why = "why-not-in-version" if how is Applicability.UNSAFE else ""
    return (ctx.fix("delete-key", removal, how=how, why=why, key=entry.key),) if removal is not None else ()


RULE = Rule("key-not-in-version", "schema", Severity.ERROR, ENTRY, kinds.KINDS, check, (OTHER_VERSION,))
