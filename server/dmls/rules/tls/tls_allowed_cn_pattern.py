"""A pattern in `cert-allowed-cn`.

What: an item of `cert-allowed-cn` with `*`, `?`, `^`, `$` or `|`.

Why: names are compared exactly and with regard to case, by DM's own check (tidb: pkg/util/security.go, a map look-up) and by etcd
(client/pkg/transport/listener.go:438).  There are no wildcards and no regular expressions: `dm-*` admits only a certificate that is called `dm-*`.

Wrong: `cert-allowed-cn = ["dm-*"]`

Right: `cert-allowed-cn = ["dm"]`

Fix: write the whole Common Name. Which names the pattern was meant for nobody can tell, so there is no fix.
"""

from __future__ import annotations

import re
from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.allowed_cn import judged, looks_like_dn
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity

_PATTERN = re.compile(r"[*?^$|]")


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    for item in judged(block):
        found = _PATTERN.search(item.text)
        if found and not looks_like_dn(item.text):
            yield ctx.finding(RULE, ctx.config.value_span(item), name=item.text, sign=found.group())


RULE = Rule("tls-allowed-cn-pattern", "tls", Severity.WARNING, TLS_BLOCK, (*kinds.COMPONENTS, kinds.DMCTL, kinds.TASK), check)
