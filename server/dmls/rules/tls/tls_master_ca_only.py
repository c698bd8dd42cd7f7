"""A master with a CA and no certificate.

What: a master's `ssl-ca` is set, `ssl-cert` and `ssl-key` are both empty.

Why: `ssl-ca` turns every URL of the master into https, and etcd cannot open an https listener without a certificate: 38038 `fail to start
embed etcd, RawCause: cannot listen on TLS for …: KeyFile and CertFile are not presented` (etcd: client/pkg/transport/listener_tls.go:49-51).
The process exits.  Only a database connection can do with a CA alone.

Wrong: `ssl-ca = "/etc/dm/tls/ca.pem"` alone

Right: `ssl-ca`, `ssl-cert` and `ssl-key`

Fix: add `ssl-cert` and `ssl-key`; pairs that lie beside the CA and verify with it are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls_block import CERT, KEY, TlsBlock
from dmls.model.unknown import has_tls_misfit
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity
from dmls.rules._material import missing_files


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    ca = block.ca.path
    if ca is None or not block.on or block.cert.has_path or block.key.has_path or has_tls_misfit(block.holder, block.owner):
        return
    yield ctx.finding(RULE, ctx.config.key_span(ca), fixes=missing_files(ctx, block, CERT, KEY))


RULE = Rule("tls-master-ca-only", "tls", Severity.ERROR, TLS_BLOCK, (kinds.MASTER,), check, codes=(38038,))
