"""What the rules about connections have in common: which connections fail in which way, and how the other files are named."""

from __future__ import annotations

from typing import Iterable, Iterator, Sequence

from dmls.finding import Related
from dmls.model import kind as kinds
from dmls.model.cert_use import printable
from dmls.model.connection import Connection, Party
from dmls.model.link import DIALER, HANDSHAKE, MISMATCH
from dmls.rule import Context
from dmls.schema import keys as k
from dmls.text import Span

MOST_RELATED = 5
"""Other files that one finding points at."""
CHAIN = ("refuses-chain", "refuses-client")
UNKNOWN = ("unknown-authority", "no-roots")
"""Reasons of `pki.chain.Verdict` that say that the authority is not the right one; all others are faults of a certificate, whose rules tell."""


def refused(connections: Sequence[Connection], ctx: Context, *what: str, by_me: bool) -> Iterator[Connection]:
    """The connections that fail with one of the steps `what`, which this file takes, or with `by_me` False the other."""
    for connection in connections:
        if connection.outcome.ok or connection.outcome.stage != HANDSHAKE:
            continue
        last = connection.outcome.steps[-1]
        taker = connection.dialer if last.side == DIALER else connection.listener
        if last.what in what and (taker.card.path == ctx.config.path) == by_me and not is_self(connection):
            yield connection


def mismatched(connections: Sequence[Connection], ctx: Context) -> Iterator[Connection]:
    """The connections that fail because this file has no TLS and the other has."""
    for connection in connections:
        if connection.outcome.stage == MISMATCH and not mine(connection, ctx).on and connection.other(ctx.config.path).on:
            yield connection


def is_self(connection: Connection) -> bool:
    return connection.dialer.card.id == connection.listener.card.id


def mine(connection: Connection, ctx: Context) -> Party:
    return connection.dialer if connection.dialer.card.path == ctx.config.path else connection.listener


def others(connections: Iterable[Connection], ctx: Context) -> list[Party]:
    """The other ends, each once, in the order of their files."""
    found = {}
    for connection in connections:
        party = connection.other(ctx.config.path)
        found[party.card.id] = party
    return [found[id] for id in sorted(found)]


def pointers(parties: Sequence[Party], message: str, *keys: str, **args: object) -> tuple[Related, ...]:
    """Pointers at the first of the keys that each of the other files has; at the top of a file that has none."""
    out = []
    for party in parties[:MOST_RELATED]:
        place = party.place(*keys)
        span = place[1] if place is not None else Span(0, 0)
        out.append(Related(party.card.path, span, f"related.{message}", {"file": shown(party), **args}))
    return tuple(out)


def shown(party: Party) -> str:
    """How a sentence calls an end: by its file's name."""
    return party.card.path.rpartition("/")[2]


def named(parties: Sequence[Party]) -> str:
    """A list of the other files for a sentence."""
    return ", ".join(f"`{printable(shown(p))}`" for p in parties[:MOST_RELATED]) + (" …" if len(parties) > MOST_RELATED else "")


def place(ctx: Context, *keys: str) -> Span:
    """The value of the first of the keys that the file has, else its top."""
    for key in keys:
        entry = ctx.config.get(key)
        if entry is not None:
            return ctx.config.value_span(entry)
    return Span(0, 0)


def called_at(kind: str) -> tuple[str, ...]:
    """The keys that say where a component is called, or calls: the first is the best place to point at where TLS is missing."""
    return (k.JOIN, k.WORKER_ADDR, k.NAME) if kind == kinds.WORKER else (k.ADVERTISE_ADDR, k.MASTER_ADDR, k.NAME)


def leaf_name(party: Party, connection: Connection) -> str:
    """The Common Name that an end shows, "" where it is not known."""
    from dmls.pki import file
    from dmls.version import go_of

    cert = party.end.cert
    if cert is None or cert.pem is None:
        return ""
    chain = file.key_pair(cert.pem, None, go_of(connection.link.version)).chain
    return chain[0].subject.common_name if chain else ""
