"""What becomes of handshakes, row by row in the form of the handshake vectors.

Each row is a working connection with a few changes, and what real handshakes of Go said of it: with the TLS settings of DM and its etcd
(tidb and tidb-tools: pkg/util/security.go, pkg/utils/security.go; etcd v3.5.15: client/pkg/transport), at `support.certs.NOW`.
"""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

import pytest

from dmls.model.tls.handshake import judge
from dmls.model.tls.link import End, Given
from dmls.pki import file
from dmls.version import parse_version
from support.certs import NOW
from support.handshakes import PATH, end_of, link_of

NEW, OLD = ">=8.2", "<=8.1"
WORKER, CALL, TO_WORKER, PEER, DB = "worker->master", "dmctl->master", "master->worker", "peer->peer", "db"
BAD, UNKNOWN_CA, REQUIRED = (f"remote error: tls: {alert}" for alert in ("bad certificate", "unknown certificate authority", "certificate required"))
NO_CERTIFICATE = "tls: client didn't provide a certificate"
UNKNOWN = "x509: certificate signed by unknown authority"
UNVERIFIED = f"tls: failed to verify certificate: {UNKNOWN}"
DIFFERENT = f"can't verify certificate, maybe different CA is used: {UNKNOWN}"
P224 = "tls: unsupported certificate curve (P-224)"
RSA_768 = "tls: failed to sign handshake: crypto/rsa: 768-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
ONLY_CA = {"cert": False, "issuer": None}


def not_found(found: str, wanted: str) -> str:
    return (
        f"client certificate authentication failed. The Common Name from the client certificate [{found}] "
        f"was not found in the configuration cluster-verify-cn with value: [{wanted}]"
    )


class Row(NamedTuple):
    """`dialer` and `listener` are what differs from a certificate of ca1 for localhost; `says` is what each end says, None where the handshake succeeds."""

    what: str
    pair: str
    dialer: dict[str, Any]
    listener: dict[str, Any]
    says: tuple[str | None, str | None] | None = None
    dm: str = NEW
    host: str = "localhost"
    ip: str = ""
    conn: str = "sql"
    stage: str = "handshake"
    version: str = ""


