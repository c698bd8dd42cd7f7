"""`dmls certs inspect`: what certificate and key files hold."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Callable

import pytest

from dmls.files import PEM_LIMIT
from dmls.width import width
from support.certs import AT, DAY, NOW, TRANSFORMS, Identity, Key, Spec, identity, jks, key, pem, pkcs12_file, relabel, request

from .conftest import Ran, Run

Files = Callable[..., None]

CA = identity(Spec(ca=True, subject=(("cn", "dm CA"), ("o", "dm")), pathlen=1, serial=255), key())
LEAF = identity(Spec(subject=(("cn", "dm-master1"),), not_after=NOW + 20 * DAY, san=("m1.dm.test", "10.0.0.1", "uri:spiffe://dm/m1", "ops@dm.test")), key("rsa2048"), CA)


def certificate(of: Identity) -> bytes:
    return pem("CERTIFICATE", of.der)


def inspected(ran: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in ran.out.splitlines()]


@pytest.fixture
def see(dmls: Run, files: Files) -> Callable[..., dict[str, object]]:
    """Inspect one file as JSON."""

    def run(data: bytes, *arguments: str) -> dict[str, object]:
        files({"x.pem": data})
        ran = dmls("certs", "inspect", "x.pem", "--at", AT, "--format", "json", *arguments)
        (document,) = inspected(ran)
        assert ran.err == ""
        assert ran.status == (0 if document["go"]["ok"] else 1)  # type: ignore[index]
        assert document["file"] == "x.pem"
        assert document["version"] == 1
        return document

    return run


See = Callable[..., dict[str, object]]


def test_every_fact(see: See) -> None:
    document = see(certificate(LEAF) + certificate(CA))
    assert document["role"] == "cert"
    assert document["go"] == {"ok": True, "certificates": 2, "error": None}
    assert document["etcd"] == {"ok": True, "error": None}
    leaf, ca = document["certificates"]  # type: ignore[misc]
    assert leaf["subject"] == "CN=dm-master1"
    assert leaf["issuer"] == "CN=dm CA,O=dm" or leaf["issuer"] == "O=dm,CN=dm CA"
    assert leaf["common_name"] == "dm-master1"
    assert leaf["not_before"] == "2026-08-02T12:00:00Z"
    assert leaf["not_after"] == "2026-09-21T12:00:00Z"
    assert leaf["days_left"] == 20
    assert leaf["san"] == {"dns": ["m1.dm.test"], "ip": ["10.0.0.1"], "uri": ["spiffe://dm/m1"], "email": ["ops@dm.test"]}
    assert leaf["key"] == {"kind": "RSA", "bits": 2048, "curve": None}
    assert leaf["signature_algorithm"] == "ECDSA-SHA256"
    assert leaf["key_usage"] == ["digitalSignature", "keyEncipherment"]
    assert leaf["extended_key_usage"] == ["serverAuth", "clientAuth"]
    assert (leaf["is_ca"], leaf["path_len"], leaf["self_issued"]) == (False, None, False)
    assert leaf["authority_key_id"] == ca["subject_key_id"] == CA.key.identifier.hex()
    assert leaf["refusal"] is None and leaf["unhandled_critical"] == []
    assert len(leaf["sha256"]) == 95
    assert ca["serial"] == {"decimal": "255", "hex": "FF"}
    assert ca["key"] == {"kind": "ECDSA", "bits": 256, "curve": "P-256"}
    assert (ca["is_ca"], ca["path_len"], ca["self_issued"]) == (True, 1, True)
    assert ca["key_usage"] == ["keyCertSign", "cRLSign"]


def test_text(dmls: Run, files: Files) -> None:
    files({"tls/m1.pem": certificate(LEAF)})
    ran = dmls("certs", "inspect", "tls/m1.pem", "--at", AT)
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "tls/m1.pem: certificate file, 1 certificate"
    assert lines[1] == "  1  dm-master1"
    assert lines[2].split() == ["subject", "CN=dm-master1"]
    shown = {line[5:22].strip(): line[22:] for line in lines[2:] if line[5:6] != " "}
    assert shown["valid"] == "2026-08-02T12:00:00Z – 2026-09-21T12:00:00Z, 20 days left"
    assert shown["names"] == "DNS:m1.dm.test, IP:10.0.0.1, URI:spiffe://dm/m1, email:ops@dm.test"
    assert shown["key"] == "RSA 2048"
    assert shown["CA"] == "no"
    assert lines[-1] == "     Go 1.25 takes it as a certificate file."


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_text_fits_a_hundred_columns(dmls: Run, files: Files, lang: str) -> None:
    many = identity(Spec(san=tuple(f"m{i}.dm.test" for i in range(60))), key(), CA)
    contents = {f"{name}.pem": change(certificate(many) + certificate(CA)) for name, change in TRANSFORMS.items()}
    contents |= {f"{form}.pem": key().private_pem(form) for form in ("pkcs8", "encrypted", "inconsistent", "openssh")}
    files({**contents, "a.pem": certificate(many), "store.p12": pkcs12_file(many), "store.jks": jks(), "empty": b"", "blank": b" \n"})
    ran = dmls("--lang", lang, "certs", "inspect", *sorted(p.name for p in Path.cwd().iterdir()))
    assert (ran.status, ran.err) == (1, "")
    assert [line for line in ran.out.splitlines() if width(line) > 100] == []


def test_colour_where_it_is_seen(dmls: Run, files: Files) -> None:
    files({"x.pem": certificate(LEAF)})
    import re

    plain = dmls("certs", "inspect", "x.pem", "--at", AT)
    painted = dmls("certs", "inspect", "x.pem", "--at", AT, terminal=True)
    assert "\x1b[33m2026-08-02" in painted.out
    assert re.sub(r"\x1b\[[\d;]*m", "", painted.out) == plain.out


def test_what_could_steer_a_terminal_is_taken_out(dmls: Run, files: Files) -> None:
    files({"x.pem": certificate(identity(Spec(subject=(("cn", "\x1b[31mdm\n\u202e"),)), key()))})
    ran = dmls("certs", "inspect", "x.pem")
    assert not set("\x1b\u202e") & set(ran.out)


# --- roles ---


def test_the_role_decides_who_reads(see: See) -> None:
    both = relabel("TRUSTED CERTIFICATE", certificate(LEAF))
    assert see(both, "--role", "ca")["go"] == {"ok": False, "certificates": 0, "error": "failed to append ca certs"}
    error = 'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [TRUSTED CERTIFICATE]'
    assert see(both, "--role", "cert")["go"] == {"ok": False, "certificates": 0, "error": error}
    error = 'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [TRUSTED CERTIFICATE]'
    assert see(both, "--role", "key")["go"] == {"ok": False, "certificates": 0, "error": error}


@pytest.mark.parametrize(
    ("data", "role"),
    [(certificate(CA), "ca"), (certificate(LEAF), "cert"), (key().private_pem(), "key"), (pem("CERTIFICATE REQUEST", request(LEAF)), "request"), (b"x", None)],
    ids=["ca", "cert", "key", "request", "none"],
)
def test_roles_are_guessed(see: See, data: bytes, role: str | None) -> None:
    assert see(data)["role"] == role


def test_go_and_etcd_differ(see: See) -> None:
    document = see(certificate(CA) + key().private_pem(), "--role", "ca")
    assert document["go"] == {"ok": True, "certificates": 1, "error": None}
    assert document["etcd"]["ok"] is False  # type: ignore[index]
    assert document["etcd"]["error"].startswith("x509: ")  # type: ignore[index]


def test_the_same_certificate_twice_counts_once(see: See) -> None:
    document = see(certificate(CA) * 2, "--role", "ca")
    assert document["go"]["certificates"] == 1  # type: ignore[index]
    assert len(document["certificates"]) == 2  # type: ignore[arg-type]


def test_what_a_go_version_refuses(see: See) -> None:
    negative = certificate(identity(Spec(serial=-5), key(), CA))
    assert see(negative, "--dm-version", "8.1.0")["go"]["ok"] is True  # type: ignore[index]
    document = see(negative, "--dm-version", "8.5.7")
    assert document["go"] == {"ok": False, "certificates": 0, "error": "x509: negative serial number"}
    assert document["certificates"][0]["refusal"] == "x509: negative serial number"  # type: ignore[index]
    assert document["certificates"][0]["serial"] == {"decimal": "-5", "hex": "-5"}  # type: ignore[index]


def test_a_certificate_that_no_go_reads(see: See, dmls: Run) -> None:
    document = see(certificate(CA) + pem("CERTIFICATE", b"0\x03\x02\x01\x01"), "--role", "ca")
    line = certificate(CA).count(b"\n") + 1
    assert document["unreadable"] == [{"line": line, "error": "x509: malformed tbs certificate"}]
    assert "cannot be read: x509: " in dmls("certs", "inspect", "x.pem").out


# --- keys ---


@pytest.mark.parametrize(
    ("kind", "form", "facts"),
    [
        ("p256", "pkcs8", {"kind": "ECDSA", "bits": 256, "curve": "P-256", "format": "PKCS#8", "encrypted": False, "problem": None}),
        ("p256", "sec1", {"kind": "ECDSA", "bits": 256, "curve": "P-256", "format": "SEC 1", "encrypted": False, "problem": None}),
        ("rsa2048", "pkcs1", {"kind": "RSA", "bits": 2048, "curve": None, "format": "PKCS#1", "encrypted": False, "problem": None}),
        ("ed25519", "pkcs8", {"kind": "Ed25519", "format": "PKCS#8", "encrypted": False, "problem": None}),
        ("rsa2048", "encrypted", {"encrypted": True, "problem": "encrypted"}),
        ("rsa2048", "encrypted-pkcs1", {"encrypted": True, "problem": "encrypted"}),
        ("rsa2048", "inconsistent", {"encrypted": False, "problem": "inconsistent"}),
        ("p256", "openssh", {"encrypted": False, "problem": "openssh"}),
        ("ed448", "pkcs8", {"encrypted": False, "problem": "unsupported"}),
    ],
)
def test_keys(see: See, kind: str, form: str, facts: dict[str, object]) -> None:
    document = see(key(kind).private_pem(form), "--role", "key")
    (found,) = document["keys"]  # type: ignore[misc]
    assert found.items() >= facts.items()
    assert document["go"]["ok"] is (facts["problem"] is None)  # type: ignore[index]


@pytest.mark.parametrize(
    ("kind", "form", "version", "error"),
    [
        ("x25519", "pkcs8", "8.5.0", "tls: found unknown private key type in PKCS#8 wrapping"),
        ("x25519", "pkcs8", "6.5.0", "tls: failed to parse private key"),
        ("x25519", "pkcs8", "5.4.0", "tls: failed to parse private key"),
        ("rsa2048", "inconsistent", "5.4.0", "tls: failed to parse private key"),
        ("p256", "pkcs8", "5.4.0", None),
    ],
)
def test_what_go_says_of_a_key_depends_on_its_version(see: See, kind: str, form: str, version: str, error: str | None) -> None:
    assert see(key(kind).private_pem(form), "--role", "key", "--dm-version", version)["go"]["error"] == error  # type: ignore[index]


@pytest.mark.parametrize("form", ["pkcs8", "sec1", "encrypted", "openssh"])
def test_no_private_byte_is_shown(dmls: Run, files: Files, form: str) -> None:
    data = key().private_pem(form)
    files({"key.pem": data})
    for style in ("text", "json"):
        ran = dmls("certs", "inspect", "key.pem", "--format", style)
        lines = data.decode().splitlines()[1:-1]
        assert not [line for line in lines if len(line) > 20 and line in ran.out]


def test_a_key_in_the_same_file(see: See) -> None:
    assert see(certificate(LEAF) + LEAF.key.private_pem())["keys"][0]["matches"] is True  # type: ignore[index]
    assert see(certificate(LEAF) + key("rsa2048", 1).private_pem())["keys"][0]["matches"] is False  # type: ignore[index]
    assert see(LEAF.key.private_pem())["keys"][0]["matches"] is None  # type: ignore[index]


@pytest.mark.parametrize(
    ("other", "matches", "error"),
    [
        (LEAF.key, True, None),
        (key("rsa2048", 1), False, "tls: private key does not match public key"),
        (key("p256"), False, "tls: private key type does not match public key type"),
    ],
    ids=["right", "other", "type"],
)
def test_a_key_in_another_file(see: See, dmls: Run, files: Files, other: Key, matches: bool, error: str | None) -> None:
    files({"key.pem": other.private_pem()})
    document = see(certificate(LEAF), "--key", "key.pem")
    assert document["key"]["file"] == "key.pem"  # type: ignore[index]
    assert document["key"]["matches"] is matches  # type: ignore[index]
    assert document["go"] == {"ok": matches, "certificates": 1, "error": error}
    shown = dmls("certs", "inspect", "x.pem", "--key", "key.pem").out
    assert ("It is the key of the first certificate." in shown) is matches


def test_a_key_file_without_key(see: See, dmls: Run, files: Files) -> None:
    files({"key.pem": certificate(LEAF)})
    document = see(certificate(LEAF), "--key", "key.pem")
    assert document["go"]["error"] == "tls: found a certificate rather than a key in the PEM for the private key"  # type: ignore[index]
    assert document["key"] == {"file": "key.pem", "problem": "no-key", "matches": None}
    assert "key.pem holds no private key in PEM." in dmls("certs", "inspect", "x.pem", "--key", "key.pem").out


# --- other forms ---


@pytest.mark.parametrize(
    ("data", "form", "words"),
    [
        (LEAF.der, "der-certificate", "openssl x509 -inform DER"),
        (key().private_der(), "der-key", "openssl pkey -inform DER"),
        (request(LEAF), "der-request", "send it to your CA"),
        (pkcs12_file(LEAF), "pkcs12", "openssl pkcs12"),
        (jks(), "jks", "Java key store"),
        (b"", "empty", "empty"),
        (b" \n", "blank", "only blanks"),
        (b"hello\n", "text", "no PEM block"),
        (b"\x7fELF\x00\xff", "binary", "no PEM file"),
    ],
    ids=["der", "der-key", "der-request", "pkcs12", "jks", "empty", "blank", "text", "binary"],
)
def test_forms_that_are_not_pem(see: See, dmls: Run, data: bytes, form: str, words: str) -> None:
    document = see(data)
    assert (document["form"], document["go"]["ok"]) == (form, False)  # type: ignore[index]
    assert words in " ".join(dmls("certs", "inspect", "x.pem").out.split())


def test_a_signing_request(see: See, dmls: Run) -> None:
    document = see(pem("CERTIFICATE REQUEST", request(LEAF)))
    assert document["requests"] == [{"common_name": "dm-master1"}]
    assert "This is a signing request for `dm-master1`" in dmls("certs", "inspect", "x.pem").out


@pytest.mark.parametrize("transform", ["bom", "utf16", "indent", "no-end", "no-begin", "bad-base64", "dashes", "lower", "labels", "cr", "escape", "twice"])
def test_damage_is_named(see: See, dmls: Run, transform: str) -> None:
    document = see(TRANSFORMS[transform](certificate(CA)), "--role", "ca")
    assert document["damage"], document["form"]
    assert document["go"]["ok"] is False  # type: ignore[index]
    for lang in ("en", "zh"):
        assert "Go" in dmls("--lang", lang, "certs", "inspect", "x.pem").out


# --- several files, and none ---


def test_several_files_are_several_lines(dmls: Run, files: Files) -> None:
    files({"ca.pem": certificate(CA), "bad.pem": b"x", "m1.pem": certificate(LEAF)})
    ran = dmls("certs", "inspect", "ca.pem", "bad.pem", "m1.pem", "--format", "json")
    assert ran.status == 1
    assert [(d["file"], d["go"]["ok"]) for d in inspected(ran)] == [("ca.pem", True), ("bad.pem", False), ("m1.pem", True)]  # type: ignore[index]


def test_what_cannot_be_read(dmls: Run, files: Files, here: Path) -> None:
    files({"ca.pem": certificate(CA), "folder/x": b""})
    with (here / "huge.pem").open("wb") as file:
        file.truncate(PEM_LIMIT + 1)
    ran = dmls("certs", "inspect", "no.pem", "folder", "huge.pem", "ca.pem", "--format", "json")
    assert ran.status == 2
    assert [d["file"] for d in inspected(ran)] == ["ca.pem"]
    assert ran.err.splitlines() == [
        "dmls: no.pem: there is no such file or folder; check the path",
        "dmls: folder: a folder, where a file is needed",
        "dmls: huge.pem: 4 MiB, not read (the limit is 4 MiB); a certificate file is far smaller, so check the path",
    ]
    assert dmls("certs", "inspect", "ca.pem", "--key", "no.pem")[:2] == (2, "")


@pytest.mark.skipif(os.name != "posix", reason="POSIX files")
def test_a_fifo_does_not_block(dmls: Run, here: Path) -> None:
    os.mkfifo(here / "ca.pem")
    ran = dmls("certs", "inspect", "ca.pem")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("dmls: ca.pem: a FIFO, not a file")
