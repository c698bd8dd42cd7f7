"""The errors that DM raises about a task after its decoder has taken it: the number, and the message with what the rule fills in.

Source: dm/pkg/terror/error_list.go at c7b2588ef6; raised by dm/config/task.go (adjust) and dm/config/subtask.go (Adjust).
"""

from __future__ import annotations

from dmls.model.dm_error import DmError
from dmls.schema import keys as k


def _error(code: int, message: str, key: str = "", level: str = "medium", workaround: str = "") -> DmError:
    return DmError(code, "config", level, message, workaround or (f"Please check the `{key}` config in task configuration file." if key else ""))


_INSTANCES = k.MYSQL_INSTANCES
NO_NAME = _error(20019, "must specify a unique task name", "name")
NO_MODE = _error(20020, "please specify right task-mode, support `full`, `incremental`, `all`, `dump`, `load`", k.TASK_MODE)
NO_TARGET = _error(20021, "must specify target-database", k.TARGET_DATABASE)
NO_INSTANCES = _error(20013, "must specify at least one mysql-instances", _INSTANCES)
EMPTY_INSTANCE = _error(20012, "mysql-instance: {ordinal}: mysql instance config must specify", _INSTANCES)
NO_SOURCE_ID = _error(20005, "mysql-instance: {ordinal}: empty source-id not valid", workaround="Please check the `source-id` config in configuration file.")
LONG_SOURCE_ID = _error(
    20006, "source {source}: too long source-id not valid", workaround="Please check the `source-id` config in configuration file. The max source id length is 32."
)
NO_SUCH_SOURCE = _error(20031, "source {source} in deployment configuration not found", workaround="Please use `operate-source create source-config-file-path` to add source.")
SAME_SOURCE_ID = _error(20014, "mysql-instance ({first}) and ({second}) have same source-id ({source})", _INSTANCES)
NO_FILTER_NAME = _error(20042, "expression-filter {name} has empty {key}", k.EXPRESSION_FILTERS, "high")
MANY_EXPRESSIONS = _error(
    20039,
    "expression filter can only specify one of (insert, update, delete) expressions, but {name} has specified [{fields}]",
    level="high",
    workaround="If you want to filter by A or B, please write two filters.",
)
GRAMMAR = _error(20041, "expression-filter name({name}) SQL({sql}) has wrong grammar: …", k.EXPRESSION_FILTERS, "high")
STRICT = _error(
    20066,
    "cannot enable `strict-optimistic-shard-mode` while `shard-mode` is not `optimistic`",
    workaround="Please set `shard-mode` to `optimistic` if you want to enable `strict-optimistic-shard-mode`.",
)
NO_POSITION = _error(
    20011,
    "mysql-instance: {ordinal}: source {source}: must specify `binlog-name` without GTID enabled for the source or specify `binlog-gtid` with GTID enabled for the source",
    "meta",
)
NO_META = _error(20022, "mysql-instance({number}) must set meta for task-mode {mode}", "meta")
BOTH_DUMPS = _error(
    20015,
    "mysql-instance: {ordinal}: mydumper-config-name and mydumper should only specify one",
    workaround="Please check the `mydumper-config-name` and `mydumper` config in task configuration file.",
)
BOTH_LOADS = _error(
    20016,
    "mysql-instance: {ordinal}: loader-config-name and loader should only specify one",
    workaround="Please check the `loader-config-name` and `loader` config in task configuration file.",
)
BOTH_SYNCS = _error(
    20017,
    "mysql-instance: {ordinal}: syncer-config-name and syncer should only specify one",
    workaround="Please check the `syncer-config-name` and `syncer` config in task configuration file.",
)
NO_ROUTE = _error(20023, "mysql-instance({number})'s route-rules {name} not exist in routes", k.ROUTE_RULES)
NO_FILTER = _error(20024, "mysql-instance({number})'s filter-rules {name} not exist in filters", k.FILTER_RULES)
NO_LIST = _error(20026, "mysql-instance({number})'s list {name} not exist in block allow list", k.BLOCK_ALLOW_LIST)
NO_DUMP = _error(20027, "mysql-instance({number})'s mydumper config {name} not exist in mydumpers", k.MYDUMPER_CONFIG_NAME)
NO_LOAD = _error(20029, "mysql-instance({number})'s loader config {name} not exist in loaders", k.LOADER_CONFIG_NAME)
NO_SYNC = _error(20030, "mysql-instance({number})'s syncer config {name} not exist in syncer", k.SYNCER_CONFIG_NAME)
NO_VALIDATOR = _error(20056, "mysql-instance({number})'s continuous validator config {name} not exist", k.VALIDATOR_CONFIG_NAME)
NO_EXPRESSION_FILTER = _error(20040, "mysql-instance({number})'s expression-filters {name} not exist in expression-filter", k.EXPRESSION_FILTERS, "high")
REPEATED = _error(20032, "the following mysql configs have duplicate items, please remove the duplicates:\nmysql-instance({number})'s {key}: {names}", _INSTANCES)
UNUSED = _error(
    20038,
    "The configurations as following [{names}] are set in global configuration but instances don't use them",
    level="high",
    workaround="Please check the configuration files.",
)
NO_DUMP_PATH = _error(20028, "mysql-instance({number})'s mydumper-path must specify a valid path to mydumper binary when task-mode is all or full", k.MYDUMPER_PATH)
TWO_MODES = _error(
    20053,
    "found two import-mode {first} and {second} in task config, DM only supports one value",
    workaround="Please choose a valid value in ['logical', 'physical', 'import-into']",
)
INTO_SHARDS = _error(
    20068,
    "import-into mode does not support sharding (multi-source) scenario",
    level="high",
    workaround="Please use 'physical' or 'logical' mode for sharding scenarios, or disable sharding mode to use 'import-into'.",
)
INTO_LOCAL = _error(
    20069,
    "source {source}: import-into mode requires shared storage (s3, gcs, azure, etc.) for loader's dir, but got local path '{dir}'",
    level="high",
    workaround="Please use a shared storage URI like s3://bucket/path",
)
S3_LOADER = _error(
    20059,
    "source {source}: loader's dir {dir} is s3 dir, but s3 is not supported",
    level="high",
    workaround="Please check the `dir` config in task configuration file and you can use `Lightning` by set config `import-mode` be `sql` which supports s3 instead.",
)
BAD_DIR = _error(20058, "loader's dir {dir} is invalid", "dir", "high")
BAD_SAFE_MODE = _error(20060, "safe-mode-duration '{text}' parsed failed: {cause}", workaround="Please check the `safe-mode-duration` is correct.")
SAFE_MODE_CONFLICT = _error(
    20061, "safe-mode(true) conflicts with safe-mode-duration(0s)", level="low", workaround="Please set safe-mode to false or safe-mode-duration to non-zero."
)
ONLINE_DDL = _error(
    20048, "config '{key}' regex pattern '{pattern}' invalid, reason: {cause}", level="high", workaround="Please check if params is correctly in the configuration file."
)
FOREIGN_KEYS = _error(
    20070,
    "`{key}` is not supported when foreign_key_checks=1",
    workaround="Please disable `foreign_key_checks`, or disable this syncer option in task configuration file.",
)
LISTS = _error(20044, "generate block allow list error", k.BLOCK_ALLOW_LIST, "high")
ROUTER = _error(20045, "generate table router error", "routes", "high")
COLUMN_MAPPINGS = _error(
    20064,
    "column-mapping is not supported since v6.6.0",
    level="high",
    workaround="Please use extract-table/extract-schema/extract-source to handle data conflict when merge tables. "
    "See https://docs.pingcap.com/tidb/v6.4/task-configuration-file-full#task-configuration-file-template-advanced",
)
CHUNK = _error(20047, "invalid `chunk-filesize` {text}", k.CHUNK_FILESIZE, "high")
TIME_ZONE = _error(20008, "{cause}", "timezone")
TO_TOML = _error(20002, "encode subtask config", workaround="Please check the configuration file has correct TOML format.")
FROM_TOML = _error(20002, "decode subtask config from data", workaround="Please check the configuration file has correct TOML format.")


