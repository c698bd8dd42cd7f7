"""A signing request instead of a certificate.

What: the file of `ssl-cert` holds a certificate signing request and no certificate.

Why: Go looks for a certificate: `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types:
[CERTIFICATE REQUEST]` (dm-tls.md §1.3, run with Go). DM's documentation writes the request and the certificate to a file of the same name, so
one forgotten step leaves the request there (§8).

Wrong: `openssl req -new -key dm-key.pem -out dm.pem`, and nothing after it

Right: the request goes to `dm.csr`, and the CA makes `dm.pem` of it

Fix: name the certificate, where it lies in the folder; else let the CA sign: `openssl x509 -req`, with the hosts of the configuration and both usages. The
CA's private key is needed for that.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.pem_fault import REQUEST, pem_fault
from dmls.pki.facts import PemBlock
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules._reissue import sign_request
from dmls.rules.files._judge import certificates_for, gravity, named, outcome_of


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    fault = pem_fault(source, ctx.version)
    use = source.use
    if fault is None or fault.rule != REQUEST or use is None or not isinstance(fault.piece, PemBlock):
        return
    outcome = outcome_of(source, ctx)
    key = use.private_key
    yield ctx.finding(
        RULE,
        source.anchor(),
        severity=gravity(source),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, fault.piece, "file"),
        fixes=(*certificates_for(source, key.public if key is not None else None, ctx), *sign_request(ctx, source)),
        file=named(source),
        **outcome.args,
    )


RULE = Rule(REQUEST, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
