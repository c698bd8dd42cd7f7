"""What a session does over its life, against the fake core."""

from __future__ import annotations

import json

import pytest

from support.raw_client import RawClient, at, edit

URI = "file:///dm/task.yaml"
PULL = {
    "textDocument": {"diagnostic": {}},
    "workspace": {"diagnostics": {"refreshSupport": True}, "configuration": False},
}


def codes(diagnostics) -> list[str]:
    return [d["code"] for d in diagnostics]


# --- documents ---


@pytest.mark.parametrize(
    ("encodings", "chosen", "column"),
    [
        (["utf-8", "utf-16"], "utf-8", 5),
        (["utf-32", "utf-8"], "utf-32", 2),
        (["utf-7", "utf-16"], "utf-16", 3),
        (None, "utf-16", 3),
    ],
)
def test_position_encodings(start, encodings, chosen, column) -> None:
    client = start("--stdio")
    capabilities = {"general": {"positionEncodings": encodings}} if encodings else {}
    assert client.initialize(capabilities)["capabilities"]["positionEncoding"] == chosen
    client.open(URI, "\U0001f600 x")
    client.diagnostics(URI, 1)
    client.change(URI, 2, edit((0, column), (0, column + 1), "ERR"))
    assert client.diagnostics(URI, 2)[0]["range"]["start"] == at(0, column)
    hover = client.ask("textDocument/hover", {"textDocument": {"uri": URI}, "position": at(0, column + 1)})["result"]
    assert hover["range"] == {"start": at(0, column), "end": at(0, column + 3)}


def test_one_publish_per_pause_and_the_latest_version_wins(shared: RawClient, uri: str) -> None:
    shared.open(uri, "")
    shared.diagnostics(uri, 1)
    before = len(shared.seen)
    shared.send(
        *(
            shared.notification(
                "textDocument/didChange",
                {"textDocument": {"uri": uri, "version": v}, "contentChanges": [edit((0, 0), (0, 0), "ERR ")]},
            )
            for v in range(2, 12)
        )
    )
    assert len(shared.diagnostics(uri, 11)) == 10
    published = [m for m in shared.seen[before:] if m.get("method") == "textDocument/publishDiagnostics"]
    assert [m["params"]["version"] for m in published] == [11]


def test_help_sees_the_newest_text_without_waiting_for_diagnostics(shared: RawClient, uri: str) -> None:
    shared.open(uri, "old SPIN")
    shared.diagnostics(uri, 1)
    hover = shared.new_request("textDocument/hover", {"textDocument": {"uri": uri}, "position": at(0, 1)})
    shared.send(
        shared.notification(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [edit((0, 0), (0, 3), "newest")]},
        ),
        hover,
    )
    first = shared.wait(lambda m: m.get("id") == hover["id"] or m.get("method") == "textDocument/publishDiagnostics")
    assert "newest" in first["result"]["contents"]
    shared.diagnostics(uri, 2)


def test_completion_is_answered_in_its_turn(shared: RawClient, uri: str) -> None:
    """An editor asks for more of the same text behind it, which takes longer in a long file."""
    shared.open(uri, "ERR text")
    shared.diagnostics(uri, 1)
    document = {"textDocument": {"uri": uri}}
    span = {"range": {"start": at(0, 0), "end": at(0, 3)}, "context": {"diagnostics": []}}
    completion = shared.new_request("textDocument/completion", {**document, "position": at(0, 1)})
    others = [shared.new_request("textDocument/documentSymbol", document), shared.new_request("textDocument/codeAction", {**document, **span})]
    typed = shared.notification("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [edit((0, 3), (0, 3), "S")]})
    shared.send(completion, typed, *others)
    ids = [m["id"] for m in (completion, *others)]
    assert shared.wait(lambda m: m.get("id") in ids)["id"] == completion["id"]
    shared.diagnostics(uri, 2)


def test_one_file_under_two_spellings_of_its_uri(shared: RawClient) -> None:
    shared.open("file:///dm/a%20b/%e4%bd%a0/task.yaml", "ERR")
    assert shared.diagnostics("file:///dm/a%20b/%e4%bd%a0/task.yaml")
    answer = shared.ask("textDocument/hover", {"textDocument": {"uri": "file:///dm/a b/你/task.yaml"}, "position": at(0, 1)})
    assert "ERR" in answer["result"]["contents"]


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "vscode-vfs://github/o/r/dm-master.toml", "git:/x/t.yaml?%7B%7D"])
def test_documents_of_other_schemes(shared: RawClient, uri: str) -> None:
    shared.open(uri, "ERR")
    assert codes(shared.diagnostics(uri)) == ["fake-err"]
    shared.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert shared.diagnostics(uri) == []


