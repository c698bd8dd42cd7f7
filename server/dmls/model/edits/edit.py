"""Minimal edits on the entries of a file that leave everything else as it is written.

Each function answers None, or an empty tuple, where the text around the entry does not allow the edit to be sure.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model.config_file import ConfigFile, Entry
from dmls.pattern import LazyPattern
from dmls.syntax.tree import Alias, Mapping, Node, Scalar, Sequence
from dmls.text import Edit, Span

FLAGS = "flags"
"""The language of a command line that is read as a file (`model.command_line`)."""
_PLAIN = LazyPattern(r"[A-Za-z_/][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*\Z")
_WORDS = frozenset("y n yes no on off true false null ~ .nan .inf".split())
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """The text between double quotes, as both YAML and TOML read it."""
    return '"' + "".join(_ESCAPES.get(c, c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text) + '"'


def written_like(config: ConfigFile, entry: Entry, text: str) -> str:
    """`text` as a scalar in the style in which `entry` is written."""
    return in_style(config.language, entry.raw.style if isinstance(entry.raw, Scalar) else "", text)


def in_style(language: str, style: str, text: str) -> str:
    """`text` as a scalar of the given style, or between double quotes where that style cannot say it."""
    if language == "yaml":
        if style == "plain" and _PLAIN.match(text) and text.lower() not in _WORDS:
            return text
        if style == "single" and "\n" not in text:
            return "'" + text.replace("'", "''") + "'"
    elif style == "literal" and text.isprintable() and "'" not in text:
        return f"'{text}'"
    return quoted(text)


def is_direct(entry: Entry) -> bool:
    """Whether the entry stands where it counts, not behind an alias or a merge."""
    step: Entry | None = entry
    while step is not None:
        if isinstance(step.raw, Alias) or (step.parent is not None and step in step.parent.merged):
            return False
        step = step.parent
    return True


def newline(config: ConfigFile) -> str:
    """The line end that the file uses."""
    return "\r\n" if "\r\n" in config.text else "\n"


def indent_of(config: ConfigFile, offset: int) -> str | None:
    """What stands before `offset` on its line, None where it is more than blanks."""
    text = config.text
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    before = text[start:offset].lstrip("\ufeff")
    return before if not before.strip(" \t") else None


def line_end(config: ConfigFile, offset: int) -> int:
    """The offset at which the line of `offset` ends, its line end excluded."""
    return config.tree.lines.line_span(config.tree.lines.line_of(offset)).end


def free_end(config: ConfigFile, offset: int) -> int | None:
    """The end of the line of `offset`; None where more than blanks and a comment stand between."""
    end = line_end(config, offset)
    rest = config.text[offset:end].strip(" \t")
    return None if rest and not rest.startswith("#") else end


def own_lines(config: ConfigFile, entry: Entry) -> Span | None:
    """The whole lines that the entry takes up, line end included; None where it shares a line with something else."""
    span = config.span(entry)
    start = span.start
    if entry.pair is None:
        start = _dash(config, entry, span)
    before = indent_of(config, start) if start >= 0 else None
    if before is None:
        return None
    end = free_end(config, span.end)
    if end is None:
        return None
    lines = config.tree.lines
    after = lines.line_of(span.end) + 1
    return Span(start - len(before), lines.line_span(after).start if after < len(lines) else end)


def _dash(config: ConfigFile, entry: Entry, span: Span) -> int:
    """Where the dash of a block list's item stands, -1 where there is none."""
    parent = entry.parent
    if parent is None or not isinstance(parent.node, Sequence) or parent.node.form != "block":
        return -1
    before = config.text[: span.start].rstrip(" \t")
    return len(before) - 1 if before.endswith("-") else -1


def delete(config: ConfigFile, entry: Entry) -> Edit | None:
    """Take out a key with its value, or an item of a list.

    A block or list that nothing else stands in is written as empty, since without a value it would be null.  None where what goes has an
    anchor that an alias names (`is_needed`).
    """
    if config.language == FLAGS:
        from dmls.model.edits import flag_edit

        return flag_edit.delete(config, entry)
    parent = entry.parent
    if not stands_directly(entry) or parent is None or is_needed(config, entry.raw):
        return None
    node = parent.node
    if isinstance(node, Sequence) and node.form in ("flow", "array"):
        return _delete_between_commas(config, entry)
    if isinstance(node, Mapping) and node.form in ("flow", "inline"):
        return _delete_between_commas(config, entry)
    if isinstance(entry.node, Mapping) and entry.node.form == "dotted" and len(entry.node.pairs) > 1:
        # The keys may stand apart from each other.
        return None
    if config.language == "toml" and isinstance(entry.node, (Mapping, Sequence)) and entry.node.form in ("table", "array-table"):
        return _delete_table(config, entry)
    lines = own_lines(config, entry)
    if config.language == "yaml" and len(parent.children) == 1 and parent.parent is not None:
        return _delete_last(config, parent, entry, lines)
    if lines is None and config.language == "yaml" and entry.pair is not None and parent.pair is None and len(parent.children) > 1 and parent.children[0] is entry:
        return _delete_behind_dash(config, entry, parent.children[1])
    return Edit(lines, "") if lines is not None and not _lets_a_text_grow(config, lines) else None


