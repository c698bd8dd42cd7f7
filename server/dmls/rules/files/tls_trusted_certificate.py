"""A certificate in a form that only OpenSSL reads.

What: a block is labelled `TRUSTED CERTIFICATE` or `X509 CERTIFICATE`, or a `CERTIFICATE` in a CA file has PEM headers.

Why: Go takes blocks labelled `CERTIFICATE`, in a CA file only those without headers, and skips the rest: `failed to append ca certs` or `tls: failed to
find "CERTIFICATE" PEM block …` (dm-tls.md §1.3, run with Go). A master's etcd takes every block for a certificate and fails on a `TRUSTED CERTIFICATE`
(38038), but reads those with headers. Beside others that are read, the lost one is a warning.

Wrong: `-----BEGIN TRUSTED CERTIFICATE-----`

Right: `-----BEGIN CERTIFICATE-----`

Fix: let `openssl x509` write each certificate anew, or take the headers away; the command is made for the file.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import NONE, etcd_ca
from dmls.model.tls.pem_fault import CERTIFICATE, OTHER_FORM, TRUSTED, pem_fault
from dmls.model.tls_block import CA
from dmls.pki.facts import PemBlock
from dmls.rule import PEM, Context, Finding, Fix, Rule, Severity
from dmls.rules.files._judge import gravity, lost_outcome, named, where
from dmls.version import go_of


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    fault = pem_fault(source, ctx.version)
    if fault is None or fault.rule != OTHER_FORM or not isinstance(fault.piece, PemBlock):
        return
    from dmls.pki import file

    refusal = file.refusal(fault.piece, go_of(ctx.version))
    stops_etcd = source.owner == kinds.MASTER and source.role == CA and refusal is not None
    outcome = lost_outcome(source, ctx) if fault.fatal else etcd_ca(refusal) if stops_etcd and refusal is not None else NONE
    variant = "headers" if fault.piece.type == CERTIFICATE else ""
    yield ctx.finding(
        RULE,
        source.anchor(fault.piece),
        variant if fault.fatal else "etcd" if stops_etcd else "part",
        severity=gravity(source) if fault.fatal or stops_etcd else Severity.WARNING,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, fault.piece, "file"),
        fixes=_commands(source, variant == "headers", ctx),
        file=named(source),
        type=fault.piece.type,
        **outcome.args,
    )


def _commands(source: Source, headers: bool, ctx: Context) -> tuple[Fix, ...]:
    """OpenSSL reads no certificate with headers and keeps nothing else, so both kinds together, or a key beside them, are left to a person."""
    path = where(source)
    blocks = source.pem.blocks if source.pem is not None else ()
    if not path or any(block.certificate is None and block.type != TRUSTED for block in blocks):
        return ()
    if headers:
        return ctx.command("run-repair", openssl.without_headers(path), file=path) if all(block.type == CERTIFICATE for block in blocks) else ()
    return ctx.command("run-repair", openssl.plain_certificates(path, len(blocks)), file=path) if not any(block.has_headers for block in blocks) else ()


RULE = Rule(OTHER_FORM, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
