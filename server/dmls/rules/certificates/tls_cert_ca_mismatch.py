"""A certificate of another CA.

What: the certificate in `ssl-cert` was not issued by any CA in `ssl-ca` of the same component.

Why: a master calls itself with this certificate and this CA, so it refuses itself: `x509: certificate signed by unknown authority` (dm-tls.md §4,
run with Go), 11107.  Of a worker it is certain only together with the masters' CA: masters that have the same CA refuse it.

Wrong: `ssl-ca = "ca-new.pem"` with a certificate that the old CA issued

Right: the CA that issued the certificate, alone or beside others in one file

Fix: name the right CA, where it lies in the folder, or have the certificate signed by this one, with one command that needs the CA's private key.  `openssl verify -CAfile ca.pem dm.pem` tells whether they fit.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.chain_fault import MISMATCH
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue
from dmls.rules.certificates._chain import fault_of, fitting_ca, issuer_and_authorities, report


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    fault = fault_of(use, ctx, MISMATCH)
    if fault is None:
        return
    is_master = use.owner == kinds.MASTER
    issuer = fault.certificate.issuer
    args = issuer_and_authorities(use, issuer)
    variant = "" if is_master else "worker"
    if fault.certificate.is_self_issued:
        variant = "self-signed"
    elif f"`{args['issuer']}`" in args["authorities"]:
        # The names read alike, and Go compares their bytes.
        variant = "encoding"
    severity = Severity.ERROR if is_master else Severity.WARNING
    yield from report(RULE, use, ctx, fault, variant, severity, fixes=(*fitting_ca(use, ctx), *reissue(ctx, use.cert, use.leaf, by_trusted=True)), **args)


RULE = Rule(MISMATCH, "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
