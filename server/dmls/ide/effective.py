"""What DM works with, and where each value comes from, ready to be shown: `dmls show`, the editor's document beside a file, and help.

`shown` makes a tree of `Item`s out of `dmls.model.dm.effective` and its `Trace`; `yaml_text`, `toml_text` and `as_json` write it.  No secret gets
into the tree: what the schema calls one, what is called like one, and any text that repeats one of the file are masked there.
"""

from __future__ import annotations

import math
from typing import Callable, Iterator, NamedTuple, Sequence

from dmls.go import duration
from dmls.ide.yaml_text import BARE, Json, clean, escaped, yaml_scalar
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm import origin as o
from dmls.model.dm import task_parts
from dmls.model.dm.decoded import Secret
from dmls.model.dm.effective import Effective, Unknown, effective
from dmls.model.topology import ROLES
from dmls.private import MASK, sounds_secret, without_secrets
from dmls.schema import keys as k
from dmls.schema import semantics as s
from dmls.schema.history import default_in
from dmls.schema.key import SchemaKey
from dmls.schema.load import load
from dmls.text import Span
from dmls.version import Version
from dmls.words.catalogue import sentence

DEFAULT, UNSET = "default", "unset"
"""Ways of values that the file has no part in: DM's default, and nothing, where DM has none."""
SCALAR, MAP, LIST = "scalar", "map", "list"
_SECRET_FROM = 6
"""Characters of a secret that is masked wherever else it stands; shorter ones stand anywhere by chance."""
_LONG = 60
"""Characters of a written value that is quoted whole in a comment."""
_WIDE = 100
"""Columns up to which a list of plain values stays in one line."""
_HOMES = {r.home: r for r in task_parts.REFERENCES}
_DURATION = frozenset((s.DURATION,))


class Source(NamedTuple):
    """A key or item of the file: its name, where it stands, and what is written there, "" where that is long, a block or a secret."""

    key: str
    span: Span
    text: str


class Item(NamedTuple):
    """One value.  `form` is scalar, map or list; `value` is that of a scalar, None where only a running DM knows it.

    `key` is the name of the value, "" for an item of a list; `name` is the name of a block that others refer to, as ``routes.orders``.
    `way` is one of `dmls.model.dm.origin` or DEFAULT or UNSET; `source` is the place in the file that decided, `keys` are the keys that DM made the
    value of, `before` is what counts no more.  `words` are the schema's for what only a running DM knows.
    """

    key: str
    form: str
    value: Json
    items: tuple[Item, ...]
    way: str
    source: Source | None = None
    before: Source | None = None
    keys: tuple[str, ...] = ()
    name: str = ""
    home: Source | None = None
    words: str = ""
    changed_default: bool = False

    @property
    def is_own(self) -> bool:
        """Whether the file has a part in it, or in something below it."""
        return self.source is not None or self.before is not None or any(item.is_own for item in self.items)

    def at(self, *steps: str | int) -> Item | None:
        found: Item | None = self
        for step in steps:
            if found is None:
                return None
            if isinstance(step, int):
                found = found.items[step] if found.form == LIST and -len(found.items) <= step < len(found.items) else None
            else:
                found = next((item for item in found.items if item.key == step), None) if found.form == MAP else None
        return found


def shown(config: ConfigFile, version: Version, only: frozenset[int] | None = None) -> Item:
    """The values of a file as DM `version` works with them; with `only` those of the instances with these numbers."""
    trace = o.Trace()
    values = effective(config, version, trace, only)
    schema = config.root.schema
    assert schema is not None
    return _Shower(config, values, trace, version).block("", values.plain, schema, None, False)


def flagged(item: Item, keys: frozenset[str]) -> Item:
    """The values of a component whose start script gives `keys` by flag."""
    items = (one._replace(form=SCALAR, value=None, items=(), way=o.FLAG, source=None, before=None, keys=()) if one.key in keys else one for one in item.items)
    return item._replace(items=tuple(items))


def instances(item: Item, kind: str) -> list[str]:
    """What `selected` takes: the sources of a task, the ``host:port`` of a topology's instances; none for other files."""
    if kind == kinds.TASK:
        found = item.at(k.MYSQL_INSTANCES)
        return [_text(one.at(k.SOURCE_ID)) for one in found.items] if found is not None else []
    if kind == kinds.TOPOLOGY:
        return [_address(one) for role in ROLES if (servers := item.at(role)) is not None for one in servers.items]
    return []


