"""Fixes that edit another file than the one in which they are offered: with and without a client that can ask, and where the other file is not what it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest

from support.raw_client import REAL, RawClient, at

MASTER = 'name = "{0}"\nmaster-addr = "10.0.0.{1}:8261"\nadvertise-peer-urls = "10.0.0.{1}:8291"\ninitial-cluster = "m1=10.0.0.1:8291,m2=10.0.0.2:8291"\n'
TLS = 'ssl-ca = "/etc/dm/ca.pem"\nssl-cert = "/etc/dm/m.pem"\nssl-key = "/etc/dm/m-key.pem"\ncert-allowed-cn = ["{0}"]\n'
FIRST, SECOND = MASTER.format("m1", 1) + TLS.format("dm"), MASTER.format("m2", 2) + TLS.format("dm-cluster")
TITLE = "Put `dm` at the head of the list in `dm-master2.toml`"
LITERALS = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
RESOLVES = {**LITERALS, "dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
ANNOTATES = {"documentChanges": True, "changeAnnotationSupport": {"groupsOnLabel": False}}


@pytest.fixture
def real(start) -> Iterator[RawClient]:
    yield start("--stdio", command=REAL)


def begin(client: RawClient, folder: Path, edits: Any, action: Any = LITERALS, locale: str = "en") -> tuple[Path, Path]:
    """Two masters that admit different names, the first of them open."""
    first, second = folder / "dm-master1.toml", folder / "dm-master2.toml"
    first.write_text(FIRST, encoding="utf-8")
    second.write_text(SECOND, encoding="utf-8")
    client.initialize(
        {"textDocument": {"codeAction": action}, "workspace": {"workspaceEdit": edits}},
        workspaceFolders=[{"uri": folder.as_uri(), "name": "w"}],
        initializationOptions={"tls": {"files": "off"}},
        locale=locale,
    )
    client.open(first.as_uri(), FIRST)
    client.wait(lambda m: m.get("method") == "textDocument/publishDiagnostics" and "tls-master-lists-differ" in str(m["params"]), "the finding")
    return first, second


def offer(client: RawClient, path: Path, title: str = TITLE) -> dict[str, Any]:
    where = {"start": at(7, 20), "end": at(7, 20)}
    found = client.ask("textDocument/codeAction", {"textDocument": {"uri": path.as_uri()}, "range": where, "context": {"diagnostics": []}})["result"]
    return next(action for action in found if action["title"] == title)


def wanted(client: RawClient, line: int = 7) -> list[dict[str, Any]]:
    return [{"range": {"start": at(line, 19), "end": at(line, 31)}, "newText": '"dm"'}]


def test_who_can_ask_is_to_ask_first(real: RawClient, tmp_path: Path) -> None:
    first, second = begin(real, tmp_path, ANNOTATES)
    action = offer(real, first)
    assert "isPreferred" not in action and action["diagnostics"][0]["code"] == "tls-master-lists-differ"
    (change,) = action["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": second.as_uri(), "version": None}
    assert change["edits"] == [{**edit, "annotationId": "confirm"} for edit in wanted(real)]
    note = action["edit"]["changeAnnotations"]["confirm"]
    assert note["needsConfirmation"] is True and note["label"] == "Changes what DM does" and "differently" in note["description"]


def test_who_cannot_ask_gets_the_edits(real: RawClient, tmp_path: Path) -> None:
    first, second = begin(real, tmp_path, {})
    assert offer(real, first)["edit"] == {"changes": {second.as_uri(): wanted(real)}}


def test_a_fix_of_the_own_file_asks_nothing(real: RawClient, tmp_path: Path) -> None:
    first, _ = begin(real, tmp_path, ANNOTATES)
    edit = offer(real, first, 'Change to `"dm-cluster"`')["edit"]
    assert "changeAnnotations" not in edit and "annotationId" not in str(edit)


def test_the_other_file_is_named_with_the_version_that_the_edit_is_for(real: RawClient, tmp_path: Path) -> None:
    first, second = begin(real, tmp_path, ANNOTATES)
    real.open(second.as_uri(), "# new\n" + SECOND, 5)
    (change,) = offer(real, first)["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": second.as_uri(), "version": 5}
    assert [e["range"] for e in change["edits"]] == [wanted(real, 8)[0]["range"]]


def test_an_action_that_no_longer_fits_the_other_file_is_refused(real: RawClient, tmp_path: Path) -> None:
    first, second = begin(real, tmp_path, ANNOTATES, RESOLVES)
    action = offer(real, first)
    assert "edit" not in action
    real.open(second.as_uri(), SECOND, 1)
    resolved = real.ask("codeAction/resolve", action)["result"]
    assert resolved["edit"]["documentChanges"][0]["textDocument"]["version"] == 1
    real.change(second.as_uri(), 2, {"text": SECOND.replace("dm-cluster", "dm")})
    assert real.ask("codeAction/resolve", action)["error"]["code"] == -32801
    real.change(second.as_uri(), 3, {"text": "# moved\n" + SECOND})
    resolved = real.ask("codeAction/resolve", action)["result"]
    assert resolved["edit"]["documentChanges"][0]["edits"][0]["range"] == wanted(real, 8)[0]["range"]


def test_in_chinese(real: RawClient, tmp_path: Path) -> None:
    first, _ = begin(real, tmp_path, ANNOTATES, locale="zh-cn")
    action = offer(real, first, "将 `dm` 放在 `dm-master2.toml` 中列表的首项")
    assert "DM" in action["edit"]["changeAnnotations"]["confirm"]["description"]
