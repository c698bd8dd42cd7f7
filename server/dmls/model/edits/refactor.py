"""Changes of form that leave what DM computes as it is: edits that move text with its comments, in the style of the file.

Each refactoring says beforehand how the reading of the text changes, and is offered only if the edited text, read again, says just that.
"""

from __future__ import annotations

from typing import Callable, Container, Iterable, Iterator, Mapping, NamedTuple

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits.edit import delete, free_end, is_direct, newline, quoted, wrap_in_block
from dmls.model.edits.key_order import in_order
from dmls.model.edits.layout import column, first_line, is_blank, is_free, is_linked, last_line, line_start, moved, step
from dmls.model.edits.reading import Said, read_again, reading
from dmls.model.tls_block import DATABASE, PATHS
from dmls.model.tls_block import KEYS as TLS_KEYS
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
_NAME = LazyPattern(r"(?!(?i:y|n|yes|no|on|off|true|false|null)\Z)[A-Za-z_][A-Za-z0-9_-]*\Z")
_USUAL_NAME = "global"
"""What DM's own samples call the only block."""

_File = dict[str, list[object]]
Expect = Callable[[_File], None]
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
            if config.kind in DATABASE and entry is config.get(DATABASE[config.kind]) and isinstance(entry.raw, Block):
                yield from _securing(config, entry, around[0])
        # The block at the key, else, where that one is in order, the block that the key lies in.
        for block in [e for e in around[:2] if isinstance(e.raw, Block)]:
            edits = in_order(config, block)
            if edits:
                title = "sort-keys" if block.pair is not None else "sort-top-level" if block.parent is None else "sort-item"
                yield _Offer(title, REWRITE, {"key": block.name}, lambda e=block, sorts=edits: _sort(config, e, sorts))
                break


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
    """A name that no block of that sort has, and no source asks for: that of the source where it is one word."""
    reference, block = UNITS[entry.key]
    holder, instances = config.get(block), config.get(k.MYSQL_INSTANCES)
    taken = {child.name for child in holder.children} if holder is not None else set()
    for item in instances.items() if instances is not None else ():
        named = item.get(reference)
        if named is not None:
            taken.add(named.text)
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
    assert instance is not None
    if not is_free(entry) or is_linked(entry.raw) or (holder is not None and not is_free(holder)):
        raise _Refused(LINKED)
    if instance.get(reference) is not None:
        raise _Refused(BOTH)
    body = _Body(config, entry)
    there = Edit(body.region, f'{reference}: "{name}"')

    def expect(file: _File) -> None:
        own = _instance_read(file, instance)
        value = own.pop(entry.name)
        own[reference] = [Said((name, False, None))]
        held = file.get(block, [None])[0]
        file[block] = [{**(held if isinstance(held, dict) else {}), name: value}]

    return _proved(config, (there, *_held(config, block, holder, name, body)), expect)


def _held(config: ConfigFile, block: str, holder: Entry | None, name: str, body: _Body) -> Iterator[Edit]:
    """The edits that put `body` as `name` into the block that holds those with names, which is made where it is not there."""
    if holder is None:
        first = config.root.children[0]
        if not isinstance(config.root.raw, Block) or config.root.raw.form != "block":
            raise _Refused(FLOW)
        margin = " " * column(config, config.key_span(first).start)
        inner = margin + " " * step(config)
        assert config.root.schema is not None
        place = _place(config, config.root, config.root.schema.children[block])
        yield place.insert(config, f"{margin}{block}:", body.under(name, inner))
        return
    node = holder.raw
    pairs = node.pairs if isinstance(node, Block) else []
    if pairs:
        assert isinstance(node, Block)
        last = holder.children[-1]
        if node.form == "block":
            at = column(config, config.key_span(last).start)
            yield _Place(last_line(config, last, at), False).insert(config, body.under(name, " " * at))
        else:
            yield Edit(Span(config.span(last).end, config.span(last).end), f", {name}: {body.in_flow()}")
        return
    if not isinstance(node, Block) and not holder.is_null:
        raise _Refused(UNSURE)
    value = config.value_span(holder)
    key = config.key_span(holder)
    if value != key:
        assert holder.pair is not None
        yield Edit(Span(config.tree.base(holder.pair.chunk) + holder.pair.separator + 1, value.end), "")
    at = column(config, key.start)
    yield _Place(last_line(config, holder, at), False).insert(config, body.under(name, " " * (at + step(config))))


