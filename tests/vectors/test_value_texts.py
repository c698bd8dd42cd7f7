"""DM's own words about values that it does not take, as it was seen to print them."""

from __future__ import annotations

from typing import Any

import pytest

from dmls.model.dm.start_error import BACKOFF, LONG_SOURCE_ID, RELAY_NAME
from dmls.model.dm.task_error import BAD_VALUE, BOTH_DUMPS, BOTH_LOADS, BOTH_SYNCS
from support.core import analysis_of
from support.shared import json_lines, needs_shared

CODES = set(BAD_VALUE) | {e.code for e in (BACKOFF, BOTH_DUMPS, BOTH_LOADS, BOTH_SYNCS, LONG_SOURCE_ID, RELAY_NAME)}
REFUSED: list[Any] = [v for v in json_lines("vectors/config-dev.jsonl") if not v["accepted"] and v["code"] in CODES and v["text"]]


@needs_shared
@pytest.mark.parametrize("vector", REFUSED, ids=lambda v: v["id"])
def test_the_text_is_what_dm_prints(vector: Any) -> None:
    path = f"/w/{vector['file']}"
    found = [f.dm_text for f in analysis_of({path: vector["text"]}, {"tls": {"files": "off"}}).findings(path) if vector["code"] in f.dm_codes]
    assert vector["message"] in found


@needs_shared
def test_each_text_was_seen() -> None:
    assert {v["code"] for v in REFUSED} == CODES
