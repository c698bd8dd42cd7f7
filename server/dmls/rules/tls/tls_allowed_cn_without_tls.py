"""Allowed names without TLS.

What: `cert-allowed-cn` names somebody while TLS is off: `ssl-ca` is empty in a master or worker, or the `security` block of a source or task
holds no certificate in any form.

Why: with neither CA nor certificate nor key DM makes no TLS settings at all, and the list is not looked at; the connection is plaintext and
nothing is said.  dmctl is different: it takes its certificates from the command line and the list from its file.

Wrong: `cert-allowed-cn = ["dm"]` alone

Right: `ssl-ca`, `ssl-cert` and `ssl-key` beside it

Fix: add the keys for certificates, which a person fills, or delete the list; DM does not look at it, but it shows that somebody wanted to be protected.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls_block import CA, CERT, KEY, TlsBlock
from dmls.model.unknown import has_tls_misfit
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Rule, Severity
from dmls.rules._material import placeholders


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    # A certificate without CA, inline certificates and misspelt keys have rules of their own, which name the cause.
    if block.allowed_cn is None or not block.names or any(m.given for m in block.materials) or has_tls_misfit(block.holder, block.owner):
        return
    removal = edit.delete(ctx.config, block.allowed_cn)
    fixes = placeholders(ctx, block, CA, CERT, KEY)
    if removal is not None:
        fixes += (ctx.fix("delete-key", removal, how=Applicability.UNSAFE, preferred=False, key=block.allowed_cn.name),)
    yield ctx.finding(RULE, ctx.config.key_span(block.allowed_cn), "" if block.is_component else "database", fixes=fixes, tag="unnecessary")


RULE = Rule("tls-allowed-cn-without-tls", "tls", Severity.WARNING, TLS_BLOCK, (*kinds.COMPONENTS, *kinds.DATABASES), check)