def _inlining(config: ConfigFile, entry: Entry) -> Iterator[_Offer]:
    """What can be inlined at a name in a source, or at the block that has the name."""
    holder = entry.parent
    if entry.key in _NAMING and _is_instance(config, holder):
        unit, block = _NAMING[entry.key]
        name = entry.text
    elif holder is not None and holder.parent is config.root and holder.key in _HOLDING:
        block, (unit, _) = holder.key, _HOLDING[holder.key]
        name = entry.name
    else:
        return
    definition = config.get(block, name) if name else None
    users = _users(config, UNITS[unit][0], name)
    if definition is None or not isinstance(definition.node, Block) or not users:
        return
    args = {"block": block, "name": name, "key": unit, "count": len(users)}
    if len(users) > 1:
        if entry in users:
            yield _Offer("inline-block", INLINE, args, lambda: _inline(config, unit, definition, [entry], False))
        yield _Offer("inline-block-everywhere", INLINE, args, lambda: _inline(config, unit, definition, users, True))
    else:
        yield _Offer("inline-block", INLINE, args, lambda: _inline(config, unit, definition, users, True))


def _users(config: ConfigFile, reference: str, name: str) -> list[Entry]:
    """Where the sources of a task name a block."""
    instances = config.get(k.MYSQL_INSTANCES)
    found = [item.get(reference) for item in instances.items()] if instances is not None else []
    return [entry for entry in found if entry is not None and entry.text == name]


def _inline(config: ConfigFile, unit: str, definition: Entry, targets: list[Entry], remove: bool) -> tuple[Edit, ...]:
    """Write the block at `definition` where `targets` name it, and take it out where nobody else does."""
    holder = definition.parent
    assert holder is not None
    if is_linked(definition.raw) or not all(is_free(e) for e in (definition, *targets)):
        raise _Refused(LINKED)
    if any(target.parent is None or target.parent.get(unit) is not None for target in targets):
        raise _Refused(BOTH)
    gone = holder if remove and len(holder.children) == 1 else definition
    body = _Body(config, definition)
    above = _comments_around(config, gone, body.region) if remove else []
    edits: list[Edit] = []
    lines_told: set[int] = set()
    for target in targets:
        span = config.span(target)
        if _in_flow(target):
            edits.append(Edit(span, f"{unit}: {body.in_flow()}"))
        else:
            end = free_end(config, span.end)
            if end is None:
                raise _Refused(UNSURE)
            margin = " " * column(config, span.start)
            text = body.under(unit, margin, config.text[span.end : end].strip(" \t"))
            edits.append(Edit(Span(span.start, end), text.lstrip(" ")))
        line = config.tree.lines.line_of(span.start)
        if above and line not in lines_told:
            lines_told.add(line)
            start = line_start(config, line)
            indent = config.text[start : span.start]
            indent = indent[: len(indent) - len(indent.lstrip(" "))]
            edits.append(Edit(Span(start, start), "".join(f"{indent}{comment}{newline(config)}" for comment in above)))
    if remove:
        edits.append(_without(config, gone))

    def expect(file: _File) -> None:
        held = file[holder.name][0]
        assert isinstance(held, dict)
        for target in targets:
            assert target.parent is not None
            own = _instance_read(file, target.parent)
            own.pop(target.name)
            own[unit] = held[definition.name]
        if remove:
            del held[definition.name]
            if not held:
                del file[holder.name]

    return _proved(config, edits, expect)


