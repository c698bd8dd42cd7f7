"""`dmls certs verify`: Go's verdict on a chain, and what we say of it."""

from __future__ import annotations

import json
from typing import Callable

import pytest

from dmls.cli.certs import verification
from dmls.cli.certs.verification import message_of
from dmls.pki.chain import Verdict
from dmls.pki.facts import Certificate
from dmls.words.catalogue import table
from support.certs import AT, DAY, NOW, Identity, Spec, identity, key, pem

from .conftest import Ran, Run

Files = Callable[..., None]


def ca(name: str, *, number: int = 0, kind: str = "p256", issuer: Identity | None = None, **spec: object) -> Identity:
    return identity(Spec(ca=True, subject=(("cn", name),), **spec), key(kind, number), issuer)  # type: ignore[arg-type]


def leaf(issuer: Identity | None, name: str = "dm-master1", **spec: object) -> Identity:
    return identity(Spec(subject=(("cn", name),), **spec), key("p256", 9), issuer)  # type: ignore[arg-type]


ROOT = ca("root")
MIDDLE = ca("middle", number=1, issuer=ROOT)
AGAIN = ca("root", number=2)
NO_CA = identity(Spec(subject=(("cn", "root"),)), key())
NO_SIGN = ca("root", usage=("cRLSign",))
OLD = ca("root", not_after=NOW - DAY)
SMALL = ca("root", kind="rsa768")


def bundle(*identities: Identity) -> bytes:
    return b"".join(pem("CERTIFICATE", one.der) for one in identities)


@pytest.fixture
def ask(dmls: Run, files: Files) -> Callable[..., Ran]:
    def run(roots: bytes, chain: bytes, *arguments: str, lang: str = "en") -> Ran:
        files({"ca.pem": roots, "m1.pem": chain})
        at = () if "--at" in arguments else ("--at", AT)
        return dmls("--lang", lang, "certs", "verify", "--roots", "ca.pem", "--chain", "m1.pem", *at, *arguments)

    return run


Ask = Callable[..., Ran]

