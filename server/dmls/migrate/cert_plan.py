"""Which certificates a deployment needs, and the making of them.

`plan` reads the configurations and tells what is wanted: a CA, a certificate for each component and client, the names in them, and the files that they
go into.  It is the same whenever it is asked.  `issue` makes keys and certificates through a port, since no private byte may be kept in the core.

What a certificate must say (dm-tls.md §1, 2 and 4, migration.md A.2): all components and clients of masters carry one common name, for
masters compare that of whoever calls them with the first item of their `cert-allowed-cn`; all have both usages, since a component is client and
server, and a worker with a list wants serverAuth even of its clients; and every address under which a component is called is among
the subject alternative names, the own machine with them.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Container, Iterable, Iterator, NamedTuple, Protocol, Sequence

from dmls.migrate.change import PRIVATE, PUBLIC, CannotDo, Created
from dmls.migrate.deployment import NAME_OF, line_id
from dmls.model import kind as kinds
from dmls.model import shell, tls_path
from dmls.model.tls import openssl
from dmls.model.tls.allowed_cn import NO_TEXT, trimmed
from dmls.model.tls.endpoint import endpoints
from dmls.model.tls.host_check import is_loopback, own_hosts
from dmls.model.tls_block import DATABASE, Material, TlsBlock
from dmls.pki.facts import CLIENT_AUTH, ECDSA, SERVER_AUTH
from dmls.schema import keys as k

if TYPE_CHECKING:
    from dmls.migrate.change import Request
    from dmls.migrate.password_key import PasswordKey
    from dmls.model.config_file import ConfigFile, Entry

AUTHORITY, COMPONENT, DMCTL, PROMETHEUS, CLIENT, SERVER = "ca", "component", "dmctl", "prometheus", "client", "server"
"""What a certificate is for: `CLIENT` and `SERVER` are those of connections to databases."""

COMMON_NAME, CLIENT_NAME = "dm", "db-client"
LOCAL = ("localhost", "127.0.0.1")
_BOTH = (SERVER_AUTH, CLIENT_AUTH)
LONGEST_NAME = 64
"""Characters of a common name (RFC 5280, ub-common-name)."""
EARLY = 3600
"""Seconds by which a certificate begins before it is made, so that a clock that is a little behind does not find it too young."""
DAY = 86_400


class KeySpec(NamedTuple):
    """The kind of a key, as `pki` calls it, and its size in bits; of an elliptic curve the size tells which."""

    kind: str = ECDSA
    bits: int = 256


class Wanted(NamedTuple):
    """What a person may ask for.

    `hosts` are more names for certificates of components: the label of a component, "" for all, and the name.  With `gathered` all files go into
    the folder, also those that a check looks for elsewhere.
    """

    shared: bool = False
    databases: bool = False
    prometheus: bool = False
    key: KeySpec = KeySpec()
    days: int = openssl.DAYS
    ca_days: int = openssl.CA_DAYS
    hosts: tuple[tuple[str, str], ...] = ()
    gathered: bool = False


USUAL = Wanted()


class Target(NamedTuple):
    """Who uses a certificate: the component, source, task or program of the file at `path`.

    `host` is the machine where it runs, "" unknown.  `ca`, `cert` and `key` are the paths that its configuration names, "" where it names none.
    `cards` are the ids of the cards (`model.cluster`) that the files and command lines which speak of it have.
    """

    path: str
    kind: str
    label: str
    host: str = ""
    ca: str = ""
    cert: str = ""
    key: str = ""
    cards: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where a certificate and its key are written on this machine; the key of a CA once only, "" at its other places."""

    cert: str
    key: str