def _instance_read(file: _File, instance: Entry) -> _File:
    """The reading of an item of `mysql-instances`."""
    items = file[k.MYSQL_INSTANCES][0]
    assert isinstance(items, list)
    found = items[instance.index]
    assert isinstance(found, dict)
    return found


# TLS


def _securing(config: ConfigFile, database: Entry, at: Entry) -> Iterator[_Offer]:
    """A block for the TLS keys of a database: from those that stand beside it, else an empty one."""
    loose = [c for c in database.children if c.name in TLS_KEYS and c.pair is not None and c.pair.value is not None]
    args = {"key": database.key, "block": k.SECURITY}
    if loose and (at is database or any(at is e or at.parent is e for e in loose)):
        yield _Offer("wrap-security", REWRITE, args, lambda: _wrap(config, database, loose))
    elif not loose and at is database and database.get(k.SECURITY) is None:
        yield _Offer("add-security", REWRITE, args, lambda: _add_security(config, database, [(key, "") for key in PATHS.values()]))


def _wrap(config: ConfigFile, database: Entry, loose: list[Entry]) -> tuple[Edit, ...]:
    """Move the TLS keys of a database into its block for them."""
    security = database.get(k.SECURITY)
    if not is_free(database) or any(is_linked(e.raw) for e in loose) or (security is not None and not is_free(security)):
        raise _Refused(LINKED)
    if len({e.name for e in loose}) < len(loose) or (security is not None and any(security.get(e.name) is not None for e in loose)):
        raise _Refused(BOTH)

    def expect(file: _File) -> None:
        own = file[database.name][0]
        assert isinstance(own, dict)
        held = own.get(k.SECURITY, [None])[0]
        own[k.SECURITY] = [{**(held if isinstance(held, dict) else {}), **{e.name: own.pop(e.name) for e in loose}}]

    if _in_flow(loose[0]):
        return _proved(config, _wrap_in_flow(database, config, loose, security), expect)
    if security is None:
        edits = wrap_in_block(config, loose, k.SECURITY)
        if edits:
            return _proved(config, edits, expect)
    return _proved(config, _wrap_lines(config, loose, security), expect)


def _wrap_in_flow(database: Entry, config: ConfigFile, loose: list[Entry], security: Entry | None) -> Iterator[Edit]:
    """Braces around the TLS keys of a database in flow style, which must be neighbours."""
    first = database.children.index(loose[0])
    if security is not None or database.children[first : first + len(loose)] != loose:
        raise _Refused(FLOW)
    start, end = config.span(loose[0]).start, config.span(loose[-1]).end
    yield Edit(Span(start, start), f"{k.SECURITY}: {{")
    yield Edit(Span(end, end), "}")


def _wrap_lines(config: ConfigFile, loose: list[Entry], security: Entry | None) -> Iterator[Edit]:
    """Move the lines of the TLS keys below `security`, which is made above the first of them where it is not there."""
    at = column(config, config.key_span(loose[0]).start)
    inner = at + step(config)
    if security is not None:
        if not isinstance(security.raw, Block) and not security.is_null:
            raise _Refused(UNSURE)
        if isinstance(security.raw, Block):
            if security.raw.form != "block" or not security.children:
                raise _Refused(FLOW)
            inner = column(config, config.key_span(security.children[0]).start)
        elif config.value_span(security) != config.key_span(security):
            raise _Refused(UNSURE)
    rows = [_rows(config, entry) for entry in loose]
    texts = []
    for first, last in rows:
        text = moved(config, Span(line_start(config, first), config.tree.lines.line_span(last).end), at, " " * inner, True)
        if text is None:
            raise _Refused(TABS)
        texts.append(text)
    block = newline(config).join(texts)
    runs: list[tuple[int, int]] = []
    for first, last in rows:
        if runs and runs[-1][1] + 1 == first:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    if security is None:
        first, last = runs.pop(0)
        yield Edit(Span(line_start(config, first), config.tree.lines.line_span(last).end), f"{' ' * at}{k.SECURITY}:{newline(config)}{block}")
    else:
        line = last_line(config, security, at)
        if runs[0][0] == line + 1:
            # The keys stand right below: they only move to the right.
            first, last = runs.pop(0)
            yield Edit(Span(line_start(config, first), config.tree.lines.line_span(last).end), block)
        else:
            yield _Place(line, False).insert(config, block)
    for first, last in runs:
        yield _without_lines(config, first, last)


