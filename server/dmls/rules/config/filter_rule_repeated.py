"""Two binlog event filters of one instance with the same patterns.

What: filters that one instance uses together, or that a source file lists, with equal `schema-pattern` and `table-pattern`.

Why: the filter's selector refuses a second rule for the same pair of patterns.  Since 6.5.7 (of 6.5), 7.1.4 (of 7.1), 7.5.1 and in all later versions
DM logs that and goes on without the later rule of a task; older versions refuse the task with 20037.  In a source file every subtask of the source fails
when it starts (`reference/dm-config-semantics.md` 3.3; errata 18).  Unless `case-sensitive` is on, patterns that differ only in case are equal.

Wrong: two rules for `game_*`, one to skip DDL, one for DML

Right: one rule with both lists of events

Fix: join the two rules.  Where both have the same action, the fix adds what the later one holds back to the first and deletes the later one, and its name
where sources use it.  Two actions cannot be one.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import yaml_value
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.version import FILTERS_ONLY_LOGGED


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    filters = config.get(k.FILTERS)
    if filters is None or len(filters.children) < 2:
        return
    if config.kind == kinds.SOURCE:
        yield from _repeated(filters.items(), ctx)
        return
    by_name = {e.name: e for e in filters.children}
    instances = config.get(k.MYSQL_INSTANCES)
    groups = set()
    for instance in instances.items() if instances is not None else ():
        used = instance.get(k.FILTER_RULES)
        if used is not None and len(used.children) > 1:
            groups.add(tuple(e.text for e in used.strings()))
    said = set()
    for names in sorted(groups):
        for finding in _repeated([by_name[n] for n in names if n in by_name], ctx):
            if finding.span not in said:
                said.add(finding.span)
                yield finding


def _repeated(rules: list[Entry], ctx: Context) -> Iterator[Finding]:
    switch = ctx.config.get(k.CASE_SENSITIVE)
    cased = switch is not None and yaml_value.resolve(switch.text)[1] is True
    only_logged = ctx.version in FILTERS_ONLY_LOGGED
    dropped = only_logged and ctx.config.kind == kinds.TASK
    seen: dict[tuple[str, str], Entry] = {}
    for rule in rules:
        schema, table = rule.get(k.SCHEMA_PATTERN), rule.get(k.TABLE_PATTERN)
        pair = (schema.text if schema is not None else "", table.text if table is not None else "")
        pair = pair if cased else (pair[0].lower(), pair[1].lower())
        first = seen.setdefault(pair, rule)
        if first is not rule and pair[0]:
            yield ctx.finding(
                RULE,
                ctx.config.key_span(rule),
                "" if dropped else "fatal",
                severity=Severity.WARNING if dropped else Severity.ERROR,
                codes=() if only_logged else RULE.codes,
                depends=FILTERS_ONLY_LOGGED if ctx.config.kind == kinds.TASK else None,
                related=(ctx.related(first, "filter-rule-repeated.first"),),
                fixes=_joined(first, rule, ctx),
                name=rule.name or str(rule.index),
            )


_LISTS = (k.EVENTS, k.SQL_PATTERN)


def _joined(first: Entry, later: Entry, ctx: Context) -> tuple[Fix, ...]:
    """One rule in the place of two with the same action: every item of a list of the later one is in that list of the first, too."""
    config = ctx.config
    action, same = first.get(k.ACTION), later.get(k.ACTION)
    known = (k.SCHEMA_PATTERN, k.TABLE_PATTERN, k.ACTION, *_LISTS)
    if action is None or same is None or action.text != same.text or any(child.key not in known for child in later.children) or later.merged:
        return ()
    edits: list[Edit | None] = [edit.delete(config, later)]
    for key in _LISTS:
        more, there = later.get(key), first.get(key)
        items = more.strings() if more is not None else []
        if items and (there is None or not there.strings()):
            return ()
        if there is not None:
            have = {item.text.lower() for item in there.strings()}
            new = [item.text for item in items if item.text.lower() not in have]
            if new:
                edits.append(edit.append_items(config, there, new))
    edits += _unnamed(first, later, ctx)
    found = [e for e in edits if e is not None]
    return (ctx.fix("join-rules", *found, how=Applicability.UNSAFE),) if len(found) == len(edits) else ()


def _unnamed(first: Entry, later: Entry, ctx: Context) -> list[Edit | None]:
    """Where sources use the later rule by name, they use the first one."""
    out: list[Edit | None] = []
    instances = ctx.config.get(k.MYSQL_INSTANCES) if later.pair is not None else None
    for instance in instances.items() if instances is not None else ():
        used = instance.get(k.FILTER_RULES)
        names = used.strings() if used is not None else []
        has_first = any(item.text == first.name for item in names)
        out += [edit.delete(ctx.config, item) if has_first else edit.reword(ctx.config, item, first.name) for item in names if item.text == later.name]
    return out


RULE = Rule("filter-rule-repeated", "config", Severity.ERROR, CONFIG_FILE, kinds.DATABASES, check, codes=(20037,))