class CertWish(NamedTuple):
    """One certificate.  `label` is its name for people; `names` are hosts and addresses; `usages` are empty for a CA.

    `places` has more than one item where configurations name different files for what is one certificate.
    """

    label: str
    role: str
    common_name: str
    names: tuple[str, ...]
    usages: tuple[str, ...]
    places: tuple[Place, ...]
    targets: tuple[Target, ...]
    key: KeySpec
    days: int

    @property
    def cert(self) -> str:
        return self.places[0].cert

    @property
    def key_path(self) -> str:
        return self.places[0].key


CertPlan = tuple[CertWish, ...]
"""The CA first."""


class Paper(NamedTuple):
    """What a new certificate says.  `label` becomes the organizational unit, "" for none; moments are seconds since 1970."""

    common_name: str
    label: str
    names: tuple[str, ...]
    usages: tuple[str, ...]
    is_ca: bool
    not_before: int
    not_after: int


class PrivateKey(Protocol):
    """A private key that nobody looks into.  `spki` is the DER of its public key."""

    @property
    def spki(self) -> bytes: ...

    def pem(self) -> bytes:
        """PKCS #8."""


class Keys(Protocol):
    """What makes, reads and uses private keys."""

    def make(self, spec: KeySpec) -> PrivateKey: ...

    def load(self, path: str) -> PrivateKey:
        """The key in a file.  Raises `CannotDo` where it cannot be read."""

    def sign(self, paper: Paper, spki: bytes, issuer: bytes, signer: PrivateKey) -> bytes:
        """A certificate for a public key, as PEM; `issuer` is the DER of the CA's certificate, empty for a CA that signs itself."""

    def sign_again(self, old: bytes, spki: bytes, not_before: int, not_after: int, issuer: bytes, signer: PrivateKey) -> bytes:
        """A certificate that says what the one of the DER `old` says."""

    def secret(self, path: str) -> PasswordKey | None:
        """The secret key of passwords in a file; None where there is no file.  Raises `CannotDo` where DM would not take it."""

    def new_secret(self, path: str) -> PasswordKey:
        """A new secret key, which the file at `path` is to hold; the same each time it is asked for."""

    def fixed_secret(self) -> PasswordKey:
        """The key that every DM before 8.0 had."""


class Signer(NamedTuple):
    """A CA: its certificate as PEM and DER, its key, and when it ends."""

    pem: bytes
    der: bytes
    key: PrivateKey
    not_after: int


# Who needs one


def plan(request: Request, folder: str, wanted: Wanted = USUAL) -> CertPlan:
    """The certificates for the configurations of `request`; empty where none of them is of a component or of dmctl.

    Their common name is what the option `cn` says, else the first one that a master allows; raises `CannotDo` where no certificate can have it.
    Files that a configuration names lie where dmls looks for them when it checks that configuration, all others in `folder`.
    """
    found = targets(request)
    if not any(t.target.kind in (*kinds.COMPONENTS, kinds.DMCTL) for t in found):
        return ()
    name = request.options.value("cn") if request.options.flag("cn") else allowed_name(request) or COMMON_NAME
    return tuple(_Planner(request, checked_name(name), folder, wanted, found).wishes())


def checked_name(name: str) -> str:
    """The common name.  Raises `CannotDo` where no certificate can have it, or where DM would read another one in a list."""
    if not trimmed(name) or name != trimmed(name) or len(name) > LONGEST_NAME or shell.CONTROL.search(name):
        raise CannotDo("certs-new.common-name", name=name, most=LONGEST_NAME)
    return name


def allowed_name(request: Request) -> str:
    """The common name that masters want of whoever calls them: the first item of the first list, without blanks; "" where there is no list."""
    found = {kind: name for kind, names in reversed(allowed_lists(request)) if (name := trimmed(names[0]))}
    return found.get(kinds.MASTER) or found.get(kinds.WORKER) or ""


def allowed_lists(request: Request) -> list[tuple[str, tuple[str, ...]]]:
    """The lists of names in the configurations of components, each with its component's kind; empty ones are left out."""
    found = []
    for kind, holder in _holders(request):
        entry = holder.get(k.CERT_ALLOWED_CN) if kind in kinds.COMPONENTS else None
        names = tuple(item.text for item in entry.strings()) if entry is not None else ()
        if names:
            found.append((kind, names))
    return found


