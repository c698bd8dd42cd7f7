"""The samples of DM's documentation: DM's verdict, and a finding for exactly the old and the inert keys in them."""

from __future__ import annotations

from typing import Any

import pytest

from dmls import lint
from dmls.finding import Severity
from dmls.model.config_file import ConfigFile
from dmls.text import Span
from support.certs import NOW
from support.core import analysis_of, analysis_on_disk
from support.shared import SHARED, json_lines, needs_shared

ROWS: list[Any] = list(json_lines("corpus/docs/expected.jsonl"))
OLD_KEYS = {"deprecated-key": "mapped", "ignored-key": "ignored", "removed-key": "removed", "key-not-in-version": "none"}
"""The rules that say that a key is of another time, and what DM does with the key then."""


@needs_shared
@pytest.mark.parametrize("row", ROWS, ids=lambda r: r["file"])
def test_old_and_inert_keys_are_told_and_no_others(row: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)
    path = f"/alone/{row['file']}"
    analysis = analysis_of({path: (SHARED / "corpus" / "docs" / row["file"]).read_bytes()})
    config = analysis.file(path)
    assert config is not None and config.kind == row["kind"]

    findings = analysis.findings(path)

    assert {_dotted(config, f.span): OLD_KEYS[f.rule] for f in findings if f.rule in OLD_KEYS} == row["old_or_inert_keys"]
    assert not [f for f in findings if f.severity == Severity.ERROR], "nothing is wrong with the text itself"


@needs_shared
@pytest.mark.parametrize("row", [r for r in ROWS if not r["accepted"]], ids=lambda r: r["file"])
def test_what_dm_refuses_is_refused_with_its_code(row: Any) -> None:
    # DM looked for the file of the secret key on its own machine, where it has to be: what `strict` says of every file.
    path = f"/alone/{row['file']}"
    data = (SHARED / "corpus" / "docs" / row["file"]).read_bytes()
    findings = analysis_on_disk({path: data}, NOW, {"tls": {"files": "strict"}}).findings(path)

    assert row["code"] in {code for f in findings if f.severity == Severity.ERROR for code in f.dm_codes}


def _dotted(config: ConfigFile, span: Span) -> str:
    """The path of the key that stands at `span`."""
    return next(".".join(str(step) for step in entry.path) for entry in config.entries() if entry.pair is not None and config.key_span(entry) == span)
