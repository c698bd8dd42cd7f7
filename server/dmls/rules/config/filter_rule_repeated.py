"""Two binlog event filters of one instance with the same patterns.

What: filters that one instance uses together, or that a source file lists, with equal `schema-pattern` and `table-pattern`.

Why: the filter's selector refuses a second rule for the same pair of patterns.  Since 6.5.7 (of 6.5), 7.1.4 (of 7.1), 7.5.1 and in all later versions
DM logs that and goes on without the later rule of a task; older versions refuse the task with 20037.  In a source file every subtask of the source fails
when it starts (`reference/dm-config-semantics.md` 3.3; errata 18).  Unless `case-sensitive` is on, patterns that differ only in case are equal.

Wrong: two rules for `game_*`, one to skip DDL, one for DML

Right: one rule with both lists of events

Fix: join the two rules.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import yaml_value
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
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
                name=rule.name or str(rule.index),
            )


RULE = Rule("filter-rule-repeated", "config", Severity.ERROR, CONFIG_FILE, kinds.DATABASES, check, codes=(20037,))
