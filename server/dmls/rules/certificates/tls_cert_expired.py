"""A certificate that has expired.

What: the end of validity of a certificate in `ssl-cert`, the leaf or an intermediate, is past.

Why: masters and workers show this certificate to each other, and Go refuses it: `x509: certificate has expired or is not yet valid`
(dm-tls.md §4, run with Go).  A master refuses even itself and exits with 11107; a worker sees 40077 `context deadline exceeded`.  For a source or
task the database server decides: MySQL and TiDB refuse it where they check client certificates.

Wrong: a certificate with `notAfter=Aug 31 12:00:00 2026 GMT` in September

Right: a certificate that is valid

Fix: issue the certificate again for the same key, with one command that needs the CA's private key; take an intermediate that nobody needs out of the file.
For a source or task that is offered where its CA is known.  `openssl x509 -in dm.pem -noout -dates` shows the dates.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source, day_of, name_of
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue, without
from dmls.rules.certificates._dates import of_own, own


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if ctx.now is None:
        return
    for certificate in own(source):
        if ctx.now <= certificate.not_after:
            continue
        weight = of_own(source, certificate, ctx.now)
        block = source.block_of(certificate)
        yield ctx.finding(
            RULE,
            source.anchor(block),
            weight.variant,
            severity=weight.severity,
            codes=weight.outcome.codes,
            dm_text=weight.outcome.text,
            related=ctx.in_file(source, block),
            fixes=reissue(ctx, source, certificate) if weight.variant != "unused" else without(ctx, source, certificate),
            name=name_of(certificate),
            date=day_of(certificate.not_after),
            **weight.outcome.args,
        )


RULE = Rule("tls-cert-expired", "certificates", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
