"""`dmls migrate keys` over real DM files: DM computes the same from what comes out, and a second run finds nothing to do."""

from __future__ import annotations

from typing import Any

import pytest

from dmls.finding import Severity
from dmls.migrate.up_to_date import bring
from dmls.model.dm.effective import differences, effective
from dmls.version import parse_version
from support.core import analysis_of
from support.shared import SHARED, json_lines, needs_shared

FILES: list[Any] = [row for row in json_lines("corpus/manifest.jsonl") if row["accepted"] and row["kind"] != "subtask"]
VERSIONS = ("main", "6.5.0")


@needs_shared
@pytest.mark.parametrize("row", FILES, ids=lambda r: r["file"])
def test_what_dm_computes_stays(row: Any) -> None:
    path = f"/alone/{row['file']}"
    text = (SHARED / "corpus" / "dm" / row["file"]).read_bytes().decode("utf-8")
    analysis = analysis_of({path: text})
    for name in VERSIONS:
        version = parse_version(name)
        brought = bring(analysis, path, text, version)
        assert not brought.unsafe
        assert bring(analysis, path, brought.text, version).text == brought.text
        settings = analysis.settings(path)._replace(dm_versions=(version,))
        before = analysis.judged(path, text, settings) or ()
        old, new = analysis.supposed(path, text), analysis.supposed(path, brought.text)
        assert old is not None and new is not None
        if not any(finding.severity is Severity.ERROR for finding in before):
            assert differences(effective(old, version), effective(new, version)) == ()
        if brought.text != text:
            assert brought.notes, "a change without a word"
