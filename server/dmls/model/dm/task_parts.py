"""The parts of a task file that its checks ask about: instances, the blocks that they name, and which of them counts."""

from __future__ import annotations

from functools import lru_cache
from typing import Iterable, Iterator

from dmls.go import yaml_value
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm_error import DmError
from dmls.named import NamedTuple
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping, Scalar, Sequence


class Reference(NamedTuple):
    """A key of an instance that names blocks: one, or a list of them where `many`; `home` is the map with the blocks."""

    key: str
    home: str
    many: bool
    error: DmError
    inline: str = ""
    conflict: DmError | None = None


REFERENCES = (
    Reference(k.ROUTE_RULES, k.ROUTES, True, e.NO_ROUTE),
    Reference(k.FILTER_RULES, k.FILTERS, True, e.NO_FILTER),
    Reference(k.BLOCK_ALLOW_LIST, k.BLOCK_ALLOW_LIST, False, e.NO_LIST),
    Reference(k.MYDUMPER_CONFIG_NAME, k.MYDUMPERS, False, e.NO_DUMP, k.MYDUMPER, e.BOTH_DUMPS),
    Reference(k.LOADER_CONFIG_NAME, k.LOADERS, False, e.NO_LOAD, k.LOADER, e.BOTH_LOADS),
    Reference(k.SYNCER_CONFIG_NAME, k.SYNCERS, False, e.NO_SYNC, k.SYNCER, e.BOTH_SYNCS),
    Reference(k.VALIDATOR_CONFIG_NAME, k.VALIDATORS, False, e.NO_VALIDATOR),
    Reference(k.EXPRESSION_FILTERS, k.EXPRESSION_FILTER, True, e.NO_EXPRESSION_FILTER),
)
DUMP, LOAD, SYNC = REFERENCES[3], REFERENCES[4], REFERENCES[5]


def instances(config: ConfigFile) -> list[Entry]:
    """The items of `mysql-instances`."""
    entry = config.get(k.MYSQL_INSTANCES)
    return entry.items() if entry is not None else []


def is_whole(config: ConfigFile) -> bool:
    """Whether the text is a mapping without a fault of syntax, so that something may be said of what it lacks."""
    return next(config.tree.problems(), None) is None and (config.root.is_null or isinstance(config.root.node, Mapping))


@lru_cache(maxsize=16)
def blocks(config: ConfigFile, home: str) -> dict[str, Entry]:
    """The blocks of a map by name; of block and allow lists those that count: the old key where the new one holds nothing.

    Kept for the rules that ask one after another about the same reading of a file.
    """
    entry = config.get(home)
    found = _named(entry)
    if home == k.BLOCK_ALLOW_LIST and not found:
        found = _named(config.get(k.BLACK_WHITE_LIST))
    return found


def _named(entry: Entry | None) -> dict[str, Entry]:
    if entry is None or not isinstance(entry.node, Mapping):
        return {}
    out: dict[str, Entry] = {}
    for child in (*entry.children, *entry.merged):
        # What has no schema is a merge, and what has no colon yet is not a block.
        if child.schema is not None:
            out.setdefault(child.name, child)
    return out


def is_readable(config: ConfigFile, home: str) -> bool:
    """Whether the names in a map are known: it is absent, empty or a mapping."""
    every = (home, k.BLACK_WHITE_LIST) if home == k.BLOCK_ALLOW_LIST else (home,)
    return all((entry := config.get(key)) is None or entry.is_null or isinstance(entry.node, Mapping) for key in every)


@lru_cache(maxsize=16)
def named(config: ConfigFile, reference: Reference) -> list[tuple[int, Entry, list[Entry]]]:
    """The instances that name blocks of one kind, with their numbers and the entries that hold the names; kept as `blocks` are."""
    return [(number, instance, listed) for number, instance in enumerate(instances(config)) if (listed := names(instance, reference))]


@lru_cache(maxsize=16)
def used(config: ConfigFile, reference: Reference) -> list[Entry]:
    """The blocks of one kind that instances name, each once, in the order in which they are named; kept as `blocks` are."""
    defined = blocks(config, reference.home)
    return list(each_once(defined[entry.text] for _, _, entries in named(config, reference) for entry in entries if entry.text in defined))


def names(instance: Entry, reference: Reference) -> list[Entry]:
    """The entries of an instance that name blocks of one kind; empty names name nothing."""
    entry = instance.get(reference.key)
    if reference.key == k.BLOCK_ALLOW_LIST and (entry is None or not entry.text):
        entry = instance.get(k.BLACK_WHITE_LIST)
    if entry is None:
        return []
    if reference.many:
        return entry.strings() if isinstance(entry.node, Sequence) else []
    return [entry] if entry.text else []


def settings(config: ConfigFile, instance: Entry, reference: Reference) -> Entry | None:
    """The block of a unit that an instance works with, named or its own; None where DM takes defaults."""
    for name in names(instance, reference):
        block = blocks(config, reference.home).get(name.text)
        if block is not None and not block.is_null:
            return block
    inline = instance.get(reference.inline)
    return inline if inline is not None and not inline.is_null else None


def is_true(entry: Entry | None) -> bool:
    """Whether DM reads the value as true."""
    node = entry.node if entry is not None else None
    return isinstance(node, Scalar) and node.style == "plain" and yaml_value.resolve(node.value, node.tag)[1] is True


def is_sharded(config: ConfigFile) -> bool:
    """Whether the task merges shards: `shard-mode` is set, or its predecessor is on."""
    mode = config.get(k.SHARD_MODE)
    return bool(mode is not None and mode.text) or is_true(config.get(k.IS_SHARDING))


def source_of(instance: Entry) -> str:
    entry = instance.get(k.SOURCE_ID)
    return entry.text if entry is not None else ""


def each_once(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Every entry once, in the order of their first coming."""
    seen: set[int] = set()
    for entry in entries:
        if id(entry) not in seen:
            seen.add(id(entry))
            yield entry
