"""Which files make one deployment, and which connections DM will open between them.

Silence beats a false alarm: two files belong together only where an address or a source-id says so without doubt.  An address is looked for in
the file's own folder, then in the tree below that, then in the tree of each folder above up to the workspace folder or the nearest
`.dmls.toml`; the first level that has a match counts.  Two files of one level that claim one name or one address are alternatives, and
what concerns either of them is left alone (architecture: which files make one cluster).  `[[cluster]]` of a `.dmls.toml` may name the files
instead; nothing else is then looked at.

A `Card` is what one file tells the others.  The `Graph` knows all cards and answers from indices, so that a file without anything in
common with a deployment costs it nothing.
"""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING, Callable, Generic, Iterable, Iterator, Mapping, TypeVar, Union

from dmls.model import kind as kinds
from dmls.model.tls import link
from dmls.model.tls.endpoint import endpoints, of_entry
from dmls.named import NamedTuple
from dmls.schema import keys as k

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile
    from dmls.model.tls.endpoint import Endpoint

_UNSPECIFIED = ("", "0.0.0.0", "::")
_LISTENS = {kinds.MASTER: (k.ADVERTISE_ADDR, k.MASTER_ADDR), kinds.WORKER: (k.ADVERTISE_ADDR, k.WORKER_ADDR)}
_CALLS = {kinds.MASTER: k.JOIN, kinds.WORKER: k.JOIN, kinds.DMCTL: k.MASTER_ADDR}


class Address(NamedTuple):
    """A host, in lower case, and a port."""

    host: str
    port: str


class Card(NamedTuple):
    """What one file, or one command line, tells the others.

    `id` is the file's path, with ``#`` and a number for a command line of a script.  `listens` are the addresses at which others reach it,
    `peers` those at which other masters do, the advertised ones first; addresses that only say "here" are left out.  `calls` are the masters
    that it calls, `ring` the peer addresses of `initial-cluster`.  `source` is the id that a source has, `sources` those that a task uses.

    Of a command line `file` is the configuration file that it starts its program with, "" where none is named or known; the two are one
    component.  `given` are the keys that its flags set or may set, and `settings` is all that the program runs with, as far as it is known.
    `is_apart` tells whether that file lies outside of what the script belongs to, so that the script's place counts.
    """

    id: str
    path: str
    kind: str
    name: str = ""
    listens: tuple[Address, ...] = ()
    peers: tuple[Address, ...] = ()
    calls: tuple[Address, ...] = ()
    ring: tuple[Address, ...] = ()
    source: str = ""
    sources: tuple[str, ...] = ()
    file: str = ""
    given: frozenset[str] = frozenset()
    settings: tuple[tuple[str, str], ...] = ()
    is_apart: bool = False

    @property
    def config(self) -> str:
        """The file that people know the component by: its configuration, where a script only starts it."""
        return self.file or self.path

    @property
    def home(self) -> str:
        """The file whose place tells what lies near."""
        return self.path if self.is_apart else self.config

    @property
    def folder(self) -> str:
        return _folder(self.home)

    @property
    def claims(self) -> frozenset[Key]:
        """What this card says it is: by this others mean it, and who claims the same is its rival."""
        return frozenset(
            [
                *((ADDRESS, a) for a in self.listens),
                *((PEER, a) for a in self.peers),
                *([(SOURCE, self.source)] if self.source else ()),
                *([(NAME, (self.kind, self.name))] if self.name else ()),
            ]
        )

    @property
    def means(self) -> tuple[Key, ...]:
        """By what this card speaks of others."""
        ring = (a for a in self.ring if a not in self.peers)
        return tuple(dict.fromkeys([*((ADDRESS, a) for a in self.calls), *((PEER, a) for a in ring), *((SOURCE, s) for s in self.sources)]))


