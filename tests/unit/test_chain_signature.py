"""Signatures on certificates, where a library and our own arithmetic must agree, and the odd RSA keys that Go verifies or refuses."""

from __future__ import annotations

from hashlib import sha256

import pytest

from dmls.pki import certificate, signature
from dmls.pki.facts import RSA, Certificate, GoVersion
from support import der
from support.cert_keys import CURVES, EcKey, Key, RsaKey, RsaNumbers, key
from support.certs import Spec, identity

VERSIONS: list[GoVersion] = [(1, minor) for minor in range(18, 26)]
LATEST = VERSIONS[-1]


def signed_by(own: Key, algorithm: str | None = None) -> tuple[Certificate, Certificate]:
    """A certificate and its authority, which has the key `own`."""
    authority = identity(Spec(ca=True, subject=(("cn", "CA"),)), own)
    return certificate.parse(identity(Spec(signature=algorithm), key(), authority).der), certificate.parse(authority.der)


KINDS: list[tuple[str, str | None]] = [
    ("rsa1024", None),
    ("rsa1025", "sha384"),
    ("rsa1024", "sha512"),
    ("rsa1024", "pss"),
    ("rsa1025", "pss"),
    ("rsa1024", "pss384"),
    ("rsa2048", "pss512"),
    ("p224", None),
    ("p256", None),
    ("p256", "sha512"),
    ("p384", "sha256"),
    ("p521", None),
    ("ed25519", None),
]


