"""An instance of a topology without a host.

What: an item of `master_servers`, `worker_servers` or another list of servers without `host`, or with an empty one.

Why: TiUP refuses the topology: `master_servers` contains empty host field (tiup: components/dm/spec/topology_dm.go, platformConflictsDetect).

Wrong: `- port: 8262` below `worker_servers`

Right: `- host: 10.0.0.21`

Fix: write the host; the fix adds the key with an empty value, since only you know it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.edits import edit
from dmls.model.topology import instances
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    for instance in instances(config):
        block = instance.entry
        host = block.get(k.HOST)
        if instance.host or (host is not None and not isinstance(host.node, Scalar)):
            continue
        if host is None and any(child.schema is None for child in block.children):
            # One of the unknown keys may be meant as the host.
            continue
        fixes: tuple[Fix, ...] = ()
        if host is None and block.children:
            change = edit.insert_pairs(config, block.children[0], [f'{k.HOST}: ""'])
            fixes = (ctx.fix("add-keys", change, how=Applicability.MANUAL, preferred=False, keys=f"`{k.HOST}`"),) if change is not None else ()
        span = config.span(host) if host is not None else config.key_span(block.children[0]) if block.children else config.value_span(block)
        yield ctx.finding(RULE, span, dm_text=f"`{instance.list}` contains empty host field", fixes=fixes, list=instance.list)


RULE = Rule("topology-host-missing", "config", Severity.ERROR, CONFIG_FILE, (kinds.TOPOLOGY,), check)
