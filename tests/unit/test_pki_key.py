"""Private keys of every sort.  All keys are made here; none lies in the repository."""

from __future__ import annotations

import gc
import sys

import pytest

from dmls.pki import file as pki_file
from dmls.pki import key as pki_key
from dmls.pki.certificate import CURVES, Curve
from dmls.pki.facts import GO_1_18, GO_1_23, GO_1_24, GO_1_25, KeyFacts
from support import certs
from support import der as write
from support.cert_keys import RsaKey
from support.certs import Spec, identity, key, pem

FAILED = "tls: failed to parse private key"
UNKNOWN = "tls: found unknown private key type in PKCS#8 wrapping"


def facts(data: bytes) -> KeyFacts:
    found = pki_file.private_key(pki_file.read(data))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "form", "wanted"),
    [
        ("rsa2048", "pkcs8", "PKCS#8"),
        ("rsa2048", "pkcs1", "PKCS#1"),
        ("p256", "pkcs8", "PKCS#8"),
        ("p256", "sec1", "SEC 1"),
        ("p384", "sec1", "SEC 1"),
        ("p521", "pkcs8", "PKCS#8"),
        ("ed25519", "pkcs8", "PKCS#8"),
    ],
)
def test_keys_that_fit(kind: str, form: str, wanted: str) -> None:
    own = identity(Spec(), key(kind))
    found = facts(own.key.private_pem(form))
    assert (found.format, found.problem, found.go_error) == (wanted, "", "")
    cert = pki_file.read(pem("CERTIFICATE", own.der))
    public = cert.blocks[0].certificate.public_key  # type: ignore[union-attr]
    assert found.public == public
    pair = pki_file.key_pair(cert, pki_file.read(own.key.private_pem(form)))
    assert pair.error is None and len(pair.chain) == 1


@pytest.mark.parametrize(
    ("kind", "form", "problem", "what", "said"),
    [
        ("p224", "pkcs8", "unsupported", "P-224", ""),
        ("secp256k1", "sec1", "unsupported", "secp256k1", FAILED),
        ("brainpoolP256r1", "pkcs8", "unsupported", "brainpoolP256r1", FAILED),
        ("x25519", "pkcs8", "unsupported", "X25519", UNKNOWN),
        ("ed448", "pkcs8", "unsupported", "Ed448", FAILED),
        ("x448", "pkcs8", "unsupported", "X448", FAILED),
        ("dsa", "pkcs8", "unsupported", "DSA", FAILED),
        ("dsa", "traditional", "unsupported", "DSA", FAILED),
        ("rsa-pss", "pkcs8", "unsupported", "RSA-PSS", FAILED),
        ("rsa2048", "inconsistent", "inconsistent", "", FAILED),
        ("rsa2048", "encrypted", "encrypted", "", FAILED),
        ("p256", "encrypted", "encrypted", "", FAILED),
        ("rsa2048", "encrypted-pkcs1", "encrypted", "", FAILED),
        ("p256", "encrypted-sec1", "encrypted", "", FAILED),
        ("ed25519", "openssh", "openssh", "", FAILED),
    ],
)
def test_keys_that_do_not(kind: str, form: str, problem: str, what: str, said: str) -> None:
    found = facts(key(kind).private_pem(form))
    assert (found.problem, found.what, found.go_error) == (problem, what, said)
    if kind == "p224":
        assert found.public is not None and found.public.curve == "P-224"


def test_sm2_is_named() -> None:
    wrapping = write.seq(
        write.integer(0), write.seq(write.oid("1.2.840.10045.2.1"), write.oid("1.2.156.10197.1.301")), write.octets(write.seq(write.integer(1), write.octets(b"\1" * 32)))
    )
    assert facts(pem("PRIVATE KEY", wrapping))[2:4] == ("unsupported", "SM2")


def test_damage_and_other_curves() -> None:
    assert facts(pem("PRIVATE KEY", b"filler"))[::2] == ("PKCS#8", "damaged", FAILED)
    assert facts(pem("EC PRIVATE KEY", b""))[0] == "SEC 1"
    explicit = write.seq(write.integer(1), write.octets(b"\1" * 32), write.explicit(0, write.seq(write.integer(1))))
    assert facts(pem("EC PRIVATE KEY", explicit))[2:4] == ("unsupported", "explicit EC parameters")


def test_the_type_of_the_block_does_not_matter() -> None:
    own = key()
    for label in ("EC PRIVATE KEY", "RSA PRIVATE KEY", "ANY PRIVATE KEY"):
        assert facts(pem(label, own.pkcs8())).problem == ""
    assert facts(pem("PRIVATE KEY", own.pkcs8(), (("Proc-Type", "4,ENCRYPTED"),))).problem == ""
    assert pki_file.private_key(pki_file.read(pem("MYPRIVATE KEY", own.pkcs8()))) is None


def rsa(**changed: int) -> bytes:
    """PKCS#1 of a key of 1024 bits with some numbers changed."""
    own = key("rsa1024")
    assert isinstance(own, RsaKey)
    numbers = dict(zip(("n", "e", "d", "p", "q"), pkcs1_numbers(own.traditional())))
    numbers.update(changed)
    d, p, q = numbers["d"], numbers["p"], numbers["q"]
    rest = {"dp": d % (p - 1), "dq": d % (q - 1), "qinv": pow(q, -1, p), **{k: v for k, v in changed.items() if k in ("dp", "dq", "qinv")}}
    return write.seq(*(write.integer(v) for v in (0, numbers["n"], numbers["e"], d, p, q, rest["dp"], rest["dq"], rest["qinv"])))