ADDRESS, PEER, SOURCE, NAME = "address", "peer", "source", "name"
Key = tuple[str, object]
"""One of these words, and the address, id or name itself."""
_MEANT = {ADDRESS: kinds.MASTER, PEER: kinds.MASTER, SOURCE: kinds.SOURCE}
"""The kind of card that others mean by a key."""


class Edge(NamedTuple):
    """One connection that DM opens; `pair` is one of `model.handshake`.  `host` is what is dialled.

    `key` names the setting that says so, in the file of the dialer where `by_dialer`, else in the listener's.  `dialer` and `listener` are
    ids of cards.
    """

    pair: str
    dialer: str
    listener: str
    host: str
    key: str
    by_dialer: bool = False


class Cluster(NamedTuple):
    """Files that belong together.  `scope` is the folder within which they were found: no file outside can change this cluster.

    `alternatives` are ids of members that have a rival, so that nothing is said about their connections.
    """

    members: tuple[Card, ...]
    edges: tuple[Edge, ...]
    scope: str
    name: str = ""

    def of_kind(self, *wanted: str) -> list[Card]:
        return [card for card in self.members if card.kind in wanted]

    def edges_of(self, card: str) -> list[Edge]:
        """The connections that one member opens or takes."""
        return [edge for edge in self.edges if card in (edge.dialer, edge.listener)]


def card_of(config: ConfigFile, id: str = "") -> Card | None:
    """The card of a file; None for a kind that has nothing to do with others."""
    path, kind = config.path, config.kind
    if kind == kinds.SOURCE:
        return Card(id or path, path, kind, source=_text(config, k.SOURCE_ID))
    if kind == kinds.TASK:
        instances = config.get(k.MYSQL_INSTANCES)
        found = (item.get(k.SOURCE_ID) for item in (instances.items() if instances is not None else ()))
        used = dict.fromkeys(e.text for e in found if e is not None and e.text)
        return Card(id or path, path, kind, _text(config, k.NAME), sources=tuple(used))
    if kind not in _CALLS:
        return None
    return Card(
        id or path,
        path,
        kind,
        _text(config, k.NAME),
        _addresses(endpoints(config, *_LISTENS.get(kind, ()))),
        _addresses(endpoints(config, k.ADVERTISE_PEER_URLS, k.PEER_URLS)) if kind == kinds.MASTER else (),
        _addresses(_called(config)),
        _addresses(endpoints(config, k.INITIAL_CLUSTER)) if kind == kinds.MASTER else (),
    )


def _called(config: ConfigFile) -> tuple[Endpoint, ...]:
    """The masters that a component or dmctl is told to call."""
    if config.kind != kinds.DMCTL:
        return endpoints(config, _CALLS[config.kind])
    entry = config.get(k.MASTER_ADDR)
    # The flags of dmctl overwrite what its file says (dm-tls.md §1.5); its flag takes several addresses, like a key `join`.
    return of_entry(config, entry, k.JOIN) if entry is not None and config.language != "toml" else ()


def _text(config: ConfigFile, key: str) -> str:
    entry = config.get(key)
    # What a variable stands for is not known, and its name is none.
    return entry.text if entry is not None and getattr(entry.node, "style", "") != "unknown" else ""


def _addresses(found: Iterable[Endpoint]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(Address(e.host.lower(), e.port) for e in found if e.port and e.host not in _UNSPECIFIED and not e.has_blank))


class _Match(NamedTuple):
    """The cards that an address or id means, at the first level that has any: 0 is the own folder alone."""

    cards: tuple[Card, ...]
    scope: str
    level: int


Bound = Callable[[str], str]
"""The folder up to which a folder's files look for others."""
Explicit = Callable[[str], "tuple[str, str] | None"]
"""The deployment that the settings put a path into: its name and the folder of the settings; None where they say nothing."""


Place = Union[tuple[str, str], None]
"""The deployment that the settings put a card into."""
G = TypeVar("G")


