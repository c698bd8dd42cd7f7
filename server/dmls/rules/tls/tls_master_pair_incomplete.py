"""A master with half of a certificate.

What: a master's `ssl-ca` is set, and of `ssl-cert` and `ssl-key` exactly one.

Why: etcd asks for both or none: 38038 `fail to start embed etcd, RawCause: KeyFile and CertFile must both be present[key: , cert: /etc/dm/master.pem]`
(etcd: client/pkg/transport/listener.go:376-378).  The process exits.

Wrong: `ssl-ca` and `ssl-cert` without `ssl-key`

Right: all three

Fix: add the missing key; files in the folder that belong to the given one are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls_block import PATHS, TlsBlock
from dmls.model.unknown import has_tls_misfit
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity
from dmls.rules._material import missing_files


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    if not block.on or block.cert.has_path == block.key.has_path or has_tls_misfit(block.holder, block.owner):
        return
    given, lacking = (block.cert, block.key) if block.cert.has_path else (block.key, block.cert)
    assert given.path is not None
    yield ctx.finding(
        RULE,
        ctx.config.key_span(given.path),
        fixes=missing_files(ctx, block, lacking.role),
        key=PATHS[given.role],
        missing=PATHS[lacking.role],
    )


RULE = Rule("tls-master-pair-incomplete", "tls", Severity.ERROR, TLS_BLOCK, (kinds.MASTER,), check, codes=(38038,))
