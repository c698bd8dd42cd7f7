"""The signature on a certificate, judged as Go's ``Certificate.CheckSignatureFrom`` does (crypto/x509/x509.go, crypto/rsa, crypto/ecdsa).

RSA is verified here: a public operation costs less than bringing in a library, and Go verifies keys that libraries refuse
(short moduli, unusual exponents).  Elliptic curves go to `cryptography`; where that lacks the curve, the textbook does.
"""

from __future__ import annotations

from hashlib import new
from typing import TYPE_CHECKING, NamedTuple

from dmls.pki import der
from dmls.pki.certificate import CURVES, Curve
from dmls.pki.facts import DSA, ECDSA, ED25519, GO_1_21, GO_1_24, RSA, Certificate, GoVersion, PublicKey

if TYPE_CHECKING:
    from collections.abc import Callable

GO_1_20: GoVersion = (1, 20)

UNSUPPORTED = "x509: cannot verify signature: algorithm unimplemented"
INSECURE = "x509: cannot verify signature: insecure algorithm "
RSA_TOO_SMALL = "-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
RSA_FAILED = "crypto/rsa: verification error"
ECDSA_FAILED = "x509: ECDSA verification failure"
ED25519_FAILED = "x509: Ed25519 verification failure"
KIND_DIFFERS = "x509: signature algorithm specifies an "

_P224 = "P-224"
_LEAST_BYTES_OF_PSS = 66
"""The smallest modulus that holds a PSS signature with SHA-256, which TLS 1.3 needs at least (crypto/tls, rsaSignatureSchemes)."""

_SHA1_OVERRIDE = " (temporarily override with GODEBUG=x509sha1=1)"
_GO_TYPES = {RSA: "*rsa.PublicKey", ECDSA: "*ecdsa.PublicKey", ED25519: "ed25519.PublicKey"}


class CannotSign(NamedTuple):
    """What crypto/tls says of a key that it loads and cannot use in a handshake, and which alert the other end gets.

    `at_once` means that no algorithm fits, which a server finds before it shows its certificate.
    """

    text: str
    alert: str
    at_once: bool


class Algorithm(NamedTuple):
    """The kind of key that makes such signatures, and the name of the hash ("" for Ed25519)."""

    kind: str
    digest: str
    pss: bool = False


ALGORITHMS: dict[str, Algorithm] = {
    "MD5-RSA": Algorithm(RSA, "md5"),
    "SHA1-RSA": Algorithm(RSA, "sha1"),
    "SHA256-RSA": Algorithm(RSA, "sha256"),
    "SHA384-RSA": Algorithm(RSA, "sha384"),
    "SHA512-RSA": Algorithm(RSA, "sha512"),
    "SHA256-RSAPSS": Algorithm(RSA, "sha256", True),
    "SHA384-RSAPSS": Algorithm(RSA, "sha384", True),
    "SHA512-RSAPSS": Algorithm(RSA, "sha512", True),
    "DSA-SHA1": Algorithm(DSA, "sha1"),
    "DSA-SHA256": Algorithm(DSA, "sha256"),
    "ECDSA-SHA1": Algorithm(ECDSA, "sha1"),
    "ECDSA-SHA256": Algorithm(ECDSA, "sha256"),
    "ECDSA-SHA384": Algorithm(ECDSA, "sha384"),
    "ECDSA-SHA512": Algorithm(ECDSA, "sha512"),
    "Ed25519": Algorithm(ED25519, ""),
}
"""Go's names of signature algorithms.  Others, MD2-RSA among them, it does not verify."""

_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
"""What stands before the digest in a PKCS #1 v1.5 signature (RFC 8017, section 9.2)."""


def check_signature(certificate: Certificate, key: PublicKey, go: GoVersion) -> str | None:
    """None if the signature of `certificate` was made with `key`, else what Go says.

    The answer is kept at the certificate, since chains are built for several usages, moments and versions.
    """
    memo = certificate.memo
    place = ("signature", key.spki, go >= GO_1_24, go >= GO_1_21, go >= GO_1_20)
    if place in memo:
        known = memo[place]
        assert known is None or isinstance(known, str)
        return known
    memo[place] = error = _check(certificate.signature_algorithm, certificate.tbs, certificate.signature, key, go)
    return error


