"""A signature that Go does not accept.

What: the certificate in `ssl-cert`, or an intermediate, is signed with SHA-1 or MD5, or with an algorithm that Go does not know.  The root's own signature does not count.

Why: Go refuses it: `x509: cannot verify signature: insecure algorithm SHA1-RSA` (dm-tls.md §4, run with Go); SHA-1 since Go 1.18, which is DM 6.0.

Wrong: `openssl x509 -req -sha1 …`

Right: `openssl x509 -req -sha256 …`

Fix: issue the certificate again, signed with SHA-256, with one command that needs the CA's private key; the own key can stay. A CA whose key Go does not know has to
be replaced, and all certificates with it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.chain_fault import WEAK
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue
from dmls.rules.certificates._chain import fault_of, report


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    fault = fault_of(use, ctx, WEAK)
    if fault is None:
        return
    algorithm = fault.certificate.signature_algorithm
    variant = "" if fault.verdict.hint == "insecure-algorithm" else "unknown"
    fixes = reissue(ctx, use.source_of(fault.certificate), fault.certificate) if not variant else ()
    yield from report(RULE, use, ctx, fault, variant, fixes=fixes, algorithm=algorithm)


RULE = Rule(WEAK, "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