class _Index(Generic[G]):
    """Ids of cards by a key and then in groups, since most questions are about one group."""

    def __init__(self) -> None:
        self._by_key: dict[Key, dict[G, dict[str, None]]] = {}

    def add(self, id: str, keys: Iterable[Key], group: G) -> None:
        for key in keys:
            self._by_key.setdefault(key, {}).setdefault(group, {})[id] = None

    def remove(self, id: str, keys: Iterable[Key], group: G) -> None:
        for key in keys:
            groups = self._by_key[key]
            del groups[group][id]
            if not groups[group]:
                del groups[group]
            if not groups:
                del self._by_key[key]

    def groups(self, key: Key) -> Mapping[G, Mapping[str, None]]:
        return self._by_key.get(key, {})

    def ids(self, key: Key) -> Iterator[str]:
        return chain.from_iterable(self.groups(key).values())


class Graph:
    """All cards, and the clusters that they make; each is computed when it is asked for and kept until something in it changes."""

    def __init__(self, bound: Bound, explicit: Explicit) -> None:
        self._bound = bound
        self._explicit = explicit
        self._cards: dict[str, Card] = {}
        self._claims: _Index[str] = _Index()
        """By folder."""
        self._means: _Index[tuple[str, Place]] = _Index()
        """By folder and place: those of one group mean the same."""
        self._meanings: dict[Key, dict[tuple[str, Place], _Match]] = {}
        self._clusters: dict[str, Cluster] = {}
        self._named: dict[tuple[str, str], dict[str, None]] = {}
        self._places: dict[str, Place] = {}

    def put(self, cards: Mapping[str, Card | None]) -> set[str]:
        """These files have these cards now, None: none.  The answer are the ids whose cluster may have become another.

        Clusters are found anew once for all of them; card by card, a cluster of hundreds would be walked through for each that joins it.
        """
        touched: set[str] = set()
        homes: dict[Key, set[str]] = {}
        for id, card in cards.items():
            before = self._cards.get(id)
            if before == card:
                continue
            touched.add(id)
            self._replace(id, before, card)
            for one in (before, card):
                if one is None:
                    continue
                place = self._place_of(one)
                touched.update(self._named.get(place, ()) if place is not None else ())
                for key in one.claims:
                    self._forget_meanings(key, one.folder)
                for key in one.claims.union(one.means):
                    homes.setdefault(key, set()).add(one.home)
        for key, at in homes.items():
            touched.update(self._concerned(key, at))
        return self._drop(touched) if touched else touched

    def _replace(self, id: str, before: Card | None, card: Card | None) -> None:
        self._take(before)
        if card is not None:
            self._cards[id] = card
            self._places[id] = self._place_of(card)
            place = self._places[id]
            if place is not None:
                self._named.setdefault(place, {})[id] = None
            self._claims.add(id, card.claims, card.folder)
            self._means.add(id, card.means, (card.folder, place))

    def _concerned(self, key: Key, homes: set[str]) -> Iterator[str]:
        """Who has `key`, which cards at these places have too, but for those whose cluster no file there can change."""
        reaches: dict[str, bool] = {}
        for id in chain(self._claims.ids(key), self._means.ids(key)):
            cluster = self._clusters.get(id)
            if cluster is None:
                yield id
                continue
            reached = reaches.get(cluster.scope)
            if reached is None:
                reached = reaches[cluster.scope] = any(_within(home, cluster.scope) for home in homes)
            if reached:
                yield id

    def _place_of(self, card: Card) -> tuple[str, str] | None:
        """The deployment that the settings put a card into: by the file that it is of, else by the script that starts that."""
        place = self._explicit(card.home)
        return place if place is not None or card.home == card.path else self._explicit(card.path)

    def _take(self, card: Card | None) -> None:
        if card is None:
            return
        del self._cards[card.id]
        place = self._places.pop(card.id, None)
        if place is not None:
            self._named.get(place, {}).pop(card.id, None)
        self._claims.remove(card.id, card.claims, card.folder)
        self._means.remove(card.id, card.means, (card.folder, place))

    def _drop(self, ids: Iterable[str]) -> set[str]:
        """Forget the clusters of `ids`; the answer are all their members."""
        gone = set(ids)
        if self._clusters.keys().isdisjoint(gone):
            # Nobody has asked about any of them since they were dropped last, as when all cards are dealt for the first time.
            return gone
        for id in list(gone):
            cluster = self._clusters.get(id)
            if cluster is not None:
                gone.update(card.id for card in cluster.members)
        for id in gone:
            self._clusters.pop(id, None)
        # A cluster that was cut off from another may now lie nearer: what the new ones take in is no cluster of its own any more.
        for id in list(gone):
            if id in self._cards and id not in self._clusters:
                gone.update(card.id for card in self._make(id).members)
        return gone

    def clear(self) -> None:
        """The folders or settings have changed: all clusters are found anew."""
        self._clusters.clear()
        self._named.clear()
        self._meanings.clear()
        for id, card in self._cards.items():
            self._means.remove(id, card.means, (card.folder, self._places[id]))
            place = self._places[id] = self._place_of(card)
            if place is not None:
                self._named.setdefault(place, {})[id] = None
            self._means.add(id, card.means, (card.folder, place))

    def cluster(self, id: str) -> Cluster | None:
        """The cluster of a file; one of a single member where nothing else belongs to it.  None for what has no card."""
        if id not in self._cards:
            return None
        found = self._clusters.get(id)
        return found if found is not None else self._make(id)

    def card(self, id: str) -> Card | None:
        return self._cards.get(id)

    @property
    def cards(self) -> Iterable[Card]:
        return self._cards.values()

    # --- which files belong together ---

    def _make(self, id: str) -> Cluster:
        cluster = _Exploration(self, self._cards[id]).cluster()
        for card in cluster.members:
            old = self._clusters.get(card.id)
            if old is not None and old is not cluster:
                for other in old.members:
                    self._clusters.pop(other.id, None)
        for card in cluster.members:
            self._clusters[card.id] = cluster
        return cluster

    def resolve(self, card: Card, key: Key) -> _Match:
        """The cards that `key` means as `card` uses it; itself is never meant."""
        match = self._meaning(key, card.folder, self._places[card.id])
        return self._find(key, card.folder, self._places[card.id], card.id) if card in match.cards else match

    def users(self, card: Card, key: Key) -> Iterator[tuple[Card, _Match]]:
        """Who means `card` by `key`, with all that it may mean by it."""
        for (folder, place), ids in self._means.groups(key).items():
            match = self._meaning(key, folder, place)
            for id in ids if card in match.cards else [other.id for other in match.cards if other.id in ids]:
                other = self._cards[id]
                own = self.resolve(other, key)
                if card in own.cards:
                    yield other, own

    def _meaning(self, key: Key, folder: str, place: Place) -> _Match:
        """The cards that a group means by `key`."""
        known = self._meanings.setdefault(key, {})
        match = known.get((folder, place))
        if match is None:
            match = known[folder, place] = self._find(key, folder, place)
        return match

    def _forget_meanings(self, key: Key, folder: str) -> None:
        """Another card of `folder` claims `key`, or one does no more: who has found what is meant in a folder of its own need not look again."""
        known = self._meanings.get(key, {})
        for group in [group for group, match in known.items() if match.level or group[0] == folder]:
            del known[group]

    def _find(self, key: Key, folder: str, place: Place, but: str = "") -> _Match:
        claimed = self._claims.groups(key)

        def meant(ids: Iterable[str]) -> list[Card]:
            found = (self._cards[id] for id in ids if id != but and self._places[id] == place)
            return [card for card in found if card.kind == _MEANT[key[0]]]

        if place is not None:
            return _Match(tuple(meant(self._claims.ids(key))), place[1], 1)
        here = meant(claimed.get(folder, ()))
        if here:
            return _Match(tuple(here), folder, 0)
        bound = self._bound(folder)
        best, level = nearest(folder, meant(self._claims.ids(key)), lambda card: card.folder, bound)
        if not best:
            return _Match((), bound, 1)
        return _Match(tuple(best), _common(folder, best[0].folder), level)

    def has_rival(self, card: Card, match: _Match) -> bool:
        """Whether another file of the level claims the name or an address of `card`."""
        if card.kind not in kinds.COMPONENTS:
            return False
        for key in card.claims:
            claimed = self._claims.groups(key)
            folders = (match.scope,) if match.level == 0 else [folder for folder in claimed if folder == match.scope or _within(folder, match.scope)]
            for id in chain.from_iterable(claimed.get(folder, ()) for folder in folders):
                if id != card.id and self._places[id] == self._places[card.id] and _are_rivals(card, self._cards[id]):
                    return True
        return False

    def place(self, id: str) -> tuple[str, str] | None:
        return self._places[id]


