"""The same key twice in one block.

What: a key, or the name of a rule, that stands twice in the same block or table.

Why: yaml.v2 in strict mode refuses both a field and a map key set twice: 20003 `field x already set in type …`, `key "x" already set
in map`.  TOML itself forbids it: 38013 / 40003 `Key 'x' has already been defined.`

Wrong: `task-mode: all` on two lines

Right: one of them

Fix: delete one of them, safely if both say the same; of two that differ DM takes neither, so only you know which is meant.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import DUPLICATE_KEY, Misfit
from dmls.model.dm_error import DECODE
from dmls.model.edits import edit
from dmls.rule import MISFIT, Applicability, Context, Finding, Fix, Rule, Severity


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    error = DECODE.get(ctx.config.kind)
    assert misfit.first is not None
    yield ctx.finding(
        RULE,
        ctx.config.key_span(misfit.entry),
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        related=(ctx.related(misfit.first, "duplicate-key.first"),),
        fixes=ctx.later(_fixes, misfit.first, misfit.entry),
        key=misfit.entry.name,
    )


def _fixes(first: Entry, second: Entry, ctx: Context) -> tuple[Fix, ...]:
    config = ctx.config
    removals = (("delete-key", second, edit.delete(config, second)), ("delete-first", first, edit.delete(config, first)))
    found = [(title, entry, removal) for title, entry, removal in removals if removal is not None]
    if config.value_span(first).of(config.text) == config.value_span(second).of(config.text) and first.raw is not None:
        return tuple(ctx.fix(title, removal, key=entry.name) for title, entry, removal in found[:1])
    # What is left empty was hardly meant.
    empty = [entry for entry in (first, second) if entry.is_null]
    return tuple(ctx.fix(title, removal, how=Applicability.UNSAFE, preferred=empty == [entry], key=entry.name) for title, entry, removal in found)


RULE = Rule("duplicate-key", "schema", Severity.ERROR, MISFIT, kinds.KINDS, check, (DUPLICATE_KEY,))
