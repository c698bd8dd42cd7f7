"""The table of old keys agrees with the schemas, and what it says of a file follows every change of it."""

from __future__ import annotations

import pytest

from dmls.files import Content, Missing
from dmls.finding import Applicability
from dmls.model.legacy.migration import ROWS, Row, rename, write
from dmls.schema import legacy
from dmls.schema.load import load
from dmls.workspace import Workspace
from support.core import analysis_of


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.kind} {r.path}")
def test_a_row_speaks_of_a_key_that_there_was(row: Row) -> None:
    known = next((key for key in load(row.kind).walk() if key.path == row.path), None)
    parent, _, name = row.path.rpartition(".")
    old = legacy.find(row.kind, parent, name)
    assert known is not None or old is not None
    if any(change is rename or getattr(change, "__qualname__", "").startswith(write.__name__) for change in row.changes):
        replaced_by = known.replaced_by if known is not None else old.replaced_by if old is not None else None
        assert replaced_by, "there is nothing to write in its place"
    assert row.changes and row.versions
    assert len(row.changes) == 1 or row.how is Applicability.MANUAL, "only a person can choose"


TEXT = "name: orders\ntask-mode: all\nmysql-instances:\n  - source-id: mysql-1\n    black-white-list: global\nblack-white-list:\n  global: {do-dbs: [a]}\nis-sharding: true\n"


@pytest.mark.parametrize(
    "added",
    [
        'shard-mode: "optimistic"\n',
        'shard-mode: ""\n',
        "block-allow-list: {}\n",
        "block-allow-list:\n  global: {do-dbs: [b]}\n",
        "shard_mode: optimistic\n",
        "shardmode: x\nshard_mode: x\n",
    ],
)
@pytest.mark.parametrize("where", [0, len(TEXT)])
def test_a_fix_follows_what_is_typed_elsewhere(added: str, where: int) -> None:
    path = "/w/task.yaml"
    workspace = Workspace()
    workspace.open(path, TEXT)
    for want in workspace.wanted():
        workspace.put(want.path, Missing())
    seen = [workspace.snapshot().findings(path)]
    for text in (TEXT[:where] + added + TEXT[where:], TEXT):
        workspace.change(path, text)
        found = workspace.snapshot().findings(path)
        assert found == analysis_of({path: text}).findings(path)
        seen.append(found)
    assert seen[0] == seen[2] != seen[1]
    workspace.put(path, Content(b""))
