"""Actions on a deployment through a real server: what would be done, edits that the client applies, new files, and refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Sequence

import pytest

from dmls.migrate.change import ACTIONS
from support import changes
from support.plain_deployment import now, plain
from support.raw_client import REAL, RawClient

ANNOTATIONS = {"workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {"groupsOnLabel": True}}}}


@pytest.fixture
def real(start) -> Iterator[RawClient]:
    yield start("--stdio", command=REAL)


class Editor:
    """A client that applies edits to the disk, or whose user refuses them all, or those of the files `leaves`."""

    def __init__(self, client: RawClient, folder: Path, workspace: Path | None = None, applies: bool = True, leaves: Sequence[str] = (), **more: Any) -> None:
        self.client = client
        self.applies = applies
        self.leaves = leaves
        self.edits: list[dict[str, Any]] = []
        client.answers["workspace/applyEdit"] = self.apply
        client.initialize(workspaceFolders=[{"uri": (workspace or folder).as_uri(), "name": "work"}], capabilities=ANNOTATIONS, **more)
        self.folder = folder

    def apply(self, params: dict[str, Any]) -> dict[str, Any]:
        self.edits.append(params["edit"])
        if self.applies:
            for document in params["edit"]["documentChanges"]:
                path = self.folder / document["textDocument"]["uri"].rpartition("/")[2]
                if path.name in self.leaves:
                    continue
                lines = path.read_bytes().decode("utf-8").splitlines(keepends=True)
                for edit in sorted(document["edits"], key=lambda e: e["range"]["start"]["line"], reverse=True):
                    (start, end) = edit["range"]["start"], edit["range"]["end"]
                    text = "".join(lines)
                    offsets = [sum(map(len, lines[: at["line"]])) + at["character"] for at in (start, end)]
                    lines = (text[: offsets[0]] + edit["newText"] + text[offsets[1] :]).splitlines(keepends=True)
                path.write_bytes("".join(lines).encode("utf-8"))
        return {"applied": self.applies}

    def change(self, action: str, **more: Any) -> dict[str, Any]:
        answer = self.client.ask("workspace/executeCommand", {"command": "dmls.change", "arguments": [{"action": action, **more}]})
        found: dict[str, Any] = answer["result"]
        return found


def test_what_would_be_done(real: RawClient, tmp_path: Path) -> None:
    before = plain(tmp_path, 3, "full")
    editor = Editor(real, tmp_path)
    found = editor.change("tls enable")
    assert found["applied"] is False and found["change"]["written"] is False
    assert {f["file"] for f in found["change"]["files"] if f["change"] == "edited"} >= {"dm-master1.toml", "dm-worker2.toml", "status.sh"}
    assert found["markdown"].count("member update") >= 3 and "would edit dm-master1.toml" in found["markdown"]
    assert editor.edits == [] and now(tmp_path) == before and not (tmp_path / "tls").exists()


def test_on_and_off(real: RawClient, tmp_path: Path) -> None:
    before = plain(tmp_path, 3, "full")
    editor = Editor(real, tmp_path)
    assert editor.change("tls enable", apply=True)["applied"] is True
    (edit,) = editor.edits
    (label,) = edit["changeAnnotations"].values()
    assert label["needsConfirmation"] is True and "restarts in the right order" in label["label"]
    assert all(e["annotationId"] in edit["changeAnnotations"] for d in edit["documentChanges"] for e in d["edits"])
    assert (tmp_path / "tls" / "m1-key.pem").stat().st_mode & 0o777 == 0o600
    assert b"ssl-ca" in (tmp_path / "dm-master1.toml").read_bytes()
    for name in before:
        path = tmp_path / name
        real.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2}]})
    assert editor.change("tls disable", apply=True)["applied"] is True
    assert now(tmp_path) == before


def test_a_user_who_refuses(real: RawClient, tmp_path: Path) -> None:
    before = plain(tmp_path, 1, "bare")
    editor = Editor(real, tmp_path, applies=False)
    found = editor.change("tls enable", apply=True)
    assert found["applied"] is False and "did not apply" in found["error"]
    assert now(tmp_path) == before and not (tmp_path / "tls").exists()


def test_a_user_who_leaves_some_edits_out(real: RawClient, tmp_path: Path) -> None:
    before = plain(tmp_path, 3, "full")
    found = Editor(real, tmp_path, leaves=["dm-master2.toml"]).change("tls enable", apply=True)
    changed, left = found["error"].split(", but not ")
    assert found["applied"] is False and found["change"]["written"] is False
    assert "dm-master1.toml" in changed and left.partition(";")[0].endswith("dm-master2.toml") and "dm-master1" not in left
    # What was edited names the certificates, so they stay.
    assert (tmp_path / "tls" / "m1-key.pem").is_file()
    assert [name for name, data in now(tmp_path).items() if before.get(name, data) == data and name.startswith("dm-master")] == ["dm-master2.toml"]


def test_a_user_who_leaves_all_edits_out(real: RawClient, tmp_path: Path) -> None:
    plain(tmp_path, 1, "bare")
    found = Editor(real, tmp_path, leaves=["dm-master.toml", "dm-master1.toml", "dm-worker1.toml", "dm-worker.toml"]).change("tls enable", apply=True)
    assert found["applied"] is False and "says that it is done but has left" in found["error"]
    assert (tmp_path / "tls" / "ca.pem").is_file()


def test_a_client_that_tells_its_edits_late(real: RawClient, tmp_path: Path) -> None:
    """VS Code answers before it tells of documents that it opened in order to edit them, and saves them when the user likes."""
    plain(tmp_path, 3, "full")
    editor = Editor(real, tmp_path)
    document = tmp_path / "dm-master2.toml"
    edited: dict[str, str] = {}

    def apply(params: dict[str, Any]) -> dict[str, Any]:
        before = document.read_bytes()
        editor.apply(params)
        edited["text"] = document.read_text(encoding="utf-8")
        document.write_bytes(before)
        return {"applied": True}

    real.answers["workspace/applyEdit"] = apply
    request = real.new_request("workspace/executeCommand", {"command": "dmls.change", "arguments": [{"action": "tls enable", "apply": True}]})
    real.send(request)
    real.notified("workspace/applyEdit")
    real.notify("textDocument/didOpen", {"textDocument": {"uri": document.as_uri(), "languageId": "toml", "version": 2, "text": edited["text"]}})
    found = real.answer(request["id"])["result"]
    assert (found.get("error"), found["applied"]) == (None, True)


def test_new_files_that_cannot_be_written_stop_the_edits(real: RawClient, tmp_path: Path) -> None:
    before = plain(tmp_path, 1, "bare")
    (tmp_path / "tls").write_text("no folder")
    editor = Editor(real, tmp_path)
    found = editor.change("tls enable", apply=True)
    assert found["applied"] is False and "tls" in found["error"] and "nothing was written" in found["error"]
    assert editor.edits == [] and {name: data for name, data in now(tmp_path).items() if name != "tls"} == before


def test_unsaved_text_counts(real: RawClient, tmp_path: Path) -> None:
    plain(tmp_path, 1, "bare")
    editor = Editor(real, tmp_path)
    master = tmp_path / "dm-master1.toml"
    real.open(master.as_uri(), master.read_text() + '\nssl-ca = "/a"\nssl-cert = "/b"\nssl-key = "/c"\n')
    found = editor.change("tls plan", paths=[tmp_path.as_uri()])
    assert "dm-master1.toml" not in {f["file"] for f in found["change"]["files"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"action": "tls enable", "paths": ["file:///nowhere"]}, "no file of a deployment"),
        ({"action": "tls enable", "options": {"certs": "nowhere"}}, "is not a folder"),
        ({"action": "migrate export", "options": {"to": "eight"}}, "`eight` is no DM version"),
        ({"action": "migrate v1", "options": {"to": "1.0.7"}}, "1.0.7"),
        ({"action": "migrate passwords", "options": {"new-key": "dm.key", "make-key": True, "dm-version": "7.5.0"}}, "7.5.0"),
        ({"action": "migrate passwords", "options": {}}, "--new-key"),
        ({"action": "migrate v1", "options": {"style": "stylish"}}, "--style cannot be `stylish`"),
        ({"action": "certs new", "options": {"key-type": "dsa"}}, "--key-type cannot be `dsa`"),
        ({"action": "tls enable", "options": {"leeder": "m1"}}, "no option `--leeder` here"),
        ({"action": "tls enable", "options": {"leader": True}}, "--leader NAME"),
        ({"action": "tls enable", "options": {"no-cn": "yes"}}, "--no-cn"),
        ({"action": "init"}, "--masters, --workers, --source, --target"),
        ({"action": "rm"}, "no action called rm"),
        ({}, "no action called None"),
    ],
)
def test_what_cannot_be_done(real: RawClient, tmp_path: Path, arguments: dict[str, Any], message: str) -> None:
    plain(tmp_path, 1, "bare")
    Editor(real, tmp_path)
    found = real.ask("workspace/executeCommand", {"command": "dmls.change", "arguments": [arguments]})["result"]
    assert message in found["error"]


def test_without_a_folder_it_must_be_said_what_is_meant(real: RawClient) -> None:
    real.initialize()
    found = real.ask("workspace/executeCommand", {"command": "dmls.change", "arguments": [{"action": "init", "options": {"masters": "a"}}]})["result"]
    assert "no folder is open" in found["error"]


EXPORTED = "name: orders\ntask-mode: all\nis-sharding: false\nmysql-instances:\n- source-id: mysql-1\n"


@pytest.mark.parametrize(("version", "level"), [("5.4.0", "note: "), ("8.5.0", "to do: ")])
def test_an_option_tells_the_version(real: RawClient, tmp_path: Path, version: str, level: str) -> None:
    (tmp_path / "task.yaml").write_text(EXPORTED)
    (tmp_path / ".dmls.toml").write_text('dm-version = "6.5.0"\n')
    editor = Editor(real, tmp_path)
    page = editor.change("migrate export", options={"to": version})["markdown"]
    (line,) = [line for line in page.splitlines() if "online-ddl" in line]
    assert f"task.yaml: {level}" in line


def test_files_that_no_scan_takes(real: RawClient, tmp_path: Path) -> None:
    (tmp_path / "inventory.ini").write_text(
        "[dm_master_servers]\nm ansible_host=10.0.0.1\n[dm_worker_servers]\nw ansible_host=10.0.0.2 server_id=1 source_id=mysql-1 mysql_host=10.0.0.5\n"
    )
    editor = Editor(real, tmp_path)
    assert editor.change("migrate v1", apply=True)["applied"] is True
    assert "10.0.0.2" in (tmp_path / "dm-v2" / "topology.yaml").read_text()


def test_files_from_elsewhere_are_guests(real: RawClient, tmp_path: Path) -> None:
    plain(tmp_path / "else", 1, "full")
    (tmp_path / "work").mkdir()
    editor = Editor(real, tmp_path / "work")
    assert "dm-master1.toml" in editor.change("tls plan", paths=[(tmp_path / "else").as_uri()])["markdown"]
    assert not real.ask("workspace/symbol", {"query": "m1"})["result"]


def test_an_untrusted_workspace(real: RawClient, tmp_path: Path) -> None:
    before = plain(tmp_path, 1, "bare")
    editor = Editor(real, tmp_path, initializationOptions={"workspaceTrusted": False})
    assert "not trusted" in editor.change("tls enable", apply=True)["error"]
    assert editor.edits == [] and now(tmp_path) == before


def page_speaks(page: str, language: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in page) is (language == "zh")


@pytest.mark.parametrize("name", changes.NAMES)
@pytest.mark.parametrize("inside", [True, False], ids=["in the workspace", "elsewhere"])
def test_every_action(real: RawClient, tmp_path: Path, name: str, inside: bool) -> None:
    language = "zh" if inside else "en"
    workspace = tmp_path / "work"
    workspace.mkdir()
    case = changes.cases(workspace if inside else tmp_path / "else")[name]
    folder = (workspace if inside else tmp_path / "else") / name.replace(" ", "-")
    case.lay(folder)
    editor = Editor(real, folder, workspace, locale=language)
    if case.before:
        assert editor.change(**case.before, paths=[folder.as_uri()], apply=True)["applied"] is True
    plan = editor.change(name, options=case.options, paths=[folder.as_uri()])
    assert plan.get("error") is None and plan["applied"] is False and editor.edits == []
    assert set(case.missing(folder)) == {*case.created, *case.edited, *case.secret}
    done = editor.change(name, options=case.options, paths=[folder.as_uri()], apply=True)
    assert (done.get("error"), done["applied"], case.missing(folder)) == (None, True, []), done["markdown"]
    assert [word for word in case.said if word not in done["markdown"]] == [] and page_speaks(done["markdown"], language)
    assert {f["file"].rpartition("/")[2] for f in done["change"]["files"]} >= {name.rpartition("/")[2] for name in (*case.created, *case.edited, *case.secret)}
    for path in case.secret:
        assert (folder / path).read_text().splitlines()[-1] not in done["markdown"]


def test_the_table_of_actions_is_whole() -> None:
    assert {*changes.NAMES, "tls plan", "tls enable", "tls disable"} == set(ACTIONS)
