"""Small random PKIs, judged by us as Go, by the program ``openssl verify`` and by a handshake of Python's `ssl` in memory.

OpenSSL and Go have rules of their own.  Each case knows which of them it touches; a difference that no named rule explains fails.
The draws are the same in every run, the keys are not.
"""

from __future__ import annotations

import random
import shutil
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

from dmls.pki import certificate, chain
from dmls.pki.facts import Certificate, GoVersion
from support.cert_keys import key, pem
from support.certs import DAY, NOW, Identity, Spec, identity

GO: GoVersion = (1, 25)
OPENSSL = shutil.which("openssl")


class Rule(NamedTuple):
    """`go` is what Go decides where the two differ."""

    go: bool
    why: str


RULES: dict[str, Rule] = {
    "any-usage": Rule(True, "anyExtendedKeyUsage allows all; for a TLS server OpenSSL wants serverAuth itself"),
    "leaf-key-usage": Rule(True, "the leaf's keyUsage is ignored; OpenSSL wants one that TLS needs"),
    "no-basic-constraints": Rule(False, "a CA of version 3 needs basicConstraints; for OpenSSL keyCertSign is enough"),
    "self-issued": Rule(False, "self-issued intermediates count for the path length"),
    "insecure-algorithm": Rule(False, "SHA-1 and MD5 are refused; OpenSSL leaves that to its security level"),
    "rsa-too-small": Rule(False, "RSA keys below 1024 bits sign nothing; OpenSSL leaves that to its security level"),
    "unknown-algorithm": Rule(False, "Ed448 and DSA are not verified"),
    "key-id": Rule(True, "key identifiers order the candidates only; OpenSSL wants them to be equal"),
    "policies": Rule(False, "policies are always checked; OpenSSL does it when asked"),
    "negative-serial": Rule(False, "a negative serial number is malformed"),
    "alternatives": Rule(True, "all authorities of a name are tried; OpenSSL follows the one that looks best"),
    "leaf-is-root": Rule(True, "a leaf among the roots needs nobody above it; OpenSSL goes on to the top where it can"),
    "wildcard-excluded": Rule(False, "a wildcard is refused if some host below its parent, or of its own, is excluded; OpenSSL compares texts"),
    "last-second": Rule(True, "the second of notAfter still counts"),
    "common-name": Rule(False, "the common name is no host name; Python and OpenSSL fall back to it"),
    "constrained-common-name": Rule(True, "constraints do not look at the common name; OpenSSL does where there is no host among the names"),
    "trailing-dot": Rule(True, "a dot behind the wanted host is taken off"),
    "wide-wildcard": Rule(True, "a star may stand before a single label; OpenSSL wants two"),
}


class Drawn(NamedTuple):
    """A leaf with what is sent along and what is trusted; `rules` are the names of those that the case touches."""

    leaf: Identity
    intermediates: list[Identity]
    roots: list[Identity]
    rules: set[str]


Change = Callable[[random.Random, Spec], tuple[Spec, str]]


def plain(**wishes: object) -> Change:
    """Where OpenSSL and Go must agree."""
    return lambda chance, spec: (replace(spec, **wishes), "")  # type: ignore[arg-type]


def ruled(rule: str, **wishes: object) -> Change:
    return lambda chance, spec: (replace(spec, **wishes), rule)  # type: ignore[arg-type]


CRITICAL = ("1.3.6.1.4.1.32473.7", True, b"\x05\x00")
HARMLESS = ("1.3.6.1.4.1.32473.7", False, b"\x05\x00")

OF_AUTHORITIES: list[Change] = [
    plain(pathlen=0),
    plain(pathlen=1),
    plain(pathlen=5),
    plain(basic="end"),
    plain(usage=("crlSign",)),
    plain(usage=()),
    plain(eku=("server",)),
    plain(eku=("client",)),
    plain(eku=("server", "client")),
    plain(eku=("1.3.6.1.4.1.32473.9",)),
    plain(not_after=NOW - DAY),
    plain(not_before=NOW + DAY),
    plain(not_after=NOW + 1),
    plain(extra=(CRITICAL,)),
    plain(extra=(HARMLESS,)),
    plain(permit=("example.com",)),
    plain(permit=("example.com", "10.0.0.0/8")),
    plain(exclude=("db.example.com",)),
    plain(exclude=("10.1.0.0/16",)),
    plain(permit=("2001:db8::/32",)),
    plain(broken=True),
    plain(ski=b""),
    plain(aki=b""),
    plain(serial=0),
    ruled("any-usage", eku=("any",)),
    ruled("no-basic-constraints", basic="none"),
    ruled("insecure-algorithm", signature="sha1"),
    ruled("negative-serial", serial=-7),
    ruled("key-id", ski=b"another"),
    ruled("policies", policies=("1.2.3",), require_explicit=0),
    plain(permit=(".example.com",)),
    plain(san=("elsewhere.test",)),
]

