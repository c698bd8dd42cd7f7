"""The ends of the handshake vectors (`vectors/tls-dev.jsonl`), made of certificates of this moment."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from dmls.model.tls.link import End, Given, Link
from dmls.pki import file
from dmls.version import parse_version
from support.certs import DAY, NOW, Identity, Spec, identity, key, pem

PAIRS = {"worker->master": "master", "dmctl->master": "master", "master->worker": "worker", "peer->peer": "peer", "db": "db"}
VERSIONS = {">=8.2": "8.5.0", "<=8.1": "8.1.0"}
HOSTS = {"127.0.0.11": "m1.dm.test", "127.0.0.12": "m2.dm.test"}
"""The vectors' own name table, backwards: a peer that has a name comes from that name."""
PATH = "/tls/file.pem"
OTHER_WORDS = {"t-dev-060": "the source is a name here and an address there"}
"""Vectors whose text cannot be the same, and why."""


@cache
def authority(name: str) -> Identity:
    """A CA by its name in the vectors."""
    if name == "ca1-int":
        return identity(Spec(ca=True, subject=(("cn", name),)), key("p256", 3), authority("ca1"))
    if name == "ca1-again":
        return identity(Spec(ca=True, subject=(("cn", "ca1"),), ski=b"", aki=b""), key("p256", 4))
    if name == "ca-expired":
        return identity(Spec(ca=True, subject=(("cn", name),), not_before=NOW - 400 * DAY, not_after=NOW - DAY), key("p256", 5))
    return identity(Spec(ca=True, subject=(("cn", name),)), key("p256", {"ca1": 1, "ca2": 2}[name]))


def certificate(end: dict[str, Any], number: int) -> Identity:
    first, last = end.get("days", [-30, 335])
    spec = Spec(
        subject=tuple(("cn", name) for name in end["cn"]),
        san=tuple(end["san"]),
        eku=tuple(end["eku"]) if end["eku"] is not None else (),
        not_before=NOW + first * DAY,
        not_after=NOW + last * DAY,
        aki=b"" if end.get("issuer") == "ca1" else None,
    )
    issuer = None if end["issuer"] == "self" else authority(end["issuer"])
    return identity(spec, key(end.get("key", "p256"), 10 + number), issuer)


def end_of(end: dict[str, Any], number: int) -> tuple[End, dict[str, bytes]]:
    """One end as the judge takes it, and its files by role."""
    files: dict[str, bytes] = {}
    own = certificate(end, number) if end.get("issuer") else None
    ca = end["ca"]
    if ca == "empty":
        files["ca"] = b""
    elif ca == "own":
        assert own is not None
        files["ca"] = pem("CERTIFICATE", own.der)
    elif ca is not None:
        files["ca"] = b"".join(pem("CERTIFICATE", authority(name).der) for name in ca.split("+"))
    if own is not None:
        chain = own.der, *((authority("ca1-int").der,) if end.get("send_chain") else ())
        if end["cert"] or end.get("half") == "cert":
            files["cert"] = b"".join(pem("CERTIFICATE", der) for der in chain)
        if end["cert"] or end.get("half") == "key":
            files["key"] = pem("PRIVATE KEY", own.key.pkcs8())
    given = {role: Given(PATH, file.read(data)) for role, data in files.items()}
    auth = end.get("client_auth") or ""
    return End(given.get("ca"), given.get("cert"), given.get("key"), tuple(end["allowed_cn"] or ()), auth, max_tls=end.get("max_tls") or ""), files


def link_of(vector: dict[str, Any]) -> Link:
    dialer, _ = end_of(vector["dialer"], 0)
    listener, _ = end_of(vector["listener"], 1)
    source = vector.get("dialer_ip") or "127.0.0.1"
    return Link(
        PAIRS[vector["pair"]],
        dialer,
        listener,
        vector["dial_host"],
        parse_version(VERSIONS[vector["dm"]]),
        HOSTS.get(source, source),
        vector.get("db_conn") == "binlog",
    )


def normal(text: str | None) -> str | None:
    """The text without paths and moments."""
    return None if text is None else re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "TIME", re.sub(r"/[^\s\]]+\.pem", PATH, text))
