"""The vectors as judges: what Go 1.25.5 and etcd's loop said of 83 files."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from dmls.pki import file as pki_file
from support.shared import json_lines, needs_shared

VECTORS: list[Any] = list(json_lines("vectors/pem-dev.jsonl"))
MISMATCH = "tls: private key "
"""The vectors do not hold the keys, so that nobody can compare them."""

DAMAGE = {
    "p-dev-005": ["carriage-returns"],
    "p-dev-008": ["bom"],
    "p-dev-009": ["bom"],
    "p-dev-020": ["no-end"],
    "p-dev-021": ["no-end"],
    "p-dev-022": ["no-end"],
    "p-dev-023": ["no-begin"],
    "p-dev-024": ["dashes"],
    "p-dev-025": ["dashes"],
    "p-dev-026": ["labels-differ"],
    "p-dev-027": ["lower-case"],
    "p-dev-028": ["indented", "indented"],
    "p-dev-029": ["indented"],
    "p-dev-030": ["indented"],
    "p-dev-037": ["not-alone"],
    "p-dev-038": ["not-alone"],
    "p-dev-039": ["not-alone"],
    "p-dev-048": ["utf-16"],
    "p-dev-049": ["encoded-twice"],
    "p-dev-050": ["escaped"],
    "p-dev-051": ["bad-base64"],
    "p-dev-052": ["bad-base64"],
    "p-dev-053": ["bad-base64"],
    "p-dev-064": ["bom"],
    "p-dev-065": ["bom"],
    "p-dev-075": ["no-end"],
    "p-dev-076": ["indented", "indented"],
    "p-dev-082": ["utf-16"],
}


@needs_shared
@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_vector(vector: Any) -> None:
    file = pki_file.read(base64.b64decode(vector["bytes_b64"]))
    said = vector["go"]
    pool = pki_file.pool(file)
    assert pool.appended_ok == said["append_certs_ok"]
    assert len(pool.certificates) == said["n_certs"]
    assert pki_file.etcd_pool_error(file) == said["etcd_pool_error"]
    if vector["role"] == "cert":
        wanted = said["x509_keypair_error"]
        found = pki_file.key_pair(file, None)
        if wanted is None or not wanted.startswith(MISMATCH):
            assert found.error == wanted
        else:
            assert found.error is None
            assert found.chain
    assert [d.kind for d in file.damage] == DAMAGE.get(vector["id"], [])
