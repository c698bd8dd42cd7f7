"""A key that DM knows, but not at this place.

What: a key of this kind of file that stands in the wrong block, or a key of another kind of DM file.

Why: decoders look a key up in the struct of its own block only.  DM answers as for any unknown key: 20003 `field x not found in type …`,
38011 or 40004 `… unknown configuration options: x`.  A top-level key written after a TOML table header belongs to that table.

Wrong: `server-id: 101` in a task

Right: `server-id: 101` in the source file

Fix: move the key to the block that the message names, safely where DM has the key in that one block only.  Among several loaders or sources dmls cannot
choose, and a key of another file cannot be moved there from here: such a key is only offered for deletion.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import UNKNOWN_KEY, Misfit
from dmls.model.dm_error import UNKNOWN
from dmls.model.edits import edit
from dmls.model.edits.moving import move_in_flow, move_into
from dmls.model.unknown import MISPLACED, explain, places
from dmls.rule import MISFIT, Applicability, Context, Edit, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Mapping


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    why = explain(misfit.entry, ctx.config.kind)
    if why.owner != MISPLACED:
        return
    error = UNKNOWN.get(ctx.config.kind)
    severity = Severity.WARNING if ctx.config.kind == kinds.DMCTL else Severity.ERROR
    span = ctx.config.key_span(misfit.entry)
    yield ctx.finding(
        RULE,
        span,
        why.variant,
        severity=severity,
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=ctx.later(_fixes, misfit.entry, why.args.get("home")) if ctx.config.kind != kinds.DMCTL else (),
        **why.args,
    )


def _fixes(entry: Entry, home: object, ctx: Context) -> Sequence[Fix]:
    edits: tuple[Edit, ...] = ()
    config = ctx.config
    if home == "" or home is None:
        if home == "" and config.root.get(entry.name) is None:
            edits = edit.move_to_top_table(config, entry) if config.language == "toml" else move_into(config, [entry], config.root) or move_in_flow(config, entry, config.root)
        sure, title = True, "move-key-to-top"
    else:
        path = str(home)
        found = _home(entry, path, ctx)
        if found is not None:
            home = ".".join([*(str(step) for step in found[0].path if isinstance(step, str)), *filter(None, found[1:])])
            edits = move_into(config, [entry], *found) or move_in_flow(config, entry, *found)
        sure, title = not any(mark in path for mark in _MANY), "move-key"
    if edits:
        how = Applicability.SAFE if sure and len(places(config.kind, entry.name)) == 1 else Applicability.UNSAFE
        return (ctx.fix(title, *edits, how=how, key=entry.name, home=home),)
    return ctx.deletion(entry, Applicability.MANUAL, preferred=False)


_MANY = ("[]", "<name>")


def _home(entry: Entry, path: str, ctx: Context) -> tuple[Entry, str] | None:
    """The block that is to hold the block at the end of `path`, and the name of this one; None where there is none, or more than one."""
    here = entry.parent
    assert here is not None and here.schema is not None
    steps = path.split(".")
    if steps[0] not in here.schema.children:
        here = ctx.config.root
    for i, step in enumerate(steps):
        if step == _MANY[1]:
            inner = [c for c in here.children if c.pair is not None]
        elif step.endswith(_MANY[0]):
            block = here.get(step.removesuffix(_MANY[0]))
            inner = block.items() if block is not None else []
        elif i == len(steps) - 1:
            return here, step
        else:
            below = here.get(step)
            inner = [below] if below is not None else []
        if len(inner) != 1 or not isinstance(inner[0].node, Mapping):
            return None
        here = inner[0]
    return here, ""


RULE = Rule(MISPLACED, "schema", Severity.ERROR, MISFIT, kinds.KINDS, check, (UNKNOWN_KEY,))
