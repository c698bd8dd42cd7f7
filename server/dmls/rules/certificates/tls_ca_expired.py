"""A CA that has expired, or will soon.

What: a certificate in `ssl-ca` is past its end of validity, or has 90 days left or fewer; the setting `tls.ca-warn-days` says how many.

Why: Go checks the dates of the CA too: `x509: certificate has expired or is not yet valid` (dm-tls.md §4, run with Go).  It is an error where no
valid CA is left for a certificate.  A CA needs more time than a certificate, because masters and workers read it only when they start, and a
source or task keeps a copy (dm-tls.md §5).

Wrong: `ssl-ca` with one CA whose end is near

Right: a file with the old CA and the new one

Fix: issue the CA's certificate again with the same name and key, with one command that needs its private key; what it signed stays good. For a new CA with another
key: put it beside the old one, restart all components, replace the certificates, and take the old CA out at last. The CA of a database is for its owner to renew.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source, day_of, days_left, ends_within, name_of
from dmls.model.tls.outcome import NONE, refused_chain
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules._reissue import renew_ca
from dmls.rules.certificates._dates import OUT_OF_DATE, authorities, is_lost


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    now = ctx.now
    if now is None:
        return
    for certificate in authorities(source):
        severity, outcome = Severity.WARNING, NONE
        if now > certificate.not_after:
            variant = "spare"
            if is_lost(source, certificate, now):
                variant, severity, outcome = "", Severity.ERROR, refused_chain(source.owner, OUT_OF_DATE)
        elif ends_within(certificate, now, ctx.around.settings.ca_warn_days):
            variant = f"soon-{source.owner}" if source.owner in kinds.DATABASES else "soon"
        else:
            continue
        block = source.block_of(certificate)
        yield ctx.finding(
            RULE,
            source.anchor(block),
            variant,
            severity=severity,
            codes=outcome.codes,
            dm_text=outcome.text,
            related=ctx.in_file(source, block),
            fixes=renew_ca(ctx, source, certificate) if source.owner not in kinds.DATABASES else (),
            name=name_of(certificate),
            date=day_of(certificate.not_after),
            days=days_left(certificate, now),
            **outcome.args,
        )


RULE = Rule("tls-ca-expired", "certificates", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
