"""A setting in a topology that TiUP's own flags make void.

What: an address, a name, `log-file`, `data-dir`, `join` or `initial-cluster` in `server_configs` or in the `config` of an instance; `v1-sources-path`
beside the `v1_source_path` of the instance; and `ssl-ca`, `ssl-cert` or `ssl-key` in the `config` of an instance without `enable_tls`.

Why: the scripts that TiUP writes start the components with `--name`, `--master-addr`, `--worker-addr`, `--advertise-addr` and so on, made from `host`, `port`
and the folders of the instance. A flag wins over the file (tiup: embed/templates/scripts/run_dm-master.sh.tpl, run_dm-worker.sh.tpl; dm/master/config.go:
Parse). Without `enable_tls` TiUP takes the three paths out of the `config` of each instance, and only those of `server_configs` reach the component (tiup:
components/dm/spec/logic.go:186-222).

Wrong: `config: {worker-addr: "0.0.0.0:8263"}`

Right: `port: 8263` in the instance

Fix: delete the setting, and write the key of the topology that stands for it. Own certificates belong in `server_configs`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.tls_block import PATHS
from dmls.model.topology import flags_of, makes_tls, of_instance, settings_maps
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    removes_tls = not makes_tls(config)
    for block, kind in settings_maps(config):
        given = flags_of(block, kind)
        for child in block.children:
            if child.pair is None or not child.text:
                continue
            if child.name in given:
                yield _finding(config, ctx, child, "", kind)
            elif removes_tls and child.name in PATHS.values() and of_instance(block):
                yield _finding(config, ctx, child, "removed", kind)


def _finding(config: ConfigFile, ctx: Context, entry: Entry, variant: str, kind: str) -> Finding:
    return ctx.finding(RULE, config.key_span(entry), variant, fixes=ctx.deletion(entry), tag="unnecessary", key=entry.name, kind=f"dm-{kind}")


RULE = Rule("topology-setting-overruled", "config", Severity.WARNING, CONFIG_FILE, (kinds.TOPOLOGY,), check)
