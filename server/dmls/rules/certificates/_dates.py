"""Which certificates of a source are judged by their dates, and how grave it is when one is out of date.

A certificate that stands in both files is told once: the leaf as what it is, any other as an authority.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, NamedTuple, Sequence

from dmls.model.tls.cert_use import CertUse, Source
from dmls.model.tls.outcome import NONE, Outcome, refused_chain
from dmls.model.tls_block import CA, CERT
from dmls.pki.facts import Certificate
from dmls.rule import Severity

if TYPE_CHECKING:
    from dmls.pki.file import Pool

OUT_OF_DATE = "x509: certificate has expired or is not yet valid"
"""The part of Go's text that names no moment, so that a finding stays the same while time goes on."""
_MOST_TRIES = 500
"""So many authorities of one file are tried for whether anything depends on them."""
_LEFT, _OTHER_WAY = "authorities left", "another way"
"""What is remembered with a use, since files may hold thousands of certificates."""


class Weight(NamedTuple):
    """How grave it is; `variant` is the one of the rule's sentence."""

    variant: str
    severity: Severity
    outcome: Outcome


def own(source: Source) -> Iterator[Certificate]:
    """The certificates that `ssl-cert` shows to others, the leaf first; of a file by itself all that are in it."""
    use = source.use
    if source.role != CERT:
        return
    if use is None:
        yield from _alone(source)
    elif source is use.cert and use.block.on and use.chain:
        authorities = frozenset(use.pool.certificates) if use.pool is not None else ()
        yield use.chain[0]
        yield from (c for c in use.chain[1:] if c not in authorities)


def authorities(source: Source) -> Iterator[Certificate]:
    """The certificates of `ssl-ca`, without a leaf that is its own authority."""
    use = source.use
    if source.role != CA:
        return
    if use is None:
        yield from _alone(source)
    elif source is use.ca and use.pool is not None:
        yield from (c for c in use.pool.certificates if c != use.leaf)


def _alone(source: Source) -> Iterator[Certificate]:
    for block in source.pem.blocks if source.pem is not None else ():
        if block.certificate is not None and block.type == "CERTIFICATE":
            yield block.certificate


def of_own(source: Source, certificate: Certificate, now: float) -> Weight:
    """What it means that a certificate of `ssl-cert` is out of date."""
    use = source.use
    if use is None:
        return Weight("", Severity.WARNING, NONE)
    if not use.block.is_component:
        return Weight("database", Severity.WARNING, NONE)
    if certificate != use.leaf and _has_other_way(use, now):
        return Weight("unused", Severity.WARNING, NONE)
    return Weight("", Severity.ERROR, refused_chain(use.owner, OUT_OF_DATE))


def is_lost(source: Source, authority: Certificate, now: float) -> bool:
    """Whether a certificate that is known, or any at all, has only this authority, which is out of date."""
    use = source.use
    if use is None or use.pool is None:
        return False
    known = use.memo.get(_LEFT)
    if not isinstance(known, _Left) or known.now != now:
        known = use.memo[_LEFT] = _left(use, use.pool, now)
    if not known.any_good:
        return True
    # A file may hold thousands of authorities: those of the right name are tried, and not without end.
    if authority.subject.raw not in known.issuers or known.tries[0] == 0:
        return False
    known.tries[0] -= 1
    return any(_verifies(use, chain, [authority]) for chain in known.chains)


class _Left(NamedTuple):
    """What is left at a moment without the authorities that are out of date.

    `chains` are those that then do not verify any more, `issuers` the names of their issuers; `tries` counts down.
    """

    now: float
    any_good: bool
    chains: tuple[Sequence[Certificate], ...]
    issuers: frozenset[bytes]
    tries: list[int]


def _left(use: CertUse, pool: Pool, now: float) -> _Left:
    good = [c for c in pool.certificates if _is_valid(c, now)]
    if not good or not use.block.is_component:
        # Which authority vouches for a database is not known.
        return _Left(now, bool(good), (), frozenset(), [0])
    chains = tuple(chain for chain in (use.chain, *use.peers.chains) if chain and not _verifies(use, chain, good))
    # A certificate that is its own authority has its own name.
    names = frozenset(name.raw for chain in chains for c in chain for name in (c.issuer, chain[0].subject))
    return _Left(now, True, chains, names, [_MOST_TRIES])


def _has_other_way(use: CertUse, now: float) -> bool:
    """Whether the leaf verifies without those certificates of `ssl-cert` that are out of date."""
    if use.pool is None:
        return False
    known = use.memo.get(_OTHER_WAY)
    if not isinstance(known, tuple) or known[0] != now:
        known = use.memo[_OTHER_WAY] = (now, _verifies_without(use, use.pool, now))
    return bool(known[1])


def _verifies_without(use: CertUse, pool: Pool, now: float) -> bool:
    return _verifies(use, [use.chain[0], *(c for c in use.chain[1:] if _is_valid(c, now))], pool.certificates)


def _is_valid(certificate: Certificate, now: float) -> bool:
    return certificate.not_before <= now <= certificate.not_after


def _verifies(use: CertUse, chain: Sequence[Certificate], roots: Sequence[Certificate]) -> bool:
    from dmls.pki import chain as pki

    return pki.verify(chain[0], chain[1:], roots, None, "any", use.go).ok
