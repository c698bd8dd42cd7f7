"""The lines that belong to a key: the comments above it, its value, and what trails behind.  For edits that move text.

In YAML a comment that is further right than the next key belongs to the block above it; any other, and every comment in TOML, belongs to the
key that follows without a blank line.
"""

from __future__ import annotations

from dmls.model.config_file import MERGE_KEY, ConfigFile, Entry
from dmls.model.edits.edit import is_direct
from dmls.syntax.tree import Alias, Mapping, Node, Sequence
from dmls.text import Span, lines_with_ends

_MEMO = "layout.comments"


def line_start(config: ConfigFile, line: int) -> int:
    """Where the text of a line begins, behind a byte order mark; the end of the text for the line after the last."""
    starts = config.tree.lines.starts
    if line >= len(starts):
        return len(config.text)
    return 1 if line == 0 and config.text.startswith("\ufeff") else starts[line]


def column(config: ConfigFile, offset: int) -> int:
    """How far right `offset` stands on its line."""
    return offset - line_start(config, config.tree.lines.line_of(offset))


def comments(config: ConfigFile) -> dict[int, int]:
    """The lines that hold nothing but a comment, each with the column where it begins."""
    memo = config.tree.memo
    found = memo.get(_MEMO)
    if not isinstance(found, dict):
        found = {}
        lines = config.tree.lines
        for comment in config.tree.comments():
            line = lines.line_of(comment.start)
            start = line_start(config, line)
            if not config.text[start : comment.start].strip(" \t"):
                found[line] = comment.start - start
        memo[_MEMO] = found
    return found


def is_blank(config: ConfigFile, line: int) -> bool:
    return not config.tree.lines.line_span(line).of(config.text).strip(" \t\ufeff")


def first_line(config: ConfigFile, line: int, at: int) -> int:
    """The first line of the comments directly above a key that stands at column `at` of `line`; `line` itself where there are none."""
    found = comments(config)
    while line - 1 in found and (config.language == "toml" or found[line - 1] <= at):
        line -= 1
    return line


def last_line(config: ConfigFile, entry: Entry, at: int) -> int:
    """The last line of an entry whose key stands at column `at`, with the comments behind its value that belong to its block."""
    lines = config.tree.lines
    last = line = lines.line_of(config.span(entry).end)
    if config.language == "toml":
        return last
    found = comments(config)
    while line + 1 < len(lines):
        line += 1
        if line in found and found[line] > at:
            last = line
        elif line in found or not is_blank(config, line):
            break
    return last


def moved(config: ConfigFile, span: Span, by_from: int, to: str, first: bool = False) -> str | None:
    """The text of `span` with each line moved from column `by_from` to the indentation `to`; None where tabs are in the way.

    The first line, which begins in the middle of one, stays as it is unless `first` is true.
    """
    out = []
    for i, line in enumerate(lines_with_ends(span.of(config.text))):
        if i or first:
            head = line[:by_from]
            own = len(head) - len(head.lstrip(" "))
            if line[own : own + 1] == "\t":
                return None
            line = line[own:]
            if line.strip("\r\n"):
                line = to + line
        out.append(line)
    return "".join(out)


def step(config: ConfigFile) -> int:
    """By how many columns the file indents its blocks."""
    for entry in config.root.children:
        if isinstance(entry.raw, Mapping) and entry.raw.form == "block" and entry.raw.pairs:
            return max(1, column(config, config.key_span(entry.children[0]).start) - column(config, config.key_span(entry).start))
    return 2


def is_linked(node: Node | None) -> bool:
    """Whether text cannot be moved or changed by itself: it has an anchor, an alias or a merge key somewhere."""
    if node is None:
        return False
    if isinstance(node, Alias) or node.anchor is not None:
        return True
    if isinstance(node, Sequence):
        return any(map(is_linked, node.items))
    return isinstance(node, Mapping) and any(pair.name == MERGE_KEY or is_linked(pair.key) or is_linked(pair.value) for pair in node.pairs)


def is_free(entry: Entry) -> bool:
    """Whether the keys of an entry can be changed without a change elsewhere: neither it nor what it lies in has an anchor or a merge key."""
    above: Entry | None = entry
    while above is not None:
        if above.merged or (above.raw is not None and above.raw.anchor is not None):
            return False
        if isinstance(above.raw, Mapping) and any(pair.name == MERGE_KEY for pair in above.raw.pairs):
            return False
        above = above.parent
    return is_direct(entry)
