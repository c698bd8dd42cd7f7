"""`dmls explain --link`: the handshakes of the vectors as real files, and what people see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.handshakes import OTHER_WORDS, VERSIONS, end_of, normal
from support.shared import json_lines, needs_shared

from .conftest import Run

AT = "2026-09-01T12:00:00Z"
ROWS: list[Any] = [v for v in json_lines("vectors/tls-dev.jsonl") if v["pair"] != "db"]
SIDES = {"worker->master": ("worker", "master"), "dmctl->master": ("dmctl", "master"), "master->worker": ("master", "worker"), "peer->peer": ("master", "master")}
SOURCES = {"127.0.0.11": "m1.dm.test", "127.0.0.12": "m2.dm.test"}


def write(folder: Path, name: str, kind: str, host: str, other: str, end: dict[str, Any], number: int) -> None:
    """The configuration of one end, with its files beside it; what is not given is not written.  dmctl is a call in a script."""
    _, files = end_of(end, number)
    if kind == "dmctl":
        write_call(folder, name, other, end, files)
        return
    lines = [f'name = "{name}"']
    if kind == "master":
        peers = f"https://{host}:8291"
        lines += [f'master-addr = "{host}:8261"', f'advertise-addr = "{host}:8261"', f'peer-urls = "{peers}"', f'advertise-peer-urls = "{peers}"']
        lines.append(f'initial-cluster = "{name}={peers}"')
    else:
        lines += [f'worker-addr = "{host}:8262"', f'advertise-addr = "{host}:8262"', f'join = "{other}:8261"']
    for role, data in files.items():
        (folder / f"{name}-{role}.pem").write_bytes(data)
        lines.append(f'ssl-{role} = "{(folder / f"{name}-{role}.pem").as_posix()}"')
    if end["allowed_cn"] is not None:
        lines.append(f"cert-allowed-cn = {json.dumps(end['allowed_cn'])}")
    (folder / f"dm-{kind}-{name}.toml").write_text("\n".join(lines) + "\n")


def write_call(folder: Path, name: str, other: str, end: dict[str, Any], files: dict[str, bytes]) -> None:
    """A script that calls dmctl; its list of names, for which there is no flag, stands in a file."""
    words = ["dmctl", "--master-addr", f"{other}:8261"]
    for role, data in files.items():
        (folder / f"{name}-{role}.pem").write_bytes(data)
        words += [f"--ssl-{role}", (folder / f"{name}-{role}.pem").as_posix()]
    if end["allowed_cn"] is not None:
        (folder / "dmctl.toml").write_text(f"cert-allowed-cn = {json.dumps(end['allowed_cn'])}\n")
        words += ["--config", "dmctl.toml"]
    (folder / f"{name}.sh").write_text(f"#!/bin/sh\n{' '.join(words)} query-status\n")


@needs_shared
@pytest.mark.parametrize("vector", ROWS, ids=lambda v: v["id"])
def test_handshakes_as_files(vector: Any, here: Path, dmls: Run) -> None:
    dialer, listener = SIDES[vector["pair"]]
    host = vector["dial_host"]
    source = SOURCES.get(vector.get("dialer_ip", ""), "127.0.0.1")
    write(here, "one", dialer, source, host, vector["dialer"], 0)
    write(here, "two", listener, host, source, vector["listener"], 1)
    ran = dmls("explain", "--link", "one.sh" if dialer == "dmctl" else "one", "two", ".", "--at", AT, "--dm-version", VERSIONS[vector["dm"]], "--format", "json")
    found = json.loads(ran.out)
    assert (found["ok"], found["stage"]) == (vector["ok"], vector["stage"]), found
    assert ran.status == (0 if vector["ok"] else 1)
    if vector["id"] not in OTHER_WORDS:
        said = (normal(found["dialer_error"]), normal(found["listener_error"]))
        assert said == (normal(vector["dialer_error"]), normal(vector["listener_error"]))
    assert found["steps"] and all(step["text"] for step in found["steps"])


PLAIN = {"ca": None, "cert": False, "allowed_cn": None, "cn": [], "san": [], "eku": None}
SECURE = {"ca": "ca1", "cert": True, "issuer": "ca1", "cn": ["dm"], "san": ["ip:127.0.0.1"], "eku": ["server", "client"], "allowed_cn": ["dm"]}


def test_what_people_see(here: Path, dmls: Run) -> None:
    write(here, "w1", "worker", "127.0.0.1", "127.0.0.1", {**SECURE, "cn": ["other"]}, 0)
    write(here, "m1", "master", "127.0.0.1", "", SECURE, 1)
    ran = dmls("explain", "--link", "w1", "m1", "--at", AT)
    assert ran.status == 1
    assert "w1 calls m1 at 127.0.0.1" in ran.out
    assert "The CN `other` is not `dm`" in ran.out
    assert "m1 logs: client certificate authentication failed" in ran.out
    chinese = dmls("--lang", "zh", "explain", "--link", "w1", str(here / "dm-master-m1.toml"), "--at", AT)
    assert "连接失败" in chinese.out and "etcd 不看其他名称" in chinese.out


def test_plaintext(here: Path, dmls: Run) -> None:
    write(here, "w1", "worker", "127.0.0.1", "127.0.0.1", PLAIN, 0)
    write(here, "m1", "master", "127.0.0.1", "", PLAIN, 1)
    ran = dmls("explain", "--link", "w1", "m1")
    assert ran.status == 0 and "without encryption" in ran.out


def test_calls_of_dmctl(here: Path, dmls: Run) -> None:
    """A call is meant by its script, by a line of that, or as the only call of dmctl that there is."""
    write(here, "m1", "master", "127.0.0.1", "", SECURE, 1)
    (here / "ops.sh").write_text("dmctl --master-addr 127.0.0.1:8261 list-member\ndmctl --master-addr 127.0.0.1:8261 query-status\n")
    for name in ("ops.sh", "ops.sh:1", "ops.sh:2", "dmctl", str(here / "ops.sh")):
        ran = dmls("--lang", "en", "explain", "--link", name, "m1", "--at", AT)
        assert ran.status == 1 and "first record does not look like a TLS handshake" in ran.out, ran
    (here / "more.sh").write_text(
        "dmctl --master-addr 127.0.0.1:8261 --ssl-ca m1-ca.pem --ssl-cert m1-cert.pem --ssl-key m1-key.pem list-member\ndmctl --master-addr 10.9.9.9:8261 list-member\n"
    )
    ran = dmls("explain", "--link", "dmctl", "m1", "--at", AT)
    assert ran.status == 2 and "means several" in ran.err and "run.sh:12" in ran.err
    # Of several calls the one is meant that calls the other end.
    ran = dmls("explain", "--link", "more.sh", "m1", "--at", AT)
    assert ran.status == 0, ran
    assert dmls("explain", "--link", "more.sh:9", "m1").status == 2


def test_a_component_that_a_script_starts(here: Path, dmls: Run) -> None:
    """The script and its file are one end, and the flags win."""
    write(here, "m1", "master", "127.0.0.1", "", SECURE, 1)
    write(here, "w1", "worker", "127.0.0.2", "127.0.0.1", PLAIN, 0)
    paths = " ".join(f"--ssl-{role} {(here / f'm1-{role}.pem').as_posix()}" for role in ("ca", "cert", "key"))
    (here / "start.sh").write_text(f"dm-worker --config dm-worker-w1.toml {paths}\n")
    for name in ("w1", "start.sh", "dm-worker-w1.toml"):
        ran = dmls("explain", "--link", name, "m1", "--at", AT)
        assert ran.status == 0, ran
        assert "at 127.0.0.1" in ran.out


def test_what_cannot_be_told(here: Path, dmls: Run) -> None:
    write(here, "w1", "worker", "127.0.0.1", "127.0.0.1", PLAIN, 0)
    write(here, "w2", "worker", "127.0.0.1", "127.0.0.1", PLAIN, 0)
    (here / "dm-worker-copy.toml").write_text((here / "dm-worker-w1.toml").read_text())
    assert dmls("explain", "--link", "w2", "nobody").status == 2
    assert "called nobody" in dmls("explain", "--link", "w2", "nobody").err
    assert "w1 means several" in dmls("explain", "--link", "w1", "w2").err
    assert "opens no connection" in dmls("explain", "--link", "w2", "dm-worker-copy.toml").err
    assert dmls("explain", "--link", "w2").status == 2
    assert dmls("explain", "unknown-key", "--at", AT).status == 2
    assert json.loads(dmls("explain", "unknown-key", "--format", "json").out)["rule"] == "unknown-key"
