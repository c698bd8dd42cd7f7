"""A start position that tells no place in the binlog.

What: `meta` without `binlog-name` and `binlog-gtid`, or with a name or a GTID set that is none.

Why: DM refuses a `meta` with neither, in whatever task-mode: 20011 `must specify `binlog-name` without GTID enabled …`.  It does not read what is written:
a wrong name or set fails only once the subtask runs (dm/config/task.go: Meta.Verify; dm/pkg/gtid, dm/pkg/binlog).

Wrong: `meta: {binlog-pos: 4}`

Right: `meta: {binlog-name: mysql-bin.000217, binlog-pos: 4}`

Fix: write the position.  The fix adds the missing key with an empty value, since only the upstream knows where to begin.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import binlog_name, gtid
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import instances, source_of
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping, Scalar
from dmls.version import parse_version_set


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    for number, instance in enumerate(instances(config)):
        meta = instance.get(k.META)
        if meta is None or not isinstance(meta.node, Mapping):
            continue
        name, sets = meta.get(k.BINLOG_NAME), meta.get(k.BINLOG_GTID)
        if any(entry is not None and not isinstance(entry.node, Scalar) for entry in (name, sets)):
            continue
        if not any(entry is not None and entry.text for entry in (name, sets)) and not any(c.schema is None for c in meta.children):
            said = e.text(e.NO_POSITION, ordinal=e.ordinal(number), source=source_of(instance))
            at = config.key_span(meta) if meta in instance.children else config.value_span(instance)
            yield ctx.finding(RULE, at, codes=(20011,), dm_text=said, fixes=_added(meta, ctx))
        if name is not None and name.text and not binlog_name.is_valid(name.text):
            yield ctx.finding(RULE, config.value_span(name), "name", severity=Severity.WARNING, codes=(), value=name.text)
        if sets is not None and sets.text and _is_no_set(sets.text):
            yield ctx.finding(RULE, config.value_span(sets), "gtid", severity=Severity.WARNING, codes=(), value=sets.text)


def _is_no_set(text: str) -> bool:
    """Whether neither flavour of GTID sets takes the text."""
    return gtid.check(text, gtid.MYSQL) is not None and gtid.check(text, gtid.MARIADB) is not None


def _added(meta: Entry, ctx: Context) -> tuple[Fix, ...]:
    first = meta.children[0] if meta.children else None
    change = edit.insert_pairs(ctx.config, first, [f'{k.BINLOG_NAME}: ""'], above=True) if first is not None and meta.get(k.BINLOG_NAME) is None else None
    return (ctx.fix("add-keys", change, how=Applicability.MANUAL, preferred=False, keys=f"`{k.BINLOG_NAME}`"),) if change is not None else ()


RULE = Rule("start-position", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, versions=parse_version_set("2.0.0.."), codes=(20011,))
