"""Physical import without a client certificate.

What: a task in which an instance uses a loader with `import-mode: physical`, and whose `target-database.security` has a CA but not both certificate
and key.

Why: physical import talks not only to TiDB's SQL port but to its status port, to PD and to TiKV, with the same certificates
(dm/loader/lightning.go:383-397). A TiDB cluster with TLS between its components demands a client certificate there, so the load unit
fails although the SQL connection works.

Wrong: `import-mode: physical` with `security: {ssl-ca: ca.pem}`

Right: `ssl-ca`, `ssl-cert` and `ssl-key`, issued for the cluster

Fix: add `ssl-cert` and `ssl-key`; pairs that lie beside the CA are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.use import is_readable, physical_import
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity
from dmls.rules._material import missing_files


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    entry = block.ca.entry
    if entry is None or not block.ca.given or (block.cert.given and block.key.given) or not is_readable(block):
        return
    mode = physical_import(ctx.config)
    if mode is not None:
        related = (ctx.related(mode, "tls-physical-needs-pair.mode"),)
        lacking = [m.role for m in (block.cert, block.key) if not m.given]
        yield ctx.finding(RULE, ctx.config.key_span(entry), related=related, fixes=missing_files(ctx, block, *lacking))


RULE = Rule("tls-physical-needs-pair", "tls", Severity.WARNING, TLS_BLOCK, (kinds.TASK,), check)
