"""Private keys as Go's ``tls.X509KeyPair`` reads them (crypto/tls, crypto/x509, encoding/asn1, crypto/rsa), and names in signing requests.

What is private stays in local variables: results hold the public half at most.
"""

from __future__ import annotations

from math import gcd

from dmls.named import NamedTuple
from dmls.pki import der
from dmls.pki.certificate import (
    CURVES,
    OID_DSA,
    OID_EC,
    OID_ED25519,
    OID_RSA,
    OID_RSA_PSS,
    OID_X25519,
    CertificateError,
    ec_key,
    ed25519_key,
    read_name,
    rsa_key,
)
from dmls.pki.facts import GO_1_18, GO_1_24, LATEST_GO, GoVersion, KeyFacts, PublicKey, Refusal

PKCS1, PKCS8, SEC1, OPENSSH = "PKCS#1", "PKCS#8", "SEC 1", "OpenSSH"
ENCRYPTED, UNSUPPORTED, INCONSISTENT, DAMAGED = "encrypted", "unsupported", "inconsistent", "damaged"

_USUAL_FORMS = {"RSA PRIVATE KEY": PKCS1, "EC PRIVATE KEY": SEC1, "PRIVATE KEY": PKCS8, "ENCRYPTED PRIVATE KEY": PKCS8}

FAILED = "tls: failed to parse private key"
_UNKNOWN_TYPE = "tls: found unknown private key type in PKCS#8 wrapping"
_GO_1_20 = (1, 20)

_ALGORITHMS = {
    OID_X25519: "X25519",
    "1.3.101.111": "X448",
    "1.3.101.113": "Ed448",
    OID_DSA: "DSA",
    OID_RSA_PSS: "RSA-PSS",
    "1.2.840.113549.1.1.7": "RSA-OAEP",
    "1.2.840.113549.1.3.1": "DH",
    "1.2.840.10046.2.1": "DH",
    "1.2.643.2.2.19": "GOST R 34.10-2001",
    "1.2.643.7.1.1.1.1": "GOST R 34.10-2012",
    "1.2.643.7.1.1.1.2": "GOST R 34.10-2012",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}
_OTHER_CURVES = {
    "1.3.132.0.10": "secp256k1",
    "1.3.132.0.31": "secp192k1",
    "1.3.132.0.32": "secp224k1",
    "1.3.132.0.8": "secp160r1",
    "1.2.840.10045.3.1.1": "P-192",
    "1.2.156.10197.1.301": "SM2",
    **{
        f"1.3.36.3.3.2.8.1.1.{2 * i + 1 + twisted}": f"brainpoolP{bits}{'t' if twisted else 'r'}1"
        for i, bits in enumerate((160, 192, 224, 256, 320, 384, 512))
        for twisted in (0, 1)
    },
}
_P224 = "1.3.132.0.33"


class Examined(NamedTuple):
    """`errors` are what ``tls.X509KeyPair`` says to the key, by Go version."""

    facts: KeyFacts
    errors: tuple[Refusal, ...]


class _Bad(Exception):
    """Not the structure that was tried."""


class _Inconsistent(Exception):
    """The structure, but its numbers are no key."""


class _Unsupported(Exception):
    """A key of a kind that Go does not read; the text names it."""


def is_private(block_type: str) -> bool:
    """Whether X509KeyPair takes the block for the key."""
    return block_type == "PRIVATE KEY" or block_type.endswith(" PRIVATE KEY")


def read_key(block_type: str, headers: dict[str, str], data: bytes) -> KeyFacts:
    """What the content of a PEM block of a private key is."""
    return examine(block_type, headers, data).facts


