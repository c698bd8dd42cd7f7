"""A master with a certificate and no CA.

What: a master's `ssl-cert` or `ssl-key` is set, `ssl-ca` is empty.

Why: `ssl-ca` is the switch.  Without it the URLs stay http and etcd's listeners plaintext (dm/master/config.go:303-330, 423).  Since the new
TLS helper (7.5.2 to 7.5.7, 8.2 and later) the master's own etcd client still speaks TLS because a certificate is given, hears `tls: first record does
not look like a TLS handshake` from itself and exits with 11107.  Before, certificate and key are ignored and the master
runs in plaintext without a word.

Wrong: `ssl-cert` and `ssl-key` alone

Right: `ssl-ca` as well

Fix: add `ssl-ca`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import edit
from dmls.model import kind as kinds
from dmls.model.tls_block import PATHS, TlsBlock
from dmls.model.unknown import has_tls_misfit
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Rule, Severity
from dmls.version import NEW_TLS_HELPER


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    given = block.cert if block.cert.has_path else block.key
    if block.on or not given.has_path or has_tls_misfit(block.holder, block.owner):
        return
    assert given.path is not None
    fails = ctx.version in NEW_TLS_HELPER
    ca = PATHS[block.ca.role]
    added = edit.add_line(ctx.config, given.path, f'{ca} = ""') if block.ca.path is None else None
    yield ctx.finding(
        RULE,
        ctx.config.key_span(given.path),
        "" if fails else "plaintext",
        depends=NEW_TLS_HELPER,
        severity=Severity.ERROR if fails else Severity.WARNING,
        codes=RULE.codes if fails else (),
        fixes=(ctx.fix("add-keys", added, how=Applicability.MANUAL, keys=f"`{ca}`"),) if added else (),
        key=PATHS[given.role],
    )


RULE = Rule("tls-master-no-ca", "tls", Severity.ERROR, TLS_BLOCK, (kinds.MASTER,), check, codes=(11107,))
