"""The fixes of old keys, as the table of `dmls.model.legacy.migration` has them."""

from __future__ import annotations

from dmls.model.config_file import Entry
from dmls.model.legacy.migration import moves
from dmls.rule import Context, Fix


def fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    """The ways to bring an old key up to date; they depend on what else stands in the file."""
    config = ctx.beyond()
    return tuple(ctx.fix(m.title, *m.edits, how=m.how, preferred=m.preferred, why=m.why, **m.args) for m in moves(config, entry, ctx.version))
