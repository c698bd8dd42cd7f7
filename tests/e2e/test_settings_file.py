"""`.dmls.toml` and the disk, with the real core."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.raw_client import REAL, RawClient

TEXT = "name: t\ntask-mode: all\nno-such-key: 1\ntarget-database:\n  host: h\n  port: 4000\n  user: u\nmysql-instances:\n  - source-id: s\n"


@pytest.fixture
def begin(start, tmp_path: Path):
    """Opens `conf/task.yaml` of a workspace folder, and tells which rules its first diagnostics are of."""
    folder = tmp_path / "work" / "conf"
    folder.mkdir(parents=True)

    def opened(**options: Any) -> tuple[RawClient, str, list[str]]:
        client = start("--stdio", command=REAL)
        client.initialize(workspaceFolders=[{"uri": (tmp_path / "work").as_uri(), "name": "work"}], initializationOptions=options)
        uri = (folder / "task.yaml").as_uri()
        client.open(uri, TEXT)
        return client, uri, [d["code"] for d in client.diagnostics(uri)]

    return opened


def test_without_one(begin) -> None:
    assert "unknown-key" in begin()[2]


def test_it_holds_for_the_first_findings_and_follows_its_changes(begin, tmp_path: Path) -> None:
    settings = tmp_path / "work" / ".dmls.toml"
    settings.write_text('[rules]\nunknown-key = "off"\n')
    client, uri, first = begin()
    assert "unknown-key" not in first
    settings.write_text('[rules]\nunknown-key = "hint"\n')
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": settings.as_uri(), "type": 2}]})
    assert [d["severity"] for d in client.diagnostics(uri) if d["code"] == "unknown-key"] == [4]
    settings.unlink()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": settings.as_uri(), "type": 3}]})
    assert [d["severity"] for d in client.diagnostics(uri) if d["code"] == "unknown-key"] == [1]
    # No client watched it this time: a save is the moment to look.
    settings.write_text('[rules]\nunknown-key = "warning"\n')
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    assert [d["severity"] for d in client.diagnostics(uri) if d["code"] == "unknown-key"] == [2]


def test_an_open_one_counts_as_it_is_typed(begin, tmp_path: Path) -> None:
    client, uri, first = begin()
    settings = (tmp_path / "work" / "conf" / ".dmls.toml").as_uri()
    client.open(settings, '[rules]\nunknown-key = "off"\n')
    assert "unknown-key" not in [d["code"] for d in client.diagnostics(uri)]


@pytest.mark.parametrize("trusted", [True, False])
def test_nothing_outside_an_untrusted_workspace_is_read(begin, tmp_path: Path, trusted: bool) -> None:
    (tmp_path / ".dmls.toml").write_text('[rules]\nunknown-key = "off"\n')
    assert ("unknown-key" in begin(workspaceTrusted=trusted)[2]) is not trusted


def told(client: RawClient) -> list[dict[str, Any]]:
    return [m["params"] for m in client.seen if m.get("method") == "window/showMessage"]


def test_a_setting_of_the_editor_without_effect_is_told_once(begin) -> None:
    client, uri, _ = begin(dmVersions="8.5", language="en", path="/bin/dmls", rules={"no-such-rule": "off"})
    first = told(client)
    assert [m["type"] for m in first] == [2, 2]
    assert first[0]["message"] == "The setting `dmls.dmVersions` of the editor: There is no setting `dmVersions`, so it does nothing."
    assert "no-such-rule" in first[1]["message"]
    client.notify("workspace/didChangeConfiguration", {"settings": {"dmls": {"dmVersions": "8.5", "tls": {"warnDays": "many"}}}})
    client.notified("window/showMessage")
    client.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 1}})
    (new,) = told(client)[2:]
    assert "warnDays" in new["message"] or "warn-days" in new["message"]


def test_in_chinese_and_by_a_client_that_is_asked(start, tmp_path: Path) -> None:
    client = start("--stdio", command=REAL)
    client.answers["workspace/configuration"] = lambda _: [{"languages": "x"}]
    client.initialize({"workspace": {"configuration": True}}, workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "w"}], locale="zh-cn")
    assert client.notified("window/showMessage")["message"] == "编辑器中的设置项 `dmls.languages`：没有设置项 `languages`，此处不起作用。"


def test_what_the_settings_of_vs_code_hold_is_no_problem() -> None:
    from dmls.settings import EDITORS_OWN, parse

    package = json.loads((Path(__file__).parents[2] / "editors/vscode/package.json").read_text(encoding="utf-8"))
    groups = package["contributes"]["configuration"]
    section: dict[str, Any] = {}
    for group in groups if isinstance(groups, list) else [groups]:
        for name, schema in group["properties"].items():
            *above, last = name.split(".")[1:]
            table = section
            for step in above:
                table = table.setdefault(step, {})
            table[last] = schema["default"]
    assert {key for key in EDITORS_OWN if key in section} >= {"path"}
    assert parse({key: value for key, value in section.items() if key not in EDITORS_OWN}, editor=True)[1] == ()


def test_a_changed_gitignore_is_followed(begin, tmp_path: Path) -> None:
    other = tmp_path / "work" / "drafts" / "task2.yaml"
    other.parent.mkdir()
    other.write_text(TEXT, encoding="utf-8")
    ignore = tmp_path / "work" / ".gitignore"
    (tmp_path / "work" / ".git").mkdir()
    client, _, _ = begin()
    assert client.diagnostics(other.as_uri())
    ignore.write_text("drafts/\n", encoding="utf-8")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": ignore.as_uri(), "type": 1}]})
    assert client.diagnostics(other.as_uri()) == []
    ignore.unlink()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": ignore.as_uri(), "type": 3}]})
    assert client.diagnostics(other.as_uri())