def examine(block_type: str, headers: dict[str, str], data: bytes) -> Examined:
    """The same with the errors of each Go version."""
    usual = _USUAL_FORMS.get(block_type, "")
    # Go looks neither at the type nor at headers: what can be read as a key is one.
    for form, reader in ((PKCS1, _pkcs1), (PKCS8, _pkcs8), (SEC1, _sec1)):
        try:
            public, errors = reader(data)
        except _Bad:
            continue
        except _Inconsistent:
            return _refused(form, INCONSISTENT)
        except _Unsupported as kind:
            return _refused(form, UNSUPPORTED, str(kind), _UNKNOWN_TYPE if form == PKCS8 and str(kind) == "X25519" else FAILED)
        go_error = error(errors) or ""
        if public.curve == "P-224":
            return Examined(KeyFacts(form, public, UNSUPPORTED, public.curve, go_error), errors)
        return Examined(KeyFacts(form, public, INCONSISTENT if go_error else "", "", go_error), errors)
    if block_type == "OPENSSH PRIVATE KEY":
        return _refused(OPENSSH, "openssh")
    if "ENCRYPTED" in headers.get("Proc-Type", ""):
        return _refused(usual, ENCRYPTED)
    if block_type == "ENCRYPTED PRIVATE KEY" or _is_encrypted(data):
        return _refused(PKCS8, ENCRYPTED)
    if block_type == "DSA PRIVATE KEY" and _is_dsa(data):
        return _refused("", UNSUPPORTED, "DSA")
    return _refused(usual, DAMAGED)


def _refused(form: str, problem: str, what: str = "", text: str = FAILED) -> Examined:
    errors = (Refusal(GO_1_18, None, text),)
    if text != FAILED:
        # Go 1.19 and before do not know X25519.
        errors = (Refusal(GO_1_18, _GO_1_20, FAILED), Refusal(_GO_1_20, None, text))
    return Examined(KeyFacts(form, None, problem, what, text), errors)


def error(errors: tuple[Refusal, ...], go: GoVersion = LATEST_GO) -> str | None:
    """What Go `go` says.  Of versions before 1.18 only that is known that their successor says."""
    go = max(go, GO_1_18)
    return next((e.text for e in errors if e.since <= go and (e.until is None or go < e.until)), None)


# -- structures, as encoding/asn1 reads them --------------------------------------------------------------------------------------


