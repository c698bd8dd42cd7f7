"""An empty item in `cert-allowed-cn`.

What: an item of `cert-allowed-cn` that is empty, or only blanks.

Why: DM's own check compares each trimmed item with the Common Names of the peer's chain.  If all items are empty, some certificate of the chain must
have an empty Common Name, so nobody is let in: a master cannot even reach itself and exits with 11107.  As the first of several
items on a master, an empty one switches the check of its embedded etcd off for everybody (etcd: client/pkg/transport/listener.go:436).
A first item of blanks is compared as it is and matches nobody.

Wrong: `cert-allowed-cn = ["", "dm"]`

Right: `cert-allowed-cn = ["dm"]`

Fix: delete the item.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.allowed_cn import guards_ports, judged, trimmed
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Rule, Severity


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    items = judged(block)
    empty = [item for item in items if not trimmed(item.text)]
    nobody = len(empty) == len(items)
    for item in empty[:1] if nobody else empty:
        severity = Severity.WARNING
        first = guards_ports(block, item)
        if nobody:
            variant = "nobody"
            if block.owner in kinds.COMPONENTS:
                severity = Severity.ERROR
        elif first and item.text:
            variant, severity = "blank-first", Severity.ERROR
        else:
            variant = "open" if first else ""
        removal = edit.delete(ctx.config, item)
        yield ctx.finding(
            RULE,
            ctx.config.value_span(item),
            variant,
            severity=severity,
            codes=RULE.codes if severity is Severity.ERROR and block.owner == kinds.MASTER else (),
            fixes=(ctx.fix("delete-item", removal, how=Applicability.UNSAFE),) if removal else (),
        )


RULE = Rule("tls-allowed-cn-empty-entry", "tls", Severity.ERROR, TLS_BLOCK, (*kinds.COMPONENTS, kinds.DMCTL, kinds.TASK), check, codes=(11107,))
