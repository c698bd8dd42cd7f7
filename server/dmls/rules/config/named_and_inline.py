"""Settings of a unit that an instance both names and writes out.

What: `mydumper-config-name` beside `mydumper`, `loader-config-name` beside `loader`, or `syncer-config-name` beside `syncer`.

Why: DM refuses the task with 20015, 20016 or 20017 `… should only specify one` (dm/config/task.go: VerifyAndAdjust).

Wrong: `loader-config-name: global` and `loader: {pool-size: 8}` in one instance

Right: one of them

Fix: keep one.  The fixes delete either; which one is meant, only you know.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import REFERENCES, instances
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Rule, Severity


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    for number, instance in enumerate(instances(config)):
        for reference in REFERENCES:
            if reference.conflict is None:
                continue
            named, inline = instance.get(reference.key), instance.get(reference.inline)
            if named is None or inline is None or not named.text or inline.is_null:
                continue
            error = reference.conflict
            ways = tuple(
                ctx.fix("delete-key", removal, how=Applicability.UNSAFE, preferred=False, key=entry.name)
                for entry in (inline, named)
                if entry in instance.children and (removal := edit.delete(config, entry)) is not None
            )
            at = config.key_span(inline) if inline in instance.children else config.value_span(instance)
            yield ctx.finding(RULE, at, codes=(error.code,), dm_text=e.text(error, ordinal=e.ordinal(number)), fixes=ways, key=inline.key, named=named.key)


RULE = Rule("named-and-inline", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, codes=(20015, 20016, 20017))
