"""Handshakes that were run with Go, judged without any."""

from __future__ import annotations

from typing import Any

import pytest

from dmls.model.tls.handshake import judge
from support.certs import NOW
from support.handshakes import OTHER_WORDS, link_of, normal
from support.shared import json_lines, needs_shared

VECTORS: list[Any] = list(json_lines("vectors/tls-dev.jsonl"))


@needs_shared
@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_judge(vector: Any) -> None:
    found = judge(link_of(vector), NOW)
    assert (found.ok, found.stage) == (vector["ok"], vector["stage"]), found
    if vector["id"] not in OTHER_WORDS:
        assert (normal(found.dialer_error), normal(found.listener_error)) == (normal(vector["dialer_error"]), normal(vector["listener_error"]))
    assert found.steps
    assert found.ok == all(step.ok for step in found.steps)
