"""A task that lacks what DM cannot do without.

What: a task without `name`, `task-mode`, `target-database` or `mysql-instances`, or with an empty one; an instance without a `source-id`; an
expression filter without `schema` or `table`.

Why: DM refuses the task before it connects to anything: 20019 (name), 20020 (task-mode), 20021 (target-database), 20013 and 20012 (instances), 20005
(source-id), 20042 (expression filters) (dm/config/task.go: adjust).  It names only the first; here all are named.

Wrong: a task without `task-mode`

Right: `task-mode: all`

Fix: write what is missing.  The fix adds the key; its value is for you to give.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.start_error import may_be_misspelt
from dmls.model.dm.task_parts import instances, is_whole
from dmls.model.edits import edit
from dmls.model.unknown import explain
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity, Span
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping, Scalar

ROOT = ((k.NAME, e.NO_NAME, '""'), (k.TASK_MODE, e.NO_MODE, "all"), (k.TARGET_DATABASE, e.NO_TARGET, "{}"), (k.MYSQL_INSTANCES, e.NO_INSTANCES, "[]"))


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    if not is_whole(config):
        return
    first = config.root.children[0] if config.root.children else None
    top = config.key_span(first) if first is not None else Span(0, 0)
    for key, error, value in ROOT:
        entry = config.get(key)
        if entry is None:
            if not may_be_misspelt(config, key):
                ways = _added(ctx, first, f"{key}: {value}") if first is not None else ()
                yield ctx.finding(RULE, top, codes=(error.code,), dm_text=e.text(error), fixes=ways, key=key)
                if first is None:
                    # Who has just begun need not read that all is missing.
                    return
        elif _is_nothing(entry, key):
            yield ctx.finding(RULE, config.span(entry), "empty", codes=(error.code,), dm_text=e.text(error), key=key)
    for number, instance in enumerate(instances(config)):
        if instance.is_null:
            error = e.EMPTY_INSTANCE
            yield ctx.finding(RULE, config.span(instance), "instance", codes=(error.code,), dm_text=e.text(error, ordinal=e.ordinal(number)), fixes=ctx.deletion(instance))
        elif isinstance(instance.node, Mapping):
            yield from _lacks(instance, k.SOURCE_ID, "", ctx, e.NO_SOURCE_ID.code, e.text(e.NO_SOURCE_ID, ordinal=e.ordinal(number)))
    filters = config.get(k.EXPRESSION_FILTER)
    for rule in filters.children if filters is not None else ():
        if rule.schema is not None and isinstance(rule.node, Mapping) and ctx.version in rule.schema.versions:
            for key in (k.SCHEMA, k.TABLE):
                yield from _lacks(rule, key, rule.name, ctx, e.NO_FILTER_NAME.code, e.text(e.NO_FILTER_NAME, name=rule.name, key=key))


def _is_nothing(entry: Entry, key: str) -> bool:
    if key == k.MYSQL_INSTANCES:
        return entry.is_null or (not isinstance(entry.node, (Scalar, Mapping)) and not entry.items())
    if key == k.TARGET_DATABASE:
        return entry.is_null
    return isinstance(entry.node, Scalar) and not entry.text


def _lacks(block: Entry, key: str, name: str, ctx: Context, code: int, text: str) -> Iterator[Finding]:
    """What to say of a key that is missing in a block, or empty."""
    entry = block.get(key)
    variant = "filter" if name else "source"
    if entry is not None:
        if isinstance(entry.node, Scalar) and not entry.text:
            at = ctx.config.span(entry if entry in block.children else block)
            yield ctx.finding(RULE, at, f"{variant}-empty", codes=(code,), dm_text=text, key=key, name=name)
        return
    if any(c.schema is None and c.pair is not None and explain(c, ctx.config.kind).args.get("meant") == key for c in block.children):
        return
    first = block.children[0] if block.children else None
    at = ctx.config.key_span(block) if block.pair is not None else ctx.config.key_span(first) if first is not None else ctx.config.value_span(block)
    ways = _added(ctx, first, f'{key}: ""', block.pair is not None) if first is not None else ()
    yield ctx.finding(RULE, at, variant, codes=(code,), dm_text=text, fixes=ways, key=key, name=name)


def _added(ctx: Context, beside: Entry, pair: str, above: bool = True) -> tuple[Fix, ...]:
    change = edit.insert_pairs(ctx.config, beside, [pair], above=above)
    return (ctx.fix("add-keys", change, how=Applicability.MANUAL, preferred=False, keys=f"`{pair}`"),) if change is not None else ()


RULE = Rule("task-incomplete", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, codes=(20005, 20012, 20013, 20019, 20020, 20021, 20042))
