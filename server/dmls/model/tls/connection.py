"""From the files of two components to the one connection that the first opens to the second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Mapping, Sequence

from dmls.files import Denied, Directory, Missing, NotRegular, Pending, TooLarge, Unreadable
from dmls.model import kind as kinds
from dmls.model.edits.edit import FLAGS
from dmls.model.tls import link
from dmls.model.tls.cert_use import Peers
from dmls.model.tls.cluster import Card, card_of
from dmls.model.tls.endpoint import tls_is_readable
from dmls.model.tls.link import End, Given, Handshake, Link
from dmls.named import NamedTuple
from dmls.schema import keys as k
from dmls.text import Span
from dmls.version import go_of

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile, Entry
    from dmls.model.tls.cert_use import CertUse, Source
    from dmls.model.tls.cluster import Edge
    from dmls.pki.facts import Certificate
    from dmls.version import Version

NOT_CONNECTED, NO_HOST, NOT_READ = "not-connected", "no-host", "not-read"
"""Why no connection can be told of: the first never calls the second; no address of the second is known; a certificate file was not looked at."""

_PAIRS = {
    (kinds.WORKER, kinds.MASTER): link.MASTER,
    (kinds.DMCTL, kinds.MASTER): link.MASTER,
    (kinds.MASTER, kinds.MASTER): link.PEER,
    (kinds.MASTER, kinds.WORKER): link.WORKER,
}
_PLACES = (
    k.SSL_CA,
    k.SSL_CERT,
    k.SSL_KEY,
    k.CERT_ALLOWED_CN,
    k.NAME,
    k.MASTER_ADDR,
    k.WORKER_ADDR,
    k.ADVERTISE_ADDR,
    k.PEER_URLS,
    k.ADVERTISE_PEER_URLS,
    k.INITIAL_CLUSTER,
    k.JOIN,
)


class Spot(NamedTuple):
    """Where a value stands: in a file, or in a script that starts the component."""

    key: str
    file: str
    span: Span


class Party(NamedTuple):
    """One end, with all that others need to know of it, so that nobody has to hold its file.

    `places` are the values by key: in the component's file, or in the script that gives them as flags.  `sure` is False where the file cannot
    be loaded, a misspelt key may stand for a TLS key, or flags are not known.  `dates` are the moments at which one of its certificates begins or ends to count.  `unread` is a file that was not looked at, "" if none.
    """

    card: Card
    end: End
    places: Mapping[str, Spot]
    sure: bool = True
    dates: tuple[float, ...] = ()
    unread: str = ""
    extent: Span = Span(0, 0)
    """Of a command line its place in the script, else empty."""

    @property
    def on(self) -> bool:
        """Whether `ssl-ca` is set, by which DM decides about the schemes of addresses."""
        return self.end.ca is not None

    def place(self, *keys: str) -> Spot | None:
        """The value of the first of the keys that is written."""
        return next((self.places[key] for key in keys if key in self.places), None)

    @property
    def head(self) -> Spot:
        """The place of the component as a whole."""
        return Spot("", self.card.path, Span(self.extent.start, self.extent.start))

    def owns(self, file: str, at: int) -> bool:
        """Whether what stands there speaks of this component."""
        if file != self.card.path:
            return file == self.card.file
        return not self.extent.end or self.extent.contains(at)


class Connection(NamedTuple):
    """A connection of a cluster and what becomes of it, as the member with the id `view` sees it."""

    edge: Edge
    dialer: Party
    listener: Party
    link: Link
    outcome: Handshake
    view: str = ""

    @property
    def pair(self) -> str:
        return self.edge.pair

    @property
    def i_dial(self) -> bool:
        return self.dialer.card.id == self.view

    @property
    def i_listen(self) -> bool:
        return self.listener.card.id == self.view

    @property
    def mine(self) -> Party:
        """The end that looks at it."""
        return self.dialer if self.i_dial else self.listener

    @property
    def other(self) -> Party:
        """The end that is not the own one; of a master that calls itself, itself."""
        return self.listener if self.i_dial else self.dialer

    def seen_by(self, old: str, party: Party) -> Connection:
        """The same connection of a component that is as the one with the id `old` is, and stands elsewhere."""
        edge = self.edge._replace(**{end: party.card.id for end in ("dialer", "listener") if getattr(self.edge, end) == old})
        dialer, listener = (party if end.card.id == old else end for end in (self.dialer, self.listener))
        return self._replace(edge=edge, dialer=dialer, listener=listener, view=party.card.id)


def peers_of(connections: Sequence[Connection]) -> Peers:
    """What the others of a component's connections mean for its own certificates."""
    from dmls.pki import file

    chains: dict[str, tuple[Certificate, ...]] = {}
    masters = set()
    has_list = False
    for connection in connections:
        for party in (connection.dialer, connection.listener):
            if party.card.kind == kinds.MASTER:
                masters.add(party.card.id)
        if connection.i_listen and connection.dialer.card.kind in kinds.COMPONENTS and connection.dialer.on and connection.dialer.end.allowed_cn:
            has_list = True
        other = connection.other
        cert = other.end.cert
        if other.card.id != connection.view and other.card.id not in chains and cert is not None and cert.pem is not None:
            chains[other.card.id] = file.key_pair(cert.pem, None, go_of(connection.link.version)).chain
    is_master = any(c.i_dial and c.dialer.card.kind == kinds.MASTER for c in connections)
    return Peers(tuple(chain for chain in chains.values() if chain), len(masters) if is_master else 0, has_list)


