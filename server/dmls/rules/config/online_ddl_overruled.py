"""`online-ddl: false` that `online-ddl-scheme` undoes.

What: a task that switches online DDL off and names a scheme as well.

Why: a non-empty `online-ddl-scheme` is mapped to `online-ddl: true` while the task is read, with a warning in the log (dm/config/task.go).

Wrong: `online-ddl: no` and `online-ddl-scheme: gh-ost`

Right: `online-ddl: true`

Fix: write what DM does, `online-ddl: true` and no scheme.  Where online DDL was to be off, delete the scheme; that changes what DM does.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import yaml_value
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.rule import CONFIG_FILE, Context, Finding, Fix, Rule, Severity
from dmls.rules._moves import fixes
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    switch, scheme = config.get(k.ONLINE_DDL), config.get(k.ONLINE_DDL_SCHEME)
    if switch is None or scheme is None or not scheme.text or not isinstance(switch.node, Scalar) or switch.node.style != "plain":
        return
    if yaml_value.resolve(switch.node.value, switch.node.tag)[1] is False:
        yield ctx.finding(RULE, config.span(switch), fixes=ctx.later(_ways, scheme))


def _ways(scheme: Entry, ctx: Context) -> tuple[Fix, ...]:
    return (*fixes(scheme, ctx), *ctx.deletion(scheme, preferred=False))


RULE = Rule("online-ddl-overruled", "config", Severity.WARNING, CONFIG_FILE, (kinds.TASK,), check)
