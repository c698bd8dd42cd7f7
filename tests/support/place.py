"""A workspace with one master and its certificates on a real disk, for shells as real processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dmls.disk import now as real_now
from support.certs import DAY, Identity, Spec, identity, key, pem
from support.raw_client import RawClient, at

MASTER = """name = "m1"
master-addr = "10.0.0.1:8261"
advertise-addr = "10.0.0.1:8261"
ssl-ca = "tls/ca.pem"
ssl-cert = "tls/master.pem"
ssl-key = "tls/master.key"
"""


def ident(issuer: Identity | None = None, *, cn: str = "dm", ca: bool = False, days: float = 300.5, **more: Any) -> Identity:
    """A certificate whose dates count from the real present, since a server runs on a real clock."""
    now = int(real_now())
    spec = Spec(ca=ca, subject=(("cn", cn),), san=None if ca else ("10.0.0.1", "localhost"), not_before=now - DAY, not_after=now + int(days * DAY), **more)
    return identity(spec, key("p256", 1 + len(cn)), issuer)


def write(path: Path, *of: Identity) -> None:
    """Put the certificates of `of` in place of the file at once, as careful people do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_bytes(b"".join(pem("CERTIFICATE", i.der) for i in of))
    new.replace(path)


def write_key(path: Path, of: Identity) -> None:
    path.write_bytes(pem("PRIVATE KEY", of.key.pkcs8()))
    path.chmod(0o600)


class Place:
    """The configuration is `text`; its certificates lie in `tls`."""

    def __init__(self, folder: Path, text: str = MASTER) -> None:
        self.folder = folder / "work"
        self.ca = ident(cn="DM CA", ca=True, days=3000.5)
        self.own = ident(self.ca)
        self.tls = self.folder / "tls"
        write(self.tls / "ca.pem", self.ca)
        write(self.tls / "master.pem", self.own)
        write_key(self.tls / "master.key", self.own)
        self.config = self.folder / "dm-master.toml"
        self.text = text
        self.config.write_text(text)
        self.uri = self.config.as_uri()

    def begin(self, client: RawClient, capabilities: Any = None, text: str | None = None, **options: Any) -> list[str]:
        """Open the master's file; the codes of its first diagnostics."""
        client.initialize(capabilities, workspaceFolders=[{"uri": self.folder.as_uri(), "name": "work"}], initializationOptions=options)
        client.open(self.uri, self.text if text is None else text)
        return codes(client.diagnostics(self.uri))


def codes(diagnostics: list[dict[str, Any]]) -> list[str]:
    return [d["code"] for d in diagnostics]


def until(client: RawClient, uri: str, code: str, there: bool = True) -> list[dict[str, Any]]:
    """The first diagnostics pushed for `uri` from now on that hold `code`, or do not."""

    def wanted(message: dict[str, Any]) -> bool:
        params = message.get("params")
        return message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri and (code in codes(params["diagnostics"])) == there

    found: list[dict[str, Any]] = client.wait(wanted, f"{code} {'in' if there else 'out of'} {uri}")["params"]["diagnostics"]
    return found


def position(text: str, piece: str) -> dict[str, int]:
    line = next(i for i, row in enumerate(text.splitlines()) if piece in row)
    return at(line, text.splitlines()[line].index(piece) + 1)