def _lets_a_text_grow(config: ConfigFile, lines: Span) -> bool:
    """Whether the empty lines below `lines` would belong to the text above, which keeps those at its end (``|+``)."""
    if config.language != "yaml" or lines.start == 0 or config.text[lines.end : line_end(config, lines.end)].strip():
        return False
    above = config.entry_at(lines.start - 1)
    if above is None or not isinstance(above.raw, Scalar) or above.raw.style not in ("literal", "folded"):
        return False
    return "+" in config.value_span(above).of(config.text).partition("\n")[0]


def _delete_table(config: ConfigFile, entry: Entry) -> Edit | None:
    """Take out a table of TOML, or all of a list of tables, with its headers; None where other tables stand between its own."""
    node = entry.raw
    tables = node.items if isinstance(node, Sequence) else [node]
    if not all(isinstance(t, Mapping) and t.form in ("table", "array-table") for t in tables):
        return None
    lines = config.tree.lines
    key = config.key_span(entry)
    own = {id(inner.chunk) for inner in entry.walk()} | {id(t.chunk) for t in tables if t is not None}
    end = max(key.end, config.span(entry).end)
    if any(key.start < base < end and id(chunk) not in own for base, chunk in config.tree.chunks):
        return None
    first, last = lines.line_of(key.start), lines.line_of(end)
    if not lines.line_span(first).of(config.text).lstrip(" \t\ufeff").startswith("["):
        return None
    blank = [n for n in (first - 1, last + 1) if 0 <= n < len(lines) and not lines.line_span(n).of(config.text).strip()]
    last += len(blank) == 2 and last + 2 < len(lines)
    return Edit(Span(_line_start(config, first), lines.line_span(last + 1).start if last + 1 < len(lines) else len(config.text)), "")


def is_needed(config: ConfigFile, node: Node | None) -> bool:
    """Whether an alias may stand somewhere for the node, or for a part of it."""
    if node is None or _is_named(config, node):
        return node is not None
    if isinstance(node, Sequence):
        return any(is_needed(config, item) for item in node.items)
    return isinstance(node, Mapping) and any(is_needed(config, pair.key) or is_needed(config, pair.value) for pair in node.pairs)


def _is_named(config: ConfigFile, node: Node) -> bool:
    """Whether the node has an anchor whose name stands behind an asterisk, wherever that is."""
    return node.anchor is not None and f"*{node.anchor}" in config.text


def _delete_last(config: ConfigFile, parent: Entry, entry: Entry, lines: Span | None) -> Edit | None:
    """Take out all that a block of YAML holds."""
    empty = "{}" if entry.pair is not None else "[]"
    if parent.pair is None:
        return Edit(config.span(entry), empty)
    if lines is None or parent.pair.separator < 0 or (parent.raw is not None and parent.raw.tag is not None):
        return None
    colon = config.tree.base(parent.pair.chunk) + parent.pair.separator + 1
    if parent.raw is not None and parent.raw.anchor is not None:
        colon = config.text.index(parent.raw.anchor, colon) + len(parent.raw.anchor)
    kept = config.text[colon : lines.start]
    return Edit(Span(colon, lines.end), f" {empty}{kept}")


def _delete_behind_dash(config: ConfigFile, entry: Entry, after: Entry) -> Edit | None:
    """Take out the first key of a list's item; the next one takes its place behind the dash."""
    start, end = config.span(entry)
    following = config.span(after).start
    line = free_end(config, end)
    if line is None or indent_of(config, following) is None or config.text[line:following].strip():
        return None
    return Edit(Span(start, following), "")


