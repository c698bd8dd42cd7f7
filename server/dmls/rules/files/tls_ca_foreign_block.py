"""Something else than certificates in a CA file.

What: the file of `ssl-ca` holds certificates and also another block: a private key, a revocation list, parameters.

Why: the etcd inside a master takes every block for a certificate and fails on the first that is none: 38038, `x509: malformed tbs certificate`
(etcd: client/pkg/tlsutil/tlsutil.go:34-46; dm-tls.md §1.3, run with Go). All others skip it. A private key has no business in a file that is
copied to every host.

Wrong: `cat ca.pem ca-key.pem > ca-bundle.pem`

Right: only `CERTIFICATE` blocks

Fix: take the other blocks out of the file with `sed`; the file as it was stays under another name, since the only copy of a key may be in it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import NONE, etcd_ca
from dmls.model.tls.pem_fault import CERTIFICATE, TRUSTED
from dmls.model.tls_block import CA
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import gravity, named, where
from dmls.version import go_of


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if source.role != CA or source.pem is None or source.is_alone:
        return
    from dmls.pki import file

    go = go_of(ctx.version)
    if not file.pool(source.pem, go).certificates:
        return
    foreign = [b for b in file.blocks(source.pem, go) if b.type not in (CERTIFICATE, TRUSTED) and file.refusal(b, go) is not None]
    if not foreign:
        return
    path = where(source)
    is_master = source.owner == kinds.MASTER
    outcome = etcd_ca(file.refusal(foreign[0], go) or "") if is_master else NONE
    yield ctx.finding(
        RULE,
        source.anchor(foreign[0]),
        "master" if is_master else "",
        severity=gravity(source) if is_master else Severity.HINT,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, foreign[0], "file"),
        fixes=ctx.command("run-certificates-only", openssl.certificates_only(path) if path and not source.pem.damage else "", file=path),
        file=named(source),
        types=", ".join(dict.fromkeys(b.type for b in foreign)),
        **outcome.args,
    )


RULE = Rule("tls-ca-foreign-block", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
