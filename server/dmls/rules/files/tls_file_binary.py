"""A certificate or key that is not PEM.

What: the file holds DER (binary X.509), PKCS #12 (`.p12`, `.pfx`), a Java key store, or something else that is no text.

Why: DM reads PEM only. A CA file then ends in `failed to append ca certs` (38051, 40076, 11112), certificate and key in
`tls: failed to find any PEM data in certificate input` (dm-tls.md §1.3, run with Go).

Wrong: `ssl-ca = "/etc/dm/ca.der"`

Right: `ssl-ca = "/etc/dm/ca.pem"`

Fix: convert the file: `openssl x509 -inform der -in ca.der -out ca.pem`; for a key `openssl pkey -inform der -in key.der -out key.pem`; out of PKCS #12
`openssl pkcs12 -in dm.p12 -clcerts -nokeys -out dm.pem`, `openssl pkcs12 -in dm.p12 -nocerts -nodes -out dm-key.pem` and
`openssl pkcs12 -in dm.p12 -cacerts -nokeys -out ca.pem`; a Java key store first becomes PKCS #12: `keytool -importkeystore -srckeystore dm.jks
-destkeystore dm.p12 -deststoretype pkcs12`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.cert_use import Source
from dmls.model.pem_fault import BINARY, pem_fault
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import command_files, gravity, named, outcome_of

_VARIANTS = {"der-certificate": "der", "der-key": "der-key", "der-request": "der-request", "jks": "jks"}


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    fault = pem_fault(source, ctx.version)
    if fault is None or fault.rule != BINARY or source.pem is None:
        return
    form = source.pem.form
    outcome = outcome_of(source, ctx)
    yield ctx.finding(
        RULE,
        source.anchor(),
        f"pkcs12-{source.role}" if form == "pkcs12" else _VARIANTS.get(form, ""),
        severity=gravity(source),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, message="file"),
        file=named(source),
        **command_files(source),
        **outcome.args,
    )


RULE = Rule(BINARY, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
