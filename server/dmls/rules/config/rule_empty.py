"""A rule without content that stops a task.

What: a route or filter that is null, or a null item below `do-tables` or `ignore-tables`.

Why: DM copies each subtask through TOML, which knows no null: 20002 `encode subtask config, RawCause: toml: cannot encode array with nil element`
(`reference/dm-config-semantics.md` 3.2).

Wrong: `routes:` with `user-schema:` and nothing below it

Right: `user-schema: {schema-pattern: "user_*", target-schema: user}`

Fix: write the rule, or delete it where it is named and where it stands.  The fix deletes an item of a list; a rule is for you to write.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import REFERENCES, is_whole, used
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k

NULL = "toml: cannot encode array with nil element"


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    if not is_whole(config):
        return
    for reference in REFERENCES:
        if reference.home not in (k.ROUTES, k.FILTERS, k.BLOCK_ALLOW_LIST):
            continue
        for block in used(config, reference):
            if reference.home != k.BLOCK_ALLOW_LIST:
                if block.is_null:
                    yield ctx.finding(RULE, config.span(block), codes=(20002,), dm_text=e.text(e.TO_TOML, NULL), name=block.name)
                continue
            for key in (k.DO_TABLES, k.IGNORE_TABLES):
                tables = block.get(key)
                for item in tables.items() if tables is not None else ():
                    if item.is_null:
                        yield ctx.finding(RULE, config.span(item), "item", codes=(20002,), dm_text=e.text(e.TO_TOML, NULL), fixes=ctx.deletion(item), key=key)


RULE = Rule("rule-empty", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, codes=(20002,))
