"""A private key where the certificate belongs.

What: the file of `ssl-cert` holds a private key and no certificate; mostly `ssl-key` then holds the certificate.

Why: Go says `tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched`
(dm-tls.md §1.3, run with Go): 38038 on a master, a hidden cause behind 40077 on a worker, 11112 for a source or task.

Wrong: `ssl-cert = "dm-key.pem"`, `ssl-key = "dm.pem"`

Right: `ssl-cert = "dm.pem"`, `ssl-key = "dm-key.pem"`

Fix: swap the two values; or name the certificate.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits.edit import set_text
from dmls.model.tls.cert_use import CertUse, Source
from dmls.model.tls.outcome import bad_pair
from dmls.model.tls.pem_fault import SWAPPED, is_swapped, pem_fault
from dmls.model.tls_block import CERT
from dmls.pki.facts import PublicKey
from dmls.rule import PEM, Applicability, Context, Finding, Fix, Related, Rule, Severity
from dmls.rules.files._judge import certificates_for, gravity, named


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    fault = pem_fault(source, ctx.version) if source.role == CERT else None
    use = source.use
    if fault is None or fault.rule != SWAPPED or use is None or source.entry is None:
        return
    swapped = source is use.cert and is_swapped(use)
    from dmls.pki import file

    error = file.key_pair(source.pem, None, use.go).error if source.pem is not None else None
    outcome = bad_pair(source.owner, error or "", ctx.version)
    related: tuple[Related, ...] = ctx.in_file(source, message="key")
    if swapped and use.key is not None and use.key.entry is not None:
        related = (ctx.related(use.key.entry, "related.certificate", file=named(use.key)), *related)
    yield ctx.finding(
        RULE,
        source.anchor(),
        "" if swapped else "key",
        severity=gravity(source),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=related,
        fixes=_swap(use, ctx) if swapped else certificates_for(source, _own_key(source, use), ctx),
        cert=source.entry.key,
        key=use.key.entry.key if use.key is not None and use.key.entry is not None else "",
        file=named(source),
        **outcome.args,
    )


def _own_key(source: Source, use: CertUse) -> PublicKey | None:
    """The key that the certificate is wanted for: the one in `ssl-key`, else the one that stands in its place."""
    from dmls.pki import file

    key = use.private_key or (file.private_key(source.pem, use.go) if source.pem is not None else None)
    return key.public if key is not None else None


def _swap(use: CertUse, ctx: Context) -> tuple[Fix, ...]:
    cert, key = use.cert, use.key
    if cert is None or key is None or cert.entry is None or key.entry is None or not cert.path or not key.path or cert.pem is None or key.pem is None:
        return ()
    from dmls.pki import file

    edits = set_text(ctx.config, cert.entry, key.path), set_text(ctx.config, key.entry, cert.path)
    if edits[0] is None or edits[1] is None:
        return ()
    fits = file.key_pair(key.pem, cert.pem, use.go).error is None
    how = Applicability.SAFE if fits else Applicability.UNSAFE
    return (ctx.fix("swap-values", edits[0], edits[1], how=how, cert=cert.entry.key, key=key.entry.key),)


RULE = Rule(SWAPPED, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
