"""A worker with a certificate and no CA.

What: a worker's `ssl-cert` or `ssl-key` is set, `ssl-ca` is empty.

Why: without `ssl-ca` the addresses in `join` become http:// (dm/worker/config.go:215).  Since the new TLS helper (7.5.2 to 7.5.7, 8.2 and later) the
gRPC client uses TLS, without verifying the master, while the etcd client drops TLS because of the scheme (etcd: client/v3/internal/endpoint):
against one master both cannot work, and the worker does not start.  Before, certificate and key are ignored
and the worker runs in plaintext without a word.

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
        fixes=(ctx.fix("add-keys", added, how=Applicability.MANUAL, keys=f"`{ca}`"),) if added else (),
        key=PATHS[given.role],
    )


RULE = Rule("tls-worker-no-ca", "tls", Severity.ERROR, TLS_BLOCK, (kinds.WORKER,), check)
