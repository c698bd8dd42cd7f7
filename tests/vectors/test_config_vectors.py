"""The vectors as judges: what DM's own loader answered for 770 files."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from dmls import lint
from dmls.finding import Severity
from support.certs import NOW
from support.core import analysis_of, analysis_on_disk
from support.shared import json_lines, needs_shared

DECODE_LEVEL = {20003, 38011, 38013, 40003, 40004}
NAMELESS = {"dev-source-091"}
"""A file of comments only, named `source1.yaml`: nothing makes it certain that it is DM's, so it is checked with its kind given."""
BY_FLAG = {38035, 40069}
"""What a flag on the command line may mend, so that a warning tells it."""
FAILS_LATER = {
    "dev-task-008": "the target has no host, port or user: no connection",
    "dev-task-112": "no connection to port 70000",
    "dev-task-329": "11112 at the first connection to the target",
    "dev-task-336": "48003 when the certificates are loaded",
    "dev-source-049": "no connection to this port",
    "dev-source-050": "no `from`: no connection",
    "dev-source-051": "11010 on the worker",
    "dev-source-052": "a worker refuses the rule when a subtask starts",
    "dev-source-053": "a worker refuses the rule when a subtask starts",
    "dev-source-055": "the binlog connection has no server name",
    "dev-source-057": "48003 when the certificates are loaded",
    "dev-master-053": "11104 at start",
    "dev-master-054": "38038 at start",
    "dev-master-055": "38038 at start",
    "dev-master-056": "11107 at start: a certificate without a CA beside the scheme that the vector is about",
    "dev-worker-036": "the masters refuse the worker: certificate required",
    "dev-worker-037": "no master can dial an empty port",
}
"""Accepted files that get an error all the same.  An error says that DM refuses to load, to start or to connect, and the loader only loads:
each of these is a surprise of the vectors, and stops DM at a later step without anything more being done."""
FILE_OF_MASTER = 20067
"""The loader looked for the secret key file on its own machine, as `files = "strict"` does."""
VECTORS: list[Any] = list(json_lines("vectors/config-dev.jsonl"))


@needs_shared
@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_vector(vector: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)
    data = vector["text"].encode("utf-8") if vector["text"] is not None else base64.b64decode(vector["text_b64"])
    path = f"/alone/{vector['file']}"
    settings = {"kinds": {"*": vector["kind"]}} if vector["id"] in NAMELESS else {}
    if vector["code"] == FILE_OF_MASTER:
        analysis = analysis_on_disk({path: data}, NOW, {"tls": {"files": "strict"}})
    else:
        analysis = analysis_of({path: data}, settings)

    assert analysis.kind(path) == vector["kind"]
    findings = analysis.findings(path)
    lines = analysis.lines(path)
    assert lines is not None
    at = [(lines.line_of(f.span.start) + 1, f) for f in findings]
    errors = [(line, f) for line, f in at if f.severity == Severity.ERROR]
    if not vector["accepted"]:
        told = [(line, f) for line, f in at if f.severity == Severity.ERROR or (f.severity == Severity.WARNING and BY_FLAG & set(f.dm_codes))]
        assert told, "DM refuses this file"
        assert set(vector.get("lines") or [vector["line"]]) - {None} <= {line for line, _ in told}
        assert vector["code"] is None or any(vector["code"] in f.dm_codes for _, f in told)
        return
    assert bool(errors) == (vector["id"] in FAILS_LATER), "DM loads this file"
    assert not any(DECODE_LEVEL & set(f.dm_codes) for _, f in errors)
    if vector.get("surprise"):
        told = [(line, f) for line, f in at if f.severity <= Severity.INFORMATION]
        assert told, "a surprise must be spoken of"
        assert vector["line"] is None or any(line == vector["line"] for line, _ in told)
    else:
        assert not errors
        if "valid" in vector["tags"] and "advice" not in vector["tags"]:
            assert not [f for f in findings if f.severity <= Severity.WARNING]
