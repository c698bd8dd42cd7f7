"""A misspelt TLS key.

What: a key that is nearly one of the ten keys of DM's security settings, or the name another tool has for it; or a block `tls:`
where DM calls the block `security:`.

Why: DM knows `ssl-ca`, `ssl-cert`, `ssl-key`, their `-bytes` and `-base64` forms and `cert-allowed-cn` (dm/config/security/security.go:25-36)
and no other name.  A source or task is refused with 20003 `field ssl_ca not found in type security.Security`; in YAML case counts too, so
`SSL-CA` is refused.  A master stops with 38011, a worker with 40004 `… unknown configuration options: ssl_ca`; TOML keys may be
written in any case.  dmctl does not compare its file with what it knows (dm/ctl/common/config.go:180-183) and ignores the key without a word.

Wrong: `ssl_ca: /etc/dm/ca.pem`

Right: `ssl-ca: /etc/dm/ca.pem`

Fix: rename the key, safely where only case, hyphens and the like differ. Where the right key stands there as well, the misspelt one is deleted,
safely if both say the same. For dmctl there is the command line that says what its file cannot.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.config_file import Entry
from dmls.model.dm.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.edits import edit
from dmls.model.tls_block import BASE64, BYTES, PATHS
from dmls.model.unknown import TLS_UNKNOWN, explain, is_spelling_of, tls_key_meant
from dmls.rule import MISFIT, Applicability, Context, Finding, Fix, Rule, Severity
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
    yield ctx.finding(
        RULE,
        span,
        variant,
        severity=Severity.WARNING if kind == kinds.DMCTL else Severity.ERROR,
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=ctx.later(_fixes, entry, meant) if variant != "flag" else _command(entry, meant, ctx),
        **args,
    )


def _command(entry: Entry, meant: str, ctx: Context) -> tuple[Fix, ...]:
    """dmctl takes the path from its command line."""
    root = entry.parent
    master = root.get(k.MASTER_ADDR) if root is not None else None
    if meant not in PATHS.values() or not entry.text:
        return ()
    return ctx.command("run-dmctl", shell.dmctl(master.text if master is not None else "", {meant: entry.text}))


def _fixes(entry: Entry, meant: str, ctx: Context) -> Sequence[Fix]:
    parent = entry.parent
    if parent is None or parent.schema is None or ctx.version not in parent.schema.children[meant].versions:
        return ()
    other = parent.get(meant) or next((c for c in parent.children if c is not entry and c.schema is None and tls_key_meant(c.name) == meant), None)
    if other is not None and (other.schema is not None or ctx.config.key_span(other) < ctx.config.key_span(entry)):
        same = bool(entry.text) and entry.text == other.text
        return ctx.deletion(entry, Applicability.SAFE if same else Applicability.UNSAFE)
    change = edit.rename_key(ctx.config, entry, meant)
    # dmctl takes its file as it is, so a name that it begins to know changes what it does.
    sure = is_spelling_of(entry.name, meant) and ctx.config.kind != kinds.DMCTL
    how = Applicability.SAFE if sure else Applicability.UNSAFE
    return (ctx.fix("rename-key", change, how=how, key=entry.name, meant=meant),) if change is not None else ()


RULE = Rule(TLS_UNKNOWN, "tls", Severity.ERROR, MISFIT, (*kinds.COMPONENTS, kinds.DMCTL, *kinds.DATABASES), check, (UNKNOWN_KEY,))