def insert_security(config: ConfigFile, database: Entry, values: list[tuple[str, str]]) -> tuple[Edit, ...] | None:
    """A `security` block with these keys and values in the block of a database that has none, without a blank line around it.

    None where the text around does not allow it to be sure.
    """
    try:
        return _add_security(config, database, values, False) if isinstance(database.raw, Block) and database.schema is not None else None
    except _Refused:
        return None


def _add_security(config: ConfigFile, database: Entry, values: list[tuple[str, str]], apart: bool = True) -> tuple[Edit, ...]:
    """A block with the keys that name files; `apart` is whether it may be set off by a blank line as its neighbours are."""
    if not is_free(database):
        raise _Refused(LINKED)
    assert isinstance(database.raw, Block) and database.schema is not None
    if not database.children:
        raise _Refused(FLOW)
    last = database.children[-1]
    if database.raw.form == "flow":
        inner = ", ".join(f"{key}: {quoted(text)}" for key, text in values)
        edit = Edit(Span(config.span(last).end, config.span(last).end), f", {k.SECURITY}: {{{inner}}}")
    else:
        margin = " " * column(config, config.key_span(last).start)
        inner = margin + " " * step(config)
        place = _place(config, database, database.schema.children[k.SECURITY])
        edit = place._replace(apart=place.apart and apart).insert(config, f"{margin}{k.SECURITY}:", *(f"{inner}{key}: {quoted(text)}" for key, text in values))

    def expect(file: _File) -> None:
        own = file[database.name][0]
        assert isinstance(own, dict)
        own[k.SECURITY] = [{key: [Said((text, False, None))] for key, text in values}]

    return _proved(config, (edit,), expect)


def _to_list(config: ConfigFile, entry: Entry) -> tuple[Edit, ...]:
    """Brackets around a name where DM wants a list of names."""
    node = entry.raw
    assert isinstance(node, Scalar)
    if not is_direct(entry) or is_linked(node):
        raise _Refused(LINKED)
    if "\n" in node.value or node.unterminated or node.tag is not None or node.style in ("junk", "empty"):
        raise _Refused(UNSURE)
    text = config.tree.source(node) if node.style in ("single", "double", "basic", "literal") else quoted(node.value)
    return (Edit(config.value_span(entry), f"[{text}]"),)


# Order


