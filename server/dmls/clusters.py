"""What the workspace remembers of clusters: cards, the ends they make and what becomes of each connection.

Everything is kept until a file, a certificate or a date that it rests on changes, so that an edit in a deployment of many files costs the
connections of the edited file and no more.
"""

from __future__ import annotations

from typing import Callable, Iterable

from dmls.model.cluster import Bound, Card, Cluster, Edge, Explicit, Graph
from dmls.model.connection import Connection, Party, link_of
from dmls.model.link import Handshake, Link
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

    def put(self, path: str, cards: Iterable[Card]) -> set[str]:
        """A file has these cards now.  The answer are the paths of all files whose cluster may have changed."""
        new = {card.id: card for card in cards}
        touched: set[str] = set()
        for id in self._by_path.get(path, ()):
            if id not in new:
                touched |= self.graph.put(id, None)
        for id, card in new.items():
            touched |= self.graph.put(id, card)
        if new:
            self._by_path[path] = tuple(new)
        else:
            self._by_path.pop(path, None)
        return {_path_of(id) for id in touched}

    def forget(self, path: str) -> None:
        """What the file holds, or what a file that it names holds, is to be read anew."""
        for id in self._by_path.get(path, ()):
            self._parties.pop(id, None)

    def clear(self) -> None:
        """The settings or the folders have changed."""
        self._parties.clear()
        self._outcomes.clear()
        self.graph.clear()

    def ids_of(self, path: str) -> tuple[str, ...]:
        return self._by_path.get(path, ())

    def clusters_of(self, path: str) -> list[Cluster]:
        """The clusters that a file belongs to: one, or as many as a script has command lines."""
        found = (self.graph.cluster(id) for id in self.ids_of(path))
        return list({id(c): c for c in found if c is not None}.values())

    def partners(self, path: str) -> set[str]:
        """The other files with which a file is connected."""
        found = set()
        for cluster in self.clusters_of(path):
            for id in self.ids_of(path):
                for edge in cluster.edges_of(id):
                    found.update((_path_of(edge.dialer), _path_of(edge.listener)))
        found.discard(path)
        return found

    def connections(
        self, cluster: Cluster, id: str, version: Version, now: float | None, party_of: PartyOf, own: Callable[[Card], Party] | None = None
    ) -> list[Connection]:
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
            found.append(Connection(edge, dialer, listener, link, outcome))
        return found

    def next_change(self, cluster: Cluster, id: str, now: float, party_of: PartyOf) -> float | None:
        """The next moment at which a certificate of a member or of who is connected with it begins or ends to count."""
        ends = {end for edge in cluster.edges_of(id) for end in (edge.dialer, edge.listener)}
        parties = (self._party(end, party_of) for end in ends)
        return min((date for party in parties if party is not None for date in party.dates if date > now), default=None)

    def _party(self, id: str, party_of: PartyOf) -> Party | None:
        found = self._parties.get(id)
        card = self.graph.card(id)
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
    from dmls.model.handshake import judge

    link = link_of(edge.pair, dialer, listener, edge.host, version)
    return link, judge(link, now)


def _same_moment(then: float | None, now: float | None, *parties: Party) -> bool:
    """Whether no certificate begins or ends to count between two moments."""
    if then is None or now is None:
        return then == now
    first, last = min(then, now), max(then, now)
    return not any(first < date <= last for party in parties for date in party.dates)


def _path_of(id: str) -> str:
    return id.partition("#")[0] if "#" in id else id


__all__ = ["Clusters"]
