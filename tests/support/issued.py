"""Certificates that the command line has made, asked of OpenSSL and of Python's `ssl` in real handshakes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Iterator, NamedTuple

from dmls.cli.console import Console
from dmls.cli.session import Request, Session
from dmls.pki import file
from dmls.pki.facts import Certificate


class Pair(NamedTuple):
    """The files of one end."""

    cert: Path
    key: Path


def certificate(path: Path) -> Certificate:
    """The first certificate of a file."""
    return next(b.certificate for b in file.read(path.read_bytes()).blocks if b.certificate is not None)


def openssl(*arguments: str | Path) -> str:
    """What OpenSSL prints; it has to succeed."""
    ran = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def context(is_server: bool, ca: Path, pair: Pair | None) -> ssl.SSLContext:
    """One that wants a certificate of the CA from the other end, and checks it as strictly as Python can."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if is_server else ssl.PROTOCOL_TLS_CLIENT)
    made.verify_mode = ssl.CERT_REQUIRED
    made.check_hostname = not is_server
    made.verify_flags |= ssl.VERIFY_X509_STRICT
    made.load_verify_locations(ca)
    if pair is not None:
        made.load_cert_chain(pair.cert, pair.key)
    return made


def handshake(ca: Path, dialer: Pair | None, listener: Pair, host: str, dialer_ca: Path | None = None) -> tuple[dict[str, object], dict[str, object]]:
    """Connect over the loopback, both ends checked; the answer are the certificates that the listener and the dialer were shown.

    Raises ssl.SSLError where either end refuses.
    """
    seen: dict[str, object] = {}
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def serve() -> None:
            try:
                connection, _ = server.accept()
                connection.settimeout(20)
                with connection, context(True, ca, listener).wrap_socket(connection, server_side=True) as secured:
                    seen["dialer"] = secured.getpeercert()
                    secured.sendall(b"!")
            except OSError as error:
                seen["error"] = error

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        refused: OSError | None = None
        shown: dict[str, object] = {}
        with contextlib.closing(socket.create_connection(server.getsockname(), 20)) as raw:
            try:
                with context(False, dialer_ca or ca, dialer).wrap_socket(raw, server_hostname=host) as secured:
                    shown = dict(secured.getpeercert() or {})
                    # With TLS 1.3 a listener's refusal comes with the first byte.
                    assert secured.recv(1) == b"!"
            except OSError as error:
                refused = error
        thread.join(20)
    error = seen.get("error")
    if isinstance(error, ssl.SSLError):
        raise error
    if refused is not None:
        raise refused
    return dict(seen["dialer"]), shown  # type: ignore[arg-type, call-overload]


def names_of(peer: dict[str, object]) -> set[str]:
    """The subject alternative names of a certificate as `ssl` tells them."""
    return {value for _, value in peer["subjectAltName"]}  # type: ignore[attr-defined]


def common_name(peer: dict[str, object]) -> str:
    return next(value for part in peer["subject"] for key, value in part if key == "commonName")  # type: ignore[attr-defined]


def links(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """Every connection of the deployment in a folder: its kind, the names of the dialer and the listener, and the host that is dialled."""
    import io

    session = Session(Request(paths=(str(folder),), settings={}, progress=False), Console(io.StringIO(), io.StringIO(), io.BytesIO(), {}))
    sources, _ = session.load()
    analysis = session.workspace.snapshot()
    seen = set()
    for source in sources:
        for cluster in analysis.clusters(source.path):
            names = {card.id: card.name for card in cluster.members}
            for edge in cluster.edges:
                if edge not in seen:
                    seen.add(edge)
                    yield edge.pair, names[edge.dialer], names[edge.listener], edge.host
