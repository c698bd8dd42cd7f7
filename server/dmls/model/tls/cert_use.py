"""What the TLS block of a file names, and what that turned out to be: the subject of all rules about files and certificates.

A `Source` is one material (CA, certificate or key) in one form: a path with the file found for it, or text inside the configuration.
A `CertUse` joins the three of a block for one DM version and asks `pki` what the Go of that version says of them.  Each of its answers is None
where an earlier one already explains the fault, so that a rule about chains is silent while the certificate cannot even be read.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Callable, Iterator, Protocol, Sequence, Union

from dmls.files import Content, Denied, Directory, FileState, Missing, Pending, SecretKey
from dmls.go import base64_std
from dmls.model import kind as kinds
from dmls.model import tls_path
from dmls.model.tls_block import CA, CERT, KEY, Material, TlsBlock
from dmls.named import NamedTuple
from dmls.settings import DEFAULTS, Settings
from dmls.text import Span
from dmls.version import Version, go_of

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile, Entry
    from dmls.model.tls.connection import Connection
    from dmls.pki.chain import Verdict
    from dmls.pki.facts import Certificate, Damage, KeyFacts, PemBlock, PemFile
    from dmls.pki.file import KeyPair, Pool

DAY = 86_400
LONG_NAME = 100
"""Characters of a name that are shown."""


class PemContent(NamedTuple):
    """A file that was read for its certificates and keys.  `mode` holds its permission bits, 0 where unknown."""

    pem: PemFile
    mode: int = 0


PemState = Union[PemContent, SecretKey, FileState]
"""What is known of a path that was asked about.  Of a file that may hold a secret only what was made of it."""


class Lookup(Protocol):
    """What is known of the disk; `Pending` where nobody has looked yet, which also asks for a look."""

    def pem(self, path: str) -> PemState:
        """What the file at `path` holds."""

    def list(self, path: str) -> FileState:
        """`Directory` with the names in it, or why not."""

    def stat(self, path: str) -> FileState:
        """What `path` is; `Content` without data for a file."""

    def text(self, path: str) -> FileState:
        """The content of a small file that is no configuration."""

    def secret_key(self, path: str) -> PemState:
        """`SecretKey` for a file that was read for the secret key of a master, or why not."""


class Nothing:
    """The lookup of those who may not look."""

    def pem(self, path: str) -> PemState:
        return Denied()

    def list(self, path: str) -> FileState:
        return Denied()

    def stat(self, path: str) -> FileState:
        return Denied()

    def text(self, path: str) -> FileState:
        return Denied()

    def secret_key(self, path: str) -> PemState:
        return Denied()


Connections = Callable[["ConfigFile", Version], "Sequence[Connection]"]


def no_connections(config: ConfigFile, version: Version) -> Sequence[Connection]:
    return ()


class SourceFile(NamedTuple):
    """A source file that a task can mean: its `source-id`, and where that stands."""

    path: str
    id: str
    span: Span


class Sources(NamedTuple):
    """What a task can mean by the ids of sources: all ids of the source files that it can reach, and these files, which takes to read them.

    `files` gives at most so many of them, those whose id is given first, then the nearest.
    """

    ids: frozenset[str] = frozenset()
    files: Callable[[str, int], Sequence[SourceFile]] = lambda first, most: ()


NO_SOURCES = Sources()


def no_sources(config: ConfigFile, named: frozenset[str]) -> Sources:
    return NO_SOURCES


def no_file(path: str) -> ConfigFile | None:
    return None


class Surroundings(NamedTuple):
    """What a judgement depends on besides the text of one file.

    `now` is in seconds since 1970, UTC, None where no rule may look at the clock.  `folders` are the workspace folders.  `connections` are
    those that a file takes part in, as far as the other files are known.  `given` are the keys of a component's file that a script which starts
    the component sets, or may set, with flags: what the file says of them may count for nothing.  `sources` gives what a task can
    mean by the ids of sources that it names.
    `file` gives another configuration file, for a fix that edits it; what a finding says rests on `connections` and `sources` alone.
    """

    now: float | None = None
    settings: Settings = DEFAULTS
    folders: tuple[str, ...] = ()
    lookup: Lookup = Nothing()
    connections: Connections = no_connections
    given: frozenset[str] = frozenset()
    sources: Callable[[ConfigFile, frozenset[str]], Sources] = no_sources
    file: Callable[[str], ConfigFile | None] = no_file


class Source:
    """One material in one form.

    `owner` is the kind of file that names it, "" for a certificate file that is looked at by itself.  `path` is the text in the
    configuration, "" for inline material; `local` where the file was found on this machine, or the likeliest place.
    `expected` tells whether an absent file had to be here (rules.md, disk policy).  `pem` is what it holds, None where that is unknown.
    `effective` is False for a path beside inline material: DM's SQL connections do not use it.
    `used` is False for a certificate without a key and a key without a certificate: DM never looks into it.
    `use` joins it with the other materials of its TLS block, None for a certificate file that is looked at by itself.
    """

    __slots__ = ("_span", "effective", "entry", "expected", "local", "mode", "owner", "path", "pem", "role", "state", "trouble", "use", "used")

    def __init__(self, role: str, owner: str, entry: Entry | None, span: Span) -> None:
        self.role = role
        self.owner = owner
        self.entry = entry
        self._span = span
        self.effective = True
        self.used = True
        self.path = ""
        self.local = ""
        self.trouble = ""
        self.expected = False
        self.state: PemState = Denied()
        self.pem: PemFile | None = None
        self.mode = 0
        self.use: CertUse | None = None

    @property
    def is_inline(self) -> bool:
        return self.entry is not None and not self.path

    @property
    def is_alone(self) -> bool:
        """Whether a certificate file is looked at by itself, outside of any configuration."""
        return self.entry is None

    def anchor(self, block: PemBlock | Damage | None = None) -> Span:
        """The place to point at: the value in the configuration, or the block in a certificate file that is looked at by itself."""
        if self.entry is not None or block is None:
            return self._span
        return Span(block.start, block.end)

    def block_of(self, certificate: Certificate) -> PemBlock | None:
        """Where in the file a certificate stands."""
        return _block_of(self.pem, certificate) if self.pem is not None else None

    @property
    def found(self) -> bool:
        return self.pem is not None

    @property
    def is_known(self) -> bool:
        """Whether it is certain what the path is; False while nobody has looked or may look."""
        return not isinstance(self.state, (Pending, Denied))


def _block_of(pem: PemFile, certificate: Certificate) -> PemBlock | None:
    """The first block with a certificate; files hold thousands now and then."""
    places = pem.memo.get("places")
    if not isinstance(places, dict):
        places = pem.memo["places"] = {b.certificate.fingerprint: b for b in reversed(pem.blocks) if b.certificate is not None}
    return places.get(certificate.fingerprint)


class Named(NamedTuple):
    """A configuration names a certificate file: its role there, the key's place and the value's."""

    config: str
    role: str
    key: str
    span: Span
    local: str


class CertificateFile:
    """A certificate file that is looked at by itself; it stands where rules expect a configuration to name the file."""

    __slots__ = ("kind", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self.kind = kinds.CERTIFICATE


def alone(pem: PemFile, role: str, path: str, size: int) -> Source:
    """A certificate file of `size` characters as the subject of rules; `role` is what it seems to be for."""
    source = Source(role, "", None, Span(0, size))
    source.path = source.local = path
    source.pem = pem
    source.state = PemContent(pem)
    return source


class Peers(NamedTuple):
    """What the other files of a cluster say that matters to one TLS block; by default nothing is known.

    `chains` are the certificates of others, each with its leaf first, that the block's CA has to verify beside its own.  `masters` is how
    many masters there are, 0 where unknown.  `dialer_has_list` tells whether a component that connects to this one has `cert-allowed-cn`.
    """

    chains: tuple[tuple[Certificate, ...], ...] = ()
    masters: int = 0
    dialer_has_list: bool = False


NO_PEERS = Peers()


class CertUse:
    """The material of one TLS block, for one DM version.

    `files` are all sources, also those that are not effective.  `ca`, `cert` and `key` are the effective ones, None where none is given.
    `memo` keeps what several rules ask for.
    """

    def __init__(self, block: TlsBlock, config: ConfigFile, files: tuple[Source, ...], version: Version, peers: Peers = NO_PEERS) -> None:
        self.block = block
        self.config = config
        self.owner = block.owner
        self.files = files
        self.version = version
        self.peers = peers
        self.go = go_of(version)
        self.memo: dict[object, object] = {}
        for source in files:
            source.use = self
        effective = {s.role: s for s in files if s.effective}
        self.ca: Source | None = effective.get(CA)
        self.cert: Source | None = effective.get(CERT)
        self.key: Source | None = effective.get(KEY)

    @cached_property
    def pool(self) -> Pool | None:
        """The authorities in `ssl-ca` as Go collects them; None where there is no such file or Go refuses it."""
        if self.ca is None or self.ca.pem is None:
            return None
        from dmls.pki import file

        pool = file.pool(self.ca.pem, self.go)
        return pool if pool.certificates else None

    @cached_property
    def pair(self) -> KeyPair | None:
        """What `tls.X509KeyPair` makes of certificate and key; without a readable key only the certificate is judged."""
        if self.cert is None or self.cert.pem is None:
            return None
        from dmls.pki import file

        return file.key_pair(self.cert.pem, self.key.pem if self.key is not None else None, self.go)

    @cached_property
    def chain(self) -> tuple[Certificate, ...]:
        """The certificates of `ssl-cert`, the leaf first; empty where Go cannot load certificate and key together, or no key is given."""
        return self.pair.chain if self.pair is not None and self.pair.error is None and self.key is not None else ()

    @property
    def leaf(self) -> Certificate | None:
        return self.chain[0] if self.chain else None

    @cached_property
    def readable_leaf(self) -> Certificate | None:
        """The first certificate of `ssl-cert`, whether the key fits or not."""
        if self.cert is None or self.cert.pem is None:
            return None
        from dmls.pki import file

        pair = file.key_pair(self.cert.pem, None, self.go)
        return pair.chain[0] if pair.error is None else None

    @cached_property
    def private_key(self) -> KeyFacts | None:
        """The key that Go takes out of `ssl-key`."""
        if self.key is None or self.key.pem is None:
            return None
        from dmls.pki import file

        return file.private_key(self.key.pem)

    @cached_property
    def key_owner(self) -> tuple[int, Certificate] | None:
        """The certificate in `ssl-cert` that the key belongs to and its place there, 0 for the first; None where none does or it is not known."""
        key = self.private_key
        if self.cert is None or self.cert.pem is None or key is None or key.public is None:
            return None
        for place, block in enumerate(b for b in self.cert.pem.blocks if b.type == "CERTIFICATE"):
            if block.certificate is not None and block.certificate.public_key.identity == key.public.identity:
                return place, block.certificate
        return None

    def verify(self, usage: str = "any", at: float | None = None) -> Verdict | None:
        """Whether the own certificate verifies with the own CA; without `at` dates do not count.  None where there is not enough to ask."""
        if not self.chain or self.pool is None:
            return None
        from dmls.pki import chain

        return chain.verify(self.chain[0], self.chain[1:], self.pool.certificates, at, usage, self.go)

    def block_of(self, certificate: Certificate) -> PemBlock | None:
        """Where in its file a certificate of this use stands."""
        found = (source.block_of(certificate) for source in self.files)
        return next((block for block in found if block is not None), None)

    def source_of(self, certificate: Certificate) -> Source | None:
        """The source that holds it: `ssl-cert` for what it shows to others, else `ssl-ca`."""
        return self.cert if certificate in self.chain else self.ca

    def certificates(self) -> Iterator[Certificate]:
        """Every certificate in any of the sources."""
        for source in self.files:
            for block in source.pem.blocks if source.pem is not None else ():
                if block.certificate is not None:
                    yield block.certificate

    def next_change(self, now: float, settings: Settings) -> float | None:
        """The moment after `now` at which a finding about dates may come, go or name another number of days."""
        moments = (next_change(c, now, settings) for c in self.certificates())
        return min((m for m in moments if m is not None), default=None)


def days_left(certificate: Certificate, now: float) -> int:
    """Full days until it expires, which for Go is the first instant of its last second."""
    return int((certificate.not_after - now) // DAY)


def ends_within(certificate: Certificate, now: float, days: int) -> bool:
    """Whether it has so many days left, to the second, or fewer, or none."""
    return certificate.not_after - now <= days * DAY


def day_of(seconds: int) -> str:
    """The day of a moment, UTC, such as ``2026-09-01``."""
    from datetime import date

    return date.fromordinal(max(1, date(1970, 1, 1).toordinal() + seconds // DAY)).isoformat()


def name_of(certificate: Certificate) -> str:
    """What people call a certificate: its common name, else its organization, else its serial number."""
    from dmls.pki.names import shown_name

    return printable(shown_name(certificate))


def printable(text: str) -> str:
    """A text out of a certificate, which anybody may have made, fit for a sentence."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:LONG_NAME]) + ("…" if len(text) > LONG_NAME else "")


