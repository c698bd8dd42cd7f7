"""An empty path of mydumper in a task that dumps.

What: `mydumper-path` without a value, or with an empty one, in the task modes all, full and dump.

Why: DM has not used the path since 2.0, but refuses an empty one with 20028 `mydumper-path must specify a valid path to mydumper binary …` (dm/config/task.go: adjust).

Wrong: `mydumper-path: ""`

Right: no such key

Fix: delete the key, as the fix does; DM then takes its default, and does not use it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import DUMP, instances, settings
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

MODES = ("all", "full", "dump")


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    mode = config.get(k.TASK_MODE)
    if mode is None or mode.text not in MODES:
        return
    said: set[int] = set()
    for number, instance in enumerate(instances(config)):
        block = settings(config, instance, DUMP)
        entry = block.get(k.MYDUMPER_PATH) if block is not None else None
        if entry is None or not isinstance(entry.node, Scalar) or entry.text or id(entry) in said:
            continue
        said.add(id(entry))
        yield ctx.finding(RULE, config.span(entry), dm_text=e.text(e.NO_DUMP_PATH, number=number), fixes=ctx.deletion(entry), key=entry.key)


RULE = Rule("mydumper-path-empty", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, codes=(20028,))