ROWS = [
    # Go verifies a client before the helper does, and tells it why.
    Row("a worker with a list, a client of another CA", TO_WORKER, {"issuer": "ca2"}, {"allowed_cn": ["dm"]}, (UNKNOWN_CA, UNVERIFIED)),
    Row("a worker with a list and no CA", TO_WORKER, {}, {"ca": None, "allowed_cn": ["dm"]}, (UNKNOWN_CA, UNVERIFIED)),
    Row(
        "a worker with a list, a client that is a server only",
        TO_WORKER,
        {"eku": ["server"]},
        {"allowed_cn": ["dm"]},
        (BAD, "tls: failed to verify certificate: x509: certificate specifies an incompatible key usage"),
    ),
    # A certificate whose CA the server does not name is not shown by the old helper and to databases.
    Row("old: a worker of another CA", WORKER, {"issuer": "ca2", "ca": "ca1"}, {}, (REQUIRED, NO_CERTIFICATE), OLD),
    Row("old: a worker that does not send its intermediate", WORKER, {"issuer": "ca1-int"}, {}, (REQUIRED, NO_CERTIFICATE), OLD),
    Row("old: a master of another CA", TO_WORKER, {"issuer": "ca2"}, {"allowed_cn": ["dm"]}, (REQUIRED, NO_CERTIFICATE), OLD),
    Row("old: etcd shows what it has", PEER, {"issuer": "ca2"}, {}, (UNKNOWN_CA, UNVERIFIED), OLD),
    Row("old: a server without any authority gets it", WORKER, {}, {"ca": "empty"}, (UNKNOWN_CA, UNVERIFIED), OLD),
    Row("a database without authorities gets it", DB, {}, {"ca": None, "client_auth": "if-given"}, (UNKNOWN_CA, UNVERIFIED)),
    # Every chain counts, in Go's order.
    Row("the name of the second chain's root", WORKER, {"ca": "ca1+ca1-int", "allowed_cn": ["ca1"]}, {"issuer": "ca1-int", "send_chain": True}),
    Row("no name of two chains", CALL, {"ca": "ca1+ca1-int", "allowed_cn": ["zz"]}, {"issuer": "ca1-int", "send_chain": True}, (not_found("dm ca1-int dm ca1-int ca1", "zz"), BAD)),
    Row("old: the name of the second chain's root", TO_WORKER, {"ca": "ca1+ca1-int", "allowed_cn": ["ca1"]}, {"issuer": "ca1-int", "send_chain": True}, dm=OLD),
    # Databases have the new helper since 6.3, before tidb#53358 with a list that nothing passes.
    Row("old: a database that has another name", DB, {}, {"san": ["dns:elsewhere"]}, dm=OLD),
    Row("old: a database of another CA", DB, {}, {"issuer": "ca2"}, (DIFFERENT, BAD), OLD),
    Row("old: no CA", DB, {"ca": None}, {}, dm=OLD),
    Row("old: a list for a database", DB, {"allowed_cn": ["dm"]}, {}, (not_found("", "dm"), BAD), OLD),
    Row("old: a list for the binlog", DB, {"allowed_cn": ["dm"]}, {}, (not_found("", "dm"), BAD), OLD, conn="binlog"),
    Row("old: a list for a database of another CA", DB, {"allowed_cn": ["dm"]}, {"issuer": "ca2"}, (DIFFERENT, BAD), OLD),
    Row("only an empty CA is no TLS", DB, ONLY_CA | {"ca": "empty"}, {}, stage="plaintext"),
    Row("an empty CA with a pair verifies nothing", DB, {"ca": "empty"}, {"issuer": "ca2"}),
    # etcd dials without a pair, and checks where its peers come from.
    Row("a peer with a CA only", PEER, ONLY_CA, {}, (REQUIRED, NO_CERTIFICATE)),
    Row("a peer with a CA only and a stranger", PEER, ONLY_CA, {"issuer": "ca2"}, (UNVERIFIED, BAD)),
    Row("a peer with a CA only looks at no name", PEER, ONLY_CA | {"allowed_cn": ["zz"]}, {}, (REQUIRED, NO_CERTIFICATE)),
    Row("a peer with half a pair", PEER, {"cert": False, "half": "key"}, {}, ("KeyFile and CertFile must both be present[key: /tls/file.pem, cert: ]", None), stage="config"),
    Row("a peer from the own machine", PEER, {"san": ["dns:localhost"]}, {}),
    Row("an address as a name", PEER, {"san": ["dns:127.0.0.1"]}, {}),
    Row("a wildcard over two labels", PEER, {"san": ["dns:*.test"]}, {}, ip="127.0.0.11"),
    Row("a wildcard within a label", PEER, {"san": ["dns:m*.dm.test"]}, {}, ("EOF", 'tls: "m1.dm.test" does not match any of DNSNames ["m*.dm.test"]'), ip="127.0.0.11"),
    Row("a name that may have the address", PEER, {"san": ["ip:127.0.0.11"]}, {}, ip="127.0.0.11"),
    # A key that Go loads and cannot sign with: who has it learns of it, whatever the other end finds.
    Row("a server with P-224", WORKER, {}, {"key": "p224"}, ("remote error: tls: handshake failure", P224)),
    Row("a client with P-224", CALL, {"key": "p224"}, {}, (P224, "remote error: tls: handshake failure")),
    Row("a client with P-224 of another CA", CALL, {"key": "p224", "issuer": "ca2"}, {}, (P224, UNVERIFIED)),
    Row("old: P-224 is not shown", CALL, {"key": "p224"}, {}, (REQUIRED, NO_CERTIFICATE), OLD),
    Row("a database that would like one", DB, {"key": "p224"}, {"client_auth": "if-given"}),
    Row(
        "a server with RSA 512",
        TO_WORKER,
        {},
        {"key": "rsa512"},
        ("remote error: tls: handshake failure", "tls: certificate RSA key size too small for supported signature algorithms"),
    ),
    Row("Go 1.23: a server with RSA 768", WORKER, {}, {"key": "rsa768"}),
    Row("Go 1.25: a server with RSA 768", WORKER, {}, {"key": "rsa768"}, ("remote error: tls: internal error", RSA_768), version="8.5.6"),
    Row("Go 1.25: a server with RSA 768 of another CA", WORKER, {}, {"key": "rsa768", "issuer": "ca2"}, (DIFFERENT, RSA_768), version="8.5.6"),
    Row("Go 1.25: a peer with RSA 768 from elsewhere", PEER, {"key": "rsa768", "san": ["ip:127.0.0.9"]}, {}, (RSA_768, "remote error: tls: internal error"), version="8.5.6"),
    Row(
        "TLS 1.1: a database with Ed25519",
        DB,
        {},
        {"key": "ed25519", "max_tls": "1.1"},
        ("remote error: tls: handshake failure", "tls: Ed25519 public keys are not supported before TLS 1.2"),
    ),
    Row("TLS 1.2: a database with P-224", DB, {}, {"key": "p224", "max_tls": "1.2"}),
    Row(
        "TLS 1.2, Go 1.25: a database with RSA 768",
        DB,
        {},
        {"key": "rsa768", "max_tls": "1.2"},
        ("remote error: tls: handshake failure", RSA_768.replace("handshake", "ECDHE parameters")),
        version="8.5.6",
    ),
    # What a client hears depends on Go and on TLS.
    Row("Go 1.20: no certificate", WORKER, ONLY_CA, {}, (BAD, NO_CERTIFICATE), OLD, version="7.1.0"),
    Row("Go 1.20: a client of another CA", PEER, {"issuer": "ca2"}, {}, (BAD, UNVERIFIED), OLD, version="7.1.0"),
    Row("Go 1.18: a client of another CA", PEER, {"issuer": "ca2"}, {}, (BAD, f"tls: failed to verify client certificate: {UNKNOWN}"), OLD, version="6.1.0"),
    Row("Go 1.18: a server of another CA", PEER, {}, {"issuer": "ca2"}, (UNKNOWN, BAD), OLD, version="6.1.0"),
    Row("TLS 1.2: no certificate", DB, ONLY_CA, {"client_auth": "require", "max_tls": "1.2"}, (BAD, NO_CERTIFICATE)),
    Row("TLS 1.2, Go 1.25: no certificate", DB, ONLY_CA, {"client_auth": "require", "max_tls": "1.2"}, ("remote error: tls: handshake failure", NO_CERTIFICATE), version="8.5.6"),
]


