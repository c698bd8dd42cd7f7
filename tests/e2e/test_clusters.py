"""An edit of one file changes what is said about another, open or not; with the real core."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest

from support.raw_client import REAL, RawClient

MASTER = 'name = "m1"\nmaster-addr = "10.0.0.1:8261"\n'
TLS = 'ssl-ca = "/etc/dm/ca.pem"\nssl-cert = "/etc/dm/m.pem"\nssl-key = "/etc/dm/m-key.pem"\n'
WORKER = 'name = "w1"\nworker-addr = "10.0.0.11:8262"\njoin = "10.0.0.1:8261"\n'
RULE = "tls-mixed-worker"


@pytest.fixture
def real(start) -> Iterator[RawClient]:
    yield start("--stdio", command=REAL)


def begin(client: RawClient, folder: Path, capabilities: Any = None) -> tuple[Path, Path]:
    """A master and a worker on the disk, both without TLS."""
    master, worker = folder / "dm-master.toml", folder / "dm-worker.toml"
    master.write_text(MASTER, encoding="utf-8")
    worker.write_text(WORKER, encoding="utf-8")
    client.initialize(capabilities, workspaceFolders=[{"uri": folder.as_uri(), "name": "work"}])
    return master, worker


def until(client: RawClient, path: Path, there: bool) -> None:
    """Wait until the rule is told of the file, or no longer is."""

    def matches(message: dict[str, Any]) -> bool:
        params = message.get("params", {})
        if message.get("method") != "textDocument/publishDiagnostics" or params["uri"] != path.as_uri():
            return False
        return (RULE in [d["code"] for d in params["diagnostics"]]) == there

    client.wait(matches, f"{RULE} {there}")


def test_an_edit_of_one_file_is_seen_in_another_that_is_not_open(real: RawClient, tmp_path: Path) -> None:
    master, worker = begin(real, tmp_path)
    real.open(master.as_uri(), MASTER)
    real.change(master.as_uri(), 2, {"text": MASTER + TLS})
    until(real, worker, True)
    real.change(master.as_uri(), 3, {"text": MASTER})
    until(real, worker, False)


def test_an_edit_of_one_file_is_seen_in_another_that_is_open(real: RawClient, tmp_path: Path) -> None:
    master, worker = begin(real, tmp_path)
    real.open(worker.as_uri(), WORKER)
    real.open(master.as_uri(), MASTER + TLS)
    until(real, worker, True)
    real.change(worker.as_uri(), 2, {"text": WORKER.replace("10.0.0.1:", "10.0.0.9:")})
    until(real, worker, False)
    real.change(worker.as_uri(), 3, {"text": WORKER})
    until(real, worker, True)
    real.change(worker.as_uri(), 4, {"text": WORKER + TLS})
    until(real, worker, False)


def test_an_address_that_changes_brings_files_together(real: RawClient, tmp_path: Path) -> None:
    master, worker = begin(real, tmp_path)
    text = MASTER.replace("10.0.0.1", "10.0.0.7") + TLS
    real.open(master.as_uri(), text)
    real.change(master.as_uri(), 2, {"text": MASTER + TLS})
    until(real, worker, True)
    real.change(master.as_uri(), 3, {"text": text})
    until(real, worker, False)


def test_who_pulls_is_told_to_ask_again(real: RawClient, tmp_path: Path) -> None:
    capabilities = {
        "textDocument": {"diagnostic": {"dynamicRegistration": False}},
        "workspace": {"diagnostics": {"refreshSupport": True}, "diagnostic": {"refreshSupport": True}},
    }
    master, worker = begin(real, tmp_path, capabilities)
    real.open(master.as_uri(), MASTER)
    real.open(worker.as_uri(), WORKER)
    rules = [d["code"] for d in real.ask("textDocument/diagnostic", {"textDocument": {"uri": worker.as_uri()}})["result"]["items"]]
    assert RULE not in rules
    real.change(master.as_uri(), 2, {"text": MASTER + TLS})
    real.ask("textDocument/diagnostic", {"textDocument": {"uri": master.as_uri()}})
    real.wait(lambda m: m.get("method") == "workspace/diagnostic/refresh", "a refresh")
    rules = [d["code"] for d in real.ask("textDocument/diagnostic", {"textDocument": {"uri": worker.as_uri()}})["result"]["items"]]
    assert RULE in rules


def test_a_new_file_joins(real: RawClient, tmp_path: Path) -> None:
    master, worker = begin(real, tmp_path)
    worker.unlink()
    real.open(master.as_uri(), MASTER + TLS)
    real.diagnostics(master.as_uri())
    worker.write_text(WORKER, encoding="utf-8")
    real.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": worker.as_uri(), "type": 1}]})
    until(real, worker, True)


SCRIPT = "#!/bin/sh\nset -e\ndmctl --master-addr 10.0.0.1:8261 list-member\nexec bin/dm-worker --config dm-worker.toml --worker-addr 10.0.0.11:8262\n"
DMCTL = "tls-dmctl-missing"


def codes(message: dict[str, Any], path: Path) -> list[str] | None:
    """The rules that a message tells of the file; None where it tells nothing of it."""
    params = message.get("params", {})
    if message.get("method") != "textDocument/publishDiagnostics" or params["uri"] != path.as_uri():
        return None
    return [d["code"] for d in params["diagnostics"]]


def until_codes(client: RawClient, path: Path, expected: list[str]) -> dict[str, Any]:
    return client.wait(lambda message: codes(message, path) == expected, f"{path.name}: {expected}")


def result(client: RawClient, method: str, params: Any) -> Any:
    return client.ask(method, params)["result"]


def test_a_script_is_a_member_too(real: RawClient, tmp_path: Path) -> None:
    """Opened, told of, helped with and mended; and an edit of the other file is seen in it."""
    master, worker = begin(
        real,
        tmp_path,
        {
            "textDocument": {
                "publishDiagnostics": {"relatedInformation": True},
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
                "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
            }
        },
    )
    worker.write_text('name = "w1"\njoin = "10.0.0.1:8261"\n', encoding="utf-8")
    script = tmp_path / "run.sh"
    script.write_text(SCRIPT, encoding="utf-8")
    real.open(master.as_uri(), MASTER + TLS)
    real.open(script.as_uri(), SCRIPT)
    published = until_codes(real, script, [DMCTL])
    (diagnostic,) = published["params"]["diagnostics"]
    assert diagnostic["range"]["start"] == {"line": 2, "character": 20}
    assert [r["location"]["uri"] for r in diagnostic["relatedInformation"]] == [master.as_uri()]
    # The file that the script starts has the address from there, and is a member with it.
    real.open(worker.as_uri(), worker.read_text(encoding="utf-8"))
    until_codes(real, worker, [RULE])

    here = {"textDocument": {"uri": script.as_uri()}}
    hover = result(real, "textDocument/hover", {**here, "position": {"line": 2, "character": 10}})
    assert "--master-addr" in str(hover["contents"])
    links = result(real, "textDocument/documentLink", here)
    assert [link["target"] for link in links] == [worker.as_uri()]
    symbols = result(real, "textDocument/documentSymbol", here)
    assert [(s["name"], [c["name"] for c in s["children"]]) for s in symbols] == [("dmctl", ["--master-addr"]), ("bin/dm-worker", ["--config", "--worker-addr"])]
    place = result(real, "textDocument/definition", {**here, "position": {"line": 2, "character": 25}})
    assert [p.get("uri", p.get("targetUri")) for p in place] == [master.as_uri()]

    real.change(script.as_uri(), 2, {"text": SCRIPT.replace("list-member", "--ssl- list-member")})
    offers = result(real, "textDocument/completion", {**here, "position": {"line": 2, "character": 40}})
    assert "--ssl-ca" in [item["label"] for item in (offers["items"] if isinstance(offers, dict) else offers)]
    real.change(script.as_uri(), 3, {"text": SCRIPT})

    asked = {**here, "range": diagnostic["range"], "context": {"diagnostics": [diagnostic], "only": ["quickfix"]}}
    actions = result(real, "textDocument/codeAction", asked)
    fix = next(a for a in actions if a["title"].startswith("Write the TLS keys"))
    changes = fix["edit"].get("changes") or {c["textDocument"]["uri"]: c["edits"] for c in fix["edit"]["documentChanges"]}
    ((uri, edits),) = changes.items()
    assert uri == script.as_uri()
    assert [e["newText"] for e in edits] == [" --ssl-ca /etc/dm/ca.pem --ssl-cert /etc/dm/m.pem --ssl-key /etc/dm/m-key.pem"]
    assert any(a["title"].startswith("Ignore") for a in actions)
    at = edits[0]["range"]["start"]["character"]
    lines = SCRIPT.split("\n")
    lines[2] = lines[2][:at] + edits[0]["newText"] + lines[2][at:]
    mended = "\n".join(lines)
    real.change(script.as_uri(), 4, {"text": mended})
    real.wait(lambda message: DMCTL not in (codes(message, script) or [DMCTL]), "the call is mended")

    # Without TLS at the master the flags are the fault.
    real.change(master.as_uri(), 2, {"text": MASTER})
    real.wait(lambda message: "tls-mixed-dmctl" in (codes(message, script) or []), "the other file is edited")
    until_codes(real, worker, [])
