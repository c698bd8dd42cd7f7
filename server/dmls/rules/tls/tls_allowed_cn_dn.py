"""A distinguished name in `cert-allowed-cn`.

What: an item of `cert-allowed-cn` that is written like the subject openssl prints: `CN=dm`, `/CN=dm`, `O=Example, CN=dm`.

Why: DM and etcd compare with the value of the Common Name alone (Go's `Subject.CommonName`; tidb: pkg/util/security.go, etcd:
client/pkg/transport/listener.go:438).  `CN=dm` matches no certificate whose Common Name is `dm`.

Wrong: `cert-allowed-cn = ["CN=dm"]`

Right: `cert-allowed-cn = ["dm"]`

Fix: keep the value of the Common Name.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.allowed_cn import common_name_of, judged, looks_like_dn
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Edit, Finding, Fix, Rule, Severity


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    for item in judged(block):
        if not looks_like_dn(item.text):
            continue
        name = common_name_of(item.text)
        span = ctx.config.value_span(item)
        fixes: tuple[Fix, ...] = ()
        if name is not None and edit.is_direct(item):
            fixes = (ctx.fix("keep-common-name", Edit(span, edit.written_like(ctx.config, item, name)), how=Applicability.UNSAFE, name=name),)
        yield ctx.finding(RULE, span, "named" if name is not None else "", fixes=fixes, dn=item.text, **({"name": name} if name is not None else {}))


RULE = Rule("tls-allowed-cn-dn", "tls", Severity.WARNING, TLS_BLOCK, (*kinds.COMPONENTS, kinds.DMCTL, kinds.TASK), check)
