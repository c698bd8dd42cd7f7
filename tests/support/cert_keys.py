"""Keys of every kind that a scenario may meet, made when first asked for and kept for the process; none lies in the repository.

What `cryptography` refuses (RSA below 1024 bits, MD5, SM2) is done here with plain numbers.  These keys protect nothing.
"""

from __future__ import annotations

import base64
import os
import random
from functools import cache, cached_property
from hashlib import md5, new, pbkdf2_hmac
from math import gcd
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, x448, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from support import der

PASSWORD = b"test"
"""Of everything that is encrypted."""

RSA_OID, PSS_OID, DSA_OID, EC_OID = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10040.4.1", "1.2.840.10045.2.1"
_HASH_OIDS = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_RSA_SIGNATURES = {"md5": 4, "sha1": 5, "sha224": 14, "sha256": 11, "sha384": 12, "sha512": 13}
_ECDSA_SIGNATURES = {"sha1": "1", "sha224": "3.1", "sha256": "3.2", "sha384": "3.3", "sha512": "3.4"}
_DSA_SIGNATURES = {"sha1": "1.2.840.10040.4.3", "sha224": "2.16.840.1.101.3.4.3.1", "sha256": "2.16.840.1.101.3.4.3.2"}


class CannotMake(ValueError):
    """The wish makes no sense, such as SEC 1 for an RSA key."""


def pem(label: str, data: bytes, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    """A PEM block with lines of 64 characters."""
    text = base64.b64encode(data).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    head = [f"{name}: {value}" for name, value in headers] + [""] if headers else []
    return "\n".join([f"-----BEGIN {label}-----", *head, *lines, f"-----END {label}-----", ""]).encode()


def digest(name: str, data: bytes) -> bytes:
    return new(name, data, usedforsecurity=False).digest()


class Key:
    """A private key.  `kind` is how scenarios call it, `spki` the DER of its SubjectPublicKeyInfo."""

    kind: str
    spki: bytes
    default_hash = "sha256"
    old_label = ""
    """Label of the key's traditional PEM form, "" where there is none."""

    def sign(self, data: bytes, algorithm: str) -> tuple[bytes, bytes]:
        """The DER of the AlgorithmIdentifier and the signature.  Algorithms: md5, sha1 … sha512, pss, pss384, pss512."""
        raise CannotMake(f"a key of kind {self.kind} cannot sign with {algorithm}")

    def traditional(self) -> bytes:
        """The DER of PKCS#1, SEC 1 or OpenSSL's DSA form."""
        raise CannotMake(f"a key of kind {self.kind} has only PKCS#8")

    def pkcs8(self) -> bytes:
        raise NotImplementedError

    def inconsistent(self) -> bytes:
        """The DER of PKCS#8 with numbers that do not make a key."""
        raise CannotMake(f"a key of kind {self.kind} has no inconsistent form")

    def private_der(self, form: str = "pkcs8") -> bytes:
        """Forms: pkcs8, pkcs1, sec1, traditional, inconsistent, encrypted."""
        if form == "pkcs8":
            return self.pkcs8()
        if form == "inconsistent":
            return self.inconsistent()
        if form == "encrypted":
            return _encrypted_pkcs8(self.pkcs8())
        if form == "traditional" or (form, self.old_label) in (("pkcs1", "RSA PRIVATE KEY"), ("sec1", "EC PRIVATE KEY")):
            return self.traditional()
        raise CannotMake(f"a key of kind {self.kind} has no form {form}")

    def private_pem(self, form: str = "pkcs8") -> bytes:
        """Forms: those of `private_der`, encrypted-traditional, openssh."""
        if form == "openssh":
            loaded = serialization.load_der_private_key(self.pkcs8(), None)
            return loaded.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
        if form in ("encrypted-pkcs1", "encrypted-sec1", "encrypted-traditional"):
            return _encrypted_traditional(self.old_label, self.private_der(form.partition("-")[2]))
        labels = {"pkcs8": "PRIVATE KEY", "inconsistent": "PRIVATE KEY", "encrypted": "ENCRYPTED PRIVATE KEY"}
        return pem(labels.get(form, self.old_label), self.private_der(form))

    @property
    def identifier(self) -> bytes:
        """A subject key identifier: SHA-1 of the SubjectPublicKeyInfo."""
        return digest("sha1", self.spki)


def _encrypted_pkcs8(plain: bytes) -> bytes:
    salt, iv = os.urandom(16), os.urandom(16)
    secret = pbkdf2_hmac("sha256", PASSWORD, salt, 2048, 32)
    kdf = der.seq(
        der.oid("1.2.840.113549.1.5.12"),
        der.seq(der.octets(salt), der.integer(2048), der.seq(der.oid("1.2.840.113549.2.9"), der.null())),
    )
    cipher = der.seq(der.oid("2.16.840.1.101.3.4.1.42"), der.octets(iv))
    return der.seq(der.seq(der.oid("1.2.840.113549.1.5.13"), der.seq(kdf, cipher)), der.octets(_aes(secret, iv, plain)))


def _encrypted_traditional(label: str, plain: bytes) -> bytes:
    iv = os.urandom(16)
    first = md5(PASSWORD + iv[:8], usedforsecurity=False).digest()
    secret = first + md5(first + PASSWORD + iv[:8], usedforsecurity=False).digest()
    headers = (("Proc-Type", "4,ENCRYPTED"), ("DEK-Info", f"AES-256-CBC,{iv.hex().upper()}"))
    return pem(label, _aes(secret, iv, plain), headers)


def _aes(secret: bytes, iv: bytes, plain: bytes) -> bytes:
    rest = 16 - len(plain) % 16
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(iv)).encryptor()
    return encryptor.update(plain + bytes((rest,)) * rest) + encryptor.finalize()


