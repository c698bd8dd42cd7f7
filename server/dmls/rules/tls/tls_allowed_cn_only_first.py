"""A master that allows several names.

What: a master's `cert-allowed-cn` holds two or more different names.

Why: ports 8261 and 8291 belong to the embedded etcd, and DM gives it the first item only: `NOTE: etcd only support one allowed CN`
(dm/master/config.go:432-435).  So the certificates of masters, workers, dmctl and of whatever else calls a master all need
exactly that Common Name; the other items count only where the master itself calls a worker or another master.

Wrong: `cert-allowed-cn = ["dm-master", "dm-worker"]` on a master

Right: `cert-allowed-cn = ["dm"]`, and certificates with CN=dm for all

Fix: issue all certificates with one Common Name. Which of the names that is, a person decides, so there is no fix.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.allowed_cn import holds_several, judged, looks_like_dn, trimmed
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    items = judged(block)
    first = trimmed(items[0].text) if items else ""
    # An empty first item has a graver rule of its own.
    # An item that is no name has a rule of its own.
    other = next((i for i in items if trimmed(i.text) not in ("", first) and not holds_several(i.text) and not looks_like_dn(i.text)), None) if first else None
    if other is not None:
        yield ctx.finding(RULE, ctx.config.value_span(other), first=first, name=trimmed(other.text))


RULE = Rule("tls-allowed-cn-only-first", "tls", Severity.WARNING, TLS_BLOCK, (kinds.MASTER,), check)
