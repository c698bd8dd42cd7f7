"""A master whose own name is not the first that it allows.

What: the first item of a master's `cert-allowed-cn` is not the Common Name of the master's own certificate.

Why: DM gives the embedded etcd the first item only (dm/master/config.go:432-435), and etcd compares it, as written, with the Common Name of
the certificate of everybody who calls (etcd: client/pkg/transport/listener.go:438, 471). A master calls itself: it is refused with
`client certificate authentication failed` and exits with 11107 (run with Go).

Wrong: `cert-allowed-cn = ["dm-worker", "dm-master"]` with a certificate for CN=dm-master

Right: `cert-allowed-cn = ["dm"]`, and CN=dm in all certificates

Fix: put the own Common Name in front. Workers and dmctl then need it as well; or issue the certificate with the name that stands first.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.allowed_cn import common_name_of, is_near, judged, looks_like_dn, trimmed
from dmls.model.tls.cert_use import CertUse, printable
from dmls.model.tls.outcome import refused_self
from dmls.rule import CERT_USE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.rules.certificates._names import NotFirst, not_first


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    wrong = not_first(use)
    if wrong is None or use.cert is None or use.leaf is None or is_near(wrong.item.text, wrong.common_name):
        return
    outcome = refused_self(use.owner, "client certificate authentication failed")
    yield ctx.finding(
        RULE,
        ctx.config.value_span(wrong.item),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(use.cert, use.cert.block_of(use.leaf)),
        fixes=_fixes(use, wrong, ctx),
        first=printable(wrong.item.text),
        name=printable(wrong.common_name),
    )


def _fixes(use: CertUse, wrong: NotFirst, ctx: Context) -> tuple[Fix, ...]:
    """Moves the name to the front where it is an item already, else puts it there."""
    name = wrong.common_name
    if use.block.allowed_cn is None or trimmed(name) != name:
        # DM's own check trims the item, so that a name with blanks around it never fits.
        return ()
    if looks_like_dn(wrong.item.text) and common_name_of(wrong.item.text) == name:
        change = edit.set_text(ctx.config, wrong.item, name)
        return (ctx.fix("keep-common-name", change, how=Applicability.UNSAFE, name=printable(name)),) if change is not None else ()
    added = edit.put_first(ctx.config, use.block.allowed_cn, name)
    if added is None:
        return ()
    own = next((item for item in judged(use.block) if item.text == name), None)
    if own is None:
        return (ctx.fix("put-first", added, how=Applicability.UNSAFE, name=printable(name)),)
    removed = edit.delete(ctx.config, own)
    return (ctx.fix("move-first", added, removed, how=Applicability.UNSAFE, name=printable(name)),) if removed is not None else ()


RULE = Rule("tls-own-cn-not-first", "certificates", Severity.ERROR, CERT_USE, (kinds.MASTER,), check)
