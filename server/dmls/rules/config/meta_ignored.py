"""A start position that DM does not use, or that is missing.

What: `meta` of an instance in a task whose mode has a full phase, or an incremental task without `meta`.

Why: in the modes full, all, dump and load DM logs a warning and ignores `meta`, since the dump finds the position.  In mode incremental a task without
`meta` is accepted, but start-task then needs `--start-time`; before 6.1 DM refuses it with 20022 `mysql-instance(…) must set meta for task-mode incremental`
(`reference/dm-config-semantics.md` 3.1; dm/config/task.go).

Wrong: `task-mode: all` with `meta: {binlog-name: mysql-bin.000217}`

Right: `task-mode: incremental` with the same `meta`

Fix: delete `meta`, or change the mode; give an incremental task a `meta` or start it with `--start-time`.  The fix deletes `meta`, but not by itself: it
may be the mode that is wrong.  The position that is missing is known upstream only.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm.task_error import NO_META, text
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.version import parse_version_set

FULL_MODES = ("full", "all", "dump", "load")
REFUSED = parse_version_set("..6.1.0")
"""Versions without `--start-time`, in which an incremental task must say where it begins."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    mode = config.get(k.TASK_MODE)
    instances = config.get(k.MYSQL_INSTANCES)
    if mode is None or instances is None:
        return
    for number, instance in enumerate(instances.items()):
        meta = instance.get(k.META)
        has_meta = meta is not None and not meta.is_null
        if mode.text in FULL_MODES and has_meta and meta is not None and meta.parent is instance:
            yield ctx.finding(RULE, config.key_span(meta), severity=Severity.WARNING, codes=(), tag="unnecessary", fixes=ctx.deletion(meta), mode=mode.text)
        elif mode.text == "incremental" and not has_meta and instance.children:
            source = instance.get(k.SOURCE_ID)
            span = config.span(source) if source is not None and source.parent is instance and source in instance.children else config.value_span(instance)
            if ctx.version in REFUSED:
                yield ctx.finding(RULE, span, "refused", severity=Severity.ERROR, codes=(20022,), dm_text=text(NO_META, number=number, mode=mode.text))
            else:
                yield ctx.finding(RULE, span, "missing", severity=Severity.INFORMATION, codes=())


RULE = Rule("meta-ignored", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, codes=(20022,))
