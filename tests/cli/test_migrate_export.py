"""`dmls migrate export`: what `dmctl config export` writes becomes what DM takes, and says what was lost."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Callable

import pytest

from support.shared import SHARED, needs_shared

from .conftest import Run

Files = Callable[..., None]
SECRET = "hunter2canary"
SOURCE = f"""\
enable-gtid: false
auto-fix-gtid: false
meta-dir: ""
flavor: mysql
charset: ""
enable-relay: false
source-id: mysql-01
from:
  host: 10.0.0.5
  port: 3306
  user: root
  password: {SECRET}
  max-allowed-packet: null
  session: {{}}
  security: null
purge:
  interval: 3600
checker:
  check-enable: true
  check-interval: 5s
  backoff-factor: 2
server-id: 111111111
tracer: {{}}
"""
TASK = """\
name: orders
task-mode: all
is-sharding: false
shard-mode: ""
ignore-checking-items: []
meta-schema: dm_meta
enable-heartbeat: false
heartbeat-update-interval: 1
heartbeat-report-interval: 10
timezone: ""
case-sensitive: false
target-database:
  host: 10.0.0.9
  port: 4000
  user: root
  password: "******"
  max-allowed-packet: null
  session: {}
  security: null
online-ddl-scheme: ""
routes: {}
filters: {}
column-mappings: {}
black-white-list: {}
block-allow-list:
  balist-01:
    do-dbs:
    - orders
mydumpers:
  dump-01:
    mydumper-path: ./bin/mydumper
    threads: 4
    skip-tz-utc: true
    extra-args: ""
loaders:
  load-01:
    pool-size: 16
    dir: ./dumped_data
syncers:
  sync-01:
    meta-file: ""
    worker-count: 16
    max-retry: 0
    enable-gtid: false
    disable-detect: false
    enable-ansi-quotes: false
    compact: true
    multipleRows: true
clean-dump-file: true
ansi-quotes: false
remove-meta: false
mysql-instances:
- source-id: mysql-01
  meta: null
  filter-rules: []
  column-mapping-rules: []
  route-rules: []
  black-white-list: ""
  block-allow-list: balist-01
  mydumper-config-name: dump-01
  mydumper: null
  mydumper-thread: 0
  loader-config-name: load-01
  loader: null
  loader-thread: 0
  syncer-config-name: sync-01
  syncer: null
  syncer-thread: 0
"""
REPAIRED = """\
name: orders
task-mode: all
shard-mode: ""
ignore-checking-items: []
meta-schema: dm_meta
timezone: ""
case-sensitive: false
target-database:
  host: 10.0.0.9
  port: 4000
  user: root
  password: "******"
  session: {}
  security: null
routes: {}
filters: {}
block-allow-list:
  balist-01:
    do-dbs:
    - orders
mydumpers:
  dump-01:
    threads: 4
    extra-args: ""
loaders:
  load-01:
    pool-size: 16
    dir: ./dumped_data
syncers:
  sync-01:
    worker-count: 16
    compact: true
    multiple-rows: true
clean-dump-file: true
mysql-instances:
- source-id: mysql-01
  meta: null
  filter-rules: []
  route-rules: []
  block-allow-list: balist-01
  mydumper-config-name: dump-01
  mydumper: null
  mydumper-thread: 0
  loader-config-name: load-01
  loader: null
  loader-thread: 0
  syncer-config-name: sync-01
  syncer: null
  syncer-thread: 0
"""
ORIGINAL = f"""\
name: orders
task-mode: all
online-ddl: false   # we use gh-ost by hand
collation_compatible: "strict"
experimental: {{async-checkpoint-flush: true}}
target-database: {{host: 10.0.0.9, port: 4000, user: root, password: "{SECRET}"}}
mysql-instances:
  - source-id: mysql-01
    block-allow-list: all
    loader-config-name: fast
    validator-config-name: v
block-allow-list: {{all: {{do-dbs: [orders]}}}}
loaders:
  fast:
    pool-size: 16
    import-mode: physical
    sorting-dir-physical: "/data/sort"
    dir: ./dumped_data
validators:
  v:
    mode: full
    worker-count: 8
