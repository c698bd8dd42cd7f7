"""Certificates as Go's ``x509.ParseCertificate`` reads them (crypto/x509/parser.go), with what changed between Go 1.18 and 1.25.

Error texts are Go's.  A check that only some versions make is a `Refusal`; what all versions refuse is a `CertificateError`.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from dmls.pki import der
from dmls.pki.facts import (
    ANY_USAGE,
    CLIENT_AUTH,
    DSA,
    ECDSA,
    ED25519,
    GO_1_18,
    GO_1_21,
    GO_1_23,
    GO_1_24,
    GO_1_25,
    LATEST_GO,
    OTHER,
    RSA,
    SERVER_AUTH,
    X25519,
    Certificate,
    GoVersion,
    IPRange,
    Name,
    NameConstraints,
    PublicKey,
    Refusal,
)
from dmls.pki.identifiers import domain_valid, is_ip, is_plain_uri, mailbox, quote, uri

_GO_1_19, _GO_1_22 = (1, 19), (1, 22)

OID_RSA, OID_RSA_PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
OID_EC, OID_DSA = "1.2.840.10045.2.1", "1.2.840.10040.4.1"
OID_X25519, OID_ED25519 = "1.3.101.110", "1.3.101.112"

_NULL = b"\x05\x00"


class CertificateError(Exception):
    """No modelled Go version can read the certificate; the text is that of the latest."""


class Curve:
    """A curve over a prime field with a = -3, as all of Go's are."""

    __slots__ = ("b", "bits", "gx", "gy", "name", "order", "p", "size")

    def __init__(self, name: str, bits: int, p: int, b: str, order: str, gx: str, gy: str) -> None:
        self.name = name
        self.bits = bits
        self.size = (bits + 7) // 8
        self.p = p
        self.b = int(b, 16)
        self.order = int(order, 16)
        self.gx = int(gx, 16)
        self.gy = int(gy, 16)

    def has(self, x: int, y: int) -> bool:
        return x < self.p and y < self.p and (y * y - x * x * x + 3 * x - self.b) % self.p == 0


CURVES = {
    "1.3.132.0.33": Curve(
        "P-224",
        224,
        2**224 - 2**96 + 1,
        "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
        "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
        "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
        "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
    ),
    "1.2.840.10045.3.1.7": Curve(
        "P-256",
        256,
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    ),
    "1.3.132.0.34": Curve(
        "P-384",
        384,
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
    ),
    "1.3.132.0.35": Curve(
        "P-521",
        521,
        2**521 - 1,
        "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
        "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
        "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
    ),
}
"""Go's elliptic curves by their object identifiers."""


class _Refusals:
    """What only some versions refuse, in the order in which Go would come upon it."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[Refusal] = []

    def add(self, text: str, since: GoVersion = GO_1_18, until: GoVersion | None = None) -> None:
        self.found.append(Refusal(since, until, text))

    def text(self, go: GoVersion) -> str | None:
        return next((r.text for r in self.found if r.since <= go and (r.until is None or go < r.until)), None)


def parse(data: bytes) -> Certificate:
    """The certificate that is all of `data`.  Raises `CertificateError` with Go's text."""
    refusals = _Refusals()
    try:
        certificate = _parse(data, refusals)
    except CertificateError as error:
        raise CertificateError(refusals.text(LATEST_GO) or str(error)) from None
    if refusals.found:
        certificate.refusals = tuple(refusals.found)
        if all(certificate.refusal((1, minor)) for minor in range(GO_1_18[1], LATEST_GO[1] + 1)):
            raise CertificateError(certificate.refusal(LATEST_GO))
    return certificate


def _expect(data: bytes, at: int, end: int, tag: int, text: str) -> tuple[int, int]:
    found, start, stop = der.read(data, at, end)
    if found != tag:
        raise CertificateError(text)
    return start, stop


