"""TLS keys that stand outside the `security` block.

What: `ssl-ca`, `ssl-cert`, `ssl-key`, an inline form or `cert-allowed-cn` directly below `from` or `target-database`, at the top level of a
source or task, or in an entry of `mysql-instances`; there also a `security` block.

Why: a database's TLS settings are a struct of their own, `security` below `from` (dm/config/source_config.go:184) and below `target-database`
(dm/config/task.go:665).  Elsewhere the keys are unknown: 20003 `field ssl-ca not found in type dbconfig.DBConfig`.  An entry of
`mysql-instances` has no TLS settings at all, for DM takes those of the upstream from the source.

Wrong: `from: {host: db, ssl-ca: /etc/dm/ca.pem}`

Right: `from: {host: db, security: {ssl-ca: /etc/dm/ca.pem}}`

Fix: wrap the keys in `security:`, or move them into the block that is there; keys at the top level move below `from` or `target-database`. A misspelt
key is renamed first. In an instance they are deleted, since no task can hold them.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.edits import edit
from dmls.model.edits.moving import move_into
from dmls.model.tls_block import KEYS
from dmls.model.unknown import TLS_OUTSIDE, explain, is_spelling_of, tls_key_meant
from dmls.rule import MISFIT, Applicability, Context, Finding, Fix, Rule, Severity
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
        fixes=ctx.later(_fixes, entry, why.variant),
        **why.args,
    )


def _fixes(entry: Entry, variant: str, ctx: Context) -> Sequence[Fix]:
    """All TLS keys of the block move together, so that the fixes of its findings are one and the same."""
    parent = entry.parent
    if parent is None:
        return ()
    if variant == "instance":
        return ctx.deletion(entry)
    meant = tls_key_meant(entry.name)
    if entry.name not in KEYS and meant is not None:
        return _rename(entry, parent, meant, ctx)
    if variant == "":
        return _wrap(entry, ctx)
    if parent.parent is not None:
        # Somewhere else altogether: what it was meant for cannot be told.
        return ()
    home = ctx.config.get(k.FROM if ctx.config.kind == kinds.SOURCE else k.TARGET_DATABASE)
    moved = [entry] if entry.name == k.SECURITY else [c for c in parent.children if c.name in KEYS]
    edits = move_into(ctx.config, moved, home, "" if entry.name == k.SECURITY else k.SECURITY) if home is not None else ()
    return (ctx.fix("move-into", *edits, how=Applicability.UNSAFE, block=home.name),) if edits and home is not None else ()


def _wrap(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    from dmls.model.edits import refactor

    for found in refactor.refactorings(ctx.config, ctx.config.key_span(entry), (refactor.REWRITE,)):
        if found.name == "wrap-security" and found.edits:
            return (ctx.fix("wrap-in-security", *found.edits),)
    return ()


def _rename(entry: Entry, parent: Entry, meant: str, ctx: Context) -> tuple[Fix, ...]:
    change = edit.rename_key(ctx.config, entry, meant) if not any(tls_key_meant(c.name) == meant for c in parent.children if c is not entry) else None
    how = Applicability.SAFE if is_spelling_of(entry.name, meant) else Applicability.UNSAFE
    return (ctx.fix("rename-key", change, how=how, key=entry.name, meant=meant),) if change is not None else ()


RULE = Rule(TLS_OUTSIDE, "tls", Severity.ERROR, MISFIT, kinds.DATABASES, check, (UNKNOWN_KEY,), codes=(20003,))
