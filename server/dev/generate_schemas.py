"""Make the first version of `schemas/` from a list of DM's keys.  Once made, the schemas themselves are the source.

    python server/dev/generate_schemas.py KEYS.json

KEYS.json is a JSON list, one object a key: file, path, type, default, enum, required, deprecated, replacement,
since, doc_en, doc_zh, source, status, codes.  The tables below add what the list does not say: the Go type that DM
prints, the meaning of a value, versions with their backports.  Not needed at run time nor by a test.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parents[2] / "schemas"

FILES = {
    "dm-master.toml": "master",
    "dm-worker.toml": "worker",
    "dmctl.toml": "dmctl",
    "source.yaml": "source",
    "task.yaml": "task",
    "topology.yaml": "topology",
}
STEMS = {"master": "dm-master", "worker": "dm-worker"}


def stem(kind: str) -> str:
    return STEMS.get(kind, kind)


# ---------------------------------------------------------------------------------------------- Go types, as DM prints
ROOT_GO = {
    "master": "master.Config",
    "worker": "worker.Config",
    "dmctl": "common.Config",
    "source": "config.SourceConfig",
    "task": "config.TaskConfig",
    "topology": "spec.Specification",
}
EXPERIMENTAL_TASK = (
    'struct { AsyncCheckpointFlush bool "yaml:\\"async-checkpoint-flush\\" toml:\\"async-checkpoint-flush\\"'
    ' json:\\"async-checkpoint-flush\\"" }'
)
GO_PATH = {
    ("master", "experimental"): "master.ExperimentalFeatures",
    ("source", "from"): "dbconfig.DBConfig",
    ("source", "purge"): "config.PurgeConfig",
    ("source", "checker"): "config.CheckerConfig",
    ("source", "tracer"): "map[string]interface {}",
    ("source", "filters"): "[]*filter.BinlogEventRule",
    ("source", "filters[]"): "filter.BinlogEventRule",
    ("task", "target-database"): "dbconfig.DBConfig",
    ("task", "mysql-instances"): "[]*config.MySQLInstance",
    ("task", "mysql-instances[]"): "config.MySQLInstance",
    ("task", "mysql-instances[].meta"): "config.Meta",
    ("task", "mysql-instances[].mydumper"): "config.rawMydumperConfig",
    ("task", "mysql-instances[].loader"): "config.rawLoaderConfig",
    ("task", "mysql-instances[].syncer"): "config.rawSyncerConfig",
    ("task", "routes"): "map[string]*router.TableRule",
    ("task", "routes.<name>"): "router.TableRule",
    ("task", "routes.<name>.extract-table"): "router.TableExtractor",
    ("task", "routes.<name>.extract-schema"): "router.SchemaExtractor",
    ("task", "routes.<name>.extract-source"): "router.SourceExtractor",
    ("task", "filters"): "map[string]*filter.BinlogEventRule",
    ("task", "filters.<name>"): "filter.BinlogEventRule",
    ("task", "column-mappings"): "map[string]*column.Rule",
    ("task", "column-mappings.<name>"): "column.Rule",
    ("task", "column-mappings.<name>.expression"): "column.Expr",
    ("task", "expression-filter"): "map[string]*config.ExpressionFilter",
    ("task", "expression-filter.<name>"): "config.ExpressionFilter",
    ("task", "block-allow-list"): "map[string]*filter.MySQLReplicationRules",
    ("task", "block-allow-list.<name>"): "filter.MySQLReplicationRules",
    ("task", "black-white-list"): "map[string]*filter.MySQLReplicationRules",
    ("task", "black-white-list.<name>"): "filter.MySQLReplicationRules",
    ("task", "mydumpers"): "map[string]*config.MydumperConfig",
    ("task", "mydumpers.<name>"): "config.rawMydumperConfig",
    ("task", "loaders"): "map[string]*config.LoaderConfig",
    ("task", "loaders.<name>"): "config.rawLoaderConfig",
    ("task", "syncers"): "map[string]*config.SyncerConfig",
    ("task", "syncers.<name>"): "config.rawSyncerConfig",
    ("task", "validators"): "map[string]*config.ValidatorConfig",
    ("task", "validators.<name>"): "config.ValidatorConfig",
    ("task", "experimental"): EXPERIMENTAL_TASK,
    ("topology", "global"): "spec.GlobalOptions",
    ("topology", "monitored"): "spec.MonitoredOptions",
    ("topology", "component_sources"): "spec.ComponentSources",
    ("topology", "server_configs"): "spec.DMServerConfigs",
    ("topology", "server_configs.master"): "map[string]interface {}",
    ("topology", "server_configs.worker"): "map[string]interface {}",
    ("topology", "master_servers"): "[]*spec.MasterSpec",
    ("topology", "master_servers[]"): "spec.MasterSpec",
    ("topology", "worker_servers"): "[]*spec.WorkerSpec",
    ("topology", "worker_servers[]"): "spec.WorkerSpec",
    ("topology", "monitoring_servers"): "[]*spec.PrometheusSpec",
    ("topology", "monitoring_servers[]"): "spec.PrometheusSpec",
    ("topology", "grafana_servers"): "[]*spec.GrafanaSpec",
    ("topology", "grafana_servers[]"): "spec.GrafanaSpec",
    ("topology", "alertmanager_servers"): "[]*spec.AlertmanagerSpec",
    ("topology", "alertmanager_servers[]"): "spec.AlertmanagerSpec",
    ("topology", "monitoring_servers[].remote_config"): "spec.Remote",
    ("topology", "monitoring_servers[].external_alertmanagers"): "[]spec.ExternalAlertmanager",
    ("topology", "monitoring_servers[].external_alertmanagers[]"): "spec.ExternalAlertmanager",
}
GO_NAME = {
    "security": "security.Security",
    "cert-allowed-cn": "security.strArray",
    "events": "[]filter.EventType",
    "action": "filter.ActionType",
    "do-tables": "[]*filter.Table",
    "ignore-tables": "[]*filter.Table",
    "do-tables[]": "filter.Table",
    "ignore-tables[]": "filter.Table",
    "import-mode": "config.LoadMode",
    "on-duplicate": "config.LogicalDuplicateResolveType",
    "on-duplicate-logical": "config.LogicalDuplicateResolveType",
    "on-duplicate-physical": "config.PhysicalDuplicateResolveType",
    "checksum-physical": "config.PhysicalPostOpLevel",
    "analyze": "config.PhysicalPostOpLevel",
    "disk-quota-physical": "config.ByteSize",
    "resource_control": "meta.ResourceControl",
}
PLAIN_GO = {"string": "string", "bool": "bool", "float": "float64", "any": "interface {}"}

# ------------------------------------------------------------------------------------------------------------ meanings
IS_NAME = {
    "ssl-ca": "ca-file",
    "ssl-cert": "cert-file",
    "ssl-key": "key-file",
    "ssl-ca-bytes": "pem-bytes",
    "ssl-cert-bytes": "pem-bytes",
    "ssl-key-bytes": "pem-bytes",
    "ssl-ca-base64": "base64-pem",
    "ssl-cert-base64": "base64-pem",
    "ssl-key-base64": "base64-pem",
    "cert-allowed-cn[]": "common-name",
    "security": "tls-block",
    "log-level": "log-level",
    "log-file": "log-file",
    "log-format": "log-format",
    "worker-addr": "host-port",
    "advertise-addr": "host-port",
    "peer-urls": "url-list",
    "advertise-peer-urls": "url-list",
    "initial-cluster": "member-list",
    "join": "address-list",
    "data-dir": "dir-path",
    "relay-dir": "dir-path",
    "meta-dir": "dir-path",
    "secret-key-path": "secret-key-file",
    "v1-sources-path": "dir-path",
    "config-file": "file-path",
    "auto-compaction-mode": "compaction-mode",
    "auto-compaction-retention": "compaction-retention",
    "initial-cluster-state": "cluster-state",
    "quota-backend-bytes": "byte-count",
    "max-request-bytes": "byte-count",
    "keepalive-ttl": "seconds",
    "relay-keepalive-ttl": "seconds",
    "source-id": "source-id",
    "flavor": "flavor",
    "relay-binlog-name": "binlog-name",
    "relay-binlog-gtid": "gtid-set",
    "binlog-name": "binlog-name",
    "binlog-gtid": "gtid-set",
    "binlog-pos": "binlog-pos",
    "server-id": "server-id",
    "password": "password",
    "port": "port",
    "user": "user",
    "session": "session",
    "task-mode": "task-mode",
    "shard-mode": "shard-mode",
    "ignore-checking-items[]": "checking-item",
    "meta-schema": "schema-name",
    "timezone": "time-zone",
    "collation_compatible": "collation-mode",
    "online-ddl-scheme": "online-ddl-tool",
    "shadow-table-rules[]": "online-ddl-regex",
    "trash-table-rules[]": "online-ddl-regex",
    "filter-rules[]": "filter-ref",
    "route-rules[]": "route-ref",
    "column-mapping-rules[]": "column-mapping-ref",
    "expression-filters[]": "expression-filter-ref",
    "mydumper-config-name": "mydumper-ref",
    "loader-config-name": "loader-ref",
    "syncer-config-name": "syncer-ref",
    "validator-config-name": "validator-ref",
    "mydumper-thread": "thread-count",
    "loader-thread": "thread-count",
    "syncer-thread": "thread-count",
    "events[]": "event",
    "action": "filter-action",
    "sql-pattern[]": "sql-regex",
    "table-regexp": "regex",
    "schema-regexp": "regex",
    "source-regexp": "regex",
    "target-column": "column-name",
    "target-schema": "schema-name",
    "target-table": "table-name",
    "insert-value-expr": "sql-expression",
    "update-old-value-expr": "sql-expression",
    "update-new-value-expr": "sql-expression",
    "delete-value-expr": "sql-expression",
    "do-dbs[]": "bal-pattern",
    "ignore-dbs[]": "bal-pattern",
    "db-name": "bal-pattern",
    "tbl-name": "bal-pattern",
    "chunk-filesize": "chunk-size",
    "where": "sql-where",
    "extra-args": "dumpling-args",
    "pool-size": "thread-count",
    "dir": "storage-url",
    "sorting-dir-physical": "dir-path",
    "import-mode": "import-mode",
    "disk-quota-physical": "size",
    "compress-kv-pairs": "compression",
    "pd-addr": "host-port",
    "checkpoint-flush-interval": "seconds",
    "safe-mode-duration": "duration",
    "rpc-timeout": "duration",
    "max-pending-row-size": "size",
    "ssh_port": "port",
    "peer_port": "port",
    "web_port": "port",
    "cluster_port": "port",
    "ng_port": "port",
    "node_exporter_port": "port",
    "blackbox_exporter_port": "port",
    "host": "host",
    "manage_host": "host",
    "listen_host": "host",
    "deploy_dir": "remote-dir",
    "data_dir": "remote-dir",
    "log_dir": "remote-dir",
    "rule_dir": "absolute-path",
    "dashboard_dir": "absolute-path",
    "config_file": "absolute-path",
    "v1_source_path": "remote-dir",
    "numa_node": "numa-nodes",
    "arch": "cpu-arch",
    "os": "os-name",
    "resource_control": "systemd-limits",
    "node_exporter_version": "component-version",
    "blackbox_exporter_version": "component-version",
    "ssh_type": "ssh-client",
    "pushgateway_addrs[]": "host-port",
}
IS_PATH = {
    ("master", "master-addr"): "host-port",
    ("dmctl", "master-addr"): "address-list",
    ("master", "name"): "master-name",
    ("worker", "name"): "worker-name",
    ("task", "name"): "task-name",
    ("task", "routes"): "route-def",
    ("task", "filters"): "filter-def",
    ("task", "column-mappings"): "column-mapping-def",
    ("task", "expression-filter"): "expression-filter-def",
    ("task", "block-allow-list"): "bal-def",
    ("task", "black-white-list"): "bal-def",
    ("task", "mydumpers"): "mydumper-def",
    ("task", "loaders"): "loader-def",
    ("task", "syncers"): "syncer-def",
    ("task", "validators"): "validator-def",
    ("task", "mysql-instances[].block-allow-list"): "bal-ref",
    ("task", "mysql-instances[].black-white-list"): "bal-ref",
    ("task", "routes.<name>.schema-pattern"): "route-pattern",
    ("task", "routes.<name>.table-pattern"): "route-pattern",
    ("task", "filters.<name>.schema-pattern"): "filter-pattern",
    ("task", "filters.<name>.table-pattern"): "filter-pattern",
    ("source", "filters[].schema-pattern"): "filter-pattern",
    ("source", "filters[].table-pattern"): "filter-pattern",
    ("task", "expression-filter.<name>.schema"): "schema-name",
    ("task", "expression-filter.<name>.table"): "table-name",
    ("task", "validators.<name>.mode"): "validator-mode",
    ("task", "validators.<name>.worker-count"): "thread-count",
    ("task", "column-mappings.<name>.source-column"): "column-name",
    ("source", "purge.interval"): "seconds",
    ("source", "purge.expires"): "hours",
    ("source", "purge.remain-space"): "gibibytes",
    ("topology", "master_servers[].name"): "master-name",
    ("topology", "worker_servers[].name"): "worker-name",
    ("topology", "grafana_servers[].password"): "password",
}
for _unit in ("mydumpers.<name>", "mysql-instances[].mydumper"):
    IS_PATH["task", f"{_unit}.threads"] = "thread-count"
for _unit in ("syncers.<name>", "mysql-instances[].syncer"):
    IS_PATH["task", f"{_unit}.worker-count"] = "thread-count"

# ------------------------------------------------------------------------------------- versions, history, enum details
VERSIONS = {
    ("task", "strict-optimistic-shard-mode"): "6.5.4..6.6.0,7.1.2..",
}
History = list[dict[str, Any]]
CHECKING_ITEMS_SINCE = {
    "2.0.2..": ["server_id"],
    "6.0.0..": ["binlog_db", "online_ddl"],
    "6.3.0..": ["conn_number"],
    "6.5.0..": ["target_privilege", "downstream_version", "empty_region", "region_distribution"],
    "6.6.0..": ["free_space", "downstream_mutex_features"],
    "7.2.0..": ["meta_position"],
    "8.2.0..": ["downstream_table_empty"],
    "26.3.0..": ["primary_key"],
}


def _default(versions: str, value: Any) -> dict[str, Any]:
    return {"what": "default", "versions": versions, "value": value}


def _enum(versions: str, value: Any) -> dict[str, Any]:
    return {"what": "enum", "versions": versions, "value": value}


def _status(versions: str, value: str) -> dict[str, Any]:
    return {"what": "status", "versions": versions, "value": value}


HISTORY_NAME: dict[str, History] = {
    "import-mode": [
        _default("6.0.0..6.5.0", "sql"),
        _enum("6.5.0..", "logical"),
        _enum("6.5.0..", "physical"),
        _enum("26.3.0..", "import-into"),
    ],
    "on-duplicate": [_status("6.0.0..6.5.0", "ok")],
    "action": [_enum("7.5.0..", "Error")],
    "ignore-checking-items[]": [_enum(v, i) for v, items in CHECKING_ITEMS_SINCE.items() for i in items],
}
HISTORY_PATH: dict[tuple[str, str], History] = {
    ("task", "online-ddl"): [_default("2.0.5..6.0.0", False)],
    ("task", "task-mode"): [
        _enum("7.3.0..", "dump"),
        _enum("7.3.0..", "load&sync"),
        _enum("9.0.0-beta.1..", "load"),
    ],
    ("task", "timezone"): [
        _default("1.0.0..2.0.4", "time zone of the DM-worker's machine"),
        _default("2.0.4..5.3.0", "UTC"),
        _status("2.0.4..5.3.0", "ignored"),
    ],
    ("task", "enable-heartbeat"): [_status("1.0.0..2.0.2", "ok")],
    ("task", "heartbeat-update-interval"): [_status("1.0.0..2.0.2", "ok")],
    ("task", "heartbeat-report-interval"): [_status("1.0.0..2.0.2", "ok")],
    ("task", "column-mappings"): [_status("1.0.0..6.6.0", "ok")],
    ("task", "mysql-instances[].column-mapping-rules"): [_status("1.0.0..6.6.0", "ok")],
    ("task", "online-ddl-scheme"): [_status("1.0.0..2.0.5", "ok")],
    ("source", "enable-relay"): [_status("2.0.2..5.4.0", "ignored")],
    ("worker", "keepalive-ttl"): [_default("2.0.0..2.0.2", 10)],
    ("master", "experimental"): [_status("5.3.0..5.4.0", "ok")],
    ("master", "experimental.openapi"): [_status("5.3.0..5.4.0", "ok")],
}
for _key in ("master-addr", "rpc-timeout", "ssl-ca", "ssl-cert", "ssl-key"):
    HISTORY_PATH["dmctl", _key] = [_status("1.0.0..2.0.4" if "ssl" not in _key else "2.0.0..2.0.4", "ok")]

ENUM_CHECKED = {
    "task-mode": 20020,
    "shard-mode": 20033,
    "collation_compatible": 20052,
    "ignore-checking-items[]": 20001,
    "online-ddl-scheme": 20007,
    "import-mode": 20053,
    "on-duplicate-logical": 20054,
    "on-duplicate-physical": 20062,
    "checksum-physical": 20063,
    "analyze": 20065,
    "mode": 20055,
}
ENUM_FOLD = {
    "log-level",
    "import-mode",
    "on-duplicate-logical",
    "on-duplicate-physical",
    "checksum-physical",
    "analyze",
    "events[]",
}
ENUM_ALSO = {
    "log-level": ["warning", "dpanic", "panic"],
    "collation_compatible": [""],
    "import-mode": [""],
    "on-duplicate": [""],
    "on-duplicate-logical": [""],
    "on-duplicate-physical": [""],
    "checksum-physical": [""],
    "analyze": [""],
    "auto-compaction-mode": [""],
    "events[]": [""],
    "mode": [""],
}
LEVELS = {
    "debug": ("everything, for a hunt for a fault", "全部日志,用于排查问题"),
    "info": ("normal running", "正常运行信息"),
    "warn": ("what may need attention", "可能需要关注的情况"),
    "error": ("what failed", "失败的操作"),
    "fatal": ("only what ends the process", "仅导致进程退出的错误"),
}
OP_LEVEL = {
    "required": ("run it; a failure is an error", "执行,失败则报错"),
    "optional": ("run it; a failure is only logged", "执行,失败仅记录日志"),
    "off": ("do not run it", "不执行"),
}
ON_DUPLICATE = {
    "replace": ("the new row replaces the old one", "用新数据替换旧数据"),
    "error": ("stop with an error", "报错并停止"),
    "ignore": ("keep the old row", "保留旧数据"),
}
ENUM_DOCS: dict[str, dict[str, tuple[str, str]]] = {
    "log-level": LEVELS,
    "log-format": {"text": ("one readable line an entry", "每条日志一行文本"), "json": ("one JSON object an entry", "每条日志一个 JSON 对象")},
    "initial-cluster-state": {
        "new": ("the cluster is being founded", "新建集群"),
        "existing": ("the member joins a running cluster", "加入已有集群"),
    },
    "auto-compaction-mode": {
        "periodic": ("keep the revisions of the last hours", "按时间保留"),
        "revision": ("keep a number of revisions", "按版本数保留"),
    },
    "flavor": {"mysql": ("MySQL or compatible", "MySQL 及兼容数据库"), "mariadb": ("MariaDB", "MariaDB")},
    "task-mode": {
        "full": ("dump and load, then stop", "仅全量:导出并导入后停止"),
        "incremental": ("replicate the binlog only", "仅增量:只同步 binlog"),
        "all": ("dump, load, then replicate the binlog", "全量完成后继续增量同步"),
        "dump": ("dump only", "仅导出"),
        "load": ("load files that lie in the loader's dir", "仅导入 loader 目录中已有的文件"),
        "load&sync": ("load existing files, then replicate", "导入已有文件后继续增量同步"),
    },
    "shard-mode": {
        "": ("no merging of shards", "不合并分库分表"),
        "pessimistic": ("all shards wait for one another at a DDL", "悲观模式:各分表在 DDL 处相互等待"),
        "optimistic": ("shards change one after the other", "乐观模式:各分表可先后变更"),
    },
    "collation_compatible": {
        "loose": ("take CREATE statements as they are", "按原语句执行"),
        "strict": ("add the upstream's default collation", "补充上游默认排序规则"),
    },
    "online-ddl-scheme": {"": ("none", "无"), "gh-ost": ("gh-ost", "gh-ost"), "pt": ("pt-online-schema-change", "pt-online-schema-change")},
    "import-mode": {
        "logical": ("SQL statements; the target stays usable", "通过 SQL 导入,目标库可正常使用"),
        "physical": ("writes key-value files into TiKV; fast, target tables are not usable meanwhile", "直接写入 TiKV,速度快,期间目标表不可用"),
        "import-into": ("IMPORT INTO from shared storage, one source only", "从共享存储执行 IMPORT INTO,仅支持单个上游"),
        "sql": ("old name of logical", "logical 的旧名称"),
        "loader": ("old engine, now the same as logical", "旧导入引擎,现等同于 logical"),
    },
    "on-duplicate": ON_DUPLICATE,
    "on-duplicate-logical": ON_DUPLICATE,
    "on-duplicate-physical": {
        "none": ("do not look for duplicates", "不处理重复数据"),
        "manual": ("record duplicates and pause the task", "记录重复数据并暂停任务"),
    },
    "checksum-physical": OP_LEVEL,
    "analyze": OP_LEVEL,
    "compress-kv-pairs": {"": ("no compression", "不压缩"), "gzip": ("gzip", "gzip"), "gz": ("same as gzip", "同 gzip")},
    "ignore-checking-items[]": {
        "all": ("every check", "全部检查项"),
        "dump_privilege": ("privileges for the dump, upstream", "上游导出所需权限"),
        "replication_privilege": ("privileges for replication, upstream", "上游复制所需权限"),
        "version": ("version of the upstream database", "上游数据库版本"),
        "server_id": ("server_id of the upstream is set", "上游是否设置 server_id"),
        "binlog_enable": ("binlog is on", "上游是否开启 binlog"),
        "binlog_format": ("binlog_format is ROW", "binlog 格式是否为 ROW"),
        "binlog_row_image": ("binlog_row_image is FULL", "binlog_row_image 是否为 FULL"),
        "table_schema": ("table definitions suit TiDB", "上游表结构的兼容性"),
        "schema_of_shard_tables": ("shards have the same definition", "分表表结构是否一致"),
        "auto_increment_ID": ("auto-increment keys of shards may collide", "分表自增主键是否冲突"),
        "online_ddl": ("an online schema change is running", "上游是否正在执行 online DDL"),
        "binlog_db": ("binlog of the wanted schemas is written", "所需库的 binlog 是否写入"),
        "meta_position": ("the start position exists", "起始位置是否有效"),
        "conn_number": ("the target allows enough connections", "下游连接数是否足够"),
        "target_privilege": ("privileges in the target database", "下游所需权限"),
        "empty_region": ("few empty Regions (physical import)", "下游空 Region 数量(物理导入)"),
        "region_distribution": ("Regions are spread evenly (physical import)", "下游 Region 分布(物理导入)"),
        "downstream_version": ("version of the target (physical import)", "下游版本(物理导入)"),
        "free_space": ("the target has room (physical import)", "下游剩余空间(物理导入)"),
        "downstream_mutex_features": ("features that exclude one another (physical import)", "下游互斥功能(物理导入)"),
        "downstream_table_empty": ("target tables are empty (physical import)", "下游表是否为空(物理导入)"),
        "primary_key": ("tables have a primary key", "表是否有主键"),
    },
    "mode": {
        "none": ("no validation", "不校验"),
        "fast": ("only that the row exists", "仅检查行是否存在"),
        "full": ("compare all values of a row", "比较整行数据"),
    },
    "action": {
        "Do": ("replicate the matching events, drop the others", "仅同步匹配的事件"),
        "Ignore": ("drop the matching events", "忽略匹配的事件"),
        "Error": ("stop with an error at a matching event", "遇到匹配的事件时报错"),
    },
}
EXAMPLES = {
    "ssl-ca": ["/etc/dm/tls/ca.pem"],
    "ssl-cert": ["/etc/dm/tls/dm.pem"],
    "ssl-key": ["/etc/dm/tls/dm-key.pem"],
    "cert-allowed-cn[]": ["dm"],
    "worker-addr": ["0.0.0.0:8262"],
    "advertise-addr": ["192.0.2.11:8261"],
    "peer-urls": ["http://192.0.2.11:8291"],
    "advertise-peer-urls": ["http://192.0.2.11:8291"],
    "initial-cluster": ["master-1=http://192.0.2.11:8291,master-2=http://192.0.2.12:8291"],
    "join": ["192.0.2.11:8261,192.0.2.12:8261"],
    "auto-compaction-retention": ["1h", "1000"],
    "rpc-timeout": ["30s"],
    "source-id": ["mysql-01"],
    "relay-binlog-name": ["mysql-bin.000004"],
    "binlog-name": ["mysql-bin.000004"],
    "binlog-gtid": ["3ccc475b-2343-11e7-be21-6c0b84d59f30:1-14", "0-1-1024"],
    "relay-binlog-gtid": ["3ccc475b-2343-11e7-be21-6c0b84d59f30:1-14", "0-1-1024"],
    "timezone": ["Asia/Shanghai", "+08:00"],
    "schema-pattern": ["shard_*"],
    "table-pattern": ["t_*"],
    "do-dbs[]": ["orders", "~^orders_[0-9]+$"],
    "chunk-filesize": ["64", "256MB"],
    "extra-args": ["--consistency none"],
    "dir": ["./dumped_data", "s3://bucket/prefix"],
    "safe-mode-duration": ["60s"],
    "backoff-max": ["5m"],
    "validate-interval": ["10s"],
    "max-pending-row-size": ["500m"],
    "disk-quota-physical": ["100GiB"],
    "pd-addr": ["192.0.2.20:2379"],
    "table-regexp": ["table_(.*)"],
    "schema-regexp": ["schema_(.*)"],
    "source-regexp": ["source_(.*)"],
    "sql-pattern[]": ["^DROP\\s+PROCEDURE"],
}
SECRET = {"password", "ssl-key-bytes", "ssl-key-base64"}
FREE = {
    ("topology", "server_configs.master"): "master",
    ("topology", "server_configs.worker"): "worker",
    ("topology", "master_servers[].config"): "master",
    ("topology", "worker_servers[].config"): "worker",
}
REPLACED = {
    "none": None,
    "yes": None,
    "extract-table / extract-schema / extract-source in routes": "routes.<name>.extract-table",
    "routes.<name>.extract-table / extract-schema / extract-source": "routes.<name>.extract-table",
    "extractors in routes": "routes.<name>.extract-table",
    "dm-worker.toml relay-dir": "worker:relay-dir",
    "dmctl start-task --remove-meta": "flag:start-task --remove-meta",
    "on-duplicate-logical": "./on-duplicate-logical",
}
class Node:
    """A key while the tree is put together."""

    def __init__(self, kind: str, path: str, row: dict[str, Any] | None) -> None:
        self.kind, self.path, self.row = kind, path, row
        self.children: dict[str, Node] = {}
        self.value: Node | None = None
        self.item: Node | None = None

    @property
    def name(self) -> str:
        """Last segment; an item of a list keeps the name of its list, as in `do-tables[]`."""
        return self.path.rpartition(".")[2]


def build(kind: str, rows: list[dict[str, Any]]) -> Node:
    root = Node(kind, "", None)
    for row in rows:
        if row["status"] in ("removed", "legacy"):
            continue
        at, path = root, ""
        for part in re.findall(r"\[\]|[^.\[]+", row["path"]):
            if part == "[]":
                path += "[]"
                at.item = at.item or Node(kind, path, None)
                at = at.item
                continue
            part = "<name>" if part.startswith("<") else part
            path = f"{path}.{part}" if path else part
            if part == "<name>":
                at.value = at.value or Node(kind, path, None)
                at = at.value
            else:
                at = at.children.setdefault(part, Node(kind, path, None))
        at.row = row
    return root


def since_set(kind: str, path: str, since: str | None) -> str:
    if (kind, path) in VERSIONS:
        return VERSIONS[kind, path]
    m = re.match(r"v(\d\S*)", since or "")
    return f"{m.group(1)}.." if m else ".."


def go_of(node: Node, base: str) -> str:
    if (node.kind, node.path) in GO_PATH:
        return GO_PATH[node.kind, node.path]
    if node.name in GO_NAME and node.kind != "topology" or node.name == "resource_control":
        return GO_NAME[node.name]
    if base in ("string", "enum") or base == "duration" and node.name in ("rpc-timeout", "safe-mode-duration"):
        return "string"
    if base == "duration":
        return "config.Duration"
    if base in ("int", "int64", "uint", "uint32", "uint64"):
        return base
    if base in PLAIN_GO:
        return PLAIN_GO[base]
    return {
        "list<string>": "[]string",
        "list<enum>": "[]string",
        "list<int>": "[]uint8",
        "map<string,string>": "map[string]string",
        "map<string,any>": "map[string]interface {}",
        "list<map>": "[]map[string]interface {}",
    }.get(base, "")


def meaning(node: Node) -> str:
    return IS_PATH.get((node.kind, node.path)) or IS_NAME.get(node.name, "")


def item_schema(node: Node, name: str, go: str, row: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {"type": "string", "x-dmls-go": go}
    probe = Node(node.kind, f"{node.path}[]", None)
    if meaning(probe):
        out["x-dmls-is"] = meaning(probe)
    if row["enum"]:
        put_enum(out, name + "[]", row["enum"])
    if name + "[]" in EXAMPLES:
        out["examples"] = EXAMPLES[name + "[]"]
    if name == "events":
        at = row["enum"].index("incompatible ddl changes")
        out["x-dmls-history"] = [_enum("7.5.0..", v) for v in row["enum"][at:]]
    elif name + "[]" in HISTORY_NAME:
        out["x-dmls-history"] = HISTORY_NAME[name + "[]"]
    return out


def put_enum(out: dict[str, Any], name: str, values: list[str]) -> None:
    out["enum"] = values
    docs = ENUM_DOCS.get(name)
    if docs:
        out["enumDescriptions"] = [docs.get(v, ("", ""))[0] for v in values]
        out["x-dmls-enum-doc-zh"] = [docs.get(v, ("", ""))[1] for v in values]
    out["x-dmls-enum-checked"] = ENUM_CHECKED.get(name, 0)
    if name in ENUM_FOLD:
        out["x-dmls-enum-fold"] = True
    if name in ENUM_ALSO:
        out["x-dmls-enum-also"] = ENUM_ALSO[name]


def render(node: Node) -> dict[str, Any]:
    """The JSON Schema of one key, with all below it."""
    row = node.row
    base = row["type"] if row else ("object" if node.children else "any")
    out: dict[str, Any] = {}
    if base in ("object", "map<string,object>", "map<string,any>", "map<string,string>"):
        out["type"] = "object"
    elif base.startswith("list"):
        out["type"] = "array"
    elif base in ("int", "int64", "uint", "uint32", "uint64"):
        out["type"] = "integer"
        if base == "uint32":
            out["minimum"], out["maximum"] = 0, 2**32 - 1
        elif base.startswith("uint") and node.kind in ("task", "source", "topology"):
            out["minimum"] = 0
    elif base == "float":
        out["type"] = "number"
    elif base == "bool":
        out["type"] = "boolean"
    elif base != "any":
        out["type"] = "string"
    go = go_of(node, base)
    if go in ("config.Duration", "config.ByteSize"):
        out["x-dmls-type"] = "duration" if go.endswith("Duration") else "bytesize"
    elif base == "list<int>":
        out["x-dmls-type"] = "bytes"
    if not node.path:
        go = ROOT_GO[node.kind]
    if row:
        out["description"] = row["doc_en"]
        out["x-dmls-doc-zh"] = row["doc_zh"]
    if row and row["enum"] and not base.startswith("list"):
        put_enum(out, node.name, row["enum"])
    if row and row["default"] is not None:
        default = row["default"]
        if isinstance(default, str) and default.startswith("["):
            default = json.loads(default)
        if isinstance(default, str) and (out.get("type") != "string" or re.search(r"[ <$]", default)):
            out["x-dmls-default"] = default
        else:
            out["default"] = default
    if go:
        out["x-dmls-go"] = go
    is_ = "duration" if go == "config.Duration" else meaning(node)
    if is_:
        out["x-dmls-is"] = is_
    if row:
        out["x-dmls-versions"] = since_set(node.kind, node.path, row["since"])
        history = HISTORY_PATH.get((node.kind, node.path)) or HISTORY_NAME.get(node.name)
        if history:
            out["x-dmls-history"] = history
        old_block = re.match(r"(black-white-list|column-mappings)\.", node.path)
        status = "ok" if old_block else row["status"]
        out["x-dmls-status"] = status
        dep = row["deprecated"] if not old_block else False
        if dep and dep is not True:
            if re.match(r"v\d", str(dep)):
                out["x-dmls-deprecated-since"] = str(dep)[1:]
        replaced = row["replacement"] if not old_block else None
        if replaced and not replaced.startswith("none"):
            value = REPLACED.get(replaced, replaced)
            if value:
                out["x-dmls-replaced-by"] = value
        if dep or status in ("ignored", "mapped", "error", "deprecated"):
            out["deprecated"] = True
            out["deprecationMessage"], out["x-dmls-deprecation-zh"] = deprecation(status, out.get("x-dmls-replaced-by"))
        if row["required"] is True:
            out["x-dmls-required"] = True
        elif isinstance(row["required"], str):
            text = row["required"]
            out["x-dmls-required"] = (
                "effectively" if text.startswith("effectively") else "one-of" if text.startswith("one of") else "file-or-flag"
            )
        if row["codes"]:
            out["x-dmls-codes"] = row["codes"]
        if node.name in SECRET:
            out["x-dmls-secret"] = True
        out["x-dmls-source"] = row["source"]
        if node.name in EXAMPLES and out.get("type") == "string":
            out["examples"] = EXAMPLES[node.name]
        if (row["since"] or "").startswith("TiUP"):
            out["x-dmls-tiup"] = "1.17.0.."
    if (node.kind, node.path) in SNIPPETS and node.path:
        out["defaultSnippets"] = SNIPPETS[node.kind, node.path]
    # Containers last, so that a reader of the file meets the words before the long list of keys.
    if (node.kind, node.path) in FREE:
        out["x-dmls-kind"] = FREE[node.kind, node.path]
        out["additionalProperties"] = True
    elif node.value is not None:
        out["additionalProperties"] = render(node.value)
    elif base == "map<string,string>":
        out["additionalProperties"] = {"type": "string", "x-dmls-go": "string"}
    elif base == "map<string,any>":
        out["additionalProperties"] = True
    elif node.children:
        needed = [n for n, c in node.children.items() if c.row and c.row["required"] is True]
        if needed and not node.path.startswith("filters"):
            out["required"] = needed
        out["properties"] = {n: render(c) for n, c in node.children.items()}
        out["additionalProperties"] = False
    if out.get("type") == "array":
        if node.item is not None:
            out["items"] = render(node.item)
            out["items"].setdefault("type", "object")
        elif base == "list<int>":
            out["items"] = {"type": "integer", "minimum": 0, "maximum": 255, "x-dmls-go": "uint8"}
        elif base == "list<map>":
            out["items"] = {"type": "object", "additionalProperties": True, "x-dmls-go": "map[string]interface {}"}
        else:
            assert row is not None
            inner = "filter.EventType" if node.name == "events" else "string"
            out["items"] = item_schema(node, node.name, inner, row)
    return out


DEPRECATIONS = {
    "error": ("DM refuses this key.", "DM 会拒绝该配置项。"),
    "mapped": ("Old spelling; DM translates it.", "旧写法,DM 会自动转换。"),
    "ignored": ("DM reads this key and does nothing with it.", "DM 会读取该配置项,但不起作用。"),
    "ineffective": ("DM reads this key and does nothing with it.", "DM 会读取该配置项,但不起作用。"),
    "deprecated": ("Deprecated.", "已废弃。"),
    "ok": ("Deprecated.", "已废弃。"),
}


def deprecation(status: str, replaced: str | None) -> tuple[str, str]:
    """The sentence for an old key, in English and Chinese."""
    en, zh = DEPRECATIONS[status]
    if replaced:
        new = replaced.removeprefix("./").removeprefix("flag:").replace("worker:", "dm-worker.toml: ")
        en, zh = f"{en} Use `{new}` instead.", f"{zh}请改用 `{new}`。"
    return en, zh


SNIPPETS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("task", ""): [
        {
            "label": "DM task",
            "description": "A task that copies and then follows one source",
            "body": {
                "name": "${1:task-name}",
                "task-mode": "${2:all}",
                "target-database": {"host": "${3:127.0.0.1}", "port": "^${4:4000}", "user": "${5:root}", "password": "${6}"},
                "mysql-instances": [{"source-id": "${7:mysql-01}", "block-allow-list": "${8:list-1}"}],
                "block-allow-list": {"${8:list-1}": {"do-dbs": ["${9:db}"]}},
            },
        }
    ],
    ("source", ""): [
        {
            "label": "DM source",
            "description": "One upstream MySQL or MariaDB",
            "body": {
                "source-id": "${1:mysql-01}",
                "enable-gtid": "^${2:true}",
                "from": {"host": "${3:127.0.0.1}", "port": "^${4:3306}", "user": "${5:root}", "password": "${6}"},
            },
        }
    ],
    ("topology", ""): [
        {
            "label": "DM topology",
            "description": "Three masters, one worker",
            "body": {
                "global": {"user": "tidb", "ssh_port": "^22", "deploy_dir": "${1:/dm-deploy}", "data_dir": "${2:/dm-data}"},
                "master_servers": [{"host": "${3:192.0.2.11}"}, {"host": "${4:192.0.2.12}"}, {"host": "${5:192.0.2.13}"}],
                "worker_servers": [{"host": "${6:192.0.2.21}"}],
            },
        }
    ],
    ("task", "routes"): [
        {
            "label": "route rule",
            "body": {
                "${1:route-1}": {
                    "schema-pattern": "${2:shard_*}",
                    "table-pattern": "${3:t_*}",
                    "target-schema": "${4:db}",
                    "target-table": "${5:t}",
                }
            },
        }
    ],
    ("task", "filters"): [
        {
            "label": "binlog event filter",
            "body": {
                "${1:filter-1}": {
                    "schema-pattern": "${2:db_*}",
                    "table-pattern": "${3:t_*}",
                    "events": ["${4:drop table}"],
                    "action": "${5|Ignore,Do,Error|}",
                }
            },
        }
    ],
    ("task", "block-allow-list"): [
        {"label": "block and allow list", "body": {"${1:list-1}": {"do-dbs": ["${2:db}"]}}},
    ],
    ("task", "expression-filter"): [
        {
            "label": "expression filter",
            "body": {"${1:filter-1}": {"schema": "${2:db}", "table": "${3:t}", "insert-value-expr": "${4:a > 1}"}},
        }
    ],
    ("task", "mydumpers"): [{"label": "dump settings", "body": {"${1:dump-1}": {"threads": "^${2:4}", "chunk-filesize": "${3:64}"}}}],
    ("task", "loaders"): [{"label": "load settings", "body": {"${1:load-1}": {"pool-size": "^${2:16}", "dir": "${3:./dumped_data}"}}}],
    ("task", "syncers"): [{"label": "replication settings", "body": {"${1:sync-1}": {"worker-count": "^${2:16}", "batch": "^${3:100}"}}}],
    ("task", "validators"): [{"label": "validation settings", "body": {"${1:check-1}": {"mode": "${2|full,fast,none|}"}}}],
    ("task", "mysql-instances"): [{"label": "source of the task", "body": [{"source-id": "${1:mysql-01}"}]}],
}
_TLS = {"ssl-ca": "${1:/etc/dm/tls/ca.pem}", "ssl-cert": "${2:/etc/dm/tls/dm.pem}", "ssl-key": "${3:/etc/dm/tls/dm-key.pem}"}
for _place in (("task", "target-database.security"), ("source", "from.security")):
    SNIPPETS[_place] = [{"label": "TLS with certificate and key", "body": _TLS}]


def lift(schema: dict[str, Any], path: list[str], ref: str, keep: tuple[str, ...]) -> dict[str, Any]:
    """Take the schema at `path` out, put a reference there that keeps the words of the place; return what was taken."""
    at = schema
    for part in path[:-1]:
        at = at[part]
    taken: dict[str, Any] = at[path[-1]]
    at[path[-1]] = {"allOf": [{"$ref": ref}], **{k: v for k, v in taken.items() if k in keep}}
    return {k: v for k, v in taken.items() if k not in keep}


WORDS = (
    "description",
    "x-dmls-doc-zh",
    "default",
    "x-dmls-default",
    "x-dmls-versions",
    "x-dmls-history",
    "x-dmls-status",
    "x-dmls-replaced-by",
    "x-dmls-deprecated-since",
    "deprecated",
    "deprecationMessage",
    "x-dmls-deprecation-zh",
    "defaultSnippets",
    "x-dmls-codes",
    "x-dmls-required",
    "x-dmls-source",
)
TLS_NAMES = (
    "ssl-ca ssl-cert ssl-key cert-allowed-cn ssl-ca-bytes ssl-key-bytes ssl-cert-bytes"
    " ssl-ca-base64 ssl-key-base64 ssl-cert-base64"
).split()


def share(schemas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Move what several places have in common into definitions; returns those of the common schema."""
    common: dict[str, Any] = {}
    task, source = schemas["task"], schemas["source"]

    def same(one: dict[str, Any], two: dict[str, Any], what: str) -> None:
        a, b = ({k: v for k, v in s.items() if k not in WORDS} for s in (one, two))
        if json.dumps(a, sort_keys=True) != json.dumps(b, sort_keys=True):
            raise SystemExit(f"{what}: two places differ")

    ref = "common.schema.json#/definitions/"
    secs = []
    for schema, at in ((task, "target-database"), (source, "from")):
        db = schema["properties"][at]["properties"]
        secs.append(lift(db, ["security"], ref + "security", WORDS))
    common["security"] = secs[0]
    if json.dumps(secs[0], sort_keys=True) != json.dumps(secs[1], sort_keys=True):
        raise SystemExit("security differs between source and task")
    dbs = [lift(task["properties"], ["target-database"], ref + "dbconfig", WORDS), lift(source["properties"], ["from"], ref + "dbconfig", WORDS)]
    # `session` has been there since 1.0.6 in tasks, since the first source file in sources; one definition serves both.
    dbs[1]["properties"]["session"]["x-dmls-versions"] = dbs[0]["properties"]["session"]["x-dmls-versions"]
    common["dbconfig"] = dbs[0]
    rules = [
        lift(task["properties"]["filters"], ["additionalProperties"], ref + "binlog-event-rule", WORDS),
        lift(source["properties"]["filters"], ["items"], ref + "binlog-event-rule", WORDS),
    ]
    common["binlog-event-rule"] = rules[0]
    for kind in ("master", "worker", "dmctl"):
        properties = schemas[kind]["properties"]
        for name in TLS_NAMES:
            taken = lift(properties, [name], f"{ref}{name}", WORDS)
            if kind == "master":
                common[name] = taken
    definitions: dict[str, Any] = {}
    instance = task["properties"]["mysql-instances"]["items"]["properties"]
    for one, many in (("mydumper", "mydumpers"), ("loader", "loaders"), ("syncer", "syncers")):
        a = lift(task["properties"][many], ["additionalProperties"], f"#/definitions/{one}", WORDS)
        b = lift(instance, [one], f"#/definitions/{one}", WORDS)
        same(a, b, one)
        definitions[one] = a
    a = lift(task["properties"]["block-allow-list"], ["additionalProperties"], "#/definitions/table-rules", WORDS)
    lift(task["properties"]["black-white-list"], ["additionalProperties"], "#/definitions/table-rules", WORDS)
    definitions["table-rules"] = a
    a["properties"]["do-tables"]["items"], item = {"$ref": "#/definitions/table"}, a["properties"]["do-tables"]["items"]
    a["properties"]["ignore-tables"]["items"] = {"$ref": "#/definitions/table"}
    definitions["table"] = item
    task["definitions"] = definitions
    topology = schemas["topology"]["properties"]
    limits: dict[str, Any] = {}
    for at in topology.values():
        for holder in (at, at.get("items", {})):
            if "resource_control" in holder.get("properties", {}):
                taken = lift(holder["properties"], ["resource_control"], "#/definitions/resource-control", WORDS)
                if "properties" in taken:  # the list does not repeat the keys below `monitored.resource_control`
                    limits = limits or taken
                    same(limits, taken, "resource_control")
    schemas["topology"]["definitions"] = {"resource-control": limits}
    return common


