"""Two binlog event filters of one instance with the same patterns.

What: filters that one instance uses together, or that a source file lists, with equal `schema-pattern` and `table-pattern`.

Why: the filter's selector refuses a second rule for the same pair of patterns; DM logs that and goes on without the later rule
(`reference/dm-config-semantics.md` 3.3).

Wrong: two rules for `game_*`, one to skip DDL, one for DML

Right: one rule with both lists of events

Fix: join the two rules.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k


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
        groups.add(tuple(e.text for e in used.strings()) if used is not None else ())
    said = set()
    for names in sorted(groups):
        for finding in _repeated([by_name[n] for n in names if n in by_name], ctx):
            if finding.span not in said:
                said.add(finding.span)
                yield finding


def _repeated(rules: list[Entry], ctx: Context) -> Iterator[Finding]:
    seen: dict[tuple[str, str], Entry] = {}
    for rule in rules:
        schema, table = rule.get(k.SCHEMA_PATTERN), rule.get(k.TABLE_PATTERN)
        pair = (schema.text.lower() if schema is not None else "", table.text.lower() if table is not None else "")
        first = seen.setdefault(pair, rule)
        if first is not rule and pair[0]:
            yield ctx.finding(RULE, ctx.config.key_span(rule), related=(ctx.related(first, "filter-rule-repeated.first"),), name=rule.name or str(rule.index))


RULE = Rule("filter-rule-repeated", "config", Severity.WARNING, CONFIG_FILE, kinds.DATABASES, check)
