"""A component that tells others on other hosts to call their own machine.

What: a master or worker advertises `localhost` or a loopback address, and the components that call it there run on more than one host.

Why: `advertise-addr` and `advertise-peer-urls` are what others dial (dm/master/workerrpc/rawgrpc.go:47-60; dm/worker/server.go:153-160). On another host
the loopback address is that host itself: the call ends at whatever listens there, or with `connection refused`. The documented certificates have
`127.0.0.1` among their SANs, so that no check of names notices it.

Wrong: `advertise-addr = "127.0.0.1:8262"` on a worker whose masters are on 10.0.0.1 and 10.0.0.2

Right: `advertise-addr = "10.0.0.11:8262"`

Fix: there is no fix, because only a person knows by which address other hosts reach this one; a deployment on one machine may keep it.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import printable
from dmls.model.tls.cluster import Card
from dmls.model.tls.connection import Connection
from dmls.model.tls.host_check import is_loopback
from dmls.pki.names import parse_ip
from dmls.rule import LINKS, Context, Finding, Rule, Severity
from dmls.rules.cluster._links import is_self, named, others, place, pointers
from dmls.schema import keys as k
from dmls.version import go_of

_VALUES = {
    k.ADVERTISE_ADDR: (k.ADVERTISE_ADDR, k.MASTER_ADDR, k.WORKER_ADDR),
    k.ADVERTISE_PEER_URLS: (k.ADVERTISE_PEER_URLS, k.PEER_URLS),
}
"""What stands for an advertised address that is not written."""


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    for key, values in _VALUES.items():
        calls = [c for c in connections if c.i_listen and not is_self(c) and c.edge.key == key and not c.edge.by_dialer and is_loopback(c.edge.host)]
        callers = [c for c in calls if _host(c.dialer.card)]
        if not callers or not _differ([*(_host(c.dialer.card) for c in callers), _host(callers[0].mine.card)], ctx):
            continue
        parties = others(callers)
        at = place(ctx, callers[0].mine, *values)
        if at is None:
            continue
        yield ctx.finding(
            RULE,
            at,
            related=pointers(parties, "calls-from", *_VALUES[k.ADVERTISE_ADDR], host=printable(_host(parties[0].card))),
            host=printable(callers[0].edge.host),
            files=named(parties),
        )


def _host(card: Card) -> str:
    """The host that a component has by its file, "" where it only names the own machine."""
    return next((address.host for address in (*card.listens, *card.peers) if not is_loopback(address.host)), "")


def _differ(hosts: Sequence[str], ctx: Context) -> bool:
    """Whether the hosts are certainly not all one machine: a name and an address may be the same one."""
    known = {host for host in hosts if host}
    addresses = {host for host in known if parse_ip(host, go_of(ctx.version)) is not None}
    return len(addresses) > 1 or len(known - addresses) > 1


RULE = Rule("tls-advertise-localhost", "cluster", Severity.WARNING, LINKS, kinds.COMPONENTS, check)
