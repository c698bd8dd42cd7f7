"""A `join` that leads to the port for masters among themselves.

What: an address in `join` with the port 8291, or with the port of this master's own `peer-urls`.

Why: DM joins over the port for clients, 8261, the `master-addr` of the masters. The port 8291 serves only the masters' etcd among itself, so a
worker stops with 40077 and a master with 38040. The page of the documentation about DM-master's file speaks of peer addresses here; its page about flags
and the code want client addresses (dm/master/etcd.go: prepareJoinEtcd; dm/worker/join.go).

Wrong: `join = "10.0.0.1:8291"`

Right: `join = "10.0.0.1:8261"`

Fix: write the port of `master-addr`; the fix takes 8261, which need not be yours.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.endpoint import Endpoint, endpoints
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.schema import keys as k

PEER, CLIENT = "8291", "8261"
CODES = {kinds.MASTER: (38040,), kinds.WORKER: (40077,)}


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    own = {e.port for e in endpoints(config, k.PEER_URLS, k.ADVERTISE_PEER_URLS)} if config.kind == kinds.MASTER else set()
    clients = {e.port for e in endpoints(config, k.MASTER_ADDR, k.ADVERTISE_ADDR)} if config.kind == kinds.MASTER else set()
    for endpoint in endpoints(config, k.JOIN):
        if endpoint.port and endpoint.port in ({PEER} | own) - clients:
            yield ctx.finding(RULE, endpoint.url_span, codes=CODES[config.kind], fixes=_fixes(ctx, endpoint), address=endpoint.address, port=endpoint.port)


def _fixes(ctx: Context, endpoint: Endpoint) -> tuple[Fix, ...]:
    if not endpoint.exact or endpoint.port != PEER or endpoint.path:
        return ()
    end = endpoint.address_span.end
    edit = Edit(Span(end - len(PEER), end), CLIENT)
    return (ctx.fix("replace-value", edit, how=Applicability.UNSAFE, value=endpoint.address[: -len(PEER)] + CLIENT),)


RULE = Rule("join-peer-port", "config", Severity.WARNING, CONFIG_FILE, kinds.COMPONENTS, check, codes=(38040, 40077))
