"""What a component with certificate or key and without `ssl-ca` comes to: shared by the rules of master and worker."""

from __future__ import annotations

from typing import Iterator

from dmls.model import edit
from dmls.model.tls_block import PATHS, TlsBlock
from dmls.model.unknown import has_tls_misfit
from dmls.rule import Applicability, Context, Finding, Rule, Severity
from dmls.version import NEW_TLS_HELPER


def judge(rule: Rule, block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    """An error since the new TLS helper, which then speaks TLS on one side only; a warning before, when all is plaintext."""
    given = block.cert if block.cert.has_path else block.key
    if block.on or not given.has_path or has_tls_misfit(block.holder, block.owner):
        return
    assert given.path is not None
    fails = ctx.version in NEW_TLS_HELPER
    ca = PATHS[block.ca.role]
    added = edit.add_line(ctx.config, given.path, f'{ca} = ""') if block.ca.path is None else None
    yield ctx.finding(
        rule,
        ctx.config.key_span(given.path),
        "" if fails else "plaintext",
        depends=NEW_TLS_HELPER,
        severity=Severity.ERROR if fails else Severity.WARNING,
        codes=rule.codes if fails else (),
        fixes=(ctx.fix("add-keys", added, how=Applicability.MANUAL, keys=f"`{ca}`"),) if added else (),
        key=PATHS[given.role],
    )
