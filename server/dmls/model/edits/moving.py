"""Edits that move whole keys of a YAML file, with their comments, into another block."""

from __future__ import annotations

from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits.edit import delete, free_end, indent_of, newline
from dmls.model.edits.layout import column, first_line, is_blank, is_free, is_linked, last_line, line_start, moved, step
from dmls.syntax.tree import Mapping, Scalar
from dmls.text import Edit, Span


def move_into(config: ConfigFile, entries: list[Entry], home: Entry, block: str = "") -> tuple[Edit, ...]:
    """Move keys to the end of `home`, or of the block in it that is called `block`, which is made where it is not there.

    No edits where anchors, flow style, tabs or a key of the same name are in the way.
    """
    names = {e.name for e in entries}
    if config.language != "yaml" or not entries or len(names) < len(entries) or not is_free(home) or any(is_linked(e.raw) or not is_free(e) for e in entries):
        return ()
    inside = home.get(block) if block else home
    target = inside if inside is not None and not inside.is_null else home
    if not isinstance(target.raw, Mapping) or target.raw.form != "block" or not target.children or not is_free(target):
        return ()
    if (inside is not None and inside is not target) or (inside is not None and any(inside.get(name) is not None for name in names)):
        return ()
    stays = [child for child in target.children if child not in entries]
    if not stays or any(e.parent is not None and e.parent is not config.root and len(e.parent.children) == 1 for e in entries):
        # What nothing is left in would become null.
        return ()
    last = stays[-1]
    at = column(config, config.key_span(last).start)
    indent = " " * (at if inside is not None else at + step(config))
    texts, rows = [], []
    for entry in entries:
        start = config.key_span(entry).start
        if indent_of(config, start) is None or free_end(config, start + len(config.span(entry).of(config.text).rstrip())) is None:
            return ()
        by = column(config, start)
        row = first_line(config, config.tree.lines.line_of(start), by), last_line(config, entry, by)
        text = moved(config, Span(line_start(config, row[0]), config.tree.lines.line_span(row[1]).end), by, indent, True)
        if text is None:
            return ()
        texts.append(text)
        rows.append(row)
    place = config.tree.lines.line_span(last_line(config, last, at)).end
    lines = texts if inside is not None else [f"{' ' * at}{block}:", *texts]
    removals = [_without(config, first, last_one) for first, last_one in rows]
    for i, (start, end) in enumerate(r.span for r in removals):
        if start < place <= end:
            # The keys stand at the end of what they are to follow.
            whole = end > place
            removals[i] = Edit(Span(start, end), "".join(line + newline(config) if whole else newline(config) + line for line in lines))
            return tuple(removals)
    return (Edit(Span(place, place), "".join(newline(config) + line for line in lines)), *removals)


def move_in_flow(config: ConfigFile, entry: Entry, home: Entry, block: str = "") -> tuple[Edit, ...]:
    """Move a key on one line out of a flow mapping, or into one: to the end of `home`, or of the block in it that is called `block`."""
    inside = home.get(block) if block else home
    target = inside if inside is not None else home
    node = target.raw
    removal = delete(config, entry)
    text = config.span(entry).of(config.text)
    pairs = entry.parent.raw.form if entry.parent is not None and isinstance(entry.parent.raw, Mapping) else ""
    if removal is None or "\n" in text or not isinstance(node, Mapping) or not target.children or target.get(entry.name) is not None:
        return ()
    if is_linked(entry.raw) or not is_free(entry) or not is_free(target) or (inside is None and not block):
        return ()
    last = target.children[-1]
    if node.form == "flow":
        if last is entry or (isinstance(entry.raw, Scalar) and entry.raw.style in ("literal", "folded")):
            return ()
        added = text if inside is not None else f"{block}: {{{text}}}"
        place = config.span(last).end
        return (Edit(Span(place, place), f", {added}"), removal)
    if pairs != "flow" or node.form != "block":
        return ()
    at = column(config, config.key_span(last).start)
    place = config.tree.lines.line_span(last_line(config, last, at)).end
    lines = [f"{' ' * at}{text}"] if inside is not None else [f"{' ' * at}{block}:", f"{' ' * (at + step(config))}{text}"]
    return (removal, Edit(Span(place, place), "".join(newline(config) + line for line in lines)))


def _without(config: ConfigFile, first: int, last: int) -> Edit:
    """Take out whole lines, and one of the blank lines around them where they leave two in a row or the end of the text."""
    lines = config.tree.lines
    if last + 1 < len(lines) and first > 0 and is_blank(config, first - 1) and is_blank(config, last + 1) and last + 2 < len(lines):
        last += 1
    if last + 1 < len(lines):
        return Edit(Span(line_start(config, first), line_start(config, last + 1)), "")
    return Edit(Span(lines.line_span(first - 1).end if first else 0, len(config.text)), "")
