"""A CA file without a certificate.

What: the file of `ssl-ca` holds a key, a signing request, a revocation list or plain text, but no certificate.

Why: Go finds nothing to trust: `failed to append ca certs`, that is 38051 on a master, 40076 on a worker, 11112 for a source or task (dm-tls.md §1.3,
run with Go).

Wrong: `ssl-ca = "/etc/dm/ca-key.pem"`

Right: `ssl-ca = "/etc/dm/ca.pem"`

Fix: name the CA's certificate; CA files in the folder are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.pem_fault import NO_CA, has_key, pem_fault
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules.files._judge import authorities_for, gravity, named, outcome_of


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    fault = pem_fault(source, ctx.version)
    pem = source.pem
    if fault is None or fault.rule != NO_CA or source.is_alone or pem is None:
        return
    outcome = outcome_of(source, ctx)
    yield ctx.finding(
        RULE,
        source.anchor(),
        "nothing" if not pem.blocks else "key" if has_key(pem) else "",
        severity=gravity(source),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, fault.piece, "file"),
        fixes=authorities_for(source, ctx),
        file=named(source),
        types=", ".join(dict.fromkeys(block.type for block in pem.blocks)),
        **outcome.args,
    )


RULE = Rule(NO_CA, "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