class Unclear(NamedTuple):
    """Why no connection can be told of; one of the three words above, and the file or key it is about."""

    why: str
    about: str


def party_of(config: ConfigFile, use: CertUse | None, guess: bool, card: Card | None = None, sure: bool = True) -> Party:
    """The end that a component's file makes; `use` is what its TLS keys name, None where it has none.  `config` may be what a command line runs with.

    With `guess` a file that is not here counts as one on another machine, of which nothing is known; else as one that is missing there too.
    dmctl overwrites what its file names with its flags (dm-tls.md §1.5), so that of its file only the list counts.
    """
    block = next(iter(config.tls_blocks), None)
    names = tuple(e.text for e in block.names) if block is not None else ()
    given: list[Given | None] = [None, None, None]
    dates: list[float] = []
    unread = ""
    if use is not None:
        for i, source in enumerate((use.ca, use.cert, use.key)):
            if source is None:
                continue
            if isinstance(source.state, (Pending, Denied)):
                unread = unread or source.path
            given[i] = _given(source, guess)
        for certificate in use.certificates():
            dates += [certificate.not_before, certificate.not_after + 1]
    places = {}
    for key in _PLACES:
        entry = config.get(key)
        if entry is not None:
            places[key] = Spot(key, *_place_of(config, entry))
    sure = sure and tls_is_readable(config) and next(config.tree.problems(), None) is None
    card = card or card_of(config) or Card(config.path, config.path, config.kind)
    return Party(card, End(given[0], given[1], given[2], names), places, sure, tuple(sorted(set(dates))), unread)


def _place_of(config: ConfigFile, entry: Entry) -> tuple[str, Span]:
    if config.language != FLAGS:
        return config.path, config.value_span(entry)
    from dmls.model.command_line import place_of

    return place_of(config, entry)


_FIRST = (link.PEER, link.JOIN)
"""Of two masters the connection that is told of: that of their members comes before that by which one joins."""


def between(dialer: Party, listener: Party, edges: Iterable[Edge], version: Version) -> Link | Unclear:
    """The connection from one component to another: the first that DM opens by its deployment's `edges`, else the one it would open."""
    found = [e for e in edges if (e.dialer, e.listener) == (dialer.card.id, listener.card.id)]
    if not found:
        return connect(dialer, listener, version)
    edge = min(found, key=lambda e: (_FIRST.index(e.pair) if e.pair in _FIRST else len(_FIRST), not e.by_dialer))
    unread = dialer.unread or listener.unread
    return Unclear(NOT_READ, unread) if unread else link_of(edge.pair, dialer, listener, edge.host, version)


def connect(dialer: Party, listener: Party, version: Version) -> Link | Unclear:
    """The connection from one component to another; a master that is given twice calls itself."""
    pair = _PAIRS.get((dialer.card.kind, listener.card.kind))
    if pair is None:
        return Unclear(NOT_CONNECTED, listener.card.path)
    if pair == link.PEER and dialer.card.id == listener.card.id:
        pair = link.MASTER
    host = _dialled(pair, dialer.card, listener.card)
    if not host:
        return Unclear(NO_HOST, listener.card.path)
    for party in (dialer, listener):
        if party.unread:
            return Unclear(NOT_READ, party.unread)
    return link_of(pair, dialer, listener, host, version)


def link_of(pair: str, dialer: Party, listener: Party, host: str, version: Version) -> Link:
    source = dialer.card.peers[0].host if pair == link.PEER and dialer.card.peers else ""
    return Link(pair, dialer.end, listener.end, host, version, source)


def _dialled(pair: str, dialer: Card, listener: Card) -> str:
    """The host that the dialer calls, "" where it is not known."""
    if pair == link.PEER:
        return listener.peers[0].host if listener.peers else ""
    if dialer.kind in (kinds.WORKER, kinds.DMCTL):
        # It calls what its own settings say, at first; which of several masters that is, addresses tell.
        same = [a.host for a in dialer.calls if a in listener.listens]
        if same or len(dialer.calls) == 1:
            return (same or [dialer.calls[0].host])[0]
    return listener.listens[0].host if listener.listens else ""


def _given(source: Source, guess: bool) -> Given:
    """A source with Go's words where there is nothing to read."""
    state = source.state
    if isinstance(state, Missing):
        error = f"open {source.path}: no such file or directory" if source.expected or not guess else ""
    elif isinstance(state, Directory):
        error = f"read {source.path}: is a directory"
    elif isinstance(state, Unreadable) and not guess:
        error = f"open {source.path}: permission denied"
    elif isinstance(state, (NotRegular, TooLarge)) and not guess:
        error = f"read {source.path}: not looked at"
    else:
        error = ""
    return Given(source.path, source.pem, error)
