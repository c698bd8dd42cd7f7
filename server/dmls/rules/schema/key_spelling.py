"""A TOML key in other letters than DM documents.

What: a key that differs from DM's only in upper and lower case, or two spellings of one key in the same table.

Why: BurntSushi/toml compares names without regard to case where no exact one exists, so the key works.  Two spellings of one key are both
accepted, and which of them wins changes from run to run (`reference/errata.md` 8).

Wrong: `Log-Level = "info"`

Right: `log-level = "info"`

Fix: write the key as documented; of two, delete the one in other letters, safely if both say the same.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.edits import edit
from dmls.rule import ENTRY, SPELLING, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Mapping


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    if schema is None or entry.pair is None or entry.parent is None:
        return
    # The twin may be a table of its own.
    span = ctx.beyond().key_span(entry)
    twin = next((e for e in entry.parent.children if e is not entry and e.schema is schema and e.name != entry.name), None)
    if twin is not None:
        related = (ctx.related(twin, "key-spelling.twin"),)
        yield ctx.finding(RULE, span, "both", severity=Severity.WARNING, related=related, fixes=ctx.later(_deletion, entry, twin), key=schema.name, written=entry.name)
    else:
        # Of a key that stands there twice in the same letters, one in other letters would make a file that DM takes, with either value.
        alone = not any(e is not entry and e.schema is schema for e in entry.parent.children)
        yield ctx.finding(RULE, span, severity=Severity.INFORMATION, fixes=_rename(entry, ctx) if alone else (), key=schema.name, written=entry.name)


def _rename(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    assert entry.schema is not None
    if any(isinstance(c.node, Mapping) and c.node.form == "table" for c in entry.children):
        # The name stands in the headers of other tables, too.
        return ()
    change = edit.rename_key(ctx.config, entry, entry.schema.name)
    return (ctx.fix("rename-key", change, key=entry.name, meant=entry.schema.name),) if change is not None else ()


def _deletion(entry: Entry, twin: Entry, ctx: Context) -> tuple[Fix, ...]:
    """One of the two stays: the one that is well spelt, else the first."""
    config = ctx.config
    removal = edit.delete(config, entry)
    if removal is None or (twin.name != twin.key and config.key_span(entry) < config.key_span(twin)):
        return ()
    same = bool(entry.text) and entry.text == twin.text
    return (ctx.fix("delete-key", removal, how=Applicability.SAFE if same else Applicability.UNSAFE, key=entry.name),)


RULE = Rule("key-spelling", "schema", Severity.WARNING, ENTRY, (kinds.MASTER, kinds.WORKER, kinds.DMCTL), check, (SPELLING,))
