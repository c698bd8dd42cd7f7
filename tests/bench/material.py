"""The files that are measured, from ../shared/bench/gen_configs.py, and the schemas that the peers judge them by."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import peers

GENERATOR = peers.ROOT.parent / "shared/bench/gen_configs.py"
FILES = peers.OUT / "files"
SCHEMAS = peers.OUT / "schemas"
MANY = 1000


class Document(NamedTuple):
    """One file alone in a folder, and where an edit makes an error: (line, column), 0-based."""

    path: Path
    language: str
    edit_at: tuple[int, int]


class Material(NamedTuple):
    """`many_*` are folders of 1,000 files each."""

    task300: Document
    task10k: Document
    master: Document
    source: Path
    many_yaml: Path
    many_toml: Path


def make() -> Material:
    """Write everything anew."""
    shutil.rmtree(FILES, ignore_errors=True)
    FILES.mkdir(parents=True)
    # Otherwise the project's .gitignore, which names this folder, holds for `dmls check`.
    (FILES / ".git").mkdir()
    SCHEMAS.mkdir(exist_ok=True)
    for kind in ("task", "source", "master"):
        text = subprocess.run([*peers.DMLS, "schema", kind], capture_output=True, check=True, env=peers.ENVIRONMENT).stdout
        schema = json.loads(text)
        (SCHEMAS / f"{kind}.json").write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")

    generated = peers.OUT / "generated"
    argv, sys.argv = sys.argv, [str(GENERATOR), str(generated)]
    try:
        with redirect_stdout(StringIO()):
            made = runpy.run_path(str(GENERATOR))
    finally:
        sys.argv = argv

    def read(name: str) -> str:
        return (generated / name).read_text(encoding="utf-8")

    master = read("dm-master.toml")
    small_task = made["task"](2, 3, 3, 2)
    return Material(
        task300=_document("task300.yaml", _replaced(read("task300.yaml"), *_TASK_ERROR), r"^ +table-pattern(?=:)"),
        task10k=_document("task10k.yaml", _replaced(read("task10k.yaml"), *_TASK_ERROR), r"^ +table-pattern(?=:)"),
        # tombi and taplo find the schema by this comment; the blank line that goes keeps the file at 40 lines.
        master=_document("dm-master.toml", f"#:schema {schema_uri('master')}\n" + _replaced(master, *_MASTER_ERROR).rstrip("\n") + "\n", r"^rpc-timeout(?= )"),
        source=_alone("source.yaml", read("source.yaml")),
        many_yaml=_many(
            "yaml",
            lambda i: (
                (f"task-{i:04}.yaml", small_task.replace("merge", f"merge-{i}")) if i % 2 else (f"source-{i:04}.yaml", read("source.yaml").replace("replica-01", f"replica-{i}"))
            ),
        ),
        many_toml=_many("toml", lambda i: (f"dm-master-{i:04}.toml", f"#:schema {schema_uri('master')}\n" + master.replace("dm-master-1", f"dm-master-{i}"))),
    )


_TASK_ERROR = ("clean-dump-file: true", "clean-dump-file: maybe")
_MASTER_ERROR = ("rpc-rate-burst = 40", 'rpc-rate-burst = "40"')
"""What makes the one real error of a file: (right, wrong)."""


def schema_uri(kind: str) -> str:
    return (SCHEMAS / f"{kind}.json").resolve().as_uri()


def yaml_settings() -> Path:
    """The settings of yaml-language-server."""
    yaml = {"schemas": {schema_uri("task"): ["task300.yaml", "task10k.yaml"]}, "schemaStore": {"enable": False}, "validate": True, "hover": True, "completion": True}
    return _settings("yaml", {"yaml": yaml})


def taplo_settings() -> Path:
    """The settings of taplo; without a catalogue it asks nobody in the network."""
    return _settings("taplo", {"evenBetterToml": {"schema": {"enabled": True, "catalogs": [], "links": False, "associations": {}}}})


def _settings(name: str, content: object) -> Path:
    path = peers.OUT / f"{name}-settings.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _replaced(text: str, right: str, wrong: str) -> str:
    assert text.count(right) == 1, right
    return text.replace(right, wrong)


def _alone(name: str, text: str) -> Path:
    """The server reads its whole workspace, so nothing else may lie in the folder."""
    folder = FILES / name.partition(".")[0]
    folder.mkdir()
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _document(name: str, text: str, key: str) -> Document:
    """The edit is at the end of the key nearest to the middle, which then is unknown."""
    lines = text.split("\n")
    middle = len(lines) // 2
    places = [(i, m.end()) for i, line in enumerate(lines) if (m := re.match(key, line))]
    path = _alone(name, text)
    return Document(path, path.suffix[1:], min(places, key=lambda place: abs(place[0] - middle)))


def _many(name: str, make_one: object) -> Path:
    assert callable(make_one)
    folder = FILES / f"many-{name}"
    folder.mkdir()
    for i in range(MANY):
        file, text = make_one(i)
        (folder / file).write_text(text, encoding="utf-8", newline="")
    return folder
