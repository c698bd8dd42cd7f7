"""A rule that does nothing.

What: an expression filter without an expression, or a route with a `table-pattern` and no `target-table`.

Why: DM accepts both.  The filter then holds nothing back.  The route sends the tables to the target schema under their own names
(`reference/dm-config-semantics.md`; the vectors show it).

Wrong: `big-only: {schema: billing, table: invoice}`

Right: `big-only: {schema: billing, table: invoice, insert-value-expr: "amount > 100"}`

Fix: add what is missing.  A filter without an expression can also go; the fix deletes it, and its name where sources use it.  For a route the fix adds
`target-table` with an empty name, which only you can fill in.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.edits import edit
from dmls.rule import ENTRY, Applicability, Context, Edit, Finding, Fix, Rule, Severity
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
            yield ctx.finding(RULE, ctx.config.key_span(entry), "expression", fixes=ctx.later(_deletion, entry), name=entry.name)
        return
    pattern, target = entry.get(k.TABLE_PATTERN), entry.get(k.TARGET_TABLE)
    if pattern is not None and pattern.text and (target is None or not target.text) and entry.get(k.TARGET_SCHEMA) is not None:
        yield ctx.finding(RULE, ctx.config.span(pattern if pattern in entry.children else entry), "route", fixes=_target(entry, target, ctx), name=entry.name)


def _deletion(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    config = ctx.config
    edits: list[Edit | None] = [edit.delete(config, entry)]
    instances = config.get(k.MYSQL_INSTANCES)
    for instance in instances.items() if instances is not None else ():
        used = instance.get(k.EXPRESSION_FILTERS)
        named = [item for item in used.strings() if item.text == entry.name] if used is not None else []
        if used is not None and named:
            edits += [edit.delete(config, used)] if len(named) == len(used.children) else [edit.delete(config, item) for item in named]
    found = [e for e in edits if e is not None]
    return (ctx.fix("delete-key", *found, how=Applicability.UNSAFE, key=entry.name),) if len(found) == len(edits) else ()


def _target(entry: Entry, target: Entry | None, ctx: Context) -> tuple[Fix, ...]:
    beside = entry.get(k.TARGET_SCHEMA)
    if target is not None or beside is None:
        return ()
    change = edit.insert_pairs(ctx.config, beside, [f'{k.TARGET_TABLE}: ""'])
    return (ctx.fix("add-keys", change, how=Applicability.MANUAL, preferred=False, keys=f"`{k.TARGET_TABLE}`"),) if change is not None else ()


RULE = Rule("rule-without-effect", "config", Severity.WARNING, ENTRY, (kinds.TASK,), check, (FILTER, ROUTE))
