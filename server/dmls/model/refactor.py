"""Changes of form that leave what DM computes as it is: edits that move text with its comments, in the style of the file.

Each refactoring says beforehand how the reading of the text changes, and is offered only if the edited text, read again, says just that.
"""

from __future__ import annotations

from typing import Callable, Container, Iterable, Iterator, Mapping, NamedTuple

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edit import delete, free_end, newline, quoted
from dmls.model.key_order import in_order
from dmls.model.layout import column, comments, first_line, is_blank, is_free, is_linked, last_line, line_start, moved, step
from dmls.model.reading import Said, read_again, reading
from dmls.model.tls_block import KEYS as TLS_KEYS
from dmls.model.tls_block import PATHS
from dmls.pattern import LazyPattern
from dmls.schema import keys as k
from dmls.schema.key import SchemaKey
from dmls.syntax.tree import Mapping as Block
from dmls.syntax.tree import Scalar
from dmls.text import Edit, Span, lines_with_ends

EXTRACT, INLINE, REWRITE = "refactor.extract", "refactor.inline", "refactor.rewrite"
KINDS = (EXTRACT, INLINE, REWRITE)

LINKED, FLOW, TABS, BOTH, UNSURE = "linked", "flow", "tabs", "both", "unsure"
"""Why a refactoring is refused: there are anchors, aliases or merge keys; the text is in flow style; tabs stand where it is indented; the
key that it would write is there already; the edited text would say something else."""

