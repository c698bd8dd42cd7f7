"""TLS keys that stand outside the `security` block.

What: `ssl-ca`, `ssl-cert`, `ssl-key`, an inline form or `cert-allowed-cn` directly below `from` or `target-database`, at the top level of a
source or task, or in an entry of `mysql-instances`; there also a `security` block.

Why: a database's TLS settings are a struct of their own, `security` below `from` (dm/config/source_config.go:184) and below `target-database`
(dm/config/task.go:665).  Elsewhere the keys are unknown: 20003 `field ssl-ca not found in type dbconfig.DBConfig`.  An entry of
`mysql-instances` has no TLS settings at all, for DM takes those of the upstream from the source.

Wrong: `from: {host: db, ssl-ca: /etc/dm/ca.pem}`

Right: `from: {host: db, security: {ssl-ca: /etc/dm/ca.pem}}`

Fix: wrap the keys in `security:`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import edit
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.tls_block import KEYS
from dmls.model.unknown import TLS_OUTSIDE, explain
from dmls.rule import MISFIT, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    why = explain(entry, ctx.config.kind)
    if why.owner != TLS_OUTSIDE:
        return
    yield ctx.finding(
        RULE,
        ctx.config.key_span(entry),
        why.variant,
        codes=(UNKNOWN[ctx.config.kind].code,),
        dm_text=ctx.decoder_text(misfit),
        fixes=_fixes(entry, ctx) if why.variant == "" else (),
        **why.args,
    )


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    """All TLS keys of the block move together, so that the fixes of its findings are one and the same."""
    parent = entry.parent
    if parent is None or parent.get(k.SECURITY) is not None or entry.name not in KEYS:
        return ()
    edits = edit.wrap_in_block(ctx.config, [e for e in parent.children if e.name in KEYS], k.SECURITY)
    return (ctx.fix("wrap-in-security", *edits),) if edits else ()


RULE = Rule(TLS_OUTSIDE, "tls", Severity.ERROR, MISFIT, kinds.DATABASES, check, (UNKNOWN_KEY,), codes=(20003,))