def test_a_fault_in_one_file_leaves_the_others_alone(shared: RawClient, uri: str) -> None:
    shared.open(uri + "1", "BOOM")
    shared.open(uri, "ERR")
    assert codes(shared.diagnostics(uri)) == ["fake-err"]
    shared.notify("textDocument/didClose", {"textDocument": {"uri": uri + "1"}})


# --- what a diagnostic carries ---


def test_diagnostics_by_capability(start) -> None:
    rich = start("--stdio")
    rich.initialize({"textDocument": {"publishDiagnostics": {"relatedInformation": True, "tagSupport": {"valueSet": [1, 2]}}}})
    poor = start("--stdio")
    poor.initialize()
    for client in (rich, poor):
        client.open(URI, "OLD REL")
    old, related = rich.diagnostics(URI)
    assert old == {
        "range": {"start": at(0, 0), "end": at(0, 3)},
        "severity": 4,
        "code": "fake-old",
        "source": "dmls",
        "message": "3 files",
        "tags": [2],
        "data": {"rule": "fake-old", "args": {"count": 3}},
    }
    assert related["relatedInformation"][0]["location"]["uri"] == URI
    old, related = poor.diagnostics(URI)
    assert "tags" not in old and "relatedInformation" not in related


@pytest.mark.parametrize(("locale", "message"), [("zh-cn", "3 个文件"), ("zh-TW", "3 个文件"), ("de", "3 files"), (7, "3 files")])
def test_language(start, locale, message) -> None:
    client = start("--stdio")
    client.initialize(locale=locale)
    client.open(URI, "ERR")
    assert client.diagnostics(URI)[0]["message"] == message


# --- settings ---


def test_settings_asked_of_the_client_come_before_the_first_findings(start) -> None:
    client = start("--stdio")
    client.answers["workspace/configuration"] = lambda _: [{"rules": {"fake-warn": "off"}, "language": "zh"}]
    client.initialize({"workspace": {"configuration": True}})
    client.open(URI, "ERR WARN")
    first = client.diagnostics(URI)
    assert codes(first) == ["fake-err"] and first[0]["message"] == "3 个文件"
    client.answers["workspace/configuration"] = lambda _: [{"rules": {"fake-err": "off"}}]
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    assert codes(client.diagnostics(URI)) == ["fake-warn"]


@pytest.mark.parametrize("answer", [[None], [], {}, "x"])
def test_settings_that_are_none(start, answer) -> None:
    client = start("--stdio")
    client.answers["workspace/configuration"] = lambda _: answer
    client.initialize({"workspace": {"configuration": True}}, initializationOptions={"rules": {"fake-warn": "off"}})
    client.open(URI, "ERR WARN")
    assert codes(client.diagnostics(URI)) == ["fake-err"]


def test_a_client_that_cannot_answer_for_settings_still_gets_findings(start) -> None:
    client = start("--stdio")
    client.initialize({"workspace": {"configuration": True}})
    client.open(URI, "ERR")
    assert codes(client.diagnostics(URI)) == ["fake-err"]


