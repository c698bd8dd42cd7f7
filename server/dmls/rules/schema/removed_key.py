"""A key that only older versions of DM knew.

What: a key of DM 1.0, or one that was renamed or removed since.

Why: today's decoders do not know it and refuse the file: 20003, 38011 or 40004.  Evidence: `schemas/legacy.json` gives for each key the
version that dropped it and what took its place.

Wrong: `disable-heartbeat: true`

Right: the line removed

Fix: use the key that took its place, or delete the old one.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.unknown import REMOVED, explain
from dmls.rule import MISFIT, Context, Finding, Rule, Severity


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    why = explain(misfit.entry, ctx.config.kind)
    if why.owner != REMOVED:
        return
    error = UNKNOWN.get(ctx.config.kind)
    severity = Severity.WARNING if ctx.config.kind == kinds.DMCTL else Severity.ERROR
    span = ctx.config.key_span(misfit.entry)
    yield ctx.finding(RULE, span, why.variant, severity=severity, codes=(error.code,) if error else (), dm_text=ctx.decoder_text(misfit), tag="deprecated", **why.args)


RULE = Rule(REMOVED, "schema", Severity.ERROR, MISFIT, kinds.KINDS, check, (UNKNOWN_KEY,))
