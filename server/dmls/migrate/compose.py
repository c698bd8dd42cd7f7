"""The files of a new deployment from what is known of its components: one text each, with comments."""

from __future__ import annotations

import ipaddress
import re
from typing import Mapping, NamedTuple, Sequence

from dmls.go import host_port
from dmls.migrate.page import TOML, YAML, Page, Plain
from dmls.model import kind as kinds
from dmls.pattern import LazyPattern
from dmls.schema import keys as k
from dmls.schema.load import load

FILES, TIUP = "files", "tiup"
"""How a deployment is written: files of the components, or a topology of TiUP."""
NEWEST_VERSION = "DM_VERSION=$(tiup list dm-master | awk '/^v/ {v = $1} END {print v}')"
"""Asks TiUP for the newest DM; `VERSION_WORD` stands for the answer in commands behind it."""
VERSION_WORD = '"$DM_VERSION"'
MASTER_PORT, PEER_PORT, WORKER_PORT = 8261, 8291, 8262
ANYWHERE = "0.0.0.0"
"""Where a component listens that others call by a name: etcd and DM bind to addresses only."""
_HOST = LazyPattern(r"(?!-)[A-Za-z0-9_.:-]+\Z")


class Tls(NamedTuple):
    """The paths as the component reads them, and the common name that it admits, "" for any."""

    ca: str
    cert: str
    key: str
    name: str = ""


class Component(NamedTuple):
    """A master or a worker.

    `host` and `port` are what others call it by; `listen` is its own address, "" for the usual one.  `peer_port` is that of a master.  `settings` are
    further keys of its file, `instance` further keys of its item in a topology.
    """

    name: str
    host: str
    port: int
    peer_port: int = PEER_PORT
    listen: str = ""
    settings: Mapping[str, Plain] = {}
    instance: Mapping[str, Plain] = {}
    tls: Tls | None = None

    @property
    def address(self) -> str:
        return host_port.join(self.host, str(self.port))


def is_address(host: str) -> bool:
    """Whether it is an IP address, which a program can bind to."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def master_page(master: Component, masters: Sequence[Component], locale: str) -> Page:
    """The file of a DM-master; all of `masters` found the cluster together."""
    page = Page(TOML, locale)
    scheme = "https" if master.tls is not None else "http"
    bound = master.host if is_address(master.host) else ANYWHERE
    page.say("page.master", name=master.name)
    page.gap()
    page.say("page.master-name")
    page.put(k.NAME, master.name)
    page.gap()
    _addresses(page, k.MASTER_ADDR, master, bound)
    page.gap()
    page.say("page.peers")
    page.put(k.PEER_URLS, f"{scheme}://{host_port.join(bound, str(master.peer_port))}")
    page.put(k.ADVERTISE_PEER_URLS, _peer(master, scheme))
    page.gap()
    page.say("page.initial-cluster" if len(masters) > 1 else "page.initial-cluster-one")
    page.put(k.INITIAL_CLUSTER, ",".join(f"{m.name}={_peer(m, scheme)}" for m in masters))
    page.gap()
    page.say("page.data-dir")
    page.put(k.DATA_DIR, f"data.{master.name}")
    _rest(page, master)
    return page


def worker_page(worker: Component, masters: Sequence[Component], locale: str) -> Page:
    """The file of a DM-worker."""
    page = Page(TOML, locale)
    page.say("page.worker", name=worker.name)
    page.gap()
    page.say("page.worker-name")
    page.put(k.NAME, worker.name)
    page.gap()
    _addresses(page, k.WORKER_ADDR, worker, worker.host if is_address(worker.host) else ANYWHERE)
    page.gap()
    page.say("page.join")
    page.put(k.JOIN, ",".join(m.address for m in masters))
    _rest(page, worker)
    return page


def _peer(master: Component, scheme: str) -> str:
    return f"{scheme}://{host_port.join(master.host, str(master.peer_port))}"


def _addresses(page: Page, own: str, component: Component, bound: str) -> None:
    page.say("page.addresses")
    page.put(own, component.listen or host_port.join(bound, str(component.port)))
    page.put(k.ADVERTISE_ADDR, component.address)


def _rest(page: Page, component: Component) -> None:
    if component.settings:
        page.gap()
        for key, value in component.settings.items():
            page.put(key, value)
    tls = component.tls
    if tls is None:
        return
    page.gap()
    page.say("page.tls")
    for key, path in ((k.SSL_CA, tls.ca), (k.SSL_CERT, tls.cert), (k.SSL_KEY, tls.key)):
        page.put(key, path)
    if tls.name:
        page.gap()
        page.say("page.allowed-cn")
        page.put(k.CERT_ALLOWED_CN, [tls.name])


class Topology(NamedTuple):
    """`top` are keys of the global block; `others` are instances of the other lists by the list's name."""

    masters: Sequence[Component]
    workers: Sequence[Component]
    top: Mapping[str, Plain]
    others: Mapping[str, Sequence[Mapping[str, Plain]]] = {}
    tls: bool = False