UNKNOWN = "x509: certificate signed by unknown authority"
EXPIRED = "x509: certificate has expired or is not yet valid: current time 2026-09-01T12:00:00Z is "
CASES: dict[str, tuple[bytes, bytes, tuple[str, ...], str, str]] = {
    "no-roots": (b"", bundle(leaf(ROOT)), (), "failed to append ca certs", "ca.pem holds no certificate in PEM that Go 1.25 can read"),
    "parse": (bundle(ROOT), bundle(leaf(ROOT)) + pem("CERTIFICATE", b"0\0"), (), "x509: ", "Certificate 2 of m1.pem (line "),
    "parse.none": (bundle(ROOT), b"x", (), "tls: failed to find any PEM data in certificate input", "m1.pem holds no certificate"),
    "unknown-authority": (bundle(AGAIN), bundle(leaf(MIDDLE)), (), UNKNOWN, "`dm-master1` was signed by `middle`, whose certificate is not at hand"),
    "unknown-authority.self-signed": (bundle(ROOT), bundle(leaf(None)), (), UNKNOWN, "`dm-master1` is signed by itself and is not in ca.pem"),
    "unknown-authority.recreated-ca": (bundle(AGAIN), bundle(leaf(ROOT)), (), UNKNOWN + " (possibly because of", "`dm-master1` names `root` as its CA"),
    "unknown-authority.not-a-ca": (bundle(NO_CA), bundle(leaf(NO_CA)), (), UNKNOWN + " (possibly because of", "signed by `root`, which is no CA certificate"),
    "unknown-authority.no-cert-sign": (bundle(NO_SIGN), bundle(leaf(NO_SIGN)), (), UNKNOWN + " (possibly because of", "whose keyUsage does not allow"),
    "unknown-authority.insecure-algorithm": (bundle(ROOT), bundle(leaf(ROOT, signature="sha1")), (), UNKNOWN, "signed with ECDSA-SHA1, which Go 1.25 no longer"),
    "unknown-authority.rsa-too-small": (bundle(SMALL), bundle(leaf(SMALL)), (), UNKNOWN, "whose RSA key of 768 bits is too small for Go 1.25"),
    "expired": (bundle(ROOT), bundle(leaf(ROOT, not_after=NOW - 1)), (), EXPIRED + "after", "`dm-master1` ended at 2026-09-01T11:59:59Z"),
    "expired.ca": (bundle(OLD), bundle(leaf(OLD)), (), EXPIRED + "after", "The CA certificate `root` ended at 2026-08-31T12:00:00Z"),
    "not-yet-valid": (bundle(ROOT), bundle(leaf(ROOT, not_before=NOW + 1)), (), EXPIRED + "before", "`dm-master1` is valid from 2026-09-01T12:00:01Z on"),
    "hostname": (
        bundle(ROOT),
        bundle(leaf(ROOT, san=("m1", "m2", "10.0.0.1"))),
        ("--host", "m3"),
        "x509: certificate is valid for m1, m2, not m3",
        "`dm-master1` is not valid for m3, only for m1, m2, 10.0.0.1",
    ),
    "hostname.no-san": (bundle(ROOT), bundle(leaf(ROOT, san=())), ("--host", "m3"), "x509: certificate is not valid for any names", "has no subjectAltName"),
    "hostname.no-ip": (
        bundle(ROOT),
        bundle(leaf(ROOT, san=("m1",))),
        ("--host", "10.0.0.2"),
        "x509: cannot validate certificate for 10.0.0.2 because it doesn't contain any IP SANs",
        "`dm-master1` is valid for no IP address, so not for 10.0.0.2",
    ),
    "hostname.no-names": (bundle(ROOT), bundle(leaf(ROOT, san=("a@b.test",))), ("--host", "m3"), "x509: certificate is not valid for any names", "holds no host name"),
    "incompatible-usage": (
        bundle(ROOT),
        bundle(leaf(ROOT, eku=("server",))),
        ("--usage", "client"),
        "x509: certificate specifies an incompatible key usage",
        "`dm-master1` is made for serverAuth and not for clientAuth",
    ),
    "incompatible-usage.above": (
        bundle(ca("r", eku=("server",))),
        bundle(leaf(ca("r", eku=("server",)))),
        ("--usage", "client"),
        "x509: certificate specifies an incompatible key usage",
        "A CA above `dm-master1` has an extendedKeyUsage without clientAuth",
    ),
    "too-many-intermediates": (
        bundle(ca("r", pathlen=0)),
        bundle(leaf(ca("middle", number=1, issuer=ca("r", pathlen=0))), ca("middle", number=1, issuer=ca("r", pathlen=0))),
        (),
        "x509: too many intermediates for path length constraint",
        "There are more CAs below `r` than its path length of 0 allows",
    ),
    "name-not-permitted": (
        bundle(ca("r", permit=("dns:dm.test",))),
        bundle(leaf(ca("r", permit=("dns:dm.test",)), san=("m1.other",))),
        (),
        "x509: a root or intermediate certificate is not authorized to sign for this name",
        "The name constraints of the CA `r` forbid a name",
    ),
    "unhandled-critical-extension": (
        bundle(ROOT),
        bundle(leaf(ROOT, extra=(("1.2.3.4", True, b"\5\0"),))),
        (),
        "x509: unhandled critical extension",
        "`dm-master1` has a critical extension that Go 1.25 does not handle (1.2.3.4)",
    ),
}


def told(ran: Ran) -> dict[str, object]:
    document = json.loads(ran.out)
    assert isinstance(document, dict)
    assert ran.err == ""
    return document


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong(ask: Ask, name: str) -> None:
    roots, chain, arguments, go_error, ours = CASES[name]
    ran = ask(roots, chain, "--format", "json", *arguments)
    assert ran.status == 1
    document = told(ran)
    assert set(document) == {"version", "ok", "error", "go_error", "reason", "hint", "chain"}
    assert (document["version"], document["ok"], document["chain"]) == (1, False, None)
    assert str(document["go_error"]).startswith(go_error)
    assert ours in str(document["error"])
    assert name.split(".")[0] == document["reason"]
    chinese = told(ask(roots, chain, "--format", "json", *arguments, lang="zh"))
    assert chinese["go_error"] == document["go_error"]
    assert chinese["error"] != document["error"]


