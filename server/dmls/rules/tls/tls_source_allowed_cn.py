"""Allowed names for an upstream.

What: a source's `from.security.cert-allowed-cn` names somebody while TLS is on.

Why: the binlog client of relay and sync passes DM's TLS settings on without a server name (go-mysql client/auth.go:313; dm/syncer/util.go:213,
dm/relay/relay.go:1169).  A list switches host name verification on, and Go refuses: `tls: either ServerName or InsecureSkipVerify must be
specified in the tls.Config`.  The old TLS helper (up to 7.5.1, 7.6.0 to 8.1) fails otherwise: `client certificate authentication failed.
The Common Name from the client certificate [] was not found`.  The source itself is created without complaint.

Wrong: `cert-allowed-cn: ["mysql"]` below `from.security`

Right: `ssl-ca` alone verifies the chain

Fix: delete the key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.version import NEW_TLS_HELPER

_NEW = "tls: either ServerName or InsecureSkipVerify must be specified in the tls.Config"


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    if block.allowed_cn is None or not block.names or not block.on:
        return
    removal = edit.delete(ctx.config, block.allowed_cn)
    new = ctx.version in NEW_TLS_HELPER
    yield ctx.finding(
        RULE,
        ctx.config.key_span(block.allowed_cn),
        "" if new else "old",
        depends=NEW_TLS_HELPER,
        dm_text=_NEW if new else "",
        fixes=(ctx.fix("delete-key", removal, how=Applicability.UNSAFE, key=k.CERT_ALLOWED_CN),) if removal else (),
    )


RULE = Rule("tls-source-allowed-cn", "tls", Severity.ERROR, TLS_BLOCK, (kinds.SOURCE,), check)
