"""What the workspace remembers of clusters: cards, the ends they make and what becomes of each connection.

Everything is kept until a file, a certificate or a date that it rests on changes, so that an edit in a deployment of many files costs the
connections of the edited file and no more.

A file that a command line starts its program with, and that command line, are one component: the card of the command line stands for both, and
the file's own is put aside.  Command lines that start the same with the same settings are one component, too: the first stands for all.
"""

from __future__ import annotations

from typing import Callable, Iterable, Mapping

from dmls.model.tls.cluster import Bound, Card, Cluster, Edge, Explicit, Graph
from dmls.model.tls.connection import Connection, Party, link_of
from dmls.model.tls.link import Handshake, Link
from dmls.version import Version

PartyOf = Callable[[Card], "Party | None"]
"""Reads the end that a card makes out of its file; None where the file is gone."""


class Clusters:
    """Owned by the workspace, asked by its snapshots."""

    def __init__(self, bound: Bound, explicit: Explicit) -> None:
        self.graph = Graph(bound, explicit)
        self._parties: dict[str, Party] = {}
        self._outcomes: dict[tuple[Edge, Version], tuple[Party, Party, float | None, Link, Handshake]] = {}
        self._by_path: dict[str, tuple[str, ...]] = {}
        self._dealt: dict[str, Card] = {}
        """All cards, also those that others stand for."""
        self._starts: dict[object, dict[str, None]] = {}
        """By file: the command lines that start their program with it."""
        self._alike: dict[object, dict[str, None]] = {}
        """The command lines that are one component."""

    def put(self, cards: Mapping[str, Iterable[Card]]) -> set[str]:
        """These files have these cards now.  The answer are the paths of all files whose cluster may have changed."""
        paths: set[str] = set()
        concerned: set[str] = set()
        for path, own in cards.items():
            new = {card.id: card for card in own}
            before = {id: self._dealt[id] for id in self._by_path.get(path, ())}
            for id in {*before, *new}:
                if before.get(id) == new.get(id):
                    continue
                concerned.add(id)
                for card, is_new in ((before.get(id), False), (new.get(id), True)):
                    if card is not None:
                        concerned |= self._note(card, is_new)
                        paths |= {card.path, card.config}
            if new:
                self._by_path[path] = tuple(new)
            else:
                self._by_path.pop(path, None)
        effective = {id: self._effective(id) for id in concerned}
        # What is put aside goes first.
        touched = self.graph.put({id: effective[id] for id in sorted(effective, key=lambda id: (effective[id] is not None, id))})
        return paths.union(*(self._files_of(id) for id in touched))

    def _note(self, card: Card, is_new: bool) -> set[str]:
        """Take note that a card has come or gone.  The answer are the ids for which another may stand now."""
        if is_new:
            self._dealt[card.id] = card
        else:
            del self._dealt[card.id]
        if not _is_line(card.id):
            return {card.id}
        tables: list[tuple[dict[object, dict[str, None]], object]] = [(self._alike, _kin(card))]
        if card.file:
            tables.append((self._starts, card.file))
        concerned = {card.id, *([card.file] if card.file else ())}
        for table, key in tables:
            ids = table.setdefault(key, {})
            if is_new:
                ids[card.id] = None
            else:
                ids.pop(card.id, None)
            if not ids:
                del table[key]
            concerned.update(ids)
        return concerned

    def _effective(self, id: str) -> Card | None:
        """The card that counts under an id; None where another stands for it."""
        card = self._dealt.get(id)
        return card if card is not None and id not in self._starts and self.stands_for(id) == id else None

    def stands_for(self, id: str) -> str:
        """The id of the card that counts for a command line."""
        card = self._dealt.get(id)
        return min(self._alike[_kin(card)], key=_in_order) if card is not None and _is_line(id) else id

    def _files_of(self, id: str) -> set[str]:
        """The files that speak of a component."""
        card = self._dealt.get(id)
        if card is None:
            return {_path_of(id)}
        if not _is_line(id):
            return {card.path}
        return {card.config, *(_path_of(other) for other in self._alike[_kin(card)])}

    def starters(self, path: str) -> list[str]:
        """The scripts that start a program with the file at `path`."""
        return sorted({_path_of(id) for id in self._starts.get(path, ())})

    def given(self, path: str) -> frozenset[str]:
        """The keys that a command line sets, or may set, which starts its program with the file at `path`."""
        return frozenset().union(*(self._dealt[id].given for id in self._starts.get(path, ())))

    def dealt(self, id: str) -> Card | None:
        """A card, also where another stands for it."""
        return self._dealt.get(id)

    def forget(self, path: str) -> None:
        """What the file holds, or what a file that it names holds, is to be read anew."""
        for id in (*self._by_path.get(path, ()), *self.ids_of(path), *self._starts.get(path, ())):
            self._parties.pop(id, None)

    def clear(self) -> None:
        """The settings or the folders have changed."""
        self._parties.clear()
        self._outcomes.clear()
        self.graph.clear()

    def ids_of(self, path: str) -> tuple[str, ...]:
        """The components that a file speaks of, by the ids of the cards that count."""
        own = self._by_path.get(path, ())
        if not self._starts:
            return own
        return tuple(dict.fromkeys(self.stands_for(id) for id in (sorted(self._starts.get(path, ()), key=_in_order) or own)))

    def clusters_of(self, path: str) -> list[Cluster]:
        """The clusters that a file belongs to: one, or as many as a script has command lines."""
        found = (self.graph.cluster(id) for id in self.ids_of(path))
        return list({id(c): c for c in found if c is not None}.values())

    def partners(self, path: str) -> set[str]:
        """The other files with which a file is connected."""
        found = set()
        for id in self.ids_of(path):
            found |= self._files_of(id)
            cluster = self.graph.cluster(id)
            for edge in cluster.edges_of(id) if cluster is not None else ():
                found |= self._files_of(edge.dialer) | self._files_of(edge.listener)
        found.discard(path)
        return found

    def connections(self, cluster: Cluster, id: str, version: Version, now: float | None, party_of: PartyOf, own: Callable[[Card], Party] | None = None) -> list[Connection]:
        """The connections that one member opens or takes, judged; those of ends that cannot be read are left out.

        `own` makes the member's end, where it is to be another than that of its file; what comes of it is not kept.
        """
        found = []
        card = self.graph.card(id)
        mine = own(card) if own is not None and card is not None else None
        for edge in cluster.edges_of(id):
            dialer, listener = (mine if mine is not None and end == id else self._party(end, party_of) for end in (edge.dialer, edge.listener))
            if dialer is None or listener is None or not dialer.sure or not listener.sure:
                continue
            if mine is None:
                link, outcome = self._outcome(edge, dialer, listener, version, now)
            else:
                link, outcome = _judged(edge, dialer, listener, version, now)
            found.append(Connection(edge, dialer, listener, link, outcome, id))
        return found

    def next_change(self, cluster: Cluster, id: str, now: float, party_of: PartyOf) -> float | None:
        """The next moment at which a certificate of a member or of who is connected with it begins or ends to count."""
        ends = {end for edge in cluster.edges_of(id) for end in (edge.dialer, edge.listener)}
        parties = (self._party(end, party_of) for end in ends)
        return min((date for party in parties if party is not None for date in party.dates if date > now), default=None)

    def party(self, id: str, party_of: PartyOf) -> Party | None:
        """The end that a card makes, also one that another stands for."""
        return self._party(id, party_of)

    def _party(self, id: str, party_of: PartyOf) -> Party | None:
        found = self._parties.get(id)
        card = self._dealt.get(id)
        if card is None:
            return None
        if found is None or found.card != card:
            made = party_of(card)
            if made is None:
                return None
            found = self._parties[id] = made
        return found

    def _outcome(self, edge: Edge, dialer: Party, listener: Party, version: Version, now: float | None) -> tuple[Link, Handshake]:
        kept = self._outcomes.get((edge, version))
        if kept is not None and kept[0] is dialer and kept[1] is listener and _same_moment(kept[2], now, dialer, listener):
            return kept[3], kept[4]
        link, outcome = _judged(edge, dialer, listener, version, now)
        self._outcomes[edge, version] = (dialer, listener, now, link, outcome)
        return link, outcome


def _judged(edge: Edge, dialer: Party, listener: Party, version: Version, now: float | None) -> tuple[Link, Handshake]:
    from dmls.model.tls.handshake import judge

    link = link_of(edge.pair, dialer, listener, edge.host, version)
    return link, judge(link, now)


def _same_moment(then: float | None, now: float | None, *parties: Party) -> bool:
    """Whether no certificate begins or ends to count between two moments."""
    if then is None or now is None:
        return then == now
    first, last = min(then, now), max(then, now)
    return not any(first < date <= last for party in parties for date in party.dates)


def _path_of(id: str) -> str:
    return id.rpartition("#")[0] if _is_line(id) else id


def _is_line(id: str) -> bool:
    """Whether an id is that of a command line."""
    return id.rpartition("#")[2].isdecimal() and "#" in id


def _in_order(id: str) -> tuple[str, int]:
    """By script, then by place in it."""
    path, _, number = id.rpartition("#")
    return path, int(number)


def _kin(card: Card) -> tuple[object, ...]:
    """What command lines have in common that are one component: in one script, or with one file."""
    return card.config, card.kind, card.settings


__all__ = ["Clusters"]
