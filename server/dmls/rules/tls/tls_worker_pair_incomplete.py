"""A worker without a complete certificate.

What: a worker's `ssl-ca` is set, `ssl-cert` or `ssl-key`, or both, are empty.

Why: half a pair is dropped without a word when the TLS settings are made.  Masters with TLS always demand a client certificate (etcd:
client/pkg/transport/listener.go:555-557) and refuse the worker with `remote error: tls: certificate required`.  The worker shows only 40077
`context deadline exceeded` and exits; the reason stands in the master's log, `rejected connection on client endpoint`.

Wrong: `ssl-ca` and `ssl-cert` without `ssl-key`

Right: all three

Fix: add the missing keys; files in the folder that fit are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls_block import PATHS, TlsBlock
from dmls.model.unknown import has_tls_misfit
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity
from dmls.rules._material import missing_files


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    lacking = [m for m in (block.cert, block.key) if not m.has_path]
    if not block.on or not lacking or has_tls_misfit(block.holder, block.owner):
        return
    given = next((m for m in (block.cert, block.key) if m.has_path), block.ca)
    assert given.path is not None
    yield ctx.finding(
        RULE,
        ctx.config.key_span(given.path),
        "" if given is not block.ca else "ca-only",
        fixes=missing_files(ctx, block, *(m.role for m in lacking)),
        key=PATHS[given.role],
        missing=PATHS[lacking[0].role],
    )


RULE = Rule("tls-worker-pair-incomplete", "tls", Severity.ERROR, TLS_BLOCK, (kinds.WORKER,), check, codes=(40077,))