@pytest.mark.parametrize("wrapped", [True, False])
def test_settings_pushed_by_the_client(start, wrapped: bool) -> None:
    client = start("--stdio")
    client.initialize(initializationOptions={"dmls": {"rules": {"fake-err": "off"}}})
    client.open(URI, "ERR WARN")
    assert codes(client.diagnostics(URI)) == ["fake-warn"]
    mine = {"rules": {"fake-warn": "off"}}
    client.notify("workspace/didChangeConfiguration", {"settings": {"dmls": mine} if wrapped else mine})
    assert codes(client.diagnostics(URI)) == ["fake-err"]


def test_dynamic_registration(start) -> None:
    client = start("--stdio")
    client.answers["client/registerCapability"] = lambda _: None
    client.initialize({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}, "didChangeConfiguration": {"dynamicRegistration": True}}})
    registered = {r["method"]: r for r in client.notified("client/registerCapability")["registrations"]}
    assert registered["workspace/didChangeConfiguration"]["registerOptions"] == {"section": "dmls"}
    assert registered["workspace/didChangeWatchedFiles"]["registerOptions"]["watchers"]
    assert len({r["id"] for r in registered.values()}) == 2


# --- pull ---


def test_pull_and_only_pull(start) -> None:
    client = start("--stdio")
    offered = client.initialize(PULL)["capabilities"]["diagnosticProvider"]
    assert offered == {"identifier": "dmls", "interFileDependencies": True, "workspaceDiagnostics": True}
    client.open(URI, "ERR")
    first = client.ask("textDocument/diagnostic", {"textDocument": {"uri": URI}})["result"]
    assert first["kind"] == "full" and codes(first["items"]) == ["fake-err"]
    again = {"textDocument": {"uri": URI}, "previousResultId": first["resultId"]}
    assert client.ask("textDocument/diagnostic", again)["result"] == {"kind": "unchanged", "resultId": first["resultId"]}
    client.change(URI, 2, edit((0, 3), (0, 3), " WARN"))
    second = client.ask("textDocument/diagnostic", again)["result"]
    assert second["kind"] == "full" and len(second["items"]) == 2 and second["resultId"] != first["resultId"]
    client.change(URI, 3, edit((0, 8), (0, 8), " x"))
    third = client.ask("textDocument/diagnostic", {**again, "previousResultId": second["resultId"]})["result"]
    assert third["kind"] == "unchanged"
    assert not any(m.get("method") == "textDocument/publishDiagnostics" for m in client.seen)


def test_pulls_for_a_text_that_changed_meanwhile_can_be_cancelled(start) -> None:
    client = start("--stdio")
    client.initialize(PULL)
    client.open(URI, "ERR")
    one = client.new_request("textDocument/diagnostic", {"textDocument": {"uri": URI}})
    two = client.new_request("textDocument/diagnostic", {"textDocument": {"uri": URI}})
    client.send(one)
    client.change(URI, 2, edit((0, 3), (0, 3), " WARN"))
    client.send(two, client.notification("$/cancelRequest", {"id": one["id"]}))
    answers = {m["id"]: m for m in (client.wait(lambda m: m.get("id") in (one["id"], two["id"])) for _ in range(2))}
    assert len(answers[two["id"]]["result"]["items"]) == 2
    assert answers[one["id"]].get("error", {"code": -32800})["code"] == -32800


# --- the workspace ---


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "task.yaml").write_text("ERR")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "source.yaml").write_text("WARN")
    (tmp_path / "clean.toml").write_text("nothing")
    (tmp_path / "other.txt").write_text("ERR")
    return tmp_path


