"""A certificate that expires soon.

What: a certificate in `ssl-cert` has 30 days left or fewer; the setting `tls.warn-days` says how many.

Why: what has to be done takes time, and differs.  Masters and workers read certificate and key again at every handshake where DM has the new TLS helper;
before, DM's own connections read them when the process starts.  A source or task keeps a copy from when it was created: "DM does not support
certificate rotation" (dm/config/security/security.go:58; tiflow#5252), so that a new file alone changes nothing.

Wrong: a certificate with `notAfter=Sep 20 12:00:00 2026 GMT` in September

Right: a certificate that was renewed

Fix: issue the certificate again in the place of the old one, with one command that needs the CA's private key; then restart old versions, or create the source or task again.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source, day_of, days_left, ends_within, name_of
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue
from dmls.rules.certificates._dates import own
from dmls.version import NEW_TLS_HELPER


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    now = ctx.now
    if now is None:
        return
    is_copied = source.owner in kinds.DATABASES
    variant = source.owner if is_copied else "" if ctx.version in NEW_TLS_HELPER else "restart"
    for certificate in own(source):
        if now > certificate.not_after or not ends_within(certificate, now, ctx.around.settings.warn_days):
            continue
        block = source.block_of(certificate)
        yield ctx.finding(
            RULE,
            source.anchor(block),
            variant,
            related=ctx.in_file(source, block),
            fixes=reissue(ctx, source, certificate),
            depends=None if is_copied else NEW_TLS_HELPER,
            name=name_of(certificate),
            date=day_of(certificate.not_after),
            days=days_left(certificate, now),
        )


RULE = Rule("tls-cert-expires-soon", "certificates", Severity.WARNING, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
