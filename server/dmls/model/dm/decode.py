"""Where DM's decoders refuse a value: facts, with the words DM prints.

YAML files go through yaml.v2's UnmarshalStrict, TOML files through BurntSushi/toml; what each accepts for a Go type is in
`dmls.go.yaml_value` and `dmls.go.toml_value`.  This module only walks.  A fact about an entry depends on nothing but that
entry and what lies below it, so facts may be kept as long as the entry's chunk lives.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import toml_value, yaml_value
from dmls.model import kind as kinds
from dmls.model.config_file import MERGE_KEY, Entry
from dmls.named import NamedTuple
from dmls.schema.key import SchemaKey
from dmls.syntax.tree import Alias, Mapping, Node, Scalar, Sequence, is_null, resolved

UNKNOWN_KEY = "unknown-key"
DUPLICATE_KEY = "duplicate-key"
WRONG_TYPE = "wrong-type"
BAD_DURATION = "bad-duration"
BAD_SIZE = "bad-size"
BAD_MERGE = "bad-merge"
MASK = "******"


class Misfit(NamedTuple):
    """`text` is DM's own message for it, without line number; empty where DM has none.  `first` is the other of a pair."""

    code: str
    entry: Entry
    text: str = ""
    first: Entry | None = None
    want: str = ""
    got: str = ""


def misfits(entry: Entry, language: str) -> Iterator[Misfit]:
    """The facts about this entry itself; its children are judged by calls of their own."""
    schema = entry.schema
    parent = entry.parent
    if entry.pair is not None and not entry.name and language == "yaml" and parent is not None and parent.schema is not None:
        key = resolved(entry.pair.key)
        if isinstance(key, (Mapping, Sequence)) and parent.schema.type in ("object", "map"):
            # As in `{{ name }}:`, a placeholder that no program has filled in.
            yield Misfit(UNKNOWN_KEY, entry, f"cannot unmarshal !!{'map' if isinstance(key, Mapping) else 'seq'} into string")
            return
    if schema is None:
        if parent is not None and parent.schema is not None and entry.pair is not None and entry.pair.value is not None:
            if entry.name == MERGE_KEY and language == "yaml" and isinstance(entry.pair.key, Scalar) and entry.pair.key.style == "plain":
                yield from _merge(entry)
            elif language == "yaml" and entry.pair.separator < 0 and isinstance(entry.raw, (Mapping, Sequence)):
                # What has no colon and yet something below it is most likely the value of the line above, maybe a password.
                return
            elif parent.schema.type == "object":
                yield Misfit(UNKNOWN_KEY, entry, f"field {entry.name} not found in type {parent.schema.go}")
                if language == "toml":
                    yield from _unreadable(entry)
                    yield from _unknown_tables(entry)
        return
    if len(entry.children) + len(entry.merged) > 1 and isinstance(entry.node, Mapping):
        yield from _duplicates(entry, language)
    node = entry.node
    if isinstance(entry.raw, Scalar) and (entry.raw.unterminated or entry.raw.style == "junk"):
        return
    if node is None:
        return
    if language == "yaml":
        yield from _yaml(entry, node)
    else:
        yield from _toml(entry, node)


def _unknown_tables(entry: Entry) -> Iterator[Misfit]:
    """The tables with a header of their own below an unknown table: DM lists each of them, and each must go."""
    for child in entry.children:
        if child.pair is not None and isinstance(child.node, Mapping) and child.node.form == "table":
            yield Misfit(UNKNOWN_KEY, child)
            yield from _unknown_tables(child)


def _unreadable(entry: Entry) -> Iterator[Misfit]:
    """Numbers that no field could hold: BurntSushi refuses them while it parses, before it asks whether the key is known."""
    for below in entry.walk():
        node = below.node
        text = toml_value.decode(node.style, node.value, "map[string]any") if isinstance(node, Scalar) else None
        if text is not None:
            yield Misfit(WRONG_TYPE, below, text, want="int", got="scalar")


