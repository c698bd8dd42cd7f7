"""A certificate or key that is not PEM.

What: the file holds DER (binary X.509), PKCS #12 (`.p12`, `.pfx`), a Java key store, or something else that is no text.

Why: DM reads PEM only. A CA file then ends in `failed to append ca certs` (38051, 40076, 11112), certificate and key in
`tls: failed to find any PEM data in certificate input` (dm-tls.md §1.3, run with Go).

Wrong: `ssl-ca = "/etc/dm/ca.der"`

Right: `ssl-ca = "/etc/dm/ca.pem"`

Fix: convert the file; the command is made for it: `openssl x509 -inform der` for a certificate, `openssl pkey -inform der` for a key,
`openssl pkcs12` for PKCS #12, after `keytool -importkeystore` for a Java key store. A file whose name ends in `.der`, `.p12` and the like stays, and
its neighbour in PEM has to be named; that, and files in the folder that serve already, are offered. Other binary content nobody can convert.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import Source
from dmls.model.tls.pem_fault import BINARY, pem_fault
from dmls.model.tls_block import CERT, KEY
from dmls.rule import PEM, Context, Finding, Fix, Rule, Severity
from dmls.rules import _found
from dmls.rules._reissue import sign_request
from dmls.rules.files._judge import gravity, named, others_for, outcome_of, where

_VARIANTS = {"der-certificate": "der", "der-key": "der-key", "der-request": "der-request", "jks": "jks"}


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    fault = pem_fault(source, ctx.version)
    if fault is None or fault.rule != BINARY or source.pem is None:
        return
    form = source.pem.form
    path = where(source)
    outcome = outcome_of(source, ctx)
    yield ctx.finding(
        RULE,
        source.anchor(),
        f"pkcs12-{source.role}" if form == "pkcs12" else _VARIANTS.get(form, ""),
        severity=gravity(source),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, message="file"),
        fixes=(*others_for(source, ctx), *_commands(source, form, path, ctx)) if path else (),
        file=named(source),
        **outcome.args,
    )


def _commands(source: Source, form: str, path: str, ctx: Context) -> tuple[Fix, ...]:
    role = source.role
    if form == "der-request" and role == CERT:
        return sign_request(ctx, source, True)
    command, goal = "", _found.goal(ctx, source, path)
    if form == "der-certificate" and role != KEY:
        command = openssl.certificate_from_der(path, goal)
    elif form == "der-key" and role == KEY:
        command = openssl.key_from_der(path, goal)
    elif form == "pkcs12":
        command = openssl.from_pkcs12(path, goal, role)
    elif form == "jks":
        command = openssl.from_key_store(path, goal, role)
    return ctx.command("run-convert" if goal != path else "run-convert-here", command, file=path, **({"new": goal} if goal != path else {}))


RULE = Rule(BINARY, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
