"""Files of DM 1.0 and of dm-ansible, known by what they hold, and their settings with their places.

The keys of 1.0 and where each lives on stand in `schemas/legacy.json` (worker-v1, master-v1).  Source: pingcap/dm v1.0.7, dm/worker/config.go:92-131 and
dm/master/config.go:84-104; both refuse a key that they do not know.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Iterator, NamedTuple

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.plain import value_of
from dmls.schema import inventory, legacy
from dmls.schema import keys as k
from dmls.schema.legacy import LegacyKey
from dmls.schema.load import load
from dmls.syntax.tree import Mapping, Sequence
from dmls.text import Span

WORKER, MASTER, INVENTORY = "worker-v1", "master-v1", "inventory"
_TODAY = {WORKER: kinds.WORKER, MASTER: kinds.MASTER}


class Setting(NamedTuple):
    """`path` is dotted, that of an item of ``[[deploy]]`` ends in ``[]``; `row` is what became of the key, None for one that 1.0 refuses.

    `value` is a text, number, truth, list or mapping; None for what is no value.
    """

    path: str
    value: object
    span: Span
    row: LegacyKey | None


def kind_of(text: str) -> str | None:
    """The kind of a file that can be of DM 1.0 only; None for all others, and where both versions could have it."""
    for kind, pattern in ((INVENTORY, _inventory()), (MASTER, _ONLY_MASTER), (WORKER, _only_worker())):
        if re.search(pattern, text, re.M):
            return kind
    return None


def may_be_master(config: ConfigFile) -> bool:
    """Whether a master's file holds nothing that DM 1.0 would refuse."""
    names = [entry.name.lower() for entry in config.root.children]
    return bool(names) and all(legacy.find(MASTER, "", name) is not None for name in names)


_ONLY_MASTER = rf"^\ufeff?[ \t]*\[\[[ \t]*{k.DEPLOY}[ \t]*\]\]"


@cache
def _only_worker() -> str:
    """A key or table that only a worker of 1.0 has at its top."""
    today = load(kinds.WORKER).children
    names = "|".join(re.escape(name) for parent, name in legacy.keys(WORKER) if not parent and name not in today)
    return rf"(?i:^\ufeff?[ \t]*(?:\[[ \t]*[\"']?(?:{names})[\"']?[ \t]*[\].]|[\"']?(?:{names})[\"']?[ \t]*(?:=|\.)))"


@cache
def _inventory() -> str:
    return rf"^\ufeff?[ \t]*\[(?:{'|'.join(map(re.escape, inventory.groups()))})(?::\w+)?\]"


def config_of(path: str, text: str, kind: str) -> ConfigFile:
    """The file of 1.0, read as the file of today's version that has most of its keys."""
    from dmls.syntax import toml

    return ConfigFile(path, _TODAY[kind], toml.parse(text), load(_TODAY[kind]))


def settings(config: ConfigFile, kind: str) -> Iterator[Setting]:
    """All that the file sets, in the order of the text.  As for DM's decoder the case of a key does not count, and of one written twice the last."""
    seen: dict[str, Setting] = {}
    for setting in _settings(config, config.root, kind, ""):
        seen[setting.path + (str(setting.span.start) if setting.path.endswith("[]") else "")] = setting
    yield from seen.values()


def _settings(config: ConfigFile, above: Entry, kind: str, block: str) -> Iterator[Setting]:
    for entry in above.children:
        row = legacy.find(kind, block, entry.name.lower())
        name = row.name if row is not None else entry.name
        path = f"{block}.{name}" if block else name
        node = entry.node
        if isinstance(node, Mapping) and any(parent == path for parent, _ in legacy.keys(kind)):
            yield from _settings(config, entry, kind, path)
        elif isinstance(node, Sequence) and any(parent == f"{path}[]" for parent, _ in legacy.keys(kind)):
            for item in entry.items():
                yield Setting(f"{path}[]", value_of(item.node), config.value_span(item), row)
        else:
            yield Setting(path, value_of(node), config.span(entry), row)


def row_of(kind: str, path: str) -> LegacyKey | None:
    """What became of a key of 1.0 by its dotted path."""
    block, _, name = path.rpartition(".")
    return legacy.find(kind, block, name)


def key_of_flag(name: str) -> str:
    """The path of the key that a flag of 1.0 sets, as far as its name tells: ``purge-interval`` is ``purge.interval`` (dm/worker/config.go:60-83)."""
    if name == "tracer-server-addr":
        return f"{k.TRACER}.{k.TRACER_ADDR}"
    for block in (k.PURGE, k.CHECKER, k.TRACER):
        if name.startswith(f"{block}-"):
            return f"{block}.{name[len(block) + 1 :]}"
    return name


def only_of_1(config: ConfigFile) -> list[Entry]:
    """The keys at the top of a component's file that only DM 1.0 has, where all others could be of 1.0 too; none for a file of today.

    A single one may be a slip; a table that only 1.0 has is none.
    """
    kind = {today: kind for kind, today in _TODAY.items()}[config.kind]
    found = []
    for entry in config.root.children:
        row = legacy.find(kind, "", entry.name.lower())
        if row is None:
            return []
        if entry.schema is None:
            found.append(entry)
    return found if len(found) > 1 or any(isinstance(entry.node, (Mapping, Sequence)) for entry in found) else []