def _parse(data: bytes, refusals: _Refusals) -> Certificate:
    cert = Certificate()
    at, end = _expect(data, 0, len(data), der.SEQUENCE, "x509: malformed certificate")
    whole = end
    tbs_start = at
    at, tbs_end = _expect(data, at, end, der.SEQUENCE, "x509: malformed tbs certificate")

    cert.version = 1
    if at < tbs_end and data[at] == 0xA0:
        tag, start, stop = der.read(data, at, tbs_end)
        number_tag, number_start, number_stop = der.read(data, start, stop)
        version = der.integer(data, number_start, number_stop)
        if number_tag != der.INTEGER or number_stop != stop or version is None or not 0 <= version < 1 << 63:
            raise CertificateError("x509: malformed version")
        # Go's sum overflows at the largest number.
        cert.version = version + 1 if version != (1 << 63) - 1 else -(1 << 63)
        if cert.version > 3:
            raise CertificateError("x509: invalid version")
        at = stop

    start, at = _expect(data, at, tbs_end, der.INTEGER, "x509: malformed serial number")
    serial = der.integer(data, start, at)
    if serial is None:
        raise CertificateError("x509: malformed serial number")
    if serial < 0:
        refusals.add("x509: negative serial number", GO_1_23)
    cert.serial = serial

    start, at = _expect(data, at, tbs_end, der.SEQUENCE, "x509: malformed signature algorithm identifier")
    outer_start, outer_stop = _expect(data, tbs_end, end, der.SEQUENCE, "x509: malformed algorithm identifier")
    algorithm = data[start:at]
    if algorithm != data[outer_start:outer_stop]:
        raise CertificateError("x509: inner and outer signature algorithm identifiers don't match")
    cert.signature_algorithm = _signature_algorithm(algorithm, refusals)

    start = at
    _, at = _expect(data, at, tbs_end, der.SEQUENCE, "x509: malformed issuer")
    cert.issuer = _name(data[start:at], refusals)

    validity, at = _expect(data, at, tbs_end, der.SEQUENCE, "x509: malformed validity")
    cert.not_before, validity = _time(data, validity, at, refusals)
    cert.not_after, _ = _time(data, validity, at, refusals)

    start = at
    # Go says "issuer" here, too.
    _, at = _expect(data, at, tbs_end, der.SEQUENCE, "x509: malformed issuer")
    cert.subject = cert.issuer if data[start:at] == cert.issuer.raw and not refusals.found else _name(data[start:at], refusals)

    start = at
    _, at = _expect(data, at, tbs_end, der.SEQUENCE, "x509: malformed spki")
    cert.public_key = _public_key(data[start:at], refusals)

    if cert.version > 1:
        for unique_id, text in ((0x81, "x509: malformed issuerUniqueID"), (0x82, "x509: malformed subjectUniqueID")):
            if at < tbs_end and data[at] == unique_id:
                _, at = _expect(data, at, tbs_end, unique_id, text)
        if cert.version == 3 and at < tbs_end and data[at] == 0xA3:
            start, stop = _expect(data, at, tbs_end, 0xA3, "x509: malformed extensions")
            start, stop = _expect(data, start, stop, der.SEQUENCE, "x509: malformed extensions")
            _extensions(cert, data, start, stop, refusals)

    start, stop = _expect(data, outer_stop, end, der.BIT_STRING, "x509: malformed signature")
    signature = der.bit_string(data, start, stop)
    if signature is None:
        raise CertificateError("x509: malformed signature")
    cert.signature = der.right_aligned(signature)
    if whole != len(data):
        refusals.add("x509: trailing data")
    cert.der = bytes(data)
    cert.tbs = data[tbs_start:tbs_end]
    cert.fingerprint = sha256(data).digest()
    return cert


def _oid(data: bytes, at: int, end: int, text: str, refusals: _Refusals) -> tuple[str, int]:
    """The object identifier at `at` and where it ends.  Go 1.20 and before did not ask for the shortest form."""
    start, stop = _expect(data, at, end, der.OID, text)
    dotted, shortest = der.oid(data[start:stop])
    if not dotted:
        raise CertificateError(text)
    if not shortest:
        refusals.add(text, GO_1_21)
    return dotted, stop


def _algorithm(data: bytes, at: int, end: int, refusals: _Refusals) -> tuple[str, bytes]:
    """The object identifier and the parameters, a whole element or nothing, of an AlgorithmIdentifier's content."""
    dotted, at = _oid(data, at, end, "x509: malformed OID", refusals)
    if at == end:
        return dotted, b""
    tag, _, stop = der.read(data, at, end)
    if tag == der.NO_TAG:
        raise CertificateError("x509: malformed parameters")
    return dotted, data[at:stop]


# -- times ------------------------------------------------------------------------------------------------------------------------


def _time(data: bytes, at: int, end: int, refusals: _Refusals) -> tuple[int, int]:
    kind = data[at] if at < end else der.NO_TAG
    if kind == der.UTC_TIME:
        text = "x509: malformed UTCTime"
    elif kind == der.GENERALIZED_TIME:
        text = "x509: malformed GeneralizedTime"
    else:
        raise CertificateError("x509: unsupported time format")
    start, stop = _expect(data, at, end, kind, text)
    moment = der.time(kind, data[start:stop])
    if moment is None:
        raise CertificateError(text)
    if moment[1] > 24:
        refusals.add(text, GO_1_23)
    return moment[0], stop


# -- names ------------------------------------------------------------------------------------------------------------------------

_PRINTABLE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'()+,-./ :=?*&")
_STRICTLY_PRINTABLE = _PRINTABLE - frozenset(b"*&")
_NUMERIC = frozenset(b"0123456789 ")
_ATTRIBUTES = {
    "2.5.4.6": "C",
    "2.5.4.8": "ST",
    "2.5.4.7": "L",
    "2.5.4.9": "STREET",
    "2.5.4.17": "POSTALCODE",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.3": "CN",
    "2.5.4.5": "SERIALNUMBER",
}
"""In the order in which Go writes them."""
_SINGLE = ("CN", "SERIALNUMBER")
_ESCAPED = frozenset(',+"\\<>;')


