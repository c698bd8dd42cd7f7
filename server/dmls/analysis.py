"""Every question a shell may ask, answered from one snapshot.  Plain core values; offsets in code points."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, Mapping, Protocol, Sequence

from dmls.files import Content, Missing
from dmls.finding import FileEdit, Finding, Fixed, Related, Severity
from dmls.model import kind as kinds
from dmls.model import tls_path
from dmls.model.cert_use import NO_SOURCES, CertUse, Connections, Lookup, Named, Nothing, PemContent, SourceFile, Sources, Surroundings, no_connections, uses
from dmls.model.config_file import ConfigFile
from dmls.named import NamedTuple
from dmls.schema.keys import SOURCE_ID
from dmls.settings import ClusterSetting, Settings
from dmls.syntax.tree import Tree
from dmls.text import LineIndex, Span

if TYPE_CHECKING:
    from dmls.clusters import Clusters
    from dmls.ide.values import Action, Completion, Fold, Highlight, Hint, Hover, Lens, Link, NamedThing, NameSpan, Place, Refusal, Symbol
    from dmls.model.cluster import Card, Cluster
    from dmls.model.command_line import CommandLine
    from dmls.model.connection import Connection, Party
    from dmls.model.names import Occurrence
    from dmls.pki.facts import Certificate, PemBlock, PemFile
    from dmls.version import Version
    from dmls.views.tls_map import TlsMap

NOT_UTF8 = "not-utf-8"


class Judged(NamedTuple):
    """Findings, and for how long they hold: while the settings are these, and the time is from `since` to before `until` (None: for ever)."""

    settings: Settings
    since: float | None
    until: float | None
    findings: tuple[Finding, ...]

    def holds(self, settings: Settings, now: float | None) -> bool:
        if self.settings != settings:
            return False
        if now is None or self.since is None:
            return now == self.since
        return self.since <= now and (self.until is None or now < self.until)


class UsedCertificate(NamedTuple):
    """A certificate in a file that configurations use; `index` counts the file's blocks, `users` are paths of configurations."""

    path: str
    index: int
    certificate: Certificate
    roles: tuple[str, ...]
    users: tuple[str, ...]


class FileRecord:
    """The text of one file and what was made of it so far.

    `encoding` says what is wrong with the bytes: (variant, offset of the first place), None where nothing is.
    `stale` is set by the workspace when the file has changed; the record then only lends its syntax to the next one.
    `named` are the certificate files that it names, as they were found when it was judged last.  `uses` are its TLS blocks with what these files
    hold, until one of them changes: None where nobody has asked.
    """

    __slots__ = ("_config", "_kind", "_names", "_previous", "_tree", "encoding", "judged", "named", "path", "stale", "text", "uses")

    def __init__(self, path: str, text: str, encoding: tuple[str, int] | None, previous: FileRecord | None = None) -> None:
        self.path = path
        self.text = text
        self.encoding = encoding
        self.stale = False
        self.judged: Judged | None = None
        self.uses: tuple[Settings, tuple[CertUse, ...]] | None = None
        self.named: tuple[Named, ...] = previous.named if previous is not None else ()
        self._tree: Tree | None = None
        self._kind: tuple[str | None, str | None] | None = None
        self._config: ConfigFile | None = None
        self._names: tuple[Occurrence, ...] | None = None
        self._previous = previous._tree if previous is not None else None

    @classmethod
    def from_bytes(cls, path: str, data: bytes, previous: FileRecord | None = None) -> FileRecord:
        """Decode as DM's libraries do: UTF-8, and for YAML also UTF-16 with a byte order mark."""
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text = data.decode("utf-16", "replace")
            problem = None if kinds.language_of(path) == "yaml" else ("utf-16", 0)
            if problem is None and "\ufffd" in text:
                try:
                    data.decode("utf-16")
                except UnicodeDecodeError as error:
                    problem = ("", len(data[: error.start].decode("utf-16", "replace")))
            return cls(path, text, problem, previous)
        try:
            return cls(path, data.decode("utf-8"), None, previous)
        except UnicodeDecodeError as error:
            at = len(data[: error.start].decode("utf-8", "replace"))
            return cls(path, data.decode("utf-8", "replace"), ("", at), previous)

    def release(self) -> None:
        """Let go of syntax and model; they are made anew when asked for.  The findings stay, and with them their fixes."""
        for finding in self.judged.findings if self.judged is not None else ():
            len(finding.fixes)
        self._tree = None
        self._config = None
        self.uses = None

    def kind(self, override: str | None) -> str | None:
        if self._kind is None or self._kind[0] != override:
            self._kind = (override, kinds.recognise(self.path, self.text, override))
            self._config = None
            self._names = None
        return self._kind[1]

    def tree(self, language: str) -> Tree:
        if self._tree is None or self._tree.language != language:
            if language == "yaml":
                from dmls.syntax import yaml as reader
            else:
                from dmls.syntax import toml as reader
            previous = self._previous if self._previous is not None and self._previous.language == language else None
            self._tree = reader.parse(self.text, previous)
            self._previous = None
        return self._tree

    def config(self, override: str | None) -> ConfigFile | None:
        kind = self.kind(override)
        if kind is None or kind in (kinds.CERTIFICATE, kinds.SCRIPT):
            return None
        if self._config is None:
            from dmls.schema.load import load, load_settings

            schema = load_settings() if kind == kinds.SETTINGS else load(kind)
            self._config = ConfigFile(self.path, kind, self.tree("yaml" if kind in kinds.YAML_KINDS else "toml"), schema)
        return self._config

    def names(self, override: str | None) -> tuple[Occurrence, ...]:
        """The names in the file, without the entries, so that they can be kept when the tree is let go of."""
        kind = self.kind(override)
        if self._names is None:
            from dmls.model.names import occurrences

            if kind == kinds.SCRIPT:
                from dmls.model.command_line import command_lines

                configs = [line.config for line in command_lines(self.path, self.text)]
            else:
                config = self.config(override) if kind in kinds.KINDS else None
                configs = [config] if config is not None else []
            found = [o._replace(entry=None) for config in configs for o in occurrences(config)]
            self._names = tuple(sorted(found, key=lambda o: o.span) if len(configs) > 1 else found)
        return self._names