def test_valid(ask: Ask) -> None:
    ran = ask(bundle(ROOT), bundle(leaf(MIDDLE), MIDDLE), "--format", "json", "--host", "localhost", "--usage", "client")
    assert ran.status == 0
    assert told(ran) == {
        "version": 1,
        "ok": True,
        "error": None,
        "go_error": None,
        "reason": None,
        "hint": None,
        "chain": ["CN=dm-master1", "CN=middle", "CN=root"],
    }


def test_text(ask: Ask) -> None:
    assert ask(bundle(ROOT), bundle(leaf(MIDDLE), MIDDLE)).out == (
        "valid\n  `dm-master1` leads to the CA `root`.\n  chain:\n    1  dm-master1, 335 days left\n    2  middle, 3620 days left\n    3  root, 3620 days left\n"
    )
    assert ask(bundle(AGAIN), bundle(leaf(None, name="x"))).out == (
        "not valid\n"
        "  `x` is signed by itself and is not in ca.pem: use a certificate that a CA in ca.pem signed, or add\n"
        "  this one to ca.pem.\n"
        "  Go says: x509: certificate signed by unknown authority\n"
        "  chain:\n"
        "    1  x, 335 days left\n"
    )


def test_host_names_come_last(ask: Ask) -> None:
    ran = ask(bundle(AGAIN), bundle(leaf(ROOT, san=())), "--host", "m1", "--format", "json")
    assert told(ran)["reason"] == "unknown-authority"


@pytest.mark.parametrize(
    ("arguments", "ok"),
    [(("--go-version", "1.21"), True), (("--dm-version", "8.1.0"), True), (("--go-version", "1.25"), False), (("--dm-version", "8.5.7"), False), ((), False)],
    ids=str,
)
def test_the_go_version_decides(ask: Ask, arguments: tuple[str, ...], ok: bool) -> None:
    ran = ask(bundle(ROOT), bundle(leaf(ROOT, serial=-1)), "--format", "json", *arguments)
    assert told(ran)["ok"] is ok
    assert ran.status == (0 if ok else 1)


@pytest.mark.parametrize(
    ("at", "ok"),
    [("2026-09-01T11:59:59Z", True), ("2026-09-01T12:00:00Z", True), ("2026-09-01T12:00:00.000000001Z", False), ("2026-09-01T20:00:01+08:00", False)],
)
def test_the_moment_decides(ask: Ask, at: str, ok: bool) -> None:
    assert told(ask(bundle(ROOT), bundle(leaf(ROOT, not_after=NOW)), "--at", at, "--format", "json"))["ok"] is ok


def test_a_file_that_cannot_be_read(dmls: Run, files: Files) -> None:
    files({"ca.pem": bundle(ROOT)})
    ran = dmls("certs", "verify", "--roots", "ca.pem", "--chain", "no.pem", "--format", "json")
    assert ran == (2, "", "dmls: no.pem: there is no such file or folder; check the path\n")


def reasons() -> set[str]:
    """The reasons that `Verdict` documents."""
    import re

    text = (Verdict.__doc__ or "").partition("`go_error`")[0]
    return set(re.findall(r'"([a-z-]+)"', text))


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_every_reason_has_its_own_sentence(reason: str) -> None:
    assert f"verify.{reason}" in table("en")
    for hint in ("recreated-ca", "not-a-ca", "no-cert-sign", "insecure-algorithm", "rsa-too-small", "unknown-algorithm"):
        assert f"verify.unknown-authority.{hint}" in table("en")


def test_what_is_not_known_yet_has_a_sentence_too() -> None:
    assert message_of(Verdict(False, "something-new"), Certificate(), "server") == "verify.other"
    known = Verdict(False, "unknown-authority", hint="something-new", hint_certificate=Certificate())
    assert message_of(known, Certificate(), "server") == "verify.unknown-authority.unusable"


def test_every_sentence_is_about_what_is_known() -> None:
    """Each placeholder gets its value from the answer."""
    import string

    question = verification.Question(None, None, 0.0, "server", "", (1, 25))  # type: ignore[arg-type]
    known = {*verification._about(Certificate(), question), "roots", "chain", "go", "host", "at", "number", "line", "root"}
    for name, text in table("en").items():
        if name.startswith("verify."):
            assert {field for _, field, _, _ in string.Formatter().parse(text) if field} <= known, name