def _delete_between_commas(config: ConfigFile, entry: Entry) -> Edit | None:
    text = config.text
    start, end = config.span(entry)
    after = end
    while text[after : after + 1] in (" ", "\t"):
        after += 1
    if text[after : after + 1] == ",":
        after += 1
        while text[after : after + 1] in (" ", "\t"):
            after += 1
        if text[after : after + 1] in ("\n", "\r", "#"):
            # The item ends its line: it goes with its line where it stands alone on it.
            lines = _lines_with_comma(config, start, after)
            return Edit(lines, "") if lines is not None else None
        return Edit(Span(start, after), "")
    before = text[:start].rstrip(" \t\r\n")
    if before.endswith(","):
        comma = len(before) - 1
        return Edit(Span(comma, end), "") if "#" not in text[comma:start] else None
    return Edit(Span(start, end), "") if before.endswith(("[", "{")) else None


def _lines_with_comma(config: ConfigFile, start: int, after: int) -> Span | None:
    """The line from `start` on, where only blanks stand before it and nothing but a comment follows `after`."""
    before = indent_of(config, start)
    if before is None:
        return None
    lines = config.tree.lines
    line = lines.line_of(after)
    if lines.line_of(start) != line or line + 1 >= len(lines):
        return None
    return Span(start - len(before), lines.line_span(line + 1).start)


def set_text(config: ConfigFile, entry: Entry, text: str) -> Edit | None:
    """Write another text where a scalar stands, in its own quotes."""
    if not is_direct(entry) or not isinstance(entry.raw, Scalar):
        return None
    if config.language == FLAGS:
        from dmls.model.edits import flag_edit

        return flag_edit.set_text(entry, text)
    return Edit(config.value_span(entry), written_like(config, entry, text))


def reword(config: ConfigFile, entry: Entry, text: str) -> Edit | None:
    """Write another text as `set_text` does, unless an alias may read it at another place, where it need not mean the same."""
    return set_text(config, entry, text) if entry.raw is not None and entry.raw.anchor is None and entry.raw.tag is None else None


def put_first(config: ConfigFile, entry: Entry, text: str) -> Edit | None:
    """A new item before the first one of a list between brackets, in the quotes of that one."""
    items = entry.items()
    if config.language == FLAGS or not items or not is_direct(items[0]) or not isinstance(entry.node, Sequence) or entry.node.form not in ("flow", "array"):
        return None
    at = config.value_span(items[0]).start
    before = indent_of(config, at)
    gap = " " if before is None else newline(config) + before
    return Edit(Span(at, at), f"{written_like(config, items[0], text)},{gap}")


def _on_one_line(config: ConfigFile, entry: Entry) -> bool:
    lines = config.tree.lines
    span = config.span(entry)
    return lines.line_of(span.start) == lines.line_of(span.end)


def wrap_in_block(config: ConfigFile, entries: list[Entry], key: str) -> tuple[Edit, ...]:
    """Put neighbouring keys of a YAML block, each on a line of its own, into a new block named `key`."""
    if not entries or config.language != "yaml" or not all(is_direct(e) and _on_one_line(config, e) for e in entries):
        return ()
    lines = config.tree.lines
    numbers = [lines.line_of(config.span(e).start) for e in entries]
    indents = [indent_of(config, config.span(e).start) for e in entries]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or indents[0] is None or set(indents) != {indents[0]}:
        return ()
    starts = [config.span(e).start for e in entries]
    head = Edit(Span(starts[0], starts[0]), f"{key}:{newline(config)}{indents[0]}  ")
    return (head, *(Edit(Span(s, s), "  ") for s in starts[1:]))


def stands_directly(entry: Entry) -> bool:
    """Whether the key stands where it counts; its value may be an alias."""
    return is_direct(entry.parent) if entry.parent is not None and entry not in entry.parent.merged else entry.parent is None


def rename_key(config: ConfigFile, entry: Entry, key: str) -> Edit | None:
    """Write another key, in the quotes that stand there."""
    if config.language == FLAGS or entry.pair is None or not isinstance(entry.pair.key, Scalar) or not stands_directly(entry):
        return None
    return Edit(config.key_span(entry), _key_like(config, entry, key))


def _key_like(config: ConfigFile, entry: Entry, key: str) -> str:
    written = config.key_span(entry).of(config.text)
    mark = written[:1] if written[:1] in ("'", '"') else ""
    return f"{mark}{key}{mark}"


def _pair_like(config: ConfigFile, entry: Entry, key: str, value: str) -> str:
    """A key and a value in the spelling of `entry`: its quotes, and the blanks around its colon or equals sign."""
    name = _key_like(config, entry, key)
    start, end = config.key_span(entry)
    between = config.text[end : config.value_span(entry).start]
    sign = ":" if config.language == "yaml" else "="
    before, found, after = between.partition(sign)
    if found != sign or before.strip(" \t") or after.strip(" \t") or not (after or name[0] in "'\"" or sign == "="):
        before, after = ("", " ") if sign == ":" else (" ", " ")
    # Where values or signs are lined up below each other, the new ones are too.
    if len(before) > 1 and "\t" not in before:
        before = " " * max(1, end - start + len(before) - len(name))
    if len(after) > 1 and "\t" not in after:
        after = " " * max(1, end - start + len(after) - len(name)) if not before else after
    return f"{name}{before}{sign}{after}{value}"


