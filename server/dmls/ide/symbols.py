"""The outline of a file: its keys, with short values; secrets masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable

from dmls.ide.values import Symbol
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm.decode import MASK
from dmls.model.kind import DMCTL, MASTER, WORKER
from dmls.private import without_keys
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping, Scalar, Sequence
from dmls.text import Span

if TYPE_CHECKING:
    from dmls.model.command_line import CommandLine

_NAMING = (k.SOURCE_ID, k.NAME, k.HOST, k.DB_NAME, k.SCHEMA_PATTERN)
"""The keys whose value names a list item best, in this order."""
_TELLING = {MASTER: (k.NAME, k.MASTER_ADDR), WORKER: (k.NAME, k.WORKER_ADDR), DMCTL: (k.MASTER_ADDR,)}
"""The flags that tell a command line from others."""
_MAX_DETAIL = 60
_MOST = 5_000
"""So many keys an outline has.  Editors ask for it after each edit, and while tens of thousands are written down a completion would wait."""


def symbols(config: ConfigFile) -> list[Symbol]:
    """The keys at the top level with all below them; in a file with too many, blocks that would not fit are shown without what is in them."""
    closed = _closed(config.root.children)
    return [_symbol(config, e, closed) for e in config.root.children]


def of_script(lines: Iterable[CommandLine]) -> list[Symbol]:
    """The command lines of a script, each by its program and what tells it from others, with its flags below it."""
    return [_of_line(line) for line in lines]


def _of_line(line: CommandLine) -> Symbol:
    named = (line.config.get(key) for key in _TELLING.get(line.kind, ()))
    detail = [without_keys(e.text) for e in named if e is not None and e.text and not e.secret]
    if line.kind == DMCTL:
        detail = [without_keys(word.value) for word in line.operands[:2] if word.value] + detail
    flags = []
    for use in line.flags:
        entry = line.config.get(use.spec.key) if use.spec is not None and use.spec.key else None
        value = use.value.value if use.value is not None and entry is not None else ""
        shown = (MASK if value else "") if entry is not None and entry.secret else _short(value)
        flags.append(Symbol(line.config.text[use.span.start : use.span.end], shown, "string", Span(use.span.start, use.end), use.span, ()))
    return Symbol(line.program.of(line.config.text), _short(" ".join(detail)), "object", line.span, line.program, tuple(flags[:_MOST]))


def _short(text: str) -> str:
    return without_keys(text).replace("\n", " ")[:_MAX_DETAIL]


def _closed(top: list[Entry]) -> frozenset[int]:
    """The entries, by `id`, whose children an outline has no room for; those further up come first."""
    count, level, closed = len(top), list(top), []
    while level:
        below: list[Entry] = []
        for entry in level:
            if count + len(entry.children) > _MOST:
                closed.append(id(entry))
            else:
                count += len(entry.children)
                below += entry.children
        level = below
    return frozenset(closed)


def _symbol(config: ConfigFile, entry: Entry, closed: frozenset[int]) -> Symbol:
    node = entry.node
    if entry.pair is not None:
        name = entry.name or '""'
    else:
        named = next((e for key in _NAMING if (e := entry.get(key)) is not None and e.text), None)
        name = named.text if named is not None else f"[{entry.index}]"
    detail = ""
    kind = "null"
    if isinstance(node, Mapping):
        kind = "object"
    elif isinstance(node, Sequence):
        kind = "array"
    elif isinstance(node, Scalar) and not entry.is_null:
        kind = {"bool": "boolean", "int": "number", "float": "number"}.get(entry.schema.type if entry.schema is not None else "", "string")
        secret = entry.secret
        detail = (MASK if node.value else "") if secret else _short(node.value)
    span = config.span(entry)
    selection = config.key_span(entry)
    span = Span(min(span.start, selection.start), max(span.end, selection.end))
    hidden = entry.secret
    shut = hidden or entry.raw is not entry.node or id(entry) in closed
    children = () if shut else tuple(_symbol(config, child, closed) for child in entry.children)
    return Symbol(without_keys(name), detail, kind, span, selection, children)
