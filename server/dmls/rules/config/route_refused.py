"""A route that DM does not take.

What: a route without `schema-pattern` or `target-schema`, with a `*` that is not the last character of a pattern, with an extractor without `target-column`, or with a
regular expression that does not compile.

Why: DM builds the router of each subtask when the task starts: 20045 `generate table router error` (dm/config/subtask.go: Adjust; pkg/util/table-router of TiDB).

Wrong: `{schema-pattern: "*_user", target-schema: user}`

Right: `{schema-pattern: "~_user$", target-schema: user}`

Fix: write what is missing, and patterns with `*` at their end or as a `~` expression.  The fix adds the missing key with an empty value; names and patterns are for you
to give.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import regexp, table_pattern
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm import task_error as e
from dmls.model.edits import edit
from dmls.model.unknown import explain
from dmls.rule import ENTRY, Applicability, Context, Finding, Fix, Rule, Severity, Span
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping, Scalar
from dmls.version import parse_version_set

ROUTE = f"{k.ROUTES}.<name>"
EXTRACTORS = ((k.EXTRACT_TABLE, k.TABLE_REGEXP, "table"), (k.EXTRACT_SCHEMA, k.SCHEMA_REGEXP, "schema"), (k.EXTRACT_SOURCE, k.SOURCE_REGEXP, "source"))


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if not isinstance(entry.node, Mapping) or (not entry.node.pairs and entry.node.form == "block"):
        return
    for key, what in ((k.SCHEMA_PATTERN, "schema pattern"), (k.TARGET_SCHEMA, "target schema")):
        yield from _lacks(entry, key, f"{what} of table route rule should not be empty", ctx)
    for key, part in ((k.SCHEMA_PATTERN, "schema"), (k.TABLE_PATTERN, "table")):
        field = entry.get(key)
        if field is None or not isinstance(field.node, Scalar):
            continue
        error = table_pattern.error(field.text, part)
        if error is not None:
            variant = "regexp" if field.text.startswith("~") else "star"
            yield ctx.finding(RULE, _at(entry, field, ctx), variant, dm_text=e.text(e.ROUTER, error), key=key, text=error)
    for name, expression, what in EXTRACTORS:
        block = entry.get(name)
        if block is None or not isinstance(block.node, Mapping) or block.schema is None or ctx.version not in block.schema.versions:
            continue
        field = block.get(expression)
        error = regexp.check(field.text) if field is not None and isinstance(field.node, Scalar) else None
        if field is not None and error is not None:
            said = e.text(e.ROUTER, f"{what} extractor {what} regexp illegal {field.text}")
            yield ctx.finding(RULE, _at(block, field, ctx), "regexp", dm_text=said, key=expression, text=error)
        yield from _lacks(block, k.TARGET_COLUMN, f"{what} extractor target column cannot be empty", ctx)


def _at(block: Entry, field: Entry, ctx: Context) -> Span:
    return ctx.config.value_span(field) if field in block.children else ctx.config.key_span(block)


def _lacks(block: Entry, key: str, cause: str, ctx: Context) -> Iterator[Finding]:
    field = block.get(key)
    if field is not None:
        if isinstance(field.node, Scalar) and not field.text:
            at = ctx.config.span(field) if field in block.children else ctx.config.key_span(block)
            yield ctx.finding(RULE, at, "empty", dm_text=e.text(e.ROUTER, cause), key=key)
        return
    if any(c.schema is None and c.pair is not None and explain(c, ctx.config.kind).args.get("meant") == key for c in block.children):
        return
    change = edit.insert_pairs(ctx.config, block.children[-1], [f'{key}: ""']) if block.children else None
    ways: tuple[Fix, ...] = (ctx.fix("add-keys", change, how=Applicability.MANUAL, preferred=False, keys=f"`{key}`"),) if change is not None else ()
    first = block.children[0] if block.children and block.schema is not None and block.schema.path == ROUTE else block
    yield ctx.finding(RULE, ctx.config.key_span(first), "missing", dm_text=e.text(e.ROUTER, cause), fixes=ways, name=block.name, key=key)


RULE = Rule("route-refused", "config", Severity.ERROR, ENTRY, (kinds.TASK,), check, (ROUTE,), parse_version_set("2.0.5.."), (20045,))
