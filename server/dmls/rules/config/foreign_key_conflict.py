"""Options of a syncer that foreign keys forbid.

What: `compact: true` or `multiple-rows: true` in a syncer whose task has `foreign_key_checks` switched on in the session of `target-database`.

Why: both change the borders of statements, so DM refuses the task with 20070 ``compact` is not supported when foreign_key_checks=1` (dm/config/task.go:
CheckForeignKeyChecksSyncerOptions; in 8.5.7 and after 26.3).

Wrong: `session: {foreign_key_checks: 1}` with `syncer: {compact: true}`

Right: `syncer: {compact: false}`

Fix: switch the option off, as the fix does, or the checks.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import SYNC, each_once, instances, is_true, settings
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.version import parse_version_set

_CHECKS = "foreign_key_checks"


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    session = config.get(k.TARGET_DATABASE, k.SESSION)
    if session is None or not any(_is_on(entry) for entry in (*session.children, *session.merged)):
        return
    found = (settings(config, instance, SYNC) for instance in instances(config))
    for block in each_once(block for block in found if block is not None):
        for key in (k.COMPACT, k.MULTIPLE_ROWS):
            entry = block.get(key)
            if entry is not None and is_true(entry):
                change = edit.set_value(config, entry, "false")
                ways = (ctx.fix("write-value", change, how=Applicability.UNSAFE, value="false"),) if change is not None else ()
                yield ctx.finding(RULE, config.span(entry), dm_text=e.text(e.FOREIGN_KEYS, key=key), fixes=ways, key=key)


def _is_on(entry: Entry) -> bool:
    """``variable.TiDBOptOn`` of what is left without blanks and quotes."""
    return entry.name.lower() == _CHECKS and entry.text.strip(" '\"").lower() in ("on", "1")


RULE = Rule("foreign-key-conflict", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, versions=parse_version_set("8.5.7..8.6.0,26.4.0.."), codes=(20070,))
