"""No private key where one is needed.

What: the file of `ssl-key` holds certificates, a public key, a signing request or nothing, but no private key.

Why: Go says `tls: found a certificate rather than a key in the PEM for the private key`, or `tls: failed to find PEM block with type ending in
"PRIVATE KEY" in key input …` (dm-tls.md §1.3, run with Go).

Wrong: `ssl-key = "/etc/dm/dm.pem"`, the certificate again

Right: `ssl-key = "/etc/dm/dm-key.pem"`

Fix: name the key; files in the folder with the key of this certificate are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.pem_fault import NOT_PRIVATE, has_certificate, pem_fault
from dmls.pki.facts import PemFile
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import gravity, keys_for, named, outcome_of


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    fault = pem_fault(source, ctx.version)
    use, pem = source.use, source.pem
    if fault is None or fault.rule != NOT_PRIVATE or use is None or pem is None:
        return
    outcome = outcome_of(source, ctx)
    yield ctx.finding(
        RULE,
        source.anchor(),
        _variant(pem),
        severity=gravity(source),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, fault.piece, "file"),
        fixes=keys_for(source, use.readable_leaf, ctx),
        file=named(source),
        types=", ".join(dict.fromkeys(block.type for block in pem.blocks)),
        **outcome.args,
    )


def _variant(pem: PemFile) -> str:
    if not pem.blocks:
        return "nothing"
    if has_certificate(pem):
        return "certificate"
    return "public" if all(block.type.endswith("PUBLIC KEY") for block in pem.blocks) else ""


RULE = Rule(NOT_PRIVATE, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
