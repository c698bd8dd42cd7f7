"""A CA that may not sign this certificate.

What: the CA that signed the certificate has a key usage without keyCertSign, allows fewer CAs below it than there are (pathlen), does not allow the
certificate's names (name constraints), or the policies of the chain exclude each other.

Why: Go enforces all of these, even where DM does not check host names: `parent certificate cannot sign this kind of certificate`, `too many intermediates for path
length constraint`, `a root or intermediate certificate is not authorized to sign for this name` (dm-tls.md §4, run with Go).  Policies count since Go 1.24.

Wrong: a CA with `keyUsage = digitalSignature`

Right: a CA with `keyUsage = keyCertSign, cRLSign`, and constraints that fit the certificates

Fix: issue the CA's certificate again with the same name and key and without constraints, with one command that needs this key; or have the certificate signed by
another CA. Which policies were meant nobody can tell.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse, printable
from dmls.model.tls.chain_fault import FORBIDDEN
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import renew_ca
from dmls.rules.certificates._chain import fault_of, report

_VARIANTS = {"too-many-intermediates": "path-length", "name-not-permitted": "names", "invalid-policies": "policies"}


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    fault = fault_of(use, ctx, FORBIDDEN)
    if fault is None or fault.authority is None:
        return
    variant = _VARIANTS.get(fault.verdict.reason, "")
    args: dict[str, object] = {}
    if variant == "path-length":
        args["limit"] = fault.authority.max_path_len
    elif variant == "names":
        args["text"] = printable((fault.verdict.go_error or "").rpartition("sign for this name: ")[2])
    # Which policies were meant to be required nobody can tell.
    fixes = renew_ca(ctx, use.source_of(fault.authority), fault.authority) if variant != "policies" else ()
    yield from report(RULE, use, ctx, fault, variant, at=fault.authority, fixes=fixes, **args)


RULE = Rule(FORBIDDEN, "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
