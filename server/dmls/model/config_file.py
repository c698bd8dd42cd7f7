"""One DM file as its decoder sees it: entries joined to the schema.

An `Entry` is a key or list item with its value and what the schema knows of it.  Entries of an unchanged chunk of
syntax are shared between two versions of a file (`Chunk.memo`); only their place in the whole, `parent` and `index`,
is set anew, so an `Entry` always belongs to the newest `ConfigFile` that was read.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Iterator

from dmls.model import kind as kinds
from dmls.private import sounds_secret
from dmls.schema import keys as k
from dmls.schema.key import SchemaKey
from dmls.syntax.tree import Alias, Chunk, Mapping, Node, Pair, Scalar, Sequence, Tree, is_null, resolved
from dmls.text import Span

MERGE_KEY = "<<"
BY_VALUE = frozenset((k.FROM, k.PURGE, k.CHECKER, k.EXPERIMENTAL))
"""The blocks that are structs in Go; all others are pointers, which can be nil."""
_MAX_DEPTH = 100


class Entry:
    """`schema` is None for what the schema does not know.  `node` is the value with aliases resolved, None only for a fragment."""

    __slots__ = ("_named", "_text", "chunk", "children", "index", "key", "kept", "merged", "name", "node", "pair", "parent", "raw", "schema", "why")

    def __init__(self, schema: SchemaKey | None, pair: Pair | None, raw: Node | None, chunk: Chunk) -> None:
        self.schema = schema
        self.pair = pair
        self.raw = raw
        self.node = resolved(raw) if isinstance(raw, Alias) else raw
        self.chunk = chunk
        self.parent: Entry | None = None
        self.index = -1
        self.why: object = None
        """What `model.unknown` found out about an unknown key; None until it was asked."""
        self.kept: dict[object, object] | None = None
        """What others keep of an entry that begins a chunk, for as long as it lives."""
        self.children: list[Entry] = []
        self.merged: list[Entry] = []
        """What ``<<`` brings in; these entries lie where their anchor lies."""
        self.name = pair.name if pair is not None else ""
        """The key as written; "" for a list item and the root."""
        self.key = self.name
        """The key as the schema spells it, as written where the schema does not know it."""
        if pair is not None and schema is not None and schema.parent is not None and schema.parent.type == "object":
            self.key = schema.name
        self._named: dict[str, Entry] | None = None
        self._text: str | None = None

    @property
    def path(self) -> tuple[str | int, ...]:
        steps: list[str | int] = []
        entry: Entry | None = self
        while entry is not None and entry.parent is not None:
            steps.append(entry.key if entry.pair is not None else entry.index)
            entry = entry.parent
        return tuple(reversed(steps))

    @property
    def is_null(self) -> bool:
        """Whether the decoder sets the zero value: YAML null, or nothing written."""
        return is_null(self.node)

    @property
    def text(self) -> str:
        """The scalar's value; "" for null and for collections."""
        text = self._text
        if text is None:
            # Rules about a whole file ask this of every instance, again and again.
            text = self._text = self.node.value if isinstance(self.node, Scalar) and not is_null(self.node) else ""
        return text

    @property
    def secret(self) -> bool:
        """Whether the value must never be shown: the key is a secret, or seems to be one, or lies within one."""
        entry: Entry | None = self
        while entry is not None:
            if entry.schema.secret if entry.schema is not None else entry.pair is not None and sounds_secret(entry.name):
                return True
            entry = entry.parent
        return False

    @property
    def held_kind(self) -> str | None:
        """The kind of the file that an entry of a topology becomes a part of; None where it is TiUP's own."""
        above = self.parent
        while above is not None:
            if above.schema is not None and above.schema.holds_kind is not None:
                return above.schema.holds_kind
            above = above.parent
        return None

    @property
    def semantic(self) -> str:
        return self.schema.semantic if self.schema is not None else ""

    def get(self, *steps: str | int) -> Entry | None:
        """The entry below by names and list indices; own keys before merged ones unless ``<<`` stands below them, the first of duplicates."""
        entry: Entry | None = self
        for step in steps:
            if entry is None:
                return None
            if isinstance(step, int):
                items = entry.items()
                entry = items[step] if -len(items) <= step < len(items) else None
            else:
                entry = (entry._named or entry._by_key()).get(step)
        return entry

    def _by_key(self) -> dict[str, Entry]:
        """The children by key; made when first asked for, after the entry was built."""
        named = self._named
        if named is None:
            named = self._named = {}
            above = 0
            if self.merged and self.schema is not None and self.schema.kind != kinds.TOPOLOGY:
                # yaml.v2 sets what `<<` brings where it stands, over what stands above it (decode.go: mappingStruct); yaml.v3 lets own keys win.
                above = next((i for i, child in enumerate(self.children) if child.name == MERGE_KEY), 0)
            for child in (*self.children[above:], *self.merged, *self.children[:above]) if self.merged else self.children:
                if child.pair is not None:
                    named.setdefault(child.key, child)
        return named

    def items(self) -> list[Entry]:
        """The items of a list."""
        return self.children.copy() if isinstance(self.node, Sequence) else []

    def strings(self) -> list[Entry]:
        """The items of a list that are scalars."""
        return [e for e in self.children if isinstance(e.node, Scalar)] if isinstance(self.node, Sequence) else []

    def walk(self) -> Iterator[Entry]:
        """The entry and all below it, in the order of the text; merged entries are left out, they stand elsewhere."""
        stack = [self]
        while stack:
            entry = stack.pop()
            yield entry
            stack.extend(reversed(entry.children))


