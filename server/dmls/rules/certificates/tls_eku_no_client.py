"""A component's certificate that is not for clients.

What: the certificate of a master or worker has an extended key usage extension without clientAuth and without anyExtendedKeyUsage.

Why: masters and workers are clients of masters, and a master asks every client for a certificate (etcd: RequireAndVerifyClientCert,
client/pkg/transport/listener.go:555).  Go refuses it: `x509: certificate specifies an incompatible key usage` (dm-tls.md §4, run with Go).

Wrong: `extendedKeyUsage = serverAuth`

Right: `extendedKeyUsage = serverAuth, clientAuth`, or no such extension

Fix: issue the certificate again for both usages, with one command that needs the CA's private key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.chain_fault import allows
from dmls.model.tls.outcome import refused_peer
from dmls.pki.facts import CLIENT_AUTH
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    leaf = use.leaf
    if leaf is None or use.cert is None or not use.block.on or allows(leaf, CLIENT_AUTH):
        return
    outcome = refused_peer(use.owner)
    yield ctx.finding(
        RULE,
        use.cert.anchor(),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(use.cert, use.block_of(leaf)),
        fixes=reissue(ctx, use.cert, leaf),
        usages=", ".join(leaf.extended_key_usages),
        **outcome.args,
    )


RULE = Rule("tls-eku-no-client", "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
