"""What DM's decoders put into their structs: the plain values of a file, for one version of DM.

Task and source files are read as yaml.v2 does it (decode.go), the TOML files as BurntSushi/toml does it.  A struct is a
dictionary with every key that this version of DM knows and uses: what the file leaves out has its default, what it sets to null
has the zero value of its type.  Durations are in nanoseconds, sizes in bytes, byte lists are `bytes`; a pointer to nothing
is None.  Where DM would refuse a value, the field stays as it was, as in Go.

What is here is before DM's own Adjust functions; `dmls.model.dm.effective` goes on from here.
"""

from __future__ import annotations

import math
from typing import Container

from dmls.go import duration, size, toml_value, yaml_value
from dmls.model.config_file import BY_VALUE, MERGE_KEY, ConfigFile, is_empty_block
from dmls.model.dm.decode import MASK
from dmls.model.dm.origin import NULL, WRITTEN, Home, Origin, Trace
from dmls.schema import keys as k
from dmls.schema import legacy
from dmls.schema.history import default_in, lives
from dmls.schema.key import TOML_KINDS, SchemaKey
from dmls.syntax.tree import Element, Mapping, Node, Pair, Scalar, Sequence, is_null, resolved
from dmls.version import Version, parse_version

Block = dict[str, object]

_READS_ITSELF = "config.raw"
"""How the Go types begin that have an UnmarshalYAML of their own: each block starts from the defaults again."""
_MAX_DEPTH = 100


