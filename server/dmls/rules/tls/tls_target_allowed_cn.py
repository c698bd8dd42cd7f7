"""Allowed names for the target.

What: a task's `target-database.security.cert-allowed-cn` names somebody while TLS is on.

Why: the list does more than it says: for DM's own SQL connections it also switches host name verification on (go-sql-driver dsn.go:188-191 fills
in the host), and the name may be that of any certificate of the chain.  The load unit does not look at it.  With the old TLS
helper from DM 6.3 on (6.3 to 7.5.1, 7.6.0 to 8.1) every connection fails: `The Common Name from the client certificate [] was not
found in the configuration cluster-verify-cn` (tidb#53357).

Wrong: `cert-allowed-cn: ["tidb"]` below `target-database.security`

Right: `ssl-ca` alone verifies the chain

Fix: delete the key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.allowed_cn import trimmed
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.version import parse_version_set

_ALWAYS_FAILS = parse_version_set("6.3.0..7.5.2,7.6.0..8.2.0")


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    if block.allowed_cn is None or not block.on or not any(trimmed(item.text) for item in block.names):
        return
    fails = ctx.version in _ALWAYS_FAILS
    removal = edit.delete(ctx.config, block.allowed_cn)
    yield ctx.finding(
        RULE,
        ctx.config.key_span(block.allowed_cn),
        "fails" if fails else "",
        depends=_ALWAYS_FAILS,
        severity=Severity.ERROR if fails else Severity.WARNING,
        fixes=(ctx.fix("delete-key", removal, how=Applicability.UNSAFE, key=k.CERT_ALLOWED_CN),) if removal else (),
    )


RULE = Rule("tls-target-allowed-cn", "tls", Severity.ERROR, TLS_BLOCK, (kinds.TASK,), check)
