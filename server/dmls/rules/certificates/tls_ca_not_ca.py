"""A CA that is not marked as one.

What: a certificate signed the own one, and its basicConstraints are missing (version 3) or say CA:FALSE.

Why: Go refuses what such a certificate signed: `x509: invalid signature: parent certificate cannot sign this kind of certificate` (dm-tls.md §4, run with Go).
OpenSSL may not mind.  Root certificates of version 1, and a certificate that is its own CA, are fine.

Wrong: `openssl x509 -req -in ca.csr -signkey ca-key.pem -extfile v3.cnf -out ca.pem` with `basicConstraints = CA:FALSE`

Right: `openssl req -x509 -new -key ca-key.pem -subj "/CN=DM CA" -days 3650 -addext basicConstraints=critical,CA:TRUE -out ca.pem`

Fix: issue the CA's certificate again with the same name and key, with one command that needs this key; the certificates below it stay good.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.chain_fault import NOT_CA
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import renew_ca
from dmls.rules.certificates._chain import fault_of, report


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    fault = fault_of(use, ctx, NOT_CA)
    if fault is not None:
        authority = fault.authority
        fixes = renew_ca(ctx, use.source_of(authority), authority) if authority is not None else ()
        yield from report(RULE, use, ctx, fault, at=authority, fixes=fixes)


RULE = Rule(NOT_CA, "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
