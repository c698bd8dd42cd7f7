"""A master that is called by a name its certificate does not have.

What: the host in the worker's `join`, or the one that a master advertises, is not in the master's certificate.

Why: a worker with `cert-allowed-cn`, and any worker with the old TLS helper (up to 7.5.1 and 7.6.0 to 8.1), compares the host that it dials with the SANs of the
certificate (dm/worker/join.go:75; dm/worker/server.go:153-160 goes on to the addresses that the masters advertise): `x509: certificate is valid for …, not …`
(run with Go), hidden in 40077 `context deadline exceeded`. Without a list nobody compares since the new helper.

Wrong: `join = "dm-master:8261"` with a certificate for 10.0.0.1 only

Right: a host in `join` that stands in the certificate

Fix: write the address that the master advertises, where its certificate has that; let the master advertise the one that is called, where that fits; or issue the master's certificate for this host, too.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.finding import FileEdit
from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.cert_use import printable
from dmls.model.tls.cluster import Address
from dmls.model.tls.connection import Connection
from dmls.model.tls.endpoint import endpoints
from dmls.model.tls.link import MASTER
from dmls.model.tls.outcome import refused_peer
from dmls.pki import file, names
from dmls.rule import LINKS, Applicability, Context, Edit, Finding, Fix, Rule, Severity
from dmls.rules.cluster._links import named, place, pointers
from dmls.schema import keys as k
from dmls.version import NEW_TLS_HELPER, go_of


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    calls = [c for c in connections if c.pair == MASTER and c.i_dial]
    joined = [c for c in calls if c.edge.by_dialer and c.dialer.on and c.listener.on]
    bad = [c for c in joined if _error(c)]
    worst = Severity.ERROR if len(bad) == len(joined) else Severity.WARNING
    for connection in bad:
        yield from _finding(connection, worst, ctx)
    for connection in calls:
        if not connection.edge.by_dialer and not bad and _error(connection):
            yield from _finding(connection, Severity.WARNING, ctx)


def _error(connection: Connection) -> str:
    """What Go says of the host, "" where it stands in the certificate or the certificate is not known."""
    cert = connection.listener.end.cert
    key = connection.listener.end.key
    if cert is None or cert.pem is None or key is None:
        return ""
    go = go_of(connection.link.version)
    chain = file.key_pair(cert.pem, None, go).chain
    leaf = chain[0] if chain else None
    if leaf is None or not (leaf.dns_names or leaf.ip_addresses):
        # A certificate without any host has a finding of its own, in its master's file.
        return ""
    return names.host_error(leaf, connection.link.host, go) or ""


def _finding(connection: Connection, worst: Severity, ctx: Context) -> Iterator[Finding]:
    listed = bool(connection.dialer.end.allowed_cn)
    checked = listed or ctx.version not in NEW_TLS_HELPER
    failed = not connection.outcome.ok and connection.outcome.steps[-1].what == "refuses-host"
    if checked and not failed:
        # Something else fails before, or after; that finding comes first.
        return
    outcome = refused_peer(kinds.WORKER)
    host = connection.link.host
    span = place(ctx, connection.mine, k.JOIN)
    if span is None:
        return
    if connection.edge.by_dialer:
        span = next((e.span for e in endpoints(ctx.config, k.JOIN) if e.host.lower() == host), span)
    yield ctx.finding(
        RULE,
        span,
        ("" if checked else "unchecked") if connection.edge.by_dialer else ("advertised" if checked else "advertised-unchecked"),
        severity=worst if checked else Severity.INFORMATION,
        codes=outcome.codes if checked else (),
        dm_text=_error(connection) if checked else "",
        depends=NEW_TLS_HELPER if not listed else None,
        related=pointers([connection.listener], "certificate-of", k.SSL_CERT),
        fixes=_advertised(connection, ctx) if connection.edge.by_dialer else _as_called(connection, ctx),
        host=printable(host),
        files=named([connection.listener]),
        **(outcome.args if checked else {}),
    )


def _advertised(connection: Connection, ctx: Context) -> tuple[Fix, ...]:
    """The address that the master advertises in the place of the one in `join`, where the certificate has it."""
    own = connection.listener.card.listens[:1]
    if not own:
        return ()
    at = next((e for e in endpoints(ctx.config, k.JOIN) if e.host.lower() == connection.link.host and e.exact), None)
    if _error_at(connection, own[0]) or at is None:
        return ()
    text = _written(own[0])
    return (ctx.fix("replace-value", Edit(at.address_span, text), how=Applicability.UNSAFE, value=text),)


def _as_called(connection: Connection, ctx: Context) -> tuple[Fix, ...]:
    """An address by which this file calls the master, where the certificate has it, in the place of the one that the master's file advertises."""
    master = connection.listener
    fitting = next((a for a in connection.dialer.card.calls if a in master.card.listens and not _error_at(connection, a)), None)
    spot = master.place(k.ADVERTISE_ADDR)
    config = ctx.around.file(spot.file) if spot is not None else None
    entry = config.get(k.ADVERTISE_ADDR) if config is not None else None
    if fitting is None or spot is None or config is None or entry is None:
        return ()
    change = edit.set_text(config, entry, _written(fitting))
    if change is None:
        return ()
    return (ctx.fix("advertise", FileEdit(spot.file, change), how=Applicability.UNSAFE, value=_written(fitting), files=named([master])),)


def _error_at(connection: Connection, address: Address) -> str:
    """As `_error`, if the master were called at that address."""
    return _error(connection._replace(link=connection.link._replace(host=address.host)))


def _written(address: Address) -> str:
    return f"[{address.host}]:{address.port}" if ":" in address.host else f"{address.host}:{address.port}"


RULE = Rule("tls-san-join", "cluster", Severity.ERROR, LINKS, (kinds.WORKER,), check)
