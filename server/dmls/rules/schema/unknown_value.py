"""A value that is none of those DM knows.

What: a word outside the list that DM accepts for the key, often one that differs only in case or spelling, or one that only later versions of DM know.

Why: where DM checks the value while it loads the file, it refuses it with the number the finding names (20020 for `task-mode`, 20033 for
`shard-mode`, 20053 for `import-mode` …).  Some values are only read later: an unknown `log-level` stops the process at start with 11104, an unknown
`flavor` fails with 11010 when the source is used.

Wrong: `task-mode: incr`

Right: `task-mode: incremental`

Fix: take one of the values; where one is near, the fix does, safely where DM refuses the file and only a letter or two differ.  Of what a later version calls
otherwise, it writes the name of the checked version.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm import task_error
from dmls.model.edits import edit
from dmls.model.unknown import is_slip_of, nearest
from dmls.rule import ENTRY, OTHER_VALUE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.rules._moves import fixes
from dmls.schema import keys as k
from dmls.schema.key import SchemaKey
from dmls.syntax.tree import Scalar
from dmls.version import VersionSet

LATE = {k.LOG_LEVEL: 11104, k.LOG_FORMAT: 11104, k.FLAVOR: 11010, k.INITIAL_CLUSTER_STATE: 38037, k.AUTO_COMPACTION_MODE: 38037}
"""Keys whose value nobody checks while loading, and the error that comes later (dm/pkg/log, dm/pkg/gtid, etcd server/embed/config.go)."""


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    node = entry.node
    if schema is None or not isinstance(node, Scalar) or ctx.config.kind == kinds.TOPOLOGY:
        return
    if not entry.text and entry.pair is not None:
        # Of a key, DM takes its default, or another rule says that it is missing; an empty item of a list is a value like any other.
        return
    if schema.enum is None or (ctx.config.kind == kinds.DMCTL):
        return
    if schema.accepts(entry.text):
        known = schema.versions_of(entry.text)
        if ctx.version not in known and ctx.version in schema.versions:
            yield from _too_new(entry, schema, entry.text, known, ctx)
        return
    if schema.semantic in ("filter-action", "binlog-event"):
        return
    code = schema.enum_code or LATE.get(schema.name, 0)
    if not code or schema.status in ("ignored", "ineffective"):
        return
    span = ctx.config.value_span(entry)
    near = nearest(entry.text.lower(), tuple(v.lower() for v in schema.enum), {v.lower(): v for v in schema.enum})
    key = entry.key or (entry.parent.key if entry.parent is not None else "")
    values = ", ".join(v for v in schema.enum if v)
    ways: tuple[Fix, ...] = ()
    if near and all(change.what != "enum" or change.value != near or ctx.version in change.versions for change in schema.history):
        change = edit.reword(ctx.config, entry, near)
        sure = bool(schema.enum_code) and is_slip_of(entry.text, near)
        ways = (ctx.fix("replace-value", change, how=Applicability.SAFE if sure else Applicability.UNSAFE, value=near),) if change is not None else ()
    late = "" if schema.enum_code else "-late"
    variant = ("near" if near else "other" if entry.text else "empty") + late
    yield ctx.finding(RULE, span, variant, codes=(code,), dm_text=_text(entry, schema), fixes=ways, key=key, value=entry.text, values=values, near=near or "")


def _text(entry: Entry, schema: SchemaKey) -> str:
    error = task_error.BAD_VALUE.get(schema.enum_code)
    return task_error.text(error, value=entry.text.lower() if schema.enum_fold else entry.text) if error is not None else ""


def _too_new(entry: Entry, schema: SchemaKey, value: str, known: VersionSet, ctx: Context) -> Iterator[Finding]:
    """A value that the checked version does not know yet."""
    later = known.later_than(ctx.version)
    if not schema.enum_code or later is None:
        return
    key = entry.key or (entry.parent.key if entry.parent is not None else "")
    args = {"key": key, "value": value, "version": str(ctx.version), "later": str(later)}
    yield ctx.finding(
        RULE,
        ctx.config.value_span(entry),
        "later",
        codes=(schema.enum_code,),
        dm_text=_text(entry, schema),
        fixes=ctx.later(fixes, entry) if entry.pair is not None else (),
        **args,
    )


RULE = Rule("unknown-value", "schema", Severity.ERROR, ENTRY, kinds.KINDS, check, (OTHER_VALUE,))
