"""Two components that do not trust each other.

What: the certificate that another component shows does not verify with the `ssl-ca` of this one.

Why: each end of a connection verifies the other with its own `ssl-ca`: a caller always, a master whoever calls it, a worker its callers once
it has `cert-allowed-cn` (dm-tls.md §1.1, run with Go). The handshake ends with `x509: certificate signed by unknown authority`; the worker only
says 40077 `context deadline exceeded`.

Wrong: `ssl-ca = "ca-new.pem"` here, a certificate of the old CA there

Right: one CA, or a file that holds both while certificates are replaced

Fix: name a CA that both have, or append the other CA to the own file with one command.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.tls import openssl
from dmls.model.tls.connection import Connection, Party
from dmls.model.tls.outcome import refused_peer
from dmls.rule import LINKS, Context, Finding, Fix, Rule, Severity
from dmls.rules.cluster._links import CHAIN, UNKNOWN, dialled, named, others, place, pointers, refused
from dmls.schema import keys as k


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    found = [c for c in refused(connections, ctx, *CHAIN, by_me=True) if c.outcome.reason in UNKNOWN and not _same_authorities(c)]
    if not found:
        return
    parties = others(found)
    at = place(ctx, found[0].mine, k.SSL_CA)
    if at is None:
        return
    go_text = str(found[0].outcome.steps[-1].args.get("text", ""))
    outcome = refused_peer(ctx.config.kind, dialled(ctx))
    yield ctx.finding(
        RULE,
        at,
        codes=outcome.codes,
        dm_text=go_text,
        related=pointers(parties, "not-trusted", k.SSL_CERT),
        fixes=_bundle(found[0].mine, parties[0], ctx),
        files=named(parties),
        count=len(parties),
        **outcome.args,
    )


def _same_authorities(connection: Connection) -> bool:
    """Whether both ends trust the same file: what is wrong then shows at each end by itself."""
    one, other = connection.dialer.end.ca, connection.listener.end.ca
    return one is not None and other is not None and one.pem is not None and other.pem is not None and one.pem.digest == other.pem.digest


def _bundle(own: Party, other: Party, ctx: Context) -> tuple[Fix, ...]:
    """The command that joins the two CA files."""
    if own.end.ca is None or other.end.ca is None or own.end.ca.path == other.end.ca.path:
        return ()
    command = openssl.appended(own.end.ca.path, other.end.ca.path, True)
    return ctx.command("join-authorities", command, file=own.end.ca.path, other=other.end.ca.path)


RULE = Rule("tls-ca-disjoint", "cluster", Severity.ERROR, LINKS, (*kinds.COMPONENTS, kinds.DMCTL), check)
