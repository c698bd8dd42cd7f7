"""What a component with certificate or key and without `ssl-ca` comes to: shared by the rules of master and worker."""

from __future__ import annotations

from typing import Iterator

from dmls.model.tls_block import CA, PATHS, TlsBlock
from dmls.model.unknown import has_tls_misfit
from dmls.rule import Context, Finding, Rule, Severity
from dmls.rules._material import missing_files
from dmls.version import NEW_TLS_HELPER


def judge(rule: Rule, block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    """An error since the new TLS helper, which then speaks TLS on one side only; a warning before, when all is plaintext."""
    given = block.cert if block.cert.has_path else block.key
    if block.on or not given.has_path or has_tls_misfit(block.holder, block.owner):
        return
    assert given.path is not None
    fails = ctx.version in NEW_TLS_HELPER
    yield ctx.finding(
        rule,
        ctx.config.key_span(given.path),
        "" if fails else "plaintext",
        depends=NEW_TLS_HELPER,
        severity=Severity.ERROR if fails else Severity.WARNING,
        codes=rule.codes if fails else (),
        fixes=missing_files(ctx, block, CA),
        key=PATHS[given.role],
    )