def _check(name: str, signed: bytes, signature: bytes, key: PublicKey, go: GoVersion) -> str | None:
    algorithm = ALGORITHMS.get(name)
    if algorithm is None:
        return UNSUPPORTED
    kind, digest_name, pss = algorithm
    if digest_name == "md5":
        return INSECURE + name
    if digest_name == "sha1":
        return INSECURE + name + (_SHA1_OVERRIDE if go < GO_1_24 and kind != DSA else "")
    go_type = _GO_TYPES.get(key.kind)
    if go_type is None:
        return UNSUPPORTED
    if kind != key.kind:
        return f"{KIND_DIFFERS}{kind} public key, but have public key of type {go_type}"
    if kind == RSA:
        return _rsa_error(key, signed, signature, digest_name, pss, go)
    if kind == ECDSA:
        return None if _ecdsa_ok(key, new(digest_name, signed).digest(), digest_name, signature) else ECDSA_FAILED
    return None if _ed25519_ok(key, signed, signature) else ED25519_FAILED


def _rsa_error(key: PublicKey, signed: bytes, signature: bytes, digest_name: str, pss: bool, go: GoVersion) -> str | None:
    """``rsa.VerifyPKCS1v15`` and ``rsa.VerifyPSS`` with a salt as long as the hash."""
    size = key.bits
    modulus = int.from_bytes(key.identity[len(RSA) : -8], "big")
    exponent = int.from_bytes(key.identity[-8:], "big")
    if go >= GO_1_24:
        if size < 1024:
            return f"crypto/rsa: {size}{RSA_TOO_SMALL}"
        if not modulus & 1:
            return "crypto/rsa: public modulus is even"
        if exponent < 2:
            return "crypto/rsa: public exponent too small or negative"
        if not exponent & 1:
            return "crypto/rsa: public exponent is even"
        if exponent > 0x7FFFFFFF:
            return "crypto/rsa: public exponent too large"
    length = (size + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != length or (number >= modulus and go >= GO_1_20) or (not modulus & 1 and go >= GO_1_21):
        return RSA_FAILED
    encoded = pow(number, exponent, modulus).to_bytes(length, "big")
    digest = new(digest_name, signed).digest()
    if pss:
        return None if _pss_ok(encoded, size - 1, digest, digest_name) else RSA_FAILED
    tail = b"\x00" + _DIGEST_INFO[digest_name] + digest
    filler = length - 2 - len(tail)
    return None if filler >= 8 and encoded == b"\x00\x01" + b"\xff" * filler + tail else RSA_FAILED


def _pss_ok(encoded: bytes, bits: int, digest: bytes, digest_name: str) -> bool:
    """EMSA-PSS-VERIFY (RFC 8017, section 9.1.2) with the mask function over the same hash."""
    length = (bits + 7) // 8
    if any(encoded[: len(encoded) - length]):
        return False
    encoded = encoded[len(encoded) - length :]
    hash_length = len(digest)
    if length < 2 * hash_length + 2 or encoded[-1] != 0xBC:
        return False
    masked, found = encoded[: length - hash_length - 1], encoded[length - hash_length - 1 : -1]
    unused = 8 * length - bits
    if masked[0] & (0xFF << (8 - unused)) & 0xFF:
        return False
    mask = b"".join(new(digest_name, found + i.to_bytes(4, "big")).digest() for i in range(-(-len(masked) // hash_length)))
    block = bytearray(a ^ b for a, b in zip(masked, mask))
    block[0] &= 0xFF >> unused
    filler = len(block) - hash_length - 1
    if any(block[:filler]) or block[filler] != 1:
        return False
    return new(digest_name, bytes(8) + digest + block[filler + 1 :]).digest() == found


_verifiers: dict[bytes, Callable[[bytes, bytes, str], bool]] = {}
"""Loaded public keys by their identity; few CAs sign many certificates."""


def _ecdsa_ok(key: PublicKey, digest: bytes, digest_name: str, signature: bytes) -> bool:
    verifier = _verifiers.get(key.identity)
    if verifier is None:
        if len(_verifiers) >= 256:
            _verifiers.clear()
        _verifiers[key.identity] = verifier = _ecdsa_verifier(key)
    return verifier(digest, signature, digest_name)


def _ecdsa_verifier(key: PublicKey) -> Callable[[bytes, bytes, str], bool]:
    point = key.identity[len(key.curve) :]
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils

        known = {"P-224": ec.SECP224R1, "P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}
        loaded = ec.EllipticCurvePublicKey.from_encoded_point(known[key.curve](), point)
        schemes = {name: ec.ECDSA(utils.Prehashed(made)) for name, made in (("sha256", hashes.SHA256()), ("sha384", hashes.SHA384()), ("sha512", hashes.SHA512()))}
    except Exception:
        # The library refuses the curve (builds differ in that), never the point, which the parser has checked.
        curve = next(c for c in CURVES.values() if c.name == key.curve)
        return lambda digest, signature, digest_name: ecdsa_ok(curve, point, digest, signature)

    def verify(digest: bytes, signature: bytes, digest_name: str) -> bool:
        try:
            loaded.verify(signature, digest, schemes[digest_name])
        except InvalidSignature:
            return False
        return True

    return verify


_Point = tuple[int, int, int]
"""Jacobian coordinates; the last one is 0 for the point at infinity."""


def ecdsa_ok(curve: Curve, point: bytes, digest: bytes, signature: bytes) -> bool:
    """ECDSA as in FIPS 186-5, section 6.4.2, for an uncompressed point of the curve."""
    numbers = _two_integers(signature)
    if numbers is None:
        return False
    r, s = numbers
    p, n = curve.p, curve.order
    if not (0 < r < n and 0 < s < n):
        return False
    size = (len(point) - 1) // 2
    key = (int.from_bytes(point[1 : 1 + size], "big"), int.from_bytes(point[1 + size :], "big"), 1)
    hashed = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - n.bit_length())
    inverse = pow(s, -1, n)
    u1, u2 = hashed * inverse % n, r * inverse % n
    generator = (curve.gx, curve.gy, 1)
    both = _add(generator, key, p)
    total: _Point = (0, 1, 0)
    for i in reversed(range(n.bit_length())):
        total = _double(total, p)
        which = (u1 >> i & 1) + 2 * (u2 >> i & 1)
        if which:
            total = _add(total, (generator, key, both)[which - 1], p)
    x, _, z = total
    return z != 0 and x * pow(z, -2, p) % p % n == r


def _two_integers(signature: bytes) -> tuple[int, int] | None:
    tag, start, end = der.read(signature, 0, len(signature))
    if tag != der.SEQUENCE or end != len(signature):
        return None
    tag, first, behind = der.read(signature, start, end)
    if tag != der.INTEGER:
        return None
    r = der.integer(signature, first, behind)
    tag, second, last = der.read(signature, behind, end)
    if tag != der.INTEGER or last != end:
        return None
    s = der.integer(signature, second, last)
    return None if r is None or s is None else (r, s)


def _double(a: _Point, p: int) -> _Point:
    x, y, z = a
    if not z or not y:
        return 0, 1, 0
    yy = y * y % p
    s = 4 * x * yy % p
    zz = z * z % p
    m = 3 * (x - zz) * (x + zz) % p
    x3 = (m * m - 2 * s) % p
    return x3, (m * (s - x3) - 8 * yy * yy) % p, 2 * y * z % p


def _add(a: _Point, b: _Point, p: int) -> _Point:
    if not a[2]:
        return b
    if not b[2]:
        return a
    z1, z2 = a[2] * a[2] % p, b[2] * b[2] % p
    u1, u2 = a[0] * z2 % p, b[0] * z1 % p
    s1, s2 = a[1] * z2 * b[2] % p, b[1] * z1 * a[2] % p
    if u1 == u2:
        return _double(a, p) if s1 == s2 else (0, 1, 0)
    h, r = u2 - u1, s2 - s1
    h2 = h * h % p
    h3 = h * h2 % p
    v = u1 * h2 % p
    x = (r * r - h3 - 2 * v) % p
    return x, (r * (v - x) - s1 * h3) % p, h * a[2] * b[2] % p


def _ed25519_ok(key: PublicKey, signed: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key.identity[len(ED25519) :]).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_too_small_to_sign(key: PublicKey) -> bool:
    """Whether no version of Go signs a TLS 1.3 handshake with this RSA key."""
    return key.kind == RSA and (key.bits + 7) // 8 < _LEAST_BYTES_OF_PSS


def cannot_sign(key: PublicKey, go: GoVersion, tls: str, serves: bool) -> CannotSign | None:
    """Why Go cannot sign a handshake of the version `tls` ("1.3") with the private half of `key`, as a server or as a client; None where it can (crypto/tls, auth.go)."""
    if tls >= "1.3" and key.kind == ECDSA and key.curve == _P224:
        return CannotSign(f"tls: unsupported certificate curve ({key.curve})", "handshake failure", True)
    if tls >= "1.3" and is_too_small_to_sign(key):
        return CannotSign("tls: certificate RSA key size too small for supported signature algorithms", "handshake failure", True)
    if tls < "1.2" and key.kind == ED25519:
        return CannotSign("tls: Ed25519 public keys are not supported before TLS 1.2", "handshake failure", True)
    if key.kind == RSA and key.bits < 1024 and go >= GO_1_24:
        text = f"crypto/rsa: {key.bits}{RSA_TOO_SMALL}"
        if tls >= "1.3":
            return CannotSign(f"tls: failed to sign handshake: {text}", "internal error", False)
        return CannotSign(f"tls: failed to sign ECDHE parameters: {text}", "handshake failure", False) if serves else CannotSign(text, "internal error", False)
    return None