def _holders(request: Request) -> Iterator[tuple[str, Entry]]:
    """What holds the settings of a component, and its kind: a file, a command line, or a map in a topology."""
    for path in request.paths:
        config = request.files.file(path)
        if config is not None and config.kind == kinds.TOPOLOGY:
            from dmls.model.topology import settings_maps

            yield from ((kind, entry) for entry, kind in settings_maps(config))
        elif config is not None:
            yield config.kind, config.root
        yield from ((started.config.kind, started.config.root) for started in _started(request, path))


class _Started(NamedTuple):
    """A program that a script starts: what it runs with, the folder that it runs in, "" where the script says none, and the cards that speak of it."""

    config: ConfigFile
    folder: str
    cards: tuple[str, ...]


def _started(request: Request, path: str) -> Iterator[_Started]:
    if request.files.kind(path) != kinds.SCRIPT:
        return
    from dmls.model.command_line import joined

    for number, line in enumerate(request.files.command_lines(path)):
        if not line.ends:
            file, _ = request.files.command_file(line)
            yield _Started(joined(line, file), line.folder or "", (line_id(path, number), *([file.path] if file is not None else [])))


class Found(NamedTuple):
    """A target with the hosts under which it is called.

    `address` is its kind, with host and port where it is called; `folder` is where its program runs, "" unknown.
    """

    target: Target
    hosts: tuple[str, ...] = ()
    address: tuple[str, str, str] = ("", "", "")
    folder: str = ""


def targets(request: Request) -> list[Found]:
    """Whatever uses certificates in the configurations of `request`, in their order; of what several files speak of, one."""
    found: list[Found] = []
    scripts: list[Found] = []
    for path in request.paths:
        config = request.files.file(path)
        if config is not None:
            found += _of_config(request, config, (path,))
        for started in _started(request, path):
            scripts += (one._replace(folder=started.folder) for one in _of_config(request, started.config, started.cards))
    merged: list[Found] = []
    places: dict[object, int] = {}
    for one in (*found, *scripts):
        same = _marks(one)
        at = next((places[mark] for mark in same if mark in places), len(merged))
        merged[at : at + 1] = [_merged(merged[at], one) if at < len(merged) else one]
        places.update(dict.fromkeys(same, at))
    return merged


def _marks(one: Found) -> list[object]:
    """What descriptions of the same user have in common: a topology and the files that it became the address, a script and the file that it names a card."""
    marks = [one.address] if all(one.address) else []
    return [*marks, *one.target.cards] or [(one.target.path, one.target.label)]


def _merged(one: Found, other: Found) -> Found:
    a, b = one.target, other.target
    cards = tuple(dict.fromkeys((*a.cards, *b.cards)))
    target = a._replace(host=a.host or b.host, ca=a.ca or b.ca, cert=a.cert or b.cert, key=a.key or b.key, cards=cards)
    return one._replace(target=target, hosts=tuple(dict.fromkeys((*one.hosts, *other.hosts))), folder=one.folder or other.folder)


