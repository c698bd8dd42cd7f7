"""`.dmls.toml` and the disk, with the real core."""

from __future__ import annotations

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