def selected(item: Item, kind: str, instance: str) -> Item:
    """The values without the other instances."""
    lists = (k.MYSQL_INSTANCES,) if kind == kinds.TASK else tuple(ROLES)

    def is_it(one: Item) -> bool:
        return (_text(one.at(k.SOURCE_ID)) if kind == kinds.TASK else _address(one)) == instance

    def kept(below: Item) -> Item:
        return below._replace(items=tuple(one for one in below.items if is_it(one))) if below.key in lists else below

    return item._replace(items=tuple(kept(below) for below in item.items))


def _text(item: Item | None) -> str:
    return item.value if item is not None and isinstance(item.value, str) else ""


def _address(item: Item) -> str:
    port = next((one.value for one in item.items if one.key in (k.PORT, k.WEB_PORT)), None)
    return f"{_text(item.at(k.HOST))}:{port}" if port is not None else _text(item.at(k.HOST))


class _Shower:
    def __init__(self, config: ConfigFile, values: Effective, trace: o.Trace, version: Version) -> None:
        self.config = config
        self.trace = trace
        self.version = version
        self.secrets = tuple(dict.fromkeys(_secrets(values.plain)))
        self.defaults: dict[SchemaKey, tuple[bool, bool]] = {}

    # ------------------------------------------------------------------------------------------------------------ the tree

    def block(self, key: str, block: dict[str, object], schema: SchemaKey | None, came: o.Origin | None, hidden: bool) -> Item:
        home = self.trace.home(block)
        if home is not None:
            schema = home.schema
        items = []
        for name, value in block.items():
            below = schema.child(name) if schema is not None else None
            if below is None and name in _HOMES:
                # The validator of an instance: the instance has no key of its own for it.
                whole = load(kinds.TASK).child(name)
                below = whole.item if whole is not None else None
            origin = self.trace.origin(block, name)
            # What no schema knows was made of the text that the whole block stands for.
            items.append(self.item(name, value, below, came if origin is None and below is None else origin, hidden))
        place = home.place if home is not None else None
        name = home.name if home is not None else ""
        return self._made(Item(key, MAP, None, tuple(items), "", name=name, home=self.source(place, name) if place is not None else None), schema, came, True)

    def item(self, key: str, value: object, schema: SchemaKey | None, came: o.Origin | None, hidden: bool) -> Item:
        hidden = hidden or (schema.secret if schema is not None else sounds_secret(key))
        if isinstance(value, dict):
            return self.block(key, value, schema, came, hidden)
        if isinstance(value, list):
            below = schema.item if schema is not None else None
            items = tuple(self.item("", one, below, self.trace.origin(value, i), hidden) for i, one in enumerate(value))
            return self._made(Item(key, LIST, None, items, ""), schema, came, bool(value))
        if isinstance(value, Unknown):
            return self._made(Item(key, SCALAR, None, (), "", words=value.words), schema, came, True)
        return self._made(Item(key, SCALAR, self.scalar(value, schema, hidden), (), ""), schema, came, bool(value))

    def scalar(self, value: object, schema: SchemaKey | None, hidden: bool) -> Json:
        if isinstance(value, Secret) or (hidden and value not in (None, "", False)):
            return MASK if value else ""
        if isinstance(value, bytes):
            return f"({len(value)} bytes)"
        if isinstance(value, str):
            return self.safe(value)
        if isinstance(value, int) and not isinstance(value, bool) and schema is not None and (schema.type == "duration" or schema.semantic in _DURATION):
            return duration.format(value)
        return value if value is None or isinstance(value, (bool, int, float)) else self.safe(str(value))

    def safe(self, text: str) -> str:
        """The text without private keys, and with nothing that is a secret somewhere in the file."""
        return MASK if any(secret in text for secret in self.secrets) else without_secrets(text)

    # --------------------------------------------------------------------------------------------------------- the origins

    def _made(self, item: Item, schema: SchemaKey | None, came: o.Origin | None, says: bool) -> Item:
        """The item with what is to be told of its origin; `says` is whether it holds anything."""
        if came is None:
            has_value, other = self.default(schema) if schema is not None else (False, False)
            return item._replace(way=DEFAULT if says or (item.form == SCALAR and has_value) else UNSET, changed_default=other)
        written = came.written
        source = self.source(written.place, written.key) if written is not None and written.place is not None else None
        before = came.before.written if came.before is not None and came.inputs else None
        old = self.source(before.place, before.key) if before is not None and before.place is not None and before is not written else None
        return item._replace(way=came.way, source=source, before=old, keys=tuple(one.key for one in came.inputs))

    def default(self, schema: SchemaKey) -> tuple[bool, bool]:
        """Whether DM has a default for a key, and whether that was another one in some version."""
        known = self.defaults.get(schema)
        if known is None:
            has_value = schema.has_default and default_in(schema, self.version) is not None
            known = self.defaults[schema] = (has_value, schema.has_default and any(c.what == "default" for c in schema.history))
        return known

    def source(self, place: object, key: str) -> Source:
        from dmls.syntax.tree import Node, Pair, Scalar

        assert isinstance(place, (Node, Pair))
        tree = self.config.tree
        span = tree.span(place.key if isinstance(place, Pair) else place)
        value = place.value if isinstance(place, Pair) else place
        text = ""
        if isinstance(value, Scalar) and value.style != "empty" and not sounds_secret(key):
            written = tree.source(value)
            if len(written) <= _LONG and "\n" not in written and self.safe(written) == written:
                text = written
        return Source(key, span, text)


