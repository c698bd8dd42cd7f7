"""A rule that does nothing.

What: an expression filter without an expression, or a route with a `table-pattern` and no `target-table`.

Why: DM accepts both.  The filter then holds nothing back.  The route sends the tables to the target schema under their own names
(`reference/dm-config-semantics.md`; the vectors show it).

Wrong: `big-only: {schema: billing, table: invoice}`

Right: `big-only: {schema: billing, table: invoice, insert-value-expr: "amount > 100"}`

Fix: add what is missing.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping

FILTER = f"{k.EXPRESSION_FILTER}.<name>"
ROUTE = f"{k.ROUTES}.<name>"
EXPRESSIONS = (k.INSERT_VALUE_EXPR, k.UPDATE_OLD_VALUE_EXPR, k.UPDATE_NEW_VALUE_EXPR, k.DELETE_VALUE_EXPR)


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if not isinstance(entry.node, Mapping) or entry.schema is None or not entry.node.pairs:
        return
    if entry.schema.path == FILTER:
        if not any((e := entry.get(name)) is not None and e.text for name in EXPRESSIONS):
            yield ctx.finding(RULE, ctx.config.key_span(entry), "expression", name=entry.name)
        return
    pattern, target = entry.get(k.TABLE_PATTERN), entry.get(k.TARGET_TABLE)
    if pattern is not None and pattern.text and (target is None or not target.text) and entry.get(k.TARGET_SCHEMA) is not None:
        yield ctx.finding(RULE, ctx.config.span(pattern if pattern in entry.children else entry), "route", name=entry.name)


RULE = Rule("rule-without-effect", "config", Severity.WARNING, ENTRY, (kinds.TASK,), check, (FILTER, ROUTE))
