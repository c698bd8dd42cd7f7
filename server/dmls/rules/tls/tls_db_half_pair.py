"""A certificate without its key, or a key without its certificate.

What: exactly one of certificate and private key (in any form) under `security` of a source or a task.

Why: DM drops the lone half without a message. The connection is encrypted, but no client certificate is sent, and users made with `REQUIRE X509`
are refused. If there is no CA either, nothing is verified at all (`reference/dm-tls.md` 1.4).

Wrong: `ssl-cert: client.pem` without `ssl-key`

Right: both, or neither

Fix: add the missing one, files in the folder that belong to it are offered; or delete the lone one.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.use import is_readable
from dmls.model.tls_block import PATHS, TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Rule, Severity
from dmls.rules._material import missing_files


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    if block.cert.given == block.key.given or not is_readable(block):
        return
    lone, other = (block.cert, block.key) if block.cert.given else (block.key, block.cert)
    entry = lone.entry
    assert entry is not None
    missing = PATHS[other.role]
    removal = edit.delete(ctx.config, entry)
    fixes = missing_files(ctx, block, other.role)
    if removal is not None:
        fixes += (ctx.fix("delete-key", removal, how=Applicability.UNSAFE, preferred=False, key=entry.key),)
    yield ctx.finding(RULE, ctx.config.key_span(entry), "" if block.ca.given else "no-ca", fixes=fixes, key=entry.key, missing=missing)


RULE = Rule("tls-db-half-pair", "tls", Severity.WARNING, TLS_BLOCK, kinds.DATABASES, check)
