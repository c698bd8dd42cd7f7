"""An RSA key that is too small.

What: the RSA key of a certificate in `ssl-cert` has fewer than 2048 bits, or one of fewer than 1024 bits signs for it.

Why: Go 1.24 and later (DM 8.5.5 and later of 8.5, 26.3 and later) sign and verify nothing with fewer than 1024 bits:
`crypto/rsa: 768-bit keys are insecure`. Below 521 bits no version can sign a TLS 1.3 handshake: `tls: certificate RSA key size too small for
supported signature algorithms` (dm-tls.md §4, run with Go). From 1024 bits on it works, but fewer than 2048 are not safe any more, and
MySQL's OpenSSL may refuse them.

Wrong: `openssl genrsa -out dm-key.pem 1024`

Right: `openssl genrsa -out dm-key.pem 2048`, or an elliptic curve: `openssl ecparam -name prime256v1 -genkey -noout -out dm-key.pem`

Fix: make a new key and have the certificate issued for it, with one command that needs the CA's private key. A CA with a small key has to be replaced, and all
certificates with it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse, Source
from dmls.model.tls.chain_fault import SMALL
from dmls.model.tls.outcome import NONE, refused_peer
from dmls.model.tls_block import CERT
from dmls.pki.facts import GO_1_24, RSA, Certificate
from dmls.pki.signature import is_too_small_to_sign
from dmls.rule import PEM, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue_for_new_key
from dmls.rules.certificates._chain import fault_of, report
from dmls.version import go_of, with_go

_LEAST, _WISE = 1024, 2048


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    use = source.use
    if source.role == CERT:
        leaf = use.leaf if use is not None and source is use.cert else _first(source, ctx) if use is None else None
        if leaf is not None:
            yield from _leaf(source, leaf, ctx)
    elif use is not None and source is use.ca and use.block.is_component and use.block.on:
        yield from _authority(use, ctx)


def _first(source: Source, ctx: Context) -> Certificate | None:
    """The leaf of a file that is looked at by itself."""
    if source.pem is None:
        return None
    from dmls.pki import file

    pair = file.key_pair(source.pem, None, go_of(ctx.version))
    return pair.chain[0] if pair.error is None else None


def _leaf(source: Source, leaf: Certificate, ctx: Context) -> Iterator[Finding]:
    bits = leaf.public_key.bits
    if leaf.public_key.kind != RSA or bits >= _WISE:
        return
    always = is_too_small_to_sign(leaf.public_key)
    fails = always or (bits < _LEAST and go_of(ctx.version) >= GO_1_24)
    outcome = refused_peer(source.owner) if fails else NONE
    block = source.block_of(leaf)
    yield ctx.finding(
        RULE,
        source.anchor(block),
        "refused" if fails else "",
        severity=Severity.ERROR if fails and not source.is_alone else Severity.WARNING,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, block),
        depends=with_go(GO_1_24) if bits < _LEAST and not always else None,
        fixes=reissue_for_new_key(ctx, source, leaf) if source.use is not None else (),
        bits=bits,
        text="tls: certificate RSA key size too small for supported signature algorithms" if always else _text(bits),
        **outcome.args,
    )


def _authority(use: CertUse, ctx: Context) -> Iterator[Finding]:
    """An authority whose signatures Go does not check, where the own certificate hangs on it."""
    fault = fault_of(use, ctx, SMALL)
    if fault is None or fault.authority is None:
        return
    bits = fault.authority.public_key.bits
    yield from report(
        RULE,
        use,
        ctx,
        fault,
        "authority",
        severity=Severity.ERROR if use.owner == kinds.MASTER else Severity.WARNING,
        at=fault.authority,
        bits=bits,
        text=_text(bits),
    )


def _text(bits: int) -> str:
    """What Go says, without the address of its documentation."""
    return f"crypto/rsa: {bits}-bit keys are insecure"


RULE = Rule(SMALL, "certificates", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