def test_closed_files_of_the_workspace_are_reported(start, folder) -> None:
    client = start("--stdio")
    task, source = (folder / "task.yaml").as_uri(), (folder / "sub" / "source.yaml").as_uri()
    client.initialize(workspaceFolders=[{"uri": folder.as_uri(), "name": "x"}])
    got = {}
    while len(got) < 2:
        params = client.notified("textDocument/publishDiagnostics")
        got[params["uri"]] = codes(params["diagnostics"])
    assert got == {task: ["fake-err"], source: ["fake-warn"]}
    client.open(task, "ERR ERR")
    assert len(client.diagnostics(task, 1)) == 2
    # Closed without saving: what the disk holds counts again.
    client.notify("textDocument/didClose", {"textDocument": {"uri": task}})
    assert len(client.diagnostics(task)) == 1
    (folder / "task.yaml").write_text("ERR WARN OLD")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": task, "type": 2}]})
    assert len(client.diagnostics(task)) == 3
    (folder / "task.yaml").unlink()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": task, "type": 3}]})
    assert client.diagnostics(task) == []
    (folder / "new.toml").write_text("WARN")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (folder / "new.toml").as_uri(), "type": 1}]})
    assert codes(client.diagnostics((folder / "new.toml").as_uri())) == ["fake-warn"]
    client.notify(
        "workspace/didChangeWorkspaceFolders",
        {"event": {"added": [], "removed": [{"uri": folder.as_uri(), "name": "x"}]}},
    )
    assert client.diagnostics(source) == []


def test_a_folder_added_later(start, folder) -> None:
    client = start("--stdio")
    client.initialize(workspaceFolders=None)
    client.notify(
        "workspace/didChangeWorkspaceFolders",
        {"event": {"added": [{"uri": folder.as_uri(), "name": "x"}], "removed": []}},
    )
    assert codes(client.diagnostics((folder / "task.yaml").as_uri())) == ["fake-err"]


def test_workspace_pull(start, folder) -> None:
    client = start("--stdio")
    client.answers["workspace/diagnostic/refresh"] = lambda _: None
    client.initialize(PULL, rootUri=folder.as_uri())
    first = client.ask("workspace/diagnostic", {"previousResultIds": []})["result"]["items"]
    by_name = {item["uri"].rpartition("/")[2]: item for item in first}
    assert {name: codes(item["items"]) for name, item in by_name.items()} == {
        "task.yaml": ["fake-err"],
        "source.yaml": ["fake-warn"],
        "clean.toml": [],
    }
    known = [{"uri": item["uri"], "value": item["resultId"]} for item in first] + [{"uri": "file:///gone.yaml", "value": "1"}]
    again = client.ask("workspace/diagnostic", {"previousResultIds": known})["result"]["items"]
    assert sorted(item["kind"] for item in again) == ["full", "unchanged", "unchanged", "unchanged"]
    assert [item["uri"] for item in again if item["kind"] == "full"] == ["file:///gone.yaml"]
    (folder / "task.yaml").write_text("OLD")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (folder / "task.yaml").as_uri(), "type": 2}]})
    client.notified("workspace/diagnostic/refresh")


def test_progress_of_the_first_scan(start, folder) -> None:
    for number in range(300):
        (folder / f"{number}.yaml").write_text("WARN")
    client = start("--stdio")
    client.answers["window/workDoneProgress/create"] = lambda _: None
    client.initialize({"window": {"workDoneProgress": True}}, rootUri=folder.as_uri(), locale="zh-cn")
    token = client.notified("window/workDoneProgress/create")["token"]
    values = []
    while not values or values[-1]["kind"] != "end":
        values.append(client.notified("$/progress", token=token)["value"])
    assert values[0] == {"kind": "begin", "title": "正在检查 DM 配置文件", "cancellable": False}
    percentages = [v["percentage"] for v in values if "percentage" in v]
    assert percentages == sorted(percentages) and percentages


def test_no_progress_where_the_client_shows_none(start, folder) -> None:
    client = start("--stdio")
    client.initialize(rootUri=folder.as_uri())
    client.diagnostics((folder / "task.yaml").as_uri())
    assert "workDoneProgress" not in json.dumps(client.seen)
