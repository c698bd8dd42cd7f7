"""What DM computes from a file: which spellings are the same to it, and which are not."""

from __future__ import annotations

from typing import Any

import pytest

from dmls.model.config_file import ConfigFile
from dmls.model.dm.decoded import Secret
from dmls.model.dm.effective import ABSENT, EACH, STEPS, Difference, Effective, Unknown, differences, effective
from dmls.schema.load import load
from dmls.syntax import toml, yaml
from dmls.version import parse_version

TOML_KINDS = ("master", "worker", "dmctl")


def read(kind: str, text: str, version: str = "main") -> Effective:
    tree = (toml if kind in TOML_KINDS else yaml).parse(text)
    return effective(ConfigFile(f"/x/{kind}", kind, tree, load(kind)), parse_version(version))


HEAD = "name: t\ntask-mode: all\ntarget-database: {host: h}\n"


def task(rest: str = "", version: str = "main", instance: str = "") -> Effective:
    """A task with one instance and `rest` at its top level."""
    return read("task", f"{HEAD}mysql-instances:\n- {{source-id: s1{', ' if instance else ''}{instance}}}\n{rest}", version)


def first(values: Effective, *steps: str | int) -> Any:
    return values.at("mysql-instances", 0, *steps)


# ------------------------------------------------------------------------------------------------------ the table itself


@pytest.mark.parametrize("step", STEPS, ids=lambda s: f"{s.kind}:{'.'.join(s.at)}:{s.why[:40]}")
def test_a_step_works_on_a_block_that_exists_and_says_why(step: Any) -> None:
    at: Any = load(step.kind)
    for name in step.at:
        at = at.item if name == EACH else at.child(name)
        assert at is not None
    assert at.type == "object"
    assert step.why
    assert step.versions


# ---------------------------------------------------------------------------------------------------------- equal and not

