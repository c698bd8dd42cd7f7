"""A CA that may not vouch for servers or clients.

What: a CA in `ssl-ca`, or an intermediate in `ssl-cert`, has an extended key usage extension that lacks serverAuth or clientAuth, while the certificate below it
allows them.  For a source or task: every CA in `ssl-ca` lacks serverAuth.

Why: in Go extended key usages nest, roots included: what a CA excludes no certificate below it can have.  `x509: certificate specifies an incompatible key usage`
(dm-tls.md §4, run with Go).

Wrong: a CA with `extendedKeyUsage = codeSigning`

Right: a CA without extended key usages

Fix: issue the CA's certificate again with the same key and without the extension, with one command that needs its private key; the certificates below it stay good.  The CA of a database
is for its owner to renew.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.chain_fault import CA_USAGE
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import renew_ca
from dmls.rules.certificates._chain import fault_of, report


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    fault = fault_of(use, ctx, CA_USAGE)
    if fault is None or fault.authority is None:
        return
    variant = "" if use.block.is_component else "database"
    listed = ", ".join(fault.authority.extended_key_usages)
    fixes = renew_ca(ctx, use.source_of(fault.authority), fault.authority) if use.block.is_component else ()
    yield from report(RULE, use, ctx, fault, variant, at=fault.authority, fixes=fixes, listed=listed, usages=", ".join(fault.usages))


RULE = Rule(CA_USAGE, "certificates", Severity.ERROR, CERT_USE, (*kinds.COMPONENTS, *kinds.DATABASES), check)