def _secrets(value: object) -> Iterator[str]:
    """The texts that no other text may repeat."""
    if isinstance(value, Secret):
        text = value.reveal()
        if isinstance(text, str) and len(text) >= _SECRET_FROM:
            yield text
    elif isinstance(value, (dict, list)):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _secrets(below)


# -------------------------------------------------------------------------------------------------------------------- words


def _reads_otherwise(written: str, value: Json) -> bool:
    """Whether a value is to DM another one than it seems to be."""
    shown = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return bool(written) and value != MASK and written[0] not in "\"'" and written != shown


class Teller:
    """Tells of origins in a reader's language; `place` names a span of the file, as ``task.yaml:12``."""

    def __init__(self, version: Version, locale: str, place: Callable[[Span], str]) -> None:
        self.version = version
        self.locale = locale
        self.place = place

    def say(self, message: str, **args: object) -> str:
        return sentence(f"show.{message}", args, self.locale)

    def where(self, source: Source | None) -> str:
        return self.place(source.span) if source is not None else ""

    def origin(self, item: Item) -> str:
        """Where a value comes from, in a few words."""
        way, source = item.way, item.source
        here = self.where(source)
        if way == UNSET:
            return self.say("unset")
        if way == DEFAULT:
            return self.say("default-of", version=self.version) if item.changed_default else self.say("default")
        if way == o.WRITTEN:
            return here + (self.say("there", text=source.text) if source is not None and item.form == SCALAR and _reads_otherwise(source.text, item.value) else "")
        if way == o.FLAG:
            return self.say("flag")
        if way == o.RUNTIME:
            return self.say("runtime", words=item.words)
        if way in (o.TAKEN, o.OVERWRITTEN, o.COMPUTED):
            keys = self.say("comma").join(f"`{key}`" for key in item.keys)
            if way == o.COMPUTED or source is None:
                text = self.say("computed-of", keys=keys) if keys else self.say("computed")
            else:
                text = self.say(way, key=f"`{source.key}`")
            if source is not None:
                text += self.say("comma") + here
            if way == o.OVERWRITTEN:
                text += self.say("comma") + (self.say("instead", place=self.where(item.before)) if item.before is not None else self.say("instead-of-default"))
            return text
        if way == o.NAMED:
            return self.say("named", place=here) if here else self.say("unset")
        if source is None:
            return self.say(f"{way}-default")
        text = self.say(way, place=here)
        if way == o.DROPPED and item.keys:
            text += self.say("because", keys=self.say("comma").join(f"`{key}`" for key in item.keys))
        return text + self.say("there", text=source.text) if way in (o.CONVERTED, o.COMPLETED, o.RAISED) and source.text else text

    def of_block(self, item: Item) -> str:
        """What a block is and where it comes from."""
        if item.home is not None and item.name:
            return f"{item.name}{self.say('comma')}{self.where(item.home)}"
        return self.origin(item) if item.way else ""


# ---------------------------------------------------------------------------------------------------------------- documents


class _Writer:
    def __init__(self, teller: Teller, own_only: bool) -> None:
        self.teller = teller
        self.own_only = own_only
        self.lines: list[str] = []

    def add(self, text: str, comment: str) -> None:
        self.lines.append(f"{text}  # {clean(comment)}" if comment else text)

    def kept(self, items: Sequence[Item]) -> list[Item]:
        return [item for item in items if item.is_own or item.way == o.RUNTIME] if self.own_only else list(items)


