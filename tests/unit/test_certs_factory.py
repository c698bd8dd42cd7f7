"""The factory of certificates makes what it says: judged by `cryptography` and by the program `openssl`."""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import shutil
import stat
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from support import der
from support.cert_keys import CURVES, KINDS, CannotMake, EcKey, Key, key
from support.certs import AT, DAY, NOW, TRANSFORMS, Spec, identity
from support.certs_block import BlockError, CannotHave, Material
from support.scenario import read


def _openssl() -> str | None:
    """The program, if it is OpenSSL from 3.0 on: others know fewer kinds of keys and print otherwise."""
    program = shutil.which("openssl")
    if program is None:
        return None
    version = subprocess.run([program, "version"], capture_output=True, text=True, check=False).stdout
    return program if re.match(r"OpenSSL ([3-9]|\d\d)\.", version) else None


OPENSSL = _openssl()
NOW_UTC = datetime.fromtimestamp(NOW, timezone.utc)
openssl_needed = pytest.mark.skipif(OPENSSL is None, reason="the program openssl 3 is not here")


def openssl(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    assert OPENSSL is not None
    return subprocess.run([OPENSSL, *arguments], input=data, capture_output=True, check=False)


def said(*arguments: str, data: bytes = b"") -> str:
    done = openssl(*arguments, data=data)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def certificate(text: str, name: str = "it") -> x509.Certificate:
    return x509.load_der_x509_certificate(Material(text)[name].der)


def text_of(text: str, name: str = "it") -> str:
    return said("x509", "-inform", "DER", "-noout", "-text", data=Material(text)[name].der)


def test_the_moment() -> None:
    assert NOW_UTC.isoformat() == AT.replace("Z", "+00:00")


# --- DER ---


@pytest.mark.parametrize(
    ("number", "content"),
    [(0, "00"), (1, "01"), (127, "7f"), (128, "0080"), (256, "0100"), (-1, "ff"), (-128, "80"), (-129, "ff7f"), (-5, "fb")],
)
def test_integers(number: int, content: str) -> None:
    assert der.integer(number) == b"\x02" + bytes((len(content) // 2,)) + bytes.fromhex(content)


def test_lengths_identifiers_and_strings() -> None:
    assert der.octets(bytes(127))[:2] == b"\x04\x7f"
    assert der.octets(bytes(128))[:3] == b"\x04\x81\x80"
    assert der.octets(bytes(65536))[:5] == b"\x04\x83\x01\x00\x00"
    assert der.oid("1.2.840.113549.1.1.1").hex() == "06092a864886f70d010101"
    assert der.oid("2.5.29.17").hex() == "0603551d11"
    assert der.oid("2.999.0").hex() == "0603883700"
    assert der.named_bits({5, 6}).hex() == "03020106"
    assert der.named_bits({8}).hex() == "0303070080"
    assert der.named_bits(set()).hex() == "030100"
    assert der.implicit(0, der.octets(b"x")).hex() == "800178"
    assert der.implicit(0, der.seq(der.null())).hex() == "a0020500"
    assert der.explicit(3, der.null()).hex() == "a3020500"
    assert der.set_of(b"\x02\x01\x02", b"\x02\x01\x01").hex() == "3106020101020102"
    assert der.bmp("dm").hex() == "1e040064006d"


def test_times() -> None:
    assert der.time(NOW) == b"\x17\x0d260901120000Z"
    assert der.time(NOW + 30 * 365 * DAY)[:6] == b"\x18\x0f2056"
    assert der.time(-30 * 365 * DAY)[:6] == b"\x18\x0f1940"
    assert der.gentime(NOW) == b"\x18\x0f20260901120000Z"


# --- keys ---


@pytest.mark.parametrize("kind", KINDS)
@openssl_needed
def test_every_kind_of_key_is_one(kind: str) -> None:
    own = key(kind)
    assert base64.b64encode(own.spki) in said("pkey", "-pubout", data=own.private_pem()).encode().replace(b"\n", b"")
    assert own is key(kind)


@pytest.mark.parametrize("kind", [k for k in KINDS if k.startswith("rsa") and k != "rsa-pss" or k in CURVES or k == "dsa"])
@openssl_needed
def test_traditional_forms(kind: str) -> None:
    own = key(kind)
    plain = own.private_pem("traditional")
    assert plain.startswith(f"-----BEGIN {own.old_label}-----\n".encode())
    assert said("pkey", data=plain) == own.private_pem().decode()
    locked = own.private_pem("encrypted-traditional")
    assert b"Proc-Type: 4,ENCRYPTED\n" in locked and own.old_label.encode() in locked
    assert said("pkey", "-passin", "pass:test", data=locked) == own.private_pem().decode()
    assert openssl("pkey", "-passin", "pass:other", data=locked).returncode != 0


@pytest.mark.parametrize("kind", KINDS)
@openssl_needed
def test_encrypted_pkcs8(kind: str) -> None:
    locked = key(kind).private_pem("encrypted")
    assert locked.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert said("pkey", "-passin", "pass:test", data=locked) == key(kind).private_pem().decode()


@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384", "p521", "ed25519"])
def test_openssh(kind: str) -> None:
    text = key(kind).private_pem("openssh")
    assert text.startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----\n")
    loaded = serialization.load_ssh_private_key(text, None).public_key()
    assert loaded.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo) == key(kind).spki


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
@openssl_needed
def test_inconsistent_keys(kind: str) -> None:
    assert openssl("pkey", "-noout", "-check", data=key(kind).private_pem("inconsistent")).returncode != 0
    assert openssl("pkey", "-noout", "-check", data=key(kind).private_pem()).returncode == 0


@pytest.mark.parametrize("name", [n for n, curve in CURVES.items() if curve.made_by is not None])
def test_orders_of_curves(name: str) -> None:
    curve = CURVES[name]
    assert curve.made_by is not None
    one, last = (ec.derive_private_key(secret, curve.made_by()).public_key().public_numbers() for secret in (1, curve.order - 1))
    assert one.x == last.x and one.y != last.y


def test_forms_that_a_key_has_not() -> None:
    for kind, form in (("p256", "pkcs1"), ("rsa1024", "sec1"), ("ed25519", "traditional"), ("ed25519", "inconsistent"), ("p256", "none")):
        with pytest.raises(CannotMake):
            key(kind).private_pem(form)
    for kind in ("rsa", "rsa100", "p255", ""):
        with pytest.raises(CannotMake):
            key(kind)


# --- signatures ---


def verified(tmp_path: Path, block: str) -> bool:
    """Whether OpenSSL takes `it` with the root `ca`, the intermediate `int` if there is one, whatever the algorithms."""
    material = Material(block)
    roots, leaf, between = tmp_path / "roots", tmp_path / "leaf", tmp_path / "between"
    roots.write_bytes(material.file_bytes("ca"))
    leaf.write_bytes(material.file_bytes("it"))
    between.write_bytes(material.file_bytes("int") if "int" in material.names else b"")
    untrusted = ("-untrusted", str(between)) if "int" in material.names else ()
    flags = ("-attime", str(NOW), "-auth_level", "0", "-check_ss_sig")
    return openssl("verify", *flags, "-CAfile", str(roots), *untrusted, str(leaf)).returncode == 0


@pytest.mark.parametrize(
    ("kind", "algorithm", "name"),
    [
        ("rsa512", "md5", "md5WithRSAEncryption"),
        ("rsa512", "sha256", "sha256WithRSAEncryption"),
        ("rsa768", "sha1", "sha1WithRSAEncryption"),
        ("rsa1024", "sha224", "sha224WithRSAEncryption"),
        ("rsa2048", "sha384", "sha384WithRSAEncryption"),
        ("rsa2048", "sha512", "sha512WithRSAEncryption"),
        ("rsa2048", "pss", "rsassaPss"),
        ("rsa2048", "pss384", "rsassaPss"),
        ("rsa-pss", "pss512", "rsassaPss"),
        ("p256", "sha1", "ecdsa-with-SHA1"),
        ("p224", "sha224", "ecdsa-with-SHA224"),
        ("p256", "sha256", "ecdsa-with-SHA256"),
        ("p384", "sha384", "ecdsa-with-SHA384"),
        ("p521", "sha512", "ecdsa-with-SHA512"),
        ("secp256k1", "sha256", "ecdsa-with-SHA256"),
        ("brainpoolP256r1", "sha256", "ecdsa-with-SHA256"),
        ("ed25519", "ed25519", "ED25519"),
        ("ed448", "ed448", "ED448"),
        ("dsa", "sha1", "dsaWithSHA1"),
        ("dsa", "sha256", "dsa_with_SHA256"),
    ],
)
@openssl_needed
def test_signatures_hold_and_broken_ones_do_not(kind: str, algorithm: str, name: str, tmp_path: Path) -> None:
    block = f"ca = ca, key: {kind}, sig: {algorithm}\nit = leaf, issuer: ca, sig: {algorithm}"
    assert f"Signature Algorithm: {name}" in text_of(block)
    assert verified(tmp_path, block)
    assert not verified(tmp_path, block + ", signature: broken")


@openssl_needed
def test_sm2_signs_by_plain_numbers(tmp_path: Path) -> None:
    own = key("sm2")
    assert isinstance(own, EcKey)
    # The arithmetic must put the point on the curve, which OpenSSL checks.
    assert openssl("pkey", "-noout", "-pubcheck", "-pubin", data=Material("it = leaf, key: sm2").file_bytes("public(it)")).returncode == 0
    assert "ASN1 OID: SM2" in text_of("ca = ca\nit = leaf, key: sm2, issuer: ca")
    assert verified(tmp_path, "ca = ca\nit = leaf, key: sm2, issuer: ca")
    assert "ecdsa-with-SHA256" in text_of("it = leaf, key: sm2")


@openssl_needed
def test_chains_and_signers(tmp_path: Path) -> None:
    chain = "ca = ca\nint = ca, issuer: ca, pathlen: 0\nit = leaf, issuer: int"
    assert verified(tmp_path, chain)
    assert not verified(tmp_path, "ca = ca\nother = ca, again: ca\nit = leaf, issuer: other")
    assert not verified(tmp_path, "ca = ca\nother = ca\nit = leaf, issuer: ca, signer: other")
    assert verified(tmp_path, "old = ca, cn: DM CA\nca = ca, again: old, key: of old, days: -1 100\nit = leaf, issuer: old")
    assert not verified(tmp_path, "ca = ca\nit = leaf, issuer: ca, days: -9 -1")
    assert not verified(tmp_path, "ca = ca, permit: dm.test\nit = leaf, issuer: ca, san: other.test")
    assert verified(tmp_path, "ca = ca, permit: dm.test\nit = leaf, cn: x.dm.test, issuer: ca, san: x.dm.test")
    assert not verified(tmp_path, "ca = ca, exclude: 10.0.0.0/8\nit = leaf, issuer: ca, san: 10.1.1.1")
    assert not verified(tmp_path, "ca = ca\nint = ca, issuer: ca, usage: digitalSignature\nit = leaf, issuer: int")
    assert not verified(tmp_path, "ca = ca\nit = leaf, issuer: ca, ext: 1.2.3.4 critical")
    assert verified(tmp_path, "ca = ca, version: 1\nit = leaf, issuer: ca, huge: 100000")


# --- fields ---


def test_defaults_of_a_leaf() -> None:
    it = certificate("ca = ca\nit = leaf, issuer: ca")
    assert it.version is x509.Version.v3
    assert it.subject.rfc4514_string() == "CN=dm" and it.issuer.rfc4514_string() == "CN=DM CA"
    assert (it.not_valid_before_utc, it.not_valid_after_utc) == (NOW_UTC - timedelta(30), NOW_UTC + timedelta(335))
    assert it.serial_number > 0
    extensions = it.extensions
    assert extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(False, None)
    assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    san = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(san) == [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and usage.key_encipherment and not usage.key_cert_sign
    assert isinstance(it.public_key_algorithm_oid.dotted_string, str)


def test_defaults_of_a_ca() -> None:
    material = Material("ca = ca\nint = ca, issuer: ca, pathlen: 0\nit = leaf, issuer: int")
    ca, between, it = (x509.load_der_x509_certificate(material[name].der) for name in ("ca", "int", "it"))
    assert ca.subject.rfc4514_string() == "CN=DM CA" and between.subject.rfc4514_string() == "CN=int"
    assert ca.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(True, None)
    assert between.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(True, 0)
    assert ca.not_valid_after_utc - ca.not_valid_before_utc == timedelta(3650)
    usage = ca.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.key_cert_sign and usage.crl_sign and not usage.digital_signature
    own = between.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert it.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier == own.digest
    for lower, upper in ((ca, ca), (between, ca), (it, between)):
        lower.verify_directly_issued_by(upper)


def test_names() -> None:
    it = certificate('it = leaf, o: "PingCAP, Inc", cn: first, ou: DM, cn: "last # one", c: CN, emailaddress: a@b.c')
    assert [a.value for a in it.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["first", "last # one"]
    assert [a.value for a in it.subject] == ["PingCAP, Inc", "first", "DM", "last # one", "CN", "a@b.c"]
    assert list(certificate("it = leaf, cn: none").subject) == []
    assert certificate('it = leaf, cn: "none"').subject.rfc4514_string() == "CN=none"
    assert Material('it = leaf, cn: ""')["it"].name.hex() == "300b3109300706035504030c00"
    assert certificate("it = leaf, o: x").subject.rfc4514_string() == "CN=dm,O=x"
    assert Material("it = leaf, strings: printable")["it"].name.hex() == "300d310b300906035504031302646d"
    assert Material("it = leaf, strings: bmp")["it"].name.endswith(b"\x1e\x04\0d\0m")
    assert certificate('it = leaf, cn: "\\u4e2d "').subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "中 "


def test_subject_alternative_names() -> None:
    it = certificate("it = leaf, san: dm.test *.dm.test dns:10.0.0.9 10.0.0.1 ::1 https://dm.test/x a@dm.test uri:spiffe://dm email:b@dm ip:10.0.0.2")
    assert [(type(name).__name__, str(name.value)) for name in it.extensions.get_extension_for_class(x509.SubjectAlternativeName).value] == [
        ("DNSName", "dm.test"),
        ("DNSName", "*.dm.test"),
        ("DNSName", "10.0.0.9"),
        ("IPAddress", "10.0.0.1"),
        ("IPAddress", "::1"),
        ("UniformResourceIdentifier", "https://dm.test/x"),
        ("RFC822Name", "a@dm.test"),
        ("UniformResourceIdentifier", "spiffe://dm"),
        ("RFC822Name", "b@dm"),
        ("IPAddress", "10.0.0.2"),
    ]
    assert b"\x87\x03\x0a\x00\x00" in Material("it = leaf, san: ipbytes:0a0000")["it"].der


def test_absent_extensions() -> None:
    it = certificate("it = leaf, san: none, eku: none, usage: none, basic: none, ski: none, aki: none")
    assert list(it.extensions) == []
    assert list(certificate("it = ca, extensions: none").extensions) == []
    bare = certificate("it = leaf, extensions: none, san: dm.test")
    assert [e.oid for e in bare.extensions] == [ExtensionOID.SUBJECT_ALTERNATIVE_NAME]
    assert certificate("it = leaf, basic: ca").extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not certificate("it = ca, basic: end").extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_usages() -> None:
    it = certificate("it = leaf, eku: client any 1.2.3.4, usage: keyAgreement certSign decipherOnly")
    assert [u.dotted_string for u in it.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value] == [
        "1.3.6.1.5.5.7.3.2",
        "2.5.29.37.0",
        "1.2.3.4",
    ]
    usage = it.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.key_agreement and usage.key_cert_sign and usage.decipher_only and not usage.digital_signature


def test_critical_unknown_and_huge_extensions() -> None:
    it = certificate("it = leaf, ext: 1.2.3.4 critical 0403 010203, ext: 1.2.3.5, huge: 100000, critical: san eku, uncritical: basic")
    found = {e.oid.dotted_string: e for e in it.extensions}
    assert found["1.2.3.4"].critical and not found["1.2.3.5"].critical
    assert found["1.2.3.4"].value.public_bytes().hex() == "0403010203"
    assert len(found["1.3.6.1.4.1.32473.1"].value.public_bytes()) == 100000
    assert found["2.5.29.17"].critical and found["2.5.29.37"].critical and found["2.5.29.15"].critical and not found["2.5.29.19"].critical
    twice = x509.load_der_x509_certificate(Material("it = leaf, ext: 2.5.29.17 3000")["it"].der)
    with pytest.raises(x509.DuplicateExtension):
        list(twice.extensions)


def test_name_constraints_and_policies() -> None:
    it = certificate(
        "it = ca, permit: dm.test 10.0.0.0/8 email:dm.test, exclude: x.dm.test uri:.dm.test, policies: any 1.2.3, mappings: 1.2.3=1.2.4, "
        "require-explicit: 0, inhibit-mapping: 1, inhibit-any: 2"
    )
    limits = it.extensions.get_extension_for_class(x509.NameConstraints).value
    assert limits.permitted_subtrees is not None and limits.excluded_subtrees is not None
    assert [str(n.value) for n in limits.permitted_subtrees] == ["dm.test", "10.0.0.0/8", "dm.test"]
    assert [str(n.value) for n in limits.excluded_subtrees] == ["x.dm.test", ".dm.test"]
    policies = it.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert [p.policy_identifier.dotted_string for p in policies] == ["2.5.29.32.0", "1.2.3"]
    assert it.extensions.get_extension_for_class(x509.PolicyConstraints).value == x509.PolicyConstraints(0, 1)
    assert it.extensions.get_extension_for_class(x509.InhibitAnyPolicy).value.skip_certs == 2
    mappings = it.extensions.get_extension_for_oid(x509.ObjectIdentifier("2.5.29.33"))
    assert mappings.value.public_bytes().hex() == "300a300806022a0306022a04"  # type: ignore[attr-defined]


def test_validity() -> None:
    it = certificate("it = leaf, days: -0.5 1.25")
    assert (it.not_valid_before_utc, it.not_valid_after_utc) == (NOW_UTC - timedelta(0.5), NOW_UTC + timedelta(1.25))
    assert certificate("it = leaf, days: 10").not_valid_after_utc == NOW_UTC + timedelta(10)
    it = certificate(f"it = leaf, from: 1999-12-31T23:59:59Z, until: {AT}")
    assert it.not_valid_before_utc == datetime(1999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
    assert it.not_valid_after_utc == NOW_UTC
    assert b"\x18\x0f20260802120000Z" in Material("it = leaf, time: general")["it"].der
    assert b"\x18\x0f99991231235959Z" in Material("it = leaf, until: 9999-12-31T23:59:59Z")["it"].der


@openssl_needed
def test_serials_and_versions() -> None:
    assert "Serial Number: -5 (-0x5)" in text_of("it = leaf, serial: -5")
    assert "Serial Number: 0 (0x0)" in text_of("it = leaf, serial: 0")
    assert "Serial Number: 4660 (0x1234)" in text_of("it = leaf, serial: 0x1234")
    assert b"\xa0\x03\x02\x01\x02\x02\x02\x00\x01\x30" in Material("it = leaf, serial: raw 0001")["it"].der
    first = text_of("it = leaf, version: 1")
    assert "Version: 1 (0x0)" in first and "X509v3" not in first
    assert "Version: 2 (0x1)" in text_of("it = leaf, version: 2")
    mixed = text_of("it = leaf, version: 1, san: dm.test")
    assert "Version: 1 (0x0)" in mixed and "DNS:dm.test" in mixed and "Basic Constraints" not in mixed


def test_the_signed_part_can_name_another_algorithm() -> None:
    it = Material("it = leaf, inner: sha384")["it"].der
    assert it.index(der.oid("1.2.840.10045.4.3.3")) < it.index(der.oid("1.2.840.10045.4.3.2"))


def test_again() -> None:
    material = Material("ca = ca, o: x, key: rsa1024\nnew = ca, again: ca\nsame = ca, again: ca, key: of ca, cn: Other\nleaf1 = leaf, again: ca, days: 5")
    ca, new, same = material["ca"], material["new"], material["same"]
    assert new.name == ca.name and new.key is not ca.key and new.key.kind == "rsa1024"
    assert same.key is ca.key and same.name != ca.name
    loaded = [x509.load_der_x509_certificate(i.der) for i in (ca, new, same)]
    assert len({c.serial_number for c in loaded}) == 3
    for one in loaded:
        one.verify_directly_issued_by(one)
    with pytest.raises(InvalidSignature):
        loaded[1].verify_directly_issued_by(loaded[0])
    assert material["leaf1"].name == ca.name


def test_serials_do_not_depend_on_keys() -> None:
    block = "ca = ca\nit = leaf, issuer: ca"
    assert certificate(block).serial_number == certificate(block).serial_number


def test_without_a_block() -> None:
    root = identity(Spec(ca=True, subject=(("cn", "Root"),)), key("p256", 1))
    it = x509.load_der_x509_certificate(identity(Spec(), key("p256", 2), root).der)
    it.verify_directly_issued_by(x509.load_der_x509_certificate(root.der))
    with pytest.raises(CannotMake):
        identity(Spec(signature="md5"), key("p256"))
    with pytest.raises(CannotMake):
        identity(Spec(), key("x25519"))
    with pytest.raises(NotImplementedError):
        Key().pkcs8()


# --- what else lies in files ---

BLOCK = "ca = ca\nint = ca, issuer: ca\nit = leaf, issuer: ca, cn: dm, san: dm.test\nrsa = leaf, issuer: ca, key: rsa1024"


def body(text: str, block: str = BLOCK) -> bytes:
    return Material(block).file_bytes(text)


def test_pieces_that_cryptography_reads() -> None:
    material = Material(BLOCK)
    it = x509.load_pem_x509_certificate(material.file_bytes("it"))
    assert it == x509.load_der_x509_certificate(material.file_bytes("der(it)"))
    assert [c.subject.rfc4514_string() for c in x509.load_pem_x509_certificates(material.file_bytes("it int ca"))] == ["CN=dm", "CN=int", "CN=DM CA"]
    own = serialization.load_pem_private_key(material.file_bytes("key(it)"), None)
    assert own.public_key() == it.public_key()
    assert serialization.load_pem_private_key(material.file_bytes("key(it, sec1)"), None).public_key() == it.public_key()
    assert serialization.load_der_private_key(material.file_bytes("derkey(it)"), None).public_key() == it.public_key()
    assert serialization.load_pem_private_key(material.file_bytes("key(it, encrypted)"), b"test").public_key() == it.public_key()
    assert serialization.load_pem_private_key(material.file_bytes("key(rsa, encrypted-pkcs1)"), b"test").key_size == 1024  # type: ignore[union-attr]
    assert isinstance(serialization.load_pem_private_key(material.file_bytes("key(rsa, pkcs1)"), None), rsa.RSAPrivateKey)
    assert serialization.load_pem_public_key(material.file_bytes("public(it)")) == it.public_key()
    wish = x509.load_pem_x509_csr(material.file_bytes("request(it)"))
    assert wish.is_signature_valid and wish.subject == it.subject and wish.public_key() == it.public_key()
    assert wish.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName) == ["dm.test"]
    assert x509.load_der_x509_csr(material.file_bytes("derrequest(ca)")).is_signature_valid
    revoked = x509.load_pem_x509_crl(material.file_bytes("crl(ca)"))
    ca = x509.load_der_x509_certificate(material["ca"].der)
    assert revoked.is_signature_valid(ca.public_key()) and len(revoked) == 1  # type: ignore[arg-type]
    assert x509.load_pem_x509_crl(material.file_bytes("crl()")).issuer.rfc4514_string() == "CN=DM CA"
    store = pkcs12.load_pkcs12(material.file_bytes("pkcs12(it)"), b"test")
    assert store.cert is not None and store.cert.certificate == it
    assert pkcs7.load_pem_pkcs7_certificates(material.file_bytes("pkcs7(it, ca)")) == sorted((it, ca), key=lambda c: c.public_bytes(serialization.Encoding.DER))
    assert it.fingerprint(hashes.SHA256())


@openssl_needed
def test_pieces_that_openssl_reads() -> None:
    assert body("trusted(it)").startswith(b"-----BEGIN TRUSTED CERTIFICATE-----\n")
    assert "Trusted Uses: TLS Web Server Authentication, TLS Web Client Authentication" in " ".join(said("x509", "-noout", "-text", data=body("trusted(it)")).split())
    assert "ASN1 OID: prime256v1" in said("ecparam", "-noout", "-text", data=body("params()"))
    assert "ASN1 OID: secp384r1" in said("ecparam", "-noout", "-text", data=body("params(it)", "it = leaf, key: p384"))


def test_pieces_that_are_nothing() -> None:
    assert body("empty()") == b"" == body("")
    assert body("blank()").strip() == b"" != body("blank()")
    assert body(r'text("# caf\u00e9\n") bytes(ff 00) bytes(0a)') == "# café\n".encode() + b"\xff\x00\n"
    assert body("jks()").startswith(b"\xfe\xed\xfe\xed\0\0\0\2") and len(body("jks()")) == 32
    assert b"\0" in body("binary()")
    with pytest.raises(ValueError):
        x509.load_pem_x509_certificate(body("broken()"))
    assert body("headers(it)").startswith(b"-----BEGIN CERTIFICATE-----\nX-Owner: dm\n\nMII")
    assert body('label("X509 CERTIFICATE", it ca)').count(b"X509 CERTIFICATE-----") == 4
    with pytest.raises(ValueError):
        serialization.load_pem_private_key(body("key(rsa, inconsistent)"), None)


@pytest.mark.skipif(shutil.which("keytool") is None, reason="the program keytool is not here")
def test_keytool_reads_the_java_key_store(tmp_path: Path) -> None:
    store = tmp_path / "store.jks"
    store.write_bytes(body("jks()"))
    done = subprocess.run(["keytool", "-list", "-keystore", str(store), "-storepass", "test"], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout


# --- damage ---


def lines(name: str, pieces: str = "it") -> list[bytes]:
    return body(f"{pieces} | {name}").split(b"\n")


def test_every_transform_changes_something() -> None:
    two = body("it ca")
    assert [name for name, change in TRANSFORMS.items() if change(two) == two] == []


def test_transforms() -> None:
    assert body("it | bom").startswith(b"\xef\xbb\xbf-----BEGIN")
    assert body("it | utf16").startswith(b"\xff\xfe-\0-\0")
    assert body("it | utf16be").startswith(b"\xfe\xff\0-\0-")
    assert all(line.startswith(b"  ") for line in lines("indent")[:-1])
    assert [line for line in lines("indent-begin") if line.startswith(b" ")] == [b"  -----BEGIN CERTIFICATE-----"]
    assert [line for line in lines("indent-end") if line.startswith(b" ")] == [b"  -----END CERTIFICATE-----"]
    assert all(line.endswith(b"\r") for line in lines("crlf")[:-1])
    assert b"\n" not in body("it | cr") and b"\r" in body("it | cr")
    assert b"END" not in body("it ca | no-end") and body("it ca | no-end").count(b"BEGIN") == 2
    assert b"BEGIN" not in body("it ca | no-begin")
    assert body("it | no-newline").endswith(b"CERTIFICATE-----")
    assert [line for line in lines("bad-base64") if line.startswith(b"*")] != []
    assert lines("bad-base64", "key(rsa, encrypted-pkcs1)")[1] == b"Proc-Type: 4,ENCRYPTED"
    with pytest.raises(ValueError):
        x509.load_pem_x509_certificate(body("it | bad-base64"))
    with pytest.raises(ValueError):
        x509.load_pem_x509_certificate(body("it | cut"))
    assert base64.b64decode(b"".join(lines("cut")[1:-2]), validate=True)
    assert len(lines("one-line")) == 4 and b"" in lines("blank-lines")[2:-1]
    assert lines("dashes")[0] == b"----BEGIN CERTIFICATE----" and lines("dashes6")[0] == b"------BEGIN CERTIFICATE------"
    assert lines("lower")[0] == b"-----begin certificate-----" and lines("lower")[-2] == b"-----end certificate-----"
    assert lines("labels")[0] == b"-----BEGIN CERTIFICATE-----" and lines("labels")[-2] == b"-----END OTHER-----"
    assert lines("text-before")[0] == b"cert: -----BEGIN CERTIFICATE-----"
    assert lines("text-after")[0] == b"-----BEGIN CERTIFICATE----- # dm"
    assert lines("text-after-end")[-2] == b"-----END CERTIFICATE----- # dm"
    assert b"-----END CERTIFICATE----------BEGIN CERTIFICATE-----\n" in body("it ca | joined")
    assert b"\n" not in body("it | escape") and b"CERTIFICATE-----\\nMII" in body("it | escape")
    material = Material(BLOCK)
    assert base64.b64decode(material.file_bytes("it | twice")) == material.file_bytes("it")
    assert material.file_bytes("it | bom | crlf") == material.file_bytes("it | bom, crlf") == material.file_bytes("bom(crlf(it))")
    mixed = material.file_bytes("ca no-end(int it) ca")
    assert mixed.startswith(material.file_bytes("ca")) and mixed.endswith(material.file_bytes("ca")) and mixed.count(b"END") == 2


# --- files ---


def test_files(tmp_path: Path) -> None:
    block = BLOCK + '\nfile tls/it.pem: it int # the chain\nfile tls/it-key.pem: key(it)\nfile "a b/c.pem": ca\nfile tls/open.pem: key(it) | mode 0640, crlf'
    written = Material(block).write(tmp_path)
    assert [p.relative_to(tmp_path).as_posix() for p in written] == ["tls/it.pem", "tls/it-key.pem", "a b/c.pem", "tls/open.pem"]
    assert len(x509.load_pem_x509_certificates(written[0].read_bytes())) == 2
    if os.name == "posix":
        assert [stat.S_IMODE(p.stat().st_mode) for p in written] == [0o644, 0o600, 0o644, 0o640]
    assert b"\r\n" in written[3].read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="links and FIFOs")
def test_special_files(tmp_path: Path) -> None:
    block = BLOCK + "\nfile real.pem: it\nfile link.pem: symlink real.pem\nfile folder.pem: folder\nfile fifo.pem: | fifo\nfile big.pem: it | size 3M"
    Material(block).write(tmp_path)
    assert (tmp_path / "link.pem").is_symlink() and (tmp_path / "link.pem").read_bytes() == (tmp_path / "real.pem").read_bytes()
    assert (tmp_path / "folder.pem").is_dir() and (tmp_path / "fifo.pem").is_fifo()
    assert (tmp_path / "big.pem").stat().st_size == 3 * 1024 * 1024
    x509.load_pem_x509_certificate((tmp_path / "big.pem").read_bytes())
    unreadable = Material("it = leaf\nfile it.pem: it | mode 0000")
    if os.geteuid() == 0:
        with pytest.raises(CannotHave):
            unreadable.write(tmp_path)
    else:
        unreadable.write(tmp_path)
        assert not os.access(tmp_path / "it.pem", os.R_OK)


# --- the grammar ---


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ("nonsense", "line 1"),
        ("\n\nit leaf", "line 3"),
        ("it = root", "neither ca nor leaf"),
        ("it = leaf, sans: x", "no wish"),
        ("it = leaf, san", "no wish"),
        ("it = leaf, days: 1, days: 2", "twice"),
        ("it = leaf\nit = leaf", "two identities"),
        ("it = leaf, issuer: ca\nca = ca", "not declared above"),
        ("bom = leaf", "word of the grammar"),
        ("key = leaf", "word of the grammar"),
    ],
)
def test_declarations_that_cannot_be_read(block: str, complaint: str) -> None:
    with pytest.raises(BlockError, match=complaint):
        Material(block)


@pytest.mark.parametrize(
    "wish",
    [
        "key: rsa17",
        "sig: md5",
        "sig: sha3",
        "serial: x",
        "days: soon",
        "usage: all",
        "eku: everything",
        "basic: yes",
        "signature: borken",
        "time: utc",
        "strings: ebcdic",
        "ski: xyz",
        "ext: one",
        "key: x25519",
    ],
)
def test_wishes_that_cannot_be_met(wish: str) -> None:
    with pytest.raises(BlockError, match="it: "):
        Material(f"it = leaf, {wish}")["it"]


@pytest.mark.parametrize(
    "line",
    [
        "a.pem: other",
        "a.pem: key(it",
        "a.pem: it)",
        "a.pem: it | nothing",
        "a.pem: what(it)",
        "a.pem: key()",
        "a.pem: key(it, pkcs1)",
        "a.pem: crl(it, it) it,",
        'a.pem: text("x',
        "../a.pem: it",
        "/a.pem: it",
    ],
)
def test_files_that_cannot_be_read(line: str) -> None:
    with pytest.raises(BlockError):
        Material(f"it = leaf\nfile {line}").files()


def test_comments_and_quotes() -> None:
    material = Material('# all\n\nca = ca, cn: "A # B, C" # why\n  it = leaf, issuer: ca#x, o: y\n'.replace("ca#x", "ca"))
    assert x509.load_der_x509_certificate(material["ca"].der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "A # B, C"
    assert material.names == ["ca", "it"]


def test_nothing_is_made_before_it_is_asked_for() -> None:
    Material("it = leaf, key: rsa17\nfile a.pem: it | nothing")


# --- scenarios ---

SCENARIO = """# shared

```certs
ca = ca
```

## First

```certs
it = leaf, issuer: ca
file tls/it.pem: it
```

`dm-task.yaml`:

```yaml
a: {{ ca }}  # error: [x] at "{{ca}}"
b: [{{list: text("ab")}}]
c: $0d
```

## Second

`dm-task.yaml`:

```yaml
a: {{it}}
```
"""


def test_blocks_of_scenarios(tmp_path: Path) -> None:
    path = tmp_path / "shared.md"
    path.write_text(SCENARIO, encoding="utf-8")
    first, second = read(path)
    material = first.material()
    assert material is not None
    assert material.names == ["ca", "it"] and [f.path for f in material.files()] == ["tls/it.pem"]
    filled = first.filled(material)
    lines = filled.files["dm-task.yaml"].split("\n")
    text = base64.b64encode(material.file_bytes("ca")).decode()
    assert lines[0] == f'a: {text}  # error: [x] at "{text}"'
    assert lines[1] == "b: [97, 98]"
    assert filled.expected()[0].at == text
    assert filled.cursor is not None and filled.files["dm-task.yaml"][filled.cursor[1] :] == "d\n"
    only = second.material()
    assert only is not None and only.names == ["ca"]
    with pytest.raises(BlockError, match="no identity is called it"):
        second.filled(only)
