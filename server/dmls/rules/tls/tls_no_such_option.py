"""A TLS option that DM does not have.

What: an option of MySQL, TiDB or another tool where DM's TLS keys stand: `ssl-mode`, `tls`, `tls-version`, `ssl-cipher`, `ssl-key-password`,
`skip-verify`, `verify-server`, `ssl-crl`, `ssl-capath` and the like.

Why: DM's security settings are three files, their inline forms and `cert-allowed-cn`, no more (dm/config/security/security.go:25-36).  There is
no mode: `ssl-ca` turns TLS on for a component, any certificate for a database connection.  Versions and ciphers are fixed: TLS 1.2 and
later between components and in the load unit, TLS 1.0 and later for the other database connections.  A key with a passphrase cannot be
read.  Revocation is not checked.  A request for `verify-server` (dm#1021) was closed unmerged.  The file is refused as for any unknown key: 20003,
38011, 40004; dmctl ignores the key.

Wrong: `ssl-mode: VERIFY_CA`

Right: the line is left out

Fix: delete the line. In a file that DM refuses a person has to agree, for the option may have been meant to protect the connection; dmctl never
read it. A key with a passphrase is written without one by a command.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.tls import openssl
from dmls.model.unknown import TLS_NO_OPTION, explain
from dmls.rule import MISFIT, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    kind = ctx.config.kind
    why = explain(entry, kind)
    if why.owner != TLS_NO_OPTION:
        return
    error = UNKNOWN.get(kind)
    yield ctx.finding(
        RULE,
        ctx.config.key_span(entry),
        why.variant,
        severity=Severity.WARNING if kind == kinds.DMCTL else Severity.ERROR,
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=ctx.later(_fixes, entry, why.variant),
        **why.args,
    )


def _fixes(entry: Entry, variant: str, ctx: Context) -> Sequence[Fix]:
    # The reader may have meant the option to protect the connection: taking it away is for a person to decide, but dmctl never read it.
    how = Applicability.SAFE if ctx.config.kind == kinds.DMCTL else Applicability.UNSAFE
    fixes = ctx.deletion(entry, how)
    key = entry.parent.get(k.SSL_KEY) if entry.parent is not None else None
    if variant != "passphrase" or key is None or not key.text:
        return fixes
    return (*fixes, *ctx.command("run-decrypt", openssl.decrypted(key.text), file=key.text))


RULE = Rule(TLS_NO_OPTION, "tls", Severity.ERROR, MISFIT, (*kinds.COMPONENTS, kinds.DMCTL, *kinds.DATABASES), check, (UNKNOWN_KEY,))
