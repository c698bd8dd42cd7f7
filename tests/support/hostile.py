"""Files that nobody should name as a certificate, each with what dmls says of it."""

from __future__ import annotations

import os
import threading
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

from dmls.disk import now as real_now
from support.certs import DAY, HUGE, Spec, identity, key, pem
from support.place import MASTER, Place, ident

FILES = {"ca": "ca.pem", "cert": "master.pem", "key": "master.key"}
ROLES = tuple(FILES)
OTHER = "unknown-key"
"""The finding about `TEXT` that has nothing to do with any certificate."""
TEXT = MASTER + 'logg-level = "info"\n'

GIBIBYTE = 1 << 30
BLOCKS = 10_000
EXTENSION = 1_000_000


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(GIBIBYTE)


def _denied(path: Path) -> None:
    path.write_bytes(b"x")
    path.chmod(0)


def _ring(path: Path) -> None:
    other = path.with_name(path.name + ".ring")
    other.unlink(missing_ok=True)
    other.symlink_to(path.name)
    path.symlink_to(other.name)


@cache
def ten_thousand() -> bytes:
    """Different certificates, small enough for all to be looked at.  No signature holds, which roots need not."""
    serial = 0x1122334455667788
    now = int(real_now())
    one = identity(Spec(True, (("cn", "other"),), only_extra=True, basic="ca", serial=serial, not_before=now - DAY, not_after=now + 900 * DAY), key("ed25519")).der
    mark = serial.to_bytes(8, "big")
    return b"".join(pem("CERTIFICATE", one.replace(mark, (serial + n).to_bytes(8, "big"), 1)) for n in range(BLOCKS))


@cache
def long_extension() -> bytes:
    return pem("CERTIFICATE", ident(cn="other", ca=True, extra=((HUGE, False, bytes(EXTENSION)),)).der)


def _write(content: Callable[[], bytes]) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content()) and None


class Hostile(NamedTuple):
    """`make` puts it where nothing is.  `rules` are those that report it as CA, as certificate and as key; `read` tells whether its content is looked at."""

    make: Callable[[Path], None]
    rules: tuple[str, str, str]
    read: bool = False

    def rule(self, role: str) -> str:
        return self.rules[ROLES.index(role)]


_UNREADABLE = ("tls-file-unreadable",) * 3
HOSTILE = {
    "fifo": Hostile(os.mkfifo, _UNREADABLE),
    "endless": Hostile(lambda path: path.symlink_to("/dev/zero"), _UNREADABLE),
    "gibibyte": Hostile(_sparse, _UNREADABLE),
    "ring": Hostile(lambda path: path.symlink_to(path.name), _UNREADABLE),
    "ring-of-two": Hostile(_ring, _UNREADABLE),
    "denied": Hostile(_denied, _UNREADABLE),
    "folder": Hostile(os.mkdir, ("tls-path-is-directory",) * 3),
    "large-bundle": Hostile(_write(lambda: pem("CERTIFICATE", ident(cn="x", ca=True, extra=((HUGE, False, bytes(99)),)).der) * BLOCKS), _UNREADABLE),
    "10000-certificates": Hostile(_write(ten_thousand), ("tls-cert-ca-mismatch", "tls-key-mismatch", "tls-key-not-private"), True),
    "10000-broken": Hostile(_write(lambda: pem("CERTIFICATE", b"\x30\x03\x02\x01\x01") * BLOCKS), ("tls-pem-damaged", "tls-pem-damaged", "tls-key-not-private"), True),
    "long-extension": Hostile(_write(long_extension), ("tls-cert-ca-mismatch", "tls-key-mismatch", "tls-key-not-private"), True),
}
_MARKS = {"denied": pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")}
NAMES = [pytest.param(name, marks=_MARKS.get(name, ())) for name in HOSTILE]


def put(place: Place, role: str, name: str) -> Path:
    """Put a hostile file in the place of one of the master's."""
    path = place.tls / FILES[role]
    path.unlink()
    HOSTILE[name].make(path)
    return path


def restore(path: Path, content: bytes) -> None:
    """Put the good file back."""
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink()
    path.write_bytes(content)
    path.chmod(0o600)


class Scribbler:
    """A thread that truncates and rewrites a file in place, in pieces, without a pause, until `stop`."""

    def __init__(self, path: Path, *contents: bytes) -> None:
        self.rounds = 0
        self._path = path
        self._contents = contents
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Scribbler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        fd = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            for content in cycle(self._contents):
                if self._stop.is_set():
                    return
                os.ftruncate(fd, 0)
                half = len(content) // 2
                for start, piece in ((0, content[:half]), (half, content[half:])):
                    os.pwrite(fd, piece, start)
                os.ftruncate(fd, half)
                self.rounds += 1
        finally:
            os.close(fd)