"""


def test_repairs_and_tells_how_to_import(dmls: Run, files: Files, here: Path) -> None:
    files({"x/sources/mysql-01.yaml": SOURCE, "x/tasks/orders.yaml": TASK, "x/relay_workers.json": '{"mysql-01":["w1","w2"]}'})
    assert "error" in dmls("check", "x").out, "DM refuses what it has written"
    ran = dmls("migrate", "export", "x", "--runbook", "book.md")
    assert ran.status == 0, ran
    assert (here / "x/tasks/orders.yaml").read_text() == REPAIRED
    source = (here / "x/sources/mysql-01.yaml").read_text()
    assert source == (
        SOURCE.replace("auto-fix-gtid: false\n", "")
        .replace('meta-dir: ""\n', "")
        .replace('charset: ""\n', "")
        .replace("  max-allowed-packet: null\n", "")
        .replace("  check-interval: 5s\n  backoff-factor: 2\n", "")
        .replace("tracer: {}\n", "")
    )
    assert f"x/tasks/orders.yaml:{TASK[: TASK.index('multipleRows')].count(chr(10)) + 1}: Change `multipleRows` to `multiple-rows`" in ran.out
    assert "to do: An export leaves out `online-ddl`" in ran.out
    assert "sterisks" in ran.out
    assert "stands in plain text" in ran.out
    book = (here / "book.md").read_text()
    assert "operate-source create x/sources/mysql-01.yaml" in book
    assert "transfer-source mysql-01 w1\n" in book and "start-relay -s mysql-01 w1 w2" in book
    assert "start-task x/tasks/orders.yaml" in book
    assert book.index("operate-source") < book.index("transfer-source") < book.index("start-task")
    checked = dmls("check", "--min-severity", "error", "x")
    assert checked.status == 0, checked.out
    assert SECRET not in ran.out + ran.err + book
    again = dmls("migrate", "export", "x")
    assert "edited" not in again.out


def test_what_the_export_lost_comes_from_the_original(dmls: Run, files: Files, here: Path) -> None:
    files({"x/orders.yaml": TASK, "old/orders.yaml": ORIGINAL, "old/other.yaml": ORIGINAL.replace("name: orders", "name: other")})
    ran = dmls("migrate", "export", "x", "--original", "old")
    assert ran.status == 0, ran
    assert (here / "x/orders.yaml").read_text() == (
        REPAIRED.replace(
            "task-mode: all\n",
            'task-mode: all\nonline-ddl: false\ncollation_compatible: "strict"\nexperimental: {async-checkpoint-flush: true}\nvalidators: {v: {mode: full, worker-count: 8}}\n',
        )
        .replace("    dir: ./dumped_data\n", '    dir: ./dumped_data\n    import-mode: physical\n    sorting-dir-physical: "/data/sort"\n')
        .replace("  syncer-thread: 0\n", "  syncer-thread: 0\n  validator-config-name: v\n")
        .replace('"******"', f'"{SECRET}"')
    )
    for key in ("online-ddl", "collation_compatible", "experimental", "validators", "import-mode", "sorting-dir-physical", "validator-config-name"):
        assert f"`{key}` is taken from the original" in ran.out
    assert "the password is taken from the original" in ran.out
    assert (here / "old/orders.yaml").read_text() == ORIGINAL
    assert SECRET not in ran.out + ran.err
    assert dmls("check", "--min-severity", "error", "x").status == 0
    assert "edited" not in dmls("migrate", "export", "x", "--original", "old").out


def test_an_original_with_a_scheme_switches_online_ddl_on(dmls: Run, files: Files, here: Path) -> None:
    files({"x/orders.yaml": TASK, "orders-old.yaml": ORIGINAL.replace("online-ddl: false", "online-ddl-scheme: pt")})
    dmls("migrate", "export", "x", "--original", "orders-old.yaml")
    assert "online-ddl: true\n" in (here / "x/orders.yaml").read_text()


def test_sources_that_share_a_loader_and_had_two(dmls: Run, files: Files, here: Path) -> None:
    two = TASK + TASK[TASK.index("- source-id") :].replace("mysql-01", "mysql-02")
    original = ORIGINAL.replace("block-allow-list: {all", "  - {source-id: mysql-02, loader: {pool-size: 16, import-mode: logical}}\nblock-allow-list: {all")
    files({"x/orders.yaml": two, "old.yaml": original})
    ran = dmls("migrate", "export", "x", "--original", "old.yaml")
    assert "to do: Sources that share the exported loader `load-01` had different ones" in ran.out


SECURITY = """\
  security:
    ssl-ca: {ca}
    ssl-cert: /etc/dm/cert.pem
    ssl-key: /etc/dm/key.pem
    ssl-ca-bytes:
    - 65
    - 66
    - 10
    ssl-cert-bytes: []
    ssl-key-bytes: [{key}]
