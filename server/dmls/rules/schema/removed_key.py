"""A key that only older versions of DM knew.

What: a key of DM 1.0, or one that was renamed or removed since.

Why: today's decoders do not know it and refuse the file: 20003, 38011 or 40004.  Evidence: `schemas/legacy.json` gives for each key the
version that dropped it and what took its place.

Wrong: `disable-heartbeat: true`

Right: the line removed

Fix: the fix deletes the key, or writes the one that took its place.  What had a meaning of its own, such as `[[deploy]]` of DM 1.0, is deleted only where
you say that it may go.  Settings of a DM 1.0 worker belong into a source file, which has to be written first: they are only offered for deletion.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.unknown import REMOVED, explain
from dmls.rule import MISFIT, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.rules._moves import fixes


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    why = explain(misfit.entry, ctx.config.kind)
    if why.owner != REMOVED:
        return
    error = UNKNOWN.get(ctx.config.kind)
    severity = Severity.WARNING if ctx.config.kind == kinds.DMCTL else Severity.ERROR
    span = ctx.config.key_span(misfit.entry)
    yield ctx.finding(
        RULE,
        span,
        why.variant,
        severity=severity,
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=ctx.later(_ways, misfit.entry),
        tag="deprecated",
        **why.args,
    )


def _ways(entry: Entry, ctx: Context) -> Sequence[Fix]:
    return fixes(entry, ctx) or ctx.deletion(entry, Applicability.MANUAL, preferred=False)


RULE = Rule(REMOVED, "schema", Severity.ERROR, MISFIT, kinds.KINDS, check, (UNKNOWN_KEY,))