def _of_config(request: Request, config: ConfigFile, cards: tuple[str, ...]) -> Iterator[Found]:
    if config.kind == kinds.TOPOLOGY:
        yield from _of_topology(config)
    elif config.kind in kinds.COMPONENTS:
        hosts = dict.fromkeys((*own_hosts(config), *_heard(config), *_called_by_name(request, config)))
        name = config.get(k.NAME)
        first = endpoints(config, k.ADVERTISE_ADDR) or endpoints(config, k.MASTER_ADDR, k.WORKER_ADDR)
        address = (config.kind, first[0].host.lower(), first[0].port or "") if first else ("", "", "")
        # A script may start several components.
        usual = tls_path.stem_of(config.path) if config.language == "toml" else "-".join(("dm", *address)) if all(address) else f"dm-{config.kind}"
        label = name.text if name is not None and name.text else usual
        yield Found(Target(config.path, config.kind, label, next(iter(own_hosts(config)), ""), *_paths(config.kind, config.root), cards), tuple(hosts), address)
    elif config.kind == kinds.DMCTL:
        yield Found(Target(config.path, config.kind, "dmctl", "", *_paths(config.kind, config.root)))
    elif config.kind in kinds.DATABASES:
        holder = config.get(DATABASE[config.kind])
        host = holder.get(k.HOST) if holder is not None else None
        security = holder.get(k.SECURITY) if holder is not None else None
        name = config.get(NAME_OF[config.kind])
        label = name.text if name is not None and name.text else tls_path.stem_of(config.path)
        target = Target(config.path, config.kind, label, "", *_paths(config.kind, security))
        yield Found(target, (host.text,) if host is not None and host.text else ())


def left_to_tiup(request: Request) -> bool:
    """Whether TiUP makes the certificates of some topology."""
    return any(_makes_its_own(config) for path in request.paths if (config := request.files.file(path)) is not None and config.kind == kinds.TOPOLOGY)


def _makes_its_own(topology: ConfigFile) -> bool:
    """Whether TiUP makes all certificates itself, with a CA of its own."""
    enabled = topology.get(k.GLOBAL, k.ENABLE_TLS)
    return enabled is not None and enabled.text == "true"


def nobody(request: Request) -> CannotDo:
    """Why there is nobody to make certificates for."""
    return CannotDo("certs-new.by-tiup" if left_to_tiup(request) else "certs-new.no-components")


def _of_topology(config: ConfigFile) -> Iterator[Found]:
    from dmls.model.topology import instances

    if _makes_its_own(config):
        return
    common = config.get(k.SERVER_CONFIGS)
    for instance in instances(config):
        kind = {k.MASTER_SERVERS: kinds.MASTER, k.WORKER_SERVERS: kinds.WORKER}.get(instance.list, "")
        if instance.list == k.MONITORING_SERVERS:
            yield Found(Target(config.path, PROMETHEUS, PROMETHEUS, instance.host))
        if not kind or not instance.host:
            continue
        port = instance.entry.get(k.PORT)
        number = port.text if port is not None and port.text else "8261" if kind == kinds.MASTER else "8262"
        name = instance.entry.get(k.NAME)
        label = name.text if name is not None and name.text else f"{instance.role}-{instance.host}-{number}"
        own, shared = instance.entry.get(k.CONFIG), common.get(kind) if common is not None else None
        paths = (one or other for one, other in zip(_paths(kind, own), _paths(kind, shared), strict=True))
        yield Found(Target(config.path, kind, label, instance.host, *paths), (instance.host,), (kind, instance.host.lower(), number))


def _paths(kind: str, holder: Entry | None) -> tuple[str, str, str]:
    """The paths of CA, certificate and key in a block, "" for what is not given by a path that is known and that DM can open."""
    if holder is None:
        return "", "", ""
    block = TlsBlock(kind, holder)

    def path(material: Material) -> str:
        entry = material.path
        if entry is None or getattr(entry.node, "style", "") in ("unknown", *NO_TEXT) or (material.inline is not None and not block.is_component):
            return ""
        return "" if tls_path.trouble(entry.text) else entry.text

    return path(block.ca), path(block.cert), path(block.key)


def _heard(config: ConfigFile) -> Iterator[str]:
    """The hosts of the addresses at which a component listens, also where it advertises others."""
    for endpoint in endpoints(config, k.ADVERTISE_ADDR, k.MASTER_ADDR, k.WORKER_ADDR):
        if endpoint.host not in ("", "0.0.0.0", "::"):
            yield endpoint.host


