"""An empty CA file.

What: the file of `ssl-ca` has 0 bytes.

Why: DM reads an empty file as no CA. A master's etcd then trusts nobody: it refuses every client, the master itself included
(`x509: certificate signed by unknown authority`, 11107). A worker verifies no master any more, without a message. A source or task connects
in plaintext where nothing else is given, else without verifying the server (dm-tls.md §1.3, §1.4, run with Go). The older TLS
helper of DM says `failed to append ca certs` instead: 38051, 40076 or 11112.

Wrong: `touch ca.pem`

Right: a file with the CA's certificate

Fix: name another CA file, those in the folder with which the certificate verifies are offered; or put the certificate of the CA into the file.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse, Source
from dmls.model.tls.outcome import NONE, Outcome, bad_ca, refused_self
from dmls.model.tls.pem_fault import EMPTY, pem_fault
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import authorities_for, gravity, named
from dmls.version import NEW_TLS_HELPER, VersionSet, parse_version_set

_NO_CONTENT_FAILS = parse_version_set("..6.4.0")
"""Versions in which a block whose material is all empty fails (tiflow#7384)."""
_NO_CA_FAILS = parse_version_set("..6.3.0")
"""Versions that need a CA beside certificate and key (tiflow#6921)."""


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    fault = pem_fault(source, ctx.version)
    use = source.use
    if fault is None or fault.rule != EMPTY or use is None:
        return
    variant, severity, outcome, versions = _component(source, ctx) if use.block.is_component else _database(source, use, ctx)
    yield ctx.finding(
        RULE,
        source.anchor(),
        variant,
        severity=gravity(source) if severity == Severity.ERROR else severity,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, message="file"),
        fixes=authorities_for(source, ctx),
        depends=versions,
        file=named(source),
        **outcome.args,
    )


def _component(source: Source, ctx: Context) -> tuple[str, Severity, Outcome, VersionSet]:
    if ctx.version not in NEW_TLS_HELPER:
        return "refused", Severity.ERROR, bad_ca(source.owner, ctx.version), NEW_TLS_HELPER
    if source.owner == kinds.MASTER:
        return "master", Severity.ERROR, refused_self(source.owner, "x509: certificate signed by unknown authority"), NEW_TLS_HELPER
    return "", Severity.WARNING, NONE, NEW_TLS_HELPER


def _database(source: Source, use: CertUse, ctx: Context) -> tuple[str, Severity, Outcome, VersionSet]:
    alone = not (use.block.cert.given or use.block.key.given)
    failing = _NO_CONTENT_FAILS if alone else _NO_CA_FAILS
    if ctx.version not in failing:
        return "plaintext" if alone else "", Severity.WARNING, NONE, failing
    outcome = bad_ca(source.owner, ctx.version) if ctx.version in _NO_CA_FAILS else NONE
    return "refused", Severity.ERROR, outcome, failing


RULE = Rule(EMPTY, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