def _name(raw: bytes, refusals: _Refusals) -> Name:
    name, found = _read_name(raw) if len(raw) <= 4096 else _read_name.__wrapped__(raw)
    if found:
        refusals.found += found
    return name


def read_name(raw: bytes) -> Name:
    """The name in the DER `raw`.  Raises `CertificateError`."""
    return _name(raw, _Refusals())


@lru_cache(maxsize=512)
def _read_name(raw: bytes) -> tuple[Name, tuple[Refusal, ...]]:
    """The name in the DER `raw`, with what some versions refuse in it."""
    refusals = _Refusals()
    try:
        attributes = _attributes(raw, refusals)
    except CertificateError as error:
        raise CertificateError(refusals.text(LATEST_GO) or str(error)) from None
    common_name = ""
    for kind, value in attributes:
        if kind == "2.5.4.3":
            common_name = value
    return Name(raw, common_name, _name_text(attributes)), tuple(refusals.found)


def _attributes(raw: bytes, refusals: _Refusals) -> list[tuple[str, str]]:
    malformed = "x509: invalid RDNSequence"
    at, end = _expect(raw, 0, len(raw), der.SEQUENCE, malformed)
    attributes: list[tuple[str, str]] = []
    while at < end:
        one, at = _expect(raw, at, end, der.SET, malformed)
        while one < at:
            start, one = _expect(raw, one, at, der.SEQUENCE, f"{malformed}: invalid attribute")
            kind, start = _oid(raw, start, one, f"{malformed}: invalid attribute type", refusals)
            tag, start, stop = der.read(raw, start, one)
            if tag == der.NO_TAG:
                raise CertificateError(f"{malformed}: invalid attribute value")
            value = _string(tag, raw[start:stop], refusals)
            attributes.append((kind, value))
    return attributes


def _string(tag: int, value: bytes, refusals: _Refusals) -> str:
    problem = f"unsupported string type: {tag}"
    if tag == der.UTF8_STRING:
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            problem = "invalid UTF-8 string"
    elif tag == der.PRINTABLE_STRING:
        if _PRINTABLE.issuperset(value):
            return value.decode("ascii")
        problem = "invalid PrintableString"
    elif tag == der.IA5_STRING:
        if value.isascii():
            return value.decode("ascii")
        problem = "invalid IA5String"
    elif tag == der.T61_STRING:
        return value.decode("latin-1")
    elif tag == der.NUMERIC_STRING:
        if _NUMERIC.issuperset(value):
            return value.decode("ascii")
        problem = "invalid NumericString"
    elif tag == der.BMP_STRING:
        problem = "invalid BMPString"
        if len(value) % 2 == 0:
            if value[-2:] == b"\0\0":
                value = value[:-2]
            units = [value[i] << 8 | value[i + 1] for i in range(0, len(value), 2)]
            if any(u >= 0xFFFE or 0xFDD0 <= u <= 0xFDEF or 0xD800 <= u <= 0xDFFF for u in units):
                refusals.add(f"x509: invalid RDNSequence: invalid attribute value: {problem}", GO_1_25)
            return value.decode("utf-16-be", "replace")
    raise CertificateError(f"x509: invalid RDNSequence: invalid attribute value: {problem}")


def _name_text(attributes: list[tuple[str, str]]) -> str:
    """``pkix.Name.String``: the known attributes in Go's order, last first, and the others behind them."""
    known: dict[str, list[str]] = {}
    parts: list[str] = []
    for kind, value in attributes:
        label = _ATTRIBUTES.get(kind)
        if label is None:
            parts.append(f"{kind}=#{_marshalled(value).hex()}")
        elif label in _SINGLE:
            known[label] = [value]
        else:
            known.setdefault(label, []).append(value)
    for label in _ATTRIBUTES.values():
        values = known.get(label)
        if values and (values[0] or label not in _SINGLE):
            parts.append("+".join(f"{label}={_escaped(value)}" for value in values))
    return ",".join(reversed(parts))


def _escaped(value: str) -> str:
    if not value:
        return value
    last = len(value) - 1
    return "".join(f"\\{c}" if c in _ESCAPED or c == " " and i in (0, last) or c == "#" and i == 0 else c for i, c in enumerate(value))


def _marshalled(value: str) -> bytes:
    """``asn1.Marshal`` of a string."""
    data = value.encode("utf-8", "replace")
    length = len(data)
    tag = der.PRINTABLE_STRING if _STRICTLY_PRINTABLE.issuperset(data) else der.UTF8_STRING
    if length < 0x80:
        return bytes((tag, length)) + data
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + data


# -- keys and algorithms ----------------------------------------------------------------------------------------------------------