def _called_by_name(request: Request, config: ConfigFile) -> Iterator[str]:
    """The hosts that other masters of the deployment have for this one in their `initial-cluster`."""
    name = config.get(k.NAME)
    if config.kind != kinds.MASTER or name is None or not name.text:
        return
    near = {card.path for cluster in request.files.clusters(config.path) for card in cluster.members}
    for path in request.paths:
        other = request.files.file(path) if path in near else None
        if other is not None and other.kind == kinds.MASTER:
            for endpoint in endpoints(other, k.INITIAL_CLUSTER):
                if endpoint.name == name.text and endpoint.host not in ("", "0.0.0.0", "::"):
                    yield endpoint.host


# Into which files


class _Planner:
    def __init__(self, request: Request, cn: str, folder: str, wanted: Wanted, found: list[Found]) -> None:
        self.request = request
        self.cn = cn
        self.folder = folder.rstrip("/")
        self.wanted = wanted
        self.found = found
        self.labels = {"ca"}
        meant = (self.meant(path, f) for f in found for path in (f.target.ca, f.target.cert, f.target.key) if path)
        self.short = shortest({path for path, is_here in meant if not is_here})
        self.taken = {f"{self.folder}/{end}" for end in self.short.values()}
        """Files of the folder that have their use."""

    def wishes(self) -> Iterator[CertWish]:
        components = [f for f in self.found if f.target.kind in kinds.COMPONENTS]
        tools = [f for f in self.found if f.target.kind == kinds.DMCTL]
        monitors = [f for f in self.found if f.target.kind == PROMETHEUS]
        databases = [f for f in self.found if f.target.kind in kinds.DATABASES] if self.wanted.databases else []
        yield self.authority([*components, *tools], databases)
        tools = tools or [Found(Target("", kinds.DMCTL, "dmctl"))]
        if self.wanted.prometheus:
            monitors = monitors or [Found(Target("", PROMETHEUS, PROMETHEUS))]
        if self.wanted.shared:
            all_of_dm = [*components, *tools, *monitors]
            yield self.wish("dm", COMPONENT, self.hosts(all_of_dm), all_of_dm)
        else:
            for group in self.groups(components):
                yield self.wish(group[0].target.label, COMPONENT, self.hosts(group), group)
            for group in self.groups(tools, True):
                yield self.wish(group[0].target.label, DMCTL, (), group)
            if monitors:
                yield self.wish(PROMETHEUS, PROMETHEUS, (), monitors)
        if databases:
            for group in self.groups(databases, True):
                names = group[0].target.cert and tls_path.stem_of(group[0].target.cert)
                yield self.wish(names or CLIENT_NAME, CLIENT, (), group)
            yield from self.servers(databases)

    def hosts(self, group: Sequence[Found]) -> tuple[str, ...]:
        labels = {f.target.label for f in group}
        more = (host for label, host in self.wanted.hosts if not label or label in labels)
        return tuple(dict.fromkeys((*(host for f in group for host in f.hosts), *more, *LOCAL)))

    def groups(self, found: Sequence[Found], unnamed: bool = False) -> list[list[Found]]:
        """Those whose configurations name the same file share it; with `unnamed` those that name none do, too."""
        groups: dict[object, list[Found]] = {}
        for number, one in enumerate(found):
            named = self.local(one.target.cert, one) if one.target.cert else ""
            groups.setdefault(named or ("" if unnamed else number), []).append(one)
        return list(groups.values())

    def wish(self, label: str, role: str, names: tuple[str, ...], group: Sequence[Found], cn: str = "") -> CertWish:
        label = self.label(label)
        places: dict[str, Place] = {}
        for one in group:
            if one.target.cert:
                cert = self.local(one.target.cert, one)
                key = self.local(one.target.key, one) if one.target.key else openssl.key_beside(cert)
                places.setdefault(cert, Place(cert, key))
        own = tuple(places.values()) or (self.place(label),)
        usages = {CLIENT: (CLIENT_AUTH,), SERVER: (SERVER_AUTH,)}.get(role, _BOTH)
        users = tuple(f.target for f in group)
        return CertWish(label, role, cn or self.cn, names, usages, own, users, self.wanted.key, self.wanted.days)

    def authority(self, users: Sequence[Found], databases: Sequence[Found]) -> CertWish:
        """The CA, which lies first where components expect it: what sources and tasks name may be a database's own."""
        certs = dict.fromkeys(self.local(f.target.ca, f) for f in users if f.target.ca)
        others = dict.fromkeys(self.local(f.target.ca, f) for f in databases if f.target.ca)
        usual = f"{self.folder}/ca.pem"
        first = next(iter(certs), "") or (usual if usual in others else self.place("ca").cert)
        places = (Place(first, openssl.key_beside(first)), *(Place(cert, "") for cert in {**certs, **others} if cert != first))
        return authority_wish(self.wanted.key, self.wanted.ca_days, places)

    def servers(self, databases: Sequence[Found]) -> Iterator[CertWish]:
        """A certificate for each machine with databases, with the common name that a task allows."""
        machines: dict[str, list[Found]] = {}
        for one in databases:
            for host in one.hosts:
                machines.setdefault("localhost" if is_loopback(host) else host.lower(), []).append(one)
        for host, group in machines.items():
            allowed = next((name for one in group for name in self.allowed(one.target.path)), "")
            names = tuple(dict.fromkeys((*(h for one in group for h in one.hosts), *(LOCAL if host == "localhost" else ()))))
            name = allowed or host
            nobody = [Found(one.target._replace(ca="", cert="", key="", host=group[0].hosts[0])) for one in group]
            yield self.wish(f"db-{host}", SERVER, names, nobody, name if len(name) <= LONGEST_NAME else "database")

    def allowed(self, path: str) -> list[str]:
        config = self.request.files.file(path)
        block = next(iter(config.tls_blocks), None) if config is not None else None
        return [item.text for item in block.names if item.text] if isinstance(block, TlsBlock) else []

    def label(self, text: str) -> str:
        """A name for files and people that nobody else has yet."""
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "dm"
        names = (plain[: LONGEST_NAME - 4], *(f"{plain[: LONGEST_NAME - 4]}-{n}" for n in range(2, 1000)))
        label = next(name for name in names if name not in self.labels)
        self.labels.add(label)
        return label

    def place(self, label: str) -> Place:
        """New files in the folder."""
        for name in (label, *(f"{label}-{n}" for n in range(2, 1000))):
            place = _pair(self.folder, name)
            if self.taken.isdisjoint(place):
                break
        self.taken.update(place)
        return place

    def local(self, path: str, user: Found) -> str:
        """Where a file that a configuration names is written on this machine."""
        meant, is_here = self.meant(path, user)
        return meant if is_here else f"{self.folder}/{self.short[meant]}"

    def meant(self, path: str, user: Found) -> tuple[str, bool]:
        """The file that a configuration names, and whether it is to be written there, which is where a check looks for it."""
        meant, is_certain = place_of(self.request, path, user)
        return meant, is_certain and not self.wanted.gathered