def is_empty_block(node: Scalar, schema: SchemaKey) -> bool:
    """Whether the null makes a struct of zeros, and not no struct: yaml.v2 looks for `null`, `~` and nothing before it makes what a pointer
    points to, and finds `Null` and `NULL` afterwards (decode.go: prepare, scalar)."""
    return node.value in ("Null", "NULL") and is_null(node) and schema.kind in kinds.YAML_KINDS and schema.kind != kinds.TOPOLOGY and schema.name not in BY_VALUE


def _below(schema: SchemaKey | None, pair: Pair | None) -> SchemaKey | None:
    """The schema of a pair's value, or of a list item where `pair` is None."""
    if schema is None:
        return None
    if pair is None:
        return schema.item if schema.type in ("list", "bytes") else None
    return schema.child(pair.name) if schema.type in ("object", "map") else None


class _Builder:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.fold = tree.language == "toml"
        self.active: set[int] = set()

    def entry(self, schema: SchemaKey | None, pair: Pair | None, node: Node | None, chunk: Chunk, depth: int = 0) -> Entry:
        entry = Entry(schema, pair, node, chunk)
        value = entry.node
        if isinstance(value, Scalar) and schema is not None and schema.type == "object" and is_empty_block(value, schema):
            entry.node = Mapping(value.chunk, value.start, value.end, "flow")
        if value is None or depth > _MAX_DEPTH or id(value) in self.active:
            return entry
        if isinstance(value, (Mapping, Sequence)):
            self.active.add(id(value))
            self.fill(entry, value, depth)
            self.active.discard(id(value))
        return entry

    def fill(self, entry: Entry, value: Mapping | Sequence, depth: int) -> None:
        schema = entry.schema
        if isinstance(value, Mapping):
            for pair in value.pairs:
                if pair.name == MERGE_KEY and not self.fold and isinstance(pair.key, Scalar) and pair.key.style == "plain":
                    self.merge(entry, pair, depth)
                else:
                    self.add(entry, self.shared(entry, value, schema, pair, pair.value, pair.chunk, depth), -1)
        else:
            for i, node in enumerate(value.items):
                self.add(entry, self.shared(entry, value, schema, None, node, node.chunk, depth), i)

    def shared(self, entry: Entry, value: Node, above: SchemaKey | None, pair: Pair | None, node: Node | None, chunk: Chunk, depth: int) -> Entry:
        """Build a child of a value whose schema is `above`, or take the one an earlier version of the file built for the same chunk."""
        if chunk is value.chunk or isinstance(entry.raw, Alias):
            return self.entry(_below(above, pair), pair, node, chunk, depth + 1)
        memo = chunk.memo
        # Where others than this chunk have a part in the value, it is put together anew each time, and the new one takes the place of the old.
        slot = ("entry", pair.key.start if pair is not None else ~node.start if node is not None else -1, id(above))
        found = memo.get(slot)
        if isinstance(found, Entry) and found.pair is pair and found.raw is node:
            return found
        child = self.entry(_below(above, pair), pair, node, chunk, depth + 1)
        memo[slot] = child
        return child

    @staticmethod
    def add(entry: Entry, child: Entry, index: int) -> None:
        child.parent = entry
        child.index = index
        entry.children.append(child)

    def merge(self, entry: Entry, pair: Pair, depth: int) -> None:
        own = Entry(None, pair, pair.value, pair.chunk)
        self.add(entry, own, -1)
        value = resolved(pair.value)
        sources = value.items if isinstance(value, Sequence) else [value]
        for source in sources:
            source = resolved(source)
            if not isinstance(source, Mapping) or id(source) in self.active:
                continue
            self.active.add(id(source))
            for inner in source.pairs:
                child = self.entry(_below(entry.schema, inner), inner, inner.value, inner.chunk, depth + 1)
                child.parent = entry
                entry.merged.append(child)
            self.active.discard(id(source))


