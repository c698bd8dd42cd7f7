"""One key of a DM file, as `schemas/` describes it."""

from __future__ import annotations

from typing import Callable, Iterator, Mapping, Union

from dmls.named import NamedTuple
from dmls.version import ALWAYS, VersionSet, parse_version_set

Json = Union[None, bool, int, float, str, list["Json"], dict[str, "Json"]]
Raw = Mapping[str, Json]

TYPES = ("object", "map", "list", "string", "bool", "int", "float", "duration", "bytesize", "bytes", "any")
_PLAIN = {"string": "string", "boolean": "bool", "integer": "int", "number": "float", "array": "list"}
_NOTHING: Raw = {}


class Change(NamedTuple):
    """What was otherwise in some versions.

    `what` is "default": `value` was the default there; "enum": `value` is accepted only there; "status": the key's
    status was `value` there.
    """

    what: str
    versions: VersionSet
    value: Json


class Source(NamedTuple):
    """Where the raw schema of a key came from: the documents that its references point into."""

    local: Raw
    common: Raw
    load: Callable[[str], SchemaKey]


class SchemaKey:
    """One key: its name, its type as DM decodes it, its meaning, its history and its words.

    A key is made when its parent's `children` or `item` is first asked for, since most files use few of DM's keys.
    An item of a list has the name "[]", a value of a map "<name>"; the root has the name "".
    """

    __slots__ = ("name", "kind", "path", "type", "parent", "order", "semantic", "status", "_raw", "_source", "_children", "_item", "_folded", "_enum", "_history", "_versions")

    name: str
    kind: str
    path: str
    """Dotted: ``mysql-instances[].meta.binlog-pos``, ``routes.<name>.schema-pattern``; "" for the root."""
    type: str
    """One of `TYPES`.  "string" also covers Go strings that DM parses later (rpc-timeout); `semantic` tells."""
    parent: SchemaKey | None
    order: int
    """The place among its siblings, as DM's own samples order them."""
    semantic: str
    """What the value means (`dmls.schema.semantics`), "" where nothing is to be said."""
    status: str
    """ok, deprecated (works, DM warns), mapped (DM translates), ignored, ineffective, internal, error (DM refuses)."""

    def __init__(self, raw: Raw, source: Source, kind: str, name: str, path: str, parent: SchemaKey | None, order: int) -> None:
        raw = _resolve(raw, source)
        self.name, self.kind, self.path, self.parent, self.order = name, kind, path, parent, order
        self.type = _type(raw)
        self.semantic = str(raw.get("x-dmls-is", ""))
        self.status = str(raw.get("x-dmls-status", "ok"))
        self._raw = raw
        self._source = source
        self._children: dict[str, SchemaKey] | None = None
        self._item: SchemaKey | None = None
        self._folded: dict[str, SchemaKey] | None = None
        values = raw.get("enum")
        self._enum = tuple(str(v) for v in values) if isinstance(values, list) else None
        self._versions: VersionSet | None = None
        self._history: tuple[Change, ...] | None = None

    def __repr__(self) -> str:
        return f"<SchemaKey {self.kind} {self.path or '(root)'}>"

    # ------------------------------------------------------------------------------------------------------- structure

    @property
    def children(self) -> dict[str, SchemaKey]:
        """The keys below an object by name, in order.

        The free maps of a topology that hold another file's settings give that file's keys; unknown names are
        no error there, since the map has an `item` too.
        """
        if self._children is None:
            if self.holds_kind is not None:
                self._children = self._source.load(self.holds_kind).children
            else:
                self._children = {}
                for order, (name, raw) in enumerate(_mapping(self._raw.get("properties")).items()):
                    path = f"{self.path}.{name}" if self.path else name
                    self._children[name] = SchemaKey(_mapping(raw), self._source, self.kind, name, path, self, order)
        return self._children

    @property
    def item(self) -> SchemaKey | None:
        """The value of a map, the item of a list, a byte of "bytes"; None for the rest."""
        if self._item is None:
            if self.type in ("list", "bytes"):
                raw = _mapping(self._raw.get("items"))
                self._item = SchemaKey(raw, self._source, self.kind, "[]", f"{self.path}[]", self, 0)
            elif self.type == "map":
                raw = _mapping(self._raw.get("additionalProperties"))
                self._item = SchemaKey(raw, self._source, self.kind, "<name>", f"{self.path}.<name>", self, 0)
        return self._item

    def child(self, name: str) -> SchemaKey | None:
        """The key for `name` below this one: a named child, else the value of a map.  None where DM knows no such key.

        In TOML files the case of letters does not count, unless a name fits exactly, as in BurntSushi's decoder.
        In a topology's map of settings a name with dots goes down several levels, as TiUP folds it.
        """
        found = self.children.get(name)
        if found is not None:
            return found
        if self.kind in TOML_KINDS and self.type == "object":
            if self._folded is None:
                self._folded = {}
                for key in self.children.values():
                    self._folded.setdefault(key.name.casefold(), key)
            return self._folded.get(name.casefold())
        if self.holds_kind and "." in name:
            at: SchemaKey | None = self
            for part in name.split("."):
                at = at.child(part) if at is not None else None
            return at
        return self.item if self.type == "map" else None

    def walk(self) -> Iterator[SchemaKey]:
        """This key and all below it, depth first.  Does not enter the settings that a topology holds for another file."""
        yield self
        if self.holds_kind is None:
            for key in self.children.values():
                yield from key.walk()
        if self.item is not None:
            yield from self.item.walk()

    @property
    def holds_kind(self) -> str | None:
        """The kind ("master", "worker") whose keys a free map of a topology holds."""
        held = self._raw.get("x-dmls-kind")
        return held if isinstance(held, str) else None

    # ------------------------------------------------------------------------------------------------------- the value

    @property
    def go(self) -> str:
        """The Go type as DM's messages print it: ``int``, ``config.TaskConfig``, ``security.strArray``."""
        return str(self._raw.get("x-dmls-go", ""))

    @property
    def has_default(self) -> bool:
        return "default" in self._raw or "x-dmls-default" in self._raw

    @property
    def default(self) -> Json:
        """The default of today's DM, in words ("${master-addr}") where it is computed; None where there is none."""
        return self._raw.get("default", self._raw.get("x-dmls-default"))

    @property
    def default_is_computed(self) -> bool:
        """Whether `default` is a description of a value rather than a value that could be written."""
        return "x-dmls-default" in self._raw

    def default_in(self, versions: VersionSet) -> Json:
        """The default in the oldest of `versions`."""
        first = versions.first
        if first is not None:
            for change in self.history:
                if change.what == "default" and first in change.versions:
                    return change.value
        return self.default

    @property
    def enum(self) -> tuple[str, ...] | None:
        """The values to offer.  Whether another value is an error is told by `enum_code`."""
        return self._enum

    @property
    def enum_code(self) -> int:
        """The DM error that another value raises when the file is loaded; 0 where DM does not look."""
        code = self._raw.get("x-dmls-enum-checked", 0)
        return code if isinstance(code, int) else 0

    @property
    def enum_fold(self) -> bool:
        """Whether DM compares the values without regard to case."""
        return self._raw.get("x-dmls-enum-fold") is True

    @property
    def enum_also(self) -> tuple[str, ...]:
        """Values that DM takes too, but that nobody should be offered."""
        return _strings(self._raw.get("x-dmls-enum-also"))

    def accepts(self, value: str) -> bool:
        """Whether `value` is one of the enum's values, as DM compares them.  True where there is no enum."""
        values = self.enum
        if values is None:
            return True
        if self.enum_fold:
            value = value.lower()
            return any(value == v.lower() for v in values) or value in self.enum_also
        return value in values or value in self.enum_also

    def versions_of(self, value: str) -> VersionSet:
        """The DM versions that know `value`, one of the enum; case is as in `accepts`."""
        written = value.lower() if self.enum_fold else value
        rows = (c for c in self.history if c.what == "enum")
        return next((c.versions for c in rows if (str(c.value).lower() if self.enum_fold else c.value) == written), ALWAYS)

    def enum_doc(self, value: str, locale: str = "en") -> str:
        """What one value of the enum means, "" where not told."""
        docs = _strings(self._raw.get("x-dmls-enum-doc-zh" if locale.startswith("zh") else "enumDescriptions"))
        values = self.enum or ()
        return docs[values.index(value)] if value in values and len(docs) == len(values) else ""

    @property
    def minimum(self) -> int | None:
        low = self._raw.get("minimum")
        return low if isinstance(low, int) else None

    @property
    def maximum(self) -> int | None:
        high = self._raw.get("maximum")
        return high if isinstance(high, int) else None

    # --------------------------------------------------------------------------------------------------------- history

    @property
    def versions(self) -> VersionSet:
        """The DM versions that know the key.  Keys of a topology belong to TiUP and are in all of them."""
        if self._versions is None:
            text = self._raw.get("x-dmls-versions")
            self._versions = parse_version_set(text) if isinstance(text, str) and text != ".." else ALWAYS
        return self._versions

    @property
    def history(self) -> tuple[Change, ...]:
        if self._history is None:
            rows = self._raw.get("x-dmls-history")
            self._history = tuple(
                Change(str(r["what"]), parse_version_set(str(r["versions"])), r["value"]) for r in (rows if isinstance(rows, list) else ()) if isinstance(r, dict)
            )
        return self._history

    @property
    def replaced_by(self) -> str | None:
        """The path to use instead.

        With a kind in front where it is another file's (``worker:relay-dir``), ``flag:`` where it is an argument of dmctl
        (``flag:start-task --remove-meta``).
        """
        new = self._raw.get("x-dmls-replaced-by")
        if not isinstance(new, str):
            return None
        if new.startswith("./") and self.parent is not None:
            return f"{self.parent.path}.{new[2:]}"
        return new

    @property
    def deprecated_since(self) -> str | None:
        since = self._raw.get("x-dmls-deprecated-since")
        return since if isinstance(since, str) else None

    @property
    def deprecated(self) -> bool:
        """Whether an editor should strike the key out."""
        return self._raw.get("deprecated") is True

    @property
    def deprecation_en(self) -> str:
        return str(self._raw.get("deprecationMessage", ""))

    @property
    def deprecation_zh(self) -> str:
        return str(self._raw.get("x-dmls-deprecation-zh", ""))

    # ----------------------------------------------------------------------------------------------------------- words

    @property
    def doc_en(self) -> str:
        return str(self._raw.get("description", ""))

    @property
    def doc_zh(self) -> str:
        return str(self._raw.get("x-dmls-doc-zh", ""))

    def doc(self, locale: str) -> str:
        return (self.doc_zh if locale.startswith("zh") else "") or self.doc_en

    @property
    def required(self) -> bool:
        """Whether DM refuses (or drops) what holds the key when the key is missing or empty."""
        return self._raw.get("x-dmls-required") is True

    @property
    def needed(self) -> str:
        """A weaker need: "effectively" (cannot work without), "file-or-flag", "one-of" (with a sibling), else ""."""
        need = self._raw.get("x-dmls-required")
        return need if isinstance(need, str) else ""

    @property
    def secret(self) -> bool:
        """Whether the value must never be shown or logged."""
        return self._raw.get("x-dmls-secret") is True

    @property
    def codes(self) -> tuple[int, ...]:
        """The DM errors that the key can raise."""
        codes = self._raw.get("x-dmls-codes")
        return tuple(c for c in codes if isinstance(c, int)) if isinstance(codes, list) else ()

    @property
    def examples(self) -> tuple[str, ...]:
        return _strings(self._raw.get("examples"))

    @property
    def source(self) -> str:
        """The place in DM's code that declares the key."""
        return str(self._raw.get("x-dmls-source", ""))

    @property
    def raw(self) -> Raw:
        """The JSON Schema object of the key, its own reference resolved; its parts may hold references."""
        return self._raw


TOML_KINDS = frozenset(("master", "worker", "dmctl"))


def _mapping(value: Json) -> Raw:
    return value if isinstance(value, dict) else _NOTHING


def _strings(value: Json) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list) else ()


def _resolve(raw: Raw, source: Source) -> Raw:
    """`raw` with its reference replaced by what it names; what is written beside an ``allOf`` wins."""
    ref = raw.get("$ref")
    rest: Raw = _NOTHING
    if ref is None:
        several = raw.get("allOf")
        if not isinstance(several, list):
            return raw
        ref = _mapping(several[0]).get("$ref")
        rest = raw
    file, _, pointer = str(ref).partition("#/definitions/")
    target = _mapping(_mapping((source.common if file else source.local).get("definitions"))[pointer])
    merged = {**_resolve(target, source if not file else Source(source.common, source.common, source.load)), **rest}
    merged.pop("allOf", None)
    return merged


def _type(raw: Raw) -> str:
    special = raw.get("x-dmls-type")
    if isinstance(special, str):
        return special
    kind = raw.get("type")
    if kind == "object":
        return "object" if "properties" in raw else "map"
    return _PLAIN.get(str(kind), "any")