def place_of(request: Request, path: str, user: Found) -> tuple[str, bool]:
    """Where on this machine a file lies that a configuration names, and whether anything but its own words says so."""
    settings = request.files.settings(user.target.path)
    mapped = settings.local_path(path)
    if mapped:
        return tls_path.normal(mapped), True
    if tls_path.is_absolute(path):
        return tls_path.normal(path), False
    if user.folder and tls_path.is_absolute(user.folder) and settings.working_dir is None:
        return tls_path.normal(f"{user.folder}/{path}"), True
    return tls_path.candidates(path, user.target.path, settings, ())[0], True


def shortest(paths: Iterable[str]) -> dict[str, str]:
    """As much of the end of each path as tells it from the others."""
    left = {path: path.strip("/").split("/") for path in sorted(paths)}
    out: dict[str, str] = {}
    length = 0
    while left:
        length += 1
        ends = Counter("/".join(parts[-length:]) for parts in left.values())
        for path, parts in list(left.items()):
            end = "/".join(parts[-length:])
            if ends[end] == 1 or length >= len(parts):
                out[path] = end
                del left[path]
    return out


# Making them


class Party(NamedTuple):
    """Who gets a certificate of its own, and what that is for; `names` and `targets` are those of its `CertWish`."""

    label: str
    role: str
    names: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()


