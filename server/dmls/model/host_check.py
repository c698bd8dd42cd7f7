"""Whose host name checks a component's certificate has to pass, and for which hosts.

Three callers compare the host they dial with the certificate's SANs (dm-tls.md facts 5 and 6, errata 17): the etcd of another master,
always; a component with `cert-allowed-cn`, a master's own client among them; and every component with the old TLS helper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmls.model import kind as kinds
from dmls.model.endpoint import endpoints
from dmls.schema import keys as k
from dmls.version import NEW_TLS_HELPER

if TYPE_CHECKING:
    from dmls.model.cert_use import CertUse
    from dmls.model.config_file import ConfigFile

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


def advertised_hosts(config: ConfigFile) -> tuple[str, ...]:
    """The host under which a component is called."""
    return _first(config, *_ADVERTISED.get(config.kind, ()))


def peer_hosts(config: ConfigFile) -> tuple[str, ...]:
    """The hosts under which other masters call this one."""
    return _first(config, k.ADVERTISE_PEER_URLS, k.PEER_URLS)


def _first(config: ConfigFile, *keys: str) -> tuple[str, ...]:
    """The hosts of the first key that is filled; those that only say "here" are left out."""
    for key in keys:
        found = endpoints(config, key)
        if found:
            return tuple(e.host for e in found if e.host not in _UNSPECIFIED)
    return ()


def is_loopback(host: str) -> bool:
    """Whether a host means the own machine."""
    return host.lower() in _LOOPBACK or host.startswith("127.")
