"""Edits that make the item of a list of a block, and a block of the items of a list.  All text keeps its place but for dashes and blanks."""

from __future__ import annotations

from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits.edit import indent_of, is_shared, stands_directly
from dmls.model.edits.layout import column, is_blank, is_linked, last_line, line_start
from dmls.syntax.tree import Mapping, Sequence
from dmls.text import Edit, Span


def into_item(config: ConfigFile, entry: Entry) -> tuple[Edit, ...]:
    """Make a block the only item of a list."""
    node = entry.raw
    if not isinstance(node, Mapping) or not node.pairs or not stands_directly(entry) or is_shared(entry) or entry.pair is None:
        return ()
    span = config.value_span(entry)
    if node.form in ("flow", "inline"):
        return (Edit(Span(span.start, span.start), "["), Edit(Span(span.end, span.end), "]"))
    if node.form != "block" or indent_of(config, span.start) is None:
        return ()
    first = config.tree.lines.line_of(span.start)
    last = last_line(config, entry, column(config, config.key_span(entry).start))
    rest = [line_start(config, n) for n in range(first + 1, last + 1) if not is_blank(config, n)]
    return (Edit(Span(span.start, span.start), "- "), *(Edit(Span(at, at), "  ") for at in rest))


def out_of_items(config: ConfigFile, entry: Entry) -> tuple[Edit, ...]:
    """Make one block of the blocks that are the items of a list."""
    node = entry.raw
    items = entry.items()
    blocks = [item.raw for item in items]
    names = [child.name for item in items for child in item.children]
    if not isinstance(node, Sequence) or not items or not stands_directly(entry) or is_shared(entry) or is_linked(node) or len(set(names)) < len(names):
        return ()
    if not all(isinstance(block, Mapping) and block.pairs and block.tag is None for block in blocks):
        return ()
    span = config.value_span(entry)
    if node.form == "flow":
        start, end = config.value_span(items[0])
        around = config.text[span.start : start] + config.text[end : span.end]
        return (Edit(Span(span.start, start), ""), Edit(Span(end, span.end), "")) if len(items) == 1 and "#" not in around else ()
    starts = [config.value_span(item).start for item in items]
    if node.form != "block" or len({column(config, start) for start in starts}) > 1:
        return ()
    edits = []
    for start, block in zip(starts, blocks):
        dash = line_start(config, config.tree.lines.line_of(start))
        before = config.text[dash:start]
        if before.strip(" ") != "-" or not isinstance(block, Mapping) or block.form != "block":
            return ()
        dash += before.index("-")
        edits.append(Edit(Span(dash, dash + 1), " "))
    return tuple(edits)
