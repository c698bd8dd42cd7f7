"""The rules about files against what Go made of 83 files: an error exactly where Go refuses."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from dmls import lint
from dmls.finding import Finding, Severity
from support.certs import NOW
from support.core import analysis_on_disk
from support.shared import json_lines, needs_shared

VECTORS: list[Any] = list(json_lines("vectors/pem-dev.jsonl"))
MASTER = 'name = "m"\nmaster-addr = "127.0.0.1:8261"\n'
WORKER = 'name = "w"\nworker-addr = "127.0.0.1:8262"\njoin = "127.0.0.1:8261"\n'


def _judge(folder: Path, kind: str, key: str, data: bytes) -> list[Finding]:
    """What is said of one file alone; the others are not on this machine."""
    (folder / "file.pem").write_bytes(data)
    path = (folder / f"dm-{kind}.toml").as_posix()
    lines = {"ssl-ca": "/absent/ca.pem", "ssl-cert": "/absent/dm.pem", "ssl-key": "/absent/dm-key.pem", key: (folder / "file.pem").as_posix()}
    text = (MASTER if kind == "master" else WORKER) + "".join(f'{k} = "{v}"\n' for k, v in lines.items())
    return [f for f in analysis_on_disk({path: text}, NOW).findings(path) if f.rule != "tls-file-not-found"]


@needs_shared
@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_an_error_where_go_refuses(vector: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)
    data, go = base64.b64decode(vector["bytes_b64"]), vector["go"]
    if vector["role"] == "ca":
        # A worker reads an empty file as no CA at all, which is worse and no error of the program.
        refused = not go["append_certs_ok"] and bool(data)
        assert _has_error(_judge(tmp_path, "worker", "ssl-ca", data)) == refused
        refused = not go["append_certs_ok"] or go["etcd_pool_error"] is not None
        found = _judge(tmp_path, "master", "ssl-ca", data)
        assert _has_error(found) == refused
        if go["append_certs_ok"] and refused:
            assert any(go["etcd_pool_error"] in f.dm_text for f in found), [f.dm_text for f in found]
    elif not (go["x509_keypair_error"] or "").startswith("tls: private key "):
        found = [f for f in _judge(tmp_path, "master", "ssl-cert", data) if f.severity == Severity.ERROR]
        assert bool(found) == (go["x509_keypair_error"] is not None)
        assert all(go["x509_keypair_error"] in f.dm_text for f in found)


def _has_error(findings: list[Finding]) -> bool:
    return any(f.severity == Severity.ERROR for f in findings)
