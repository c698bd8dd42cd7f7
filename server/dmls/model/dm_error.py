"""DM's error numbers and the frame of its messages.

Source: dm/pkg/terror and dm/_utils/terror_gen/errors_release.txt as given in `reference/dm-config-semantics.md` 1 and 3.
"""

from __future__ import annotations

from dmls.model import kind as kinds
from dmls.named import NamedTuple

LINE = "\0line\0"
"""Stands for a line number in a text that is kept while lines above it come and go; `lint` puts the number in."""


class DmError(NamedTuple):
    code: int
    error_class: str
    level: str
    message: str
    workaround: str = ""

    def text(self, cause: str = "", message: str | None = None) -> str:
        """The message as DM prints it; RawCause and Workaround are left out where empty."""
        out = f"[code={self.code}:class={self.error_class}:scope=internal:level={self.level}], Message: {self.message if message is None else message}"
        if cause:
            out += f", RawCause: {cause}"
        if self.workaround:
            out += f", Workaround: {self.workaround}"
        return out


_YAML = "Please check the configuration file has correct YAML format."
_TOML = "Please check the configuration file has correct TOML format."
DECODE = {
    kinds.TASK: DmError(20003, "config", "medium", "decode task config failed", _YAML),
    kinds.SOURCE: DmError(20003, "config", "medium", "decode source config", _YAML),
    kinds.MASTER: DmError(38013, "dm-master", "medium", "config toml transform", _TOML),
    kinds.WORKER: DmError(40003, "dm-worker", "medium", "toml decode file", _TOML),
}
"""What a file of the kind raises for bad syntax or a bad type; dmctl and TiUP have no numbers."""
UNKNOWN = {
    kinds.TASK: DECODE[kinds.TASK],
    kinds.SOURCE: DECODE[kinds.SOURCE],
    kinds.MASTER: DmError(38011, "dm-master", "medium", "master config contained unknown configuration options: %s"),
    kinds.WORKER: DmError(40004, "dm-worker", "medium", "worker config contains unknown configuration options: %s", "Please check configs in worker configurtion file."),
}

_CHECK_ITEMS = (
    "Please check `ignore-checking-items` config in task configuration file, which can be set including `all`/`dump_privilege`/`replication_privilege`/`version`"
    "/`binlog_enable`/`binlog_format`/`binlog_row_image`/`table_schema`/`schema_of_shard_tables`/`auto_increment_ID`."
)
_ETCD = "Please check all dm-master of `initial-cluster` in configuration file is up, and check the log for a detailed error."
_VARIES = "…"
"""Stands where DM prints what only the moment tells: a library's error, an address, a list in an order of its own."""
FRAMES = {
    error.code: error
    for error in (
        DmError(11010, "functional", "high", f"flavor {_VARIES} not supported", "Please check `flavor` config in source configuration file."),
        DmError(11104, "functional", "medium", f"init logger failed, RawCause: {_VARIES}"),
        DmError(11107, "functional", "high", f"fail to campaign leader: create the initial session, RawCause: {_VARIES}"),
        DmError(11112, "functional", "medium", f"invalid TLS config, RawCause: {_VARIES}", "Please check the `ssl-ca`, `ssl-cert` and `ssl-key` config."),
        DmError(20001, "config", "medium", f"checking item {_VARIES} is not supported", _CHECK_ITEMS),
        DmError(20020, "config", "medium", f"please specify right task-mode, support {_VARIES}", "Please check the `task-mode` config in task configuration file."),
        DmError(20037, "config", "high", f"generate binlog event filter, RawCause: {_VARIES}", "Please check the `filters` config in source and task configuration files."),
        DmError(
            20067,
            "config",
            "high",
            f"invalid secret key path or content: {_VARIES}",
            "Please check whether the path is valid, and has required permission to read the file, and the key is correct.",
        ),
        DmError(34019, "load-unit", "high", _VARIES),
        DmError(38037, "dm-master", "high", f"{_VARIES}, RawCause: {_VARIES}", "Please check configs in master configuration file."),
        DmError(38038, "dm-master", "high", f"fail to start embed etcd, RawCause: {_VARIES}", _ETCD),
        DmError(
            40077,
            "dm-worker",
            "high",
            f"cannot join with master endpoints: {_VARIES}, error: {_VARIES}",
            "Please check network connection of worker and check worker name is unique.",
        ),
        DmError(48001, "dmctl", "high", f"can't connect to {_VARIES}, RawCause: context deadline exceeded", "Please check your network connection."),
    )
}
"""The frames of errors of which not all words can be known beforehand (dm/pkg/terror/error_list.go, and where each is raised)."""


def frame_text(code: int, kind: str) -> str:
    """What is certain of DM's message with a number, for a file of a kind; "" where nothing is."""
    decode, unknown = DECODE.get(kind), UNKNOWN.get(kind)
    if decode is not None and decode.code == code:
        return decode.text(_VARIES)
    if unknown is not None and unknown.code == code:
        return unknown.text(message=unknown.message % _VARIES)
    error = FRAMES.get(code)
    return error.text() if error is not None else ""


def decode_text(kind: str, cause: str, line: str | None = None, last_key: str = "") -> str:
    """DM's whole message for a decoder's complaint.

    `line` is one-based, None where the library names none; `last_key` is what BurntSushi calls the last key.
    """
    if kind in kinds.YAML_KINDS:
        cause = f"yaml: unmarshal errors:\n  line {line}: {cause}" if line is not None else cause
    elif line is not None:
        where = f' (last key "{last_key}")' if last_key else ""
        cause = f"toml: line {line}{where}: {cause}"
    error = DECODE.get(kind)
    if error is not None:
        return error.text(cause)
    if kind == kinds.DMCTL:
        return f"the current command parameter: --config is invalid or used incorrectly: {cause}"
    return cause


def unknown_text(kind: str, dotted: str, line: str, field: str) -> str:
    """DM's whole message for an unknown key; `dotted` is its path as BurntSushi prints it, `field` yaml.v2's sentence."""
    error = UNKNOWN.get(kind)
    if error is None:
        return ""
    if kind in kinds.YAML_KINDS:
        return decode_text(kind, field, line)
    return error.text(message=error.message % dotted)
