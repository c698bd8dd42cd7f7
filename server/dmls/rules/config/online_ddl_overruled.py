"""`online-ddl: false` that `online-ddl-scheme` undoes.

What: a task that switches online DDL off and names a scheme as well.

Why: a non-empty `online-ddl-scheme` is mapped to `online-ddl: true` while the task is read, with a warning in the log (dm/config/task.go).

Wrong: `online-ddl: no` and `online-ddl-scheme: gh-ost`

Right: `online-ddl: true`

Fix: delete `online-ddl-scheme`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import yaml_value
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    switch, scheme = config.get(k.ONLINE_DDL), config.get(k.ONLINE_DDL_SCHEME)
    if switch is None or scheme is None or not scheme.text or not isinstance(switch.node, Scalar) or switch.node.style != "plain":
        return
    if yaml_value.resolve(switch.node.value, switch.node.tag)[1] is False:
        yield ctx.finding(RULE, config.span(switch))


RULE = Rule("online-ddl-overruled", "config", Severity.WARNING, CONFIG_FILE, (kinds.TASK,), check)
