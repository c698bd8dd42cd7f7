"""A list of masters that `join` makes void.

What: `initial-cluster` or `initial-cluster-state` beside a `join`.

Why: a master that joins asks the masters it joins for the list, and takes it from its own data later on. What stands in the file is replaced each time
(dm/master/etcd.go: prepareJoinEtcd).

Wrong: `join = "10.0.0.1:8261"` and `initial-cluster = "…"`

Right: one of the two: `initial-cluster` for the masters that begin a cluster, `join` for those that come later

Fix: delete the key that has no effect.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    join = config.get(k.JOIN)
    if join is None or not join.text:
        return
    for key in (k.INITIAL_CLUSTER, k.INITIAL_CLUSTER_STATE):
        entry = config.get(key)
        if entry is not None and entry.text:
            yield ctx.finding(RULE, config.key_span(entry), fixes=ctx.deletion(entry), tag="unnecessary", key=key)


RULE = Rule("initial-cluster-unused", "config", Severity.INFORMATION, CONFIG_FILE, (kinds.MASTER,), check)
