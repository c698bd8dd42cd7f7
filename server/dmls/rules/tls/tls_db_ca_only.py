"""Only a CA for a database connection.

What: `ssl-ca` (in any form) under `security` of a source or a task, without certificate and key.

Why: this is one-way TLS and a good configuration for most cloud databases; DM verifies the server and sends no client certificate, so users
made with `REQUIRE X509` are refused. Before 6.1 DM refuses it: 11112 `failed to generate cert` (tiflow#5335), and the load unit of 6.1 fails
with `could not load client key pair: tls: failed to find any PEM data in certificate input` (34019, tiflow#7941).

Wrong: only `ssl-ca`, for a user that must show a certificate

Right: only `ssl-ca` where no client certificate is demanded

Fix: nothing to do where no client certificate is demanded. Where this version fails, `ssl-cert` and `ssl-key` are added; pairs that lie beside the CA are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.use import is_readable, loads_data, physical_import
from dmls.model.tls_block import CERT, KEY, TlsBlock
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity
from dmls.rules._material import missing_files
from dmls.version import parse_version_set

_REFUSING = parse_version_set("..6.1.0")
_LOAD_FAILS = parse_version_set("6.1.0..6.2.0")
_FAILING_LOADS = parse_version_set("..6.2.0")
"""Where a task that loads data fails in one way or the other."""


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    entry = block.ca.entry
    if entry is None or not block.ca.given or block.cert.given or block.key.given or not is_readable(block):
        return
    span = ctx.config.key_span(entry)
    if ctx.version in _REFUSING:
        yield ctx.finding(RULE, span, "refused", depends=_REFUSING, severity=Severity.ERROR, codes=(11112,), fixes=missing_files(ctx, block, CERT, KEY))
    elif ctx.version in _LOAD_FAILS and loads_data(ctx.config):
        yield ctx.finding(RULE, span, "load", depends=_LOAD_FAILS, severity=Severity.ERROR, codes=(34019,), fixes=missing_files(ctx, block, CERT, KEY))
    elif physical_import(ctx.config) is None:
        # Otherwise tls-physical-needs-pair says more.
        yield ctx.finding(RULE, span, depends=_FAILING_LOADS if loads_data(ctx.config) else _REFUSING, severity=Severity.INFORMATION, codes=())


RULE = Rule("tls-db-ca-only", "tls", Severity.ERROR, TLS_BLOCK, kinds.DATABASES, check, codes=(11112, 34019))
