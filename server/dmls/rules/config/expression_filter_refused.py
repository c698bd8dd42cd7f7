"""An expression filter that DM does not take.

What: a filter with expressions for more than one of insert, update and delete; an expression that does not parse.

Why: DM refuses a filter of several kinds with 20039, and parses each expression as `select <expression>`: 20041 (dm/config/task.go: adjust).  The parser
here is not TiDB's, so what it cannot read is a warning.

Wrong: `insert-value-expr: "a > 1"` beside `delete-value-expr: "a > 2"`

Right: two filters, one with each

Fix: write one filter for each kind of change, and mend the expression; there is no fix, since instances name the filters, and only you know what the
expression should say.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm import task_error as e
from dmls.rule import ENTRY, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping
from dmls.version import parse_version_set

FILTER = f"{k.EXPRESSION_FILTER}.<name>"


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if not isinstance(entry.node, Mapping):
        return
    insert, old, new, deleted = (entry.get(key) for key in (k.INSERT_VALUE_EXPR, k.UPDATE_OLD_VALUE_EXPR, k.UPDATE_NEW_VALUE_EXPR, k.DELETE_VALUE_EXPR))
    fields: list[tuple[Entry, str]] = []
    if insert is not None and insert.text:
        fields.append((insert, f"insert: [{insert.text}]"))
    texts = [field.text if field is not None else "" for field in (old, new)]
    changed = next((field for field in (old, new) if field is not None and field.text), None)
    if changed is not None:
        fields.append((changed, f"update (old value): [{texts[0]}] update (new value): [{texts[1]}]"))
    if deleted is not None and deleted.text:
        fields.append((deleted, f"delete: [{deleted.text}]"))
    if len(fields) > 1:
        last = fields[-1][0]
        said = e.text(e.MANY_EXPRESSIONS, name=entry.name, fields=" ".join(text for _, text in fields))
        yield ctx.finding(RULE, ctx.config.span(last if last in entry.children else entry), "kinds", codes=(20039,), dm_text=said, name=entry.name)
    for field in (insert, old, new, deleted):
        if field is not None and field.text and not parses(field.text):
            said = e.text(e.GRAMMAR, name=entry.name, sql=field.text)
            at = ctx.config.value_span(field if field in entry.children else entry)
            yield ctx.finding(RULE, at, "grammar", severity=Severity.WARNING, codes=(20041,), dm_text=said, key=field.key)


@lru_cache(maxsize=512)
def parses(expression: str) -> bool:
    """Whether a parser of MySQL's and TiDB's language reads the expression; True where there is no such parser on the machine."""
    try:
        from sqlglot import errors, parse
    except ImportError:
        return True
    import logging

    logger = logging.getLogger("sqlglot")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        parse(f"select {expression}", read="mysql")
    except (errors.ParseError, errors.TokenError):
        return False
    except RecursionError:
        return True
    finally:
        logger.setLevel(level)
    return True


RULE = Rule("expression-filter-refused", "config", Severity.ERROR, ENTRY, (kinds.TASK,), check, (FILTER,), parse_version_set("2.0.5.."), (20039, 20041))
