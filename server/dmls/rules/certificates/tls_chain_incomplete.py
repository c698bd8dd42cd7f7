"""A certificate without the intermediate CA that issued it.

What: the issuer of the certificate is an intermediate CA, and its certificate is neither in `ssl-cert` nor in `ssl-ca`.  It counts as an intermediate if a file
beside these holds it, or if its name says so.

Why: Go looks for issuers in what the other side sends, which is `ssl-cert`, and in its own `ssl-ca`, and nowhere else: `x509: certificate signed by unknown
authority` (dm-tls.md §4, run with Go).

Wrong: `ssl-cert` with the leaf alone

Right: `ssl-cert` with the leaf first and the intermediate behind it

Fix: append the certificate of the intermediate CA to the file in `ssl-cert`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.cert_use import CertUse
from dmls.model.chain_fault import INCOMPLETE
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules.certificates._chain import fault_of, issuer_and_authorities, report


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    fault = fault_of(use, ctx, INCOMPLETE)
    if fault is None or use.cert is None:
        return
    args = issuer_and_authorities(use, fault.certificate.issuer)
    if fault.file:
        args["file"] = fault.file.rpartition("/")[2]
        args["chain"] = use.cert.local.rpartition("/")[2]
    severity = Severity.ERROR if use.owner == kinds.MASTER else Severity.WARNING
    yield from report(RULE, use, ctx, fault, "found" if fault.file else "", severity, **args)


RULE = Rule(INCOMPLETE, "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
