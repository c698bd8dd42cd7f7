"""A broken deployment on disk, and a `dmls` on PATH that writes down what an editor and the server say."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any, Iterator

from dmls.disk import now
from support.certs import DAY, Identity, Spec, identity, key, pem

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

MASTER = """\
name = "m1"
master-addr = "10.0.0.1:8261"
advertise-addr = "10.0.0.1:8261"
ssl_ca = "tls/ca.pem"
ssl-cert = "tls/master.pem"
ssl-key = "tls/master.key"
cert-allowed-cn = "dm"
"""
"""Line 4 misspells a key, line 7 wants a list: both have a safe fix."""

TASK = """\
name: test
task-mode: all
target-database:
  host: 127.0.0.1
  port: 4000
  user: root
mysql-instances:
  - source-id: mysql-1
    no-such-key: 1
  - {source-id: "源 😀", another-key: 1}
"""
"""Lines 9 and 10 have unknown keys, the second one behind characters that every encoding of positions counts in its own way."""

OTHER = """\
services:
  db:
    image: mysql
"""
"""Not DM's."""


class Deployment:
    """The files of a workspace: a master with certificates, a task, and a file of another program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.master = folder / "dm-master.toml"
        self.task = folder / "orders.yaml"
        self.other = folder / "docker-compose.yaml"
        self._tls = folder / "tls"

    def write(self) -> None:
        self._tls.mkdir(parents=True)
        (self.folder / ".dmls.toml").write_text("", encoding="utf-8")
        self.master.write_text(MASTER, encoding="utf-8")
        self.task.write_text(TASK, encoding="utf-8")
        self.other.write_text(OTHER, encoding="utf-8")
        self._ca = self._identity(cn="DM CA", ca=True, days=3000.5)
        own = self._identity(self._ca)
        self._put("ca.pem", self._ca)
        self._put("master.pem", own)
        (self._tls / "master.key").write_bytes(pem("PRIVATE KEY", own.key.pkcs8()))
        (self._tls / "master.key").chmod(0o600)

    def replace_certificate(self) -> None:
        """Put a certificate in place of the master's that it cannot use as a client: `tls-eku-no-client`."""
        self._put("master.pem", self._identity(self._ca, eku=("server",)))

    def _identity(self, issuer: Identity | None = None, *, cn: str = "dm", ca: bool = False, days: float = 300.5, **more: Any) -> Identity:
        moment = int(now())
        spec = Spec(ca=ca, subject=(("cn", cn),), san=None if ca else ("10.0.0.1",), not_before=moment - DAY, not_after=moment + int(days * DAY), **more)
        return identity(spec, key("p256", 1 + len(cn)), issuer)

    def _put(self, name: str, of: Identity) -> None:
        new = self._tls / f"{name}.new"
        new.write_bytes(pem("CERTIFICATE", of.der))
        new.replace(self._tls / name)


class Place:
    """A deployment, an empty home for an editor, and the record of the session."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.deployment = Deployment(folder / "work")
        self.deployment.write()
        self.home = folder / "home"
        self.record = folder / "record.jsonl"
        self.home.mkdir()
        self._bin = folder / "bin"
        self._bin.mkdir()
        self._program(
            "dmls", f'if [ "$1" = serve ]; then exec {sys.executable} {HERE / "tee.py"} {self.record} {sys.executable} -m dmls "$@"; fi\nexec {sys.executable} -m dmls "$@"'
        )

    def _program(self, name: str, script: str) -> None:
        path = self._bin / name
        path.write_text(f"#!/bin/sh\nPYTHONPATH={ROOT / 'server'}; export PYTHONPATH\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of an editor that knows nothing of the person who runs the test."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH")}
        return {
            **kept,
            "PATH": os.pathsep.join((str(self._bin), kept.get("PATH", ""))),
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_DATA_HOME": str(self.home / ".local" / "share"),
            "XDG_STATE_HOME": str(self.home / ".local" / "state"),
            "XDG_RUNTIME_DIR": str(self.home),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            **more,
        }

    def replace_certificate(self) -> None:
        self.note("replace-certificate")
        self.deployment.replace_certificate()

    def note(self, what: str) -> None:
        """Write an event into the record that the replay has to repeat."""
        with self.record.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"from": "test", "does": what}) + "\n")

    def messages(self) -> list[dict[str, Any]]:
        """What was said so far."""
        return list(read(self.record)) if self.record.exists() else []

    def stderr(self) -> str:
        path = Path(f"{self.record}.stderr")
        return path.read_text(encoding="utf-8") if path.exists() else ""


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a record or a session."""
    with path.open(encoding="utf-8", errors="surrogatepass") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)
