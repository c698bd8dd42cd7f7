"""A setting that another one beside it makes void.

What: `black-white-list` beside `block-allow-list`; `ignore-dbs` beside `do-dbs`, `ignore-tables` beside `do-tables`.

Why: an instance's `black-white-list` is read only where `block-allow-list` is empty.  The filter asks `do-dbs` first and looks at `ignore-dbs` only where it is
empty; the same holds for tables
(`reference/dm-config-semantics.md` 7.15; dm/config/task.go).

Wrong: `do-dbs: [a]` and `ignore-dbs: [b]` in one list

Right: `do-dbs: [a]`

Fix: delete the one that has no effect; nothing changes.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.edits import edit
from dmls.rule import ENTRY, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k

LIST = f"{k.BLOCK_ALLOW_LIST}.<name>"
OLD_LIST = f"{k.BLACK_WHITE_LIST}.<name>"
INSTANCE = f"{k.MYSQL_INSTANCES}[]"


def _filled(entry: Entry | None) -> bool:
    """Whether DM finds something there; what is no list where there should be one is refused, and overrules nothing."""
    if entry is None:
        return False
    return bool(entry.items() if entry.schema is not None and entry.schema.type == "list" else entry.text)


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    assert schema is not None
    pairs: tuple[tuple[str, str], ...]
    if schema.path in (LIST, OLD_LIST):
        pairs = ((k.DO_DBS, k.IGNORE_DBS), (k.DO_TABLES, k.IGNORE_TABLES))
    else:
        pairs = ((k.BLOCK_ALLOW_LIST, k.BLACK_WHITE_LIST),)
    for winner, loser in pairs:
        void = entry.get(loser)
        if _filled(entry.get(winner)) and _filled(void) and void is not None and void in entry.children:
            # Many lists of the documentation hold both on purpose; an instance with two lists is a mistake.
            severity = Severity.WARNING if schema.path == INSTANCE else Severity.INFORMATION
            yield ctx.finding(RULE, ctx.config.key_span(void), severity=severity, tag="unnecessary", fixes=ctx.later(_fixes, void), key=loser, winner=winner)


def _fixes(void: Entry, ctx: Context) -> Sequence[Fix]:
    # What is anchored may stand where the other setting is empty.
    return ctx.deletion(void, Applicability.SAFE) if not edit.is_used(ctx.config, void) else ()


RULE = Rule("setting-overruled", "config", Severity.WARNING, ENTRY, (kinds.TASK,), check, (LIST, OLD_LIST, INSTANCE))