SAME = [
    # defaults
    ("task", "", "meta-schema: dm_meta\nclean-dump-file: true\ncollation_compatible: loose\nignore-checking-items: []\n", "main"),
    ("task", "", "online-ddl: true\n", "6.0.0"),
    ("task", "", "online-ddl: false\n", "5.4.0"),
    ("task", "meta-schema:\n", "", "main"),
    ("task", "shadow-table-rules: ~\n", "shadow-table-rules: ['^_(.+)_(?:new|gho)$']\n", "main"),
    ("task", "experimental: {}\n", "", "main"),
    # spellings of one value
    ("task", "case-sensitive: yes\n", "case-sensitive: true\n", "main"),
    ("task", "strict-optimistic-shard-mode: Off\n", "strict-optimistic-shard-mode: false\n", "main"),
    ("task", "meta-schema: 0123\n", "meta-schema: '0123'\n", "main"),
    ("task", "shadow-table-rules: [_(.+)_n]\n", "shadow-table-rules: ['^_(.+)_n$']\n", "main"),
    ("task", "{}", "# a comment\n", "main"),
    # old keys
    ("task", "is-sharding: true\n", "shard-mode: pessimistic\n", "main"),
    ("task", "is-sharding: true\nshard-mode: optimistic\n", "shard-mode: optimistic\n", "main"),
    ("task", "is-sharding: false\n", "", "main"),
    ("task", "online-ddl-scheme: pt\nonline-ddl: false\n", "online-ddl: true\n", "main"),
    ("task", "online-ddl-scheme: gh-ost\n", "online-ddl: true\n", "2.0.5"),
    ("task", "online-ddl-scheme: ''\n", "", "main"),
    # keys without effect
    ("task", "remove-meta: true\nansi-quotes: true\nenable-heartbeat: true\nheartbeat-update-interval: 7\n", "", "main"),
    ("task", "column-mappings: {}\n", "", "main"),
    ("task", "timezone: Asia/Shanghai\n", "", "2.0.5"),
    ("task", "unknown-key: 1\n", "", "main"),
    ("task", "strict-optimistic-shard-mode: true\n", "", "7.1.1"),
    ("source", "auto-fix-gtid: true\nmeta-dir: x\ntracer: {a: 1}\n", "", "main"),
    ("source", "enable-relay: true\n", "", "5.3.0"),
    ("source", "checker: {check-interval: 9s, backoff-min: 2s, backoff-jitter: false, backoff-factor: 3}\n", "checker: {}\n", "main"),
    ("source", "from: {max-allowed-packet: 5}\n", "from: {}\n", "main"),
    ("master", 'log-rotate = "day"\nconfig-file = "x"\n', "", "main"),
    ("dmctl", 'master-addr = "a:1"\nssl-ca = "x"\n', "", "2.0.4"),
    # sources
    ("source", "", "enable: true\nrelay-dir: relay-dir\npurge: {interval: 3600}\nchecker: {backoff-max: 300s}\nserver-id: 0\n", "main"),
    ("source", "purge: {interval: 0x10}\n", "purge: {interval: 16}\n", "main"),
    ("source", "checker: {backoff-max: 1h30m}\n", "checker: {backoff-max: 5400s}\n", "main"),
    ("source", "from: {security: {}}\n", "from: {}\n", "main"),
    ("source", "from: {security: {ssl-ca: a, cert-allowed-cn: [' dm ']}}\n", "from: {security: {ssl-ca: a, cert-allowed-cn: [dm]}}\n", "main"),
    ("source", "from: {session: {foreign_key_checks: 0}}\n", "from: {}\n", "6.6.0"),
    ("source", "filters: [{events: [Insert, Create Schema]}]\n", "filters: [{events: [insert, create database]}]\n", "main"),
    # components
    ("master", "", 'rpc-timeout = "30s"\nrpc-rate-limit = 10\nrpc-rate-burst = 40\nlog-level = "info"\nquota-backend-bytes = 2147483648\n', "main"),
    ("master", "rpc-rate-limit = -1.0\nrpc-rate-burst = 0\n", "", "main"),
    ("master", "quota-backend-bytes = 1\n", "quota-backend-bytes = 524_288_000\n", "main"),
    ("master", 'rpc-timeout = "60s"\n', 'rpc-timeout = "1m"\n', "main"),
    ("master", 'log-level = "WARNING"\n', 'Log-Level = "warn"\n', "main"),
    ("master", 'master-addr = "http://h:1"\n', 'master-addr = "h:1"\nadvertise-addr = "https://h:1"\n', "main"),
    ("master", 'peer-urls = "https://a:1,b:1"\n', 'peer-urls = "a:1,http://b:1"\nadvertise-peer-urls = "a:1,b:1"\n', "main"),
    ("master", 'ssl-ca = "c"\ninitial-cluster = "a=http://a:1,b=b:1"\n', 'ssl-ca = "c"\ninitial-cluster = "a=https://a:1,b=https://b:1"\n', "main"),
    ("master", 'name = "m"\npeer-urls = "a:1"\n', 'name = "m"\npeer-urls = "a:1"\ndata-dir = "default.m"\ninitial-cluster = "m=a:1"\n', "main"),
    ("master", "[experimental]\nopenapi = true\n", "openapi = true\n", "5.4.0"),
    ("master", "[experimental]\nopenapi = false\n", "", "main"),
    ("master", 'cert-allowed-cn = ["a", " b "]\n', 'cert-allowed-cn = ["a", "b"]\n', "main"),
    ("worker", 'worker-addr = "http://h:1"\n', 'worker-addr = "h:1"\nadvertise-addr = "h:1"\nname = "h:1"\n', "main"),
    ("worker", 'join = "a:1,http://b:1"\n', 'join = "http://a:1,b:1"\n', "main"),
    ("worker", "keepalive-ttl = 10\n", "", "2.0.1"),
    ("source", 'from: {security: {ssl-ca: a, ssl-key-base64: "\\n"}}\n', "from: {security: {ssl-ca: a}}\n", "main"),
    ("worker", 'cert-allowed-cn = [" a "]\n', 'cert-allowed-cn = ["a"]\n', "main"),
    (
        "topology",
        "master_servers: [{host: h, config: {log-rotate: day, experimental.openapi: true}}]\n",
        "master_servers: [{host: h, config: {experimental: {openapi: on}}}]\n",
        "main",
    ),
]

