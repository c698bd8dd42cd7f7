"""The certificate commands against what Go says in the shared vectors."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from support.shared import json_lines, needs_shared

from .conftest import Run

PRIVATE = ("tls: private key does not match public key", "tls: private key type does not match public key type")
"""What Go says once it compares with a key, which the vectors do not hold."""


@needs_shared
def test_chains(dmls: Run, here: Path) -> None:
    wrong = []
    for vector in json_lines("vectors/x509-dev.jsonl"):
        (here / "ca.pem").write_text("".join(vector["roots"]))  # type: ignore[arg-type]
        (here / "chain.pem").write_text("".join(vector["chain"]))  # type: ignore[arg-type]
        host = ["--host", str(vector["host"])] if vector["host"] is not None else []
        others = vector.get("other_go_versions") or {}
        assert isinstance(others, dict)
        for go in ("1.21", "1.23", "1.24", "1.25"):
            expected = others.get(f"go{go}", vector["error"] or "ok")
            arguments = ["--roots", "ca.pem", "--chain", "chain.pem", "--at", str(vector["at"]), "--usage", str(vector["usage"]), *host, "--go-version", go]
            ran = dmls("certs", "verify", *arguments, "--format", "json")
            document = json.loads(ran.out)
            assert ran.status == (0 if document["ok"] else 1)
            assert (document["error"] is None) is document["ok"]
            # Before Go 1.25 some texts differ; the vectors tell those only where the verdict differs.
            if document["ok"] is not (expected == "ok") or (go == "1.25" and _without_zone(document["go_error"] or "ok") != _without_zone(expected)):
                wrong.append((vector["id"], go, expected, document["go_error"]))
    assert wrong == []


def _without_zone(text: str) -> str:
    """Go names the moment in the zone it was asked in."""
    return text.replace("2026-09-01T20:00:00+08:00", "2026-09-01T12:00:00Z")


@needs_shared
def test_pem_files(dmls: Run, here: Path) -> None:
    wrong = []
    for vector in json_lines("vectors/pem-dev.jsonl"):
        (here / "x.pem").write_bytes(base64.b64decode(str(vector["bytes_b64"])))
        ran = dmls("certs", "inspect", "x.pem", "--role", str(vector["role"]), "--format", "json")
        document = json.loads(ran.out)
        go = vector["go"]
        assert isinstance(go, dict)
        if vector["role"] == "ca":
            ok, error = go["append_certs_ok"], None if go["append_certs_ok"] else "failed to append ca certs"
        else:
            error = None if go["x509_keypair_error"] in PRIVATE else go["x509_keypair_error"]
            ok = error is None
        expected = {"ok": ok, "certificates": go["n_certs"], "error": error}
        etcd = {"ok": go["etcd_pool_error"] is None, "error": go["etcd_pool_error"]}
        if (document["go"], document["etcd"], ran.status) != (expected, etcd, 0 if ok else 1):
            wrong.append((vector["id"], document["go"], expected, document["etcd"], etcd))
    assert wrong == []
