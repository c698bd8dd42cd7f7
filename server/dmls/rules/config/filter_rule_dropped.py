"""A binlog event filter that DM throws away.

What: a rule below `filters` without an action or `schema-pattern`, or with an action, event, pattern or regular expression that DM's filter does not
take.

Why: since 6.5.7 (of 6.5), 7.1.4 (of 7.1), 7.5.1 and in all later versions a bad rule of a task is logged as `invalid binlog event rule` and dropped
whole, so the events it should hold back are replicated.  Older versions refuse the task with 20037.  In a source file the worker adds the same rules
strictly, and every subtask of that source fails when it starts.  A `~` in front is no regular expression here: the pattern is taken literally and
matches nothing (`reference/dm-config-semantics.md` 3.3; errata 18).

Wrong: `action: ignore`

Right: `action: Ignore`

Fix: write the word as DM does; where one is near, the fix does.  A rule that DM goes on without begins to hold events back, so then the fix is
a suggestion.  What is missing is written for you to complete; a simple `~` expression becomes a pattern with `*`.  For other expressions and patterns there
is no equivalent.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import regexp
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.edits import edit
from dmls.model.unknown import is_slip_of, nearest
from dmls.pattern import LazyPattern
from dmls.rule import ENTRY, Applicability, Context, Finding, Fix, Rule, Severity
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
        ways = _added(entry, pattern, k.SCHEMA_PATTERN, '"*"', ctx)
        yield ctx.finding(RULE, where, "no-schema" + tail, severity=severity, codes=codes, depends=depends, fixes=ways, name=name)
    if action is None or action.is_null:
        ways = _added(entry, action, k.ACTION, "Ignore", ctx)
        yield ctx.finding(RULE, where, "no-action" + tail, severity=severity, codes=codes, depends=depends, fixes=ways, name=name)
    elif isinstance(action.node, Scalar) and action.schema is not None and not action.schema.accepts(action.text):
        yield found(action, "action", _near(action, ctx, dropped), value=action.text)
    events = entry.get(k.EVENTS)
    for event in events.strings() if events is not None else ():
        if event.schema is not None and event.schema.enum is not None and not event.schema.accepts(event.text.lower()):
            yield found(event, "event", _near(event, ctx, dropped), value=event.text)
    for key in (k.SCHEMA_PATTERN, k.TABLE_PATTERN):
        at = entry.get(key)
        if at is None or not isinstance(at.node, Scalar):
            continue
        text = at.text
        if "*" in text[:-1] and not text.startswith("~"):
            yield found(at, "star", key=key)
        elif text.startswith("~"):
            yield ctx.finding(RULE, ctx.config.value_span(at), "regexp", severity=Severity.WARNING, codes=(), fixes=_pattern(at, ctx), name=name, key=key)
    patterns = entry.get(k.SQL_PATTERN)
    for item in patterns.strings() if patterns is not None else ():
        error = regexp.check(item.text)
        if error is not None:
            yield found(item, k.SQL_PATTERN, text=error)


def _near(entry: Entry, ctx: Context, dropped: bool) -> tuple[Fix, ...]:
    """A word of DM's for one that is none.  Where DM goes on without the rule, the repaired rule changes what it does."""
    assert entry.schema is not None and entry.schema.enum is not None
    squeezed = {v.lower(): v for v in entry.schema.enum}
    word = entry.text.lower().replace("-", " ").replace("_", " ")
    near = squeezed.get(f"{word} table") or nearest(word, tuple(squeezed), squeezed)
    change = edit.reword(ctx.config, entry, near) if near is not None else None
    how = Applicability.SAFE if near is not None and not dropped and is_slip_of(word, near) else Applicability.UNSAFE
    why = "why-filter" if dropped else ""
    return (ctx.fix("replace-value", change, how=how, why=why, value=near),) if change is not None else ()


def _added(rule: Entry, entry: Entry | None, key: str, value: str, ctx: Context) -> tuple[Fix, ...]:
    """The key that is missing, with a value that a person has to look at."""
    if entry is not None:
        change = edit.set_value(ctx.config, entry, value) if entry.is_null else edit.reword(ctx.config, entry, value.strip('"'))
    else:
        change = edit.insert_pairs(ctx.config, rule.children[-1], [f"{key}: {value}"]) if rule.children else None
    return (ctx.fix("add-keys", change, how=Applicability.MANUAL, preferred=False, keys=f"`{key}: {value}`"),) if change is not None else ()


_SIMPLE = LazyPattern(r"~\^?([A-Za-z0-9_-]+)(\.\*)?\$?\Z")
"""An expression for one name, or for all that begin in one way."""


def _pattern(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    found = _SIMPLE.match(entry.text)
    if found is None or not (found.group(2) or entry.text.endswith("$")):
        return ()
    pattern = found.group(1) + ("*" if found.group(2) else "")
    change = edit.reword(ctx.config, entry, pattern)
    return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=pattern),) if change is not None else ()


RULE = Rule("filter-rule-dropped", "config", Severity.ERROR, ENTRY, kinds.DATABASES, check, (f"{k.FILTERS}.<name>", f"{k.FILTERS}[]"), codes=(20037,))
