"""A setting in a topology that TiUP's own flags make void.

What: an address, a name, `log-file`, `data-dir`, `join` or `initial-cluster` in `server_configs` or in the `config` of an instance.

Why: the scripts that TiUP writes start the components with `--name`, `--master-addr`, `--worker-addr`, `--advertise-addr` and so on, made from `host`, `port`
and the folders of the instance. A flag wins over the file (tiup: embed/templates/scripts/run_dm-master.sh.tpl, run_dm-worker.sh.tpl; dm/master/config.go:
Parse).

Wrong: `config: {worker-addr: "0.0.0.0:8263"}`

Right: `port: 8263` in the instance

Fix: delete the setting, and write the key of the topology that stands for it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import edit
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.topology import settings_maps
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k

FLAGS = {
    kinds.MASTER: (k.NAME, k.MASTER_ADDR, k.ADVERTISE_ADDR, k.PEER_URLS, k.ADVERTISE_PEER_URLS, k.LOG_FILE, k.DATA_DIR, k.INITIAL_CLUSTER),
    kinds.WORKER: (k.NAME, k.WORKER_ADDR, k.ADVERTISE_ADDR, k.LOG_FILE, k.JOIN),
}
"""What each script gives; the one for a master that is added later gives `join` for the list of members."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    for block, kind in settings_maps(config):
        for child in block.children:
            if child.pair is not None and child.name in FLAGS[kind] and child.text:
                removal = edit.delete(config, child)
                fixes = (ctx.fix("delete-key", removal, how=Applicability.UNSAFE, key=child.name),) if removal is not None else ()
                yield ctx.finding(RULE, config.key_span(child), fixes=fixes, tag="unnecessary", key=child.name, kind=f"dm-{kind}")


RULE = Rule("topology-setting-overruled", "config", Severity.WARNING, CONFIG_FILE, (kinds.TOPOLOGY,), check)
