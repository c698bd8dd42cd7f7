"""What DM computes, read from real files: it has an answer for each, and keys that DM was seen to ignore change nothing.

The vectors hold DM's verdicts and no values, so the values themselves are tested in `tests/unit/test_effective.py`.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm.effective import differences, effective
from dmls.model.edits import edit
from dmls.schema.load import load
from dmls.syntax import toml, yaml
from dmls.version import MAIN, parse_version
from support.shared import SHARED, json_lines, needs_shared

VERSIONS = [parse_version(v) for v in ("1.0.7", "2.0.3", "5.4.0", "6.5.12", "8.5.7", "26.3.3")] + [MAIN]
TOML_KINDS = ("master", "worker", "dmctl")

VECTORS: list[Any] = list(json_lines("vectors/config-dev.jsonl"))
CORPUS: list[Any] = [row for row in json_lines("corpus/manifest.jsonl") if row["kind"] != "subtask"]
SAMPLES = [p for folder in ("docs", "tiup") for p in sorted((SHARED / "corpus" / folder).glob("*.*ml"))] if SHARED.is_dir() else []
SEEN_IGNORED = [v for v in VECTORS if v["accepted"] and "ignored" in v["tags"] and v["key_path"] != "charset"]
"""`charset` is ignored by the loader only: the connection of the relay uses it."""


def config_file(kind: str, text: str) -> ConfigFile:
    tree = (toml if kind in TOML_KINDS else yaml).parse(text)
    return ConfigFile(f"/x/{kind}", kind, tree, load(kind))


def text_of(vector: Any) -> str:
    return vector["text"] if vector["text"] is not None else base64.b64decode(vector["text_b64"]).decode("utf-8", "replace")


def check(kind: str, text: str) -> None:
    """Every version has an answer, the same twice, and for every beginning of the text, too."""
    config, again = config_file(kind, text), config_file(kind, text)
    for version in VERSIONS:
        values = effective(config, version)
        assert values == effective(again, version)
        assert repr(values)
    for part in (1, 2, 3):
        assert effective(config_file(kind, text[: len(text) * part // 4]), MAIN) is not None


@needs_shared
@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_every_vector_has_values(vector: Any) -> None:
    check(vector["kind"], text_of(vector))


@needs_shared
@pytest.mark.parametrize("row", CORPUS, ids=lambda r: r["file"])
def test_every_file_of_the_corpus_has_values(row: Any) -> None:
    check(row["kind"], (SHARED / "corpus" / "dm" / row["file"]).read_text(encoding="utf-8", errors="replace"))


@needs_shared
@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_every_sample_has_values(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    for kind in TOML_KINDS if path.suffix == ".toml" else ("task", "source", "topology"):
        check(kind, text)


@needs_shared
@pytest.mark.parametrize("vector", SEEN_IGNORED, ids=lambda v: v["id"])
def test_a_key_that_dm_ignores_may_go(vector: Any) -> None:
    text = text_of(vector)
    config = config_file(vector["kind"], text)
    entry: Entry | None = config.root
    for step in vector["key_path"].replace("[", ".[").split("."):
        assert entry is not None
        entry = entry.get(int(step[1:-1]) if step.startswith("[") else step)
    assert entry is not None
    taken = edit.delete(config, entry)
    assert taken is not None
    without = text[: taken.span.start] + taken.new_text + text[taken.span.end :]
    assert without != text
    assert differences(effective(config, MAIN), effective(config_file(vector["kind"], without), MAIN)) == ()