# --- RSA ---


class RsaNumbers(NamedTuple):
    n: int
    e: int
    d: int
    p: int
    q: int


class RsaKey(Key):
    """`pss` writes id-RSASSA-PSS as the algorithm of the key itself, which then signs with PSS only."""

    old_label = "RSA PRIVATE KEY"

    def __init__(self, kind: str, numbers: RsaNumbers, pss: bool) -> None:
        self.kind = kind
        self.numbers = numbers
        self.default_hash = "pss" if pss else "sha256"
        self._algorithm = der.seq(der.oid(PSS_OID)) if pss else der.seq(der.oid(RSA_OID), der.null())
        self.spki = der.seq(self._algorithm, der.bitstring(der.seq(der.integer(numbers.n), der.integer(numbers.e))))

    def traditional(self) -> bytes:
        return _pkcs1(self.numbers)

    def pkcs8(self) -> bytes:
        return der.seq(der.integer(0), self._algorithm, der.octets(_pkcs1(self.numbers)))

    def inconsistent(self) -> bytes:
        return der.seq(der.integer(0), self._algorithm, der.octets(_pkcs1(self.numbers._replace(n=self.numbers.n + 2))))

    @cached_property
    def _loaded(self) -> rsa.RSAPrivateKey:
        # Proving that the primes are primes would take longer than everything else here.
        loaded = serialization.load_der_private_key(_pkcs1(self.numbers), None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(loaded, rsa.RSAPrivateKey)
        return loaded

    def sign(self, data: bytes, algorithm: str) -> tuple[bytes, bytes]:
        size = (self.numbers.n.bit_length() + 7) // 8
        if algorithm.startswith("pss"):
            name = {"pss": "sha256", "pss384": "sha384", "pss512": "sha512"}.get(algorithm)
            if name is None:
                raise CannotMake(f"no signature algorithm {algorithm}")
            digest_size = _HASHES[name].digest_size
            hashed = der.seq(der.oid(_HASH_OIDS[name]), der.null())
            mask = der.seq(der.oid("1.2.840.113549.1.1.8"), hashed)
            parameters = der.seq(der.explicit(0, hashed), der.explicit(1, mask), der.explicit(2, der.integer(digest_size)))
            signature = self._loaded.sign(data, padding.PSS(padding.MGF1(_HASHES[name]), digest_size), _HASHES[name])
            return der.seq(der.oid(PSS_OID), parameters), signature
        if algorithm not in _RSA_SIGNATURES:
            raise CannotMake(f"a key of kind {self.kind} cannot sign with {algorithm}")
        info = der.seq(der.seq(der.oid(_HASH_OIDS[algorithm]), der.null()), der.octets(digest(algorithm, data)))
        if size < len(info) + 11:
            raise CannotMake(f"a key of kind {self.kind} is too small for {algorithm}")
        block = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
        n, _, d, p, q = self.numbers
        message = int.from_bytes(block, "big")
        first, second = pow(message, d % (p - 1), p), pow(message, d % (q - 1), q)
        signature = second + q * ((first - second) * pow(q, -1, p) % p)
        return der.seq(der.oid(f"1.2.840.113549.1.1.{_RSA_SIGNATURES[algorithm]}"), der.null()), signature.to_bytes(size, "big")


def _pkcs1(numbers: RsaNumbers) -> bytes:
    n, e, d, p, q = numbers
    return der.seq(*map(der.integer, (0, n, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))


def _rsa(bits: int) -> RsaNumbers:
    if bits >= 1024:
        private = rsa.generate_private_key(65537, bits).private_numbers()
        return RsaNumbers(private.public_numbers.n, 65537, private.d, private.p, private.q)
    while True:
        p, q = _prime(bits // 2), _prime(bits - bits // 2)
        phi = (p - 1) * (q - 1)
        if p != q and (p * q).bit_length() == bits and gcd(65537, phi) == 1:
            return RsaNumbers(p * q, 65537, pow(65537, -1, phi), p, q)


def _prime(bits: int) -> int:
    chance = random.SystemRandom()
    while True:
        n = chance.getrandbits(bits) | (3 << (bits - 2)) | 1
        if all(n % small for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31)) and all(_passes(n, chance.randrange(2, n - 1)) for _ in range(24)):
            return n


def _passes(n: int, base: int) -> bool:
    """Miller-Rabin."""
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    x = pow(base, odd, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


# --- elliptic curves ---


class Curve(NamedTuple):
    """A curve by name; `order` and `size` (octets of a coordinate) for keys that are none."""

    oid: str
    order: int
    size: int
    made_by: type[ec.EllipticCurve] | None


CURVES = {
    "p224": Curve("1.3.132.0.33", 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFF16A2E0B8F03E13DD29455C5C2A3D, 28, ec.SECP224R1),
    "p256": Curve("1.2.840.10045.3.1.7", 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551, 32, ec.SECP256R1),
    "p384": Curve("1.3.132.0.34", 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973, 48, ec.SECP384R1),
    "p521": Curve(
        "1.3.132.0.35",
        0x1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
        66,
        ec.SECP521R1,
    ),
    "secp256k1": Curve("1.3.132.0.10", 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141, 32, ec.SECP256K1),
    "brainpoolP256r1": Curve("1.3.36.3.3.2.8.1.1.7", 0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7, 32, ec.BrainpoolP256R1),
    "sm2": Curve("1.2.156.10197.1.301", 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123, 32, None),
}
_SM2_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_SM2_G = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7, 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)


class EcKey(Key):
    """`point` is the uncompressed public point."""

    old_label = "EC PRIVATE KEY"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.curve = CURVES[kind]
        self.default_hash = {"p384": "sha384", "p521": "sha512"}.get(kind, "sha256")
        self._key: ec.EllipticCurvePrivateKey | None = None
        if self.curve.made_by is not None:
            self._key = ec.generate_private_key(self.curve.made_by())
            self.secret = self._key.private_numbers().private_value
            self.point = self._key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        else:
            self.secret = random.SystemRandom().randrange(1, self.curve.order)
            self.point = b"\x04" + b"".join(c.to_bytes(self.curve.size, "big") for c in _sm2_times(self.secret))
        self._algorithm = der.seq(der.oid(EC_OID), der.oid(self.curve.oid))
        self.spki = der.seq(self._algorithm, der.bitstring(self.point))

    def traditional(self) -> bytes:
        return self._sec1(self.secret, der.explicit(0, der.oid(self.curve.oid)))

    def pkcs8(self) -> bytes:
        return der.seq(der.integer(0), self._algorithm, der.octets(self._sec1(self.secret, b"")))

    def inconsistent(self) -> bytes:
        return der.seq(der.integer(0), self._algorithm, der.octets(self._sec1(self.curve.order, b"")))

    def _sec1(self, secret: int, parameters: bytes) -> bytes:
        size = (self.curve.order.bit_length() + 7) // 8
        return der.seq(der.integer(1), der.octets(secret.to_bytes(size, "big")), parameters, der.explicit(1, der.bitstring(self.point)))

    def parameters(self) -> bytes:
        """The DER of the curve's name, as EC PARAMETERS hold it."""
        return der.oid(self.curve.oid)

    def sign(self, data: bytes, algorithm: str) -> tuple[bytes, bytes]:
        if algorithm not in _ECDSA_SIGNATURES:
            raise CannotMake(f"a key of kind {self.kind} cannot sign with {algorithm}")
        identifier = der.seq(der.oid("1.2.840.10045.4." + _ECDSA_SIGNATURES[algorithm]))
        if self._key is not None:
            return identifier, self._key.sign(data, ec.ECDSA(_HASHES[algorithm]))
        order = self.curve.order
        number = random.SystemRandom().randrange(1, order)
        r = _sm2_times(number)[0] % order
        s = pow(number, -1, order) * (int.from_bytes(digest(algorithm, data)[:32], "big") + r * self.secret) % order
        return identifier, der.seq(der.integer(r), der.integer(s))


def _sm2_times(number: int) -> tuple[int, int]:
    """The generator added `number` times; 0 < number < order."""
    result: tuple[int, int] | None = None
    power = _SM2_G
    while number:
        if number & 1:
            result = power if result is None else _sm2_add(result, power)
        power = _sm2_add(power, power)
        number >>= 1
    assert result is not None
    return result


def _sm2_add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    p = _SM2_P
    if one == other:
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, p) % p
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, p) % p
    x = (slope * slope - one[0] - other[0]) % p
    return x, (slope * (one[0] - x) - one[1]) % p


