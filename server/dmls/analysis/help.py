"""Help of one snapshot for editors, on top of all else that may be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Sequence

from dmls.analysis.findings import FindingView
from dmls.analysis.record import in_text
from dmls.finding import FileEdit
from dmls.model import kind as kinds
from dmls.model import tls_path
from dmls.model.config_file import ConfigFile
from dmls.model.tls.cert_use import Named
from dmls.named import NamedTuple
from dmls.text import Span

if TYPE_CHECKING:
    from dmls.ide.values import Action, Completion, Fold, Highlight, Hint, Hover, Lens, Link, NamedThing, NameSpan, Place, Refusal, Symbol
    from dmls.model.command_line import CommandLine
    from dmls.model.references.names import Occurrence
    from dmls.pki.facts import Certificate, PemBlock


class UsedCertificate(NamedTuple):
    """A certificate in a file that configurations use; `index` counts the file's blocks, `users` are paths of configurations."""

    path: str
    index: int
    certificate: Certificate
    roles: tuple[str, ...]
    users: tuple[str, ...]


class Analysis(FindingView):
    """An immutable view of the workspace; made by `Workspace.snapshot`."""

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
        from dmls.model.tls.reload import reload_story

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
        from dmls.model.edits.edit import set_text
        from dmls.model.references.respell import respelled

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

    def names(self, path: str) -> tuple[Occurrence, ...]:
        """The names in a file in the order of the text, without entries."""
        record = self._record(path)
        return record.names(self._override(path)) if record is not None else ()

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
        return span if record is None else in_text(record.text, span)

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


def _moved(path: str, moves: list[tuple[str, str]]) -> str | None:
    """Where `path` goes when files and folders move; None where it stays."""
    for old, new in moves:
        if path == old or path.startswith(old + "/"):
            return new + path[len(old) :]
    return None
