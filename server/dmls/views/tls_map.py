"""The TLS map: who is called by whom in each deployment, what becomes of each connection, and which lines decide that.

Of a connection to a database only DM's own end is known, so only that is judged: a database that refuses TLS or the account is not foreseen.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, NamedTuple, Protocol, Sequence

from dmls.model import kind as kinds
from dmls.model.tls import link
from dmls.model.tls.connection import Spot
from dmls.model.tls.handshake import judge
from dmls.schema import keys as k
from dmls.text import Span
from dmls.version import NEW_TLS_HELPER, go_of

if TYPE_CHECKING:
    from dmls.finding import Finding
    from dmls.model.config_file import ConfigFile, Entry
    from dmls.model.tls.cluster import Card, Cluster, Edge
    from dmls.model.tls.connection import Connection, Party
    from dmls.pki.facts import Certificate
    from dmls.text import LineIndex
    from dmls.version import Version

DATABASE = "database"
"""The role of a node that no file describes; all others are kinds of files."""
ROLES = (kinds.DMCTL, kinds.MASTER, kinds.WORKER, kinds.SOURCE, kinds.TASK, DATABASE)
"""In the order in which a map shows them: who calls stands before who is called."""
ENCRYPTED, PLAINTEXT, FAILS, UNKNOWN = "encrypted", "plaintext", "fails", "unknown"
STATES = (FAILS, PLAINTEXT, UNKNOWN, ENCRYPTED)
"""What becomes of a connection, the worst first.  `UNKNOWN`: a file that is not on this machine, or cannot be read, decides it."""

_MATERIAL = (k.SSL_CA, k.SSL_CERT, k.SSL_KEY)
_ADDRESSES = (k.JOIN, k.ADVERTISE_ADDR, k.MASTER_ADDR, k.WORKER_ADDR, k.ADVERTISE_PEER_URLS, k.PEER_URLS, k.INITIAL_CLUSTER)
_SELF, _OTHER = "self", "other"
_DECIDES: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "listens-plain": ((_OTHER, _MATERIAL[:1]),),
    "listens-tls": ((_SELF, _MATERIAL[:1]),),
    "refuses-settings": ((_SELF, _MATERIAL),),
    "no-server-name": ((_SELF, (k.CERT_ALLOWED_CN,)),),
    "sees-no-names": ((_SELF, (k.CERT_ALLOWED_CN,)),),
    "shows-nothing": ((_SELF, (k.SSL_CERT, k.SSL_KEY, k.SSL_CA)),),
    "cannot-show": ((_SELF, (k.SSL_CERT, k.SSL_KEY)),),
    "cannot-sign": ((_SELF, (k.SSL_CERT, k.SSL_KEY)),),
    "cannot-read": ((_OTHER, (k.SSL_CERT,)),),
    "refuses-host": ((_OTHER, (k.SSL_CERT,)), (_SELF, (k.CERT_ALLOWED_CN, k.SSL_CA))),
    "refuses-chain": ((_SELF, (k.SSL_CA,)), (_OTHER, (k.SSL_CERT,))),
    "refuses-client": ((_SELF, (k.SSL_CA,)), (_OTHER, (k.SSL_CERT,))),
    "refuses-first-name": ((_OTHER, (k.SSL_CERT,)), (_SELF, (k.CERT_ALLOWED_CN,))),
    "refuses-names": ((_OTHER, (k.SSL_CERT,)), (_SELF, (k.CERT_ALLOWED_CN,))),
    "refuses-source": ((_OTHER, (k.SSL_CERT, k.ADVERTISE_PEER_URLS, k.PEER_URLS)),),
}
"""Where the keys stand that make a connection fail at a step of `model.handshake`, seen from the side of that step, the most telling first."""


class Place(NamedTuple):
    """The value of a key in a file; `key` is "" for the file as a whole."""

    file: str
    span: Span
    key: str = ""


class Node(NamedTuple):
    """A component, a command line of dmctl, a source, a task, or a database that one of the latter two names.

    `file` is "" for a database.  `address` is ``host:port``, "" where the file does not say it.  `tls` is whether its own file turns TLS on.
    `common_name` and `not_after` (seconds since 1970) are those of the certificate that it shows, "" and None where none is known here, and
    `days` are the full days that it has left.  `names` is `cert-allowed-cn`; of a master only the first counts.
    """

    id: str
    role: str
    name: str
    file: str
    place: Place | None
    address: str
    tls: bool
    common_name: str = ""
    not_after: int | None = None
    days: int | None = None
    names: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Those about TLS in its file that are about no single connection."""
    shows: bool = False
    """Whether a certificate is set, known or not."""

    @property
    def wanted(self) -> str:
        """The name that others need in order to be let in, "" where any will do."""
        return self.names[0] if self.names else ""