class ConfigFile:
    """A file of a known kind.  Exists for any text, even broken."""

    __slots__ = ("kind", "language", "path", "root", "text", "tls_blocks", "tree")

    def __init__(self, path: str, kind: str, tree: Tree, schema: SchemaKey) -> None:
        from dmls.model.tls_block import tls_blocks

        self.path = path
        self.kind = kind
        self.language = tree.language
        self.text = tree.text
        self.tree = tree
        builder = _Builder(tree)
        node = tree.root
        chunk = node.chunk if node is not None else (tree.chunks[0][1] if tree.chunks else Chunk(""))
        if kind == kinds.TOPOLOGY:
            node = _topology_root(node)
        self.root = builder.entry(schema, None, node, chunk)
        self.tls_blocks = tls_blocks(self)

    def get(self, *steps: str | int) -> Entry | None:
        return self.root.get(*steps)

    def entries(self) -> Iterator[Entry]:
        return self.root.walk()

    def key_span(self, entry: Entry) -> Span:
        """The key with its quotes; for a list item its value, for the root the start of the file."""
        if entry.pair is not None:
            return self.tree.span(entry.pair.key)
        return self.value_span(entry)

    def value_span(self, entry: Entry) -> Span:
        """The value as written, an alias and not its target; the key's span where nothing is written."""
        raw = entry.raw
        if raw is None or (isinstance(raw, Scalar) and raw.style == "empty"):
            if entry.pair is not None:
                return self.tree.span(entry.pair.key)
            if raw is not None:
                return self.tree.span(raw)
            return Span(0, 0)
        return self.tree.span(raw)

    def span(self, entry: Entry) -> Span:
        """Key and value together."""
        if entry.pair is not None:
            return self.tree.span(entry.pair)
        return self.value_span(entry)

    def entry_at(self, offset: int) -> Entry | None:
        """The deepest entry whose key or value holds `offset`."""
        found: Entry | None = None
        below = self._child_at(self.root, offset)
        while below is not None:
            found = below
            below = self._child_at(below, offset)
        return found

    def _child_at(self, entry: Entry, offset: int) -> Entry | None:
        """The child that holds `offset`: in YAML, where children stand in order, the last one that begins before it."""
        children = entry.children
        if self.language == "yaml" and len(children) > 8 and not isinstance(entry.raw, Alias):
            at = bisect_right(children, offset, key=lambda e: self.tree.span(e.pair.key if e.pair is not None else e.raw).start if e.raw or e.pair else 0)
            children = children[max(0, at - 1) : at]
        return next((child for child in children if self.span(child).contains(offset)), None)


def _topology_root(node: Node | None) -> Node | None:
    """TiUP's own `meta.yaml` nests the topology below a key of that name."""
    value = resolved(node)
    if isinstance(value, Mapping):
        for pair in value.pairs:
            if pair.name == kinds.TOPOLOGY and isinstance(resolved(pair.value), Mapping):
                return pair.value
    return node
