"""A misspelt TLS key.

What: a key that is nearly one of the ten keys of DM's security settings, or the name another tool has for it; or a block `tls:`
where DM calls the block `security:`.

Why: DM knows `ssl-ca`, `ssl-cert`, `ssl-key`, their `-bytes` and `-base64` forms and `cert-allowed-cn` (dm/config/security/security.go:25-36)
and no other name.  A source or task is refused with 20003 `field ssl_ca not found in type security.Security`; in YAML case counts too, so
`SSL-CA` is refused.  A master stops with 38011, a worker with 40004 `… unknown configuration options: ssl_ca`; TOML keys may be
written in any case.  dmctl does not compare its file with what it knows (dm/ctl/common/config.go:180-183) and ignores the key without a word.

Wrong: `ssl_ca: /etc/dm/ca.pem`

Right: `ssl-ca: /etc/dm/ca.pem`

Fix: rename the key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.tls_block import BASE64, BYTES, PATHS
from dmls.model.unknown import TLS_UNKNOWN, explain
from dmls.rule import MISFIT, Context, Edit, Finding, Rule, Severity
from dmls.schema import keys as k

_FLAGS = {name: f"--{PATHS[role]}" for names in (PATHS, BASE64, BYTES) for role, name in names.items()}
"""The flag of dmctl for what a key of its file would give."""


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    kind = ctx.config.kind
    why = explain(entry, kind)
    if why.owner != TLS_UNKNOWN:
        return
    args = dict(why.args)
    meant = str(args["meant"])
    variant = why.variant
    if kind == kinds.DMCTL:
        variant = "ignored" if meant == k.CERT_ALLOWED_CN else "flag"
        args["flag"] = _FLAGS.get(meant, "")
    error = UNKNOWN.get(kind)
    span = ctx.config.key_span(entry)
    taken = entry.parent is not None and entry.parent.get(meant) is not None
    yield ctx.finding(
        RULE,
        span,
        variant,
        severity=Severity.WARNING if kind == kinds.DMCTL else Severity.ERROR,
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=() if taken or variant == "flag" else (ctx.fix("rename-key", Edit(span, meant), **args),),
        **args,
    )


RULE = Rule(TLS_UNKNOWN, "tls", Severity.ERROR, MISFIT, (*kinds.COMPONENTS, kinds.DMCTL, *kinds.DATABASES), check, (UNKNOWN_KEY,))