BAD_VALUE = {
    error.code: error
    for error in (
        NO_MODE,
        _error(
            20033, "shard mode {value} not supported", workaround="Please check the `shard-mode` config in task configuration file, which can be set to `pessimistic`/`optimistic`."
        ),
        _error(
            20052,
            "collation compatible {value} not supported",
            workaround="Please check the `collation_compatible` config in task configuration file, which can be set to `loose`/`strict`.",
        ),
        _error(
            20007,
            "online scheme {value} not supported",
            workaround="Please check the `online-ddl-scheme` config in task configuration file. Only `ghost` and `pt` are currently supported.",
        ),
        _error(20055, "invalid validation mode", level="high", workaround="Please check `validation-mode` config in task configuration file."),
        _error(20053, "invalid load mode '{value}'", workaround="Please choose a valid value in ['logical', 'physical', 'import-into']"),
        _error(
            20054,
            "invalid load on-duplicate-logical or on-duplicate option '{value}'",
            workaround="Please choose a valid value in ['replace', 'error', 'ignore'] or leave it empty.",
        ),
        _error(20062, "invalid load on-duplicate-physical option '{value}'", workaround="Please choose a valid value in ['none', 'manual'] or leave it empty."),
        _error(20063, "invalid load checksum-physical option '{value}'", workaround="Please choose a valid value in ['required', 'optional', 'off'] or leave it empty."),
        _error(20065, "invalid load analyze option '{value}'", workaround="Please choose a valid value in ['required', 'optional', 'off'] or leave it empty."),
    )
}
"""By their numbers, what DM says of a value that is none of those it knows; of 20001 it also prints a list whose order changes."""


def text(error: DmError, raw_cause: str = "", /, **values: object) -> str:
    """DM's whole message with the values filled in; they are put in at once, so none of them is read as a place."""
    return error.text(raw_cause, error.message.format_map(values))


def ordinal(number: int) -> str:
    """``humanize.Ordinal``: 0th, 1st, 2nd, 3rd, 11th."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