DIFFERENT = [
    ("task", "online-ddl: true\n", "online-ddl:\n", "main"),
    ("task", "", "clean-dump-file: ~\n", "main"),
    ("task", "", "online-ddl: true\n", "5.4.0"),
    ("task", "is-sharding: true\n", "", "main"),
    ("task", "enable-heartbeat: true\n", "", "2.0.1"),
    ("task", "remove-meta: true\n", "", "1.0.7"),
    ("task", "timezone: Asia/Shanghai\n", "", "5.3.0"),
    ("task", "online-ddl-scheme: pt\n", "", "2.0.4"),
    ("task", "strict-optimistic-shard-mode: true\n", "", "6.5.4"),
    ("task", "tidb: {backend: local}\n", "", "5.4.0"),
    ("source", "enable-relay: true\n", "", "5.4.0"),
    ("source", "from: {security: {ssl-ca-base64: YQ==}}\n", "from: {}\n", "main"),
    ("source", "enable-relay: true\n", "", "2.0.1"),
    ("source", "charset: latin1\n", "", "main"),
    ("source", "purge: ~\n", "", "main"),
    ("source", "from: {session: {foreign_key_checks: 0}}\n", "from: {}\n", "6.5.12"),
    ("source", "from: {security: {ssl-ca: a}}\n", "from: {}\n", "main"),
    ("source", "from: {password: a}\n", "from: {password: b}\n", "main"),
    ("source", "enable: !!str yes\n", "enable: no\n", "main"),
    ("dmctl", 'master-addr = "a:1"\n', "", "2.0.3"),
    ("dmctl", 'cert-allowed-cn = ["a"]\n', "", "main"),
    ("master", "[experimental]\nopenapi = true\n", "", "5.3.0"),
    ("master", 'cert-allowed-cn = [" a"]\n', 'cert-allowed-cn = ["a"]\n', "main"),
    ("master", 'peer-urls = "a:1"\n', 'ssl-ca = "c"\npeer-urls = "a:1"\n', "main"),
    ("worker", "keepalive-ttl = 10\n", "", "2.0.2"),
    ("worker", 'relay-dir = "x"\n', "", "5.4.0"),
]


def _whole(kind: str, text: str) -> str:
    return text if kind != "task" or text == "{}" else f"{HEAD}{text}"


@pytest.mark.parametrize(("kind", "left", "right", "version"), SAME)
def test_the_same_to_dm(kind: str, left: str, right: str, version: str) -> None:
    if left == "{}":
        left, right = HEAD, HEAD + right
    else:
        left, right = _whole(kind, left), _whole(kind, right)
    assert differences(read(kind, left, version), read(kind, right, version)) == ()
    assert read(kind, left, version) == read(kind, right, version)


@pytest.mark.parametrize(("kind", "left", "right", "version"), DIFFERENT)
def test_not_the_same_to_dm(kind: str, left: str, right: str, version: str) -> None:
    left, right = _whole(kind, left), _whole(kind, right)
    assert differences(read(kind, left, version), read(kind, right, version))
    assert read(kind, left, version) != read(kind, right, version)


