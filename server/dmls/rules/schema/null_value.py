"""A key written without a value.

What: a key that is left empty or null, although DM gives it another default than zero.

Why: yaml.v2 sets the zero value for null; the default that DM fills in before decoding is lost.  `online-ddl:` switches online DDL off, an
empty `worker-count:` becomes 0, an empty `purge:` turns purging off (`reference/dm-config-semantics.md` 6.1 and 7.3).

Wrong: `online-ddl:`

Right: `online-ddl: true`, or no such line

Fix: write the value, or delete the line to get the default.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, Context, Finding, Rule, Severity
from dmls.schema import keys as k


ZERO = {"bool": "false", "int": "0", "float": "0", "duration": "0s", "string": '""', "bytesize": "0"}


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    if schema is None or entry.pair is None or ctx.config.kind == kinds.TOPOLOGY:
        return
    span = ctx.config.span(entry)
    if schema.type in ZERO and schema.has_default and schema.parent is not None and schema.parent.type == "object":
        default = schema.default
        if default in (None, "", False) or default == 0:
            return
        zero = ZERO[schema.type]
        if schema.type == "string":
            yield ctx.finding(RULE, span, "default", key=entry.key, default=str(default))
        else:
            yield ctx.finding(RULE, span, key=entry.key, zero=zero, default=str(default).lower() if isinstance(default, bool) else str(default))
    elif schema.parent is not None and schema.parent.semantic == "session":
        yield ctx.finding(RULE, span, "session", key=entry.name)
    elif schema.type == "object" and entry.key in (k.PURGE,):
        yield ctx.finding(RULE, span, "purge", key=entry.key)


RULE = Rule("null-value", "schema", Severity.WARNING, ENTRY, kinds.YAML_KINDS, check, ("null",))
