"""Instances of a TiUP topology and the settings in it that become another file.

Source: tiup components/dm/spec/topology_dm.go and logic.go at 842f05cc83.
"""

from __future__ import annotations

from typing import Iterator, NamedTuple

from dmls.model.config_file import ConfigFile, Entry
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping

ROLES = {
    k.MASTER_SERVERS: "dm-master",
    k.WORKER_SERVERS: "dm-worker",
    k.MONITORING_SERVERS: "prometheus",
    k.GRAFANA_SERVERS: "grafana",
    k.ALERTMANAGER_SERVERS: "alertmanager",
}
"""The lists of instances in TiUP's own order, and what it calls the component in the names of folders."""


class Instance(NamedTuple):
    list: str
    role: str
    entry: Entry
    host: str


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
