"""Masters that admit different names.

What: the first items of `cert-allowed-cn` differ between masters of one cluster, or only some masters have the list.

Why: each master admits callers by the first item of its own list (dm/master/config.go:432-435). Whoever is admitted by one is refused by another, so
a worker or dmctl works or fails depending on which master leads.

Wrong: `cert-allowed-cn = ["dm"]` on one master, `cert-allowed-cn = ["dm-cluster"]` on another

Right: the same first item everywhere

Fix: write the other master's first name here, or the own first name there; which of the two is meant, only a person knows.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.finding import FileEdit
from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.cert_use import printable
from dmls.model.tls.connection import Connection, Party
from dmls.model.tls.link import PEER
from dmls.rule import LINKS, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.rules.cluster._links import named, others, place, pointers
from dmls.schema import keys as k


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    peers = [c for c in connections if c.pair == PEER and c.mine.on and c.other.on]
    if not peers or not all(c.outcome.ok for c in peers):
        # What fails already has a finding, which says more.
        return
    first = peers[0].mine.end.allowed_cn[:1]
    entry = ctx.config.get(k.CERT_ALLOWED_CN)
    parties = [p for p in others(peers) if p.end.allowed_cn[:1] != first]
    if not parties or entry is None or not first or place(ctx, peers[0].mine, k.CERT_ALLOWED_CN) is None:
        return
    theirs = parties[0].end.allowed_cn[:1]
    item = entry.get(0)
    yield ctx.finding(
        RULE,
        ctx.config.value_span(item if item is not None else entry),
        "" if theirs else "none",
        related=pointers(parties, "list", k.CERT_ALLOWED_CN, k.SSL_CA),
        fixes=(*(_same(ctx, theirs[0]) if theirs else ()), *_same_there(ctx, parties, first[0])),
        first=printable(first[0]),
        other=printable(theirs[0]) if theirs else "",
        files=named(parties),
    )


def _same(ctx: Context, name: str) -> tuple[Fix, ...]:
    entry = ctx.config.get(k.CERT_ALLOWED_CN, 0)
    change = edit.set_text(ctx.config, entry, name) if entry is not None else None
    return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=edit.quoted(name)),) if change is not None else ()


def _same_there(ctx: Context, parties: Sequence[Party], name: str) -> tuple[Fix, ...]:
    """The own first name in the lists of the others."""
    edits = []
    for party in parties:
        spot = party.place(k.CERT_ALLOWED_CN)
        config = ctx.around.file(spot.file) if spot is not None else None
        entry = config.get(k.CERT_ALLOWED_CN, 0) if config is not None else None
        change = edit.set_text(config, entry, name) if config is not None and entry is not None else None
        if spot is None or change is None:
            return ()
        edits.append(FileEdit(spot.file, change))
    return (ctx.fix("admit-first", *edits, how=Applicability.UNSAFE, preferred=False, name=printable(name), files=named(parties)),)


RULE = Rule("tls-master-lists-differ", "cluster", Severity.WARNING, LINKS, (kinds.MASTER,), check)