TITLES = {
    "master": ("DM-master configuration", "DM-master 配置"),
    "worker": ("DM-worker configuration", "DM-worker 配置"),
    "dmctl": ("dmctl configuration", "dmctl 配置"),
    "source": ("DM source configuration", "DM 数据源配置"),
    "task": ("DM task configuration", "DM 任务配置"),
    "topology": ("TiUP topology of a DM cluster", "DM 集群的 TiUP 拓扑"),
}
MATCH = {
    "master": ["dm-master.toml", "dm-master[0-9]*.toml", "dm-master-*.toml"],
    "worker": ["dm-worker.toml", "dm-worker[0-9]*.toml", "dm-worker-*.toml"],
    "dmctl": ["dmctl.toml"],
    "source": ["dm-source*.yaml", "*mysql-source*.yaml", "**/configs/sources/*.yaml"],
    "task": ["dm-task*.yaml", "**/configs/tasks/*.yaml"],
    "topology": ["dm-topology*.yaml", "dm-topology*.yml"],
}


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    rows = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    schemas: dict[str, dict[str, Any]] = {}
    for file, kind in FILES.items():
        root = build(kind, [r for r in rows if r["file"] == file])
        en, zh = TITLES[kind]
        body = render(root)
        schemas[kind] = {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": f"{stem(kind)}.schema.json",
            "title": en,
            "description": en + ".",
            "x-dmls-doc-zh": zh + "。",
            "type": "object",
            "x-dmls-go": ROOT_GO[kind],
            **({"defaultSnippets": SNIPPETS[kind, ""]} if (kind, "") in SNIPPETS else {}),
            **{k: v for k, v in body.items() if k in ("required", "properties", "additionalProperties")},
        }
    common = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "common.schema.json",
        "title": "Parts that several DM files share",
        "definitions": share(schemas),
    }
    for kind, schema in schemas.items():
        write(f"{stem(kind)}.schema.json", schema)
    write("common.schema.json", common)
    write(
        "catalog.json",
        {
            "version": 1,
            "schemas": [
                {
                    "name": TITLES[kind][0],
                    "description": f"{TITLES[kind][0]} of TiDB Data Migration",
                    "fileMatch": MATCH[kind],
                    "url": f"{stem(kind)}.schema.json",
                }
                for kind in schemas
            ],
        },
    )


def write(name: str, value: dict[str, Any]) -> None:
    (OUT / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
