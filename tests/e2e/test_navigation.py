"""Definitions, references, highlights, renaming and workspace symbols through a real server, over files that are open and files that are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest

from support.raw_client import REAL, RawClient, at

TASK = """name: orders 🐉
task-mode: all
target-database: {host: 10.0.0.9, port: 4000, user: dm, password: ""}
mysql-instances:
  - {source-id: mysql-1, "🐉": 1, route-rules: [shards]}
routes:
  shards: {schema-pattern: "o_*", target-schema: orders}
"""
SOURCE = """source-id: "mysql-1"
from: {host: 10.0.0.5, port: 3306, user: dm, password: ""}
"""
EDITS = {"documentChanges": True, "changeAnnotationSupport": {"groupsOnLabel": True}}


@pytest.fixture
def real(start) -> Iterator[RawClient]:
    yield start("--stdio", command=REAL)


class Place:
    """A workspace with a task that is open and a source that is not."""

    def __init__(self, client: RawClient, folder: Path, workspace: Any = None, document: Any = None, **more: Any) -> None:
        self.client = client
        (folder / "sources").mkdir()
        self.task, self.source = folder / "task.yaml", folder / "sources" / "source.yaml"
        self.task.write_text(TASK, encoding="utf-8")
        self.source.write_text(SOURCE, encoding="utf-8")
        answer = client.initialize({"workspace": workspace or {}, "textDocument": document or {}}, workspaceFolders=[{"uri": folder.as_uri(), "name": "w"}], **more)
        self.server = answer["capabilities"]
        client.open(self.task.as_uri(), TASK)

    def ask(self, method: str, line: int, column: int, **more: Any) -> dict[str, Any]:
        return self.client.ask(method, {"textDocument": {"uri": self.task.as_uri()}, "position": at(line, column), **more})


def span(line: int, start: int, end: int) -> dict[str, Any]:
    return {"start": at(line, start), "end": at(line, end)}


def test_from_a_task_to_its_source_and_back(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path)
    source = {"uri": place.source.as_uri(), "range": span(0, 12, 19)}
    assert place.ask("textDocument/definition", 4, 18)["result"] == [source]
    use = {"uri": place.task.as_uri(), "range": span(4, 16, 23)}
    for declaration, wanted in ((True, [source, use]), (False, [use])):
        found = place.ask("textDocument/references", 4, 18, context={"includeDeclaration": declaration})["result"]
        assert sorted(found, key=lambda p: p["uri"]) == sorted(wanted, key=lambda p: p["uri"])


def test_highlights_count_in_the_clients_columns(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path)
    assert place.ask("textDocument/documentHighlight", 6, 3)["result"] == [{"range": span(4, 48, 54), "kind": 2}, {"range": span(6, 2, 8), "kind": 3}]
    assert place.ask("textDocument/documentHighlight", 1, 3)["result"] == []


@pytest.mark.parametrize("asks", [True, False])
def test_a_client_is_offered_the_renaming_that_it_knows(real: RawClient, tmp_path: Path, asks: bool) -> None:
    place = Place(real, tmp_path, document={"rename": {"prepareSupport": True}} if asks else {})
    assert place.server["renameProvider"] == ({"prepareProvider": True} if asks else True)
    assert place.server["documentHighlightProvider"] and place.server["workspaceSymbolProvider"]


def test_what_can_be_renamed(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path, document={"rename": {"prepareSupport": True}}, locale="zh-CN")
    assert place.ask("textDocument/prepareRename", 4, 18)["result"] == {"range": span(4, 16, 23), "placeholder": "mysql-1"}
    assert place.ask("textDocument/prepareRename", 1, 3)["result"] is None
    refused = place.ask("textDocument/prepareRename", 0, 8)["error"]
    assert refused["code"] == -32803 and "DM 按任务名保存任务进度" in refused["message"]
    taken = place.ask("textDocument/rename", 4, 18, newName=" ")["error"]
    assert taken["code"] == -32803 and taken["message"] == "名称不能为空。"


def test_a_rename_asks_before_it_changes_files_that_are_not_open(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path, {"workspaceEdit": EDITS})
    edit = place.ask("textDocument/rename", 4, 18, newName="orders-db")["result"]
    (annotation,) = edit["changeAnnotations"].values()
    assert annotation["needsConfirmation"] and annotation["label"] and annotation["description"]
    closed, opened = edit["documentChanges"]
    assert closed["textDocument"] == {"uri": place.source.as_uri(), "version": None}
    assert closed["edits"] == [{"range": span(0, 12, 19), "newText": "orders-db", "annotationId": "confirm"}]
    assert opened["textDocument"] == {"uri": place.task.as_uri(), "version": 1}
    assert opened["edits"] == [{"range": span(4, 16, 23), "newText": "orders-db"}]


def test_a_rename_of_open_files_does_not_ask(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path, {"workspaceEdit": EDITS})
    real.open(place.source.as_uri(), SOURCE)
    edit = place.ask("textDocument/rename", 4, 18, newName="orders-db")["result"]
    assert "changeAnnotations" not in edit and len(edit["documentChanges"]) == 2


def test_a_rename_for_a_client_that_knows_only_changes(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path)
    edit = place.ask("textDocument/rename", 6, 3, newName="all")["result"]
    assert edit == {"changes": {place.task.as_uri(): [{"range": span(4, 48, 54), "newText": "all"}, {"range": span(6, 2, 8), "newText": "all"}]}}


def test_the_text_of_the_editor_counts_and_not_the_disks(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path)
    real.open(place.source.as_uri(), SOURCE.replace("mysql-1", "mysql-9"))
    assert place.ask("textDocument/definition", 4, 18)["result"] == []
    real.change(place.task.as_uri(), 2, {"text": TASK.replace("mysql-1", "mysql-9")})
    assert [p["uri"] for p in place.ask("textDocument/definition", 4, 18)["result"]] == [place.source.as_uri()]


def test_workspace_symbols(real: RawClient, tmp_path: Path) -> None:
    place = Place(real, tmp_path)
    found = real.ask("workspace/symbol", {"query": "MSQL"})["result"]
    assert found == [
        {"name": "mysql-1", "kind": 5, "location": {"uri": place.source.as_uri(), "range": span(0, 12, 19)}, "containerName": "sources/source.yaml"},
    ]
    assert {s["name"] for s in real.ask("workspace/symbol", {"query": ""})["result"]} == {"mysql-1", "orders 🐉", "shards"}
    assert real.ask("workspace/symbol", {"query": "nothing"})["result"] == []
