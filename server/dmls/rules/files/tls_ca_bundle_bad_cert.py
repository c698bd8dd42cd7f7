"""A CA bundle with a certificate that cannot be read.

What: the file of `ssl-ca` holds several certificates, and Go cannot read one of them: its content is damaged, its serial number negative, its curve
unknown.

Why: the etcd inside a master fails on it: 38038, for example `x509: malformed certificate`. All others skip it without a word, so that the CA is
missing (etcd: client/pkg/tlsutil/tlsutil.go:34-46; crypto/x509 AppendCertsFromPEM; dm-tls.md §1.3, run with Go).

Wrong: a bundle of which one certificate was cut off

Right: a bundle in which `openssl x509` reads each certificate

Fix: put the certificate in again, or take it out; a command does that and keeps the file as it was under another name.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import NONE, etcd_ca
from dmls.model.tls_block import CA
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import gravity, named, where
from dmls.version import ALWAYS, go_of, with_go

MOST_NUMBERS = 5


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if source.role != CA or source.pem is None:
        return
    from dmls.pki import file

    go = go_of(ctx.version)
    if not file.pool(source.pem, go).certificates:
        return
    certificates = [b for b in file.blocks(source.pem, go) if b.type == file.CERTIFICATE]
    bad = [(number, block, text) for number, block in enumerate(certificates, 1) if (text := file.refusal(block, go)) is not None]
    if not bad:
        return
    is_master = source.owner == kinds.MASTER
    _, block, text = bad[0]
    outcome = etcd_ca(text) if is_master else NONE
    versions = ALWAYS
    if block.certificate is not None:
        refusal = next(r for r in block.certificate.refusals if r.since <= go and (r.until is None or go < r.until))
        versions = with_go(refusal.since, refusal.until)
    path = where(source)
    command = openssl.without(path, [number for number, _, _ in bad]) if path and not source.pem.damage else ""
    yield ctx.finding(
        RULE,
        source.anchor(block),
        "master" if is_master else "",
        severity=gravity(source) if is_master else Severity.WARNING,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=tuple(related for _, b, _ in bad for related in ctx.in_file(source, b)),
        depends=versions if versions.others() else None,
        fixes=ctx.command("run-without", command, file=path),
        file=named(source),
        numbers=", ".join(str(n) for n, _, _ in bad[:MOST_NUMBERS]) + (" …" if len(bad) > MOST_NUMBERS else ""),
        count=len(certificates),
        text=text,
        **outcome.args,
    )


RULE = Rule("tls-ca-bundle-bad-cert", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
