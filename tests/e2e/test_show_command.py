"""The command that hands editors what DM works with; with the real core."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import jsonschema
import pytest

from support.raw_client import REAL, TESTS, RawClient

SCHEMA = json.loads((TESTS.parent / "schemas" / "show.schema.json").read_text(encoding="utf-8"))
SECRET = "Not2Show-7c1f"
TASK = f"""\
name: orders
task-mode: all
target-database: {{host: 10.0.0.9, port: 4000, user: root, password: {SECRET}}}
mysql-instances:
- source-id: s1
  syncer-thread: 010
- source-id: s2
"""


@pytest.fixture
def real(start: Any) -> Iterator[RawClient]:
    yield start("--stdio", command=REAL)


def ask(client: RawClient, **options: object) -> Any:
    return client.ask("workspace/executeCommand", {"command": "dmls.effective", "arguments": [options]})


def test_what_is_typed(real: RawClient, tmp_path: Path) -> None:
    real.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "work"}])
    uri = (tmp_path / "task.yaml").as_uri()
    real.open(uri, TASK)
    found = ask(real, uri=uri)["result"]
    assert (found["language"], found["instances"]) == ("yaml", ["s1", "s2"])
    assert "worker-count: 8  # from `syncer-thread`, task.yaml:6, instead of the default" in found["text"]
    assert SECRET not in found["text"]
    real.change(uri, 2, {"text": TASK.replace("010", "11")})
    assert "worker-count: 11  # from `syncer-thread`" in ask(real, uri=uri, instance="s1")["result"]["text"]
    assert "worker-count: 11" not in ask(real, uri=uri, instance="s2")["result"]["text"]
    told = ask(real, uri=uri, instance="s2", format="json", dmVersion="5.4.0")["result"]["config"]
    jsonschema.validate(told, SCHEMA)
    assert told["dm_version"] == "5.4.0" and told["value"]["online-ddl"]["value"] is False


def test_a_file_that_nobody_opened(real: RawClient, tmp_path: Path) -> None:
    (tmp_path / "dm-worker.toml").write_text('worker-addr = "h:8262"\njoin = "m:8261"\n')
    real.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "work"}])
    found = ask(real, uri=(tmp_path / "dm-worker.toml").as_uri())["result"]
    assert found["language"] == "toml" and 'name = "h:8262"  # from `worker-addr`, dm-worker.toml:1' in found["text"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "no configuration file of DM"),
        ({"uri": 7}, "no configuration file of DM"),
        ({"uri": "untitled:\ud83d"}, "no configuration file of DM"),
        ({"uri": "file:///absent/task.yaml"}, "task.yaml is no configuration file of DM"),
        ({"uri": "HERE", "instance": "s9"}, "no instance `s9`; there are: s1, s2"),
        ({"uri": "BROKEN"}, "cannot be read"),
    ],
)
def test_what_cannot_be_shown(real: RawClient, tmp_path: Path, options: dict[str, object], said: str) -> None:
    real.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "work"}])
    for name, text in (("task.yaml", TASK), ("task2.yaml", TASK + "a: [\n")):
        real.open((tmp_path / name).as_uri(), text)
    uri = {"HERE": (tmp_path / "task.yaml").as_uri(), "BROKEN": (tmp_path / "task2.yaml").as_uri()}.get(str(options.get("uri")))
    answer = ask(real, **{**options, **({"uri": uri} if uri else {})})["result"]
    assert list(answer) == ["refused"] and said in answer["refused"]