def _header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The first byte of the element at `at`, where its content begins, and its length, which may go beyond the end."""
    if at >= end:
        raise _Bad
    first = data[at]
    at += 1
    if first & 0x1F == 0x1F:
        number = count = 0
        while True:
            if at >= end or count == 5 or not count and data[at] == 0x80:
                raise _Bad
            byte = data[at]
            at += 1
            count += 1
            number = number << 7 | byte & 0x7F
            if byte < 0x80:
                break
        if not 0x1F <= number < 1 << 31:
            raise _Bad
    if at >= end:
        raise _Bad
    length = data[at]
    at += 1
    if length & 0x80:
        count = length & 0x7F
        digits = data[at : at + count]
        if not count or at + count > end or not digits[0]:
            raise _Bad
        length = int.from_bytes(digits, "big")
        if length < 0x80 or length >= 1 << 31:
            raise _Bad
        at += count
    return first, at, length


def _field(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    found, start, length = _header(data, at, end)
    if found != tag or length > end - start:
        raise _Bad
    return start, start + length


def _optional(data: bytes, at: int, end: int, tag: int) -> tuple[int, int] | None:
    if at == end or _header(data, at, end)[0] != tag:
        return None
    return _field(data, at, end, tag)


def _number(data: bytes, start: int, stop: int, small: bool = False) -> int:
    value = der.integer(data, start, stop)
    if value is None or small and not -(1 << 63) <= value < 1 << 63:
        raise _Bad
    return value


def _identifier(data: bytes, start: int, stop: int) -> str:
    dotted, shortest = der.oid(data[start:stop])
    if not dotted or not shortest:
        raise _Bad
    return dotted


_MOST_BITS, _MOST_PRIMES = 32768, 16

# -- RSA --------------------------------------------------------------------------------------------------------------------------


def _pkcs1(data: bytes) -> tuple[PublicKey, tuple[Refusal, ...]]:
    at, end = _field(data, 0, len(data), der.SEQUENCE)
    numbers: list[int] = []
    for i in range(6):
        start, at = _field(data, at, end, der.INTEGER)
        numbers.append(_number(data, start, at, small=i in (0, 2)))
    version, modulus, exponent, private, p, q = numbers
    crt: list[int] = []
    while len(crt) < 3 and (place := _optional(data, at, end, der.INTEGER)):
        start, at = place
        crt.append(_number(data, start, at))
    more: list[int] = []
    if place := _optional(data, at, end, der.SEQUENCE):
        at, stop = place
        while at < stop:
            start, at = _field(data, at, stop, der.SEQUENCE)
            triple: list[int] = []
            for _ in range(3):
                value, start = _field(data, start, at, der.INTEGER)
                triple.append(_number(data, value, start))
            more.append(triple[0])
    if end != len(data):
        raise _Bad
    if version > 1 or min(modulus, private, p, q, *more) <= 0 or not 2 <= exponent < 1 << 31:
        raise _Inconsistent
    # Nobody has such keys, and their check would take long.
    if max(modulus, private, p, q, *crt).bit_length() > _MOST_BITS or len(more) > _MOST_PRIMES:
        raise _Inconsistent
    old = _rsa_fits(modulus, exponent, private, (p, q, *more))
    if more:
        new = min(crt, default=1) > 0 and _many_primes_fit(modulus, exponent, private, (p, q, *more))
    else:
        new = _crt_fits(modulus, exponent, private, p, q, crt)
    if not old and not new:
        raise _Inconsistent
    errors = () if old and new else (Refusal(GO_1_18, GO_1_24, FAILED),) if new else (Refusal(GO_1_24, None, FAILED),)
    return rsa_key(_rsa_spki(modulus, exponent), modulus, exponent), errors


def _rsa_fits(modulus: int, exponent: int, private: int, primes: tuple[int, ...]) -> bool:
    """The check of Go 1.23 and before, which computes the remaining numbers anew."""
    product = 1
    for prime in primes:
        if prime <= 2:
            return False
        product *= prime
    if product != modulus:
        return False
    inverse = exponent * private
    return all(inverse % (prime - 1) == 1 for prime in primes)


def _crt_fits(modulus: int, exponent: int, private: int, p: int, q: int, crt: list[int]) -> bool:
    """The check since Go 1.24, which uses the numbers for the Chinese remainder theorem as they are."""
    if min(crt, default=1) <= 0 or min(p, q) <= 2 or not modulus % 2 or not exponent % 2:
        return False
    if max(p, q, private) >= modulus or p * q % modulus or p == q:
        return False
    if len(crt) == 3:
        exponent_p, exponent_q, coefficient = crt
        if exponent_p >= p - 1 or exponent_q >= q - 1 or coefficient >= p:
            return False
    else:
        if not p % 2:
            return False
        exponent_p, exponent_q, coefficient = private % (p - 1), private % (q - 1), pow(q, p - 2, p)
    if exponent_p * exponent % (p - 1) != 1 or exponent_q * exponent % (q - 1) != 1 or coefficient * q % p != 1:
        return False
    half = modulus.bit_length() // 2
    return abs(p - q).bit_length() > half - 100 and private.bit_length() > half


def _many_primes_fit(modulus: int, exponent: int, private: int, primes: tuple[int, ...]) -> bool:
    """Go 1.24 and later with more than two primes: it wants primes without a common factor and does not look at their product."""
    if not modulus % 2 or not exponent % 2 or private >= modulus or min(primes) <= 1:
        return False
    product = 1
    for prime in primes:
        if gcd(product, prime) != 1:
            return False
        product *= prime
    return True


def _wrap(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def _rsa_spki(modulus: int, exponent: int) -> bytes:
    numbers = b"".join(_wrap(der.INTEGER, n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in (modulus, exponent))
    return _wrap(der.SEQUENCE, bytes.fromhex("300d06092a864886f70d0101010500") + _wrap(der.BIT_STRING, b"\0" + _wrap(der.SEQUENCE, numbers)))


# -- elliptic curves --------------------------------------------------------------------------------------------------------------

_EC_PREFIX = {
    "P-224": bytes.fromhex("301006072a8648ce3d020106052b81040021"),
    "P-256": bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107"),
    "P-384": bytes.fromhex("301006072a8648ce3d020106052b81040022"),
    "P-521": bytes.fromhex("301006072a8648ce3d020106052b81040023"),
}


def _sec1(data: bytes, outer_curve: str = "") -> tuple[PublicKey, tuple[Refusal, ...]]:
    """`outer_curve` is the curve that a wrapping names."""
    at, end = _field(data, 0, len(data), der.SEQUENCE)
    start, at = _field(data, at, end, der.INTEGER)
    version = _number(data, start, at, small=True)
    key_start, key_stop = _field(data, at, end, der.OCTET_STRING)
    named = ""
    at = key_stop
    place = _wrapped(data, at, end, 0, der.OID)
    if place:
        named, at = _identifier(data, *place), place[1]
    elif end - at > 4 and data[at] == 0xA0 and der.SEQUENCE in data[at + 2 : at + 4]:
        raise _Unsupported("explicit EC parameters")
    place = _wrapped(data, at, end, 1, der.BIT_STRING)
    if place and der.bit_string(data, *place) is None:
        raise _Bad
    if version != 1:
        raise _Inconsistent
    wanted = outer_curve or named
    curve = CURVES.get(wanted)
    if curve is None:
        raise _Unsupported(_OTHER_CURVES.get(wanted, wanted) or "EC")
    secret = int.from_bytes(data[key_start:key_stop], "big")
    if secret >= curve.order:
        raise _Inconsistent
    if secret:
        point = _multiplied(curve.name, secret, curve.size)
    else:
        # Go takes zero and puts the point nowhere.
        point = b"\4" + bytes(2 * curve.size)
    spki = _wrap(der.SEQUENCE, _EC_PREFIX[curve.name] + _wrap(der.BIT_STRING, b"\0" + point))
    return ec_key(spki, curve, point), ()


def _wrapped(data: bytes, at: int, end: int, number: int, tag: int) -> tuple[int, int] | None:
    """The content of the optional element `tag` in an explicit tag `number`; None if it is absent, and also if something else is there."""
    if at == end:
        return None
    found, start, length = _header(data, at, end)
    if start == end:
        raise _Bad
    if found != 0xA0 | number and (found != 0x80 | number or length):
        return None
    if not length:
        raise _Bad
    if _header(data, start, end)[0] != tag:
        return None
    return _field(data, start, end, tag)


def _multiplied(curve: str, secret: int, size: int) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec

    # OpenSSL of some systems is without P-224.
    curves = {"P-224": ec.SECP224R1, "P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}
    try:
        numbers = ec.derive_private_key(secret, curves[curve]()).public_key().public_numbers()
    except UnsupportedAlgorithm:
        raise _Unsupported(curve) from None
    return b"\4" + numbers.x.to_bytes(size, "big") + numbers.y.to_bytes(size, "big")


# -- PKCS #8 ----------------------------------------------------------------------------------------------------------------------


def _pkcs8(data: bytes) -> tuple[PublicKey, tuple[Refusal, ...]]:
    at, end = _field(data, 0, len(data), der.SEQUENCE)
    start, at = _field(data, at, end, der.INTEGER)
    _number(data, start, at, small=True)
    start, at = _field(data, at, end, der.SEQUENCE)
    oid_start, oid_stop = _field(data, start, at, der.OID)
    algorithm = _identifier(data, oid_start, oid_stop)
    parameters = b""
    if oid_stop < at:
        _, start, length = _header(data, oid_stop, at)
        if length > at - start:
            raise _Bad
        parameters = data[oid_stop : start + length]
    start, stop = _field(data, at, end, der.OCTET_STRING)
    if algorithm == OID_RSA:
        return _inner(_pkcs1, data[start:stop])
    if algorithm == OID_EC:
        named = ""
        try:
            oid_start, oid_stop = _field(parameters, 0, len(parameters), der.OID)
            named = _identifier(parameters, oid_start, oid_stop)
        except _Bad:
            if parameters[:1] == b"\x30":
                raise _Unsupported("explicit EC parameters") from None
        return _inner(lambda key: _sec1(key, named), data[start:stop])
    if algorithm in (OID_ED25519, OID_X25519):
        if parameters:
            raise _Inconsistent
        try:
            start, stop = _field(data, start, stop, der.OCTET_STRING)
        except _Bad:
            raise _Inconsistent from None
        if stop - start != 32:
            raise _Inconsistent
        if algorithm == OID_X25519:
            raise _Unsupported("X25519")
        return _ed25519(data[start:stop]), ()
    raise _Unsupported(_ALGORITHMS.get(algorithm, algorithm))


def _inner(reader: object, data: bytes) -> tuple[PublicKey, tuple[Refusal, ...]]:
    """A wrapped key; what is no key at all makes the wrapping inconsistent."""
    try:
        return reader(data)  # type: ignore[operator]
    except _Bad:
        raise _Inconsistent from None


def _ed25519(seed: bytes) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return ed25519_key(bytes.fromhex("302a300506032b6570032100") + public, public)


def _is_encrypted(data: bytes) -> bool:
    """Whether this is an EncryptedPrivateKeyInfo: an algorithm and a string of octets."""
    tag, at, end = der.read(data, 0, len(data))
    if tag != der.SEQUENCE:
        return False
    tag, start, at = der.read(data, at, end)
    return tag == der.SEQUENCE and der.read(data, start, at)[0] == der.OID and der.read(data, at, end)[0] == der.OCTET_STRING


def _is_dsa(data: bytes) -> bool:
    """Whether this is OpenSSL's structure of a DSA key: six numbers."""
    tag, at, end = der.read(data, 0, len(data))
    count = 0
    while tag == der.SEQUENCE and at < end:
        kind, _, at = der.read(data, at, end)
        if kind != der.INTEGER:
            return False
        count += 1
    return count == 6


