"""A CA that was made again after it had signed.

What: `ssl-ca` (or `ssl-cert`, for an intermediate) holds a CA of the name that the certificate wants, and the certificate was signed with another key.

Why: the script that makes certificates was run again and replaced the CA, while the certificates stayed.  Go compares signatures, not names: `x509: certificate
signed by unknown authority (possibly because of "crypto/rsa: verification error" …)` (dm-tls.md §4, run with Go).  A master refuses itself, 11107;
masters with the same CA refuse the worker.

Wrong: a new `ca.pem` with the certificates of the old one

Right: all certificates signed with the key of the CA that is in `ssl-ca`

Fix: bring the earlier CA file back, where it lies in the folder, or have the certificate signed by the present CA, with one command that needs its private key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.chain_fault import RECREATED
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue
from dmls.rules.certificates._chain import fault_of, fitting_ca, report


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    fault = fault_of(use, ctx, RECREATED)
    if fault is None:
        return
    variant = "intermediate" if fault.authority in use.chain else ""
    severity = Severity.ERROR if use.owner == kinds.MASTER else Severity.WARNING
    again = reissue(ctx, use.source_of(fault.certificate), fault.certificate)
    yield from report(RULE, use, ctx, fault, variant, severity, fixes=(*fitting_ca(use, ctx), *again))


RULE = Rule(RECREATED, "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
