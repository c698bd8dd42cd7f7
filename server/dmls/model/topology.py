"""Instances of a TiUP topology, and the settings in it that become the file of a component.

TiUP merges `server_configs` of a role with the `config` of an instance, table by table, the instance winning, and writes the result as the TOML file
that its script starts the component with.  A name with dots means tables.  What the script gives by flag counts for nothing in that file.
With `enable_tls` the three paths are written over whatever was set; without it they are taken out of the `config` of the instance,
while those of `server_configs` stay.

Source: tiup components/dm/spec/topology_dm.go and logic.go, pkg/cluster/spec/server_config.go, embed/templates/scripts/run_dm-*.sh.tpl, at 842f05cc83.
"""

from __future__ import annotations

from typing import Iterable, Iterator, NamedTuple, Union

from dmls.go.yaml3_value import toml_style
from dmls.model import kind as kinds
from dmls.model.config_file import MERGE_KEY, ConfigFile, Entry
from dmls.model.tls_block import PATHS
from dmls.schema import keys as k
from dmls.schema.load import load
from dmls.syntax.tree import Chunk, Document, Mapping, Node, Pair, Scalar, Sequence, Tree
from dmls.text import Span

ROLES = {
    k.MASTER_SERVERS: "dm-master",
    k.WORKER_SERVERS: "dm-worker",
    k.MONITORING_SERVERS: "prometheus",
    k.GRAFANA_SERVERS: "grafana",
    k.ALERTMANAGER_SERVERS: "alertmanager",
}
"""The lists of instances in TiUP's own order, and what it calls the component in the names of folders."""
COMPONENTS = {kinds.MASTER: k.MASTER_SERVERS, kinds.WORKER: k.WORKER_SERVERS}
"""By the kind of file that is written for them: the lists of instances."""
FLAGS = {
    kinds.MASTER: frozenset((k.NAME, k.MASTER_ADDR, k.ADVERTISE_ADDR, k.PEER_URLS, k.ADVERTISE_PEER_URLS, k.LOG_FILE, k.DATA_DIR, k.INITIAL_CLUSTER)),
    kinds.WORKER: frozenset((k.NAME, k.WORKER_ADDR, k.ADVERTISE_ADDR, k.LOG_FILE, k.JOIN)),
}
"""The keys that each script gives by flag; the one for a master that is added later gives `join` for the list of members."""
_TRUE = frozenset(("true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"))
"""What yaml.v3 takes for true in a field of Go type bool."""
_TLS_FOLDER = "tls"
"""Below the folder of an instance, where TiUP puts the files that it makes."""


class Instance(NamedTuple):
    list: str
    role: str
    entry: Entry
    host: str


class Written(NamedTuple):
    """The file that TiUP writes for instances of one role.

    The places in `config` are those in the topology where the values stand; its language is TOML.  `instances` are those that get exactly
    this file, none where the topology has settings for a role without instances; `for_all` tells whether all of the role do.
    """

    config: ConfigFile
    instances: tuple[Instance, ...]
    for_all: bool


def instances(config: ConfigFile) -> Iterator[Instance]:
    """Every instance that is a block, in TiUP's order."""
    for name, role in ROLES.items():
        servers = config.get(name)
        for item in servers.items() if servers is not None else ():
            if isinstance(item.node, Mapping):
                host = item.get(k.HOST)
                yield Instance(name, role, item, host.text if host is not None else "")


def settings_maps(config: ConfigFile) -> Iterator[tuple[Entry, str]]:
    """The free maps whose content becomes the file of a component, with the kind of that file."""
    for entry in config.entries():
        if entry.schema is not None and entry.schema.holds_kind is not None and isinstance(entry.node, Mapping):
            yield entry, entry.schema.holds_kind


def makes_tls(config: ConfigFile) -> bool:
    """Whether TiUP makes certificates for the components and writes their paths."""
    switch = config.get(k.GLOBAL, k.ENABLE_TLS)
    return switch is not None and switch.text in _TRUE


def of_instance(holder: Entry) -> bool:
    """Whether a map of settings is the `config` of one instance."""
    return holder.parent is not None and holder.parent.pair is None and holder.parent.parent is not None


def flags_of(holder: Entry, kind: str) -> frozenset[str]:
    """The keys in a map of settings that the script of its instances gives by flag."""
    given = FLAGS[kind]
    source = holder.parent.get(k.V1_SOURCE_PATH) if kind == kinds.MASTER and of_instance(holder) and holder.parent is not None else None
    return given | {k.V1_SOURCES_PATH} if source is not None and source.text else given


_Leaf = tuple[Span, Node]
"""The place of a key, and its value."""
_Table = dict[str, Union["_Leaf", "_Table"]]


