"""DM's own words about a value that it does not know, as it was seen to print them."""

from __future__ import annotations

from typing import Any

import pytest

from dmls.model.task_error import BAD_VALUE
from support.core import analysis_of
from support.shared import json_lines, needs_shared

REFUSED: list[Any] = [v for v in json_lines("vectors/config-dev.jsonl") if not v["accepted"] and v["code"] in BAD_VALUE and v["text"]]


@needs_shared
@pytest.mark.parametrize("vector", REFUSED, ids=lambda v: v["id"])
def test_the_text_is_what_dm_prints(vector: Any) -> None:
    path = f"/w/{vector['file']}"
    found = [f.dm_text for f in analysis_of({path: vector["text"]}, {"tls": {"files": "off"}}).findings(path) if vector["code"] in f.dm_codes]
    assert vector["message"] in found


@needs_shared
def test_each_text_was_seen() -> None:
    assert {v["code"] for v in REFUSED} == set(BAD_VALUE)