def vector_of(row: Row) -> dict[str, Any]:
    base = {"ca": "ca1", "cert": True, "issuer": "ca1", "cn": ["dm"], "san": ["dns:localhost", "ip:127.0.0.1"], "eku": ["server", "client"], "allowed_cn": None}
    return {"pair": row.pair, "dm": row.dm, "db_conn": row.conn, "dialer": base | row.dialer, "listener": base | row.listener, "dial_host": row.host, "dialer_ip": row.ip}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_rows(row: Row) -> None:
    link = link_of(vector_of(row))
    found = judge(link._replace(version=parse_version(row.version)) if row.version else link, NOW)
    assert (found.stage, found.ok) == (row.stage, row.says is None), found
    assert (found.dialer_error, found.listener_error) == (row.says or (None, None))
    assert found.ok == all(step.ok for step in found.steps)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_what_is_not_known_is_not_claimed(row: Row) -> None:
    """With files that nobody has seen, what is said to fail fails, and what is said to be known to succeed succeeds."""
    link = link_of(vector_of(row))
    link = link._replace(version=parse_version(row.version)) if row.version else link
    for side in ("dialer", "listener"):
        end: End = getattr(link, side)
        given = [role for role in ("ca", "cert", "key") if getattr(end, role) is not None]
        for hidden in (*([role] for role in given), given):
            found = judge(link._replace(**{side: end._replace(**dict.fromkeys(hidden, Given(PATH, None)))}), NOW)
            assert found.ok or row.says is not None, (side, hidden, found)
            assert row.says is None or not (found.ok and found.known), (side, hidden, found)


class Form(NamedTuple):
    """A working connection of DM `version`, but for the bytes of one file of the end `side`."""

    what: str
    pair: str
    side: str
    role: str
    change: Callable[[bytes], bytes]
    says: tuple[str | None, str | None] | None = None
    version: str = "8.4.0"
    stage: str = "handshake"


def headed(data: bytes) -> bytes:
    return data.replace(b"-----\n", b"-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n", 1)


def trusted(data: bytes) -> bytes:
    return data.replace(b" CERTIFICATE-----", b" TRUSTED CERTIFICATE-----")


def with_broken(data: bytes) -> bytes:
    """With a later certificate that is none."""
    return data + b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"


def nothing(data: bytes) -> bytes:
    return b"\n"


NO_DATA = "tls: failed to find any PEM data in certificate input"
BROKEN = "x509: malformed tbs certificate"
FORMS = [
    # etcd takes every block for a certificate, whatever its type and headers; DM's helper those of certificates only.
    Form("etcd trusts a TRUSTED CERTIFICATE", WORKER, "listener", "ca", trusted),
    Form("a peer trusts one with headers", PEER, "dialer", "ca", headed),
    Form("DM does not trust one with headers", CALL, "dialer", "ca", headed, ("failed to append ca certs", None), stage="config"),
    # A pair that cannot be read ends the dialer's handshake without a word.
    Form("a worker's certificate", WORKER, "dialer", "cert", nothing, (f"could not load client key pair: {NO_DATA}", "EOF")),
    Form("a worker that listens", TO_WORKER, "listener", "cert", nothing, ("remote error: tls: internal error", f"could not load client key pair: {NO_DATA}")),
    Form("old: it is read at the start", WORKER, "dialer", "cert", nothing, (f"could not load client key pair: {NO_DATA}", None), "8.1.0", "config"),
    Form("for a database too", DB, "dialer", "cert", nothing, (f"could not load client key pair: {NO_DATA}", None), stage="config"),
    # Later certificates are sent unread.
    Form("a server's chain", CALL, "listener", "cert", with_broken, (f"tls: failed to parse certificate from server: {BROKEN}", BAD)),
    Form("a client's chain", CALL, "dialer", "cert", with_broken, (BAD, f"tls: failed to parse client certificate: {BROKEN}")),
    Form(
        "Go 1.25: a client's chain",
        CALL,
        "dialer",
        "cert",
        with_broken,
        ("remote error: tls: error decoding message", f"tls: failed to parse client certificate: {BROKEN}"),
        "8.5.6",
    ),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.what)
def test_forms(form: Form) -> None:
    vector = vector_of(Row(form.what, form.pair, {}, {}))
    link = link_of(vector)._replace(version=parse_version(form.version))
    data = form.change(end_of(vector[form.side], 0 if form.side == "dialer" else 1)[1][form.role])
    end = getattr(link, form.side)._replace(**{form.role: Given(PATH, file.read(data))})
    found = judge(link._replace(**{form.side: end}), NOW)
    assert (found.stage, found.ok) == (form.stage, form.says is None), found
    assert (found.dialer_error, found.listener_error) == (form.says or (None, None))
