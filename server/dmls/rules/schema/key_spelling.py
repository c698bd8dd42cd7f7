"""A TOML key in other letters than DM documents.

What: a key that differs from DM's only in upper and lower case, or two spellings of one key in the same table.

Why: BurntSushi/toml compares names without regard to case where no exact one exists, so the key works.  Two spellings of one key are both
accepted, and which of them wins changes from run to run (`reference/errata.md` 8).

Wrong: `Log-Level = "info"`

Right: `log-level = "info"`

Fix: write the key as documented; of two, keep one.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, SPELLING, Context, Edit, Finding, Rule, Severity


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    if schema is None or entry.pair is None or entry.parent is None:
        return
    span = ctx.config.key_span(entry)
    twin = next((e for e in entry.parent.children if e is not entry and e.schema is schema and e.name != entry.name), None)
    if twin is not None:
        related = (ctx.related(twin, "key-spelling.twin"),)
        yield ctx.finding(RULE, span, "both", severity=Severity.WARNING, related=related, key=schema.name, written=entry.name)
    else:
        yield ctx.finding(RULE, span, severity=Severity.INFORMATION, fixes=(ctx.fix("rename-key", Edit(span, schema.name), key=entry.name, meant=schema.name),), key=schema.name, written=entry.name)


RULE = Rule("key-spelling", "schema", Severity.WARNING, ENTRY, (kinds.MASTER, kinds.WORKER, kinds.DMCTL), check, (SPELLING,))
