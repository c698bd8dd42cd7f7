"""A fix that several rules offer: write a key beside another one of the same block."""

from __future__ import annotations

from dmls.model.config_file import Entry
from dmls.rule import Applicability, Context, Edit, Fix, Span
from dmls.syntax.tree import Mapping


def insert_beside(ctx: Context, entry: Entry, key: str) -> tuple[Fix, ...]:
    """A line ``key: ""`` above the line of `entry`, to be filled by a person; none where the block is in flow style."""
    parent = entry.parent
    if entry.pair is None or parent is None or not isinstance(parent.node, Mapping) or parent.node.form != "block":
        return ()
    start = ctx.config.key_span(entry).start
    lines = ctx.config.tree.lines
    line = lines.line_span(lines.line_of(start))
    indent = ctx.config.text[line.start : start]
    if indent.strip(" "):
        return ()
    end = "\r\n" if ctx.config.text.startswith("\r\n", line.end) else "\n"
    return (ctx.fix("insert-key", Edit(Span(line.start, line.start), f'{indent}{key}: ""{end}'), how=Applicability.MANUAL, key=key),)
