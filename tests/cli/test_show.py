"""`dmls show`: the values that DM works with, in both forms and languages, one instance or all, and what cannot be shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from .conftest import Run

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "schemas" / "show.schema.json").read_text(encoding="utf-8"))
SECRET = "Not2Show-7c1f"
TASK = f"""\
name: orders
task-mode: full
is-sharding: true
timezone: Asia/Shanghai
target-database:
  host: 10.0.0.9
  port: 4000
  user: root
  password: {SECRET}
  session: {{SQL_MODE: "ANSI", time_zone: "+00:00"}}
mysql-instances:
  - source-id: s1
    route-rules: [r2, r1]
    block-allow-list: b1
    mydumper-config-name: global
    mydumper-thread: 8
    loader: {{pool-size: 0x1F, dir: "./{SECRET}"}}
  - source-id: s2
    syncer-thread: 010
    mydumper-config-name: global
    mydumper: ~
routes:
  r1: {{schema-pattern: "a*", target-schema: a}}
  r2: {{schema-pattern: "b*", target-schema: b}}
block-allow-list:
  b1: {{do-dbs: ["a*", "~^b"], ignore-dbs: [c]}}
mydumpers:
  global: {{threads: 4, chunk-filesize: 64}}
"""
TOPOLOGY = """\
global:
  enable_tls: true
server_configs:
  master: {log-level: WARNING, rpc-timeout: 1m}
master_servers:
  - {host: 10.7.0.1, config: {log-level: debug}}
  - {host: 10.7.0.2, port: 8888}
worker_servers:
  - host: 10.7.0.3
grafana_servers:
  - host: 10.7.0.4
