"""Whose host name checks a component's certificate has to pass, and for which hosts.

Three callers compare the host they dial with the certificate's SANs (dm-tls.md facts 5 and 6, errata 17): the etcd of another master,
always; a component with `cert-allowed-cn`, a master's own client among them; and every component with the old TLS helper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.model import kind as kinds
from dmls.model.tls.endpoint import endpoints
from dmls.named import NamedTuple
from dmls.schema import keys as k
from dmls.version import NEW_TLS_HELPER

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile
    from dmls.model.tls.cert_use import CertUse
    from dmls.model.tls.endpoint import Endpoint

PEERS, LIST, OLD = "peers", "list", "old"

_ADVERTISED = {kinds.MASTER: (k.ADVERTISE_ADDR, k.MASTER_ADDR), kinds.WORKER: (k.ADVERTISE_ADDR, k.WORKER_ADDR)}
_UNSPECIFIED = ("", "0.0.0.0", "::")
_LOOPBACK = ("localhost", "::1", "0:0:0:0:0:0:0:1")


class HostCheck(NamedTuple):
    """`by` is the surest of the callers, "" where none is known: "peers", "list" or "old".  `hosts` are those dialled, as far as known.

    `depends` tells whether the DM version alone decides.
    """

    by: str
    hosts: tuple[str, ...]
    depends: bool


def has_other_masters(use: CertUse) -> bool:
    """Whether the block belongs to one of several masters: `initial-cluster` names two, or it joins others."""
    if use.owner != kinds.MASTER:
        return False
    if use.peers.masters > 1 or endpoints(use.config, k.JOIN):
        return True
    return len({e.name for e in endpoints(use.config, k.INITIAL_CLUSTER)}) > 1


def host_check(use: CertUse) -> HostCheck:
    """Who compares host names with the certificate of a component."""
    others = has_other_masters(use)
    old = use.version not in NEW_TLS_HELPER
    listed = use.peers.dialer_has_list or (use.owner == kinds.MASTER and bool(use.block.names))
    hosts: tuple[str, ...] = ()
    if old or listed:
        hosts += advertised_hosts(use.config)
    if others:
        hosts += peer_hosts(use.config)
    by = PEERS if others else LIST if listed else OLD if old else ""
    return HostCheck(by, tuple(dict.fromkeys(hosts)), not others and not listed)


def advertised(config: ConfigFile) -> tuple[Endpoint, ...]:
    """The address under which a component is called."""
    return _first(config, *_ADVERTISED.get(config.kind, ()))


def dialled_by_peers(config: ConfigFile) -> tuple[Endpoint, ...]:
    """The addresses at which the etcd of another master dials this one: the master's own of `initial-cluster`, else what it advertises.

    The members of a new cluster are those of `initial-cluster`, which has to hold what each of them advertises (etcd: embed/config.go).
    """
    return _own_of_ring(config) or _first(config, k.ADVERTISE_PEER_URLS, k.PEER_URLS)


def peer_sources(config: ConfigFile) -> tuple[Endpoint, ...]:
    """The addresses that a master is known to have, from one of which it calls other masters."""
    return tuple(e for e in endpoints(config, k.ADVERTISE_PEER_URLS, k.PEER_URLS) if e.host not in _UNSPECIFIED)


def _own_of_ring(config: ConfigFile) -> tuple[Endpoint, ...]:
    name = config.get(k.NAME)
    own = name.text if name is not None else ""
    return tuple(e for e in endpoints(config, k.INITIAL_CLUSTER) if own and e.name == own and e.host not in _UNSPECIFIED)


def advertised_hosts(config: ConfigFile) -> tuple[str, ...]:
    """The host under which a component is called."""
    return tuple(e.host for e in advertised(config))


def peer_hosts(config: ConfigFile) -> tuple[str, ...]:
    """The hosts under which other masters call this one."""
    return tuple(e.host for e in _first(config, k.ADVERTISE_PEER_URLS, k.PEER_URLS))


def own_hosts(config: ConfigFile) -> tuple[str, ...]:
    """Every host that a component has by its own file, those others call first."""
    found = advertised(config)
    if config.kind == kinds.MASTER:
        found += _first(config, k.ADVERTISE_PEER_URLS, k.PEER_URLS) + _own_of_ring(config) + peer_sources(config)
    return tuple(dict.fromkeys(e.host for e in found))


def _first(config: ConfigFile, *keys: str) -> tuple[Endpoint, ...]:
    """The addresses of the first key that is filled; those that only say "here" are left out."""
    for key in keys:
        found = endpoints(config, key)
        if found:
            return tuple(e for e in found if e.host not in _UNSPECIFIED)
    return ()


def is_loopback(host: str) -> bool:
    """Whether a host means the own machine."""
    return host.lower() in _LOOPBACK or host.startswith("127.")
