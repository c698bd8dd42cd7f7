"""The vectors as judges: what Go 1.25.5 said of chains of certificates, and other versions where they differ."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import pytest

from dmls.pki import certificate, chain
from dmls.pki.facts import Certificate, GoVersion
from support.shared import json_lines, needs_shared

VECTORS: list[Any] = list(json_lines("vectors/x509-dev.jsonl"))
LATEST: GoVersion = (1, 25)
OTHERS: dict[str, GoVersion] = {"go1.21": (1, 21), "go1.23": (1, 23), "go1.24": (1, 24)}
"""Versions of the vectors that are modelled; no DM is built with Go 1.27."""


def read(pem: str) -> Certificate | str:
    """The certificate, or what Go says when it parses it."""
    lines = [line for line in pem.splitlines() if not line.startswith("-----")]
    try:
        return certificate.parse(base64.b64decode("".join(lines)))
    except certificate.CertificateError as error:
        return str(error)


def verdict(vector: Any, go: GoVersion) -> str | None:
    """What Go says of a vector, in the order of its description: roots, chain, ``Verify``, ``VerifyHostname``."""
    roots = [found for found in map(read, vector["roots"]) if isinstance(found, Certificate) and found.refusal(go) is None]
    if not roots:
        return "failed to append ca certs"
    sent = []
    for pem in vector["chain"]:
        found = read(pem)
        refusal = found if isinstance(found, str) else found.refusal(go)
        if refusal is not None:
            return refusal
        sent.append(found)
    at = datetime.fromisoformat(vector["at"].replace("Z", "+00:00")).timestamp()
    answer = chain.verify(sent[0], sent[1:], roots, at, vector["usage"], go)
    if answer.ok and vector["host"] is not None:
        answer = chain.verify_host(sent[0], vector["host"], go)
    assert answer.ok == (answer.go_error is None)
    return answer.go_error


@needs_shared
@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_vector(vector: Any) -> None:
    assert verdict(vector, LATEST) == vector["error"]
    assert vector["ok"] == (vector["error"] is None)
    others = vector.get("other_go_versions") or {}
    for name, go in OTHERS.items():
        said = verdict(vector, go)
        if name in others:
            assert (said or "ok") == others[name], name
        else:
            # Only what differs in the decision is written down; texts may differ without it.
            assert (said is None) == vector["ok"], name