"""


@pytest.fixture
def task(here: Path) -> Path:
    (here / "task.yaml").write_text(TASK)
    return here / "task.yaml"


def told(dmls: Run, *arguments: str) -> Any:
    found = json.loads(dmls("show", "--format", "json", *arguments).out)
    jsonschema.validate(found, SCHEMA)
    return found


def test_text(task: Path, dmls: Run) -> None:
    ran = dmls("show", "task.yaml")
    assert (ran.status, ran.err) == (0, "")
    lines = [line.strip() for line in ran.out.splitlines()]
    for line in (
        "# What DM main makes of task.yaml; passwords and keys are masked.",
        "name: orders  # task.yaml:1",
        "shard-mode: pessimistic  # from `is-sharding`, task.yaml:3",
        "meta-schema: dm_meta  # default",
        'password: "********"  # task.yaml:9',
        "time_zone: Asia/Shanghai  # from `timezone`, task.yaml:4, instead of task.yaml:10",
        'foreign_key_checks: "0"  # set by DM',
        "# routes.r2, task.yaml:24",
        "block-allow-list:  # block-allow-list.b1, task.yaml:26",
        "ignore-dbs: []  # task.yaml:26 has no effect here, because of `do-dbs`",
        "mydumper:  # mydumpers.global, task.yaml:28",
        "threads: 8  # from `mydumper-thread`, task.yaml:16, instead of task.yaml:28",
        "pool-size: 31  # task.yaml:17 (written `0x1F`)",
        "worker-count: 8  # from `syncer-thread`, task.yaml:19, instead of the default",
    ):
        assert line in lines, line
    assert lines.index("# routes.r2, task.yaml:24") < lines.index("# routes.r1, task.yaml:23")
    assert SECRET not in ran.out


def test_it_is_yaml(task: Path, dmls: Run) -> None:
    read = YAML(typ="safe").load(dmls("show", "task.yaml").out)
    first, second = read["mysql-instances"]
    assert [rule["target-schema"] for rule in first["route-rules"]] == ["b", "a"]
    assert first["mydumper"]["threads"] == 8 and second["mydumper"]["threads"] == 4
    assert first["mydumper"]["chunk-filesize"] == second["mydumper"]["chunk-filesize"] == 64 << 20


def test_json(task: Path, dmls: Run) -> None:
    found = told(dmls, "task.yaml")
    assert (found["file"], found["kind"], found["dm_version"], found["errors"]) == ("task.yaml", "task", "main", 0)
    first, second = found["value"]["mysql-instances"]["value"]
    threads = first["value"]["mydumper"]["value"]["threads"]
    assert (threads["value"], threads["origin"]["way"]) == (8, "overwritten")
    assert threads["origin"]["place"] == {"key": "mydumper-thread", "range": {"start": {"line": 15, "character": 4}, "end": {"line": 15, "character": 19}}}
    assert threads["origin"]["before"]["key"] == "threads"
    assert second["value"]["mydumper"]["name"] == "mydumpers.global"
    assert second["value"]["mydumper"]["home"]["range"]["start"]["line"] == 27
    assert second["value"]["loader"]["origin"]["way"] == "default"
    assert found["value"]["target-database"]["value"]["password"]["value"] == "********"
    assert SECRET not in json.dumps(found)


def test_one_instance(task: Path, dmls: Run) -> None:
    (only,) = told(dmls, "task.yaml", "--instance", "s2")["value"]["mysql-instances"]["value"]
    assert only["value"]["source-id"]["value"] == "s2"
    (here,) = YAML(typ="safe").load(dmls("show", "--instance", "s1", "task.yaml").out)["mysql-instances"]
    assert here["source-id"] == "s1"


def test_defaults_of_versions(task: Path, dmls: Run) -> None:
    old = told(dmls, "task.yaml", "--dm-version", "5.4.0")
    assert old["value"]["online-ddl"] == {"value": False, "origin": {"way": "default", "text": "default of DM 5.4.0", "place": None, "before": None}}
    assert "strict-optimistic-shard-mode" not in old["value"]
    (task.parent / ".dmls.toml").write_text('dm-version = ["5.4.0", "6.5.3"]\n')
    new = told(dmls, "task.yaml")
    assert new["dm_version"] == "6.5.3" and new["value"]["online-ddl"]["value"] is True


def test_chinese(task: Path, dmls: Run) -> None:
    ran = dmls("--lang", "zh", "show", "task.yaml")
    assert "threads: 8  # 取自 `mydumper-thread`，task.yaml:16，取代 task.yaml:28" in ran.out
    assert "default" not in ran.out.replace("default.", "")


def test_a_master(here: Path, dmls: Run) -> None:
    (here / "dm-master.toml").write_text('name = "m1"\nmaster-addr = "10.7.0.1:8261"\npeer-urls = "10.7.0.1:8291"\nlog-level = "WARNING"\n')
    out = dmls("show", "dm-master.toml").out
    for line in (
        'name = "m1"  # dm-master.toml:1',
        'log-level = "warn"  # dm-master.toml:4 (written `"WARNING"`)',
        'advertise-addr = "10.7.0.1:8261"  # from `master-addr`, dm-master.toml:2',
        'peer-urls = "http://10.7.0.1:8291"  # dm-master.toml:3, completed by DM (written `"10.7.0.1:8291"`)',
        'initial-cluster = "m1=http://10.7.0.1:8291"  # made of `name`, `advertise-peer-urls` by DM, dm-master.toml:1',
        'rpc-timeout = "30s"  # default',
    ):
        assert line in out.splitlines(), line


def test_what_only_a_running_dm_knows(here: Path, dmls: Run) -> None:
    (here / "source.yaml").write_text("source-id: s1\nfrom: {host: h, port: 3306, user: u, password: ''}\nserver-id: 0\n")
    out = dmls("show", "source.yaml").out
    assert "server-id: null  # known only when DM runs: random 429496729 + [0,100000)" in out
    found = told(dmls, "source.yaml")["value"]["server-id"]
    assert found["value"] is None and found["origin"]["way"] == "runtime"


def test_the_file_that_tiup_writes(here: Path, dmls: Run) -> None:
    (here / "topology.yaml").write_text(TOPOLOGY)
    ran = dmls("show", "topology.yaml", "--instance", "10.7.0.2:8888")
    lines = ran.out.splitlines()
    assert lines[1] == "# TiUP writes this file for 10.7.0.2:8888, out of topology.yaml."
    for line in (
        "# name: given by a flag in TiUP's start script",
        'log-level = "warn"  # topology.yaml:4 (written `WARNING`)',
        'rpc-timeout = "1m0s"  # topology.yaml:4 (written `1m`)',
        'ssl-ca = "tls/ca.crt"  # topology.yaml:2 (written `enable_tls: true`)',
    ):
        assert line in lines, line
    assert 'log-level = "debug"  # topology.yaml:6' in dmls("show", "topology.yaml", "--instance", "10.7.0.1:8261").out
    worker = told(dmls, "topology.yaml", "--instance", "10.7.0.3:8262")
    assert worker["kind"] == "worker" and worker["value"]["join"]["origin"]["way"] == "flag"
    grafana = told(dmls, "topology.yaml", "--instance", "10.7.0.4:3000")
    assert grafana["kind"] == "topology" and [len(grafana["value"][name]["value"]) for name in ("master_servers", "grafana_servers")] == [0, 1]


def test_standard_input(here: Path, dmls: Run) -> None:
    ran = dmls("show", "-", "--kind", "worker", stdin=b'worker-addr = "h:1"\n')
    assert ran.status == 0 and 'name = "h:1"  # from `advertise-addr`, <stdin>:1' not in ran.out
    assert 'name = "h:1"  # from `worker-addr`, <stdin>:1' in ran.out
    named = dmls("show", "-", "--stdin-filename", "conf/task.yaml", stdin=TASK.encode())
    assert "name: orders  # task.yaml:1" in named.out


def test_a_file_that_dm_refuses(here: Path, dmls: Run) -> None:
    (here / "task.yaml").write_text(TASK.replace("task-mode: full", "task-mode: fool"))
    ran = dmls("show", "task.yaml")
    assert ran.status == 0
    assert ran.out.splitlines()[1].startswith("# DM refuses this file: `dmls check` finds errors in it (1).")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show",), "FILE"),
        (("show", "task.yaml", "task.yaml"), "task.yaml"),
        (("show", "."), "is a folder; name a file"),
        (("show", "absent.yaml"), "absent.yaml"),
        (("show", "notes.yaml"), "notes.yaml is no configuration file of DM"),
        (("show", "run.sh"), "run.sh is no configuration file of DM"),
        (("show", "broken.yaml"), "broken.yaml cannot be read; `dmls check` tells where and why"),
        (("show", "task.yaml", "--instance", "s3"), "no instance `s3`; there are: s1, s2"),
        (("show", "dm-worker.toml", "--instance", "s1"), "dm-worker.toml has no instances, so there is none called `s1`"),
        (("show", "task.yaml", "--dm-version", "x"), "`x` is no DM version"),
        (("show", "task.yaml", "--format", "toml"), "toml"),
        (("show", "task.yaml", "--stdin-filename", "a.yaml"), "--stdin-filename"),
    ],
)
def test_what_cannot_be_shown(task: Path, dmls: Run, arguments: tuple[str, ...], said: str) -> None:
    for name, text in (("notes.yaml", "a: 1\n"), ("run.sh", "dm-master --name m1\n"), ("broken.yaml", TASK + "a: [1\n"), ("dm-worker.toml", 'name = "w1"\n')):
        (task.parent / name).write_text(text)
    ran = dmls(*arguments)
    assert (ran.status, ran.out) == (2, "") and said in ran.err


def test_schema(dmls: Run) -> None:
    assert json.loads(dmls("schema", "show").out)["title"] == SCHEMA["title"]