SAME_INSTANCE = [
    # settings: by name, inline, threads, defaults
    ("mydumper-config-name: g", "mydumpers: {g: {threads: 8}}\n", "mydumper: {threads: 8}", "", "main"),
    ("mydumper-thread: 8", "", "mydumper: {threads: 8}", "", "main"),
    ("mydumper-config-name: g, mydumper-thread: 8", "mydumpers: {g: {threads: 2}}\n", "mydumper: {threads: 8}", "", "main"),
    ("mydumper-config-name: g", "mydumpers: {g: ~}\n", "", "", "main"),
    ("mydumper-config-name: g", "mydumpers: {g: {chunk-filesize: 64MiB, skip-tz-utc: false, mydumper-path: x}}\n", "", "", "main"),
    ("loader-config-name: g, loader-thread: 0", "loaders: {g: {pool-size: 0}}\n", "loader: {pool-size: 16}", "", "main"),
    ("syncer-config-name: g", "syncers: {g: {worker-count: 3}}\n", "syncer-thread: 3", "", "main"),
    ("syncer: {queue-size: 0, checkpoint-flush-interval: ~, safe-mode-duration: ''}", "", "", "", "main"),
    ("syncer: {safe-mode-duration: 1m}", "", "syncer: {safe-mode-duration: 60s}", "", "main"),
    ("syncer: {max-retry: 3, meta-file: x, auto-fix-gtid: true, enable-gtid: true, disable-detect: true, enable-ansi-quotes: true}", "", "", "", "main"),
    ("validator-config-name: g", "validators: {g: {mode: none, worker-count: -1, validate-interval: 0, max-pending-row-size: 512000k}}\n", "", "", "main"),
    ("continuous-validator-config-name: g", "validators: {g: {mode: fast}}\n", "continuous-validator-config-name: h", "validators: {h: {mode: fast}}\n", "6.1.0"),
    # import modes
    ("loader: {import-mode: SQL}", "", "loader: {import-mode: logical}", "", "6.5.0"),
    ("loader: {import-mode: loader}", "", "loader: {import-mode: logical}", "", "6.6.0"),
    ("loader: {import-mode: ''}", "", "", "", "main"),
    ("loader: {import-mode: SQL}", "", "", "", "6.4.0"),
    ("loader: {on-duplicate: error}", "", "", "", "main"),
    ("loader: {on-duplicate: error}", "", "", "", "6.5.0"),
    ("loader: {on-duplicate: error, on-duplicate-logical: ''}", "", "loader: {on-duplicate-logical: Error}", "", "7.5.7"),
    ("loader: {on-duplicate: error, on-duplicate-logical: ''}", "", "", "", "7.6.0"),
    ("loader: {on-duplicate: Replace}", "", "", "", "6.4.0"),
    ("loader: {checksum-physical: Required, analyze: ~, on-duplicate-physical: NONE, disk-quota-physical: 0}", "", "", "", "main"),
    ("loader: {disk-quota-physical: 1MiB}", "", "loader: {disk-quota-physical: 1048576}", "", "main"),
    ("loader: {dir: ./dumped_data/}", "", "", "", "main"),
    ("loader: {dir: ./dumped_data, sorting-dir-physical: ./dumped_data.t.sorting}", "", "", "", "main"),
    ("loader: {sorting-dir-physical: x}", "", "", "", "6.6.0"),
    # lists of names
    ("route-rules: [a]", "routes: {a: {schema-pattern: x}}\n", "route-rules: [b]", "routes: {b: {schema-pattern: x, table-pattern: ''}}\n", "main"),
    ("filter-rules: [a]", "filters: {a: {events: [ALL]}}\n", "filter-rules: [b]", "filters: {b: {events: [all], sql-pattern: []}}\n", "main"),
    ("", "routes: {a: {schema-pattern: x}}\n", "", "", "main"),
    ("block-allow-list: a", "block-allow-list: {a: {do-dbs: [x]}, b: {do-dbs: [y]}}\n", "block-allow-list: b", "block-allow-list: {b: {do-dbs: [x], ignore-dbs: [z]}}\n", "main"),
    ("black-white-list: a", "black-white-list: {a: {do-dbs: [x]}}\n", "block-allow-list: a", "block-allow-list: {a: {do-dbs: [x]}}\n", "main"),
    ("black-white-list: a", "block-allow-list: {a: {do-dbs: [x]}}\n", "block-allow-list: a", "black-white-list: {a: {do-dbs: [x]}}\n", "main"),
    (
        "block-allow-list: a, black-white-list: b",
        "block-allow-list: {a: {do-dbs: [x]}, b: {do-dbs: [y]}}\n",
        "block-allow-list: a",
        "block-allow-list: {a: {do-dbs: [x]}}\n",
        "main",
    ),
    (
        "block-allow-list: a",
        "block-allow-list: {a: {do-dbs: [x]}}\nblack-white-list: {a: {do-dbs: [y]}}\n",
        "block-allow-list: a",
        "block-allow-list: {a: {do-dbs: [x]}}\n",
        "main",
    ),
    ("block-allow-list: a", "block-allow-list: {a: ~}\n", "", "", "main"),
    ("", "block-allow-list: {'': {do-dbs: [x]}}\n", "block-allow-list: a", "block-allow-list: {a: {do-dbs: [x]}}\n", "main"),
    ("meta: {binlog-name: x}", "", "", "", "main"),
    # dumpling's arguments
    ("mydumper: {extra-args: '-F 128 -r 10 --where a>1 -t 8 -s 5'}", "", "mydumper: {chunk-filesize: 128, rows: 10, where: a>1, threads: 8, statement-size: 5}", "", "main"),
    ("mydumper: {extra-args: --no-locks}", "", "mydumper: {extra-args: --consistency=none}", "", "main"),
    ("mydumper: {extra-args: '-t 8 --bogus -r 5'}", "", "mydumper: {threads: 8}", "", "main"),
    ("mydumper: {extra-args: '-F 8 --bogus'}", "", "", "", "main"),
    ("mydumper: {rows: 200000, threads: -1}", "", "", "", "main"),
]


