"""Real files of DM: TLS turned on in each of them, judged, and turned off again to the last byte."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from dmls.finding import Severity
from dmls.migrate import tls_edit
from dmls.model.config_file import ConfigFile
from dmls.text import Edit, apply_edits
from support.core import analysis_of
from support.shared import SHARED, needs_shared

CORPUS = SHARED / "corpus"
TRIPLE = tls_edit.Triple("/etc/dm/tls/ca.pem", "/etc/dm/tls/dm.pem", "/etc/dm/tls/dm-key.pem")
Turn = Callable[[ConfigFile], tuple[Edit, ...]]
ON: dict[str, Turn] = {
    "master": lambda file: tls_edit.on(file, TRIPLE, ["dm"]),
    "worker": lambda file: tls_edit.on(file, TRIPLE, ["dm"]),
    "source": lambda file: tls_edit.secured(file, TRIPLE),
    "task": lambda file: tls_edit.secured(file, TRIPLE),
    "topology": tls_edit.topology_on,
}
OFF: dict[str, Turn] = {"master": tls_edit.off, "worker": tls_edit.off, "source": tls_edit.unsecured, "task": tls_edit.unsecured, "topology": tls_edit.topology_off}
ENDS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "lines of Windows": lambda text: text.replace("\n", "\r\n"),
    "no end of the last line": lambda text: text.rstrip("\n"),
    "byte order mark": lambda text: "\ufeff" + text,
}
WITHOUT_DATABASE = {"dm-task2.yaml"}
"""Tasks that say nothing of a target, which DM refuses."""


def turned(path: Path, text: str, turns: dict[str, Turn]) -> str | None:
    file = analysis_of({path.as_posix(): text}).file(path.as_posix())
    return apply_edits(text, turns[file.kind](file)) if file is not None and file.kind in turns else None


@needs_shared
@pytest.mark.parametrize("ends", ENDS)
def test_on_and_off_again(ends: str) -> None:
    seen = 0
    for path in sorted(p for p in CORPUS.rglob("*") if p.suffix in (".toml", ".yaml")):
        text = ENDS[ends](path.read_bytes().decode("utf-8"))
        file = analysis_of({path.as_posix(): text}).file(path.as_posix())
        if file is None or file.kind not in ON or file.tls_blocks or "https://" in text:
            continue
        try:
            on = turned(path, text, ON)
        except tls_edit.NotSure:
            assert path.name in WITHOUT_DATABASE and file.get("target-database") is None, path
            continue
        assert on is not None and on != text, path
        assert turned(path, on, OFF) == text, path
        before, after = ({(f.rule, f.message) for f in analysis_of({path.as_posix(): t}).findings(path.as_posix()) if f.severity is Severity.ERROR} for t in (text, on))
        assert after <= before, path
        seen += 1
    assert seen > 300