OF_LEAVES: list[Change] = [
    plain(eku=("server",)),
    plain(eku=("client",)),
    plain(eku=()),
    plain(not_after=NOW - DAY),
    plain(not_before=NOW + DAY),
    ruled("last-second", not_after=NOW),
    plain(extra=(CRITICAL,)),
    plain(san=("a.example.com", "10.2.0.1")),
    plain(san=("example.com",)),
    plain(san=("example.org",)),
    plain(san=("db.example.com",)),
    plain(san=("10.1.2.3",)),
    plain(san=("2001:db8::1", "x.db.example.com")),
    ruled("wildcard-excluded", san=("*.a.example.com",)),
    plain(basic="ca"),
    plain(basic="none"),
    plain(broken=True),
    plain(aki=b""),
    plain(usage=()),
    ruled("wildcard-excluded", san=("*.example.com",)),
    ruled("constrained-common-name", san=("10.2.0.1",), subject=(("cn", "example.org"),)),
    ruled("any-usage", eku=("any",)),
    ruled("leaf-key-usage", usage=("keyCertSign",)),
    ruled("insecure-algorithm", signature="sha1"),
    ruled("negative-serial", serial=-7),
    ruled("key-id", aki=b"another"),
]

KINDS = ["p256"] * 12 + ["p384", "p521", "p224", "ed25519", "rsa1024", "rsa1024", "rsa768", "ed448", "dsa"]
OF_KINDS = {"rsa768": "rsa-too-small", "ed448": "unknown-algorithm", "dsa": "unknown-algorithm"}


def changed(chance: random.Random, spec: Spec, changes: list[Change], rules: set[str]) -> Spec:
    while chance.random() < 0.35:
        spec, rule = chance.choice(changes)(chance, spec)
        rules.add(rule)
    return spec


def draw(chance: random.Random) -> Drawn:
    """A chain of one to four authorities, now and then with a doubled, a missing or a foreign one."""
    rules: set[str] = set()
    authorities: list[Identity] = []
    for number in range(chance.choice([1, 1, 2, 2, 3, 4])):
        spec = changed(chance, Spec(ca=True, subject=(("cn", f"CA {number}"),)), OF_AUTHORITIES, rules)
        if number and chance.random() < 0.1:
            spec = replace(spec, subject=authorities[-1].spec.subject)
            rules |= {"self-issued", "alternatives"}
        kind = chance.choice(KINDS)
        rules.add(OF_KINDS.get(kind, ""))
        if spec.signature is not None and authorities and authorities[-1].key.kind in ("ed25519", "ed448"):
            spec = replace(spec, signature=None)
        elif spec.signature is not None and not authorities and kind in ("ed25519", "ed448"):
            spec = replace(spec, signature=None)
        authorities.append(identity(spec, key(kind, number), authorities[-1] if authorities else None))
    spec = changed(chance, Spec(), OF_LEAVES, rules)
    if authorities[-1].key.kind in ("ed25519", "ed448"):
        spec = replace(spec, signature=None)
    leaf = identity(spec, key("p256", 9), authorities[-1])
    roots, intermediates = authorities[:1], authorities[1:]
    happening = chance.random()
    if happening < 0.05 and intermediates:
        del intermediates[chance.randrange(len(intermediates))]
    elif happening < 0.1:
        roots = [identity(Spec(ca=True, subject=(("cn", "Other"),)), key())]
    elif happening < 0.15:
        roots = [identity(replace(roots[0].spec, serial=1, signature=None), key("p256", 8))]
    elif happening < 0.2:
        again = chance.choice(authorities)
        issuer = None if again is authorities[0] else authorities[authorities.index(again) - 1]
        twin = replace(again.spec, serial=12, not_after=chance.choice([NOW - DAY, NOW + 9 * DAY]), signature=None)
        (roots if again is authorities[0] else intermediates).insert(0, identity(twin, again.key, issuer))
        rules.add("alternatives")
    elif happening < 0.25:
        roots.append(leaf)
        rules.add("leaf-is-root")
    elif happening < 0.3 and intermediates:
        roots = intermediates[:1]
    if chance.random() < 0.3:
        chance.shuffle(intermediates)
    if chance.random() < 0.1:
        intermediates += roots
    return Drawn(leaf, intermediates, roots, rules)


def read(made: Identity) -> Certificate:
    return certificate.parse(made.der)


def pems(made: list[Identity]) -> bytes:
    return b"".join(pem("CERTIFICATE", one.der) for one in made)


def explained(ours: bool, rules: set[str]) -> list[str]:
    return [rule for rule in sorted(rules) if rule in RULES and RULES[rule].go == ours]


def judge(drawn: Drawn, usage: str, at: float | None = NOW) -> chain.Verdict:
    return chain.verify(read(drawn.leaf), [read(one) for one in drawn.intermediates], [read(one) for one in drawn.roots], at, usage, GO)