@pytest.mark.parametrize(("instance", "rest", "other_instance", "other_rest", "version"), SAME_INSTANCE)
def test_an_instance_holds_what_its_names_stand_for(instance: str, rest: str, other_instance: str, other_rest: str, version: str) -> None:
    assert differences(task(rest, version, instance), task(other_rest, version, other_instance)) == ()


DIFFERENT_INSTANCE = [
    ("loader: {import-mode: loader}", "loader: {import-mode: logical}", "6.5.0"),
    ("loader: {import-mode: physical}", "", "main"),
    ("loader: {on-duplicate: error}", "", "6.4.0"),
    ("loader: {on-duplicate: error, on-duplicate-logical: ''}", "", "6.5.0"),
    ("loader: {dir: /data}", "", "main"),
    ("loader: {sorting-dir-physical: x}", "", "7.0.0"),
    ("syncer: {worker-count: ~}", "", "main"),
    ("syncer: {batch: 0}", "", "main"),
    ("mydumper: {extra-args: --no-locks}", "", "main"),
]


@pytest.mark.parametrize(("instance", "other", "version"), DIFFERENT_INSTANCE)
def test_an_instance_that_dm_runs_otherwise(instance: str, other: str, version: str) -> None:
    assert differences(task("", version, instance), task("", version, other))


# ------------------------------------------------------------------------------------------------------------ single facts


def test_a_named_block_of_settings_wins_over_an_inline_one() -> None:
    """DM refuses the file (20015), so this is only the best reading: its code would have taken the named one."""
    both = task("mydumpers: {g: {threads: 8}}\n", "main", "mydumper-config-name: g, mydumper: {threads: 9}")
    assert first(both, "mydumper", "threads") == 8


def test_a_name_that_stands_for_nothing() -> None:
    broken = task("routes: {a: {schema-pattern: x}}\n", "main", "route-rules: [b], loader-config-name: b")
    assert first(broken, "route-rules") == [None]
    assert first(broken, "loader", "pool-size") == 16


def test_two_instances_share_named_settings_but_not_their_threads() -> None:
    values = read(
        "task",
        HEAD + "mysql-instances:\n- {source-id: a, syncer-config-name: g, syncer-thread: 3}\n- {source-id: b, syncer-config-name: g}\nsyncers: {g: {worker-count: 5}}\n",
    )
    assert values.at("mysql-instances", 0, "syncer", "worker-count") == 3
    assert values.at("mysql-instances", 1, "syncer", "worker-count") == 5


def test_the_time_zone_of_the_task_goes_into_the_session() -> None:
    values = read("task", "timezone: UTC\ntarget-database: {session: {Time_Zone: x, SQL_Mode: y}}\n")
    assert values.at("target-database", "session") == {"time_zone": "UTC", "sql_mode": "y", "foreign_key_checks": "0"}


def test_old_versions_know_neither_the_new_keys_nor_their_defaults() -> None:
    old = task("", "1.0.7")
    assert "clean-dump-file" not in old and "shard-mode" not in old
    assert old["is-sharding"] is False
    assert first(old, "black-white-list") is None
    assert first(old, "block-allow-list") is None
    listed = task("black-white-list: {a: {do-dbs: [x], ignore-tables: [{db-name: y, tbl-name: z}]}}\n", "1.0.7", "black-white-list: a")
    assert first(listed, "black-white-list") == {"do-dbs": ["x"], "ignore-dbs": [], "do-tables": [], "ignore-tables": [{"db-name": "y", "tbl-name": "z"}]}
    assert "validators" not in first(old)
    assert "validators" in first(task())


