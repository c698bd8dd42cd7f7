"""Bring the keys of a block into the order in which DM's documentation lists them.

Lines move with the comments above them.  What parts a block into sections stays where it is: a comment with a blank line below it, and
``<<``, since yaml.v2 lets the later of a key and a merge win.
"""

from __future__ import annotations

from typing import NamedTuple

from dmls.model.config_file import MERGE_KEY, ConfigFile, Entry
from dmls.model.edits.edit import newline
from dmls.model.edits.ignore import is_modeline
from dmls.model.edits.layout import column, first_line, is_blank, last_line, line_start
from dmls.syntax.tree import Mapping
from dmls.text import Edit, Span, lines_with_ends

_DASHES = " -"


class _Lines(NamedTuple):
    """A key with its comments: `first` to `last` are its lines, `at` is the line of the key; `rank` tells where it belongs."""

    first: int
    at: int
    last: int
    key: int
    """Where the key begins."""
    rank: tuple[int, int]
    parts: bool
    """Whether no key may move across this one."""


def in_order(config: ConfigFile, entry: Entry) -> tuple[Edit, ...] | None:
    """The edits that sort the keys of a block; none where they are in order, None where they cannot be moved."""
    keys = _keys(config, entry)
    if keys is None:
        return None
    column_of_keys = column(config, config.key_span(keys[0]).start) if keys else 0
    rows: list[_Lines] = []
    for i, child in enumerate(keys):
        row = _lines(config, child, column_of_keys, i, rows[-1].last if rows else -1)
        if row is None:
            return None
        rows.append(row)
    edits = []
    for start, end in _sections(config, rows):
        edit = _sorted(config, rows, start, end)
        if edit is not None:
            edits.append(edit)
    return tuple(edits)


def _keys(config: ConfigFile, entry: Entry) -> list[Entry] | None:
    """The keys that stand on lines of their own, in the order of the text; None where the block is written in another way."""
    node = entry.raw
    if not isinstance(node, Mapping) or entry.schema is None or entry.schema.type != "object":
        return None
    children = [c for c in entry.children if c.pair is not None]
    if len({c.key for c in children}) < len(children) or any(c.pair is not None and c.pair.value is None for c in children):
        return None
    if config.language == "yaml":
        return children if node.form == "block" else None
    if node.form not in ("root", "table", "array-table"):
        return None
    # Tables have headers of their own and stay where they are; a key with dots may stand on several lines.
    own = [c for c in children if c.pair is not None and c.pair.separator >= 0 and c.pair.chunk is node.chunk]
    dotted = any(isinstance(c.raw, Mapping) and c.raw.form == "dotted" for c in children)
    return sorted(own, key=lambda c: config.span(c).start) if not dotted else None


def _lines(config: ConfigFile, child: Entry, at: int, index: int, above: int) -> _Lines | None:
    """The lines of the key number `index`; None where it shares a line with something else."""
    lines = config.tree.lines
    key = config.key_span(child).start
    line = lines.line_of(key)
    before = config.text[line_start(config, line) : key]
    yaml = config.language == "yaml"
    dash = index == 0 and yaml and "-" in before
    if line <= above or before.strip(_DASHES if dash else " \t") or (yaml and (len(before) != at or "\t" in before)):
        return None
    first = line if dash else first_line(config, line, at)
    while first < line and any(is_modeline(lines.line_span(n).of(config.text)) for n in range(first, line)):
        first += 1
    schema = child.schema
    rank = (0, schema.order) if schema is not None else (1, 0)
    return _Lines(first, line, last_line(config, child, at), key, rank, yaml and child.name == MERGE_KEY)


def _sections(config: ConfigFile, rows: list[_Lines]) -> list[tuple[int, int]]:
    """The runs of keys that may change places with each other."""
    out = []
    start = 0
    for i in range(1, len(rows) + 1):
        parted = i == len(rows) or rows[i].parts or rows[i - 1].parts or any(not is_blank(config, n) for n in range(rows[i - 1].last + 1, rows[i].first))
        if parted:
            out.append((start, i))
            start = i
    return out


def _sorted(config: ConfigFile, rows: list[_Lines], start: int, end: int) -> Edit | None:
    """The edit that sorts the keys `start` to `end`; None where they are in order."""
    order = sorted(range(start, end), key=lambda i: rows[i].rank)
    while order and order[0] == start:
        start += 1
        del order[0]
    while order and order[-1] == end - 1:
        end -= 1
        del order[-1]
    if not order:
        return None
    text = config.text
    # Blank lines move with the key below them, but the first key has none of its own.
    gaps = {i: rows[i].first - rows[i - 1].last - 1 for i in order if i > start}
    gaps[start] = gaps.pop(order[0])
    head = text[line_start(config, rows[start].at) : rows[start].key]
    parts = []
    for i in order:
        row = rows[i]
        above = text[line_start(config, row.first) : line_start(config, row.at)]
        indent = text[line_start(config, row.at) : row.key].replace("-", " ")
        if i == order[0] and "-" in head:
            # The new first key gets the dash of the item, and its comments stand above that.
            margin = head[: len(head) - len(head.lstrip(" "))]
            above = "".join(margin + line.lstrip(" ") for line in lines_with_ends(above))
            indent = head
        parts.append(newline(config) * gaps.get(i, 0) + above + indent + text[row.key : config.tree.lines.line_span(row.last).end])
    region = Span(line_start(config, rows[start].first), config.tree.lines.line_span(rows[end - 1].last).end)
    return Edit(region, newline(config).join(parts))
