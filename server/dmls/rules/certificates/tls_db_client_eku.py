"""A client certificate for a database that is not for clients.

What: the certificate of a source or task has an extended key usage extension without clientAuth and without anyExtendedKeyUsage.

Why: DM sends it, and the database server decides.  OpenSSL, which MySQL uses, refuses it with `unsuitable certificate purpose` (dm-tls.md §1.4, run with
`openssl s_server`); so does TiDB, which is written in Go.  A server that does not ask for client certificates does not mind.

Wrong: `extendedKeyUsage = serverAuth`

Right: `extendedKeyUsage = clientAuth`, or no such extension

Fix: issue the certificate again with clientAuth, with one command that needs the CA's private key; it is made where the CA that issued it is in `ssl-ca`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.chain_fault import allows
from dmls.pki.facts import CLIENT_AUTH
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    leaf = use.leaf
    if leaf is None or use.cert is None or allows(leaf, CLIENT_AUTH):
        return
    block = use.cert.block_of(leaf)
    usages = ", ".join(leaf.extended_key_usages)
    yield ctx.finding(RULE, use.cert.anchor(block), related=ctx.in_file(use.cert, block), fixes=reissue(ctx, use.cert, leaf), usages=usages)


RULE = Rule("tls-db-client-eku", "certificates", Severity.WARNING, CERT_USE, kinds.DATABASES, check)
