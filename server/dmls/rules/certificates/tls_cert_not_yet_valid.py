"""A certificate that is not valid yet.

What: the validity of a certificate in `ssl-cert` or `ssl-ca` begins later than now.

Why: Go refuses it: `x509: certificate has expired or is not yet valid` (dm-tls.md §4, run with Go), a certificate of a CA just as any other.
Often a clock is wrong, or the certificate was made on a machine whose clock is ahead.  For the certificate of a source or task the database server decides.

Wrong: a certificate with `notBefore=Sep  2 12:00:00 2026 GMT` on the first of September

Right: a certificate that is valid

Fix: set the clocks right, wait, or issue the certificate again, with one command that needs the CA's private key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import DAY, Source, day_of, name_of
from dmls.model.tls.outcome import NONE, refused_chain
from dmls.pki.facts import Certificate
from dmls.rule import PEM, Context, Finding, Fix, Rule, Severity
from dmls.rules._reissue import reissue, renew_ca, without
from dmls.rules.certificates._dates import OUT_OF_DATE, Weight, authorities, is_lost, of_own, own


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    now = ctx.now
    if now is None:
        return
    for certificate, weight in _early(source, now):
        block = source.block_of(certificate)
        minutes = certificate.not_before % DAY // 60
        yield ctx.finding(
            RULE,
            source.anchor(block),
            weight.variant,
            severity=weight.severity,
            codes=weight.outcome.codes,
            dm_text=weight.outcome.text,
            related=ctx.in_file(source, block),
            fixes=_fixes(source, certificate, weight.variant, ctx),
            name=name_of(certificate),
            date=day_of(certificate.not_before),
            time=f"{minutes // 60:02}:{minutes % 60:02}",
            **weight.outcome.args,
        )


def _early(source: Source, now: float) -> Iterator[tuple[Certificate, Weight]]:
    """Those whose time has not come, and what that means."""
    for certificate in own(source):
        if now < certificate.not_before:
            yield certificate, of_own(source, certificate, now)
    for certificate in authorities(source):
        if now < certificate.not_before:
            lost = is_lost(source, certificate, now)
            severity, outcome = (Severity.ERROR, refused_chain(source.owner, OUT_OF_DATE)) if lost else (Severity.WARNING, NONE)
            yield certificate, Weight("ca", severity, outcome)


def _fixes(source: Source, certificate: Certificate, variant: str, ctx: Context) -> tuple[Fix, ...]:
    if variant == "ca":
        return renew_ca(ctx, source, certificate) if source.owner not in kinds.DATABASES else ()
    return without(ctx, source, certificate) if variant == "unused" else reissue(ctx, source, certificate)


RULE = Rule("tls-cert-not-yet-valid", "certificates", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
