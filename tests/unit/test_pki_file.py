"""Files of certificates and keys, as Go's readers and etcd's take them."""

from __future__ import annotations

import base64
import time

import pytest

from dmls.pki import file as pki_file
from dmls.pki.facts import GO_1_21, GO_1_23, GO_1_24, GO_1_25
from support import certs
from support import der as write
from support.certs import TRANSFORMS, Identity, Spec, identity, key, pem

CA, LEAF, NEGATIVE = "CERTIFICATE", "tls: failed to find any PEM data in certificate input", "x509: negative serial number"


@pytest.fixture(scope="module")
def root() -> Identity:
    return identity(Spec(ca=True, subject=(("cn", "root"),)), key())


@pytest.fixture(scope="module")
def leaf(root: Identity) -> Identity:
    return identity(Spec(subject=(("cn", "dm-master"),)), key("ed25519"), root)


def block(own: Identity, label: str = CA, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    return pem(label, own.der, headers)


def test_a_pool_takes_each_certificate_once(root: Identity, leaf: Identity) -> None:
    file = pki_file.read(block(root) + block(leaf) + block(root))
    pool = pki_file.pool(file)
    assert [c.subject.common_name for c in pool.certificates] == ["root", "dm-master"]
    assert pool.appended_ok and pool.skipped == ()
    assert file.blocks[0].certificate is file.blocks[2].certificate
    assert pki_file.etcd_pool_error(file) is None


def test_what_a_pool_skips_and_etcd_does_not(root: Identity) -> None:
    for label, headers, said in (
        (CA, (("k", "v"),), None),
        ("X509 CERTIFICATE", (), None),
        ("TRUSTED CERTIFICATE", (), None),
        ("certificate", (), None),
    ):
        file = pki_file.read(block(root, label, headers))
        pool = pki_file.pool(file)
        assert not pool.appended_ok and len(pool.skipped) == 1
        assert pki_file.etcd_pool_error(file) == said
    file = pki_file.read(block(root) + pem("PRIVATE KEY", root.key.pkcs8()))
    assert pki_file.pool(file).appended_ok
    assert pki_file.etcd_pool_error(file) == "x509: malformed tbs certificate"
    assert pki_file.etcd_pool_error(pki_file.read(b"no block")) is None


def test_versions_have_their_own_pools() -> None:
    file = pki_file.read(block(identity(Spec(ca=True, serial=-1), key())))
    assert pki_file.pool(file, GO_1_21).appended_ok
    assert not pki_file.pool(file, GO_1_23).appended_ok
    assert pki_file.etcd_pool_error(file, GO_1_21) is None
    assert pki_file.etcd_pool_error(file, GO_1_25) == NEGATIVE
    assert pki_file.key_pair(file, None, GO_1_21).error is None
    assert pki_file.key_pair(file, None, GO_1_23).error == NEGATIVE


def test_versions_may_find_other_blocks(root: Identity) -> None:
    # The END before BEGIN in its line is overlooked since 1.24.
    file = pki_file.read(b"\n-----END " + block(root))
    assert pki_file.pool(file, GO_1_24).appended_ok
    assert pki_file.blocks(file, GO_1_23) == ()
    assert not pki_file.pool(file, GO_1_23).appended_ok


def test_pairs(root: Identity, leaf: Identity) -> None:
    chain = pki_file.read(block(leaf) + block(root))

    def said(key_data: bytes, cert: bytes | None = None) -> str | None:
        return pki_file.key_pair(chain if cert is None else pki_file.read(cert), pki_file.read(key_data)).error

    own, other = leaf.key.private_pem(), root.key.private_pem()
    assert said(own) is None
    assert said(pem("X", b"") + own + other) is None
    assert said(other) == "tls: private key type does not match public key type"
    assert said(key("ed25519", 1).private_pem()) == "tls: private key does not match public key"
    assert said(b"") == "tls: failed to find any PEM data in key input"
    assert said(block(leaf)) == "tls: found a certificate rather than a key in the PEM for the private key"
    wanted = 'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [CERTIFICATE CERTIFICATE]'
    assert said(block(leaf) + block(root)) == wanted
    assert said(own, b"") == "tls: failed to find any PEM data in certificate input"
    assert said(own, own).startswith("tls: failed to find certificate PEM data in certificate input, but did find a private key")  # type: ignore[union-attr]
    wanted = 'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [PRIVATE KEY PRIVATE KEY]'
    assert said(own, own * 2) == wanted
    # A missing key is told before an unreadable leaf, that before an unreadable key.
    broken = pem(CA, leaf.der[:-1])
    assert said(b"", broken) == "tls: failed to find any PEM data in key input"
    assert said(pem("PRIVATE KEY", b"filler"), broken) == "x509: malformed certificate"
    assert said(pem("PRIVATE KEY", b"filler")) == "tls: failed to parse private key"
    odd = identity(Spec(), key("ed448"), root)
    assert said(own, block(odd)) == "tls: unknown public key algorithm"


def test_a_pair_without_a_key_file(root: Identity, leaf: Identity) -> None:
    pair = pki_file.key_pair(pki_file.read(block(leaf) + pem(CA, b"x") + block(root)), None)
    assert pair.error is None
    assert [c.subject.common_name for c in pair.chain] == ["dm-master", "root"]
    assert pair.unreadable == ((1, "x509: malformed certificate"),)
    broken = pki_file.key_pair(pki_file.read(pem(CA, b"x") + block(leaf)), None)
    assert broken.chain == () and broken.error == "x509: malformed certificate"


def test_only_the_modulus_of_rsa_keys_is_compared() -> None:
    own = identity(Spec(), key("rsa2048"))
    public = pki_file.read(block(own)).blocks[0].certificate.public_key  # type: ignore[union-attr]
    assert public.identity[-8:] == (65537).to_bytes(8, "big")
    assert pki_file.key_pair(pki_file.read(block(own)), pki_file.read(own.key.private_pem("pkcs1"))).error is None


def test_forms(root: Identity) -> None:
    forms = {
        b"": "empty",
        b" \r\n\t": "blank",
        b"\xef\xbb\xbf\n": "blank",
        b"hello\n": "text",
        "ein größerer Text".encode("latin-1"): "text",
        root.der: "der-certificate",
        root.der + b"\n": "der-certificate",
        root.key.pkcs8(): "der-key",
        root.key.private_der("sec1"): "der-key",
        key("rsa2048").private_der("pkcs1"): "der-key",
        key("ed448").pkcs8(): "der-key",
        key().private_der("encrypted"): "der-key",
        certs.request(root): "der-request",
        certs.pkcs12_file(root): "pkcs12",
        b"\x30\x80\x02\x01\x03\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01": "pkcs12",
        certs.jks(): "jks",
        certs.revocations(root): "binary",
        certs.pkcs7([root]): "binary",
        bytes(range(256)) * 4: "binary",
        block(root).decode().encode("utf-16"): "text",
        block(root): "pem",
    }
    for data, form in forms.items():
        file = pki_file.read(data)
        assert (file.form, file.size) == (form, len(data)), data[:20]
        assert bool(file.blocks) == (form == "pem")


def test_where_lines_begin(root: Identity) -> None:
    data = b"a\n\n" + block(root) + b"\n\n"
    file = pki_file.read(data)
    lines = data[: file.blocks[0].end].split(b"\n")
    assert list(file.line_starts) == [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]


def test_roles(root: Identity, leaf: Identity) -> None:
    old_root = identity(Spec(ca=True, version=1), key())
    for data, role in (
        (block(root), "ca"),
        (block(old_root), "ca"),
        (block(leaf), "cert"),
        (block(leaf) + block(root), "cert"),
        (leaf.key.private_pem(), "key"),
        (block(root) + root.key.private_pem(), "cert"),
        (pem("CERTIFICATE REQUEST", certs.request(leaf)), "request"),
        (leaf.key.pkcs8(), "key"),
        (b"text", ""),
    ):
        assert pki_file.guess_role(pki_file.read(data)) == role


def test_the_same_bytes_are_read_once(root: Identity, leaf: Identity) -> None:
    data = block(root)
    assert pki_file.read(data) is pki_file.read(bytes(bytearray(data)))
    assert pki_file.read(data).blocks[0].certificate is pki_file.read(block(leaf) + data).blocks[1].certificate
    for i in range(300):
        pki_file.read(b"%d" % i)
    assert len(pki_file._files) == 256


def big(extension: bytes) -> bytes:
    return pem(CA, identity(Spec(extra=(("2.5.29.17", False, extension),), only_extra=True), key()).der)


def test_hostile_files_take_linear_time(root: Identity) -> None:
    deep = b"\5\0"
    for _ in range(3000):
        deep = write.seq(deep)
    line = b"-----BEGIN CERTIFICATE-----\n"
    end = line.replace(b"BEGIN", b"END")
    for data in (
        block(root) * 10_000,
        b"-" * 2_000_000,
        line * 50_000,
        line * 50_000 + end,
        end * 50_000,
        line.strip() * 50_000,
        b"BEGIN END " * 100_000,
        b"-BEGIN" * 200_000,
        (b"BEGIN" + b" " * 100) * 20_000,
        line + b"a: b\n" * 100_000,
        b"LS0tLS1CRUdJTi" * 100_000,
        pem(CA, deep),
        pem("PRIVATE KEY", deep),
        pem("CERTIFICATE REQUEST", deep),
        deep,
        b"\0" * 2_000_000,
        b"\n" * 8_000_000,
        big(write.seq(write.tagged(0x86, b"http://" + b"%e4" * 100_000))),
        big(write.seq(*[write.tagged(0x82, b"a")] * 50_000)),
        pem(CA, identity(Spec(extra=(("1.2.3", False, bytes(1_000_000)),)), key()).der),
        pem(CA, identity(Spec(extra=(("2.5.29.32", False, write.seq(write.seq(write.tagged(6, b"\x2a" + b"\xff" * 200_000 + b"\1")))),)), key()).der),
    ):
        begin = time.process_time()
        pki_file.read(data)
        assert time.process_time() - begin < 5, data[:60]


def test_base64_of_a_file(root: Identity) -> None:
    (found,) = pki_file.read(base64.b64encode(block(root))).damage
    assert found.kind == "encoded-twice" and (found.start, found.end) == (0, len(base64.b64encode(block(root))))


HARMLESS = ("bad-base64", "no-end", "no-begin", "indent", "dashes", "lower", "text-before", "text-after")
"""Damage to a private key between two authorities, after which Go 1.26 and etcd's loop both still found two certificates and no error."""


@pytest.mark.parametrize("transform", HARMLESS)
def test_a_damaged_key_in_a_bundle_is_lost_and_nothing_else(root: Identity, transform: str) -> None:
    first, second = (pem(CA, identity(Spec(ca=True, subject=(("cn", name),)), key()).der) for name in ("one", "two"))
    file = pki_file.read(first + TRANSFORMS[transform](root.key.private_pem()) + second)
    assert len(pki_file.pool(file).certificates) == 2 and pki_file.etcd_pool_error(file) is None
    assert file.damage and all(pki_file.is_lost_key(file, piece) for piece in file.damage)
    # A certificate that is damaged in the same way is no key.
    file = pki_file.read(first + TRANSFORMS[transform](second))
    assert file.damage and not any(pki_file.is_lost_key(file, piece) for piece in file.damage)


@pytest.mark.parametrize("transform", ["escape", "cr"])
def test_a_damaged_key_that_takes_a_certificate_with_it(root: Identity, transform: str) -> None:
    first, second = (pem(CA, identity(Spec(ca=True, subject=(("cn", name),)), key()).der) for name in ("one", "two"))
    file = pki_file.read(first + TRANSFORMS[transform](root.key.private_pem()) + second)
    assert len(pki_file.pool(file).certificates) == 1
    assert not any(pki_file.is_lost_key(file, piece) for piece in file.damage)


def test_go_before_1_18_is_taken_for_1_18() -> None:
    file = pki_file.read(key("rsa2048").private_pem("encrypted"))
    assert pki_file.key_error(file, (1, 16)) == pki_file.key_error(file, (1, 18)) == "tls: failed to parse private key"
