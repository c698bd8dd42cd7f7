"""A start position that DM does not use, or that is missing.

What: `meta` of an instance in a task whose mode has a full phase, or an incremental task without `meta`.

Why: in the modes full, all, dump and load DM logs a warning and ignores `meta`, since the dump finds the position.  In mode incremental a task without
`meta` is accepted, but start-task then needs `--start-time` (`reference/dm-config-semantics.md` 3.1).

Wrong: `task-mode: all` with `meta: {binlog-name: mysql-bin.000217}`

Right: `task-mode: incremental` with the same `meta`

Fix: delete `meta`, or change the mode; give an incremental task a `meta` or start it with `--start-time`.  The fix deletes `meta`, but not by itself: it
may be the mode that is wrong.  The position that is missing is known upstream only.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import edit
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k

FULL_MODES = ("full", "all", "dump", "load")


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    mode = config.get(k.TASK_MODE)
    instances = config.get(k.MYSQL_INSTANCES)
    if mode is None or instances is None:
        return
    for instance in instances.items():
        meta = instance.get(k.META)
        has_meta = meta is not None and not meta.is_null
        if mode.text in FULL_MODES and has_meta and meta is not None and meta.parent is instance:
            removal = edit.delete(config, meta)
            fixes = (ctx.fix("delete-key", removal, how=Applicability.UNSAFE, key=meta.name),) if removal is not None else ()
            yield ctx.finding(RULE, config.key_span(meta), tag="unnecessary", fixes=fixes, mode=mode.text)
        elif mode.text == "incremental" and not has_meta and instance.children:
            source = instance.get(k.SOURCE_ID)
            span = config.span(source) if source is not None and source.parent is instance and source in instance.children else config.value_span(instance)
            yield ctx.finding(RULE, span, "missing", severity=Severity.INFORMATION)


RULE = Rule("meta-ignored", "config", Severity.WARNING, CONFIG_FILE, (kinds.TASK,), check)
