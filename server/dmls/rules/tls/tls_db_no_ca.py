"""A client certificate for a database, but no CA.

What: `ssl-cert` and `ssl-key` (in any form) under `security` of a source or a task, and no `ssl-ca`.

Why: DM encrypts and sends the client certificate, but checks nothing of the server's certificate, so anybody in between can pose as
the database. With `cert-allowed-cn` the system's own CAs are asked instead. Before 6.3 DM refused: 11112 `failed to append ca certs`
(tiflow#6921; `reference/dm-tls.md` 1.4).

Wrong: `security: {ssl-cert: c.pem, ssl-key: k.pem}`

Right: `security: {ssl-ca: ca.pem, ssl-cert: c.pem, ssl-key: k.pem}`

Fix: add `ssl-ca` with the CA that signed the server's certificate; CA files in the folder are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.use import is_readable
from dmls.model.tls_block import CA, TlsBlock
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity
from dmls.rules._material import missing_files
from dmls.version import parse_version_set

_REFUSING = parse_version_set("..6.3.0")


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    if block.ca.given or not (block.cert.given and block.key.given) or not is_readable(block):
        return
    refused = ctx.version in _REFUSING
    variant = "refused" if refused else "system-roots" if block.names else ""
    written = block.ca.entry
    yield ctx.finding(
        RULE,
        ctx.config.key_span(written or block.holder),
        variant,
        depends=_REFUSING,
        severity=Severity.ERROR if refused else Severity.WARNING,
        codes=(11112,) if refused else (),
        fixes=missing_files(ctx, block, CA),
    )


RULE = Rule("tls-db-no-ca", "tls", Severity.ERROR, TLS_BLOCK, kinds.DATABASES, check, codes=(11112,))
