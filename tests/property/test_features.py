"""Nothing that a person can type, and no bytes that a disk can hold, make a feature raise; and typing ends where reading afresh begins."""

from __future__ import annotations

import os
import random
from typing import Any, Iterator

import pytest

from dmls import lint
from dmls.analysis import Analysis
from dmls.files import Content, Missing
from dmls.text import Span, apply_edits
from dmls.workspace import Workspace
from support.core import analysis_of
from support.shared import json_lines, needs_shared

FULL = bool(os.environ.get("DMLS_FULL"))
VECTORS: list[Any] = [v for v in json_lines("vectors/config-dev.jsonl") if v["text"]]
NOISE = [
    "x",
    ":",
    " ",
    "\n",
    "- ",
    "#",
    '"',
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    "&a ",
    "*a",
    "<<: *a\n",
    "|\n",
    "\t",
    "\r",
    "\u2028",
    "😀",
    "中",
    "\ufeff",
    "ssl-ca",
    "\x00",
    ",",
    "!",
    "\\",
]


@pytest.fixture(autouse=True)
def _faults_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)


def everything(analysis: Analysis, path: str, offsets: Iterator[int] | list[int]) -> tuple[object, ...]:
    """Ask all features; the findings come back."""
    findings = analysis.findings(path)
    text = analysis.text(path) or ""
    for finding in findings:
        assert 0 <= finding.span.start <= finding.span.end <= len(text), finding
    analysis.symbols(path)
    analysis.folding(path)
    for offset in offsets:
        analysis.hover(path, offset)
        analysis.completions(path, offset, "zh")
        for place in (*analysis.definitions(path, offset), *analysis.references(path, offset)):
            assert place.span in {h.span for h in analysis.highlights(path, offset)}
        renamed = analysis.rename(path, offset, "a b")
        if isinstance(renamed, list):
            apply_edits(text, [e.edit for e in renamed])
        for action in analysis.actions(path, Span(offset, offset), ["quickfix", "refactor"]):
            apply_edits(text, [e.edit for e in action.edits if e.file == path])
    return findings


@needs_shared
def test_any_prefix(request: pytest.FixtureRequest) -> None:
    rng = random.Random(7)
    for vector in VECTORS if FULL else rng.sample(VECTORS, 120):
        text = vector["text"]
        path = f"/w/{vector['file']}"
        for cut in range(len(text) + 1) if FULL else sorted(rng.sample(range(len(text) + 1), min(6, len(text)))):
            everything(analysis_of({path: text[:cut]}), path, [cut, cut // 2])


@needs_shared
def test_random_bytes() -> None:
    rng = random.Random(11)
    for number in range(3000 if FULL else 150):
        vector = rng.choice(VECTORS)
        data = bytearray(vector["text"].encode("utf-8"))
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(data) + 1)
            data[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 4))
        path = f"/w/{vector['file']}"
        analysis = analysis_of({path: bytes(data) if number % 5 else rng.randbytes(200)})
        everything(analysis, path, [0, len(analysis.text(path) or "") // 2])


@needs_shared
def test_typing_equals_reading_afresh() -> None:
    """After each of many edits, the workspace that saw them all finds what a fresh one finds."""
    rng = random.Random(13)
    for _ in range(40 if FULL else 6):
        vector = rng.choice(VECTORS)
        path = f"/w/{vector['file']}"
        text = vector["text"] * rng.choice((1, 1, 4))
        workspace = Workspace()
        workspace.open(path, text)
        for want in workspace.wanted():
            workspace.put(want.path, Missing())
        for _ in range(2000 if FULL else 60):
            at = rng.randrange(len(text) + 1)
            gone = rng.choice((0, 0, 0, 1, 5))
            text = text[:at] + rng.choice(("", rng.choice(NOISE), rng.choice(NOISE) * 2)) + text[at + gone :]
            workspace.change(path, text)
            typed = everything(workspace.snapshot(), path, [at])
            assert typed == everything(analysis_of({path: text.encode("utf-8", "surrogatepass")}), path, []), text


def test_a_file_may_vanish_and_come_back() -> None:
    workspace = Workspace()
    workspace.put("/w/dm-task.yaml", Content(b"name: [a]\n"))
    assert workspace.snapshot().findings("/w/dm-task.yaml")
    workspace.put("/w/dm-task.yaml", Missing())
    assert workspace.snapshot().findings("/w/dm-task.yaml") == ()
    workspace.open("/w/dm-task.yaml", "name: [a]\n")
    assert workspace.snapshot().findings("/w/dm-task.yaml")
    workspace.close("/w/dm-task.yaml")
    assert workspace.snapshot().text("/w/dm-task.yaml") is None
