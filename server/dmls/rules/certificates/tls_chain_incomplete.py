"""A certificate without the intermediate CA that issued it.

What: the issuer of the certificate is an intermediate CA, and its certificate is neither in `ssl-cert` nor in `ssl-ca`.  It counts as an intermediate if a file
beside these holds it, or if its name says so.

Why: Go looks for issuers in what the other side sends, which is `ssl-cert`, and in its own `ssl-ca`, and nowhere else: `x509: certificate signed by unknown
authority` (dm-tls.md §4, run with Go).

Wrong: `ssl-cert` with the leaf alone

Right: `ssl-cert` with the leaf first and the intermediate behind it

Fix: append the certificate of the intermediate CA to the file in `ssl-cert`; the command is made where it lies in the same folder, else only the CA can tell where it is.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import CertUse, Source
from dmls.model.tls.chain_fault import INCOMPLETE
from dmls.rule import CERT_USE, Context, Finding, Fix, Rule, Severity
from dmls.rules.certificates._chain import fault_of, issuer_and_authorities, report


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    fault = fault_of(use, ctx, INCOMPLETE)
    if fault is None or use.cert is None:
        return
    args = issuer_and_authorities(use, fault.certificate.issuer)
    if fault.file:
        args["file"] = fault.file.rpartition("/")[2]
        args["chain"] = use.cert.local.rpartition("/")[2]
    fixes = _append(use.cert, fault.file, ctx) if fault.file else ()
    severity = Severity.ERROR if use.owner == kinds.MASTER else Severity.WARNING
    yield from report(RULE, use, ctx, fault, "found" if fault.file else "", severity, fixes=fixes, **args)


def _append(cert: Source, path: str, ctx: Context) -> tuple[Fix, ...]:
    """Other things than certificates in the found file do not belong into a chain."""
    pem = next((pem for other, pem in ctx.siblings(cert) if other == path), None)
    if pem is None or cert.is_inline or cert.pem is None:
        return ()
    other = ctx.path_for(cert, path)
    return ctx.command("run-append", openssl.appended(cert.path, other, all(block.type == "CERTIFICATE" for block in pem.blocks)), file=other, chain=cert.path)


RULE = Rule(INCOMPLETE, "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