def pkcs1_numbers(data: bytes) -> list[int]:
    from dmls.pki import der

    _, at, end = der.read(data, 0, len(data))
    out = []
    while at < end:
        _, start, at = der.read(data, at, end)
        out.append(int.from_bytes(data[start:at], "big"))
    return out[1:6]


def errors(data: bytes) -> list[str | None]:
    found = pki_key.examine("RSA PRIVATE KEY", {}, data)
    return [pki_key.error(found.errors, go) for go in (GO_1_18, GO_1_23, GO_1_24, GO_1_25)]


def test_the_numbers_of_rsa_keys() -> None:
    assert errors(rsa()) == [None] * 4
    n, e, d, p, q = pkcs1_numbers(key("rsa1024").traditional())
    assert errors(rsa(e=2)) == [FAILED] * 4
    assert errors(rsa(p=p + 2)) == [FAILED] * 4
    assert errors(rsa(p=q, q=p)) == [None] * 4
    # Since 1.24 the numbers for the Chinese remainder theorem count, before they were made anew.
    assert errors(rsa(qinv=1)) == [None, None, FAILED, FAILED]
    assert errors(rsa(dp=-1)) == [None, None, FAILED, FAILED]
    assert errors(rsa(d=1, dp=d % (p - 1), dq=d % (q - 1))) == [FAILED] * 4
    assert errors(rsa(d=d + 2, dp=d % (p - 1), dq=d % (q - 1))) == [FAILED, FAILED, None, None]


def test_huge_numbers_cost_nothing() -> None:
    huge = (1 << 2_000_000) + 1
    data = write.seq(*(write.integer(v) for v in (0, huge, 65537, huge - 2, huge // 3, huge // 5, 3, 3, 3)))
    assert facts(pem("RSA PRIVATE KEY", data)).problem == "inconsistent"


def test_curve_keys_with_odd_numbers() -> None:
    def sec1(secret: bytes) -> KeyFacts:
        return facts(pem("EC PRIVATE KEY", write.seq(write.integer(1), write.octets(secret), write.explicit(0, write.oid("1.2.840.10045.3.1.7")))))

    assert sec1(b"\1").public == sec1(bytes(40) + b"\1").public
    assert sec1(b"\xff" * 32).problem == "inconsistent"
    assert sec1(bytes(32)).problem == ""


@pytest.mark.parametrize(("dotted", "curve"), CURVES.items(), ids=[curve.name for curve in CURVES.values()])
def test_the_numbers_of_curves(dotted: str, curve: Curve) -> None:
    def of(secret: int) -> KeyFacts:
        octets = secret.to_bytes(curve.size, "big")
        return facts(pem("EC PRIVATE KEY", write.seq(write.integer(1), write.octets(octets), write.explicit(0, write.oid(dotted)))))

    first, last = of(1).public, of(curve.order - 1).public
    assert first is not None and last is not None
    x, y = curve.gx.to_bytes(curve.size, "big"), curve.gy.to_bytes(curve.size, "big")
    assert first.identity == curve.name.encode() + b"\4" + x + y
    assert last.identity == curve.name.encode() + b"\4" + x + (curve.p - curve.gy).to_bytes(curve.size, "big")
    assert of(curve.order).problem == "inconsistent"
    assert curve.has(curve.gx, curve.gy) and not curve.has(curve.gx, curve.gy + 1) and not curve.has(curve.gx + curve.p, curve.gy)


def test_nothing_private_is_kept() -> None:
    secrets = []
    kept = []
    for kind, form in (("rsa2048", "pkcs8"), ("p256", "sec1"), ("ed25519", "pkcs8"), ("x25519", "pkcs8")):
        plain = key(kind).private_der(form)
        secrets.append(plain[-60:-20] if kind == "rsa2048" else plain[8:40] if form == "sec1" else plain[-32:])
        kept.append(pki_file.read(pem("PRIVATE KEY", plain) + b"again\n"))
        kept.append(pki_file.read(plain))
        del plain
    gc.collect()
    seen: set[int] = set()
    waiting: list[object] = [*kept, pki_file._files, pki_file._certificates]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, (type, type(sys))):
            continue
        seen.add(id(item))
        if isinstance(item, (bytes, bytearray)):
            assert not any(secret in item for secret in secrets)
        elif isinstance(item, int):
            assert item.bit_length() < 2500
        elif not callable(item):
            waiting.extend(gc.get_referents(item))


def test_the_name_of_a_request() -> None:
    own = identity(Spec(subject=(("o", "x"), ("cn", "dm-worker"))), key())
    data = certs.request(own)
    assert pki_key.parse_request_cn(data) == "dm-worker"
    for broken in (b"", data[:20], b"\x30\x02\x05\x00", own.der):
        assert pki_key.parse_request_cn(broken) == ""
    (block,) = pki_file.read(pem("CERTIFICATE REQUEST", data)).blocks
    assert block.common_name == "dm-worker"
