"""A key that DM knows, but not at this place.

What: a key of this kind of file that stands in the wrong block, or a key of another kind of DM file.

Why: decoders look a key up in the struct of its own block only.  DM answers as for any unknown key: 20003 `field x not found in type …`,
38011 or 40004 `… unknown configuration options: x`.  A top-level key written after a TOML table header belongs to that table.

Wrong: `server-id: 101` in a task

Right: `server-id: 101` in the source file

Fix: move the key to the block or file that the message names.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.unknown import MISPLACED, explain
from dmls.rule import MISFIT, Context, Finding, Rule, Severity


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    why = explain(misfit.entry, ctx.config.kind)
    if why.owner != MISPLACED:
        return
    error = UNKNOWN.get(ctx.config.kind)
    severity = Severity.WARNING if ctx.config.kind == kinds.DMCTL else Severity.ERROR
    span = ctx.config.key_span(misfit.entry)
    yield ctx.finding(RULE, span, why.variant, severity=severity, codes=(error.code,) if error else (), dm_text=ctx.decoder_text(misfit), **why.args)


RULE = Rule(MISPLACED, "schema", Severity.ERROR, MISFIT, kinds.KINDS, check, (UNKNOWN_KEY,))
