"""A key written without a value.

What: a key that is left empty or null, although DM gives it another default than zero, or although DM cannot do without a value.

Why: yaml.v2 sets the zero value for null; the default that DM fills in before decoding is lost.  `online-ddl:` switches online DDL off, an
empty `worker-count:` becomes 0, an empty `purge:` turns purging off.  An empty `checker:` or `backoff-max:` is 20043, since 0 is less than the
fixed `backoff-min`; an empty entry of `validators` or `expression-filter` crashes DM.  Where DM replaces zero by its default later, as in
`meta-schema`, `queue-size` and all of `validators`, the empty key only hides what counts (`reference/dm-config-semantics.md` 6.1 and 7.3).

Wrong: `online-ddl:`

Right: `online-ddl: true`, or no such line

Fix: write the value, or delete the line to get the default.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, NULL, Context, Finding, Rule, Severity
from dmls.schema import keys as k

CRASHES = (f"{k.VALIDATORS}.<name>", f"{k.EXPRESSION_FILTER}.<name>")
FILLED = (k.POOL_SIZE, k.QUEUE_SIZE, k.CHECKPOINT_FLUSH_INTERVAL)
"""Beside all keys of a validator, the numbers that DM replaces by their default where they are zero (dm/config/task.go)."""
ZERO = {"bool": "false", "int": "0", "float": "0", "duration": "0s", "string": '""', "bytesize": "0"}


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    if schema is None or entry.pair is None or ctx.config.kind == kinds.TOPOLOGY or schema.status in ("ignored", "ineffective"):
        return
    span = ctx.config.span(entry)
    if schema.path in (k.CHECKER, f"{k.CHECKER}.{k.BACKOFF_MAX}"):
        yield ctx.finding(RULE, span, "checker", severity=Severity.ERROR, codes=(20043,), key=entry.key)
    elif schema.path in CRASHES:
        yield ctx.finding(RULE, span, "crash", severity=Severity.ERROR, key=entry.name)
    elif schema.type in ZERO and schema.has_default and schema.parent is not None and schema.parent.type == "object":
        default = schema.default
        if default in (None, "", False) or default == 0:
            return
        zero = ZERO[schema.type]
        if schema.type == "string" and " " in str(default):
            yield ctx.finding(RULE, span, "computed", severity=Severity.INFORMATION, key=entry.key)
        elif schema.type == "string" or entry.key in FILLED or schema.path.startswith(f"{k.VALIDATORS}."):
            yield ctx.finding(RULE, span, "default", severity=Severity.INFORMATION, key=entry.key, default=str(default))
        else:
            yield ctx.finding(RULE, span, severity=Severity.WARNING, key=entry.key, zero=zero, default=str(default).lower() if isinstance(default, bool) else str(default))
    elif schema.parent is not None and schema.parent.semantic == "session":
        yield ctx.finding(RULE, span, "session", severity=Severity.WARNING, key=entry.name)
    elif schema.type == "object" and entry.key in (k.PURGE,):
        yield ctx.finding(RULE, span, "purge", severity=Severity.WARNING, key=entry.key)


RULE = Rule("null-value", "schema", Severity.ERROR, ENTRY, kinds.YAML_KINDS, check, (NULL,))