# -- DER files and requests -------------------------------------------------------------------------------------------------------


def is_key_der(data: bytes) -> bool:
    """Whether the data has the structure of a private key, readable or not."""
    if _is_encrypted(data):
        return True
    for reader in (_pkcs1, _pkcs8, _sec1):
        try:
            reader(data)
        except _Bad:
            continue
        except (_Inconsistent, _Unsupported):
            pass
        return True
    return False


def algorithm_of(spki: bytes) -> str:
    """The name of a public key's algorithm, its dotted identifier where we know no name."""
    tag, at, end = der.read(spki, 0, len(spki))
    if tag == der.SEQUENCE:
        tag, at, end = der.read(spki, at, end)
    if tag != der.SEQUENCE:
        return ""
    tag, at, end = der.read(spki, at, end)
    identifier = der.long_oid(spki[at:end]) if tag == der.OID else ""
    return _ALGORITHMS.get(identifier, identifier)


def parse_request_cn(data: bytes) -> str:
    """The common name in the subject of a certificate signing request; "" if it cannot be read."""
    tag, at, end = der.read(data, 0, len(data))
    tag, at, end = der.read(data, at, end) if tag == der.SEQUENCE else (der.NO_TAG, 0, 0)
    if tag != der.SEQUENCE:
        return ""
    tag, _, at = der.read(data, at, end)
    if tag != der.INTEGER:
        return ""
    tag, _, stop = der.read(data, at, end)
    if tag != der.SEQUENCE:
        return ""
    try:
        return read_name(data[at:stop]).common_name
    except CertificateError:
        return ""