class _Yaml(_Writer):
    def map(self, items: Sequence[Item], indent: str, first: str) -> None:
        """`first` stands before the first key in the place of `indent`: the dash of a list."""
        for item in self.kept(items):
            self.pair(item, indent, first)
            first = indent

    def pair(self, item: Item, indent: str, first: str) -> None:
        head = f"{first}{yaml_scalar(item.key)}:"
        if item.form == SCALAR:
            self.add(f"{head} {yaml_scalar(item.value)}", self.teller.origin(item))
        elif item.form == MAP:
            self.add(head + (" {}" if not self.kept(item.items) else ""), self.teller.of_block(item))
            self.map(item.items, indent + "  ", indent + "  ")
        else:
            self.list(head, item, indent)

    def list(self, head: str, item: Item, indent: str) -> None:
        flat = all(one.form == SCALAR for one in item.items)
        line = f"{head} [{', '.join(yaml_scalar(one.value) for one in item.items)}]"
        if flat and (not item.items or len(line) <= _WIDE):
            self.add(line, self.teller.origin(item))
            return
        self.add(head, self.teller.origin(item))
        for one in item.items:
            if one.form == SCALAR:
                self.add(f"{indent}  - {yaml_scalar(one.value)}", self.teller.origin(one) if one.source != item.source else "")
            elif one.form == LIST:
                self.list(f"{indent}  -", one, indent + "  ")
            elif not self.kept(one.items):
                self.add(f"{indent}  - {{}}", self.teller.of_block(one))
            else:
                comment = self.teller.of_block(one) if one.name else ""
                if comment:
                    self.lines.append(f"{indent}  # {clean(comment)}")
                self.map(one.items, f"{indent}    ", f"{indent}  - ")


class _Toml(_Writer):
    def table(self, items: Sequence[Item], path: str) -> None:
        items = self.kept(items)
        for item in items:
            if item.form != MAP:
                self.pair(item)
        for item in items:
            if item.form == MAP:
                below = f"{path}.{_toml_key(item.key)}" if path else _toml_key(item.key)
                self.lines.append("")
                self.add(f"[{below}]", self.teller.of_block(item))
                self.table(item.items, below)

    def pair(self, item: Item) -> None:
        if item.form == SCALAR and item.value is None:
            self.lines.append(f"# {_toml_key(item.key)}: {clean(self.teller.origin(item))}")
        else:
            self.add(f"{_toml_key(item.key)} = {toml_value(item)}", self.teller.origin(item))


def _toml_key(key: str) -> str:
    return key if BARE.match(key) else escaped(key)


def toml_value(item: Item) -> str:
    if item.form == LIST:
        return f"[{', '.join(toml_value(one) for one in item.items)}]"
    if item.form == MAP:
        return "{" + ", ".join(f"{_toml_key(one.key)} = {toml_value(one)}" for one in item.items if one.value is not None or one.form != SCALAR) + "}"
    value = item.value
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return repr(value).lower() if isinstance(value, (bool, float)) else str(value)


def yaml_lines(item: Item, teller: Teller, own_only: bool = False) -> list[str]:
    """A map as lines of YAML; `own_only` leaves out what is DM's default."""
    writer = _Yaml(teller, own_only)
    writer.map(item.items, "", "")
    return writer.lines


def document(item: Item, teller: Teller, language: str, head: Sequence[str]) -> str:
    """The whole as a file of its own, with `head` in comments before it."""
    lines = [f"# {clean(line)}".rstrip() for line in head]
    if language == "toml":
        writer = _Toml(teller, False)
        writer.table(item.items, "")
        lines += writer.lines
    else:
        lines += yaml_lines(item, teller) or ["{}"]
    return "\n".join(lines) + "\n"


def as_json(item: Item, teller: Teller, range_of: Callable[[Span], Json]) -> dict[str, Json]:
    """``{"value", "origin"}``; the value of a block has such objects by key, that of a list holds them."""

    def place(source: Source | None) -> Json:
        return {"key": source.key, "range": range_of(source.span)} if source is not None else None

    value: Json = item.value
    if item.form == MAP:
        value = {one.key: as_json(one, teller, range_of) for one in item.items}
    elif item.form == LIST:
        value = [as_json(one, teller, range_of) for one in item.items]
    elif isinstance(value, float) and not math.isfinite(value):
        value = yaml_scalar(value)
    origin: dict[str, Json] = {"way": item.way or o.WRITTEN, "text": teller.origin(item) if item.way else "", "place": place(item.source), "before": place(item.before)}
    found: dict[str, Json] = {"value": value, "origin": origin}
    if item.name:
        found["name"] = item.name
        found["home"] = place(item.home)
    return found