def _sort(config: ConfigFile, entry: Entry, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    try:
        return _proved(config, edits)
    except _Refused:
        raise _Refused(LINKED if is_linked(entry.raw) else UNSURE) from None


# Text


class _Body:
    """The value of an entry as text that can be put elsewhere.  `region` is what the entry takes up from its key on, with what trails behind."""

    def __init__(self, config: ConfigFile, entry: Entry) -> None:
        assert entry.pair is not None
        lines = config.tree.lines
        span = config.span(entry)
        line = lines.line_of(span.start)
        self.config = config
        self.value = config.value_span(entry)
        self.is_flow = isinstance(entry.raw, Block) and entry.raw.form == "flow"
        self.at = column(config, span.start)
        if _in_flow(entry):
            end = span.end
            start = line_start(config, line)
            written = config.text[start : span.start]
            self.at = len(written) - len(written.lstrip(" "))
        else:
            if free_end(config, span.end) is None:
                raise _Refused(UNSURE)
            end = lines.line_span(last_line(config, entry, self.at)).end
        self.region = Span(span.start, end)
        self.behind = Span(config.tree.base(entry.pair.chunk) + entry.pair.separator + 1, end)

    def under(self, key: str, margin: str, comment: str = "") -> str:
        """`key` with this value, indented by `margin`, `comment` behind its first line."""
        text = moved(self.config, self.behind, self.at, margin)
        if text is None:
            raise _Refused(TABS)
        head, *rest = lines_with_ends(text) or [""]
        end = head[len(head.rstrip("\r\n")) :]
        head = head.rstrip(" \t\r\n")
        if head and head[0] not in " \t":
            head = f" {head}"
        if comment:
            head = f"{head}  {comment}"
        return "".join((f"{margin}{key}:{head}{end}", *rest))

    def in_flow(self) -> str:
        """The value as it can stand in a flow collection."""
        text = self.value.of(self.config.text)
        if not self.is_flow or any(c in text for c in "\r\n"):
            raise _Refused(FLOW)
        return text


class _Place(NamedTuple):
    """Below `line`; `apart` where a blank line parts what stands there from its neighbours."""

    line: int
    apart: bool

    def insert(self, config: ConfigFile, *lines: str) -> Edit:
        end = config.tree.lines.line_span(self.line).end
        return Edit(Span(end, end), "".join(newline(config) + line for line in (("",) if self.apart else ()) + lines))


def _place(config: ConfigFile, parent: Entry, key: SchemaKey) -> _Place:
    """Where `key` belongs in a block: below the last key that the documentation lists before it."""
    children = parent.children
    found = [i for i, child in enumerate(children) if child.schema is not None and child.schema.order < key.order]
    i = found[-1] if found else len(children) - 1
    neighbour = i + 1 if i + 1 < len(children) else i
    apart = neighbour > 0 and is_blank(config, _rows(config, children[neighbour])[0] - 1)
    return _Place(_rows(config, children[i])[1], apart)


def _rows(config: ConfigFile, entry: Entry) -> tuple[int, int]:
    """The first and the last line of a key, with its comments."""
    start = config.key_span(entry).start
    at = column(config, start)
    return first_line(config, config.tree.lines.line_of(start), at), last_line(config, entry, at)


def _in_flow(entry: Entry) -> bool:
    parent = entry.parent
    return parent is not None and isinstance(parent.raw, Block) and parent.raw.form == "flow"


def _comments_around(config: ConfigFile, entry: Entry, kept: Span) -> list[str]:
    """The comments that go when the lines of `entry` go, but for those that lie in `kept`."""
    if _in_flow(entry):
        return []
    text, lines = config.text, config.tree.lines
    first, last = _rows(config, entry)
    region = Span(lines.starts[first], lines.line_span(last).end)
    return [c.of(text).rstrip() for c in config.tree.comments() if region.start <= c.start < region.end and not kept.start <= c.start < kept.end]


def _without(config: ConfigFile, entry: Entry) -> Edit:
    """The edit that takes out an entry with its comments."""
    if _in_flow(entry):
        edit = delete(config, entry)
        if edit is None:
            raise _Refused(FLOW)
        return edit
    first, last = _rows(config, entry)
    if entry.parent is not None and entry.parent.children[0] is entry and entry.parent.pair is not None:
        # Nothing is left that the blank lines below it would part.
        while last + 2 < len(config.tree.lines) and is_blank(config, last + 1):
            last += 1
    return _without_lines(config, first, last)


def _without_lines(config: ConfigFile, first: int, last: int) -> Edit:
    """The edit that takes out whole lines, with the blank ones above them where more follow below."""
    lines = config.tree.lines
    at_end = last + 1 >= len(lines) or all(is_blank(config, n) for n in range(last + 1, len(lines)))
    if at_end or is_blank(config, last + 1):
        while first > 0 and is_blank(config, first - 1):
            first -= 1
    if first == 0:
        while last + 2 < len(lines) and is_blank(config, last + 1):
            last += 1
    if last + 1 < len(lines) or first == 0:
        return Edit(Span(line_start(config, first), line_start(config, last + 1)), "")
    return Edit(Span(lines.line_span(first - 1).end, len(config.text)), "")