UNITS = {
    k.MYDUMPER: (k.MYDUMPER_CONFIG_NAME, k.MYDUMPERS),
    k.LOADER: (k.LOADER_CONFIG_NAME, k.LOADERS),
    k.SYNCER: (k.SYNCER_CONFIG_NAME, k.SYNCERS),
}
"""For each block that may stand in a source of a task: the key that names one instead, and the block that holds those with names."""
_NAMING = {name: (unit, block) for unit, (name, block) in UNITS.items()}
_HOLDING = {block: (unit, name) for unit, (name, block) in UNITS.items()}
_DATABASE = {kinds.SOURCE: k.FROM, kinds.TASK: k.TARGET_DATABASE}
_NAME = LazyPattern(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_USUAL_NAME = "global"
"""What DM's own samples call the only block."""

Expect = Callable[[dict[str, list[object]]], None]
"""Changes the reading of a file into what it must be after the edits."""


class Refactoring(NamedTuple):
    """`name` says which, `args` fill its sentence.  `refused` says in a word why it cannot be done; there are no edits then."""

    name: str
    kind: str
    args: Mapping[str, object]
    edits: tuple[Edit, ...] = ()
    refused: str = ""


class _Refused(Exception):
    """Carries the word for why."""


def refactorings(config: ConfigFile, span: Span, wanted: Container[str] = KINDS) -> Iterator[Refactoring]:
    """Everything of the kinds `wanted` that can be done at `span`, or would have to be refused.

    A text that the scanner or libyaml had to guess at is left alone.
    """
    if config.tree.limited or next(config.tree.problems(), None) is not None:
        return
    entry = config.entry_at(span.start)
    around = list(_around(entry)) if entry is not None else [config.root]
    for found in _found(config, around, wanted):
        try:
            edits = found.edits()
        except _Refused as refused:
            yield Refactoring(found.name, found.kind, found.args, (), str(refused))
            continue
        if edits:
            yield Refactoring(found.name, found.kind, found.args, edits)


class _Offer(NamedTuple):
    name: str
    kind: str
    args: Mapping[str, object]
    edits: Callable[[], tuple[Edit, ...]]


def _around(entry: Entry | None) -> Iterator[Entry]:
    """The entry and those it lies in, the root last."""
    while entry is not None:
        yield entry
        entry = entry.parent


def _found(config: ConfigFile, around: list[Entry], wanted: Container[str]) -> Iterator[_Offer]:
    """What applies to the innermost of the entries `around` that it can apply to."""
    if config.kind == kinds.TASK:
        for entry in around:
            if EXTRACT in wanted and _is_unit(config, entry):
                yield _Offer("extract-block", EXTRACT, {"block": UNITS[entry.key][1], "name": _new_name(config, entry)}, lambda e=entry: _extract(config, e))
            if INLINE in wanted:
                yield from _inlining(config, entry)
    if REWRITE in wanted:
        for entry in around:
            if entry.key == k.CERT_ALLOWED_CN and isinstance(entry.raw, Scalar) and entry.schema is not None and not entry.is_null:
                yield _Offer("name-to-list", REWRITE, {"key": entry.key}, lambda e=entry: _to_list(config, e))
            if entry is config.get(_DATABASE.get(config.kind, "")) and isinstance(entry.raw, Block):
                yield from _securing(config, entry, around[0])
        block = next((e for e in around if isinstance(e.node, Block)), None)
        if block is not None:
            title = "sort-keys" if block.pair is not None else "sort-top-level" if block.parent is None else "sort-item"
            yield _Offer(title, REWRITE, {"key": block.name}, lambda e=block: _sort(config, e))


def _proved(config: ConfigFile, edits: Iterable[Edit], expect: Expect | None = None) -> tuple[Edit, ...]:
    """The edits, if the text says afterwards what it has to."""
    edits = tuple(edits)
    wanted = reading(config.tree)
    if expect is not None and isinstance(wanted, dict):
        expect(wanted)
    try:
        tree = read_again(config, edits)
    except ValueError:
        raise _Refused(UNSURE) from None
    if tree.limited or next(tree.problems(), None) is not None or reading(tree) != wanted:
        raise _Refused(UNSURE)
    return edits


# Blocks of a source that may have a name


def _is_instance(config: ConfigFile, entry: Entry | None) -> bool:
    """Whether the entry is an item of `mysql-instances`."""
    return entry is not None and entry.pair is None and entry.parent is not None and entry.parent is config.get(k.MYSQL_INSTANCES)


def _is_unit(config: ConfigFile, entry: Entry) -> bool:
    return entry.key in UNITS and _is_instance(config, entry.parent) and isinstance(entry.node, Block)


def _new_name(config: ConfigFile, entry: Entry) -> str:
    """A name that no block of that sort has: that of the source where it is one word."""
    holder = config.get(UNITS[entry.key][1])
    taken = {child.name for child in holder.children} if holder is not None else set()
    source = entry.parent.get(k.SOURCE_ID) if entry.parent is not None else None
    base = source.text if source is not None and _NAME.match(source.text) else _USUAL_NAME
    number = 1
    name = base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def _extract(config: ConfigFile, entry: Entry) -> tuple[Edit, ...]:
    """Move the block of a source to where blocks have names, and name it in the source."""
    reference, block = UNITS[entry.key]
    name = _new_name(config, entry)
    instance = entry.parent
    holder = config.get(block)
    assert instance is not None and entry.pair is not None
    if not is_free(entry) or is_linked(entry.raw) or (holder is not None and not is_free(holder)):
        raise _Refused(LINKED)
    if instance.get(reference) is not None:
        raise _Refused(BOTH)
    region, body = _body(config, entry)
    there = Edit(region, f'{reference}: "{name}"')
    add = _added(config, entry, name, body, holder, block)

    def expect(file: dict[str, list[object]]) -> None:
        own = _instance_read(file, instance)
        value = own.pop(entry.name)
        own[reference] = [Said((name, False, None))]
        held = file.get(block, [None])[0]
        file[block] = [{**(held if isinstance(held, dict) else {}), name: value}]

    return _proved(config, (there, add), expect)


def _instance_read(file: dict[str, list[object]], instance: Entry) -> dict[str, list[object]]:
    """The reading of an item of `mysql-instances`."""
    items = file[k.MYSQL_INSTANCES][0]
    assert isinstance(items, list)
    found = items[instance.index]
    assert isinstance(found, dict)
    return found


def _body(config: ConfigFile, entry: Entry) -> tuple[Span, str]:
    """What an entry takes up from its key on, with the comments that belong to it, and the part of that behind its colon."""
    assert entry.pair is not None and entry.parent is not None
    key = config.key_span(entry)
    colon = config.tree.base(entry.pair.chunk) + entry.pair.separator + 1
    if _in_flow(entry):
        end = config.span(entry).end
    else:
        if free_end(config, config.span(entry).end) is None:
            raise _Refused(UNSURE)
        end = config.tree.lines.line_span(last_line(config, entry, column(config, key.start))).end
    return Span(key.start, end), config.text[colon:end]