class _Exploration:
    """From one card to all that belong to it, along every reference that is certain."""

    def __init__(self, graph: Graph, start: Card) -> None:
        self.graph = graph
        self.start = start
        place = graph.place(start.id)
        self.scope = place[1] if place is not None else start.folder
        self.members: dict[str, Card] = {}
        self.joined: set[tuple[str, str]] = set()
        """Pairs of a caller and the master it certainly calls."""
        self.rivals: dict[tuple[str, str, bool], bool] = {}
        self.limit: int | None = None
        """The level beyond which nothing is followed; None follows all."""
        self.highest = 0
        """The highest level that was followed."""

    def cluster(self) -> Cluster:
        self.explore()
        while self.highest and any(_are_rivals(a, b) for a, b in combinations(self.members.values(), 2)):
            # Two deployments that share addresses have met at a file that one of them lacks: only what is nearer belongs together.
            self.limit = self.highest - 1
            self.members, self.joined, self.highest = {}, set(), 0
            self.explore()
        members = tuple(self.members[id] for id in sorted(self.members, key=lambda id: (self.members[id].home, id)))
        place = self.graph.place(self.start.id)
        return Cluster(members, tuple(self.edges(members)), self.scope, place[0] if place is not None else "")

    def explore(self) -> None:
        todo = [self.start]
        while todo:
            card = todo.pop()
            if card.id in self.members:
                continue
            self.members[card.id] = card
            self.widen(card.folder)
            todo.extend(self.neighbours(card))

    def widen(self, folder: str) -> None:
        if not _within(folder + "/x", self.scope):
            self.scope = _common(folder, self.scope)

    def neighbours(self, card: Card) -> Iterator[Card]:
        for key in card.means:
            yield from self.follow(card, key)
        for key in card.claims:
            for other, match in self.graph.users(card, key):
                yield from self.take(other, card, match)

    def follow(self, card: Card, key: Key) -> Iterator[Card]:
        match = self.graph.resolve(card, key)
        self.widen(match.scope)
        if len(match.cards) == 1:
            yield from self.take(card, match.cards[0], match)

    def take(self, caller: Card, called: Card, match: _Match) -> Iterator[Card]:
        if self.limit is not None and match.level > self.limit:
            return
        if len(match.cards) > 1 or self.has_rival(called, match) or self.has_rival(caller, match):
            return
        self.widen(match.scope)
        self.highest = max(self.highest, match.level)
        self.joined.add((caller.id, called.id))
        yield caller
        yield called

    def has_rival(self, card: Card, match: _Match) -> bool:
        """As the graph says; all that are connected with a component ask, and one answer serves them."""
        asked = (card.id, match.scope, match.level == 0)
        known = self.rivals.get(asked)
        if known is None:
            known = self.rivals[asked] = self.graph.has_rival(card, match)
        return known

    def edges(self, members: tuple[Card, ...]) -> Iterator[Edge]:
        masters = [c for c in members if c.kind == kinds.MASTER]
        callers = {caller for caller, _ in self.joined}
        for master in masters:
            own = _host(master.listens)
            if own:
                yield Edge(link.MASTER, master.id, master.id, own, k.ADVERTISE_ADDR)
            for other in masters:
                if other is master:
                    continue
                host = _host(other.peers)
                if host:
                    yield Edge(link.PEER, master.id, other.id, host, k.ADVERTISE_PEER_URLS)
                if (master.id, other.id) in self.joined and set(master.calls) & set(other.listens):
                    called = next(a for a in master.calls if a in other.listens)
                    yield Edge(link.JOIN, master.id, other.id, called.host, k.JOIN, True)
        for card in members:
            if card.kind in (kinds.WORKER, kinds.DMCTL) and card.id in callers:
                yield from self._calls_of(card, masters)
        for worker in members:
            host = _host(worker.listens) if worker.kind == kinds.WORKER and worker.id in callers else ""
            if host:
                for master in masters:
                    yield Edge(link.WORKER, master.id, worker.id, host, k.ADVERTISE_ADDR)

    def _calls_of(self, card: Card, masters: list[Card]) -> Iterator[Edge]:
        for master in masters:
            named = [a for a in card.calls if a in master.listens]
            for address in named:
                yield Edge(link.MASTER, card.id, master.id, address.host, _CALLS[card.kind], True)
            own = _host(master.listens)
            if card.kind == kinds.WORKER and own and own not in (a.host for a in named):
                # A worker soon calls every master at what that advertises (dm/worker/server.go, AutoSyncInterval).
                yield Edge(link.MASTER, card.id, master.id, own, k.ADVERTISE_ADDR)