class Certificates(Protocol):
    """What the workspace knows of certificate files."""

    def lookup(self, user: str) -> Lookup:
        """The disk as the file `user` may ask it; what it asks is what it depends on."""

    def users(self, path: str) -> Sequence[str]:
        """The configurations that asked for the file at `path`."""

    def known(self) -> Iterable[tuple[str, PemContent]]:
        """Every certificate file that was read."""


class Deployments(Protocol):
    """What the workspace remembers of clusters."""

    @property
    def clusters(self) -> Clusters: ...

    def top_of(self, folder: str) -> str:
        """The nearest folder at or above `folder` that has a `.dmls.toml` or is a workspace folder; itself where there is none."""

    def undealt(self, path: str) -> bool:
        """Whether the cards of a file have to be taken anew."""

    def deal(self, cards: Mapping[str, Sequence[Card]]) -> None:
        """Take note of the cards of these files."""

    def starters(self, path: str) -> Sequence[str]:
        """The scripts that start a program with the file at `path`."""

    def given(self, path: str) -> frozenset[str]:
        """The keys that such a script sets, or may set, with flags."""

    def seek(self) -> Sequence[str]:
        """The YAML files among which there may be sources that nobody has looked for yet."""

    def is_source(self, path: str) -> bool:
        """Whether a file is known as that of a source."""

    @property
    def are_sought(self) -> bool:
        """Whether any task has asked which sources there are."""

    def sources(self, path: str, named: frozenset[str]) -> tuple[frozenset[str], list[Card]]:
        """The sources that a task which names these ids can mean, by id, and in files the nearest level first."""


class _NoCertificates:
    def lookup(self, user: str) -> Lookup:
        return Nothing()

    def users(self, path: str) -> Sequence[str]:
        return ()

    def known(self) -> Iterable[tuple[str, PemContent]]:
        return ()


NO_CERTIFICATES: Certificates = _NoCertificates()