def test_what_only_running_tells() -> None:
    assert task()["timezone"] == Unknown("time zone of the downstream")
    assert task("", "1.0.7")["timezone"] == Unknown("time zone of the DM-worker's machine")
    assert isinstance(read("source", "")["server-id"], Unknown)
    nameless = read("master", "")
    assert nameless["data-dir"] == Unknown("default.dm-master-${hostname}")
    assert nameless["initial-cluster"] == Unknown("dm-master-${hostname}=http://127.0.0.1:8291")


def test_numbers_and_durations_are_what_go_makes_of_them() -> None:
    values = task("validators: {g: {validate-interval: 1.5s, max-pending-row-size: 1m}}\n", "main", "validator-config-name: g, meta: {binlog-pos: 4.7}")
    assert first(values, "validators", "validate-interval") == 1_500_000_000
    assert first(values, "validators", "max-pending-row-size") == 1 << 20
    assert first(values, "meta") is None
    incremental = read("task", "task-mode: incremental\nmysql-instances: [{source-id: s, meta: {binlog-name: 017, binlog-pos: 4.7}}]\n")
    assert incremental.at("mysql-instances", 0, "meta") == {"binlog-name": "017", "binlog-pos": 4, "binlog-gtid": ""}
    assert read("master", "max-txn-ops = -1\n")["max-txn-ops"] == (1 << 64) - 1


def test_a_number_that_is_none_equals_itself() -> None:
    assert read("master", "rpc-rate-limit = nan\n") == read("master", "rpc-rate-limit = +nan\n")


def test_null_sets_zero_and_not_the_default() -> None:
    assert read("source", "purge: ~\n")["purge"] == {"interval": 0, "expires": 0, "remain-space": 0}
    assert read("source", "checker: Null\n").at("checker", "backoff-max") == 0
    # Where a type reads itself, only these spellings of null reach it.
    assert first(task("", "main", "syncer: NULL"), "syncer", "batch") == 0
    assert first(task("", "main", "syncer: null"), "syncer", "batch") == 100


# ------------------------------------------------------------------------------------------- anchors, aliases, merge keys


def test_anchors_stand_for_their_values() -> None:
    text = "x-common: &c {worker-count: 3}\nmysql-instances: [{source-id: s, syncer: *c}]\n"
    assert read("task", text).at("mysql-instances", 0, "syncer", "worker-count") == 3


def test_a_key_below_a_merge_wins_and_one_above_loses() -> None:
    """yaml.v2 sets fields in the order of the text; only the second is what people expect."""
    base = "x-base: &b {threads: 1, rows: 2}\n"
    above = read("task", base + "mysql-instances: [{source-id: s, mydumper: {threads: 9, <<: *b}}]\n")
    below = read("task", base + "mysql-instances: [{source-id: s, mydumper: {<<: *b, threads: 9}}]\n")
    assert above.at("mysql-instances", 0, "mydumper", "threads") == 1
    assert below.at("mysql-instances", 0, "mydumper", "threads") == 9
    assert below.at("mysql-instances", 0, "mydumper", "rows") == 2


def test_of_several_merged_blocks_the_first_wins() -> None:
    text = "x: [&a {rows: 1}, &b {rows: 2, threads: 3}]\nmysql-instances: [{source-id: s, mydumper: {<<: [*a, *b]}}]\n"
    assert read("task", text).at("mysql-instances", 0, "mydumper", "rows") == 1
    assert read("task", text).at("mysql-instances", 0, "mydumper", "threads") == 3


def test_a_merge_inside_what_is_merged() -> None:
    text = "x: &a {rows: 1}\ny: &b {<<: *a, threads: 3}\nmysql-instances: [{source-id: s, mydumper: {<<: *b}}]\n"
    assert read("task", text).at("mysql-instances", 0, "mydumper", "rows") == 1


def test_a_block_and_what_is_merged_for_it_are_joined() -> None:
    """Go decodes twice into one struct; a type that reads itself starts anew."""
    text = "x: &d {security: {ssl-ca: a, ssl-cert: b}, session: {p: 1}}\ntarget-database: {<<: *d, security: {ssl-cert: c}, session: {q: 2}}\n"
    values = read("task", text)
    assert values.at("target-database", "security", "ssl-ca") == "a"
    assert values.at("target-database", "security", "ssl-cert") == "c"
    assert values.at("target-database", "session", "p") == "1"
    assert values.at("target-database", "session", "q") == "2"
    own = read("task", "x: &i {syncer: {batch: 5}}\nmysql-instances: [{<<: *i, source-id: s, syncer: {queue-size: 7}}]\n")
    assert own.at("mysql-instances", 0, "syncer", "batch") == 100


