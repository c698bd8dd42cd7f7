"""A key that DM reads and then does nothing with.

What: a key that decodes without an error, but that no code uses any more, or whose value is always overwritten.

Why: the schema marks these keys from DM's source: "ignored" fields are decoded and never read; "ineffective" ones are always replaced, by a default, by
another file or by a command line flag.  Of `remove-meta` DM only logs that dmctl has an argument for it (dm/master/server.go:605).

Wrong: `on-duplicate: replace` in a loader

Right: `on-duplicate-logical: replace`

Fix: delete the key, which changes nothing.  A value of `on-duplicate` other than `replace` once had an effect: the fix brings it back under the new
name.  What dmctl ignores in its file has to be given on its command line.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.config_file import Entry
from dmls.model.successor import successor
from dmls.model.tls_block import KEYS
from dmls.rule import ENTRY, Context, Finding, Fix, Rule, Severity
from dmls.rules._moves import fixes
from dmls.schema import keys as k
from dmls.schema.history import status_in
from dmls.syntax.tree import Scalar

ONCE_OVERWRITTEN = (f"{k.LOADERS}.<name>.{k.SORTING_DIR_PHYSICAL}", f"{k.MYSQL_INSTANCES}[].{k.LOADER}.{k.SORTING_DIR_PHYSICAL}")
"""Keys that have an effect today, and had none in some versions."""


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    schema = entry.schema
    if schema is None or entry.pair is None or entry.key in KEYS or (isinstance(entry.node, Scalar) and not entry.text):
        return
    status = status_in(schema, ctx.version)
    if status == "ok":
        return
    kind = ctx.config.kind
    meant = ""
    ways: Sequence[Fix] = ctx.later(fixes, entry) if kind not in (kinds.DMCTL, kinds.TOPOLOGY) else ()
    if kind == kinds.DMCTL:
        variant = "dmctl"
        ways = _on_the_command_line(entry, ctx)
    elif schema.replaced_by and schema.parent is not None:
        # The successor stands beside it, or is an argument of dmctl.
        variant, meant, _ = successor(schema.replaced_by, schema.parent.path)
    else:
        variant = "" if status == "ignored" else "overwritten"
    yield ctx.finding(RULE, ctx.config.key_span(entry), variant, fixes=ways, tag="unnecessary", key=entry.key, meant=meant)


def _on_the_command_line(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    """The call of dmctl that gives what its file cannot."""
    if entry.secret or not isinstance(entry.node, Scalar):
        return ()
    try:
        return ctx.command("give-flag", f"dmctl --{entry.key} {shell.word(entry.text)}", flag=f"--{entry.key}")
    except shell.Unwritable:
        return ()


RULE = Rule("ignored-key", "schema", Severity.WARNING, ENTRY, kinds.KINDS, check, ("ignored", "ineffective", *ONCE_OVERWRITTEN))
