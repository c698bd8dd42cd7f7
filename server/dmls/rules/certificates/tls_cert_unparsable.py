"""A certificate that Go cannot read or use.

What: OpenSSL accepts the certificate, but Go refuses it: its serial number is negative (Go 1.23 and later, DM 8.4 and later), it has a critical extension
that Go does not know, an extension is marked critical that must not be, is there twice, or holds what Go cannot read.

Why: crypto/x509 fails with `x509: negative serial number`, `x509: unhandled critical extension` and the like (run with Go). DM cannot load such a
certificate of its own (38038 on a master; a worker sees 40077 `context deadline exceeded`, a source or task 11112), peers refuse
it in a chain, and in `ssl-ca` it does not count: `failed to append ca certs`.

Wrong: a certificate with `Serial Number: -4096`

Right: a certificate with a positive serial number and only standard critical extensions

Fix: issue the certificate again for the same key, with one command that needs the CA's private key. The CA of a database is for its owner to renew. `openssl x509 -in dm.pem -noout -text` shows serial number and extensions.
"""

from __future__ import annotations

from typing import Iterator, NamedTuple

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source, name_of
from dmls.model.tls.outcome import NONE, Outcome, bad_file, refused_chain, refused_peer
from dmls.model.tls.pem_fault import UNPARSABLE, is_garbage, pem_fault
from dmls.model.tls_block import CA, CERT
from dmls.pki.facts import GO_1_18, Certificate, GoVersion, PemBlock
from dmls.rule import PEM, Context, Finding, Fix, Rule, Severity
from dmls.rules._reissue import reissue, renew_ca
from dmls.version import ALWAYS, VersionSet, go_of, with_go

_REASONS = (
    ("negative serial number", "serial"),
    ("incorrectly marked critical", "critical"),
    ("duplicate extension", "duplicate"),
    ("SAN dNSName is malformed", "name"),
)
REASON = "unhandled-critical-extension"
_UNHANDLED = "x509: unhandled critical extension"


class _Fault(NamedTuple):
    """A certificate at fault.  `variant` is the one of the rule's sentence, `versions` are the DM versions that refuse it."""

    block: PemBlock
    number: int
    variant: str
    text: str
    versions: VersionSet
    severity: Severity
    outcome: Outcome
    extension: str = ""


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    if source.pem is None or source.role not in (CA, CERT):
        return
    fault = _unreadable(source, ctx) or _unhandled(source, ctx)
    if fault is None:
        return
    certificate = fault.block.certificate
    yield ctx.finding(
        RULE,
        source.anchor(fault.block),
        fault.variant,
        severity=fault.severity,
        codes=fault.outcome.codes,
        dm_text=fault.outcome.text,
        related=ctx.in_file(source, fault.block),
        fixes=_fixes(source, fault, ctx),
        depends=fault.versions if fault.versions.others() else None,
        number=fault.number,
        name=name_of(certificate) if certificate is not None else "",
        text=fault.text,
        extension=fault.extension,
        **fault.outcome.args,
    )


def _certificates(source: Source, go: GoVersion) -> tuple[PemBlock, ...]:
    """The blocks that Go reads as certificates for this role."""
    from dmls.pki import file

    assert source.pem is not None
    return tuple(b for b in file.blocks(source.pem, go) if b.type == file.CERTIFICATE and not (b.has_headers and source.role == CA))


def _unreadable(source: Source, ctx: Context) -> _Fault | None:
    """The first certificate that does not parse: the own one, one that is sent after it, or a CA where none of them does."""
    from dmls.pki import file

    go = go_of(ctx.version)
    found = _certificates(source, go)
    fault = pem_fault(source, ctx.version)
    severity = Severity.WARNING if source.is_alone else Severity.ERROR
    if fault is not None and fault.fatal:
        text = file.refusal(fault.piece, go) if fault.rule == UNPARSABLE and isinstance(fault.piece, PemBlock) else None
        if text is None or (source.role == CERT and "elliptic curve" in text):
            return None
        return _Fault(fault.piece, 1, _variant(text), text, _versions(fault.piece, go), severity, bad_file(source.owner, source.role, text, ctx.version))
    if source.role == CERT:
        # Go sends them as they are, and the other end fails; a database does not use Go's parser.
        for number, block in enumerate(found, 1):
            text = file.refusal(block, go)
            if text is not None and not is_garbage(text):
                grave = severity if source.owner in kinds.COMPONENTS else Severity.WARNING
                return _Fault(block, number, _variant(text), text, _versions(block, go), grave, refused_peer(source.owner))
    return None


def _variant(text: str) -> str:
    return next((variant for part, variant in _REASONS if part in text), "")


def _versions(block: PemBlock, go: GoVersion) -> VersionSet:
    """The DM versions whose Go does not read the certificate."""
    for refusal in block.certificate.refusals if block.certificate is not None else ():
        if refusal.since <= go and (refusal.until is None or go < refusal.until):
            return ALWAYS if refusal.since <= GO_1_18 and refusal.until is None else with_go(refusal.since, refusal.until)
    return ALWAYS


def _unhandled(source: Source, ctx: Context) -> _Fault | None:
    """The first certificate with a critical extension that Go does not know, where it matters."""
    go = go_of(ctx.version)
    found = _certificates(source, go)
    for number, block in enumerate(found, 1):
        certificate = block.certificate
        extension = next(((oid, since) for oid, since in certificate.unhandled_critical if since is None or go < since), None) if certificate is not None else None
        if certificate is None or extension is None:
            continue
        judged = _judged(source, certificate, number, len(found))
        if judged is not None:
            oid, since = extension
            return _Fault(block, number, "extension", _UNHANDLED, ALWAYS if since is None else with_go(GO_1_18, since), *judged, oid)
    return None


def _judged(source: Source, certificate: Certificate, number: int, count: int) -> tuple[Severity, Outcome] | None:
    """How grave it is that Go refuses this certificate wherever a chain leads through it; None where it does not matter."""
    use = source.use
    if use is None:
        return Severity.WARNING, NONE
    if source.owner in kinds.DATABASES:
        # An own certificate goes to the database, which may know the extension.  Among several CAs another may be the right one.
        fails = source.role == CA and count == 1
        return Severity.ERROR if fails else Severity.WARNING, refused_chain(source.owner, _UNHANDLED) if fails else NONE
    if not use.block.on:
        return None
    verdict = use.verify()
    if (verdict is not None and verdict.reason == REASON and verdict.culprit == certificate) or (source.role == CERT and number == 1):
        return Severity.ERROR, refused_chain(source.owner, _UNHANDLED)
    # An intermediate that no chain needs is overlooked; a CA among others may be needed for the certificates of others.
    return (Severity.WARNING, NONE) if source.role == CA else None


def _fixes(source: Source, fault: _Fault, ctx: Context) -> tuple[Fix, ...]:
    certificate = fault.block.certificate
    if source.role == CERT:
        return reissue(ctx, source, certificate, fault.number)
    return renew_ca(ctx, source, certificate) if source.owner not in kinds.DATABASES else ()


RULE = Rule(UNPARSABLE, "certificates", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
