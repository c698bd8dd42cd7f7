"""A key that DM does not know.

What: a key that DM's struct for this place does not have, and that no rule with a better explanation names.

Why: task and source files are read with yaml.v2's UnmarshalStrict, so DM answers 20003 `field x not found in type …`.
DM-master and DM-worker compare what BurntSushi/toml decoded with what the file holds and refuse the rest with 38011
and 40004 `… unknown configuration options: x` (dm/master/config.go, dm/worker/config.go).  dmctl reads its file without that
comparison (dm/ctl/common/config.go): the key is ignored without a word.

Wrong: `task_mode: all`

Right: `task-mode: all`

Fix: the key that was meant, where exactly one is near.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.unknown import explain
from dmls.rule import MISFIT, Context, Edit, Finding, Rule, Severity


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    why = explain(entry, ctx.config.kind)
    if why.owner != "unknown-key":
        return
    span = ctx.config.key_span(entry)
    args = why.args if entry.name else {**why.args, "key": span.of(ctx.config.text)}
    error = UNKNOWN.get(ctx.config.kind)
    severity = Severity.WARNING if ctx.config.kind == kinds.DMCTL else Severity.ERROR
    fixes = ()
    if why.variant == "near":
        fixes = (ctx.fix("rename-key", Edit(span, why.args["meant"]), **why.args),)
    variant = f"{why.variant}-ignored" if ctx.config.kind == kinds.DMCTL and why.variant in ("", "near") else why.variant
    yield ctx.finding(
        RULE,
        span,
        variant.lstrip("-"),
        severity=severity,
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=fixes,
        **args,
    )


RULE = Rule("unknown-key", "schema", Severity.ERROR, MISFIT, kinds.KINDS, check, (UNKNOWN_KEY,))