# --- the others ---

_ED = {
    "ed25519": ("1.3.101.112", ed25519.Ed25519PrivateKey),
    "ed448": ("1.3.101.113", ed448.Ed448PrivateKey),
    "x25519": ("1.3.101.110", x25519.X25519PrivateKey),
    "x448": ("1.3.101.111", x448.X448PrivateKey),
}


class EdKey(Key):
    """Edwards and Montgomery curves: one string of octets is the key."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.default_hash = kind
        number, maker = _ED[kind]
        self._key = maker.generate()
        self._algorithm = der.seq(der.oid(number))
        self.spki = der.seq(self._algorithm, der.bitstring(self._key.public_key().public_bytes_raw()))

    def pkcs8(self) -> bytes:
        return der.seq(der.integer(0), self._algorithm, der.octets(der.octets(self._key.private_bytes_raw())))

    def sign(self, data: bytes, algorithm: str) -> tuple[bytes, bytes]:
        if algorithm != self.kind or not isinstance(self._key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)):
            raise CannotMake(f"a key of kind {self.kind} cannot sign with {algorithm}")
        return self._algorithm, self._key.sign(data)


class DsaKey(Key):
    old_label = "DSA PRIVATE KEY"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._key = dsa.generate_private_key(1024)
        numbers = self._key.private_numbers()
        public = numbers.public_numbers
        shared = public.parameter_numbers
        self._numbers = (shared.p, shared.q, shared.g, public.y, numbers.x)
        self._algorithm = der.seq(der.oid(DSA_OID), der.seq(*map(der.integer, self._numbers[:3])))
        self.spki = der.seq(self._algorithm, der.bitstring(der.integer(public.y)))

    def traditional(self) -> bytes:
        return der.seq(der.integer(0), *map(der.integer, self._numbers))

    def pkcs8(self) -> bytes:
        return der.seq(der.integer(0), self._algorithm, der.octets(der.integer(self._numbers[4])))

    def sign(self, data: bytes, algorithm: str) -> tuple[bytes, bytes]:
        if algorithm not in _DSA_SIGNATURES:
            raise CannotMake(f"a key of kind {self.kind} cannot sign with {algorithm}")
        return der.seq(der.oid(_DSA_SIGNATURES[algorithm])), self._key.sign(data, _HASHES[algorithm])


KINDS = ("rsa512", "rsa768", "rsa1024", "rsa2048", "rsa3072", "rsa4096", *CURVES, *_ED, "dsa", "rsa-pss")
"""Also ``rsa`` with any other number of bits from 512 on."""


@cache
def key(kind: str = "p256", number: int = 0) -> Key:
    """Key `number` of its kind in this process: equal numbers give the same key, others another."""
    if kind in CURVES:
        return EcKey(kind)
    if kind in _ED:
        return EdKey(kind)
    if kind == "dsa":
        return DsaKey(kind)
    if kind == "rsa-pss":
        return RsaKey(kind, _rsa(2048), True)
    if kind.startswith("rsa") and kind[3:].isdigit() and int(kind[3:]) >= 512:
        return RsaKey(kind, _rsa(int(kind[3:])), False)
    raise CannotMake(f"no kind of key {kind}")
