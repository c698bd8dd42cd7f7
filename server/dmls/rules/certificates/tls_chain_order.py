"""A chain that does not begin with the own certificate.

What: the key in `ssl-key` belongs to a certificate in `ssl-cert`, but not to the first.

Why: Go takes the first certificate for the own one: `tls: private key does not match public key` (dm-tls.md §4, run with Go).  A master's etcd ends
with 38038; a worker sees 40077 `context deadline exceeded`; for a source or task 11112.

Wrong: `cat ca.pem dm.pem > chain.pem`

Right: `cat dm.pem ca.pem > chain.pem`

Fix: put the own certificate first, with one command; the order of the rest is free.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.cert_use import CertUse, name_of
from dmls.model.tls.outcome import bad_pair
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import place_of

_MISMATCH = "tls: private key does not match public key"


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    owned, first = use.key_owner, use.readable_leaf
    if use.cert is None or owned is None or first is None or not use.block.on:
        return
    place, certificate = owned
    if not place or use.pair is None or use.pair.error != _MISMATCH:
        return
    outcome = bad_pair(use.owner, _MISMATCH, ctx.version)
    block = use.cert.block_of(certificate)
    at = place_of(use.cert, certificate)
    yield ctx.finding(
        RULE,
        use.cert.anchor(block),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(use.cert, block),
        fixes=ctx.command("run-reorder", openssl.own_first(at) if at is not None else "", file=at.path if at is not None else ""),
        first=name_of(first),
        name=name_of(certificate),
        place=place + 1,
        **outcome.args,
    )


RULE = Rule("tls-chain-order", "certificates", Severity.ERROR, CERT_USE, (*kinds.COMPONENTS, *kinds.DATABASES), check)
