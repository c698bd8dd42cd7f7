"""A name that stands for nothing in this task.

What: an instance names a route, filter, list, mydumper, loader, syncer, validator or expression filter that the task does not define.

Why: DM refuses the task: 20023 (route-rules), 20024 (filter-rules), 20026 (block-allow-list), 20027 (mydumper-config-name), 20029
(loader-config-name), 20030 (syncer-config-name), 20056 (validator-config-name), 20040 (expression-filters).  Names are compared letter by letter,
and capitals count (dm/config/task.go: adjust).

Wrong: `route-rules: [user-schemas]` where `routes` has only `user-schema`

Right: `route-rules: [user-schema]`

Fix: write a name that the task defines; where one is near, the fix does.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import REFERENCES, blocks, is_readable, named
from dmls.model.edits import edit
from dmls.model.unknown import nearest
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity

MOST_SUGGESTIONS = 20
"""Names that are compared with all that are defined; more wrong names have another cause than slips."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    suggested = 0
    for reference in REFERENCES:
        if not is_readable(config, reference.home):
            continue
        defined = blocks(config, reference.home)
        for number, _, entries in named(config, reference):
            for entry in entries:
                schema = entry.schema
                if entry.text in defined or schema is None or ctx.version not in schema.versions:
                    continue
                suggested += 1
                ways = _fixes(entry, tuple(defined), ctx) if suggested <= MOST_SUGGESTIONS else ()
                error = reference.error
                said = e.text(error, number=number, name=entry.text)
                yield ctx.finding(RULE, config.value_span(entry), codes=(error.code,), dm_text=said, fixes=ways, name=entry.text, home=reference.home)


def _fixes(entry: Entry, defined: tuple[str, ...], ctx: Context) -> tuple[Fix, ...]:
    near = nearest(entry.text, defined)
    change = edit.reword(ctx.config, entry, near) if near is not None else None
    if near is None or change is None:
        return ()
    return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=near),)


RULE = Rule("unknown-reference", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, codes=(20023, 20024, 20026, 20027, 20029, 20030, 20040, 20056))
