"""The errors that DM raises about a source file or a component's file after its decoder has taken it.

Source: dm/pkg/terror/error_list.go at c7b2588ef6, dm/master/config.go, dm/worker/config.go, dm/config/source_config.go.
"""

from __future__ import annotations

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm_error import DmError
from dmls.model.unknown import explain

_MASTER, _WORKER, _CONFIG = "dm-master", "dm-worker", "config"
MASTER_ADDRESS = DmError(38035, _MASTER, "high", "host:port '{address}' not valid", "Please check the `master-addr` config in master configuration file.")
MASTER_ADVERTISED = DmError(38042, _MASTER, "high", "advertise address {address} not valid", "Please check the `advertise-addr` config in master configuration file.")
WORKER_ADDRESS = DmError(40069, _WORKER, "high", "host:port '{address}' not valid", "Please check configs in worker configuration file.")
RPC_TIMEOUT = DmError(38014, _MASTER, "medium", "parse rpc timeout str")
START_ETCD = DmError(
    38038, _MASTER, "high", "fail to start embed etcd", "Please check all dm-master of `initial-cluster` in configuration file is up, and check the log for a detailed error."
)
NO_SOURCE_ID = DmError(
    40005,
    _WORKER,
    "medium",
    "dm-worker should bind a non-empty source ID which represents a MySQL/MariaDB instance or a replica group. \n notice: if you use old version dm-ansible, please update to newest version.",
)
LONG_SOURCE_ID = DmError(40006, _WORKER, "medium", "the length of source ID {value} is more than max allowed value {most}")
RELAY_NAME = DmError(40007, _WORKER, "medium", "relay-binlog-name {value} not valid")
BACKOFF = DmError(20043, _CONFIG, "high", "`backoff-max` value {most} is less than `backoff-min` value {least}", "Please increase `backoff-max` config in task configuration file.")
SECRET_KEY = DmError(
    20067,
    _CONFIG,
    "high",
    "invalid secret key path or content: {cause}",
    "Please check whether the path is valid, and has required permission to read the file, and the key is correct.",
)

ADVERTISED = {kinds.MASTER: MASTER_ADVERTISED, kinds.WORKER: WORKER_ADDRESS}
OWN = {kinds.MASTER: MASTER_ADDRESS, kinds.WORKER: WORKER_ADDRESS}


def may_be_misspelt(config: ConfigFile, key: str) -> bool:
    """Whether `key` seems to stand in the file under another name, or the text is broken, so that nothing can be said of its absence."""
    if next(config.tree.problems(), None) is not None:
        return True
    unknown = (child for child in config.root.children if child.pair is not None and child.schema is None)
    return any(explain(child, config.kind).args.get("meant") == key for child in unknown)