def _public_key(spki: bytes, refusals: _Refusals) -> PublicKey:
    at, end = _expect(spki, 0, len(spki), der.SEQUENCE, "x509: malformed spki")
    start, at = _expect(spki, at, end, der.SEQUENCE, "x509: malformed public key algorithm identifier")
    algorithm, parameters = _algorithm(spki, start, at, refusals)
    start, stop = _expect(spki, at, end, der.BIT_STRING, "x509: malformed subjectPublicKey")
    bits = der.bit_string(spki, start, stop)
    if bits is None:
        raise CertificateError("x509: malformed subjectPublicKey")
    key = der.right_aligned(bits)
    if algorithm == OID_RSA:
        return _rsa_key(spki, key, parameters)
    if algorithm == OID_EC:
        return _ec_key(spki, key, parameters, refusals)
    if algorithm == OID_ED25519:
        if parameters:
            raise CertificateError("x509: Ed25519 key encoded with illegal parameters")
        if len(key) != 32:
            raise CertificateError("x509: wrong Ed25519 public key size")
        return ed25519_key(spki, key)
    if algorithm == OID_DSA:
        return _dsa_key(spki, key, parameters)
    if algorithm == OID_X25519 and not parameters and len(key) == 32:
        return PublicKey(X25519, 256, "", spki, b"X25519" + key)
    return PublicKey(OTHER, 0, "", spki, b"other" + spki)


