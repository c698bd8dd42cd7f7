"""An allowed name that nearly is the name of a certificate.

What: an item of `cert-allowed-cn` differs from the Common Name of a known certificate only in case, in blanks, or in hyphens and underscores.
Known are the own certificate and those in its folder.

Why: DM and etcd compare whole names, with regard to case (tidb: pkg/util/security.go; etcd: client/pkg/transport/listener.go:438). As the
first item of a master, such a name makes the master refuse itself: 11107 (run with Go).

Wrong: `cert-allowed-cn = ["DM_Master"]` for a certificate with CN=dm-master

Right: `cert-allowed-cn = ["dm-master"]`

Fix: write the name as the certificate has it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.finding import Related
from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.allowed_cn import is_near, judged, trimmed
from dmls.model.tls.cert_use import CertUse, printable
from dmls.model.tls.outcome import NONE, refused_self
from dmls.rule import CERT_USE, Applicability, Context, Finding, Rule, Severity, Span
from dmls.rules.certificates._names import not_first, own_name


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    own, cert = own_name(use), use.cert
    if not own or cert is None or use.leaf is None:
        return
    refused = not_first(use)
    others: dict[str, tuple[Related, ...]] | None = None
    for item in judged(use.block):
        name = trimmed(item.text)
        if not name or own in (name, item.text):
            continue
        fails = refused is not None and refused.item is item
        meant, related = own, ctx.in_file(cert, cert.block_of(use.leaf))
        if not is_near(item.text, own):
            if fails:
                continue
            others = _others(use, ctx) if others is None else others
            meant = next((n for n in others if is_near(name, n)), "") if name not in others else ""
            if not meant:
                continue
            related = others[meant]
        outcome = refused_self(use.owner, "client certificate authentication failed") if fails else NONE
        change = edit.set_text(ctx.config, item, meant) if trimmed(meant) == meant else None
        yield ctx.finding(
            RULE,
            ctx.config.value_span(item),
            "blank" if trimmed(meant) != meant else "first" if fails else "",
            severity=Severity.ERROR if fails else Severity.HINT,
            codes=outcome.codes,
            dm_text=outcome.text,
            related=related,
            fixes=(ctx.fix("keep-common-name", change, how=Applicability.UNSAFE, name=printable(meant)),) if change is not None else (),
            name=printable(item.text),
            meant=printable(meant),
        )


def _others(use: CertUse, ctx: Context) -> dict[str, tuple[Related, ...]]:
    """The Common Names of the leaf certificates beside the own one, and where each stands."""
    found: dict[str, tuple[Related, ...]] = {}
    for path, pem in ctx.siblings(use.cert) if use.cert is not None else ():
        block = next((b for b in pem.blocks if b.certificate is not None), None)
        if block is not None and block.certificate is not None and not block.certificate.is_ca and block.certificate.subject.common_name:
            place = Related(path, Span(block.start, block.end), "related.certificate", {"file": path.rpartition("/")[2]})
            found.setdefault(block.certificate.subject.common_name, (place,))
    return found


RULE = Rule("tls-cn-near-miss", "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