@pytest.mark.parametrize(("kind", "algorithm"), KINDS)
def test_a_signature_holds_until_a_bit_changes(kind: str, algorithm: str | None) -> None:
    leaf, authority = signed_by(key(kind), algorithm)
    for go in (VERSIONS[0], LATEST):
        assert signature.check_signature(leaf, authority.public_key, go) is None
    good = leaf.signature
    for position in (0, len(good) // 2, len(good) - 1):
        changed = bytearray(good)
        changed[position] ^= 1
        leaf.signature = bytes(changed)
        leaf.memo.clear()
        for go in (VERSIONS[0], LATEST):
            assert signature.check_signature(leaf, authority.public_key, go) in (signature.RSA_FAILED, signature.ECDSA_FAILED, signature.ED25519_FAILED)
    for other in (b"", good + b"\0", good[:-1], b"\0" + good):
        leaf.signature = other
        leaf.memo.clear()
        assert signature.check_signature(leaf, authority.public_key, LATEST) is not None
    leaf.signature = good
    leaf.tbs += b"\0"
    leaf.memo.clear()
    assert signature.check_signature(leaf, authority.public_key, LATEST) is not None


@pytest.mark.parametrize("kind", ["p224", "p256", "p384", "p521"])
def test_our_own_ecdsa_agrees_with_the_library(kind: str) -> None:
    own = key(kind)
    assert isinstance(own, EcKey)
    curve = certificate.CURVES[CURVES[kind].oid]
    for number, name in enumerate(("sha256", "sha384", "sha512")):
        message = bytes((number,))
        made = own.sign(message, name)[1]
        hashed = signature.new(name, message).digest()
        assert signature.ecdsa_ok(curve, own.point, hashed, made)
        assert not signature.ecdsa_ok(curve, own.point, hashed[::-1], made)
    # The point that is the generator itself, added to itself, and the sum that is nothing.
    generator = b"\x04" + curve.gx.to_bytes(curve.size, "big") + curve.gy.to_bytes(curve.size, "big")
    assert not signature.ecdsa_ok(curve, generator, b"\x01", der.seq(der.integer(1), der.integer(1)))
    assert not signature.ecdsa_ok(curve, generator, b"\x01", der.seq(der.integer(curve.order - 1), der.integer(1)))


SHAPES: list[bytes] = [
    b"",
    der.seq(),
    der.seq(der.integer(1)),
    der.seq(der.integer(0), der.integer(1)),
    der.seq(der.integer(1), der.integer(0)),
    der.seq(der.integer(-1), der.integer(1)),
    der.seq(der.integer(1), der.integer(1), der.integer(1)),
    der.seq(der.integer(1), der.integer(1)) + b"\0",
    der.seq(b"\x02\x02\x00\x01", der.integer(1)),
    der.seq(der.integer(1), der.integer(1 << 600)),
]


@pytest.mark.parametrize("shape", SHAPES, ids=bytes.hex)
def test_a_signature_that_is_none(shape: bytes) -> None:
    own = key("p256")
    assert isinstance(own, EcKey)
    assert not signature.ecdsa_ok(certificate.CURVES[CURVES["p256"].oid], own.point, sha256(b"").digest(), shape)
    leaf, authority = signed_by(own)
    leaf.signature = shape
    assert signature.check_signature(leaf, authority.public_key, LATEST) == signature.ECDSA_FAILED


def with_numbers(modulus: int, exponent: int) -> Certificate:
    """An authority whose RSA key has these numbers."""
    return certificate.parse(identity(Spec(ca=True), RsaKey("rsa", RsaNumbers(modulus, exponent, 1, 5, 7), False), None, identity(Spec(), key())).der)


def encoded(size: int, signed: bytes) -> bytes:
    """What a PKCS #1 signature must turn into."""
    info = der.seq(der.seq(der.oid("2.16.840.1.101.3.4.2.1"), der.null()), der.octets(sha256(signed).digest()))
    return b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info


EVEN, SMALL, EVEN_EXPONENT, LARGE = (
    "crypto/rsa: public modulus is even",
    "crypto/rsa: public exponent too small or negative",
    "crypto/rsa: public exponent is even",
    "crypto/rsa: public exponent too large",
)

# (what is added to a good modulus, exponent, [(first version, what it says)]); with the exponent 1 the signature is the text itself
ODD_KEYS: list[tuple[int, int, list[tuple[GoVersion, str | None]]]] = [
    (0, 1, [((1, 18), None), ((1, 24), SMALL)]),
    (1, 1, [((1, 18), None), ((1, 21), signature.RSA_FAILED), ((1, 24), EVEN)]),
    (0, 2, [((1, 18), signature.RSA_FAILED), ((1, 24), EVEN_EXPONENT)]),
    (0, 2**31 + 1, [((1, 18), signature.RSA_FAILED), ((1, 24), LARGE)]),
    (0, 3, [((1, 18), signature.RSA_FAILED)]),
]


@pytest.mark.parametrize(("more", "exponent", "says"), ODD_KEYS)
def test_odd_rsa_keys(more: int, exponent: int, says: list[tuple[GoVersion, str | None]]) -> None:
    own = key("rsa1024")
    assert isinstance(own, RsaKey)
    authority = with_numbers(own.numbers.n + more, exponent)
    assert authority.public_key.kind == RSA
    leaf, _ = signed_by(own)
    leaf.signature = encoded(128, leaf.tbs)
    for go in VERSIONS:
        leaf.memo.clear()
        assert signature.check_signature(leaf, authority.public_key, go) == [text for since, text in says if since <= go][-1], go


def test_a_signature_above_the_modulus() -> None:
    """Go before 1.20 reduces it first."""
    own = key("rsa1024")
    assert isinstance(own, RsaKey)
    for attempt in range(200):
        authority = identity(Spec(ca=True, subject=(("cn", "CA"),)), own)
        leaf = certificate.parse(identity(Spec(serial=attempt + 1), key(), authority).der)
        larger = int.from_bytes(leaf.signature, "big") + own.numbers.n
        if larger < 1 << 1024:
            break
    leaf.signature = larger.to_bytes(128, "big")
    for go in VERSIONS:
        leaf.memo.clear()
        found = signature.check_signature(leaf, certificate.parse(authority.der).public_key, go)
        assert found == (None if go < (1, 20) else signature.RSA_FAILED)


def test_what_is_too_short_for_the_hash() -> None:
    """62 bytes of a SHA-256 signature leave no room for the filler of a 496 bit key, and SHA-512 none with 704 bits."""
    own = key("rsa512")
    leaf, authority = signed_by(own)
    assert signature.check_signature(leaf, authority.public_key, (1, 23)) is None
    assert signature.check_signature(leaf, authority.public_key, LATEST) == "crypto/rsa: 512-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
    leaf.signature_algorithm = "SHA512-RSA"
    leaf.memo.clear()
    assert signature.check_signature(leaf, authority.public_key, (1, 23)) == signature.RSA_FAILED
    leaf.signature_algorithm = "SHA384-RSAPSS"
    leaf.memo.clear()
    assert signature.check_signature(leaf, authority.public_key, (1, 23)) == signature.RSA_FAILED


def test_many_authorities_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature, "_verifiers", {bytes((i,)): lambda digest, made, name: False for i in range(256)})
    leaf, authority = signed_by(key("p256"))
    assert signature.check_signature(leaf, authority.public_key, LATEST) is None
    assert len(signature._verifiers) == 1
