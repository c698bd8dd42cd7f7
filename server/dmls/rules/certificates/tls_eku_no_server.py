"""A component's certificate that is not for servers.

What: the certificate of a master or worker has an extended key usage extension without serverAuth and without anyExtendedKeyUsage.

Why: masters and workers are servers as well as clients, and Go refuses such a server: `x509: certificate specifies an incompatible key usage` (dm-tls.md §4,
run with Go).  A master calls itself, so it exits with 11107.  A worker joins, but no master can call it: 38004.

Wrong: `extendedKeyUsage = clientAuth`

Right: `extendedKeyUsage = serverAuth, clientAuth`, or no such extension

Fix: issue the certificate again for both usages, with one command that needs the CA's private key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.chain_fault import INCOMPATIBLE, allows
from dmls.model.tls.outcome import refused_server
from dmls.pki.facts import SERVER_AUTH
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    leaf = use.leaf
    if leaf is None or use.cert is None or not use.block.on or allows(leaf, SERVER_AUTH):
        return
    outcome = refused_server(use.owner, INCOMPATIBLE)
    block = use.cert.block_of(leaf)
    yield ctx.finding(
        RULE,
        use.cert.anchor(block),
        "" if use.owner == kinds.MASTER else "worker",
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(use.cert, block),
        fixes=reissue(ctx, use.cert, leaf),
        usages=", ".join(leaf.extended_key_usages),
        **outcome.args,
    )


RULE = Rule("tls-eku-no-server", "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