"""
KEY = b"-----BEGIN PRIVATE KEY-----\ncanarykeycanarykey\n-----END PRIVATE KEY-----\n"


def with_bytes(ca: str = "/etc/dm/ca.pem") -> str:
    return SOURCE.replace("  security: null\n", SECURITY.format(ca=ca, key=", ".join(str(byte) for byte in KEY)))


def test_bytes_become_files(dmls: Run, files: Files, here: Path) -> None:
    files({"mysql-01.yaml": with_bytes()})
    plain = dmls("migrate", "export", "--diff", "mysql-01.yaml")
    assert "`ssl-key-bytes` holds a private key as numbers" in plain.out and "`ssl-ca-bytes` holds a certificate as numbers" in plain.out
    ran = dmls("migrate", "export", "mysql-01.yaml", "--write-certificates", "pem")
    assert ran.status == 0, ran
    assert (here / "pem/mysql-01-ca.pem").read_bytes() == b"AB\n"
    assert (here / "pem/mysql-01-key.pem").read_bytes() == KEY
    if os.name == "posix":
        assert {stat.S_IMODE(path.stat().st_mode) for path in (here / "pem").iterdir()} == {0o600}
    text = (here / "mysql-01.yaml").read_text()
    assert "-bytes:" not in text
    assert f"    ssl-ca: {here.as_posix()}/pem/mysql-01-ca.pem\n    ssl-cert: /etc/dm/cert.pem\n    ssl-key: {here.as_posix()}/pem/mysql-01-key.pem\n" in text
    for out in (ran.out, plain.out):
        assert "canarykey" not in out and str(KEY[30]) + ", " + str(KEY[31]) not in out
    assert "edited" not in dmls("migrate", "export", "mysql-01.yaml", "--write-certificates", "pem").out


def test_bytes_without_a_path_get_one(dmls: Run, files: Files, here: Path) -> None:
    files({"mysql-01.yaml": with_bytes().replace("    ssl-ca: /etc/dm/ca.pem\n", "")})
    dmls("migrate", "export", "mysql-01.yaml", "--write-certificates", "pem")
    assert f'    ssl-ca: "{here.as_posix()}/pem/mysql-01-ca.pem"\n' in (here / "mysql-01.yaml").read_text()


def test_paths_count_where_that_is_wanted(dmls: Run, files: Files, here: Path) -> None:
    files({"mysql-01.yaml": with_bytes()})
    ran = dmls("migrate", "export", "--unsafe", "mysql-01.yaml")
    assert "the file at /etc/dm/key.pem counts now" in ran.out
    text = (here / "mysql-01.yaml").read_text()
    assert "bytes" not in text and "    ssl-key: /etc/dm/key.pem\npurge:" in text


def test_a_relay_file_that_is_none(dmls: Run, files: Files) -> None:
    for text in ("", "[1]", '{"a": "b"}', '{"a": []}', "\xff"):
        files({"x/orders.yaml": TASK, "x/relay_workers.json": text.encode("latin-1")})
        assert "relay_workers.json is not what an export writes" in dmls("migrate", "export", "--diff", "x").out


def test_an_original_that_is_not_there(dmls: Run, files: Files) -> None:
    files({"x/orders.yaml": TASK})
    assert dmls("migrate", "export", "x", "--original", "nowhere").status == 2
    assert dmls("migrate", "export", "x", "--original", "nowhere.yaml").status == 2


@needs_shared
@pytest.mark.parametrize("name", ["get_task.yaml", "get_source1.yaml"])
def test_what_config_task_prints(dmls: Run, files: Files, here: Path, name: str) -> None:
    text = (SHARED / "corpus" / "dm" / "tests" / "dmctl_basic" / "conf" / name).read_text(encoding="utf-8")
    files({name: text})
    ran = dmls("migrate", "export", "--format", "json", name)
    told = json.loads(ran.out)
    assert any("asterisks" in note["message"].lower() for note in told["report"])
    assert not any("An export leaves out `online-ddl`" in note["message"] for note in told["report"]), "this output has all keys"
    new = (here / name).read_text(encoding="utf-8")
    assert new != text and "remove-meta" not in new and "auto-fix-gtid" not in new
    assert dmls("check", "--min-severity", "error", name).status == 0