def written(config: ConfigFile) -> list[Written]:
    """The files that TiUP writes for the components; those that are the same in all are one.

    None where the text is broken, so that nothing may be said of what is missing.
    """
    if next(config.tree.problems(), None) is not None:
        return []
    switch = config.get(k.GLOBAL, k.ENABLE_TLS) if makes_tls(config) else None
    out: list[Written] = []
    every = list(instances(config))
    for kind, servers in COMPONENTS.items():
        shared = config.get(k.SERVER_CONFIGS, kind)
        alike: dict[object, list[Instance]] = {}
        tables: dict[object, _Table] = {}
        chunk = Chunk(config.text)
        for instance in [i for i in every if i.list == servers] or [None]:
            own = instance.entry.get(k.CONFIG) if instance is not None else None
            table = _merged(config, chunk, kind, shared, own, switch)
            what = _content(table)
            tables.setdefault(what, table)
            alike.setdefault(what, []).extend([instance] if instance is not None else [])
        for what, table in tables.items():
            if table:
                out.append(Written(_file(config, kind, chunk, table), tuple(alike[what]), len(tables) == 1))
    return out


def _merged(config: ConfigFile, chunk: Chunk, kind: str, shared: Entry | None, own: Entry | None, switch: Entry | None) -> _Table:
    table: _Table = {}
    if shared is not None and isinstance(shared.node, Mapping):
        _gather(config, chunk, shared, table)
    if own is not None and isinstance(own.node, Mapping):
        mine: _Table = {}
        _gather(config, chunk, own, mine)
        for key in PATHS.values() if switch is None else ():
            mine.pop(key, None)
        _lay_over(table, mine)
    if switch is not None:
        role = ROLES[COMPONENTS[kind]]
        place = config.span(switch)
        for key, name in zip(PATHS.values(), ("ca.crt", f"{role}.crt", f"{role}.pem"), strict=True):
            table[key] = (place, Scalar(chunk, place.start, place.end, f"{_TLS_FOLDER}/{name}", "basic"))
    given = FLAGS[kind] if own is None else flags_of(own, kind)
    return {name: value for name, value in table.items() if name not in given}


def _lay_over(table: _Table, mine: _Table) -> None:
    for name, value in mine.items():
        below = table.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            _lay_over(below, value)
        else:
            table[name] = value


def _gather(config: ConfigFile, chunk: Chunk, entry: Entry, into: _Table) -> None:
    """Put the settings of a map into `into`; what ``<<`` brings comes first, so that the map's own win."""
    for child in (*reversed(entry.merged), *entry.children):
        if child.pair is None or not child.name or child.name == MERGE_KEY or child.node is None:
            continue
        *tables, name = child.name.split(".")
        at = into
        for step in tables:
            below = at.get(step)
            if not isinstance(below, dict):
                below = at[step] = {}
            at = below
        if isinstance(child.node, Mapping):
            table = at.get(name)
            if not isinstance(table, dict):
                table = at[name] = {}
            _gather(config, chunk, child, table)
            continue
        value = _value(config, chunk, child)
        if value is None:
            at.pop(name, None)
        else:
            at[name] = (config.key_span(child), value)


def _value(config: ConfigFile, chunk: Chunk, entry: Entry) -> Node | None:
    """A value as TOML; None for null, which is not written."""
    node = entry.node
    place = config.value_span(entry)
    if isinstance(node, Sequence):
        items = [item for child in entry.items() if (item := _value(config, chunk, child)) is not None]
        return Sequence(chunk, place.start, place.end, "array", items)
    if not isinstance(node, Scalar):
        return Scalar(chunk, place.start, place.end, "", _UNSURE)
    if node.style not in ("plain", "empty") or node.tag == _TEXT_TAG:
        style, text = "basic", node.value
    elif entry.is_null:
        return None
    else:
        style, text = (toml_style(node.value) if node.tag is None else None) or (_UNSURE, node.value)
    return Scalar(chunk, place.start, place.end, text, style)


_UNSURE = "unknown"
"""The style of a value whose type is not certain; no finding rests on it."""
_TEXT_TAG = "tag:yaml.org,2002:str"


def _content(table: _Table) -> object:
    """What can be compared of a table: equal for instances that get the same out of the same places."""
    return tuple((name, _content(value) if isinstance(value, dict) else (value[0], value[1].start)) for name, value in table.items())


def _file(config: ConfigFile, kind: str, chunk: Chunk, table: _Table) -> ConfigFile:
    root = Mapping(chunk, 0, 0, "root", list(_pairs(chunk, table)))
    tree = Tree(config.text, "toml", [(0, chunk)], [Document(root, Span(0, len(config.text)))])
    tree._lines = config.tree.lines
    return ConfigFile(config.path, kind, tree, load(kind))


def _pairs(chunk: Chunk, table: _Table) -> Iterator[Pair]:
    for name, value in table.items():
        if isinstance(value, dict):
            place = _first(value.values())
            yield Pair(chunk, Scalar(chunk, place.start, place.start, name, "bare"), Mapping(chunk, place.start, place.start, "table", list(_pairs(chunk, value))))
        else:
            yield Pair(chunk, Scalar(chunk, value[0].start, value[0].end, name, "bare"), value[1])


def _first(values: Iterable[_Leaf | _Table]) -> Span:
    for value in values:
        return _first(value.values()) if isinstance(value, dict) else value[0]
    return Span(0, 0)
