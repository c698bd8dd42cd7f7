"""Blanks around a name in `cert-allowed-cn`.

What: an item of `cert-allowed-cn` that begins or ends with a blank, a tab or a line end.

Why: DM's own check trims the items.  The etcd inside a master does not: it compares the first item as written, so `" dm "` is not `dm` and
everybody is refused with `client certificate authentication failed`, the master itself first; it exits with 11107.

Wrong: `cert-allowed-cn = [" dm"]`

Right: `cert-allowed-cn = ["dm"]`

Fix: trim the item.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.allowed_cn import guards_ports, judged, trimmed
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Edit, Finding, Rule, Severity


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    for item in judged(block):
        name = trimmed(item.text)
        if not name or name == item.text:
            continue
        fails = guards_ports(block, item)
        change = Edit(ctx.config.value_span(item), edit.written_like(ctx.config, item, name))
        yield ctx.finding(
            RULE,
            ctx.config.value_span(item),
            "first" if fails else "",
            severity=Severity.ERROR if fails else Severity.HINT,
            codes=RULE.codes if fails else (),
            fixes=(ctx.fix("trim", change, how=Applicability.UNSAFE if fails else Applicability.SAFE),) if edit.is_direct(item) else (),
            name=name,
        )


RULE = Rule("tls-allowed-cn-whitespace", "tls", Severity.ERROR, TLS_BLOCK, (*kinds.COMPONENTS, kinds.DMCTL, kinds.TASK), check, codes=(11107,))
