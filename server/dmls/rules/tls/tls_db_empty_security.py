"""A `security` block that says nothing.

What: `security` under `from` or `target-database` with no value in it: null, `{}`, or only empty texts and lists.

Why: where there is no certificate, key or CA, DM connects in plaintext (only the dump unit tries TLS of its own accord, without verifying
anything). Up to 6.3 a block that is not null fails: DM registers an empty TLS configuration, and the connection ends with
`invalid value / unknown config name` (tiflow#7384, mended by #7451).

Wrong: `security: {ssl-ca: ""}`

Right: no `security`, or one with `ssl-ca`

Fix: delete the block, safely where this version connects in the same way without it and no comment is lost; or fill it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.use import is_readable
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Rule, Severity
from dmls.version import parse_version_set

_FAILING = parse_version_set("..6.4.0")


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    if not block.is_empty or not is_readable(block):
        return
    refused = ctx.version in _FAILING and not block.holder.is_null
    at = block.holder.children[0] if block.holder.children else block.holder
    removal = edit.delete(ctx.config, block.holder)
    # Before, the connection fails, and without the block it is plaintext.
    safe = not refused and removal is not None and "#" not in removal.span.of(ctx.config.text)
    yield ctx.finding(
        RULE,
        ctx.config.key_span(at),
        "refused" if refused else "",
        depends=_FAILING,
        severity=Severity.ERROR if refused else Severity.INFORMATION,
        fixes=(ctx.fix("delete-key", removal, how=Applicability.SAFE if safe else Applicability.UNSAFE, key=block.holder.name),) if removal is not None else (),
    )


RULE = Rule("tls-db-empty-security", "tls", Severity.ERROR, TLS_BLOCK, kinds.DATABASES, check)