class MapEdge(NamedTuple):
    """One connection that DM opens.  `pair` is one of `model.link`, `host` what is dialled.

    `client` tells whether the listener verifies a certificate of the dialer, `server` whether the dialer verifies the listener's, `checked`
    whether it compares the host with it; each None where that is not known.  `client_names` and `server_names` are those of which the dialer
    and the listener must have one, () where any will do.  `steps` and the errors are those of `model.link.Handshake`.  `places` are the lines
    that decide, the most telling first.
    """

    dialer: str
    listener: str
    pair: str
    host: str
    state: str
    client: bool | None
    server: bool | None
    checked: bool | None
    client_names: tuple[str, ...]
    server_names: tuple[str, ...]
    dialer_error: str | None
    listener_error: str | None
    steps: tuple[link.Step, ...]
    places: tuple[Place, ...]
    findings: tuple[Finding, ...]

    @property
    def story(self) -> tuple[object, ...]:
        """What two connections have in common that a picture shows as one."""
        failed = tuple((s.side, s.what) for s in self.steps if not s.ok)
        rules = tuple(sorted({f.rule for f in self.findings}))
        return self.pair, self.state, self.client, self.server, self.checked, self.client_names, self.server_names, failed, rules


class Line(NamedTuple):
    """Connections with one story, shown as one: from each of `dialers` to each of `listeners`.  `edges` are indices into the deployment's.

    Several nodes on one side are all of their role, or have the same lines to the other side.
    """

    dialers: tuple[str, ...]
    listeners: tuple[str, ...]
    edges: tuple[int, ...]


class Deployment(NamedTuple):
    """Nodes that belong together, sorted by role and name.  `name` is that of a `[[cluster]]` in the settings, else ""."""

    name: str
    folder: str
    nodes: tuple[Node, ...]
    edges: tuple[MapEdge, ...]
    lines: tuple[Line, ...]

    def node(self, id: str) -> Node:
        return next(n for n in self.nodes if n.id == id)

    def of_role(self, role: str) -> tuple[Node, ...]:
        return tuple(n for n in self.nodes if n.role == role)


class TlsMap(NamedTuple):
    """`now` is the moment that it holds for, in seconds since 1970; None where dates were left out.

    `alone` are components for which no connection is known: no other file names them, or more than one could be meant.
    """

    version: Version
    now: float | None
    deployments: tuple[Deployment, ...]
    alone: tuple[Node, ...]

    def states(self) -> dict[str, int]:
        """How many connections are in each state."""
        found = dict.fromkeys(STATES, 0)
        for deployment in self.deployments:
            for edge in deployment.edges:
                found[edge.state] += 1
        return found


class Known(Protocol):
    """What the map asks of an analysis."""

    @property
    def moment(self) -> float | None: ...
    def clusters(self, path: str) -> Sequence[Cluster]: ...
    def connections(self, cluster: Cluster, card: str, version: Version) -> Sequence[Connection]: ...
    def party(self, card: Card) -> Party | None: ...
    def file(self, path: str) -> ConfigFile | None: ...
    def findings(self, path: str) -> Sequence[Finding]: ...
    def lines(self, path: str) -> LineIndex | None: ...


