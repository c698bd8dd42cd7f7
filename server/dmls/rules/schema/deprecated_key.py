"""A key or value that still works, but has a better successor.

What: a key that DM keeps for old files only, an old word for a value of `import-mode`, or column mappings, which DM no longer has.  `charset` of a
source has no successor: only the connection that pulls relay logs still gets it (dm/relay/relay.go:1168).

Why: DM reads the key, some of them with a warning in its log, and translates it to the key that took its place.  Column mappings are
refused since 6.6: 20064 `column-mapping is not supported since v6.6.0`.  Evidence: the schema names for each key the version that deprecated
it and its successor.

Wrong: `is-sharding: true`

Right: `shard-mode: pessimistic`

Fix: use the successor; the fix writes what DM makes of the old key, or deletes the old key where the successor beside it is what counts.
Where dmctl refuses both together, a person has to choose.  `relay-dir` belongs into another file, the worker's, and what column mappings did needs
other columns downstream: for these there is no fix.  Whether the relay needs `charset`, only you know.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.task_error import COLUMN_MAPPINGS
from dmls.model.legacy.migration import filled, row_of
from dmls.model.successor import successor
from dmls.rule import ENTRY, Context, Finding, Rule, Severity
from dmls.rules._moves import fixes
from dmls.schema import keys as k
from dmls.schema.history import status_in
from dmls.version import parse_version

IMPORT_MODES = (f"{k.LOADERS}.<name>.{k.IMPORT_MODE}", f"{k.MYSQL_INSTANCES}[].{k.LOADER}.{k.IMPORT_MODE}")


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    kind = ctx.config.kind
    if schema is None or entry.pair is None or kind == kinds.DMCTL:
        return
    if schema.path in IMPORT_MODES:
        known = ctx.version in schema.versions_of(entry.text)
        ways = fixes(entry, ctx) if known and row_of(ctx.config, entry, ctx.version) is not None else ()
        if ways:
            value = ways[0].args["value"]
            yield ctx.finding(RULE, ctx.config.value_span(entry), "value", severity=Severity.INFORMATION, fixes=ways, tag="deprecated", value=entry.text, meant=value)
        return
    since = schema.deprecated_since
    status = status_in(schema, ctx.version)
    if status == "ok" or (kind != kinds.TOPOLOGY and since is not None and ctx.version < parse_version(since)):
        return
    if schema.path == k.CHARSET and not filled(entry):
        return
    block = schema.parent.path if schema.parent is not None else ""
    new = successor(schema.replaced_by, block) if schema.replaced_by else None
    args = {"key": entry.key, "meant": new.meant if new else "", "kind": new.kind if new else ""}
    span = ctx.config.key_span(entry)
    if status == "error" and filled(entry):
        yield ctx.finding(RULE, span, "refused", codes=(COLUMN_MAPPINGS.code,), dm_text=COLUMN_MAPPINGS.text(), tag="deprecated", key=entry.key)
        return
    # DM warns of a key that it maps to another; of one that merely works it says nothing.
    severity = Severity.WARNING if status == "mapped" else Severity.INFORMATION
    ways = ctx.later(fixes, entry) if kind != kinds.TOPOLOGY else ()
    variant = new.form if new else "relay" if schema.path == k.CHARSET else ""
    yield ctx.finding(RULE, span, variant, severity=severity, fixes=ways, tag="deprecated", **args)


RULE = Rule("deprecated-key", "schema", Severity.ERROR, ENTRY, kinds.KINDS, check, ("deprecated", "mapped", "error", *IMPORT_MODES))
