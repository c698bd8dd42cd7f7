"""Private keys: made, read and used here and nowhere else.  What is outside asks through the protocols of `migrate.cert_plan`.

Keys are written as PKCS #8 without a pass phrase, the one form that every Go takes and DM can use.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
from typing import TYPE_CHECKING, Callable, Union

from dmls.disk import RealDisk
from dmls.files import Content, Missing
from dmls.migrate.cert_plan import KeySpec, Paper, PrivateKey
from dmls.migrate.change import CannotDo
from dmls.model import secret_key
from dmls.model.legacy import old_cipher
from dmls.pki.facts import CLIENT_AUTH, ECDSA, ED25519, SERVER_AUTH

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    _Private = Union[ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey, ed25519.Ed25519PrivateKey]

_LIMIT = 1 << 20
"""Bytes of a file with a key."""


class Key:
    """A private key.  Nothing of it is told by `repr`."""

    __slots__ = ("_key", "_spki")

    def __init__(self, key: _Private) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        self._key = key
        self._spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def spki(self) -> bytes:
        return self._spki

    def pem(self) -> bytes:
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class SecretKey:
    """A key that passwords of sources and tasks are under.  Nothing of it is told by `repr`."""

    __slots__ = ("_bytes",)

    def __init__(self, data: bytes) -> None:
        self._bytes = data

    @property
    def is_public(self) -> bool:
        return self._bytes == old_cipher.KEY

    def file(self) -> bytes:
        return self._bytes.hex().encode("ascii") + b"\n"

    def encrypt(self, secret: bytes) -> str:
        return old_cipher.encrypted(secret, self._bytes, os.urandom(old_cipher.BLOCK))

    def decrypt(self, text: str) -> bytes | None:
        return old_cipher.decrypted(text, self._bytes)


class Keyring:
    """`ask` asks a person for the pass phrase of the key in a file; None where nobody can be asked.  `phrase_file` holds it in its first line."""

    __slots__ = ("_ask", "_made", "_phrase_file", "_read")

    def __init__(self, ask: Callable[[str], str | None] | None = None, phrase_file: str = "") -> None:
        self._ask = ask
        self._phrase_file = phrase_file
        self._read: dict[str, Key] = {}
        self._made: dict[str, SecretKey] = {}

    def make(self, spec: KeySpec) -> PrivateKey:
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

        if spec.kind == ED25519:
            return Key(ed25519.Ed25519PrivateKey.generate())
        if spec.kind == ECDSA:
            return Key(ec.generate_private_key({256: ec.SECP256R1, 384: ec.SECP384R1, 521: ec.SECP521R1}[spec.bits]()))
        return Key(rsa.generate_private_key(65537, spec.bits))

    def load(self, path: str) -> PrivateKey:
        if path not in self._read:
            self._read[path] = self._load(path)
        return self._read[path]

    def _load(self, path: str) -> Key:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        data = _content(path, "keyring.no-key")
        start = data.find(b"-----BEGIN ")
        while start >= 0:
            # A certificate or EC PARAMETERS may stand before the key.
            if b"PRIVATE KEY-----" in data[start : data.find(b"\n", start) + 1 or len(data)]:
                break
            start = data.find(b"-----BEGIN ", start + 1)
        if start < 0:
            raise CannotDo("keyring.no-key-in", path=path)
        phrase: bytes | None = None
        while True:
            try:
                key = load_pem_private_key(data[start:], phrase)
                break
            except TypeError:
                # It wants a pass phrase.
                phrase = self._phrase(path)
            except (ValueError, UnsupportedAlgorithm):
                raise CannotDo("keyring.wrong-phrase" if phrase is not None else "keyring.bad-key", path=path) from None
        if not isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey, ed25519.Ed25519PrivateKey)):
            raise CannotDo("keyring.bad-key", path=path)
        return Key(key)

    def _phrase(self, path: str) -> bytes:
        if self._phrase_file:
            lines = _content(self._phrase_file, "keyring.no-phrase-file").splitlines()
            return lines[0] if lines else b""
        phrase = self._ask(path) if self._ask is not None else None
        if phrase is None:
            raise CannotDo("keyring.phrase-needed", path=path)
        return phrase.encode("utf-8")

    def secret(self, path: str) -> SecretKey | None:
        state = RealDisk().read(path, _LIMIT)
        if isinstance(state, Missing):
            return None
        if not isinstance(state, Content):
            raise CannotDo("keyring.unreadable", path=path)
        if secret_key.judged(state.data).cause:
            raise CannotDo("keyring.bad-secret", path=path)
        return SecretKey(bytes.fromhex(secret_key.trimmed(state.data)))

    def new_secret(self, path: str) -> SecretKey:
        if path not in self._made:
            self._made[path] = SecretKey(os.urandom(secret_key.DIGITS // 2))
        return self._made[path]

    def fixed_secret(self) -> SecretKey:
        return SecretKey(old_cipher.KEY)

    def sign(self, paper: Paper, spki: bytes, issuer: bytes, signer: PrivateKey) -> bytes:
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.hazmat.primitives.serialization import load_der_public_key
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

        public = load_der_public_key(spki)
        units = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, paper.label)] if paper.label else []
        subject = x509.Name([*units, x509.NameAttribute(NameOID.COMMON_NAME, paper.common_name)])
        builder = _builder(subject, public, issuer, paper.not_before, paper.not_after)
        builder = builder.add_extension(x509.BasicConstraints(paper.is_ca, None), True)
        builder = builder.add_extension(_usage(paper.is_ca, isinstance(public, rsa.RSAPublicKey)), True)
        if paper.usages:
            known = {SERVER_AUTH: ExtendedKeyUsageOID.SERVER_AUTH, CLIENT_AUTH: ExtendedKeyUsageOID.CLIENT_AUTH}
            builder = builder.add_extension(x509.ExtendedKeyUsage([known[usage] for usage in paper.usages]), False)
        if paper.names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_name(name) for name in paper.names]), False)
        return _signed(builder, spki, issuer, signer)

    def sign_again(self, old: bytes, spki: bytes, not_before: int, not_after: int, issuer: bytes, signer: PrivateKey) -> bytes:
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import load_der_public_key
        from cryptography.x509.oid import ExtensionOID

        before = x509.load_der_x509_certificate(old)
        builder = _builder(before.subject, load_der_public_key(spki), issuer, not_before, not_after)
        for extension in before.extensions:
            # These two speak of keys, which may be others now, and the time stamps of a log of the old certificate.
            if extension.oid not in (ExtensionOID.SUBJECT_KEY_IDENTIFIER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.PRECERT_SIGNED_CERTIFICATE_TIMESTAMPS):
                builder = builder.add_extension(extension.value, extension.critical)
        return _signed(builder, spki, issuer, signer)


def _content(path: str, missing: str) -> bytes:
    state = RealDisk().read(path, _LIMIT)
    if isinstance(state, Content):
        return state.data
    if isinstance(state, Missing):
        raise CannotDo(missing, path=path)
    raise CannotDo("keyring.unreadable", path=path)


def _builder(subject: x509.Name, public: object, issuer: bytes, not_before: int, not_after: int) -> x509.CertificateBuilder:
    from cryptography import x509

    by = x509.load_der_x509_certificate(issuer).subject if issuer else subject
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(public)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(_moment(not_before))
        .not_valid_after(_moment(not_after))
    )


def _signed(builder: x509.CertificateBuilder, spki: bytes, issuer: bytes, signer: PrivateKey) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

    assert isinstance(signer, Key)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(load_der_public_key(spki)), False)  # type: ignore[arg-type]
    if issuer:
        builder = builder.add_extension(_authority(issuer), False)
    digest = None if isinstance(signer._key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(signer._key, digest).public_bytes(Encoding.PEM)


def _authority(issuer: bytes) -> x509.AuthorityKeyIdentifier:
    """The identifier that the CA's own certificate gives, which need not be the usual digest."""
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(issuer)
    try:
        own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(certificate.public_key())  # type: ignore[arg-type]


def _usage(is_ca: bool, is_rsa: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        # TLS before 1.3 may let the client encrypt a secret with an RSA key.
        key_encipherment=not is_ca and is_rsa,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.GeneralName:
    """A subject alternative name as OpenSSL writes it: ``IP:10.0.0.1``, ``DNS:dm-1``."""
    from cryptography import x509

    kind, _, value = text.partition(":")
    return x509.IPAddress(ipaddress.ip_address(value)) if kind == "IP" else x509.DNSName(value)


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
