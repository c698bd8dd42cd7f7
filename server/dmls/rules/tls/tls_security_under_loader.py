"""TLS settings for one unit of a task.

What: a `security` block, or TLS keys, in a configuration below `loaders`, `mydumpers`, `syncers` or `validators`, or in the `loader`, `mydumper`
or `syncer` of an instance.

Why: the load unit's struct has a field for it, marked `yaml:"-"` (dm/config/task.go:308-310): only a task made through OpenAPI can fill
it, and there all three contents are needed.  In a task file it is an unknown key: 20003 `field security not found in type
config.rawLoaderConfig`.  All units of a task file connect with `target-database.security`, or with the `from.security` of the source.

Wrong: `security` below `loaders.global`

Right: `security` below `target-database`

Fix: delete the block; whether its settings belong to the target is for a person to decide.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.dm.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.unknown import TLS_LOADER, explain
from dmls.rule import MISFIT, Context, Finding, Rule, Severity


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    why = explain(entry, ctx.config.kind)
    if why.owner != TLS_LOADER:
        return
    yield ctx.finding(
        RULE,
        ctx.config.key_span(entry),
        why.variant,
        codes=(UNKNOWN[ctx.config.kind].code,),
        dm_text=ctx.decoder_text(misfit),
        fixes=ctx.deletion(entry),
        **why.args,
    )


RULE = Rule(TLS_LOADER, "tls", Severity.ERROR, MISFIT, (kinds.TASK,), check, (UNKNOWN_KEY,), codes=(20003,))
