"""A key of a kind that Go's TLS cannot use.

What: the key in `ssl-key`, or that of the certificate in `ssl-cert`, is Ed448, RSA-PSS, DSA, X25519, or on a curve other than P-256, P-384 and P-521
(P-224, secp256k1, brainpool, SM2).

Why: Go reads RSA, ECDSA on the three curves, and Ed25519: `tls: failed to parse private key`, `x509: unsupported elliptic curve`, or, in each handshake,
`tls: unsupported certificate curve (P-224)` (dm-tls.md §4, run with Go).

Wrong: `openssl ecparam -name secp256k1 -genkey -noout -out dm-key.pem`

Right: `openssl ecparam -name prime256v1 -genkey -noout -out dm-key.pem`, or `openssl genrsa -out dm-key.pem 2048`

Fix: make a new key and have the certificate issued for it, with one command that needs the CA's private key.
"""

from __future__ import annotations

from typing import Iterator, NamedTuple

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import Source
from dmls.model.tls.outcome import bad_pair, refused_peer
from dmls.model.tls.pem_fault import go_error
from dmls.model.tls_block import CERT, KEY
from dmls.pki.facts import DSA, ECDSA, OTHER, X25519, PemBlock, PublicKey
from dmls.rule import PEM, Context, Finding, Fix, Rule, Severity
from dmls.rules._reissue import reissue_for_new_key
from dmls.rules.files._judge import gravity, key_block
from dmls.version import go_of

_P224 = "P-224"
_CURVE = "x509: unsupported elliptic curve"
_ALGORITHM = "tls: unknown public key algorithm"


class _Key(NamedTuple):
    """`what` is the name of the kind, "" for a curve that is not known; `text` is what Go says, "" where only handshakes fail."""

    block: PemBlock
    what: str
    text: str


def check(source: Source, ctx: Context) -> Iterator[Finding]:
    key = _own_key(source, ctx) if source.role == KEY else _key_of_certificate(source, ctx) if source.role == CERT else None
    if key is None:
        return
    outcome = bad_pair(source.owner, key.text, ctx.version) if key.text else refused_peer(source.owner)
    yield ctx.finding(
        RULE,
        source.anchor(key.block),
        "" if key.what else "curve",
        severity=gravity(source),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(source, key.block, "key" if source.role == KEY else "certificate"),
        fixes=_fixes(source, ctx),
        what=key.what,
        **outcome.args,
    )


def _fixes(source: Source, ctx: Context) -> tuple[Fix, ...]:
    use = source.use
    cert = use.cert if use is not None else None
    if use is None or cert is None:
        return ()
    return reissue_for_new_key(ctx, cert, use.readable_leaf)


def _own_key(source: Source, ctx: Context) -> _Key | None:
    block = key_block(source, ctx)
    if block is None or block.key is None or block.key.problem != "unsupported":
        return None
    return _Key(block, block.key.what, go_error(source, ctx.version))


def _key_of_certificate(source: Source, ctx: Context) -> _Key | None:
    from dmls.pki import file

    go = go_of(ctx.version)
    block = next((b for b in file.blocks(source.pem, go) if b.type == file.CERTIFICATE), None) if source.pem is not None else None
    if block is None:
        return None
    if block.certificate is None:
        return _Key(block, "", _CURVE) if block.error == _CURVE else None
    public = block.certificate.public_key
    if public.kind in (DSA, X25519, OTHER):
        return _Key(block, _name(public), _ALGORITHM)
    return _Key(block, _P224, "") if public.kind == ECDSA and public.curve == _P224 else None


def _name(public: PublicKey) -> str:
    from dmls.pki.key import algorithm_of

    return algorithm_of(public.spki) or public.kind


RULE = Rule("tls-key-type-unsupported", "files", Severity.ERROR, PEM, (*kinds.COMPONENTS, *kinds.DATABASES), check)
