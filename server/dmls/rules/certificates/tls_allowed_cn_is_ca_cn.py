"""The name of a CA among the allowed names.

What: an item of `cert-allowed-cn` is the Common Name of a CA in `ssl-ca`.

Why: DM's own check goes through every certificate of the verified chain, the CA included (tidb: pkg/util/security.go), so every
certificate that this CA issued passes, whatever its name (run with Go). Only the etcd of a master compares the leaf alone.

Wrong: `cert-allowed-cn = ["DM CA"]` with a CA called `DM CA`

Right: `cert-allowed-cn = ["dm"]`, and CN=dm in the certificates of masters, workers and dmctl

Fix: write the Common Name of the own certificate instead, where that has another one; give the CA another name than theirs.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.edits import edit
from dmls.model.tls.allowed_cn import judged, trimmed
from dmls.model.tls.cert_use import CertUse, printable
from dmls.rule import CERT_USE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.rules.certificates._names import own_name


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    if use.pool is None or use.ca is None or not use.block.on:
        return
    # Versions 1 and 2 have no way to say that a certificate is no CA; a certificate that is its own CA issues nothing.
    issuers = {c.subject.common_name: c for c in reversed(use.pool.certificates) if (c.is_ca or c.version < 3) and c != use.leaf}
    for item in judged(use.block):
        name = trimmed(item.text)
        if name and name in issuers:
            related = ctx.in_file(use.ca, use.ca.block_of(issuers[name]))
            yield ctx.finding(RULE, ctx.config.value_span(item), related=related, fixes=_fixes(use, item, name, ctx), name=printable(name))


def _fixes(use: CertUse, item: Entry, name: str, ctx: Context) -> tuple[Fix, ...]:
    """The own name in the place of the CA's, unless it is listed already: then the item goes."""
    own = own_name(use)
    if not own or own == name or trimmed(own) != own:
        return ()
    if any(trimmed(other.text) == own for other in judged(use.block)):
        removal = edit.delete(ctx.config, item)
        return (ctx.fix("delete-item", removal, how=Applicability.UNSAFE),) if removal is not None else ()
    change = edit.set_text(ctx.config, item, own)
    return (ctx.fix("keep-common-name", change, how=Applicability.UNSAFE, name=printable(own)),) if change is not None else ()


RULE = Rule("tls-allowed-cn-is-ca-cn", "certificates", Severity.WARNING, CERT_USE, kinds.COMPONENTS, check)
