"""Real DM files: no error on one that DM accepts, an error on one whose text its decoder refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dmls import lint
from dmls.finding import Severity
from support.core import analysis_of
from support.shared import SHARED, json_lines, needs_shared

DECODE_LEVEL = {20003, 38011, 38013, 40003, 40004}
FILES: list[Any] = list(json_lines("corpus/manifest.jsonl"))
SAMPLES = [p for folder in ("docs", "tiup") for p in sorted((SHARED / "corpus" / folder).glob("*.*ml"))] if SHARED.is_dir() else []


@needs_shared
@pytest.mark.parametrize("row", FILES, ids=lambda r: r["file"])
def test_corpus(row: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)
    path = f"/alone/{row['file']}"
    analysis = analysis_of({path: (SHARED / "corpus" / "dm" / row["file"]).read_bytes()})

    if row["kind"] == "subtask":
        # The stand-alone dm-syncer format is none of our kinds, so nothing is said.
        assert analysis.kind(path) is None and not analysis.findings(path)
        return
    assert analysis.kind(path) == row["kind"]
    errors = [f for f in analysis.findings(path) if f.severity == Severity.ERROR]
    if row["accepted"]:
        assert not errors
    elif row.get("code") in DECODE_LEVEL:
        assert errors


@needs_shared
@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_samples_of_the_documentation_are_clean_of_errors(path: Path) -> None:
    analysis = analysis_of({str(path): path.read_bytes()})

    assert analysis.is_dm(str(path))
    assert not [f for f in analysis.findings(str(path)) if f.severity == Severity.ERROR]