def insert_keys(config: ConfigFile, beside: Entry, added: list[tuple[str, str]], above: bool = False) -> Edit | None:
    """New keys with texts as values directly below `beside` (`above` it), in its spelling.

    None where `beside` has an alias, stands in a block with an anchor, or shares its line in a way that is not sure.
    """
    if config.language == FLAGS:
        from dmls.model.edits import flag_edit

        return flag_edit.insert(config, beside, added, above)
    if beside.pair is None:
        return None
    is_text = isinstance(beside.raw, Scalar) and beside.raw.style != "empty"
    return insert_pairs(config, beside, [_pair_like(config, beside, key, written_like(config, beside, text) if is_text else quoted(text)) for key, text in added], above)


def insert_pairs(config: ConfigFile, beside: Entry, new: list[str], above: bool = False) -> Edit | None:
    """New keys with their values, as they are to be written, directly below `beside` (`above` it).

    None as for `insert_keys`.
    """
    parent = beside.parent
    if config.language == FLAGS or beside.pair is None or parent is None or not isinstance(parent.raw, Mapping) or not stands_directly(beside) or is_shared(parent):
        return None
    span = config.span(beside)
    indent = indent_of(config, span.start)
    end = span.start + len(span.of(config.text).rstrip())
    if parent.raw.form in ("flow", "inline"):
        gap = ", " if indent is None else f",{newline(config)}{indent}"
        text = gap.join(new)
        return Edit(Span(span.start, span.start), text + gap) if above else Edit(Span(end, end), gap + text)
    line = free_end(config, end)
    if line is None or (above and indent is None):
        return None
    if above:
        return Edit(Span(span.start, span.start), "".join(f"{pair}{newline(config)}{indent}" for pair in new))
    if indent is None:
        # The first key of a list's item stands behind its dash.
        start = max(config.text.rfind("\n", 0, span.start), config.text.rfind("\r", 0, span.start)) + 1
        before = config.text[start : span.start]
        if config.language != "yaml" or before.strip(" -"):
            return None
        indent = " " * len(before)
    return Edit(Span(line, line), "".join(f"{newline(config)}{indent}{pair}" for pair in new))


def is_shared(entry: Entry) -> bool:
    """Whether an alias may stand for the entry somewhere else: it or a block that it lies in has an anchor."""
    return any(node.anchor is not None for node in _around(entry))


def is_used(config: ConfigFile, entry: Entry) -> bool:
    """The same for who may look at the whole file: whether an alias names that anchor."""
    return any(_is_named(config, node) for node in _around(entry))


def _around(entry: Entry) -> Iterator[Node]:
    step: Entry | None = entry
    while step is not None:
        if step.raw is not None:
            yield step.raw
        step = step.parent


def unwrap_item(config: ConfigFile, entry: Entry, mark: str = "") -> tuple[Edit, ...]:
    """Take the only item of a list out of it; `mark` is put around the item."""
    node = entry.raw
    items = entry.items()
    if not isinstance(node, Sequence) or len(items) != 1 or not isinstance(items[0].raw, Scalar) or not is_direct(entry):
        return ()
    start, end = config.value_span(entry)
    inner = config.value_span(items[0])
    if node.form in ("flow", "array"):
        if "#" in config.text[start : inner.start] or "#" in config.text[inner.end : end]:
            return ()
        return (Edit(Span(start, inner.start), mark), Edit(Span(inner.end, end), mark))
    if node.form != "block" or entry.pair is None or entry.pair.separator < 0 or items[0].raw.style in ("literal", "folded"):
        return ()
    # `key:` and, on the next line, `- item`.
    colon = config.tree.base(entry.pair.chunk) + entry.pair.separator + 1
    if config.text[colon : inner.start].strip() != "-":
        return ()
    return (Edit(Span(colon, inner.start), f" {mark}"), *((Edit(Span(inner.end, inner.end), mark),) if mark else ()))


