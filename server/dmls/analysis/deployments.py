"""The deployments that the files of a snapshot make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, Sequence

from dmls.analysis.files import FileView
from dmls.model import kind as kinds
from dmls.model import tls_path
from dmls.model.config_file import ConfigFile
from dmls.model.tls.cert_use import NO_SOURCES, CertUse, Connections, SourceFile, Sources, Surroundings, no_connections, uses
from dmls.schema.keys import SOURCE_ID
from dmls.settings import Settings
from dmls.text import Span

if TYPE_CHECKING:
    from dmls.model.command_line import CommandLine
    from dmls.model.tls.cluster import Card, Cluster
    from dmls.model.tls.connection import Connection, Party
    from dmls.version import Version
    from dmls.views.tls_map import TlsMap


class DeploymentView(FileView):
    """What belongs together, who calls whom, and with which certificates."""

    def _around(self, user: str, settings: Settings) -> Surroundings:
        given: frozenset[str] = self._deployments.given(user) if self._deployments is not None else frozenset()
        return Surroundings(self._now, settings, self._folders, self._certificates.lookup(user), self._connections, given, self._sources, self._text_file)

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
            from dmls.model.tls.cluster import card_of

            config = self.file(path)
            card = card_of(config) if config is not None else None
            return [card] if card is not None else []
        return [card for number, line in enumerate(self.command_lines(path)) if (card := self._card_of_line(path, number, line)) is not None]

    def _card_of_line(self, path: str, number: int, line: CommandLine) -> Card | None:
        """The card of a command line; None where it calls nobody and nobody calls it."""
        from dmls.model.command_line import given_keys, joined, settings_of, starts
        from dmls.model.tls.cluster import card_of

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
        from dmls.model.tls.connection import party_of
        from dmls.model.tls.endpoint import tls_is_readable
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
        from dmls.model.tls.connection import party_of

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

    def _around_command(self, line: CommandLine, settings: Settings, connections: Connections = no_connections) -> Surroundings:
        """What a command line is judged with: relative paths count from the folder that the script goes to; in a container nothing is known."""
        if line.elsewhere:
            settings = settings._replace(files="off")
        elif line.folder and tls_path.is_absolute(line.folder) and settings.working_dir is None:
            settings = settings._replace(working_dir=line.folder)
        return self._around(line.config.path, settings)._replace(connections=connections)

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