class Analysis:
    """A view of the workspace that changes nothing; made by `Workspace.snapshot`, and another one after each change."""

    def __init__(
        self,
        records: Mapping[str, FileRecord],
        find: Callable[[str], FileRecord | None],
        settings_for: Callable[[str], Settings],
        now: float | None,
        folders: tuple[str, ...] = (),
        certificates: Certificates = NO_CERTIFICATES,
        all_paths: Callable[[], Iterable[str]] = tuple,
        deployments: Deployments | None = None,
    ) -> None:
        self._records = records
        """Shared with the workspace: tens of thousands are not copied for each key press, and a stale one is found anew whoever asks."""
        self._find = find
        self._settings_for = settings_for
        self._now = now
        self._folders = folders
        self._certificates = certificates
        self._deployments = deployments
        self._all_paths = all_paths
        self._paths: tuple[str, ...] | None = None

    def _record(self, path: str) -> FileRecord | None:
        return self._find(path)

    def _override(self, path: str) -> str | None:
        return self._settings_for(path).kind_of(path)

    # Files

    def text(self, path: str) -> str | None:
        """The text of a file that is open or was read as text.

        Of a certificate file on disk only the line ends are known, so that places in it have lines and no private byte is kept: all
        else reads as blanks.
        """
        record = self._record(path)
        if record is not None:
            return record.text
        pem = self.pem(path)
        return outline(pem) if pem is not None else None

    def lines(self, path: str) -> LineIndex | None:
        """The line index of a file; the tree's own where it was parsed already."""
        record = self._record(path)
        if record is None:
            text = self.text(path)
            return LineIndex(text) if text is not None else None
        return record._tree.lines if record._tree is not None else LineIndex(record.text)

    def kind(self, path: str) -> str | None:
        """The kind of DM file, "settings" for a `.dmls.toml`, None for anything else."""
        record = self._record(path)
        return record.kind(self._override(path)) if record is not None else None

    def is_dm(self, path: str) -> bool:
        return self.kind(path) is not None

    def file(self, path: str) -> ConfigFile | None:
        record = self._record(path)
        return record.config(self._override(path)) if record is not None else None

    def language(self, path: str) -> str | None:
        """The language that the file's settings ask for, None where they leave it to the reader."""
        return self._settings_for(path).language

    # Findings

    def steps(self, path: str) -> Iterator[None]:
        """Work that `findings` would do at once, in pieces, for who must not be held up; ask `findings` afterwards."""
        record = self._record(path)
        if record is None or record.judged is not None:
            return
        override = self._override(path)
        kind = record.kind(override)
        if kind is None or kind in (kinds.CERTIFICATE, kinds.SCRIPT):
            return
        yield
        record.tree("yaml" if kind in kinds.YAML_KINDS else "toml")
        yield
        record.config(override)
        yield
        self.findings(path)
        yield

    def findings(self, path: str) -> tuple[Finding, ...]:
        """All findings of a file: sorted, suppressed, with the severities that the settings give."""
        record = self._record(path)
        kind = record.kind(self._override(path)) if record is not None else None
        if kind not in kinds.DATABASES or (kind == kinds.SOURCE and self._deployments is not None and self._deployments.are_sought):
            # What a task tells others, no finding asks; and what a source does, only tasks.
            self.take_cards(path)
        if record is None:
            return ()
        settings = self._settings_for(path)
        if record.kind(self._override(path)) == kinds.CERTIFICATE:
            return tuple(self._judge_certificate_file(record, settings))
        if record.judged is not None and record.judged.holds(settings, self._now):
            return record.judged.findings
        is_script = record.kind(self._override(path)) == kinds.SCRIPT
        findings = tuple(self._judge_script(record, settings) if is_script else self._judge(record, settings))
        until = None
        config = record._config
        if is_script or (config is not None and config.tls_blocks):
            found = self.uses(path)
            record.named = tuple(
                Named(path, s.role, s.entry.name, use.config.key_span(s.entry), s.local)
                for use in found
                for s in use.files
                if s.entry is not None and s.local
            )
            if self._now is not None:
                moments = (use.next_change(self._now, settings) for use in found)
                until = min((m for m in moments if m is not None), default=None)
        else:
            record.named = ()
        if (is_script or (config is not None and config.kind in kinds.COMPONENTS)) and self._now is not None and self._deployments is not None:
            clusters = self._deployments.clusters
            found_in = ((clusters.graph.cluster(id), id) for id in clusters.ids_of(path))
            changes = (clusters.next_change(c, id, self._now, self._party) for c, id in found_in if c is not None)
            until = min((m for m in (until, *changes) if m is not None), default=None)
        record.judged = Judged(settings, self._now, until, findings)
        return findings

    def _around(self, user: str, settings: Settings) -> Surroundings:
        given: frozenset[str] = self._deployments.given(user) if self._deployments is not None else frozenset()
        return Surroundings(self._now, settings, self._folders, self._certificates.lookup(user), self._connections, given, self._sources, self._text_file)

    def _text_file(self, path: str) -> ConfigFile | None:
        """A file that can be edited: what is no text would not be written as it was."""
        return self.file(path) if self.is_text(path) else None

    def settings(self, path: str) -> Settings:
        """What the user has set for a file."""
        return self._settings_for(path)

    def lookup(self, user: str) -> Lookup:
        """What is known of the disk; what `user` asks for becomes a wish where it is not."""
        return self._certificates.lookup(user)

    # Clusters

    def take_cards(self, *paths: str) -> None:
        """Tell the workspace what files tell others, and what the scripts do that start them, where that may have changed."""
        known = self._deployments
        if known is None:
            return
        if fresh := {path: self._cards(path) for path in paths if known.undealt(path)}:
            known.deal(fresh)
        if scripts := {script: self._cards(script) for path in paths for script in known.starters(path) if known.undealt(script)}:
            known.deal(scripts)

    def _cards(self, path: str) -> list[Card]:
        kind = self.kind(path)
        if kind in kinds.KINDS:
            from dmls.model.cluster import card_of

            config = self.file(path)
            card = card_of(config) if config is not None else None
            return [card] if card is not None else []
        return [card for number, line in enumerate(self.command_lines(path)) if (card := self._card_of_line(path, number, line)) is not None]

    def _card_of_line(self, path: str, number: int, line: CommandLine) -> Card | None:
        """The card of a command line; None where it calls nobody and nobody calls it."""
        from dmls.model.cluster import card_of
        from dmls.model.command_line import given_keys, joined, settings_of, starts

        if not starts(line):
            return None
        file, _ = self.command_file(line)
        config = joined(line, file)
        card = card_of(config, f"{path}#{number}")
        if card is None:
            return None
        if line.open:
            # What it calls, a flag that is not seen may change; the addresses where it may listen are a reason for silence.
            card = card._replace(calls=(), ring=())
        place = file.path if file is not None else ""
        if not (place or card.name or card.listens or card.peers or card.calls or card.ring):
            return None
        is_apart = bool(place) and self.top_of(place) != self.top_of(path)
        return card._replace(file=place, given=given_keys(line), settings=settings_of(line, config), is_apart=is_apart)

    def clusters(self, path: str) -> list[Cluster]:
        """The deployments that a file belongs to: one, or for a script one a command line."""
        return self._deployments.clusters.clusters_of(path) if self._deployments is not None else []

    def _party(self, card: Card, guess: bool = True) -> Party | None:
        """The end that a card makes; files that are not on this machine count as unknown."""
        line = self._line(card)
        if line is not None:
            return self._party_of_line(line, card, guess=guess)
        config = self.file(card.path) if card.id == card.path else None
        return self._party_of(config, card, guess) if config is not None else None

    def _line(self, card: Card) -> CommandLine | None:
        """The command line that a card is of; None for that of a file."""
        if card.id == card.path:
            return None
        lines = self.command_lines(card.path)
        number = int(card.id.rpartition("#")[2])
        return lines[number] if number < len(lines) else None

    def _party_of_line(self, line: CommandLine, card: Card, file: ConfigFile | None = None, lines: Sequence[CommandLine] | None = None, guess: bool = True) -> Party:
        """The end that a command line makes, with the file that it names, or with `file` in its place; `lines` are all of its script."""
        from dmls.model.command_line import alternatives, joined
        from dmls.model.connection import party_of
        from dmls.model.endpoint import tls_is_readable
        from dmls.model.tls_block import KEYS

        known = True
        if file is None:
            file, known = self.command_file(line)
        config = joined(line, file)
        settings = self._settings_for(config.path)
        sure = known and line.is_known(*KEYS) and (file is None or tls_is_readable(file))
        sure = sure and (line.top or not alternatives(line, self.command_lines(card.path) if lines is None else lines))
        around = self._around_command(line, settings)
        found = uses(config, around, settings.dm_versions[-1]) if config.tls_blocks else ()
        return party_of(config, next(iter(found), None), guess, card, sure)._replace(extent=line.span)

    def _party_of(self, config: ConfigFile, card: Card, guess: bool = True) -> Party:
        from dmls.model.connection import party_of

        settings = self._settings_for(config.path)
        around = Surroundings(self._now, settings, self._folders, self._certificates.lookup(config.path))
        found = uses(config, around, settings.dm_versions[-1]) if config.tls_blocks else ()
        return party_of(config, next(iter(found), None), guess, card)

    def _connections(self, config: ConfigFile, version: Version) -> list[Connection]:
        """The connections that a file takes part in, judged; `config` may be a version of it that only a fix has made."""
        if self._deployments is None or config.kind not in kinds.COMPONENTS:
            return []
        record = self._records.get(config.path)
        clusters = self._deployments.clusters
        own: Callable[[Card], Party] | None = None
        if record is None or record._config is not config:

            def own(card: Card) -> Party:
                line = self._line(card)
                return self._party_of_line(line, card, config) if line is not None else self._party_of(config, card)

        found = []
        for id in clusters.ids_of(config.path):
            cluster = clusters.graph.cluster(id)
            if cluster is not None:
                found += clusters.connections(cluster, id, version, self._now, self._party, own)
        return found

    def _connections_of_line(self, line: CommandLine, number: int, lines: Sequence[CommandLine], is_new: bool, version: Version) -> list[Connection]:
        """The connections that a command line takes part in; `lines` are all of its script, with `is_new` of a version that only a fix has made."""
        if self._deployments is None:
            return []
        path = line.config.path
        clusters = self._deployments.clusters
        card = clusters.dealt(f"{path}#{number}")
        if card is None or card.kind != line.kind:
            return []
        first = clusters.stands_for(card.id)
        cluster = clusters.graph.cluster(first)
        if cluster is None:
            return []
        own: Callable[[Card], Party] | None = None
        party: Party | None = None
        if is_new:
            party = made = self._party_of_line(line, card, None, lines)

            def own(_: Card) -> Party:
                return made

        found = clusters.connections(cluster, first, version, self._now, self._party, own)
        if found and first != card.id and party is None:
            party = clusters.party(card.id, self._party)
        return [c.seen_by(first, party) for c in found] if party is not None else found

    def _sources(self, config: ConfigFile, named: frozenset[str]) -> Sources:
        """What a task can mean by the ids of sources that it names."""
        known = self._deployments
        if known is None:
            return NO_SOURCES
        self.take_cards(*(path for path in known.seek() if known.is_source(path) or self.kind(path) == kinds.SOURCE))
        ids, cards = known.sources(config.path, named)
        return Sources(ids, partial(self._source_files, cards))

    def _source_files(self, cards: list[Card], first: str, most: int) -> list[SourceFile]:
        found = []
        for card in sorted(cards, key=lambda card: card.source != first)[:most]:
            source = self.file(card.path)
            entry = source.get(SOURCE_ID) if source is not None else None
            found.append(SourceFile(card.path, card.source, source.value_span(entry) if source is not None and entry is not None else Span(0, 0)))
        return found

    def tls_map(self, paths: Iterable[str], version: Version | None = None) -> TlsMap:
        """Who is called by whom in the deployments of these files; without a version as the settings of the first file have it."""
        from dmls.views import tls_map

        wanted = list(paths)
        self.take_cards(*wanted)
        if version is None:
            version = self._settings_for(wanted[0] if wanted else "").dm_versions[-1]
        return tls_map.tls_map(self, wanted, version)

    @property
    def moment(self) -> float | None:
        """The moment that everything is judged at, in seconds since 1970; None where dates do not count."""
        return self._now

    def given(self, path: str) -> frozenset[str]:
        """The keys of a component's file that a script sets, or may set, which starts the component."""
        return self._deployments.given(path) if self._deployments is not None else frozenset()

    def connections(self, cluster: Cluster, card: str, version: Version) -> list[Connection]:
        """The connections that a member of a deployment opens or takes, judged."""
        if self._deployments is None:
            return []
        return self._deployments.clusters.connections(cluster, card, version, self._now, self._party)

    def party(self, card: Card, guess: bool = True) -> Party | None:
        """What a file or a command line is as an end of connections; None where the file is gone.

        With `guess` a certificate file that is not here counts as one on another machine, else as one that is missing there too.
        """
        return self._party(card, guess)

    def members(self) -> list[Card]:
        """All components and calls of dmctl that are known; of those that are one component the first."""
        return list(self._deployments.clusters.graph.cards) if self._deployments is not None else []

    def members_of(self, path: str) -> list[Card]:
        """Those that a file speaks of."""
        if self._deployments is None:
            return []
        clusters = self._deployments.clusters
        return [card for id in clusters.ids_of(path) if (card := clusters.graph.card(id)) is not None]

    def member_on(self, path: str, span: Span) -> Card | None:
        """The component or call of dmctl of the first command line that touches `span` of a script."""
        if self._deployments is None:
            return None
        clusters = self._deployments.clusters
        for number, line in enumerate(self.command_lines(path)):
            if line.span.start <= span.end and span.start <= line.span.end:
                card = clusters.graph.card(clusters.stands_for(f"{path}#{number}"))
                if card is not None:
                    return card
        return None

    def cluster_of(self, card: Card) -> Cluster | None:
        """The deployment that a member belongs to."""
        return self._deployments.clusters.graph.cluster(card.id) if self._deployments is not None else None

    def _uses(self, config: ConfigFile, settings: Settings) -> tuple[CertUse, ...]:
        return uses(config, self._around(config.path, settings), settings.dm_versions[-1])

    def look_ahead(self, path: str) -> None:
        """Ask for the certificate files that a configuration names, so that its first findings are the right ones."""
        if self.kind(path) == kinds.SCRIPT:
            for line in self.command_lines(path):
                self.command_file(line)
        self.uses(path)

    def _judge_certificate_file(self, record: FileRecord, settings: Settings) -> list[Finding]:
        """What the configurations that use the file say of it, each pointing back; where none does, what is wrong with it in any use."""
        from dmls import lint

        path = record.path
        found: list[Finding] = []
        users = [user for user in self._certificates.users(path) if any(n.local == path for n in self.named(user))]
        for user in users:
            for finding in self.findings(user):
                for related in finding.related:
                    if related.file == path:
                        back = Related(user, finding.span, "related.used-here", {"file": user.rpartition("/")[2]})
                        found.append(finding._replace(file=path, span=_in_text(record.text, related.span), related=(back,), fixes=()))
        pem = self.pem(path)
        if not users and pem is not None:
            from dmls.model.cert_use import CertificateFile, alone
            from dmls.pki.file import guess_role

            source = alone(pem, guess_role(pem), path, len(record.text))
            if source.role:
                document = CertificateFile(path)
                made = lint.check_alone(document, source, settings.dm_versions[-1], self._around(path, settings))
                found.extend(f._replace(span=_in_text(record.text, f.span)) for f in made)
        found = _all_leveled(found, settings, path) if settings.rules or settings.per_file else found
        return lint.capped(lint.order(found), path)

    def _judge(self, record: FileRecord, settings: Settings) -> list[Finding]:
        from dmls import lint

        config = record.config(self._override(record.path))
        if config is None:
            return []
        found: list[Finding] = []
        if record.encoding is not None:
            from dmls.rules.syntax import not_utf_8

            found.append(not_utf_8.finding(config, *record.encoding))
            if "\0" in record.text or record.text.count("\ufffd") * 20 > len(record.text):
                # This is no text at all, or all of it is in another encoding: whatever else could be said is noise.
                return found
        if config.kind == kinds.SETTINGS:
            from dmls.rules.syntax import settings_file

            found.extend(settings_file.findings(config))
        else:
            found.extend(lint.check_versions(config, settings.dm_versions, self._around(config.path, settings)))
        if record.encoding is not None:
            # What else libyaml or tomli say of such a file is the same fault in other words.
            found = [f for f in found if f.rule != "syntax-error"]
        found = lint.suppress(config, found)
        has_levels = bool(settings.rules or settings.per_file)
        if has_levels:
            found = _all_leveled(found, settings, record.path)
        shown = lint.capped(lint.order(found), record.path)
        if has_levels and len(shown) < len(found):
            # What was cut off is told in a finding of its own, whose level may be set as well.
            shown[-1:] = _all_leveled(shown[-1:], settings, record.path)
        return shown

    # Scripts

    def command_lines(self, path: str) -> tuple[CommandLine, ...]:
        """The calls of DM's programs in a script or unit; none for any other file."""
        record = self._record(path)
        if record is None or record.kind(self._override(path)) != kinds.SCRIPT:
            return ()
        from dmls.model.command_line import command_lines

        return command_lines(path, record.text)

    def configs(self, path: str) -> Sequence[ConfigFile]:
        """The file, or the command lines of a script, each as a file."""
        config = self.file(path)
        return (config,) if config is not None else [line.config for line in self.command_lines(path)]

    def command_file(self, line: CommandLine) -> tuple[ConfigFile | None, bool]:
        """The file that a command line names for its configuration, and whether what it says is known; (None, True) where none is named."""
        if line.config_path is None or not line.config_is_known:
            return None, line.config_is_known
        from dmls.model.command_line import config_places

        script = line.config.path
        lookup = self._certificates.lookup(script)
        settings = self._settings_for(script)
        mapped = settings.local_path(line.config_path)
        for place in (mapped,) if mapped else tuple(config_places(line, script, self._folders)):
            # To ask is also to be told when it changes.
            state = lookup.text(place)
            record = self._record(place)
            if record is None and isinstance(state, Content):
                record = FileRecord.from_bytes(place, state.data)
            if record is not None:
                config = self.file(place) if place in self._records else None
                if config is None or config.kind != line.kind:
                    # The command line says what the file is for, whatever it looks like by itself.
                    config = FileRecord(place, record.text, record.encoding).config(line.kind)
                sure = config is not None and config.kind == line.kind and record.encoding is None and next(config.tree.problems(), None) is None
                return (config, True) if sure else (None, False)
            if not isinstance(state, Missing):
                break
        return None, False

    def _around_command(self, line: CommandLine, settings: Settings, connections: Connections = no_connections) -> Surroundings:
        """What a command line is judged with: relative paths count from the folder that the script goes to; in a container nothing is known."""
        if line.elsewhere:
            settings = settings._replace(files="off")
        elif line.folder and tls_path.is_absolute(line.folder) and settings.working_dir is None:
            settings = settings._replace(working_dir=line.folder)
        return self._around(line.config.path, settings)._replace(connections=connections)

    def _judge_script(self, record: FileRecord, settings: Settings) -> list[Finding]:
        from dmls import lint
        from dmls.model.command_line import command_lines, joined, meaning
        from dmls.model.ignore import read_ignores

        lines = command_lines(record.path, record.text)
        is_new = self._records.get(record.path) is not record
        found: list[Finding] = []
        sound: set[object] = set()
        """What lines mean in which nothing was found: a script may say the same hundreds of times."""
        for number, line in enumerate(lines):
            file, known = self.command_file(line)
            complete = known and not line.open
            config = joined(line, file)
            sense = meaning(line, config)
            if sense in sound:
                continue

            def connections(_: ConfigFile, version: Version, line: CommandLine = line, number: int = number) -> Sequence[Connection]:
                return self._connections_of_line(line, number, lines, is_new, version)

            around = self._around_command(line, settings, connections)

            def judge(version: Version, line: CommandLine = line, config: ConfigFile = config, complete: bool = complete, around: Surroundings = around) -> list[Finding]:
                return lint.check_command_line(line, config, complete, version, around)

            made = lint.merged(settings.dm_versions, judge)
            if not made:
                sound.add(sense)
            place = line.config_flag
            if file is not None and place is not None and place.value is not None:
                # A fault that the file has all by itself is told there.
                there = {f.rule for f in self.findings(file.path)} if self._record(file.path) is not None else set()
                there |= {ignore.rule for ignore in read_ignores(file.tree)}
                span = Span(place.value.start, place.value.end)
                made = [f for f in made if f.span != span or f.rule not in there]
            found.extend(made)
        if lines:
            starts = [line.span for line in lines]

            def begins(offset: int) -> int:
                return next((span.start for span in starts if span.contains(offset)), offset)

            found = lint.suppress(lines[0].config, found, begins)
        if settings.rules or settings.per_file:
            found = _all_leveled(found, settings, record.path)
        return lint.capped(lint.order(found), record.path)

    def release(self, path: str) -> None:
        """Let go of what was made of a file that nobody is likely to ask about again; its findings stay."""
        record = self._records.get(path)
        if record is not None:
            record.release()

    # Certificates

    def pem(self, path: str) -> PemFile | None:
        """What the file at `path` holds; None where it was not read as a certificate file."""
        state = self._certificates.lookup(path).pem(path)
        return state.pem if isinstance(state, PemContent) else None

    def uses(self, path: str) -> tuple[CertUse, ...]:
        """The TLS blocks of a configuration, or of each command line of a script, with the files that they name."""
        record = self._record(path)
        if record is None:
            return ()
        settings = self._settings_for(path)
        if record.uses is None or record.uses[0] != settings:
            record.uses = settings, tuple(self._found_uses(path, settings))
        return record.uses[1]

    def _found_uses(self, path: str, settings: Settings) -> Iterator[CertUse]:
        if self.kind(path) == kinds.SCRIPT:
            for line in self.command_lines(path):
                yield from uses(line.config, self._around_command(line, settings), settings.dm_versions[-1])
            return
        config = self.file(path)
        if config is not None and config.tls_blocks:
            yield from self._uses(config, settings)

    def named(self, path: str) -> tuple[Named, ...]:
        """The certificate files that a configuration names."""
        record = self._record(path)
        return record.named if record is not None else ()

    def users(self, path: str) -> tuple[Named, ...]:
        """Where configurations name the certificate file at `path`."""
        return tuple(n for user in self._certificates.users(path) for n in self.named(user) if n.local == path)

    def certificates(self) -> list[UsedCertificate]:
        """Every certificate that a configuration uses, the one that expires first at the head."""
        found: dict[tuple[str, int], tuple[Certificate, dict[str, None], dict[str, None]]] = {}
        for path in list(self._records):
            for named in self.named(path):
                pem = self.pem(named.local)
                for index, block in enumerate(pem.blocks if pem is not None else ()):
                    if block.certificate is not None:
                        _, roles, users = found.setdefault((named.local, index), (block.certificate, {}, {}))
                        roles[named.role] = None
                        users[named.config] = None
        out = [UsedCertificate(file, index, c, tuple(roles), tuple(users)) for (file, index), (c, roles, users) in found.items()]
        return sorted(out, key=lambda u: (u.certificate.not_after, u.path, u.index))

    @property
    def until(self) -> float | None:
        """The moment at which a finding of some file may change without an edit."""
        moments = (r.judged.until for r in self._records.values() if r.judged is not None)
        return min((m for m in moments if m is not None), default=None)

    # Help

    def hover(self, path: str, offset: int, locale: str = "en") -> Hover | None:
        if self.kind(path) == kinds.CERTIFICATE:
            return self._hover_in_certificate(path, offset, locale)
        if self.kind(path) == kinds.SCRIPT:
            from dmls.ide import command_help

            return command_help.hover(self.command_lines(path), offset, self.findings_if_known(path), locale, lambda line: self._hover_on_tls(line.config, offset, locale))
        config = self.file(path)
        if config is None:
            return None
        from dmls.ide import hover

        first = self._hover_on_tls(config, offset, locale) if config.tls_blocks else ""
        return hover.hover(config, offset, self.findings_if_known(path), locale, first, self._settings_for(path).dm_versions[-1])

    def _hover_on_tls(self, config: ConfigFile, offset: int, locale: str) -> str:
        """What is known of the certificate or name at `offset`, "" where none is."""
        from dmls.ide import tls_hover

        for block in config.tls_blocks:
            if tls_hover.is_on_material(block, config, offset):
                for use in self.uses(config.path):
                    for source in use.files:
                        if source.anchor().contains(offset):
                            return tls_hover.material(use, source, self.users(source.local), self._now, locale)
            entry = tls_hover.allowed_name(block, offset, config)
            if entry is not None:
                return tls_hover.carriers(block, entry, self._certificates.known(), self._now, locale)
        return ""

    def _hover_in_certificate(self, path: str, offset: int, locale: str) -> Hover | None:
        from dmls.ide import tls_hover
        from dmls.model.reload import reload_story

        def story(named: Named) -> str:
            return reload_story(self.kind(named.config), (named.role,), self._settings_for(named.config).dm_versions[-1])

        pem = self.pem(path)
        return tls_hover.block_at(pem, self.text(path) or "", offset, self.users(path), self._now, story, locale) if pem is not None else None

    def completions(self, path: str, offset: int, locale: str = "en") -> list[Completion]:
        """All offers; those that depend on the disk may come only once what this asks for was looked up (`Workspace.wanted`)."""
        if self.kind(path) == kinds.SCRIPT:
            from dmls.ide import command_help

            def offers(line: CommandLine, key: str, typed: str, span: Span, quote: str, taken: set[str]) -> list[Completion]:
                return [] if line.elsewhere else self._tls_offers(line.config, key, typed, span, quote, taken, locale)

            return command_help.completions(path, self.text(path) or "", offset, locale, offers)
        config = self.file(path)
        if config is None:
            return []
        from dmls.ide import completion
        from dmls.ide.value_offers import Known
        from dmls.rules.registry import ROWS

        known = Known(self._settings_for(path).dm_versions, self._source_ids)
        return completion.completions(config, offset, locale, ROWS, lambda *value: self._tls_offers(config, *value, locale), known)

    def _source_ids(self) -> dict[str, list[str]]:
        """The sources that files of the workspace define, each with the names of these files."""
        from dmls.schema import semantics

        found: dict[str, list[str]] = {}
        for path in self.paths():
            if self.kind(path) == kinds.SOURCE:
                for occurrence in self.names(path):
                    if occurrence.kind == semantics.SOURCE_ID and occurrence.is_definition:
                        found.setdefault(occurrence.name, []).append(path.rpartition("/")[2])
        return found

    def _tls_offers(self, config: ConfigFile, key: str, typed: str, span: Span, quote: str, taken: set[str], locale: str) -> list[Completion]:
        """The files or names that fit a TLS key."""
        from dmls.ide import tls_completion
        from dmls.schema.keys import CERT_ALLOWED_CN

        if key == CERT_ALLOWED_CN:
            return list(tls_completion.names(self._certificates.known(), taken, span, quote, self._now, locale))
        if key not in tls_completion.ROLES:
            return []
        settings = self._settings_for(config.path)
        if settings.files == "off":
            return []
        leaf = next((use.readable_leaf for use in self._uses(config, settings)), None)
        # What is listed for an offer is no part of what the file depends on.
        return tls_completion.paths(config, key, typed, span, quote, self._around("", settings), leaf, locale)

    def hints(self, path: str, span: Span, locale: str = "en") -> list[Hint]:
        """What certificate and key files are, behind their paths."""
        config = self.file(path)
        if not self._settings_for(path).inlay_hints:
            return []
        from dmls.ide import tls_hints

        if self.kind(path) == kinds.SCRIPT:
            return [hint for use in self.uses(path) for hint in tls_hints.hints((use,), use.config, span, self._now, locale)]
        if config is None or not config.tls_blocks:
            return []
        return list(tls_hints.hints(self.uses(path), config, span, self._now, locale))

    def lenses(self, path: str, locale: str = "en") -> list[Lens]:
        """Above TLS blocks the certificate in use; in a certificate file who uses it."""
        if not self._settings_for(path).code_lenses:
            return []
        from dmls.ide import tls_hints

        if self.kind(path) == kinds.CERTIFICATE:
            pem = self.pem(path)
            return list(tls_hints.file_lenses(pem, self.text(path) or "", self.users(path), self._now, locale)) if pem is not None else []
        config = self.file(path)
        if config is None or not config.tls_blocks:
            return []
        return list(tls_hints.lenses(self.uses(path), config, self._now, locale))

    def renamed(self, pairs: Iterable[tuple[str, str]]) -> list[FileEdit]:
        """The edits that let configurations name files, or what lies in folders, after each went from its first path to its second."""
        from dmls.model.edit import set_text
        from dmls.model.respell import respelled

        moves = [(old.rstrip("/"), new.rstrip("/")) for old, new in pairs]
        out = []
        for path in list(self._records):
            if not any(_moved(named.local, moves) for named in self.named(path)):
                continue
            settings = self._settings_for(path)
            config = self.file(path)
            for use in self.uses(path):
                for source in use.files:
                    new = _moved(source.local, moves) if source.local and source.pem is not None and source.entry is not None else None
                    if new is None or config is None or source.entry is None:
                        continue
                    if _moved(path, moves) is not None and not tls_path.is_absolute(source.path):
                        # The configuration moves along, and what it names still lies where it did as seen from there.
                        continue
                    text = respelled(source.path, source.local, new, path, settings, self._folders)
                    edit = set_text(config, source.entry, text) if text is not None and text != source.path else None
                    if edit is not None:
                        out.append(FileEdit(path, edit))
        return out

    def actions(self, path: str, span: Span, only: Sequence[str] | None = None, fix_all: bool = False) -> list[Action]:
        """What can be done at `span`; `only` are the wanted kinds.  `fix_all` computes all safe fixes together, which takes many judgements."""
        config = self.file(path)
        if config is None and self.kind(path) not in (kinds.CERTIFICATE, kinds.SCRIPT):
            return []
        from dmls.ide import actions

        script = next((line.config for line in self.command_lines(path)), None) if config is None else None
        found = actions.actions(config, self.findings(path), span, only, (lambda: self.fixed(path)) if fix_all else None, script)
        return found + self._migrations(path) if only and actions.wants_rewrites(only) else found

    def _migrations(self, path: str) -> list[Action]:
        """The migrations of a file that can be done by edits of it alone."""
        from dmls.ide.actions import rewriting
        from dmls.migrate.offers import offers

        made = (rewriting(path, self.text(path) or "", offer.text(), offer.title, offer.args) for offer in offers(self, path, self.findings(path)))
        return [action for action in made if action is not None]

    def migration_offers(self, path: str) -> list[Action]:
        """The same without their edits, which take many judgements; there may be none after all."""
        from dmls.ide.actions import rewriting
        from dmls.migrate.offers import offers

        made = (rewriting(path, "", None, offer.title, offer.args) for offer in offers(self, path, self.findings(path)))
        return [action for action in made if action is not None]

    def fixed(self, path: str) -> str | None:
        """The text of a file after all safe fixes; None where there is none that helps, or the file is no text that DM reads."""
        record = self._record(path)
        if record is None or record.encoding is not None:
            return None
        from dmls.fixing import fix_text

        done = fix_text(path, record.text, lambda text: self.judged(path, text))
        return done.text if done.applied else None

    def supposed(self, path: str, text: str) -> ConfigFile | None:
        """The file as it would be with another text; None where it would no longer be the same kind of DM file."""
        override = self._override(path)
        new = FileRecord(path, text, None)
        return new.config(override) if new.kind(override) == self.kind(path) else None

    def judged(self, path: str, text: str, settings: Settings | None = None) -> Sequence[Finding] | None:
        """What would be found in a file with another text, under its settings or others; None where it would be another kind of file.

        Nothing is taken over from the present tree: its entries belong to it and would follow the new one.
        """
        override = self._override(path)
        settings = self._settings_for(path) if settings is None else settings
        new = FileRecord(path, text, None)
        kind = new.kind(override)
        if kind != self.kind(path):
            return None
        return self._judge_script(new, settings) if kind == kinds.SCRIPT else self._judge(new, settings)

    def repaired(self, path: str, text: str, settings: Settings, unsafe: bool, filtered: Callable[[str, Sequence[Finding]], Sequence[Finding]]) -> Fixed:
        """What becomes of a text of a file under `settings`; `filtered` makes of a text and what is found in it the findings whose fixes count."""
        from dmls.fixing import fix_text

        def judge(new: str) -> Sequence[Finding] | None:
            found = self.judged(path, new, settings)
            return filtered(new, found) if found is not None else None

        return fix_text(path, text, judge, unsafe)

    def fix_all_offer(self, path: str) -> list[Action]:
        """The action that applies all safe fixes, without its edits; none where no fix is safe."""
        from dmls.ide import actions

        return actions.fix_all_offer(self.findings(path))

    def links(self, path: str) -> list[Link]:
        """The paths that name certificate files which are there."""
        from dmls.ide.values import Link

        out = []
        for use in self.uses(path):
            out.extend(Link(s.anchor(), s.local) for s in use.files if s.pem is not None and s.local)
        for line in self.command_lines(path):
            place = line.config_flag
            file, _ = self.command_file(line)
            if file is not None and place is not None and place.value is not None:
                out.append(Link(Span(place.value.start, place.value.end), file.path))
        return out

    def definitions(self, path: str, offset: int) -> list[Place]:
        """The certificate file that the path at `offset` names, or what the name there means."""
        from dmls.ide import navigation

        return self._linked(path, offset) or navigation.definitions(self, path, offset)

    def _linked(self, path: str, offset: int) -> list[Place]:
        from dmls.ide.values import Place

        return [Place(link.target, Span(0, 0)) for link in self.links(path) if link.span.contains(offset)]

    def references(self, path: str, offset: int, declaration: bool = True) -> list[Place]:
        """Where the name at `offset` is written and means the same; where configurations name the certificate file that this is, or that the path
        at `offset` names.

        In a certificate file also the lists that allow the Common Name of the certificate at `offset`.
        """
        from dmls.ide import navigation
        from dmls.ide.values import Place

        is_certificate = self.kind(path) == kinds.CERTIFICATE
        files = [path] if is_certificate else [place.path for place in self._linked(path, offset)]
        places = [Place(named.config, named.span) for file in files for named in self.users(file)]
        if is_certificate:
            pem = self.pem(path)
            for block in pem.blocks if pem is not None else ():
                if block.certificate is not None and block.certificate.subject.common_name and self._block_span(path, block).contains(offset):
                    places += navigation.allowing(self, block.certificate.subject.common_name)
            return places
        return places or navigation.references(self, path, offset, declaration)

    def highlights(self, path: str, offset: int) -> list[Highlight]:
        """The places of the same file that speak of what is named at `offset`."""
        from dmls.ide import navigation

        return navigation.highlights(self, path, offset)

    def rename_span(self, path: str, offset: int) -> NameSpan | Refusal | None:
        """The name at `offset` that can be renamed, or why it cannot; None where no name stands."""
        from dmls.ide import navigation

        return navigation.rename_span(self, path, offset)

    def rename(self, path: str, offset: int, new_name: str) -> list[FileEdit] | Refusal:
        """The edits that give what is named at `offset` another name in all files that speak of it, or why that cannot be done."""
        from dmls.ide import navigation

        return navigation.rename(self, path, offset, new_name)

    def workspace_symbols(self, query: str) -> list[NamedThing]:
        """The components, sources, tasks and named blocks of all files that fit `query`, the best first."""
        from dmls.ide import navigation

        return navigation.workspace_symbols(self, query)

    # What navigation asks

    def paths(self) -> Sequence[str]:
        """Every file that is open or was read."""
        if self._paths is None:
            self._paths = tuple(self._all_paths())
        return self._paths

    def names(self, path: str) -> tuple[Occurrence, ...]:
        """The names in a file in the order of the text, without entries."""
        record = self._record(path)
        return record.names(self._override(path)) if record is not None else ()

    def is_text(self, path: str) -> bool:
        """Whether the file's bytes are text as DM reads it."""
        record = self._record(path)
        return record is not None and record.encoding is None

    def top_of(self, path: str) -> str:
        """The folder beyond which nothing belongs to a file; its own where nothing is known."""
        folder = path.rpartition("/")[0]
        return self._deployments.top_of(folder) if self._deployments is not None else folder

    def deployment_of(self, path: str) -> ClusterSetting | None:
        """The deployment that the settings put a file into; None where they say nothing."""
        return self._settings_for(path).deployment_of(path)

    def carriers(self, common_name: str) -> Sequence[Place]:
        """The certificates with that Common Name in files that were read."""
        from dmls.ide.values import Place

        return [
            Place(path, self._block_span(path, block))
            for path, state in sorted(self._certificates.known(), key=lambda known: known[0])
            for block in state.pem.blocks
            if block.certificate is not None and block.certificate.subject.common_name == common_name
        ]

    def _block_span(self, path: str, block: PemBlock) -> Span:
        """Where a block of a certificate file stands in its text, as `text` has it."""
        record = self._record(path)
        span = Span(block.start, block.end)
        return span if record is None else _in_text(record.text, span)

    def symbols(self, path: str) -> list[Symbol]:
        """The outline of a file: its keys, or the command lines of a script."""
        config = self.file(path)
        lines = self.command_lines(path) if config is None else ()
        if config is None and not lines:
            return []
        from dmls.ide import symbols

        return symbols.symbols(config) if config is not None else symbols.of_script(lines)

    def folding(self, path: str) -> list[Fold]:
        config = self.file(path)
        if config is None:
            return []
        from dmls.ide import folding

        return folding.folding(config)

    def findings_if_known(self, path: str) -> tuple[Finding, ...]:
        """The findings where they were judged already; help must not wait for them."""
        record = self._record(path)
        return record.judged.findings if record is not None and record.judged is not None else ()


def _moved(path: str, moves: list[tuple[str, str]]) -> str | None:
    """Where `path` goes when files and folders move; None where it stays."""
    for old, new in moves:
        if path == old or path.startswith(old + "/"):
            return new + path[len(old) :]
    return None


def outline(pem: PemFile) -> str:
    """A text with the line ends of a certificate file and blanks for all else, so that bytes count as characters."""
    starts = [*pem.line_starts, pem.size + 1]
    return "\n".join(" " * max(0, end - start - 1) for start, end in zip(starts, starts[1:]))


def _in_text(text: str, span: Span) -> Span:
    """A span of bytes as a span of the characters of `text`."""
    if text.isascii():
        return span
    data = text.encode("utf-8", "surrogatepass")
    return Span(*(len(data[:at].decode("utf-8", "replace")) for at in span))


def _all_leveled(findings: list[Finding], settings: Settings, path: str) -> list[Finding]:
    return [f for f in (_leveled(f, settings.level(f.rule, path)) for f in findings) if f is not None]


def _leveled(finding: Finding, level: str | None) -> Finding | None:
    if level is None:
        return finding
    if level == "off":
        return None
    return finding._replace(severity=Severity.from_word(level))


__all__ = ["Analysis", "FileRecord", "Span"]