def split_item(config: ConfigFile, item: Entry, texts: list[str]) -> Edit | None:
    """Write several items of a list in the place of one, in its quotes."""
    parent = item.parent
    if config.language == FLAGS or parent is None or not isinstance(parent.node, Sequence) or not is_direct(item) or not texts or not isinstance(item.raw, Scalar):
        return None
    span = config.value_span(item)
    new = [written_like(config, item, text) for text in texts]
    if parent.node.form in ("flow", "array"):
        indent = indent_of(config, span.start)
        return Edit(span, (", " if indent is None else f",{newline(config)}{indent}").join(new))
    dash = _dash(config, item, span)
    indent = indent_of(config, dash) if dash >= 0 else None
    if indent is None or "\n" in span.of(config.text):
        return None
    return Edit(span, f"{newline(config)}{indent}{config.text[dash : span.start]}".join(new))


def append_items(config: ConfigFile, entry: Entry, texts: list[str]) -> Edit | None:
    """New texts behind the last item of a list, in its quotes."""
    items = entry.items()
    node = entry.raw
    if config.language == FLAGS or not items or not texts or not isinstance(node, Sequence) or not stands_directly(items[-1]) or is_shared(entry):
        return None
    last = items[-1]
    span = config.value_span(last)
    if not isinstance(last.raw, Scalar) or "\n" in span.of(config.text):
        return None
    new = [written_like(config, last, text) for text in texts]
    if node.form in ("flow", "array"):
        indent = indent_of(config, span.start)
        gap = ", " if indent is None else f",{newline(config)}{indent}"
        return Edit(Span(span.end, span.end), "".join(gap + text for text in new))
    dash = _dash(config, last, span)
    indent = indent_of(config, dash) if dash >= 0 else None
    end = free_end(config, span.end)
    if indent is None or end is None:
        return None
    return Edit(Span(end, end), "".join(f"{newline(config)}{indent}{config.text[dash : span.start]}{text}" for text in new))


def fill(config: ConfigFile, entry: Entry, text: str) -> Edit | None:
    """Write a text as the value of a key that is empty or has another text, in the quotes that stand there."""
    if not isinstance(entry.raw, Scalar) or entry.raw.style != "empty":
        return set_text(config, entry, text)
    if config.language == FLAGS:
        return None
    if entry.pair is None or entry.pair.separator < 0 or not is_direct(entry):
        return None
    after = config.tree.base(entry.pair.chunk) + entry.pair.separator + 1
    return Edit(Span(after, after), f" {quoted(text)}")


def set_pair(config: ConfigFile, entry: Entry, key: str, value: str) -> tuple[Edit, ...]:
    """Write another key and another value, which is text as it has to stand, where a key with a scalar stands."""
    renamed = rename_key(config, entry, key) if key != entry.name else None
    written = set_value(config, entry, value)
    if written is None or (renamed is None and key != entry.name):
        return ()
    return (written,) if renamed is None else (renamed, written)


def set_value(config: ConfigFile, entry: Entry, value: str) -> Edit | None:
    """Write `value`, which is text as it has to stand, where a scalar or nothing stands."""
    node = entry.raw
    if config.language == FLAGS or not is_direct(entry) or not isinstance(node, Scalar) or node.anchor is not None or node.tag is not None or node.style in ("literal", "folded"):
        return None
    if node.style != "empty":
        return Edit(config.value_span(entry), value)
    if entry.pair is None or entry.pair.separator < 0:
        return None
    after = config.tree.base(entry.pair.chunk) + entry.pair.separator + 1
    return Edit(Span(after, after), f" {value}")


def _line_start(config: ConfigFile, line: int) -> int:
    """Where the text of a line begins, behind a byte order mark."""
    return 1 if line == 0 and config.text.startswith("\ufeff") else config.tree.lines.line_span(line).start


def add_to_top_table(config: ConfigFile, pair: str) -> Edit | None:
    """A new line with a key below the last one of the top table of a TOML file, else above the first header."""
    _, chunk = config.tree.chunks[0]
    own = [c for c in config.root.children if c.pair is not None and c.pair.chunk is chunk]
    if own:
        end = free_end(config, max(config.span(c).end for c in own))
        return Edit(Span(end, end), f"{newline(config)}{pair}") if end is not None else None
    headers = [config.key_span(c).start for c in config.root.children if c.pair is not None]
    if config.language != "toml" or not headers:
        return None
    at = _line_start(config, config.tree.lines.line_of(min(headers)))
    return Edit(Span(at, at), f"{pair}{newline(config) * 2}")


def move_to_top_table(config: ConfigFile, entry: Entry) -> tuple[Edit, ...]:
    """Move a key of a TOML table, with the comment behind it, to where no header is above it."""
    taken = delete(config, entry)
    span = config.span(entry)
    end = free_end(config, span.end)
    if config.language != "toml" or taken is None or end is None or entry.pair is None or entry.pair.separator < 0:
        return ()
    place = add_to_top_table(config, config.text[span.start : end].rstrip())
    return (place, taken) if place is not None else ()
