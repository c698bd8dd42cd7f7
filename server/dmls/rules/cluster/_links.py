"""What the rules about connections have in common: which connections fail in which way, and how the other files are named."""

from __future__ import annotations

from typing import Iterable, Iterator, Sequence

from dmls.finding import Related
from dmls.go import host_port
from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.edits.edit import FLAGS
from dmls.model.tls.cert_use import printable
from dmls.model.tls.connection import Connection, Party
from dmls.model.tls.link import DIALER, HANDSHAKE, MISMATCH
from dmls.rule import Context
from dmls.schema import keys as k
from dmls.text import Edit, Span

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
        if last.what in what and (taker.card.id == connection.view) == by_me and not is_self(connection):
            yield connection


def mismatched(connections: Sequence[Connection], ctx: Context) -> Iterator[Connection]:
    """The connections that fail because this file has no TLS and the other has."""
    for connection in connections:
        if connection.outcome.stage == MISMATCH and not connection.mine.on and connection.other.on and connection.other.card.kind in kinds.COMPONENTS:
            yield connection


def all_calls(connections: Sequence[Connection]) -> list[Connection]:
    """The calls of dmctl, where it is known of each of its addresses what becomes of the call: one that succeeds is enough for dmctl."""
    calls = [c for c in connections if c.i_dial]
    return calls if calls and len(calls) == len(calls[0].mine.card.calls) else []


def is_self(connection: Connection) -> bool:
    return connection.dialer.card.id == connection.listener.card.id


def others(connections: Iterable[Connection]) -> list[Party]:
    """The other ends, each once, in the order of their files."""
    found = {c.other.card.id: c.other for c in connections}
    return sorted(found.values(), key=lambda party: (party.card.config, party.card.id))


def pointers(parties: Sequence[Party], message: str, *keys: str, **args: object) -> tuple[Related, ...]:
    """Pointers at the first of the keys that each of the other files has; at the top of a file that has none."""
    out = []
    for party in parties[:MOST_RELATED]:
        spot = party.place(*keys) or party.head
        out.append(Related(spot.file, spot.span, f"related.{message}", {"file": _name(spot.file), **args}))
    return tuple(out)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def named(parties: Sequence[Party]) -> str:
    """A list of the other files for a sentence, each by its name; of a component that a script starts, its configuration."""
    names = list(dict.fromkeys(f"`{printable(_name(p.card.config))}`" for p in parties))
    return ", ".join(names[:MOST_RELATED]) + (" …" if len(names) > MOST_RELATED else "")


def place(ctx: Context, party: Party, *keys: str) -> Span | None:
    """The value of the first of the keys that the own end has, else the top of its file.

    None where that stands in another file: a component that a script starts has settings in its configuration and in the script, and
    what is wrong is told where it stands.
    """
    spot = party.place(*keys)
    if spot is not None:
        return spot.span if spot.file == ctx.config.path else None
    if ctx.config.language == FLAGS:
        return ctx.config.value_span(ctx.config.root)
    return Span(0, 0) if party.card.path == ctx.config.path else None


def dialled(ctx: Context) -> str:
    """The addresses that dmctl prints when it reaches none of them; "" for a component."""
    entry = ctx.config.get(k.MASTER_ADDR) if ctx.config.kind == kinds.DMCTL else None
    return host_port.unwrap_scheme(entry.text) if entry is not None else ""


def called_at(kind: str) -> tuple[str, ...]:
    """The keys that say where a component is called, or calls: the first is the best place to point at where TLS is missing."""
    return (k.JOIN, k.WORKER_ADDR, k.NAME) if kind == kinds.WORKER else (k.ADVERTISE_ADDR, k.MASTER_ADDR, k.NAME)


def more_names(ctx: Context, names: Sequence[str]) -> Edit | None:
    """The flags that add names to the list of a command line, behind one of its TLS flags."""
    for key in (k.SSL_KEY, k.SSL_CERT, k.SSL_CA, k.JOIN, k.NAME):
        entry = ctx.config.get(key)
        change = edit.insert_keys(ctx.config, entry, [(k.CERT_ALLOWED_CN, name) for name in names]) if entry is not None else None
        if change is not None:
            return change
    return None


def leaf_name(party: Party, connection: Connection) -> str:
    """The Common Name that an end shows, "" where it is not known."""
    from dmls.pki import file
    from dmls.version import go_of

    cert = party.end.cert
    if cert is None or cert.pem is None:
        return ""
    chain = file.key_pair(cert.pem, None, go_of(connection.link.version)).chain
    return chain[0].subject.common_name if chain else ""
