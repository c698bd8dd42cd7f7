"""Real DM files as deployments: whatever folder of them is taken for one, nothing between files is called an error, since DM runs them."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from dmls import lint
from dmls.finding import Severity
from dmls.rules.registry import ROWS
from support.core import analysis_of
from support.shared import SHARED, needs_shared

CORPUS = SHARED / "corpus"
SUFFIXES = (".toml", ".yaml", ".yml")
BETWEEN = {row.name for row in ROWS if row.family == "cluster"}


def files_of(folder: Path) -> dict[str, str | bytes]:
    """The configurations in and below a folder."""
    return {path.as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES and path.is_file()}


def folders() -> Iterator[Path]:
    """The corpus as a whole, each of its top folders, and each folder that holds files itself."""
    if not CORPUS.is_dir():
        return
    yield CORPUS
    top = [path for path in sorted(CORPUS.iterdir()) if path.is_dir()]
    leaves = sorted({path.parent for path in CORPUS.rglob("*") if path.suffix in SUFFIXES})
    yield from dict.fromkeys((*top, *leaves))


@needs_shared
@pytest.mark.parametrize("folder", list(folders()), ids=lambda p: p.relative_to(CORPUS).as_posix())
def test_no_error_between_files_that_dm_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)
    files = files_of(folder)
    analysis = analysis_of(files)

    found = [(path, f.rule, f.message) for path in files for f in analysis.findings(path) if f.rule in BETWEEN and f.severity == Severity.ERROR]

    assert files
    assert found == []


@needs_shared
@pytest.mark.parametrize("folder", [f for f in folders() if f != CORPUS and any(f.glob("*.toml"))], ids=lambda p: p.relative_to(CORPUS).as_posix())
def test_a_script_that_starts_them_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)
    files = {path.as_posix(): path.read_bytes() for path in sorted(folder.glob("*.toml"))}
    alone = analysis_of(files)
    kinds = {path: alone.kind(path) for path in files}
    lines = [f"bin/dm-{kinds[path]} --config ./{Path(path).name} > log 2>&1 &" for path in files if kinds[path] in ("master", "worker")]
    script = f"{folder.as_posix()}/run.sh"
    started = analysis_of({**files, script: "\n".join(["#!/bin/bash", *lines, ""])})

    assert [f for f in started.findings(script) if f.severity == Severity.ERROR] == []
    for path in files:
        assert [(f.rule, f.span) for f in started.findings(path) if f.rule in BETWEEN] == [(f.rule, f.span) for f in alone.findings(path) if f.rule in BETWEEN]
