"""No bytes make the readers of certificates and keys raise, and what they find lies in the file."""

from __future__ import annotations

from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dmls.pki import file as pki_file
from dmls.pki import pem
from dmls.pki.facts import GO_1_18, GO_1_23, GO_1_25
from support.certs import Spec, identity, key
from support.certs import pem as write_pem

PIECES = [
    b"-----BEGIN ",
    b"-----END ",
    b"-----",
    b"CERTIFICATE",
    b"PRIVATE KEY",
    b"X",
    b"\n",
    b"\r\n",
    b"\r",
    b" ",
    b":",
    b"QUJD",
    b"=",
    b"LS0tLS1CRUdJTiBY",
    b"\xef\xbb\xbf",
    b"\xe2\x80\x94",
    b"\\n",
    b"-----BEGIN X-----\nQUJD\n-----END X-----\n",
    b"begin",
    b"\xff\xfe",
    b"\0",
]


@cache
def certificate() -> bytes:
    extra = (("2.5.29.36", True, b"\x30\x03\x80\x01\x00"), ("2.5.29.35", False, b"\x30\x03\x80\x01\x61"))
    names = ("a.example", "10.0.0.1", "a@b", "https://x:1/y")
    return identity(Spec(ca=True, san=names, permit=("dm.example", "10.0.0.0/8", "a@b"), policies=("1.2.3",), extra=extra), key()).der


def check(data: bytes) -> None:
    file = pki_file.read(data)
    for piece in (*file.blocks, *file.damage):
        assert 0 <= piece.start < piece.end <= len(data)
    for go in (GO_1_18, GO_1_23, GO_1_25):
        pki_file.pool(file, go)
        pki_file.etcd_pool_error(file, go)
        pki_file.key_pair(file, file, go)
        pki_file.private_key(file, go)
    pki_file.guess_role(file)


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join))
@example(b"-----BEGIN CERTIFICATE-----END CERTIFICATE-----")
def test_pieces_of_pem(data: bytes) -> None:
    check(data)
    new, old = pem.both(data)
    assert new == pem.blocks(data)
    assert (new if old is None else old) == pem.blocks(data, GO_1_23)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    check(data)
    for label in ("CERTIFICATE", "PRIVATE KEY", "CERTIFICATE REQUEST"):
        check(write_pem(label, data))


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_changed_bytes_of_certificates_and_keys(data: st.DataObject) -> None:
    forms = {"CERTIFICATE": certificate(), "EC PRIVATE KEY": key().traditional(), "PRIVATE KEY": key("ed25519").pkcs8(), "RSA PRIVATE KEY": key("rsa1024").traditional()}
    label = data.draw(st.sampled_from(sorted(forms)))
    content = bytearray(forms[label])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
        if not content:
            break
    check(write_pem(label, bytes(content)))
    check(bytes(content))