def openssl_verify(folder: Path, drawn: Drawn, usage: str) -> tuple[bool, str]:
    assert OPENSSL is not None
    paths = {name: folder / f"{name}.pem" for name in ("roots", "untrusted", "leaf")}
    paths["roots"].write_bytes(pems(drawn.roots))
    paths["untrusted"].write_bytes(pems(drawn.intermediates))
    paths["leaf"].write_bytes(pems([drawn.leaf]))
    options = ["-no-CApath", "-no-CAstore", "-partial_chain", "-auth_level", "0", "-purpose", f"ssl{usage}", "-attime", str(NOW)]
    untrusted = ["-untrusted", str(paths["untrusted"])] if drawn.intermediates else []
    files = ["-CAfile", str(paths["roots"]), *untrusted, str(paths["leaf"])]
    done = subprocess.run([OPENSSL, "verify", *options, *files], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(OPENSSL is None, reason="the program openssl is not here")
def test_openssl_verify(tmp_path: Path) -> None:
    chance = random.Random(20260901)
    agreed, fine, unexplained = 0, 0, []
    cases = 220
    for number in range(cases):
        drawn = draw(chance)
        usage = chance.choice(["server", "client"])
        ours = judge(drawn, usage)
        theirs, text = openssl_verify(tmp_path, drawn, usage)
        agreed += ours.ok == theirs
        fine += ours.ok and theirs
        if ours.ok != theirs and not explained(ours.ok, drawn.rules):
            unexplained.append((number, sorted(drawn.rules), ours.go_error, text))
    assert unexplained == []
    assert agreed > 0.7 * cases, "most cases are beyond the rules that differ"
    assert fine > 0.2 * cases


# Hosts in a handshake.

SANS: list[tuple[str, ...]] = [
    ("m1.example.com",),
    ("*.example.com",),
    ("*.m1.example.com", "10.0.0.9"),
    ("10.0.0.9", "2001:db8::9"),
    ("M1.Example.com", "m2.example.com"),
    ("m*.example.com",),
    ("m1.*.com",),
    ("*.test",),
    ("dns:10.0.0.9",),
    ("email:a@m1.example.com",),
    (),
]
WANTED = ["m1.example.com", "M1.EXAMPLE.com", "m2.example.com", "a.m1.example.com", "example.com", "x.test", "10.0.0.9", "10.0.0.8", "2001:db8::9", "m1.example.com."]


def with_host(chance: random.Random) -> tuple[Drawn, str]:
    host = chance.choice(WANTED)
    san = chance.choice(SANS[:4] if chance.random() < 0.6 else SANS)
    rules: set[str] = set()
    if not any(name[0] in "mM*" for name in san):
        rules.add("common-name")
    if host.endswith("."):
        rules.add("trailing-dot")
    if san == ("*.test",):
        rules.add("wide-wildcard")
    long = Spec(not_before=0, not_after=NOW + 36500 * DAY)
    root = identity(replace(long, ca=True, subject=(("cn", "Root"),)), key())
    issuer = identity(replace(long, ca=True, subject=(("cn", "Middle"),), pathlen=0), key("p256", 1), root)
    below = chance.random() < 0.4
    spec = replace(long, san=san, subject=(("cn", chance.choice(["m1.example.com", "dm"])),), eku=chance.choice([None, None, ("client",), ()]))
    leaf = identity(spec, key("p256", 9), issuer if below else root)
    intermediates = [issuer] if below and chance.random() < 0.9 else []
    return Drawn(leaf, intermediates, [root] if chance.random() < 0.95 else [issuer], rules), host


def handshake(folder: Path, drawn: Drawn, host: str) -> tuple[bool, str]:
    """Whether a client that trusts the roots talks to a server with the leaf under the name `host`."""
    (folder / "chain.pem").write_bytes(pems([drawn.leaf, *drawn.intermediates]))
    (folder / "key.pem").write_bytes(drawn.leaf.key.private_pem())
    listener = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    listener.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    dialer = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    dialer.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    dialer.load_verify_locations(cadata=pems(drawn.roots).decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = listener.wrap_bio(to_server, to_client, server_side=True)
    client = dialer.wrap_bio(to_client, to_server, server_hostname=host)
    for _ in range(4):
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLCertVerificationError as error:
            return False, error.verify_message
        else:
            return True, ""
        try:
            server.do_handshake()
        except ssl.SSLWantReadError:
            pass
    raise AssertionError("the handshake does not end")


def test_a_handshake_of_python(tmp_path: Path) -> None:
    """Python cannot be told the time, so dates stay out of it: the certificates are good for a hundred years."""
    chance = random.Random(20260902)
    agreed, fine, unexplained = 0, 0, []
    cases = 150
    for number in range(cases):
        drawn, host = with_host(chance)
        ours = judge(drawn, "server", None)
        if ours.ok:
            ours = chain.verify_host(read(drawn.leaf), host, GO)
        theirs, text = handshake(tmp_path, drawn, host)
        agreed += ours.ok == theirs
        fine += ours.ok and theirs
        if ours.ok != theirs and not explained(ours.ok, drawn.rules):
            unexplained.append((number, host, drawn.leaf.spec.san, ours.go_error, text))
    assert unexplained == []
    assert agreed > 0.8 * cases
    assert fine > 0.05 * cases
