"""Why a component's own certificate does not verify with its own CA, as exactly one fault, which one rule reports.

Dates do not count here: they are facts of each certificate and have rules of their own.  Source: dm-tls.md §4, crypto/x509/verify.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Callable, Iterable, NamedTuple

from dmls.pki.facts import ANY_USAGE, CLIENT_AUTH, SERVER_AUTH, Certificate, Name

if TYPE_CHECKING:
    from dmls.model.tls.cert_use import CertUse
    from dmls.pki.chain import Verdict
    from dmls.pki.facts import PemFile
    from dmls.pki.file import Pool

MISMATCH = "tls-cert-ca-mismatch"
RECREATED = "tls-ca-recreated"
INCOMPLETE = "tls-chain-incomplete"
CA_USAGE = "tls-ca-eku"
NOT_CA = "tls-ca-not-ca"
FORBIDDEN = "tls-ca-keyusage"
WEAK = "tls-sig-weak"
SMALL = "tls-rsa-small"
UNPARSABLE = "tls-cert-unparsable"

_BY_HINT = {
    "recreated-ca": RECREATED,
    "not-a-ca": NOT_CA,
    "no-cert-sign": FORBIDDEN,
    "insecure-algorithm": WEAK,
    "unknown-algorithm": WEAK,
    "rsa-too-small": SMALL,
}
_BY_REASON = {
    "not-authorized-to-sign": NOT_CA,
    "too-many-intermediates": FORBIDDEN,
    "name-not-permitted": FORBIDDEN,
    "invalid-policies": FORBIDDEN,
    "unhandled-critical-extension": UNPARSABLE,
    "parse": UNPARSABLE,
}
_INTERMEDIATE = re.compile(r"(?<![a-z])(?:int|inter|intermediate|issuing|sub|subca|intca|subordinate)(?![a-z])|\u4e2d\u95f4|\u4e2d\u7ea7|\u4e8c\u7ea7", re.I)
_ROOT = re.compile(r"(?<![a-z])root(?![a-z])|\u6839", re.I)
_FIRST_SHA1_REFUSAL = (1, 18)
INCOMPATIBLE = "x509: certificate specifies an incompatible key usage"


class Fault(NamedTuple):
    """`rule` is the rule that reports it.

    `certificate` is the one that is not accepted, `authority` the one that was to vouch for it, None where there is none of that name.
    `usages` are the extended key usages that are missing.  `file` is the path of a file that holds the missing intermediate, "" unknown.
    """

    rule: str
    verdict: Verdict
    certificate: Certificate
    authority: Certificate | None = None
    usages: tuple[str, ...] = ()
    file: str = ""


Beside = Callable[[], Iterable[tuple[str, "PemFile"]]]
"""Gives the other certificate files in the folders of those in question.  To call it has them read."""

_MEMO = "chain-fault"


def chain_fault(use: CertUse, beside: Beside) -> Fault | None:
    """The one fault of the chain, None where there is none, or not enough is known to say."""
    if _MEMO not in use.memo:
        use.memo[_MEMO] = _fault(use, beside) if use.pool is not None and use.block.on else None
    known = use.memo[_MEMO]
    assert known is None or isinstance(known, Fault)
    return known


def _fault(use: CertUse, beside: Beside) -> Fault | None:
    pool = use.pool
    assert pool is not None
    if not use.block.is_component:
        # Which certificate the database has is not known, so only what every one would suffer from counts.
        return _fault_for_databases(pool)
    verdict = use.verify()
    if verdict is None or (use.pair is not None and use.pair.unreadable):
        # A certificate of the chain that cannot be read is told by itself.
        return None
    if verdict.ok:
        return _usage_fault(use, verdict)
    culprit = verdict.culprit or use.chain[0]
    if verdict.reason == "unknown-authority":
        return _authority_fault(use, pool, verdict, culprit, beside)
    rule = _BY_REASON.get(verdict.reason)
    if rule is None:
        return None
    below = next((c for c in use.chain if c != culprit and c.issuer.raw == culprit.subject.raw), use.chain[0])
    return Fault(rule, verdict, below, culprit)


def _authority_fault(use: CertUse, pool: Pool, verdict: Verdict, culprit: Certificate, beside: Beside) -> Fault | None:
    authority = verdict.hint_certificate
    if authority is not None:
        rule = _BY_HINT.get(verdict.hint, WEAK)
        if rule == WEAK and use.go < _FIRST_SHA1_REFUSAL and "SHA1" in culprit.signature_algorithm:
            # `pki` models Go 1.18 and later; the older ones of DM 5 take SHA-1.
            return None
        return Fault(rule, verdict, culprit, authority)
    if culprit.is_self_issued:
        below = next((c for c in use.chain if c != culprit and c.issuer.raw == culprit.subject.raw), culprit)
        return Fault(MISMATCH, verdict, below)
    file = _missing_intermediate(use, pool, culprit.issuer, beside)
    if file or _names_intermediate(culprit.issuer, pool):
        return Fault(INCOMPLETE, verdict, culprit, file=file)
    return Fault(MISMATCH, verdict, culprit)


def _missing_intermediate(use: CertUse, pool: Pool, name: Name, beside: Beside) -> str:
    """A file whose certificates close the gap between `ssl-cert` and `ssl-ca`."""
    from dmls.pki import chain

    for path, pem in beside():
        more = [b.certificate for b in pem.blocks if b.certificate is not None]
        if any(c.subject.raw == name.raw for c in more):
            sent = (*use.chain[1:], *(c for c in more if c.refusal(use.go) is None))
            if chain.verify(use.chain[0], sent, pool.certificates, None, "any", use.go).ok:
                return path
    return ""


def _names_intermediate(name: Name, pool: Pool) -> bool:
    """Whether an issuer is an intermediate CA by its name: it says so, or the CAs that are there call themselves roots and it does not."""
    called = name.common_name or name.text
    if _INTERMEDIATE.search(called):
        return True
    return not _ROOT.search(called) and all(c.is_self_issued and _ROOT.search(c.subject.common_name) for c in pool.certificates)


def _usage_fault(use: CertUse, verdict: Verdict) -> Fault | None:
    """A CA that excludes a usage which the certificate itself has: usages nest."""
    missing, refused = [], None
    for usage, needed in (("server", SERVER_AUTH), ("client", CLIENT_AUTH)):
        answer = use.verify(usage) if allows(use.chain[0], needed) else None
        if answer is not None and answer.reason == "incompatible-usage":
            missing.append(needed)
            refused = answer
    if refused is None:
        return None
    authority = next((c for c in verdict.chain[1:] if not all(allows(c, usage) for usage in missing)), None)
    return Fault(CA_USAGE, refused, use.chain[0], authority, tuple(missing)) if authority is not None else None


def _fault_for_databases(pool: Pool) -> Fault | None:
    from dmls.pki.chain import Verdict

    if any(allows(c, SERVER_AUTH) for c in pool.certificates):
        return None
    authority = pool.certificates[0]
    verdict = Verdict(False, "incompatible-usage", INCOMPATIBLE, "CertificateInvalidError", authority)
    return Fault(CA_USAGE, verdict, authority, authority, (SERVER_AUTH,))


def allows(certificate: Certificate, usage: str) -> bool:
    """Whether the extended key usages leave room for this one."""
    usages = certificate.extended_key_usages
    return not usages or usage in usages or ANY_USAGE in usages
