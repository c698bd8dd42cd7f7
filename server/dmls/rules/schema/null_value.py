"""A key written without a value.

What: a key that is left empty or null, although DM gives it another default than zero, or although DM cannot do without a value.

Why: yaml.v2 sets the zero value for null; the default that DM fills in before decoding is lost.  `online-ddl:` switches online DDL off, an
empty `worker-count:` becomes 0, an empty `purge:` turns purging off.  An empty `checker:` or `backoff-max:` is 20043, since 0 is less than the
fixed `backoff-min`; an empty entry of `validators` or `expression-filter` crashes DM.  Where DM replaces zero by its default later, as in
`meta-schema`, `queue-size` and all of `validators`, the empty key only hides what counts (`reference/dm-config-semantics.md` 6.1 and 7.3).

Wrong: `online-ddl:`

Right: `online-ddl: true`, or no such line

Fix: the fix writes the zero that DM takes, so that everybody sees it; another deletes the line, so that DM takes its default again.  Where the empty
key changes nothing, or DM refuses it, the line is deleted.  An empty expression filter is deleted by hand only, since sources may name it.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.start_error import BACKOFF
from dmls.model.edits import edit
from dmls.rule import ENTRY, NULL, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.schema.history import default_in
from dmls.version import ALWAYS, VersionSet, parse_version_set

CRASHES = (f"{k.VALIDATORS}.<name>", f"{k.EXPRESSION_FILTER}.<name>")
FILLED = {k.POOL_SIZE: parse_version_set("6.5.0.."), k.QUEUE_SIZE: ALWAYS, k.CHECKPOINT_FLUSH_INTERVAL: ALWAYS}
"""Beside all keys of a validator, the numbers that DM replaces by their default where they are zero (dm/config/task.go)."""
NEVER = VersionSet(())
NO_PURGE = f"{{{k.INTERVAL}: 0, {k.EXPIRES}: 0, {k.REMAIN_SPACE}: 0}}"
ZERO = {"bool": "false", "int": "0", "float": "0", "duration": "0s", "string": '""', "bytesize": "0"}


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    if schema is None or entry.pair is None or ctx.config.kind == kinds.TOPOLOGY or schema.status in ("ignored", "ineffective"):
        return
    span = ctx.config.span(entry)
    if schema.path in (k.CHECKER, f"{k.CHECKER}.{k.BACKOFF_MAX}"):
        said = BACKOFF.text(message=BACKOFF.message.format(most="0s", least="1s"))
        yield ctx.finding(RULE, span, "checker", severity=Severity.ERROR, codes=(BACKOFF.code,), dm_text=said, fixes=ctx.later(_deletion, entry, Applicability.SAFE), key=entry.key)
    elif schema.path in CRASHES:
        ways = _written(entry, "{}", ctx) if schema.path == CRASHES[0] else ctx.later(_deletion, entry, Applicability.MANUAL)
        yield ctx.finding(RULE, span, "crash", severity=Severity.ERROR, fixes=ways, key=entry.name)
    elif schema.type in ZERO and schema.has_default and schema.parent is not None and schema.parent.type == "object":
        default = default_in(schema, ctx.version)
        if default in (None, "", False) or default == 0:
            return
        zero = ZERO[schema.type]
        if schema.type == "string" and " " in str(default):
            yield ctx.finding(RULE, span, "computed", severity=Severity.INFORMATION, fixes=ctx.later(_deletion, entry, Applicability.SAFE), key=entry.key)
        elif (schema.type == "string" and entry.key != k.DIR) or ctx.version in FILLED.get(entry.key, NEVER) or schema.path.startswith(f"{k.VALIDATORS}."):
            yield ctx.finding(RULE, span, "default", severity=Severity.INFORMATION, fixes=ctx.later(_deletion, entry, Applicability.SAFE), key=entry.key, default=str(default))
        else:
            yield ctx.finding(
                RULE,
                span,
                severity=Severity.WARNING,
                fixes=ctx.later(_either, entry, zero),
                key=entry.key,
                zero=zero,
                default=str(default).lower() if isinstance(default, bool) else str(default),
            )
    elif schema.parent is not None and schema.parent.semantic == "session":
        yield ctx.finding(RULE, span, "session", severity=Severity.WARNING, fixes=_written(entry, '""', ctx), key=entry.name)
    elif schema.type == "object" and entry.key in (k.PURGE,):
        yield ctx.finding(RULE, span, "purge", severity=Severity.WARNING, fixes=ctx.later(_either, entry, NO_PURGE), key=entry.key)


def _written(entry: Entry, value: str, ctx: Context) -> tuple[Fix, ...]:
    change = edit.set_value(ctx.config, entry, value) if _has_colon(entry) else None
    return (ctx.fix("write-value", change, value=value),) if change is not None else ()


def _has_colon(entry: Entry) -> bool:
    """Between braces a key needs none; then what was meant as its value is a part of it."""
    return entry.pair is not None and entry.pair.separator >= 0


def _deletion(entry: Entry, how: Applicability, ctx: Context) -> Sequence[Fix]:
    if not _has_colon(entry) or (entry.parent is not None and any(e is not entry and e.key == entry.key for e in (*entry.parent.children, *entry.parent.merged))):
        # What is merged, or written a second time, would count then.
        return ()
    return ctx.deletion(entry, how, preferred=how is Applicability.SAFE)


def _either(entry: Entry, value: str, ctx: Context) -> tuple[Fix, ...]:
    return (*_written(entry, value, ctx), *_deletion(entry, Applicability.UNSAFE, ctx))


RULE = Rule("null-value", "schema", Severity.ERROR, ENTRY, kinds.YAML_KINDS, check, (NULL,))
