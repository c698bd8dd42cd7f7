"""A binlog event filter that DM throws away.

What: a rule below `filters` without an action or `schema-pattern`, or with an action, event, pattern or regular expression that DM's filter does not
take.

Why: since 6.5.7 (of 6.5), 7.1.4 (of 7.1), 7.5.1 and in all later versions a bad rule of a task is logged as `invalid binlog event rule` and dropped
whole, so the events it should hold back are replicated.  Older versions refuse the task with 20037.  In a source file the worker adds the same rules
strictly, and every subtask of that source fails when it starts.  A `~` in front is no regular expression here: the pattern is taken literally and
matches nothing (`reference/dm-config-semantics.md` 3.3; errata 18).

Wrong: `action: ignore`

Right: `action: Ignore`

Fix: write the word as DM does; where one is near, the fix does.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import regexp
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.unknown import nearest
from dmls.rule import ENTRY, Context, Edit, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping, Scalar
from dmls.version import FILTERS_ONLY_LOGGED


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if not isinstance(entry.node, Mapping) or entry.schema is None:
        return
    only_logged = ctx.version in FILTERS_ONLY_LOGGED
    dropped = only_logged and ctx.config.kind == kinds.TASK
    severity = Severity.WARNING if dropped else Severity.ERROR
    codes = () if only_logged else (20037,)
    tail = "" if dropped else "-fatal"
    depends = FILTERS_ONLY_LOGGED if ctx.config.kind == kinds.TASK else None
    name = entry.name or str(entry.index)
    where = ctx.config.key_span(entry) if entry.pair is not None else ctx.config.value_span(entry)

    def found(at: Entry, variant: str, fixes: tuple[Fix, ...] = (), **args: object) -> Finding:
        return ctx.finding(RULE, ctx.config.value_span(at), variant + tail, severity=severity, codes=codes, depends=depends, fixes=fixes, name=name, **args)

    action = entry.get(k.ACTION)
    pattern = entry.get(k.SCHEMA_PATTERN)
    if pattern is None or (pattern.is_null or not pattern.text):
        yield ctx.finding(RULE, where, "no-schema" + tail, severity=severity, codes=codes, depends=depends, name=name)
    if action is None or action.is_null:
        yield ctx.finding(RULE, where, "no-action" + tail, severity=severity, codes=codes, depends=depends, name=name)
    elif isinstance(action.node, Scalar) and action.schema is not None and not action.schema.accepts(action.text):
        yield found(action, "action", _near(action, ctx), value=action.text)
    events = entry.get(k.EVENTS)
    for event in events.strings() if events is not None else ():
        if event.schema is not None and event.schema.enum is not None and not event.schema.accepts(event.text.lower()):
            yield found(event, "event", _near(event, ctx), value=event.text)
    for key in (k.SCHEMA_PATTERN, k.TABLE_PATTERN):
        at = entry.get(key)
        if at is None or not isinstance(at.node, Scalar):
            continue
        text = at.text
        if "*" in text[:-1] and not text.startswith("~"):
            yield found(at, "star", key=key)
        elif text.startswith("~"):
            yield ctx.finding(RULE, ctx.config.value_span(at), "regexp", severity=Severity.WARNING, codes=(), name=name, key=key)
    patterns = entry.get(k.SQL_PATTERN)
    for item in patterns.strings() if patterns is not None else ():
        error = regexp.check(item.text)
        if error is not None:
            yield found(item, k.SQL_PATTERN, text=error)


def _near(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    assert entry.schema is not None and entry.schema.enum is not None and isinstance(entry.node, Scalar)
    squeezed = {v.lower(): v for v in entry.schema.enum}
    near = nearest(entry.text.lower().replace("-", " ").replace("_", " "), tuple(squeezed), squeezed)
    if near is None or entry.raw is not entry.node:
        return ()
    quote = {"double": '"', "single": "'"}.get(entry.node.style, "")
    return (ctx.fix("replace-value", Edit(ctx.config.value_span(entry), f"{quote}{near}{quote}"), value=near),)


RULE = Rule("filter-rule-dropped", "config", Severity.ERROR, ENTRY, kinds.DATABASES, check, (f"{k.FILTERS}.<name>", f"{k.FILTERS}[]"), codes=(20037,))
