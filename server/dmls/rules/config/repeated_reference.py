"""A name or a source that one task lists twice.

What: two instances with one `source-id`; the same name twice in `route-rules`, `filter-rules` or `expression-filters` of an instance.

Why: DM refuses the task: 20014 for a source, 20032 `the following mysql configs have duplicate items` for a name (dm/config/task.go: adjust).

Wrong: `route-rules: [a, a]`

Right: `route-rules: [a]`

Fix: write each name once; the fix deletes the second one.  Of two instances with one source only you know which is right.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import REFERENCES, instances, named
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.version import parse_version_set

SINCE = parse_version_set("1.0.7..")
"""Versions that look at the names; the sources were always compared."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    sources: dict[str, tuple[int, Entry]] = {}
    for number, instance in enumerate(instances(config)):
        entry = instance.get(k.SOURCE_ID)
        if entry is not None and entry.text:
            before, first = sources.setdefault(entry.text, (number, entry))
            if before != number:
                said = e.text(e.SAME_SOURCE_ID, first=before, second=number, source=entry.text)
                span = config.span(entry) if entry in instance.children else config.value_span(instance)
                yield ctx.finding(RULE, span, "source", codes=(20014,), dm_text=said, related=(ctx.related(first, "repeated-reference.first"),), name=entry.text)
    for reference in REFERENCES:
        if reference.many and ctx.version in SINCE:
            for number, _, entries in named(config, reference):
                if len(entries) > 1:
                    yield from _repeated(number, reference.key, entries, ctx)


def _repeated(number: int, key: str, listed: list[Entry], ctx: Context) -> Iterator[Finding]:
    seen: dict[str, Entry] = {}
    later = [entry for entry in listed if entry.text and seen.setdefault(entry.text, entry) is not entry]
    said = e.text(e.REPEATED, number=number, key=key, names=", ".join(dict.fromkeys(entry.text for entry in later)))
    for entry in later:
        first = ctx.related(seen[entry.text], "repeated-reference.first")
        yield ctx.finding(RULE, ctx.config.value_span(entry), codes=(20032,), dm_text=said, related=(first,), fixes=ctx.deletion(entry), name=entry.text, key=key)


RULE = Rule("repeated-reference", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, codes=(20014, 20032))
