"""A key that DM does not know.

What: a key that DM's struct for this place does not have, and that no rule with a better explanation names.

Why: task and source files are read with yaml.v2's UnmarshalStrict, so DM answers 20003 `field x not found in type …`.
DM-master and DM-worker compare what BurntSushi/toml decoded with what the file holds and refuse the rest with 38011
and 40004 `… unknown configuration options: x` (dm/master/config.go, dm/worker/config.go).  dmctl reads its file without that
comparison (dm/ctl/common/config.go): the key is ignored without a word.

Wrong: `task_mode: all`

Right: `task-mode: all`

Fix: the key that was meant, where exactly one is near; safely where only a letter or two differ.  Where that key stands there as well, the fix deletes
the unknown one.  A key that is like no other may be deleted by hand only, since nobody but you knows what it was for.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.edits import edit
from dmls.model.unknown import UNKNOWN as OWN
from dmls.model.unknown import explain, is_slip_of
from dmls.rule import MISFIT, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Mapping


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    why = explain(entry, ctx.config.kind)
    if why.owner != OWN:
        return
    span = ctx.config.key_span(entry)
    args = why.args if entry.name else {**why.args, "key": span.of(ctx.config.text)}
    error = UNKNOWN.get(ctx.config.kind)
    severity = Severity.WARNING if ctx.config.kind == kinds.DMCTL else Severity.ERROR
    variant = f"{why.variant}-ignored" if ctx.config.kind == kinds.DMCTL and why.variant in ("", "near") else why.variant
    yield ctx.finding(
        RULE,
        span,
        variant.lstrip("-"),
        severity=severity,
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=ctx.later(_fixes, entry, str(why.args.get("meant", ""))),
        **args,
    )


def _fixes(entry: Entry, meant: str, ctx: Context) -> Sequence[Fix]:
    parent = entry.parent
    config = ctx.config
    if parent is None or parent.schema is None or not entry.name:
        return ()
    if config.language == "yaml" and entry.pair is not None and entry.pair.separator < 0:
        # What has no colon holds a value, too.
        return ()
    known = parent.schema.children.get(meant)
    if known is None or (ctx.version not in known.versions and config.kind != kinds.TOPOLOGY):
        return _deletion(entry, Applicability.MANUAL, ctx)
    other = parent.get(meant) or next((c for c in parent.children if c is not entry and c.schema is None and _means(c, config.kind) == meant), None)
    if other is not None and (other.schema is not None or parent.children.index(other) < parent.children.index(entry)):
        same = bool(entry.text) and entry.text == other.text
        return _deletion(entry, Applicability.SAFE if same else Applicability.UNSAFE, ctx)
    if config.language == "toml" and any(c.pair is not None and isinstance(c.node, Mapping) and c.node.form == "table" for c in entry.children):
        # The name stands in the headers of other tables, too.
        return ()
    change = edit.rename_key(config, entry, meant)
    # dmctl goes on without the key, so what it begins to know changes what it does.
    sure = is_slip_of(entry.name, meant) and config.kind != kinds.DMCTL
    how = Applicability.SAFE if sure else Applicability.UNSAFE
    return (ctx.fix("rename-key", change, how=how, key=entry.name, meant=meant),) if change is not None else ()


def _means(entry: Entry, kind: str) -> object:
    """The key that another unknown key stands for."""
    return explain(entry, kind).args.get("meant") if entry.pair is not None and entry.pair.value is not None and entry.name else None


def _deletion(entry: Entry, how: Applicability, ctx: Context) -> Sequence[Fix]:
    return ctx.deletion(entry, how, preferred=how is not Applicability.MANUAL)


RULE = Rule("unknown-key", "schema", Severity.ERROR, MISFIT, kinds.KINDS, check, (UNKNOWN_KEY,))
