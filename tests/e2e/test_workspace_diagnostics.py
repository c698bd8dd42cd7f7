"""The reports on a whole workspace: in parts for who asks so, while others are served, and made anew only where an edit reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest

from support.raw_client import REAL, RawClient, at

PULL = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
MANY = 120
TASK = "name: t{0}\ntask-mode: all\nis-shardin: true\ntarget-database: {{host: h, port: 4000, user: u, password: ''}}\nmysql-instances: [{{source-id: s}}]\n"
MASTER = 'name = "m1"\nmaster-addr = "10.0.{0}.1:8261"\n'
TLS = 'ssl-ca = "/etc/dm/ca.pem"\nssl-cert = "/etc/dm/m.pem"\nssl-key = "/etc/dm/m-key.pem"\n'
WORKER = 'name = "w1"\nworker-addr = "10.0.{0}.11:8262"\njoin = "10.0.{0}.1:8261"\n'


@pytest.fixture
def real(start) -> Iterator[RawClient]:
    client = start("--stdio", command=REAL)
    client.answers["workspace/diagnostic/refresh"] = lambda _: None
    yield client


def tasks(folder: Path) -> set[str]:
    for number in range(MANY):
        (folder / f"task{number}.yaml").write_text(TASK.format(number), encoding="utf-8")
    return {(folder / f"task{number}.yaml").as_uri() for number in range(MANY)}


def parts_of(client: RawClient, token: str) -> list[dict[str, Any]]:
    """The parts that came with a token so far."""
    return [m["params"]["value"] for m in client.seen if m.get("method") == "$/progress" and m["params"]["token"] == token]


def test_who_gives_a_token_gets_the_reports_in_parts(real: RawClient, tmp_path: Path) -> None:
    uris = tasks(tmp_path)
    real.initialize(PULL, rootUri=tmp_path.as_uri())
    assert real.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "first"})["result"] == {"items": []}
    parts = parts_of(real, "first")
    items = [item for part in parts for item in part["items"]]
    assert len(parts) > 2 and all(set(part) == {"items"} for part in parts)
    assert {item["uri"] for item in items} == uris and len(items) == MANY
    assert all([d["code"] for d in item["items"]] == ["unknown-key"] for item in items)
    known = [{"uri": item["uri"], "value": item["resultId"]} for item in items]
    real.ask("workspace/diagnostic", {"previousResultIds": [*known, {"uri": "file:///gone.yaml", "value": "1"}], "partialResultToken": "second"})
    again = [item for part in parts_of(real, "second") for item in part["items"]]
    assert {item["uri"] for item in again if item["kind"] == "unchanged"} == uris
    assert [(item["uri"], item["items"]) for item in again if item["kind"] == "full"] == [("file:///gone.yaml", [])]


def test_who_gives_none_gets_them_at_once(real: RawClient, tmp_path: Path) -> None:
    uris = tasks(tmp_path)
    real.initialize(PULL, rootUri=tmp_path.as_uri())
    items = real.ask("workspace/diagnostic", {"previousResultIds": []})["result"]["items"]
    assert {item["uri"] for item in items} == uris
    assert not [m for m in real.seen if m.get("method") == "$/progress"]


def test_others_are_answered_meanwhile(real: RawClient, tmp_path: Path) -> None:
    tasks(tmp_path)
    uri = (tmp_path / "task0.yaml").as_uri()
    real.initialize(PULL, rootUri=tmp_path.as_uri())
    real.open(uri, TASK.format(0))
    # The answer to the first comes after the scan; from then on the second is the one that is under way.
    real.ask("workspace/symbol", {"query": "nothing"})
    reports = real.new_request("workspace/diagnostic", {"previousResultIds": []})
    help = [real.new_request(f"textDocument/{name}", {"textDocument": {"uri": uri}, "position": at(1, 2)}) for name in ("hover", "completion")]
    real.send(reports, *help)
    for asked in help:
        assert real.answer(asked["id"])["result"]
    ids = [m["id"] for m in real.seen if "id" in m and "result" in m]
    assert reports["id"] not in ids
    assert len(real.answer(reports["id"])["result"]["items"]) == MANY


def test_an_edit_reaches_its_own_deployment_only(real: RawClient, tmp_path: Path) -> None:
    for number in range(3):
        folder = tmp_path / f"d{number}"
        folder.mkdir()
        (folder / "dm-master.toml").write_text(MASTER.format(number) + TLS, encoding="utf-8")
        (folder / "dm-worker.toml").write_text(WORKER.format(number), encoding="utf-8")
    real.initialize(PULL, rootUri=tmp_path.as_uri())
    master, worker = ((tmp_path / "d1" / f"dm-{name}.toml").as_uri() for name in ("master", "worker"))
    real.open(master, MASTER.format(1) + TLS)
    items = real.ask("workspace/diagnostic", {"previousResultIds": []})["result"]["items"]
    assert all(("tls-mixed-worker" in str(item["items"])) == item["uri"].endswith("worker.toml") for item in items)
    real.change(master, 2, {"text": MASTER.format(1)})
    known = [{"uri": item["uri"], "value": item["resultId"]} for item in items]
    again = real.ask("workspace/diagnostic", {"previousResultIds": known})["result"]["items"]
    changed = {item["uri"]: item["items"] for item in again if item["kind"] == "full"}
    assert set(changed) == {master, worker}
    assert "tls-mixed-worker" not in str(changed)