def _duplicates(entry: Entry, language: str) -> Iterator[Misfit]:
    seen: dict[str, Entry] = {}
    children = entry.children
    if entry.merged and entry.schema is not None and entry.schema.type == "map" and entry.schema.kind != kinds.TOPOLOGY:
        # yaml.v2 sets a merged name of a map like any other, and so takes the second one for a repetition; a struct's fields may be overruled.
        # TiUP reads with yaml.v3, which lets the map's own names win.
        children = entry.merged + children
    for child in children:
        if child.pair is None or child.pair.value is None or child.name == MERGE_KEY:
            continue
        first = seen.setdefault(child.name, child)
        if first is not child:
            assert entry.schema is not None
            if language == "toml":
                text = f"Key '{child.name}' has already been defined."
            elif entry.schema.type == "object":
                text = f"field {child.name} already set in type {entry.schema.go}"
            else:
                text = f'key "{child.name}" already set in map'
            yield Misfit(DUPLICATE_KEY, child, text, first)


def _merge(entry: Entry) -> Iterator[Misfit]:
    node = entry.node
    items = node.items if isinstance(node, Sequence) else [node]
    if isinstance(entry.raw, Alias) and entry.node is None:
        return
    if not all(isinstance(resolved(item), Mapping) for item in items):
        yield Misfit(BAD_MERGE, entry, "map merge requires map or sequence of maps as the value")


_KIND_WORDS = {"object": "a block of keys", "map": "a block of names", "list": "a list", "bytes": "a list of numbers"}


_PLAIN_WORDS = ("true", "false")


def fits_plainly(node: Scalar, schema: SchemaKey) -> bool:
    """Whether a YAML scalar is of the right type at first sight, as nearly every one is; False says nothing."""
    if node.tag is not None or node.unterminated:
        return False
    kind = schema.type
    if kind == "string":
        return True
    if node.style != "plain":
        return False
    value = node.value
    if kind == "bool":
        return value in _PLAIN_WORDS
    return kind == "int" and value.isascii() and value.isdecimal() and value[0] != "0" and len(value) < 10 and schema.go != "uint8"


def _yaml(entry: Entry, node: Node) -> Iterator[Misfit]:
    schema = entry.schema
    assert schema is not None
    kind = schema.type
    if kind == "any":
        return
    if isinstance(node, Scalar):
        if fits_plainly(node, schema):
            return
        plain = node.style in ("plain", "empty")
        if is_null(node):
            return
        if kind in ("object", "map", "list", "bytes"):
            text = yaml_value.decode(node.value, plain, node.tag, schema.go)
        elif kind in ("duration", "bytesize") and not schema.go.endswith("string"):
            text = yaml_value.decode(node.value, plain, node.tag, schema.go)
            if text is not None and text.startswith(("time: ", "invalid ", "strconv.")):
                yield Misfit(BAD_DURATION if kind == "duration" else BAD_SIZE, entry, text)
                return
        else:
            # DM's named string types (config.PhysicalPostOpLevel …) decode like any string.
            text = yaml_value.decode(node.value, plain, node.tag, "string" if kind == "string" else schema.go)
        if text is not None:
            if entry.secret:
                text = _masked(text)
            yield Misfit(WRONG_TYPE, entry, text, want=kind, got="scalar")
        return
    got = "map" if isinstance(node, Mapping) else "seq"
    if (got == "map" and kind in ("object", "map")) or (got == "seq" and kind in ("list", "bytes")):
        return
    # DM's durations are structs with one field, so that a mapping without any key is a duration of nothing.
    if isinstance(node, Mapping) and not node.pairs and (node.form == "block" or schema.go == "config.Duration"):
        return
    yield Misfit(WRONG_TYPE, entry, f"cannot unmarshal !!{got} into {schema.go}", want=kind, got=got)


def _masked(text: str) -> str:
    """DM's message without the value; a tag of the user's own is what the value begins with, so it goes too."""
    before, tick, rest = text.partition("`")
    if not tick:
        return text
    words = [f"!{MASK}" if w.startswith("!") and not w.startswith("!!") else w for w in before.split(" ")]
    return " ".join(words) + tick + MASK + tick + rest.rpartition("`")[2]


def _toml(entry: Entry, node: Node) -> Iterator[Misfit]:
    schema = entry.schema
    assert schema is not None
    if schema.type == "any":
        return
    if isinstance(node, Scalar):
        if node.style in ("empty", "junk", "bare"):
            return
        style = node.style
        text = toml_value.decode(style, node.value, schema.go)
        got = "scalar"
    elif isinstance(node, Sequence):
        text = toml_value.decode(node.form, "", schema.go)
        got = "seq"
    else:
        text = toml_value.decode("table", "", schema.go)
        got = "map"
    if text is not None:
        yield Misfit(WRONG_TYPE, entry, text, want=schema.type, got=got)
