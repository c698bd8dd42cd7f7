"""A worker with a certificate and no CA.

What: a worker's `ssl-cert` or `ssl-key` is set, `ssl-ca` is empty.

Why: without `ssl-ca` the addresses in `join` become http:// (dm/worker/config.go:215).  Since the new TLS helper (7.5.2 to 7.5.7, 8.2 and later) the
gRPC client uses TLS, without verifying the master, while the etcd client drops TLS because of the scheme (etcd: client/v3/internal/endpoint):
against one master both cannot work, and the worker does not start.  Before, certificate and key are ignored
and the worker runs in plaintext without a word.

Wrong: `ssl-cert` and `ssl-key` alone

Right: `ssl-ca` as well

Fix: add `ssl-ca`; CA files in the folder with which the certificate verifies are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity
from dmls.rules.tls._no_ca import judge


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    return judge(RULE, block, ctx)


RULE = Rule("tls-worker-no-ca", "tls", Severity.ERROR, TLS_BLOCK, (kinds.WORKER,), check)