def tls_map(known: Known, paths: Iterable[str], version: Version) -> TlsMap:
    """The map of all deployments that one of the files at `paths` belongs to."""
    maker = _Maker(known, version)
    clusters: dict[int, Cluster] = {}
    for path in paths:
        for cluster in known.clusters(path):
            clusters[id(cluster)] = cluster
    made = [maker.deployment(cluster) for cluster in clusters.values()]
    whole = [d for d in made if any(e.pair != link.DB for e in d.edges)]
    rest = [d for d in made if d not in whole]
    databases = [d for d in rest if d.edges]
    if len(whole) == 1 and not whole[0].name and databases:
        # No file of DM says which deployment runs a source or a task; with a single one here there is nothing to choose.
        parts = [whole[0], *(d for d in databases if not d.name)]
        whole = [_joined(parts)]
        databases = [d for d in databases if d.name]
    elif not whole and len(databases) > 1:
        whole, databases = [_joined([d for d in databases if not d.name])], [d for d in databases if d.name]
    found = [*whole, *databases]
    alone = [n for d in rest if not d.edges for n in d.nodes]
    found = [d for d in found if d.nodes]
    return TlsMap(version, known.moment, tuple(sorted(found, key=lambda d: (d.folder, d.name))), tuple(sorted(alone, key=_order)))