class Secret:
    """A value that must never be shown.  Equal to another with the same value."""

    __slots__ = ("_value",)

    def __init__(self, value: str | bytes) -> None:
        self._value = value

    def reveal(self) -> str | bytes:
        """The value itself, for comparing and computing only."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return f"Secret({MASK})"


def decoded(config: ConfigFile, version: Version, trace: Trace | None = None, only: Container[int] | None = None) -> Block:
    """The root struct of a file; `trace` is told where each value stands.  Never fails, however broken the text is.

    With `only` the instances of a task are left out whose numbers are not in it.
    """
    reader = _Reader(config.language, version, trace, only)
    schema = config.root.schema
    assert schema is not None
    root = reader.fresh(schema)
    node = resolved(config.root.node)
    if isinstance(node, Mapping):
        reader.fill(schema, node, root, 0)
    return root


def fresh(schema: SchemaKey, version: Version) -> Block:
    """A struct of the type `schema` before anything is decoded into it: the defaults of `version`."""
    return {name: _initial(child, version) for name, child in schema.children.items() if lives(child, version)}


def zero(schema: SchemaKey) -> object:
    """What null sets: the zero value of the Go type.  For a struct see `fresh`; here it is a nil pointer."""
    value = _ZERO.get(schema.type)
    if schema.type == "list":
        return []
    if schema.type == "map":
        return {}
    return Secret(value) if schema.secret and isinstance(value, (str, bytes)) else value


_ZERO: dict[str, object] = {"string": "", "bool": False, "int": 0, "float": 0.0, "duration": 0, "bytesize": 0, "bytes": b""}


def _initial(schema: SchemaKey, version: Version) -> object:
    if schema.type == "object":
        return fresh(schema, version) if schema.name in BY_VALUE else None
    if not schema.has_default or schema.default_is_computed:
        return zero(schema)
    default = default_in(schema, version)
    if schema.type == "duration":
        return duration.parse(str(default))[0]
    if schema.type == "bytesize":
        return size.parse(str(default))[0]
    if isinstance(default, list):
        return list(default)
    if isinstance(default, dict):
        return dict(default)
    return zero(schema) if schema.secret else default


def _zero_struct(schema: SchemaKey, version: Version) -> Block:
    return {
        name: _zero_struct(child, version) if child.type == "object" and child.name in BY_VALUE else zero(child) for name, child in schema.children.items() if lives(child, version)
    }


class _Reader:
    def __init__(self, language: str, version: Version, trace: Trace | None, only: Container[int] | None = None) -> None:
        self.only = only
        self.toml = language == "toml"
        self.version = version
        self.trace = trace
        self.active: set[int] = set()
        """The nodes that are being read: an anchor may stand inside itself."""

    def fresh(self, schema: SchemaKey) -> Block:
        return fresh(schema, self.version)

    # ------------------------------------------------------------------------------------------------ structs and maps

    def fill(self, schema: SchemaKey, node: Mapping, into: Block, depth: int) -> None:
        """Decode the pairs in their order: ``<<`` sets what it brings where it stands, so a key written above it loses."""
        if id(node) in self.active or depth > _MAX_DEPTH:
            return
        self.active.add(id(node))
        done: set[str] = set()
        for pair in node.pairs:
            if self.is_merge(pair):
                for source in self.merged(pair):
                    self.fill(schema, source, into, depth + 1)
            elif schema.type == "map":
                self.set_in_map(schema, pair, into, depth)
            else:
                self.set_field(schema, pair, into, done, depth)
        self.active.discard(id(node))

    def is_merge(self, pair: Pair) -> bool:
        return pair.name == MERGE_KEY and not self.toml and isinstance(pair.key, Scalar) and pair.key.style == "plain"

    @staticmethod
    def merged(pair: Pair) -> list[Mapping]:
        """The mappings behind ``<<``, the one that wins last."""
        value = resolved(pair.value)
        items = [resolved(item) for item in reversed(value.items)] if isinstance(value, Sequence) else [value]
        return [item for item in items if isinstance(item, Mapping)]

    def set_field(self, schema: SchemaKey, pair: Pair, into: Block, done: set[str], depth: int) -> None:
        child = schema.child(pair.name)
        if child is None or self.version not in child.versions:
            self.set_legacy(schema, pair, into, depth)
            return
        if child.name in done or not lives(child, self.version):
            return
        done.add(child.name)
        self.set(child, pair.value, into, child.name, depth, pair)

    def set_legacy(self, schema: SchemaKey, pair: Pair, into: Block, depth: int) -> None:
        """A key that DM no longer has, read by a version that still had it."""
        old = legacy.find(schema.kind, schema.path, pair.name)
        if old is None or old.since is None or old.removed_in is None or pair.value is None:
            return
        if not parse_version(old.since) <= self.version < parse_version(old.removed_in):
            return
        new = schema.child((old.replaced_by or "").rpartition(".")[2]) if old.why == legacy.RENAMED else None
        if new is not None:
            self.set(new, pair.value, into, new.name, depth, pair)
        else:
            self.put(into, pair.name, self.plain(pair.value, depth + 1), pair)

    def set_in_map(self, schema: SchemaKey, pair: Pair, into: Block, depth: int) -> None:
        child = schema.child(pair.name)
        if schema.holds_kind is not None:
            self.set_held(pair, child, into, depth)
            return
        if child is None:
            return
        if pair.name in into and not self.toml:
            # With UnmarshalStrict the second one is an error and does not count.
            return
        item: Block = {}
        self.set(child, pair.value, item, pair.name, depth, pair)
        into.update(item)
        if self.trace is not None:
            self.trace.moved(item, pair.name, into, pair.name)
            block = item.get(pair.name)
            if isinstance(block, dict):
                self.trace.settle(block, Home(child, f"{schema.name}.{pair.name}", pair))

    def set_held(self, pair: Pair, child: SchemaKey | None, into: Block, depth: int) -> None:
        """A setting of another file in a topology; TiUP takes a dot in a name for a table."""
        known = child is not None and child.kind in TOML_KINDS
        if child is not None and known and not lives(child, self.version):
            return
        *tables, name = pair.name.split(".")
        at = into
        for table in tables:
            below = at.setdefault(table, {})
            if not isinstance(below, dict):
                return
            at = below
        if child is not None and known and child.type != "object":
            self.set(child, pair.value, at, name, depth, pair)
        elif pair.value is not None:
            self.put(at, name, self.plain(pair.value, depth + 1), pair)

    # ---------------------------------------------------------------------------------------------------------- values

    def put(self, into: Block, name: str, value: object, source: Element, way: str = WRITTEN) -> None:
        into[name] = value
        if self.trace is not None:
            self.trace.note(into, name, Origin(way, source, source.name if isinstance(source, Pair) else name))

    def set(self, schema: SchemaKey, raw: Node | None, into: Block, name: str, depth: int, source: Element) -> None:
        """Decode a value over what is there; `source` is the key or item that it belongs to."""
        node = resolved(raw)
        if node is None or (isinstance(node, Scalar) and (node.unterminated or node.style == "junk")):
            return
        kind = schema.type
        if kind == "any":
            self.put(into, name, self.plain(node, depth + 1), source)
        elif not self.toml and isinstance(node, Scalar) and is_null_scalar(node):
            self.put(into, name, self.null(schema, node), source, NULL)
        elif kind == "object":
            if isinstance(node, Mapping):
                struct = self.struct(schema, node, into.get(name), depth)
                self.put(into, name, struct, source)
                if self.trace is not None:
                    self.trace.settle(struct, Home(schema, "", source))
        elif kind == "map":
            if isinstance(node, Mapping):
                before = into.get(name)
                block: Block = before if isinstance(before, dict) else {}
                self.put(into, name, block, source)
                self.fill(schema, node, block, depth + 1)
        elif kind == "list":
            if isinstance(node, Sequence):
                self.put(into, name, self.items(schema, node, depth), source)
        elif kind == "bytes":
            if isinstance(node, Sequence):
                numbers = [n for n in self.items(schema, node, depth) if isinstance(n, int)]
                data = bytes(numbers)
                self.put(into, name, Secret(data) if schema.secret else data, source)
        elif isinstance(node, Scalar):
            value = self.scalar(schema, node)
            if value is not None:
                self.put(into, name, value, source)

    def null(self, schema: SchemaKey, node: Scalar) -> object:
        if schema.type != "object":
            return zero(schema)
        return _zero_struct(schema, self.version) if schema.name in BY_VALUE or is_empty_block(node, schema) else None

    def struct(self, schema: SchemaKey, node: Mapping, before: object, depth: int) -> Block:
        """Go decodes into the struct that is there, so that a block and what ``<<`` brought for it are joined."""
        block = before if isinstance(before, dict) and not schema.go.startswith(_READS_ITSELF) else self.fresh(schema)
        self.fill(schema, node, block, depth + 1)
        return block

    def items(self, schema: SchemaKey, node: Sequence, depth: int) -> list[object]:
        """The items of a list; those that cannot be decoded are left out, as in Go."""
        if id(node) in self.active or schema.item is None:
            return []
        self.active.add(id(node))
        out: list[object] = []
        for number, item in enumerate(node.items):
            if self.only is not None and schema.path == k.MYSQL_INSTANCES and number not in self.only:
                continue
            holder: Block = {}
            self.set(schema.item, item, holder, "", depth + 1, item)
            if holder and self.trace is not None:
                self.trace.moved(holder, "", out, len(out))
            out.extend(holder.values())
        self.active.discard(id(node))
        return out

    def scalar(self, schema: SchemaKey, node: Scalar) -> object:
        """The value in its Go type; None where the decoder refuses it."""
        go = schema.go if schema.type != "string" else "string"
        if self.toml:
            value = toml_value.value(node.style, node.value, go)
        else:
            value = yaml_value.value(node.value, node.style in ("plain", "empty"), node.tag, go)
        if isinstance(value, float) and math.isnan(value):
            # The same object each time, which Python takes for equal inside a dictionary.
            return math.nan
        return Secret(value) if schema.secret and isinstance(value, str) else value

    def plain(self, raw: Node | None, depth: int) -> object:
        """A value that has no type of its own."""
        node = resolved(raw)
        if depth > _MAX_DEPTH or node is None or id(node) in self.active:
            return None
        if isinstance(node, Scalar):
            return self.plain_scalar(node)
        self.active.add(id(node))
        out: object
        if isinstance(node, Sequence):
            out = [self.plain(item, depth + 1) for item in node.items]
        else:
            block: Block = {}
            assert isinstance(node, Mapping)
            for pair in node.pairs:
                if self.is_merge(pair):
                    for source in self.merged(pair):
                        brought = self.plain(source, depth + 1)
                        block.update(brought if isinstance(brought, dict) else {})
                else:
                    block[pair.name] = self.plain(pair.value, depth + 1)
            out = block
        self.active.discard(id(node))
        return out

    def plain_scalar(self, node: Scalar) -> object:
        if self.toml:
            kind = toml_value.type_name(node.style) or ""
            value = toml_value.value(node.style, node.value, kind) if kind != "time.Time" else node.value
        elif node.style in ("plain", "empty") or node.tag is not None:
            value = yaml_value.resolve(node.value, node.tag)[1]
        else:
            value = node.value
        return math.nan if isinstance(value, float) and math.isnan(value) else value


def is_null_scalar(node: Scalar) -> bool:
    """Whether yaml.v2 reads a scalar as null, its tag included."""
    return is_null(node) or (node.tag is not None and yaml_value.is_null(node.value, node.style in ("plain", "empty"), node.tag))
