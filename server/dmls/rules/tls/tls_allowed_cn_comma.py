"""Several names in one item of `cert-allowed-cn`.

What: an item of `cert-allowed-cn` that holds a comma or a semicolon.

Why: an item is one Common Name and is compared as a whole (tidb: pkg/util/security.go; etcd: client/pkg/transport/listener.go:438).  `"dm,dm-worker"`
admits only a certificate whose name holds that comma.  The flag `--cert-allowed-cn` does not split its value either; it is given once for each name.

Wrong: `cert-allowed-cn = ["dm,dm-worker"]`

Right: `cert-allowed-cn = ["dm", "dm-worker"]`

Fix: make one item of each name.  On a master only the first then counts.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.edits import edit
from dmls.model.tls.allowed_cn import SEPARATOR, holds_several, judged, looks_like_dn, trimmed
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Fix, Rule, Severity


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    for item in judged(block):
        if holds_several(item.text) and not looks_like_dn(item.text):
            yield ctx.finding(RULE, ctx.config.value_span(item), fixes=_fixes(item, ctx), name=item.text)


def _fixes(item: Entry, ctx: Context) -> tuple[Fix, ...]:
    change = edit.split_item(ctx.config, item, [name for name in map(trimmed, SEPARATOR.split(item.text)) if name])
    return (ctx.fix("split-item", change, how=Applicability.UNSAFE),) if change is not None else ()


RULE = Rule("tls-allowed-cn-comma", "tls", Severity.WARNING, TLS_BLOCK, (*kinds.COMPONENTS, kinds.DMCTL, kinds.TASK), check)