def topology_page(topology: Topology, locale: str) -> Page:
    """The topology of TiUP."""
    page = Page(YAML, locale)
    page.say("page.topology")
    page.gap()
    page.open(k.GLOBAL)
    for key, value in topology.top.items():
        page.put(key, value)
    page.say("page.enable-tls" if topology.tls else "page.enable-tls-later")
    page.put(k.ENABLE_TLS, topology.tls)
    page.close()
    for name, components in ((k.MASTER_SERVERS, topology.masters), (k.WORKER_SERVERS, topology.workers)):
        page.gap()
        page.open(name)
        for component in components:
            page.item()
            page.put(k.HOST, component.host)
            page.put(k.PORT, component.port)
            if name == k.MASTER_SERVERS:
                page.put(k.PEER_PORT, component.peer_port)
            for key, value in component.instance.items():
                page.put(key, value)
            if component.settings:
                page.put(k.CONFIG, component.settings)
            page.end_item()
        page.close()
    for name, instances in topology.others.items():
        page.gap()
        page.open(name)
        for instance in instances:
            page.item()
            for key, value in instance.items():
                page.put(key, value)
            page.end_item()
        page.close()
    return page


def ordered(kind: str, values: Mapping[str, Plain]) -> dict[str, Plain]:
    """Values by dotted path as nested mappings, in the order of the kind's schema."""
    out: dict[str, Plain] = {}
    paths = [key.path for key in load(kind).walk() if key.path in values]
    for path in (*paths, *(path for path in values if path not in paths)):
        *blocks, name = path.split(".")
        at: dict[str, Plain] = out
        for block in blocks:
            inner = at.setdefault(block, {})
            assert isinstance(inner, dict)
            at = inner
        at[name] = values[path]
    return out


def source_page(values: Mapping[str, Plain], locale: str, remarks: Mapping[str, str] = {}) -> Page:
    """The file of a source; `remarks` are message ids of comments by the path of the key that they stand above."""
    page = Page(YAML, locale)
    page.say("page.source")
    page.gap()
    _source(page, ordered(kinds.SOURCE, values), "", remarks)
    return page


def _source(page: Page, values: Mapping[str, Plain], block: str, remarks: Mapping[str, str]) -> None:
    for key, value in values.items():
        path = f"{block}.{key}" if block else key
        if path in remarks:
            page.say(remarks[path])
        if isinstance(value, Mapping) and value and path in _BLOCKS:
            page.open(key)
            _source(page, value, path, remarks)
            page.close()
        else:
            page.put(key, value)


_BLOCKS = (k.FROM, k.PURGE, k.CHECKER, f"{k.FROM}.{k.SECURITY}")


def safe_name(text: str) -> str:
    """The text as a part of a file name and of a name in commands: whatever is no letter, digit, dot or hyphen becomes a hyphen."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.") or "x"


def given_address(text: str, port: int) -> tuple[str, int] | None:
    """Host and port of ``HOST[:PORT]`` with the usual port; None for what is neither."""
    parts, _ = host_port.split(text)
    if parts is None:
        bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        parts = host_port.HostPort(bare, str(port)) if bare.count(":") != 1 and bare else None
    if parts is None or not _HOST.match(parts.host) or not re.fullmatch("[0-9]{1,5}", parts.port) or not 0 < int(parts.port) < 65536:
        return None
    return parts.host, int(parts.port)
