"""The command that hands the TLS map to editors; with the real core."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest

from support.deployment import deployment
from support.raw_client import REAL, RawClient


@pytest.fixture
def real(start) -> Iterator[RawClient]:
    yield start("--stdio", command=REAL)


def ask(client: RawClient, form: str) -> Any:
    return client.ask("workspace/executeCommand", {"command": "dmls.map", "arguments": [{"format": form}]})["result"]


def test_the_map_of_files_that_nobody_opened(real: RawClient, tmp_path: Path) -> None:
    deployment(tmp_path, masters=1, workers=3)
    real.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "work"}])
    told = ask(real, "json")["map"]
    (found,) = told["deployments"]
    assert found["folder"] == tmp_path.name
    states = {(c["dialer"], c["listener"]): c["state"] for c in found["connections"]}
    assert states["dm-worker1.toml", "dm-master1.toml"] == "encrypted"
    assert states["dm-worker2.toml", "dm-master1.toml"] == "fails"
    place = next(c for c in found["connections"] if c["dialer"] == "dm-worker2.toml")["places"][0]
    assert (place["uri"], place["key"]) == ((tmp_path / "dm-worker2.toml").as_uri(), "ssl-cert")
    lines = ask(real, "text")["lines"]
    assert any("w2" in line["text"] and line["place"] and line["place"]["uri"].endswith("dm-worker2.toml") for line in lines)
    page = ask(real, "html")["html"]
    assert page.startswith("<!DOCTYPE html>") and f'data-uri="{(tmp_path / "dm-worker2.toml").as_uri()}"' in page
    assert "Not2Show" not in page


def test_the_map_follows_what_is_typed(real: RawClient, tmp_path: Path) -> None:
    deployment(tmp_path, masters=1, workers=1, faults=False)
    real.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "work"}])
    worker = tmp_path / "dm-worker1.toml"
    text = worker.read_text(encoding="utf-8")
    real.open(worker.as_uri(), text)
    assert ask(real, "json")["map"]["summary"]["fails"] == 0
    real.change(worker.as_uri(), 2, {"text": text.replace("ssl-", "# ssl-")})
    assert ask(real, "json")["map"]["summary"]["fails"] == 2
