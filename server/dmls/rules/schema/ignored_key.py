"""A key that DM reads and then does nothing with.

What: a key that decodes without an error, but that no code uses any more, or whose value is always overwritten.

Why: the schema marks these keys from DM's source: "ignored" fields are decoded and never read; "ineffective" ones are always replaced, by a default, by
another file or by a command line flag.

Wrong: `on-duplicate: replace` in a loader

Right: `on-duplicate-logical: replace`

Fix: delete the key, or use the one that took its place.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.successor import successor
from dmls.model.tls_block import KEYS
from dmls.rule import ENTRY, Context, Finding, Rule, Severity
from dmls.syntax.tree import Scalar


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    if schema is None or entry.pair is None or entry.key in KEYS or (isinstance(entry.node, Scalar) and not entry.text):
        return
    meant = ""
    if ctx.config.kind == kinds.DMCTL:
        variant = "dmctl"
    elif schema.replaced_by and schema.parent is not None:
        # The one such key has its successor beside it.
        variant, meant, _ = successor(schema.replaced_by, schema.parent.path)
    else:
        variant = "" if schema.status == "ignored" else "overwritten"
    yield ctx.finding(RULE, ctx.config.key_span(entry), variant, tag="unnecessary", key=entry.key, meant=meant)


RULE = Rule("ignored-key", "schema", Severity.WARNING, ENTRY, kinds.KINDS, check, ("ignored", "ineffective"))