def rsa_key(spki: bytes, modulus: int, exponent: int) -> PublicKey:
    """The exponent takes the last 8 bytes of `identity`, so that moduli can be compared alone, as Go does."""
    bits = modulus.bit_length()
    return PublicKey(RSA, bits, "", spki, b"RSA" + modulus.to_bytes((bits + 7) // 8, "big") + exponent.to_bytes(8, "big"))


def ec_key(spki: bytes, curve: Curve, point: bytes) -> PublicKey:
    """`point` in the uncompressed form."""
    return PublicKey(ECDSA, curve.bits, curve.name, spki, curve.name.encode() + point)


def ed25519_key(spki: bytes, key: bytes) -> PublicKey:
    return PublicKey(ED25519, 256, "", spki, b"Ed25519" + key)


def _rsa_key(spki: bytes, key: bytes, parameters: bytes) -> PublicKey:
    if parameters != _NULL:
        raise CertificateError("x509: RSA key missing NULL parameters")
    at, end = _expect(key, 0, len(key), der.SEQUENCE, "x509: invalid RSA public key")
    start, at = _expect(key, at, end, der.INTEGER, "x509: invalid RSA modulus")
    modulus = der.integer(key, start, at)
    if modulus is None:
        raise CertificateError("x509: invalid RSA modulus")
    start, at = _expect(key, at, end, der.INTEGER, "x509: invalid RSA public exponent")
    exponent = der.integer(key, start, at)
    if exponent is None or not -(1 << 63) <= exponent < 1 << 63:
        raise CertificateError("x509: invalid RSA public exponent")
    if modulus <= 0:
        raise CertificateError("x509: RSA modulus is not a positive number")
    if exponent <= 0:
        raise CertificateError("x509: RSA public exponent is not a positive number")
    return rsa_key(spki, modulus, exponent)


def _ec_key(spki: bytes, key: bytes, parameters: bytes, refusals: _Refusals) -> PublicKey:
    named, _ = _oid(parameters, 0, len(parameters), "x509: invalid ECDSA parameters", refusals)
    curve = CURVES.get(named)
    if curve is None:
        raise CertificateError("x509: unsupported elliptic curve")
    size = curve.size
    if len(key) != 1 + 2 * size or key[0] != 4 or not curve.has(int.from_bytes(key[1 : 1 + size], "big"), int.from_bytes(key[1 + size :], "big")):
        raise CertificateError("x509: failed to unmarshal elliptic curve point")
    return ec_key(spki, curve, key)


def _dsa_key(spki: bytes, key: bytes, parameters: bytes) -> PublicKey:
    tag, start, stop = der.read(key, 0, len(key))
    numbers = [der.integer(key, start, stop) if tag == der.INTEGER else None]
    if numbers[0] is None:
        raise CertificateError("x509: invalid DSA public key")
    malformed = "x509: invalid DSA parameters"
    at, end = _expect(parameters, 0, len(parameters), der.SEQUENCE, malformed)
    for _ in "pqg":
        start, at = _expect(parameters, at, end, der.INTEGER, malformed)
        number = der.integer(parameters, start, at)
        if number is None:
            raise CertificateError(malformed)
        numbers.append(number)
    if min(number or 0 for number in numbers) <= 0:
        raise CertificateError("x509: zero or negative DSA parameter")
    identity = " ".join(format(number or 0, "x") for number in numbers)
    return PublicKey(DSA, (numbers[1] or 0).bit_length(), "", spki, b"DSA" + identity.encode())


_SIGNATURE_ALGORITHMS = {
    "1.2.840.113549.1.1.4": "MD5-RSA",
    "1.2.840.113549.1.1.5": "SHA1-RSA",
    "1.3.14.3.2.29": "SHA1-RSA",
    "1.2.840.113549.1.1.11": "SHA256-RSA",
    "1.2.840.113549.1.1.12": "SHA384-RSA",
    "1.2.840.113549.1.1.13": "SHA512-RSA",
    "1.2.840.10040.4.3": "DSA-SHA1",
    "2.16.840.1.101.3.4.3.2": "DSA-SHA256",
    "1.2.840.10045.4.1": "ECDSA-SHA1",
    "1.2.840.10045.4.3.2": "ECDSA-SHA256",
    "1.2.840.10045.4.3.3": "ECDSA-SHA384",
    "1.2.840.10045.4.3.4": "ECDSA-SHA512",
    OID_ED25519: "Ed25519",
}
_PSS_HASHES = {
    ("2.16.840.1.101.3.4.2.1", 32): "SHA256-RSAPSS",
    ("2.16.840.1.101.3.4.2.2", 48): "SHA384-RSAPSS",
    ("2.16.840.1.101.3.4.2.3", 64): "SHA512-RSAPSS",
}
_OID_MGF1 = "1.2.840.113549.1.1.8"


def _signature_algorithm(content: bytes, refusals: _Refusals) -> str:
    algorithm, parameters = _algorithm(content, 0, len(content), refusals)
    if algorithm == OID_RSA_PSS:
        return _pss(parameters)
    if algorithm == OID_ED25519 and parameters:
        return ""
    return _SIGNATURE_ALGORITHMS.get(algorithm, "")


def _pss(parameters: bytes) -> str:
    """Go's name for RSA-PSS with these parameters: only with one hash throughout and a salt of its length."""
    tag, at, end = der.read(parameters, 0, len(parameters))
    if tag != der.SEQUENCE:
        return ""
    fields: list[tuple[str, bytes]] = []
    for number in (0xA0, 0xA1):
        tag, start, stop = der.read(parameters, at, end)
        algorithm = _strict_algorithm(parameters, start, stop)
        if tag != number or algorithm is None:
            return ""
        # Go goes on behind the algorithm, not behind its wrapping.
        dotted, rest, at = algorithm
        fields.append((dotted, rest))
    salt_length, at = _wrapped_integer(parameters, at, end, 0xA2)
    if salt_length is None:
        return ""
    trailer: int | None = 1
    if at < end and parameters[at] == 0xA3:
        trailer, at = _wrapped_integer(parameters, at, end, 0xA3)
    (hash_name, hash_parameters), (mask, mask_parameters) = fields
    mask_hash = _strict_algorithm(mask_parameters, 0, len(mask_parameters))
    if mask_hash is None or mask_hash[0] != hash_name or mask_hash[1] not in (b"", _NULL):
        return ""
    if hash_parameters not in (b"", _NULL) or mask != _OID_MGF1 or trailer != 1:
        return ""
    return _PSS_HASHES.get((hash_name, salt_length), "")


def _strict_algorithm(data: bytes, at: int, end: int) -> tuple[str, bytes, int] | None:
    """Object identifier and parameters of the AlgorithmIdentifier at `at`, and where it ends."""
    tag, start, stop = der.read(data, at, end)
    if tag != der.SEQUENCE:
        return None
    tag, oid_start, oid_stop = der.read(data, start, stop)
    if tag != der.OID:
        return None
    dotted, shortest = der.oid(data[oid_start:oid_stop])
    if not dotted or not shortest:
        return None
    if oid_stop == stop:
        return dotted, b"", stop
    tag, _, rest_stop = der.read(data, oid_stop, stop)
    return None if tag == der.NO_TAG else (dotted, data[oid_stop:rest_stop], stop)


def _wrapped_integer(data: bytes, at: int, end: int, wrapping: int) -> tuple[int | None, int]:
    outer, start, stop = der.read(data, at, end)
    tag, start, stop = der.read(data, start, stop)
    if outer != wrapping or tag != der.INTEGER:
        return None, end
    return der.integer(data, start, stop), stop


# -- extensions -------------------------------------------------------------------------------------------------------------------

KEY_USAGE, SUBJECT_KEY_ID, AUTHORITY_KEY_ID = "2.5.29.15", "2.5.29.14", "2.5.29.35"
SUBJECT_ALT_NAME, BASIC_CONSTRAINTS, NAME_CONSTRAINTS = "2.5.29.17", "2.5.29.19", "2.5.29.30"
EXT_KEY_USAGE, CRL_DISTRIBUTION_POINTS = "2.5.29.37", "2.5.29.31"
CERTIFICATE_POLICIES, POLICY_MAPPINGS, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY = "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"
AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1"

_USAGES = {
    "2.5.29.37.0": ANY_USAGE,
    "1.3.6.1.5.5.7.3.1": SERVER_AUTH,
    "1.3.6.1.5.5.7.3.2": CLIENT_AUTH,
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.5": "ipsecEndSystem",
    "1.3.6.1.5.5.7.3.6": "ipsecTunnel",
    "1.3.6.1.5.5.7.3.7": "ipsecUser",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "1.3.6.1.4.1.311.10.3.3": "msSGC",
    "2.16.840.1.113730.4.1": "nsSGC",
    "1.3.6.1.4.1.311.2.1.22": "msCodeCom",
    "1.3.6.1.4.1.311.61.1.1": "msKernelCode",
}

_CONSTRAINTS = {0x81: "rfc822Name", 0x82: "dnsName", 0x86: "URI"}
_NAME_RULES: tuple[tuple[GoVersion, GoVersion | None], ...] = ((GO_1_18, GO_1_23), (GO_1_23, GO_1_24), (GO_1_24, None))
"""Go 1.23 and 1.24 changed what a domain is, 1.24 also what may stand in brackets in a URI."""


def _extensions(cert: Certificate, data: bytes, at: int, end: int, refusals: _Refusals) -> None:
    found: list[tuple[str, bool, bytes]] = []
    seen: set[str] = set()
    while at < end:
        start, at = _expect(data, at, end, der.SEQUENCE, "x509: malformed extension")
        name, start = _oid(data, start, at, "x509: malformed extension OID field", refusals)
        critical: bool | None = False
        if start < at and data[start] == der.BOOLEAN:
            value_start, start = _expect(data, start, at, der.BOOLEAN, "x509: malformed extension critical field")
            critical = der.boolean(data, value_start, start)
            if critical is None:
                raise CertificateError("x509: malformed extension critical field")
        value_start, start = _expect(data, start, at, der.OCTET_STRING, "x509: malformed extension value field")
        if name in seen:
            refusals.add("x509: certificate contains duplicate extensions", _GO_1_19, GO_1_23)
            refusals.add(f'x509: certificate contains duplicate extension with OID "{name}"', GO_1_23)
        seen.add(name)
        found.append((name, critical, data[value_start:start]))
    cert.extensions = tuple(name for name, _, _ in found)
    unhandled: list[tuple[str, GoVersion | None]] = []
    for name, critical, value in found:
        reader = _READERS.get(name)
        handled = reader is not None and reader(cert, critical, value, refusals)
        if critical:
            if not handled:
                unhandled.append((name, None))
            elif name in _SINCE_1_24:
                unhandled.append((name, GO_1_24))
    cert.unhandled_critical = tuple(unhandled)


def _key_usage(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    start, stop = _expect(value, 0, len(value), der.BIT_STRING, "x509: invalid key usage")
    bits = der.bit_string(value, start, stop)
    if bits is None:
        raise CertificateError("x509: invalid key usage")
    usage = 0
    # Unused bits are zero.
    for i in range(min(9, 8 * len(bits[0]))):
        if bits[0][i // 8] & 0x80 >> i % 8:
            usage |= 1 << i
    cert.key_usage = usage
    return True


def _basic_constraints(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    malformed = "x509: invalid basic constraints"
    at, end = _expect(value, 0, len(value), der.SEQUENCE, malformed)
    is_ca: bool | None = False
    if at < end and value[at] == der.BOOLEAN:
        start, at = _expect(value, at, end, der.BOOLEAN, malformed)
        is_ca = der.boolean(value, start, at)
        if is_ca is None:
            raise CertificateError(malformed)
    length: int | None = -1
    if at < end and value[at] == der.INTEGER:
        start, at = _expect(value, at, end, der.INTEGER, malformed)
        length = der.integer(value, start, at)
        if length is None or not -(1 << 63) <= length < 1 << 63:
            raise CertificateError(malformed)
        if length < 0:
            refusals.add(malformed, GO_1_25)
    cert.basic_constraints = True
    cert.is_ca = is_ca
    cert.max_path_len = max(length, -1)
    return True


def _alternative_names(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    at, end = _expect(value, 0, len(value), der.SEQUENCE, "x509: invalid subject alternative names")
    dns: list[str] = []
    emails: list[str] = []
    addresses: list[bytes] = []
    uris: list[str] = []
    while at < end:
        tag, start, at = der.read(value, at, end)
        if tag == der.NO_TAG:
            raise CertificateError("x509: invalid subject alternative name")
        name = value[start:at]
        if tag == 0x82:
            if not name.isascii():
                raise CertificateError("x509: SAN dNSName is malformed")
            dns.append(name.decode("ascii"))
        elif tag == 0x87:
            if len(name) not in (4, 16):
                raise CertificateError(f"x509: cannot parse IP address of length {len(name)}")
            addresses.append(name)
        elif tag == 0x81:
            if not name.isascii():
                raise CertificateError("x509: SAN rfc822Name is malformed")
            emails.append(name.decode("ascii"))
        elif tag == 0x86:
            if not name.isascii():
                raise CertificateError("x509: SAN uniformResourceIdentifier is malformed")
            _check_uri(name, refusals)
            uris.append(name.decode("ascii"))
    cert.has_san = True
    cert.dns_names, cert.email_addresses, cert.ip_addresses, cert.uris = tuple(dns), tuple(emails), tuple(addresses), tuple(uris)
    return bool(dns or emails or addresses or uris)


def _check_uri(name: bytes, refusals: _Refusals) -> None:
    text = name.decode("ascii")
    if is_plain_uri(text):
        return
    readings = uri(text, False), uri(text, True)
    for since, until in _NAME_RULES:
        found = readings[since >= GO_1_24]
        if found.error:
            refusals.add(f"x509: cannot parse URI {quote(name)}: {found.error}", since, until)
        elif not domain_valid(found.host, False, since):
            refusals.add(f"x509: cannot parse URI {quote(name)}: invalid domain", since, until)


def _usages(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    malformed = "x509: invalid extended key usages"
    at, end = _expect(value, 0, len(value), der.SEQUENCE, malformed)
    usages: list[str] = []
    while at < end:
        usage, at = _oid(value, at, end, malformed, refusals)
        usages.append(_USAGES.get(usage, usage))
    cert.extended_key_usages = tuple(usages)
    return True


def _name_constraints(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    malformed = "x509: invalid NameConstraints extension"
    at, end = _expect(value, 0, len(value), der.SEQUENCE, malformed)
    if end != len(value):
        raise CertificateError(malformed)
    subtrees: list[tuple[int, int]] = []
    for tag in (0xA0, 0xA1):
        start = stop = at
        if at < end and value[at] == tag:
            start, stop = _expect(value, at, end, tag, malformed)
            at = stop
        subtrees.append((start, stop))
    if at != end:
        raise CertificateError(malformed)
    if all(start == stop for start, stop in subtrees):
        raise CertificateError("x509: empty name constraints extension")
    handled = True
    lists: list[dict[int, list[str] | list[IPRange]]] = []
    for start, stop in subtrees:
        kinds, known = _subtrees(value, start, stop, refusals)
        lists.append(kinds)
        handled = handled and known
    permitted, excluded = lists
    cert.name_constraints = NameConstraints(
        critical,
        *(tuple(kinds[tag]) for tag in (0x82, 0x87, 0x81, 0x86) for kinds in (permitted, excluded)),
    )
    return handled


def _subtrees(value: bytes, at: int, end: int, refusals: _Refusals) -> tuple[dict[int, list], bool]:
    """The constraints by the tags of their kinds, and whether Go knows all kinds."""
    kinds: dict[int, list] = {0x81: [], 0x82: [], 0x86: [], 0x87: []}
    known = True
    while at < end:
        start, at = _expect(value, at, end, der.SEQUENCE, "x509: invalid NameConstraints extension")
        tag, start, stop = der.read(value, start, at)
        if tag == der.NO_TAG:
            raise CertificateError("x509: invalid NameConstraints extension")
        base = value[start:stop]
        if tag == 0x87:
            kinds[tag].append(_ip_range(base))
        elif tag in kinds:
            if not base.isascii():
                raise CertificateError(f"x509: invalid constraint value: x509: {quote(base)} cannot be encoded as an IA5String")
            text = base.decode("ascii")
            kind = _CONSTRAINTS[tag]
            if tag == 0x86 and is_ip(text):
                raise CertificateError(f"x509: failed to parse URI constraint {quote(base)}: cannot be IP address")
            for since, until in _NAME_RULES:
                exact = tag == 0x81 and "@" in text
                if not (mailbox(text, since) if exact else domain_valid(text, True, since)):
                    refusals.add(f"x509: failed to parse {kind} constraint {quote(base)}", since, until)
            kinds[tag].append(text)
        else:
            known = False
    return kinds, known


def _ip_range(base: bytes) -> IPRange:
    half = len(base) // 2
    if len(base) not in (8, 32):
        raise CertificateError(f"x509: IP constraint contained value of length {len(base)}")
    mask = base[half:]
    inverted = int.from_bytes(mask, "big") ^ ((1 << 8 * half) - 1)
    if inverted & inverted + 1:
        raise CertificateError(f"x509: IP constraint contained invalid mask {mask.hex()}")
    return IPRange(base[:half], mask)


def _distribution_points(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    malformed = "x509: invalid CRL distribution point"
    at, end = _expect(value, 0, len(value), der.SEQUENCE, "x509: invalid CRL distribution points")
    while at < end:
        start, at = _expect(value, at, end, der.SEQUENCE, malformed)
        if start < at and value[start] == 0xA0:
            start, stop = _expect(value, start, at, 0xA0, malformed)
            start, stop = _expect(value, start, stop, 0xA0, malformed)
            while start < stop and value[start] == 0x86:
                _, start = _expect(value, start, stop, 0x86, malformed)
    return True


def _authority_key_id(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    malformed = "x509: invalid authority key identifier"
    if critical:
        refusals.add("x509: authority key identifier incorrectly marked critical", GO_1_23)
    at, end = _expect(value, 0, len(value), der.SEQUENCE, malformed)
    if at < end and value[at] == 0x80:
        start, stop = _expect(value, at, end, 0x80, malformed)
        cert.authority_key_id = value[start:stop]
    return True


def _subject_key_id(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    if critical:
        refusals.add("x509: subject key identifier incorrectly marked critical", GO_1_23)
    start, stop = _expect(value, 0, len(value), der.OCTET_STRING, "x509: invalid subject key identifier")
    cert.subject_key_id = value[start:stop]
    return True


def _authority_info(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    malformed = "x509: invalid authority info access"
    if critical:
        refusals.add("x509: authority info access incorrectly marked critical", GO_1_23)
    at, end = _expect(value, 0, len(value), der.SEQUENCE, malformed)
    while at < end:
        start, at = _expect(value, at, end, der.SEQUENCE, malformed)
        _, start = _oid(value, start, at, malformed, refusals)
        if start < at and value[start] == 0x86:
            _expect(value, start, at, 0x86, malformed)
    return True


def _certificate_policies(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    malformed = "x509: invalid certificate policies"
    at, end = _expect(value, 0, len(value), der.SEQUENCE, malformed)
    policies: list[str] = []
    seen: set[bytes] = set()
    while at < end:
        start, at = _expect(value, at, end, der.SEQUENCE, malformed)
        start, stop = _expect(value, start, at, der.OID, malformed)
        content = value[start:stop]
        if content in seen:
            refusals.add(malformed, GO_1_24)
        seen.add(content)
        dotted = der.long_oid(content)
        narrow, shortest = der.oid(content)
        if not dotted and not narrow:
            raise CertificateError(malformed)
        if not shortest or not dotted:
            refusals.add(malformed, GO_1_21)
        elif not narrow:
            refusals.add(malformed, GO_1_18, _GO_1_22)
        policies.append(dotted or narrow)
    cert.policies = cert.policies._replace(identifiers=tuple(policies))
    return True


def _policy_mappings(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    malformed = "x509: invalid policy mappings extension"
    mappings: list[tuple[str, str]] = []
    try:
        at, end = _expect(value, 0, len(value), der.SEQUENCE, malformed)
        while at < end:
            start, at = _expect(value, at, end, der.SEQUENCE, malformed)
            issuer, start = _expect(value, start, at, der.OID, malformed)
            subject, stop = _expect(value, start, at, der.OID, malformed)
            mappings.append((_any_oid(value[issuer:start]), _any_oid(value[subject:stop])))
    except CertificateError as error:
        refusals.add(str(error), GO_1_24)
    cert.policies = cert.policies._replace(mappings=tuple(mappings))
    return True


def _any_oid(content: bytes) -> str:
    """Go keeps the bytes of these identifiers, whatever they are; what is none is shown in hexadecimal."""
    return der.long_oid(content) or f"#{content.hex()}"


def _policy_constraints(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    malformed = "x509: invalid policy constraints extension"
    numbers = [-1, -1]
    try:
        at, end = _expect(value, 0, len(value), der.SEQUENCE, malformed)
        for i in range(2):
            if at < end and value[at] == 0x80 + i:
                start, at = _expect(value, at, end, 0x80 + i, malformed)
                number = der.integer(value, start, at)
                if number is None or not -(1 << 63) <= number < 1 << 63:
                    raise CertificateError(malformed)
                numbers[i] = number
    except CertificateError as error:
        refusals.add(str(error), GO_1_24)
    cert.policies = cert.policies._replace(require_explicit=max(numbers[0], -1), inhibit_mapping=max(numbers[1], -1))
    return True


def _inhibit_any_policy(cert: Certificate, critical: bool, value: bytes, refusals: _Refusals) -> bool:
    tag, start, stop = der.read(value, 0, len(value))
    number = der.integer(value, start, stop) if tag == der.INTEGER else None
    if number is None or not -(1 << 63) <= number < 1 << 63:
        refusals.add("x509: invalid inhibit any policy extension", GO_1_24)
        number = -1
    cert.policies = cert.policies._replace(inhibit_any=max(number, -1))
    return True


_READERS = {
    KEY_USAGE: _key_usage,
    BASIC_CONSTRAINTS: _basic_constraints,
    SUBJECT_ALT_NAME: _alternative_names,
    NAME_CONSTRAINTS: _name_constraints,
    CRL_DISTRIBUTION_POINTS: _distribution_points,
    AUTHORITY_KEY_ID: _authority_key_id,
    SUBJECT_KEY_ID: _subject_key_id,
    EXT_KEY_USAGE: _usages,
    AUTHORITY_INFO_ACCESS: _authority_info,
    CERTIFICATE_POLICIES: _certificate_policies,
    POLICY_MAPPINGS: _policy_mappings,
    POLICY_CONSTRAINTS: _policy_constraints,
    INHIBIT_ANY_POLICY: _inhibit_any_policy,
}
_SINCE_1_24 = frozenset((POLICY_MAPPINGS, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY))
