"""The same key twice in one block.

What: a key, or the name of a rule, that stands twice in the same block or table.

Why: yaml.v2 in strict mode refuses both a field and a map key set twice: 20003 `field x already set in type …`, `key "x" already set
in map`.  TOML itself forbids it: 38013 / 40003 `Key 'x' has already been defined.`

Wrong: `task-mode: all` on two lines

Right: one of them

Fix: delete the one that is not meant.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.decode import DUPLICATE_KEY, Misfit
from dmls.model.dm_error import DECODE
from dmls.rule import MISFIT, Context, Finding, Rule, Severity


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    error = DECODE.get(ctx.config.kind)
    assert misfit.first is not None
    yield ctx.finding(
        RULE,
        ctx.config.key_span(misfit.entry),
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        related=(ctx.related(misfit.first, "duplicate-key.first"),),
        key=misfit.entry.name,
    )


RULE = Rule("duplicate-key", "schema", Severity.ERROR, MISFIT, kinds.KINDS, check, (DUPLICATE_KEY,))