def in_folder(folder: str, common_name: str, parties: Iterable[Party]) -> CertPlan:
    """A CA and for each party a certificate with both usages, of the usual key and length, all in one folder."""
    key = KeySpec()
    wishes = (CertWish(p.label, p.role, common_name, p.names, _BOTH, (_pair(folder, p.label),), p.targets, key, openssl.DAYS) for p in parties)
    return authority_wish(key, openssl.CA_DAYS, (_pair(folder, "ca"),)), *wishes


def authority_wish(key: KeySpec, days: int, places: tuple[Place, ...] = ()) -> CertWish:
    """A CA, with no `places` one whose files the caller writes."""
    return CertWish("ca", AUTHORITY, "", (), (), places, (), key, days)


def _pair(folder: str, name: str) -> Place:
    return Place(f"{folder}/{name}.pem", f"{folder}/{name}-key.pem")


def new_authority(wish: CertWish, keys: Keys, now: float, taken: Container[str] = ()) -> Signer:
    """A CA that signs itself.  Its name holds the moment and is none of those `taken`, so that no two CAs are taken for each other."""
    from dmls.pki.facts import rfc_3339

    begin = int(now) - EARLY
    end = int(now) + wish.days * DAY - 1
    key = keys.make(wish.key)
    name = f"DM CA {rfc_3339(now)}"
    number = next(n for n in count(1) if _numbered(name, n) not in taken)
    paper = Paper(_numbered(name, number), "", (), (), True, begin, end)
    return signer_of(keys.sign(paper, key.spki, b"", key), key)


def _numbered(name: str, number: int) -> str:
    return f"{name} {number}" if number > 1 else name


def signer_of(pem: bytes, key: PrivateKey) -> Signer:
    """The CA whose certificate is the first of a PEM text."""
    from dmls.pki import file

    certificate = next(b.certificate for b in file.read(pem).blocks if b.certificate is not None)
    return Signer(pem, certificate.der, key, certificate.not_after)


def issue(wishes: CertPlan, keys: Keys, now: float, signer: Signer | None = None) -> tuple[Created, ...]:
    """Make the certificates with their keys; the CA too, unless there is a `signer`."""
    out: list[Created] = []
    for wish in wishes:
        if wish.role == AUTHORITY:
            if signer is None:
                signer = new_authority(wish, keys, now)
                out += _files(wish, signer.pem, signer.key.pem())
            continue
        assert signer is not None, "the CA comes first"
        key = keys.make(wish.key)
        end = min(int(now) + wish.days * DAY - 1, signer.not_after)
        paper = Paper(wish.common_name, wish.label, sans(wish), wish.usages, False, int(now) - EARLY, end)
        out += _files(wish, keys.sign(paper, key.spki, signer.der, signer.key), key.pem())
    return tuple(out)


def sans(wish: CertWish) -> tuple[str, ...]:
    """The subject alternative names as OpenSSL writes them."""
    return openssl.names_for(None, wish.names)


def _files(wish: CertWish, certificate: bytes, key: bytes) -> Iterator[Created]:
    for place in wish.places:
        if place.key == place.cert:
            yield Created(place.cert, certificate + key, PRIVATE, True)
            continue
        yield Created(place.cert, certificate, PUBLIC)
        if place.key:
            yield Created(place.key, key, PRIVATE, True)