def next_change(certificate: Certificate, now: float, settings: Settings) -> float | None:
    """The next date of one certificate that matters: its dates, the thresholds of the settings and, past the first, every full day."""
    end = certificate.not_after
    longest = max(settings.warn_days, settings.ca_warn_days)
    # It expires when its end is past, so a second later it surely has.
    dates = [certificate.not_before, end + 1, *(end - days * DAY for days in (settings.warn_days, settings.ca_warn_days))]
    if end - longest * DAY <= now < end:
        dates.append(int(end - (end - now) // DAY * DAY))
    return min((d for d in dates if d > now), default=None)


def uses(config: ConfigFile, around: Surroundings, version: Version, peers: Peers = NO_PEERS) -> tuple[CertUse, ...]:
    """One for each TLS block whose material DM reads; none for `dmctl.toml`, where DM ignores it in favour of flags."""
    return tuple(
        CertUse(block, config, files, version, peers)
        for block, files in ((b, tuple(_sources(b, config, around))) for b in config.tls_blocks if b.owner != kinds.DMCTL or config.language != "toml")
        if files
    )


def _sources(block: TlsBlock, config: ConfigFile, around: Surroundings) -> Iterator[Source]:
    is_lone = block.cert.given != block.key.given
    for material in block.materials:
        used = material is block.ca or not is_lone
        inline = None if block.is_component else material.inline
        if inline is not None:
            source = Source(material.role, block.owner, inline, config.value_span(inline))
            source.used = used
            data = _inline_bytes(material)
            if data is not None:
                from dmls.pki import file

                source.pem = file.read(data)
                source.state = PemContent(source.pem)
            yield source
        if material.has_path and material.path is not None and material.path.text:
            source = Source(material.role, block.owner, material.path, config.value_span(material.path))
            source.effective = inline is None
            source.used = used
            source.path = material.path.text
            node = material.path.node
            if getattr(node, "style", "") != "unknown":
                # A file that the command line only names may lie in another folder, from which its paths are looked for too.
                find(source, getattr(node, "origin", "") or config.path, around)
            yield source


def _inline_bytes(material: Material) -> bytes | None:
    """What inline text decodes to; None where it does not, which rules about the text say."""
    entry = material.inline
    if entry is None:
        return None
    if entry is material.bytes:
        numbers = [item.text for item in entry.items()]
        if not all(n.isascii() and n.isdigit() and int(n) < 256 for n in numbers):
            return None
        return bytes(int(n) for n in numbers)
    return base64_std.decode(entry.text)[0]


def find(source: Source, config: str, around: Surroundings) -> None:
    """Look for the file that `source.path` names."""
    settings = around.settings
    source.trouble = tls_path.trouble(source.path)
    if settings.files == "off":
        return
    places = tls_path.candidates(source.path, config, settings, around.folders)
    states = []
    for place in places:
        state = around.lookup.pem(place)
        if isinstance(state, PemContent):
            source.local, source.state, source.pem, source.mode = place, state, state.pem, state.mode
            return
        states.append(state)
        if not isinstance(state, Missing):
            break
    if not states:
        source.state = Missing()
        return
    source.local, source.state = places[len(states) - 1], states[-1]
    if isinstance(source.state, Missing):
        source.local = places[0]
        if settings.files == "strict":
            source.expected = True
        elif not tls_path.is_absolute(source.path):
            source.expected = tls_path.is_inside(source.local, around.folders)
        elif settings.local_path(source.path) is not None:
            source.expected = True
        else:
            folder = around.lookup.stat(tls_path.folder_of(source.local))
            source.expected = isinstance(folder, Directory)
            if isinstance(folder, Pending):
                source.state = Pending()


__all__ = [
    "CertUse",
    "Content",
    "Lookup",
    "Named",
    "Nothing",
    "Peers",
    "PemContent",
    "PemState",
    "Source",
    "Surroundings",
    "day_of",
    "days_left",
    "ends_within",
    "find",
    "name_of",
    "next_change",
    "printable",
    "uses",
]
