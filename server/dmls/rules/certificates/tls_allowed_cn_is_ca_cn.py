"""The name of a CA among the allowed names.

What: an item of `cert-allowed-cn` is the Common Name of a CA in `ssl-ca`.

Why: DM's own check goes through every certificate of the verified chain, the CA included (tidb: pkg/util/security.go), so every
certificate that this CA issued passes, whatever its name (run with Go). Only the etcd of a master compares the leaf alone.

Wrong: `cert-allowed-cn = ["DM CA"]` with a CA called `DM CA`

Right: `cert-allowed-cn = ["dm"]`, and CN=dm in the certificates of masters, workers and dmctl

Fix: list the Common Name of the components' certificates; give the CA another name than theirs.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.allowed_cn import judged, trimmed
from dmls.model.cert_use import CertUse, printable
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    if use.pool is None or use.ca is None or not use.block.on:
        return
    # Versions 1 and 2 have no way to say that a certificate is no CA; a certificate that is its own CA issues nothing.
    issuers = {c.subject.common_name: c for c in reversed(use.pool.certificates) if (c.is_ca or c.version < 3) and c != use.leaf}
    for item in judged(use.block):
        name = trimmed(item.text)
        if name and name in issuers:
            yield ctx.finding(
                RULE, ctx.config.value_span(item), related=ctx.in_file(use.ca, use.ca.block_of(issuers[name])), name=printable(name)
            )


RULE = Rule("tls-allowed-cn-is-ca-cn", "certificates", Severity.WARNING, CERT_USE, kinds.COMPONENTS, check)
