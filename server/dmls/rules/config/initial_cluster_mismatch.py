"""A master that is not in its own `initial-cluster`.

What: an `initial-cluster` without the `name` of this master, or with other addresses for it than `advertise-peer-urls`.

Why: when it starts for the first time, the embedded etcd looks for itself in the list. Without its name DM-master stops with 38038 `couldn't find local name
"dm-master" in the initial cluster configuration`; with other addresses with `--initial-cluster has … but missing from --initial-advertise-peer-urls`
(etcd server/config/config.go: VerifyBootstrap). Names of hosts are compared by what they resolve to, so only numeric addresses and ports are
judged here. With `join` DM does not use the list. The documentation's own sample has this mistake. A flag on the command line
may give another name.

Wrong: `name = "dm-master"` and `initial-cluster = "master1=http://10.0.0.1:8291"`

Right: `name = "master1"`

Fix: write the name as it stands in the list. The fix does where the list has one entry with this master's own address, or only one entry.
"""

from __future__ import annotations

import ipaddress
from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm.start_error import START_ETCD, may_be_misspelt
from dmls.model.edits import edit
from dmls.model.tls.endpoint import Endpoint, endpoints
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    join, name = config.get(k.JOIN), config.get(k.NAME)
    members = endpoints(config, k.INITIAL_CLUSTER)
    if (join is not None and join.text) or name is None or not name.text or not members or may_be_misspelt(config, k.ADVERTISE_PEER_URLS):
        return
    if any(m.name is None or not m.name or m.has_blank or "=" in m.url for m in members):
        # Another rule speaks, or the list means something else than it seems to.
        return
    own = [m for m in members if m.name == name.text]
    if not own:
        names = list(dict.fromkeys(str(m.name) for m in members))
        text = START_ETCD.text(f'couldn\'t find local name "{name.text}" in the initial cluster configuration')
        fixes = _renamed(config, ctx, members)
        yield ctx.finding(RULE, config.value_span(name), "name", dm_text=text, fixes=fixes, name=name.text, names=", ".join(names))
        return
    advertised = endpoints(config, k.ADVERTISE_PEER_URLS) or endpoints(config, k.PEER_URLS)
    known = {_address(e) for e in advertised}
    for member in own:
        mine = _address(member)
        if known and None not in known and mine is not None and mine not in known:
            yield ctx.finding(RULE, member.span, "address", name=name.text, address=member.address, key=advertised[0].key)


def _address(endpoint: Endpoint) -> tuple[str, str] | None:
    """Numeric address and port; None where a name may resolve to anything."""
    try:
        return str(ipaddress.ip_address(endpoint.host)), endpoint.port or ""
    except ValueError:
        return None


def _renamed(config: ConfigFile, ctx: Context, members: tuple[Endpoint, ...]) -> tuple[Fix, ...]:
    advertised = {e.authority for e in endpoints(config, k.ADVERTISE_PEER_URLS) or endpoints(config, k.PEER_URLS)}
    meant = [m for m in members if m.authority in advertised] if len(members) > 1 else list(members)
    name = config.get(k.NAME)
    if len(meant) != 1 or name is None or meant[0].name is None:
        return ()
    change = edit.reword(config, name, meant[0].name)
    return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=meant[0].name),) if change is not None else ()


RULE = Rule("initial-cluster-mismatch", "config", Severity.WARNING, CONFIG_FILE, (kinds.MASTER,), check, codes=(38038,))