class _Maker:
    def __init__(self, known: Known, version: Version) -> None:
        self.known = known
        self.version = version

    def deployment(self, cluster: Cluster) -> Deployment:
        nodes: dict[str, Node] = {}
        edges: list[MapEdge] = []
        paths = {path for card in cluster.members for path in (card.path, card.config)}
        findings = {path: [f for f in self.known.findings(path) if f.rule.startswith("tls-")] for path in paths}
        parties: dict[str, Party] = {}
        for card in cluster.members:
            party = self.known.party(card)
            if party is None:
                continue
            parties[card.id] = party
            if card.kind in kinds.DATABASES:
                node, edge, database = self._to_database(card, party, findings[card.path])
                nodes[card.id] = node
                if edge is not None and database is not None:
                    nodes.setdefault(database.id, database)
                    edges.append(edge)
            else:
                nodes[card.id] = self._component(card, party)
        judged = {c.edge: c for card in cluster.members for c in self.known.connections(cluster, card.id, self.version) if c.edge.dialer == card.id}
        for edge in cluster.edges:
            if edge.dialer in parties and edge.listener in parties:
                dialer, listener = parties[edge.dialer], parties[edge.listener]
                made = self._edge(edge, dialer, listener, judged.get(edge))
                about = list({_identity(f): f for end in (dialer, listener) for f in _own(findings, end)}.values())
                edges.append(made._replace(findings=tuple(f for f in about if _touches(f, made, dialer, listener, paths))))
        told = {f for e in edges for f in map(_identity, e.findings)}
        owned = (n._replace(findings=tuple(f for f in _own(findings, parties[n.id]) if _identity(f) not in told) if n.id in parties else ()) for n in nodes.values())
        return _deployment(cluster.name, cluster.scope, owned, edges)

    # --- nodes ---

    def _component(self, card: Card, party: Party) -> Node:
        address = card.listens[0] if card.listens else None
        return self._node(card, party, f"{_bracketed(address.host)}:{address.port}" if address else "", _place(party.place(k.NAME, *_ADDRESSES) or party.head))

    def _name(self, card: Card, party: Party) -> str:
        """What a member is called that has no name: by its file, or by its line in a script."""
        file = card.config.rpartition("/")[2]
        lines = self.known.lines(card.path) if party.extent.end and not card.file else None
        return f"{file}:{lines.line_of(party.extent.start) + 1}" if lines is not None else file

    def _node(self, card: Card, party: Party, address: str, place: Place) -> Node:
        leaf = self._leaf(party)
        days = int((leaf.not_after - self.known.moment) // 86_400) if leaf is not None and self.known.moment is not None else None
        name = card.source if card.kind == kinds.SOURCE else card.name
        on = party.end.has_any if card.kind in (*kinds.DATABASES, kinds.DMCTL) else party.on
        return Node(
            card.id,
            card.kind,
            name or self._name(card, party),
            card.config,
            place,
            address,
            on,
            leaf.subject.common_name if leaf is not None else "",
            leaf.not_after if leaf is not None else None,
            days,
            party.end.allowed_cn,
            shows=party.end.cert is not None,
        )

    def _leaf(self, party: Party) -> Certificate | None:
        cert = party.end.cert
        if cert is None or cert.pem is None:
            return None
        from dmls.pki import file

        chain = file.key_pair(cert.pem, None, go_of(self.version)).chain
        return chain[0] if chain else None

    # --- connections to databases ---

    def _to_database(self, card: Card, party: Party, findings: Sequence[Finding]) -> tuple[Node, MapEdge | None, Node | None]:
        config = self.known.file(card.path)
        assert config is not None
        owner = config.get(k.FROM if card.kind == kinds.SOURCE else k.TARGET_DATABASE)
        block = next(iter(config.tls_blocks), None)
        party = party._replace(end=party.end.by_contents, places=_places_of(config, owner, block.holder if block is not None else None))
        named = config.get(k.SOURCE_ID if card.kind == kinds.SOURCE else k.NAME)
        first = named or owner
        node = self._node(card, party, "", Place(card.path, config.value_span(first), first.name) if first is not None else Place(card.path, Span(0, 0)))
        host = owner.get(k.HOST) if owner is not None else None
        if host is None or not host.text:
            return node, None, None
        port = owner.get(k.PORT) if owner is not None else None
        address = f"{_bracketed(host.text)}:{port.text}" if port is not None and port.text else _bracketed(host.text)
        database = Node(f"database:{card.kind}:{address}", DATABASE, address, "", None, address, party.end.has_any)
        unseen = link.End(*(link.Given("", None),) * 3)
        outcomes = [
            judge(link.Link(link.DB, party.end, unseen, host.text, self.version, binlog=b), self.known.moment) for b in ((False, True) if card.kind == kinds.SOURCE else (False,))
        ]
        outcome = next((o for o in outcomes if not o.ok), outcomes[0])
        # What the database does is not known, and its steps are left out.
        steps = tuple(s for s in outcome.steps if s.side == link.DIALER)
        here = any(g is not None and g.unseen for g in (party.end.ca, party.end.cert, party.end.key))
        on = any(s.what == "dials-tls" for s in steps) or not outcome.ok
        if not party.sure:
            state = UNKNOWN
        elif not outcome.ok:
            state = FAILS
        else:
            state = PLAINTEXT if not on else UNKNOWN if here else ENCRYPTED
        names = party.end.allowed_cn
        places = [*_failed_places(outcome.steps, party, party)] if not outcome.ok else []
        places += _material_places(party) if on else []
        places.append(Place(card.path, config.value_span(host), k.HOST))
        edge = MapEdge(
            card.id,
            database.id,
            link.DB,
            host.text,
            state,
            None if on else False,
            on and (party.end.ca is not None or bool(names)),
            on and bool(names),
            (),
            names if on else (),
            outcome.dialer_error,
            None,
            steps,
            tuple(dict.fromkeys(places)),
            tuple(findings),
        )
        return node, edge, database

    # --- connections of components ---

    def _edge(self, edge: Edge, dialer: Party, listener: Party, found: Connection | None) -> MapEdge:
        new = self.version in NEW_TLS_HELPER
        outcome = found.outcome if found is not None else None
        if outcome is None:
            state = UNKNOWN
        elif not outcome.ok:
            state = FAILS
        elif outcome.stage == link.PLAINTEXT:
            state = PLAINTEXT
        else:
            state = ENCRYPTED if outcome.known else UNKNOWN
        listens = listener.end.has_any if edge.pair == link.WORKER and new else listener.on
        dials = dialer.on if edge.pair == link.PEER or not new else dialer.end.has_any
        names = () if edge.pair == link.JOIN else dialer.end.allowed_cn
        checked = edge.pair == link.PEER or not new or bool(names)
        allowed = listener.end.allowed_cn
        if edge.pair != link.WORKER:
            # etcd gets the first name only, and an empty one admits everybody.
            allowed = tuple(name for name in allowed[:1] if name)
        places: list[Place] = []
        if outcome is not None and not outcome.ok:
            places += _failed_places(outcome.steps, dialer, listener)
        own, other = (dialer, listener) if edge.by_dialer else (listener, dialer)
        said = own.place(edge.key, *((k.MASTER_ADDR, k.WORKER_ADDR) if edge.key == k.ADVERTISE_ADDR else (k.PEER_URLS,)))
        if state in (ENCRYPTED, UNKNOWN):
            places += [*_material_places(listener), *_material_places(dialer)]
        if said is not None:
            places.append(_place(said))
        for party in (own, other):
            if not any(party.owns(p.file, p.span.start) for p in places):
                places.append(_place(party.place(*_ADDRESSES, k.NAME) or party.head))
        demands = bool(listener.end.allowed_cn) if edge.pair == link.WORKER else True
        return MapEdge(
            edge.dialer,
            edge.listener,
            edge.pair,
            edge.host,
            state,
            listens and dials and demands,
            dials and listens and (dialer.end.ca is not None or checked),
            dials and listens and checked,
            allowed if listens and dials else (),
            (names[:1] if edge.pair == link.PEER else names) if dials and listens else (),
            outcome.dialer_error if outcome is not None else None,
            outcome.listener_error if outcome is not None else None,
            outcome.steps if outcome is not None else (),
            tuple(dict.fromkeys(places)),
            (),
        )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _place(spot: Spot) -> Place:
    return Place(spot.file, spot.span, spot.key)


def _own(findings: Mapping[str, Sequence[Finding]], party: Party) -> Iterator[Finding]:
    """The findings that are about one member."""
    for path in dict.fromkeys((party.card.path, party.card.config)):
        yield from (f for f in findings.get(path, ()) if party.owns(path, f.span.start))


def _places_of(config: ConfigFile, *holders: Entry | None) -> dict[str, Spot]:
    """The values of the TLS keys of a database connection."""
    found = {}
    for holder in holders:
        for entry in holder.children if holder is not None else ():
            if entry.schema is not None and not entry.children or entry.name == k.CERT_ALLOWED_CN:
                found.setdefault(entry.name, Spot(entry.name, config.path, config.value_span(entry)))
    return found


def _material_places(party: Party) -> list[Place]:
    return [_place(party.places[key]) for key in (k.SSL_CA, k.CERT_ALLOWED_CN) if key in party.places]


def _failed_places(steps: Sequence[link.Step], dialer: Party, listener: Party) -> Iterator[Place]:
    """The keys that stand behind the steps that went wrong."""
    for step in steps:
        if step.ok:
            continue
        own, other = (dialer, listener) if step.side == link.DIALER else (listener, dialer)
        for whose, wanted in _DECIDES.get(step.what, ()):
            party = own if whose == _SELF else other
            for key in wanted:
                if key in party.places:
                    yield _place(party.places[key])


def _touches(finding: Finding, edge: MapEdge, dialer: Party, listener: Party, paths: set[str]) -> bool:
    """Whether a finding about TLS in the file of one end has to do with this connection, and not with the end alone."""
    own, other = (dialer, listener) if dialer.owns(finding.file, finding.span.start) else (listener, dialer)
    pointed = [r for r in finding.related if r.file in paths and not own.owns(r.file, r.span.start)]
    if pointed:
        # It is about the connections to these ends and no others.
        return any(other.owns(r.file, r.span.start) for r in pointed)
    return edge.state != ENCRYPTED and any(p.file == finding.file and p.span.start <= finding.span.start <= p.span.end for p in edge.places)


def _identity(finding: Finding) -> tuple[object, ...]:
    """What makes two findings the same; their arguments cannot be hashed."""
    return finding.rule, finding.file, finding.span


# --- what is shown as one ---


def _order(node: Node) -> tuple[object, ...]:
    """By role, then by name, numbers in it as numbers."""
    parts: list[tuple[int, int, str]] = []
    word = ""
    digits = ""
    for char in [*node.name.lower(), "\0"]:
        if char.isascii() and char.isdigit():
            if word:
                parts.append((1, 0, word))
                word = ""
            digits += char
        else:
            if digits:
                parts.append((0, int(digits[:18]), digits))
                digits = ""
            word += char
    return ROLES.index(node.role), [*parts, (1, 0, word)], node.id


def _joined(parts: Sequence[Deployment]) -> Deployment:
    """Several deployments as one."""
    nodes = {node.id: node for part in parts for node in part.nodes}
    return _deployment(parts[0].name if parts else "", parts[0].folder if parts else "", nodes.values(), [e for p in parts for e in p.edges])


def _deployment(name: str, folder: str, nodes: Iterable[Node], edges: Sequence[MapEdge]) -> Deployment:
    ordered = tuple(sorted(nodes, key=_order))
    rank = {node.id: i for i, node in enumerate(ordered)}
    found = tuple(sorted(edges, key=lambda e: (rank[e.dialer], rank[e.listener], e.pair, e.host)))
    return Deployment(name, folder, ordered, found, tuple(_lines(ordered, found)))


def _lines(nodes: Sequence[Node], edges: Sequence[MapEdge]) -> Iterator[Line]:
    """The lines of a picture, the worst first: what all of a role have in common is one line."""
    role = {node.id: node.role for node in nodes}
    of_role: dict[str, tuple[str, ...]] = {r: tuple(n.id for n in nodes if n.role == r) for r in ROLES}
    alike: dict[tuple[object, ...], dict[tuple[str, str], list[int]]] = {}
    for i, edge in enumerate(edges):
        key = (role[edge.dialer], role[edge.listener], edge.dialer == edge.listener, edge.story)
        alike.setdefault(key, {}).setdefault((edge.dialer, edge.listener), []).append(i)
    found: list[Line] = []
    for (first, second, same, _), pairs in alike.items():
        found += _bundled(pairs, of_role[str(first)], of_role[str(second)], bool(same))
    rank = {node.id: i for i, node in enumerate(nodes)}
    yield from sorted(found, key=lambda x: (STATES.index(edges[x.edges[0]].state), rank[x.dialers[0]], rank[x.listeners[0]], x.edges))


def _bundled(pairs: dict[tuple[str, str], list[int]], dialers: tuple[str, ...], listeners: tuple[str, ...], same: bool) -> Iterator[Line]:
    """Lines for connections of one story: all with all, some with all, all with some, then the others one by one."""

    def line(a: tuple[str, ...], b: tuple[str, ...], wanted: Iterable[tuple[str, str]]) -> Line:
        return Line(a, b, tuple(i for pair in list(wanted) for i in pairs.pop(pair)))

    # Pairs are counted and not looked up: with hundreds of stories, what is possible is far more than what there is.
    one_role = int(dialers == listeners)
    row, column = len(listeners) - one_role, len(dialers) - one_role
    if len(pairs) > 1 and len(pairs) == (len(dialers) if same else len(dialers) * row):
        yield line(dialers, listeners, sorted(pairs))
        return
    if not same and row > 1:
        calls = Counter(a for a, _ in pairs)
        rows = tuple(a for a in dialers if calls[a] == row)
        if rows:
            yield line(rows, listeners, [(a, b) for a in rows for b in listeners if a != b])
    if not same and column > 1:
        called = Counter(b for _, b in pairs)
        columns = tuple(b for b in listeners if called[b] == column)
        if columns:
            yield line(dialers, columns, [(a, b) for b in columns for a in dialers if a != b])
    for a, b in list(pairs):
        yield line((a,), (b,), [(a, b)])


__all__ = ["DATABASE", "ENCRYPTED", "FAILS", "PLAINTEXT", "ROLES", "STATES", "UNKNOWN", "Deployment", "Known", "Line", "MapEdge", "Node", "Place", "TlsMap", "tls_map"]
