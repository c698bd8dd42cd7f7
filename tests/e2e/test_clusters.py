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
