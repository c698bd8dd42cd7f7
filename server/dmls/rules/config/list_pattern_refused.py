"""A pattern of a block and allow list that DM does not take.

What: an empty name, a table without `db-name` or `tbl-name`, a `*` that is not the last character, or a `~` expression that does not compile, in a list that an
instance uses.

Why: DM builds the filter of each subtask when the task starts: 20044 `generate block allow list error` (dm/config/subtask.go: Adjust; pkg/util/filter of TiDB).
Lists that no instance uses are not looked at.

Wrong: `ignore-dbs: ["*_bak"]`

Right: `ignore-dbs: ["~_bak$"]`

Fix: write a pattern with `*` at its end, or a `~` expression; the fix turns stars into an expression.  What an empty name should be, only you know.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import regexp, table_pattern
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import REFERENCES, used
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping, Scalar
from dmls.version import parse_version_set

DATABASES = {k.DO_DBS: "DoDB rule's DB string cannot be empty", k.IGNORE_DBS: "IgnoreDB rule's DB string cannot be empty"}
TABLES = {
    k.DO_TABLES: "DoTables rule's DB string or Table string cannot be empty",
    k.IGNORE_TABLES: "IgnoreTables rule's DB string or Table string cannot be empty",
}


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    reference = next(r for r in REFERENCES if r.home == k.BLOCK_ALLOW_LIST)
    for block in used(config, reference):
        for key, empty in DATABASES.items():
            entry = block.get(key)
            for item in entry.items() if entry is not None else ():
                if isinstance(item.node, Scalar):
                    yield from _pattern(item, "schema", empty, ctx)
        for key, empty in TABLES.items():
            entry = block.get(key)
            for item in entry.items() if entry is not None else ():
                if isinstance(item.node, Mapping):
                    yield from _table(item, empty, ctx)


def _table(item: Entry, empty: str, ctx: Context) -> Iterator[Finding]:
    for name, part in ((k.DB_NAME, "schema"), (k.TBL_NAME, "table")):
        entry = item.get(name)
        if entry is not None:
            if isinstance(entry.node, Scalar):
                yield from _pattern(entry, part, empty, ctx)
        elif not any(child.schema is None for child in item.children):
            change = edit.insert_pairs(ctx.config, item.children[0], [f'{name}: ""']) if item.children else None
            ways = (ctx.fix("add-keys", change, how=Applicability.MANUAL, preferred=False, keys=f"`{name}`"),) if change is not None else ()
            yield ctx.finding(RULE, ctx.config.value_span(item), "missing", dm_text=e.text(e.LISTS, empty), fixes=ways, key=name)


def _pattern(entry: Entry, part: str, empty: str, ctx: Context) -> Iterator[Finding]:
    text = entry.text
    if not text:
        yield ctx.finding(RULE, ctx.config.span(entry), "empty", dm_text=e.text(e.LISTS, empty))
        return
    error = table_pattern.error(text, part)
    if error is not None:
        variant = "regexp" if text.startswith("~") else "star"
        yield ctx.finding(RULE, ctx.config.value_span(entry), variant, dm_text=e.text(e.LISTS, error), fixes=_expression(entry, ctx), text=error)


def _expression(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    """The pattern as a regular expression, where it holds nothing but names and stars."""
    parts = entry.text.split("*")
    if entry.text.startswith("~") or not all(part.replace("_", "").replace("-", "").isalnum() or not part for part in parts):
        return ()
    written = "~^" + ".*".join(parts) + "$"
    written = written.replace("^.*", "").replace(".*$", "")
    change = edit.reword(ctx.config, entry, written) if regexp.check(written[1:]) is None else None
    return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=written),) if change is not None else ()


RULE = Rule("list-pattern-refused", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, versions=parse_version_set("2.0.5.."), codes=(20044,))