def test_a_merge_written_out_is_the_same() -> None:
    merged = "x: &b {threads: 1, rows: 2}\nmysql-instances: [{source-id: s, mydumper: {<<: *b, threads: 9}}]\n"
    assert read("task", merged) == read("task", "mysql-instances: [{source-id: s, mydumper: {rows: 2, threads: 9}}]\n")


@pytest.mark.parametrize(
    "text",
    [
        "x: &a {<<: *a}\ntarget-database: *a\n",
        "target-database: &a {session: {x: *a}, <<: *a}\n",
        "tracer: &a [*a]\n",
        "mysql-instances: &a [*a]\n",
        "mysql-instances: {a: b}\nloaders: [1]\n",
        "mysql-instances: [~, 1, {source-id: [x]}]\nroutes: {a: ~, b: 1}\n",
        "- a\n",
        "a",
        "{{ name }}: x\n",
        "? [a]\n: b\n",
        "name: 'x\n",
        "online-ddl: !!int x\nname: !!binary ///\n",
    ],
)
def test_whatever_is_written_has_values(text: str) -> None:
    for kind in ("task", "source", "topology"):
        assert len(read(kind, text)) > 0


# --------------------------------------------------------------------------------------------------------- files refused


def test_a_refused_value_leaves_the_field_as_it_was() -> None:
    values = task("online-ddl: maybe\nclean-dump-file: 1\nmeta-schema: [x]\n")
    assert values["online-ddl"] is True
    assert values["clean-dump-file"] is True
    assert values["meta-schema"] == "dm_meta"


def test_of_a_key_written_twice_the_first_counts() -> None:
    assert task("meta-schema: a\nmeta-schema: b\n")["meta-schema"] == "a"
    assert read("source", "from: {session: {a: 1, a: 2}}\n").at("from", "session", "a") == "1"


# ---------------------------------------------------------------------------------------------------------------- secrets

SECRET_TEXTS = [
    ("source", "from: {password: hunter2}\n"),
    ("task", "target-database: {password: hunter2, security: {ssl-key-base64: hunter2}}\n"),
    ("source", "from: {security: {ssl-key-bytes: [104, 117, 110, 116, 101, 114, 50]}}\n"),
]


@pytest.mark.parametrize(("kind", "text"), SECRET_TEXTS)
def test_no_secret_is_shown(kind: str, text: str) -> None:
    values = read(kind, text)
    shown = f"{values!r} {differences(values, read(kind, ''))!r}"
    assert "hunter2" not in shown and "104, 117" not in shown
    assert "******" in shown


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a") and hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b") and Secret("a") != "a"
    assert Secret("a").reveal() == "a" and not Secret("")


# ------------------------------------------------------------------------------------------------------------- differences


def test_differences_name_their_place() -> None:
    left, right = task("", "main", "mydumper-thread: 8"), task("", "main", "mydumper-thread: 9")
    assert differences(left, right) == (Difference(("mysql-instances", 0, "mydumper", "threads"), 8, 9),)


def test_what_one_side_lacks_is_absent() -> None:
    found = differences(read("worker", "", "2.0.1"), read("worker", "", "2.0.2"))
    assert Difference(("keepalive-ttl",), 10, 60) in found
    assert ("relay-keepalive-ttl",) in [d.path for d in found if d.left is ABSENT]


def test_one_is_not_true() -> None:
    """Python takes them for equal; in DM's files they are of different types."""
    left, right = read("topology", "server_configs: {master: {x: 1}}\n"), read("topology", "server_configs: {master: {x: true}}\n")
    assert differences(left, right) and left != right


def test_values_are_reached_by_path() -> None:
    values = task()
    assert values.at("target-database", "host") == "h"
    assert values.at("mysql-instances", 5) is None
    assert values.at("name", "below") is None
    assert dict(values)["name"] == "t" and len(values) == len(list(values))
