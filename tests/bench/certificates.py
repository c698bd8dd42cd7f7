"""What certificates cost: reading and verifying a CA, a certificate and a key, beside `openssl verify`; and a workspace full of them."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import peers

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "server")]

from support.certs import NOW, Spec, identity, key, pem  # noqa: E402

FOLDER = peers.OUT / "certificates"
KEYS = ("p256", "rsa2048", "rsa4096")
MANY = 5000


def _files(kind: str) -> tuple[Path, Path, Path]:
    folder = FOLDER / kind
    folder.mkdir(parents=True, exist_ok=True)
    ca = identity(Spec(ca=True, subject=(("cn", "Bench CA"),)), key(kind, 1))
    leaf = identity(Spec(), key(kind, 2), ca)
    paths = folder / "ca.pem", folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(pem("CERTIFICATE", ca.der))
    paths[1].write_bytes(pem("CERTIFICATE", leaf.der))
    paths[2].write_bytes(pem("PRIVATE KEY", leaf.key.pkcs8()))
    return paths


def triple(rounds: int) -> list[tuple[str, float, float, float]]:
    """For each kind of key: milliseconds of ours uncached, ours cached, and of one `openssl verify` process, taken in turns."""
    found = []
    for kind in KEYS:
        paths = _files(kind)
        _once(paths, b"")
        cold, warm, peer = [], [], []
        for number in range(rounds):
            # Text behind the last block makes it another file and changes nothing else.
            cold.append(_once(paths, b"\nround %d\n" % number))
            warm.append(_once(paths, b"\nround %d\n" % number))
            begun = time.perf_counter()
            subprocess.run(["openssl", "verify", "-attime", str(NOW), "-CAfile", *map(str, paths[:2])], check=True, capture_output=True)
            peer.append((time.perf_counter() - begun) * 1000)
        found.append((kind, *(statistics.median(values) for values in (cold, warm, peer))))
    return found


def _once(paths: tuple[Path, Path, Path], tail: bytes) -> float:
    """Milliseconds to judge a CA, a certificate and a key together."""
    from dmls.pki import chain, file

    data = [path.read_bytes() + tail for path in paths]
    begun = time.perf_counter()
    roots, cert, own = map(file.read, data)
    pair = file.key_pair(cert, own, (1, 25))
    verdict = chain.verify(pair.chain[0], pair.chain[1:], file.pool(roots, (1, 25)).certificates, NOW, "server", (1, 25))
    took = (time.perf_counter() - begun) * 1000
    assert pair.error is None and verdict.ok
    return took


def workspace() -> Path:
    """A folder with `MANY` certificates and one configuration that names three of them."""
    folder = FOLDER / "many"
    if folder.exists():
        shutil.rmtree(folder)
    ca = identity(Spec(ca=True, subject=(("cn", "Bench CA"),)), key("p256", 1))
    own = key("p256", 2)
    for number in range(MANY):
        made = identity(Spec(subject=(("cn", f"node-{number}"),), san=(f"10.{number >> 8 & 255}.{number & 255}.1", f"node-{number}.dm.test")), own, ca)
        path = folder / "tls" / f"{number // 100:02}" / f"node-{number}.pem"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pem("CERTIFICATE", made.der))
    (folder / "ca.pem").write_bytes(pem("CERTIFICATE", ca.der))
    (folder / "key.pem").write_bytes(pem("PRIVATE KEY", own.pkcs8()))
    (folder / "dm-worker.toml").write_text(
        'name = "w"\njoin = "127.0.0.1:8261"\nworker-addr = "127.0.0.1:8262"\nssl-ca = "ca.pem"\nssl-cert = "tls/00/node-1.pem"\nssl-key = "key.pem"\n'
    )
    return folder