def _host(addresses: tuple[Address, ...]) -> str:
    return addresses[0].host if addresses else ""


def _are_rivals(a: Card, b: Card) -> bool:
    """Whether two files claim to be one component."""
    if a.kind != b.kind or a.kind not in kinds.COMPONENTS:
        return False
    return bool(a.name and a.name == b.name) or not set(a.listens).isdisjoint(b.listens) or not set(a.peers).isdisjoint(b.peers)


def _folder(path: str) -> str:
    cut = path.rfind("/")
    return path[:cut] if cut > 0 else "/" if cut == 0 else ""


def _within(path: str, folder: str) -> bool:
    return path.startswith(folder if folder.endswith("/") else folder + "/")


def _common(a: str, b: str) -> str:
    """The deepest folder above or at both."""
    mine, theirs = a.split("/"), b.split("/")
    n = 0
    while n < min(len(mine), len(theirs)) and mine[n] == theirs[n]:
        n += 1
    return "/".join(mine[:n]) or "/"


T = TypeVar("T")


def nearest(base: str, items: Iterable[T], folder: Callable[[T], str], bound: str) -> tuple[list[T], int]:
    """The items at the first level that has any, as seen from the folder `base`, and that level; none beyond `bound`.

    Level 0 is `base` alone, 1 the tree below it, then one for the tree of each folder above.
    """
    best: list[T] = []
    least = -1
    for item in items:
        level = _level(base, folder(item), bound)
        if level is None or (best and level > least):
            continue
        if best and level < least:
            best = []
        best.append(item)
        least = level
    return best, least


def _level(base: str, other: str, bound: str) -> int | None:
    """How far `other` is from the folder `base`: 0 the same, 1 below it, then one for each folder above; None beyond `bound`."""
    if other == base:
        return 0
    common = _common(base, other)
    if common == base:
        return 1
    if common != bound and not _within(common + "/x", bound):
        return None
    return 1 + (base.count("/") - (0 if common == "/" else common.count("/")))


__all__ = ["Address", "Card", "Cluster", "Edge", "Graph", "card_of", "nearest"]
