"""The only thing that changes: what is known of files and settings.  The shells put in, `snapshot()` gives out.

Paths are strings as the shell gives them, with ``/`` or the system's separator; two spellings of one file are two files here,
so a shell must spell consistently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, Sequence

from dmls import settings as settings_module
from dmls.analysis import Analysis, FileRecord
from dmls.files import CONFIG_LIMIT, Content, Disk, FileState, List, Pending, Read, ReadPem, ReadSecret, ReadText, SecretKey, Stat, Want
from dmls.model.kind import SETTINGS_FILE, SOURCE
from dmls.model.tls.cert_use import Lookup, PemContent, PemState
from dmls.settings import Settings

if TYPE_CHECKING:
    from dmls.clusters import Clusters
    from dmls.model.tls.cluster import Card


def parent_of(path: str) -> str:
    """The folder that holds `path`; "" above the top."""
    cut = max(path.rfind("/"), path.rfind("\\"))
    if cut < 0:
        return ""
    if cut == 0:
        return "/" if len(path) > 1 else ""
    return path[:cut]


def answer(want: Want, disk: Disk) -> PemState:
    """What `disk` says to a wish, to be given to `Workspace.tell`.  May run on another thread.

    A certificate file or a secret key is taken apart here, so that its bytes go no further.
    """
    if isinstance(want, List):
        return disk.list(want.path)
    if isinstance(want, Stat):
        return disk.stat(want.path)
    state = disk.read(want.path, want.limit)
    if isinstance(want, ReadPem) and isinstance(state, Content):
        return pem_content(state.data, state.mode)
    if isinstance(want, ReadSecret) and isinstance(state, Content):
        from dmls.model.secret_key import judged

        return judged(state.data, state.mode)
    return state


def pem_content(data: bytes, mode: int = 0) -> PemContent:
    """The certificates and keys in a file's bytes."""
    from dmls.pki import file

    return PemContent(file.read(data), mode)


class _Lookup:
    """What the workspace knows of the disk, for one of its files; remembers what that file asked."""

    def __init__(self, workspace: Workspace, user: str) -> None:
        self._workspace = workspace
        self._user = user

    def pem(self, path: str) -> PemState:
        text = self._workspace._open.get(path)
        if text is not None and len(text) <= OPEN_PEM:
            self._workspace._asks(self._user, ReadPem(path))
            return self._workspace._pem_of_text(path, text)
        return self._ask(ReadPem(path))

    def list(self, path: str) -> FileState:
        state = self._ask(List(path))
        assert not isinstance(state, (PemContent, SecretKey))
        return state

    def stat(self, path: str) -> FileState:
        state = self._ask(Stat(path))
        assert not isinstance(state, (PemContent, SecretKey))
        return state

    def text(self, path: str) -> FileState:
        state = self._ask(ReadText(path))
        assert not isinstance(state, (PemContent, SecretKey))
        return state

    def secret_key(self, path: str) -> PemState:
        return self._ask(ReadSecret(path))

    def _ask(self, want: Want) -> PemState:
        self._workspace._asks(self._user, want)
        return self._workspace._answers.get(want, _PENDING)


_PENDING = Pending()
YAML_SUFFIXES = (".yaml", ".yml")
META_FILE = "meta.yaml"
"""What TiUP keeps of a cluster, its version among it."""
OPEN_PEM = 64 * 1024
"""Characters of a certificate file in an editor that are taken apart at each key press; of a larger one what is on the disk counts."""


class Workspace:
    """Not thread-safe: one event loop owns it."""

    def __init__(self) -> None:
        self._folders: tuple[str, ...] = ()
        self._open: dict[str, str] = {}
        self._disk: dict[str, FileState] = {}
        self._answers: dict[Want, PemState] = {}
        """What the disk said to the wishes of files about certificates and folders."""
        self._unmet: dict[Want, None] = {}
        self._askers: dict[str, dict[str, None]] = {}
        """By path: the files that asked about it and must be judged anew when it changes."""
        self._asked: dict[str, set[Want]] = {}
        self._fresh: dict[str, None] = {}
        """Files opened whose certificates have not all been asked for."""
        self._open_pem: dict[str, tuple[str, PemContent]] = {}
        self._records: dict[str, FileRecord] = {}
        self._editor: Mapping[str, object] = {}
        self._command_line: Mapping[str, object] = {}
        self._trusted = True
        self._layers: dict[str, Settings | None] = {}
        self._effective: dict[str, Settings] = {}
        self._metas: dict[str, Settings] = {}
        self._unread: list[Want] | None = None
        """The wishes for settings; None where they have to be found anew."""
        self._seen_folders: dict[str, None] = {}
        """Every folder that holds a known file, and those above; in the order they were met."""
        self._clusters: Clusters | None = None
        """None until the first component is met: most runs know none."""
        self._undealt: dict[str, None] = {}
        """Files that have changed since their cards were taken."""
        self._unsought: dict[str, None] = {}
        """YAML files that have changed since they were last looked at in search of sources."""
        self._near_sources: dict[tuple[object, str], tuple[frozenset[str], list[Card]]] = {}
        """By deployment and folder of a task: the sources that it can mean."""
        self._seekers: dict[str, tuple[frozenset[str], bool]] = {}
        """Tasks that have asked which sources there are, with the ids that they name, and whether all of these were known."""
        self._disturbed: dict[str, None] = {}
        """Files whose findings may have changed because of another file."""
        self._snapshot: Analysis | None = None
        self._now: float | None = None

    # What the shells tell

    def set_folders(self, folders: Iterable[str]) -> None:
        """The workspace folders."""
        self._folders = tuple(folders)
        self._settings_changed()

    @property
    def folders(self) -> tuple[str, ...]:
        return self._folders

    def set_editor_settings(self, mapping: Mapping[str, object]) -> None:
        """The client's section `dmls`; weaker than a `.dmls.toml`."""
        self._editor = mapping
        self._settings_changed()

    def set_cli_settings(self, mapping: Mapping[str, object]) -> None:
        """Options of the command line; stronger than a `.dmls.toml`."""
        self._command_line = mapping
        self._settings_changed()

    def set_trusted(self, trusted: bool) -> None:
        """Untrusted means that nothing outside the workspace is read and paths set by a `.dmls.toml` are ignored."""
        self._trusted = trusted
        self._settings_changed()

    def set_now(self, now: float | None) -> None:
        """The moment that findings speak of, seconds since 1970; those that hold for longer are not judged again."""
        self._now = now
        self._changed()

    def open(self, path: str, text: str, version: int | None = None) -> None:
        """An editor holds `path`; its text wins over the disk until `close`."""
        known = self._open.get(path)
        if known == text:
            return
        if known is None:
            self._fresh[path] = None
        self._open[path] = text
        self._touched(path)

    change = open

    def close(self, path: str) -> None:
        self._open.pop(path, None)
        self._open_pem.pop(path, None)
        self._fresh.pop(path, None)
        self._touched(path)

    def is_open(self, path: str) -> bool:
        return path in self._open

    def data(self, path: str) -> bytes | None:
        """The bytes of a file as they were put in, None where there is none."""
        state = self._disk.get(path)
        return state.data if isinstance(state, Content) else None

    def put(self, path: str, state: FileState) -> None:
        """What the disk holds at `path`."""
        if self._disk.get(path) == state:
            return
        self._disk[path] = state
        self._touched(path)

    def tell(self, want: Want, state: PemState) -> None:
        """What the disk says to a wish."""
        if isinstance(want, Read):
            assert not isinstance(state, (PemContent, SecretKey))
            self.put(want.path, state)
            return
        self._unmet.pop(want, None)
        before = self._answers.get(want)
        if _same(before, state):
            return
        self._answers[want] = state
        if want.path.endswith(META_FILE) and want == _meta(want.path):
            self._unread = None
            self._meta_changed(parent_of(want.path))
        self._disturb(want.path)
        self._changed()

    def answered(self, want: Want) -> PemState | None:
        """What is known of a wish about certificates or folders, None where nothing is."""
        return self._answers.get(want)

    def forget(self, path: str) -> None:
        """Nothing is known of `path` any more; if it is needed, it is wanted again."""
        self._disk.pop(path, None)
        for want in (ReadPem(path), ReadSecret(path), ReadText(path), _meta(path), List(path), Stat(path)):
            self._answers.pop(want, None)
        for want in self._asked.pop(path, ()):
            self._askers.get(want.path, {}).pop(path, None)
        self._disturb(path)
        self._touched(path)

    # What the core asks and answers

    def wanted(self) -> list[Want]:
        """What the shell should look up and `put`; empty when nothing is missing."""
        if self._unread is None:
            self._unread = list(self._settings_wishes())
        if self._unread:
            # Settings say where certificates are looked for, so they come first.
            return list(self._unread)
        for path in list(self._fresh):
            self.snapshot().look_ahead(path)
        if not self._unmet:
            # An answer may raise another question: whether the folder of an absent file is there.
            self._fresh.clear()
        return list(self._unmet)

    def _settings_wishes(self) -> Iterator[Want]:
        """The files of settings, and TiUP's, that may lie in the folders of known files and above, as far as nobody has looked."""
        for folder in self._seen_folders:
            candidate = _join(folder, SETTINGS_FILE)
            if candidate not in self._disk and candidate not in self._open:
                yield Read(candidate)
            meta = _join(folder, META_FILE)
            if meta not in self._disk and meta not in self._open and _meta(meta) not in self._answers:
                yield _meta(meta)

    @property
    def next_change(self) -> float | None:
        """The moment at which findings change by time alone; the shell calls `set_now` then."""
        return self.snapshot().until

    def settings_for(self, path: str) -> Settings:
        """The settings that hold for a file: command line, nearest `.dmls.toml`, editor, the version that the nearest `meta.yaml` of TiUP tells, defaults."""
        folder = parent_of(path)
        found = self._effective.get(folder)
        if found is None:
            layer = self._layer(folder) or settings_module.DEFAULTS
            if not self._trusted:
                layer = settings_module.untrusted(layer)
            base = self._folder_of(folder)
            editor = settings_module.parse(self._editor, base, editor=True)[0]
            command_line = settings_module.parse(self._command_line, base)[0]
            found = settings_module.merge(command_line, layer, editor, self._deployed(folder))
            self._effective[folder] = found
        return found

    def _folder_of(self, folder: str) -> str:
        """The workspace folder that `folder` lies in, else itself; globs of the editor are relative to it."""
        for workspace in self._folders:
            if folder == workspace or folder.startswith(workspace.rstrip("/\\") + "/"):
                return workspace
        return folder

    def snapshot(self) -> Analysis:
        """The state of now; there is another one after each change."""
        if self._snapshot is None:
            self._snapshot = Analysis(self._records, self._record, self.settings_for, self._now, self._folders, self, lambda: self.paths, self)
        return self._snapshot

    # What the analysis asks about certificates

    def lookup(self, user: str) -> Lookup:
        return _Lookup(self, user)

    def users(self, path: str) -> Sequence[str]:
        return tuple(self._askers.get(path, ()))

    def known(self) -> Iterable[tuple[str, PemContent]]:
        return [(want.path, state) for want, state in self._answers.items() if isinstance(state, PemContent)]

    # What the analysis asks about clusters

    @property
    def clusters(self) -> Clusters:
        if self._clusters is None:
            from dmls.clusters import Clusters

            self._clusters = Clusters(self.top_of, self._deployment_of)
        return self._clusters

    def undealt(self, path: str) -> bool:
        """Whether the cards of a file have to be taken anew."""
        return path in self._undealt

    def deal(self, cards: Mapping[str, Sequence[Card]]) -> None:
        """Take note of the cards of these files; whoever is concerned is judged anew."""
        for path in cards:
            self._undealt.pop(path, None)
        if self._clusters is None and not any(cards.values()):
            return
        before = {path: self._source_at(path) for path in cards}
        changed = self.clusters.put(cards)
        renamed = {id for path, id in before.items() if (after := self._source_at(path)) != id for id in (id, after)}
        if renamed:
            self._near_sources.clear()
            changed |= {user for user, (named, is_known) in self._seekers.items() if not is_known or not named.isdisjoint(renamed)}
        for other in changed:
            # Who deals a single file is about to judge it.
            if len(cards) > 1 or other not in cards:
                self._unsettle(other)

    def is_source(self, path: str) -> bool:
        """Whether a file is known as that of a source."""
        return self._source_at(path) is not None

    def _source_at(self, path: str) -> str | None:
        """The id in a file that is known as that of a source; None for any other."""
        card = self._clusters.graph.card(path) if self._clusters is not None else None
        return card.source if card is not None and card.kind == SOURCE else None

    def seek(self) -> list[str]:
        """The YAML files that have changed since this was asked last."""
        found = list(self._unsought)
        self._unsought.clear()
        return found

    @property
    def are_sought(self) -> bool:
        """Whether any task has asked which sources there are."""
        return bool(self._seekers)

    def sources(self, path: str, named: frozenset[str]) -> tuple[frozenset[str], list[Card]]:
        """The sources that the task at `path` can mean, by id, and in files the nearest level first: those of its deployment, else all that lie near.

        `named` are the ids that it names; it is judged anew when a source comes, goes or gets another id and that may make a difference.
        """
        place = self._deployment_of(path)
        base = parent_of(path)
        found = self._near_sources.get((place, base))
        if found is None:
            cards = self._near(place, base)
            found = self._near_sources[place, base] = frozenset(card.source for card in cards), cards
        self._seekers[path] = (named, named <= found[0])
        return found

    def _near(self, place: tuple[str, str] | None, base: str) -> list[Card]:
        if self._clusters is None:
            return []
        graph = self._clusters.graph
        cards = [card for card in graph.cards if card.kind == SOURCE and graph.place(card.id) == place]
        if place is not None:
            return cards
        from dmls.model.tls.cluster import nearest

        bound = self.top_of(base)
        found: list[Card] = []
        while cards:
            level, _ = nearest(base, cards, lambda card: card.folder, bound)
            if not level:
                break
            found += level
            taken = {card.id for card in level}
            cards = [card for card in cards if card.id not in taken]
        return found

    def starters(self, path: str) -> Sequence[str]:
        """The scripts that start a program with the file at `path`."""
        return self._clusters.starters(path) if self._clusters is not None else ()

    def given(self, path: str) -> frozenset[str]:
        """The keys that such a script sets, or may set, with flags."""
        return self._clusters.given(path) if self._clusters is not None else frozenset()

    def deal_all(self, documents: bool = False) -> Iterator[None]:
        """Take the cards of all components, and with `documents` of sources and tasks too, one file a step."""
        for path in list(self._undealt):
            if path in self._undealt and (documents or not path.lower().endswith(YAML_SUFFIXES) or self.is_source(path)):
                self.snapshot().take_cards(path)
                yield

    def take_disturbed(self) -> list[str]:
        """The files whose findings may have changed because of another file since this was asked last."""
        found = list(self._disturbed)
        self._disturbed.clear()
        return found

    def _unsettle(self, path: str) -> None:
        record = self._records.get(path)
        if record is not None:
            record.judged = None
        self._disturbed[path] = None

    def _spread(self, path: str) -> None:
        """What `path` or a certificate file of it holds has changed: who is connected with it is judged anew."""
        if self._clusters is None:
            return
        self._clusters.forget(path)
        for other in self._clusters.partners(path):
            self._unsettle(other)

    def top_of(self, folder: str) -> str:
        """The nearest folder at or above `folder` that has a `.dmls.toml` or is a workspace folder; itself where there is none."""
        here = folder
        while here:
            if here in self._folders or self._text(_join(here, SETTINGS_FILE)) is not None:
                return here
            here = parent_of(here)
        return folder

    def _deployment_of(self, path: str) -> tuple[str, str] | None:
        cluster = self.settings_for(path).deployment_of(path)
        return (cluster.name, self.top_of(parent_of(path))) if cluster is not None else None

    def _asks(self, user: str, want: Want) -> None:
        asked = self._asked.setdefault(user, set())
        if want not in asked:
            asked.add(want)
            self._askers.setdefault(want.path, {})[user] = None
        if want not in self._answers and want not in self._unmet and want.path not in self._open:
            self._unmet[want] = None

    def _pem_of_text(self, path: str, text: str) -> PemContent:
        known = self._open_pem.get(path)
        if known is None or known[0] != text:
            state = self._answers.get(ReadPem(path))
            known = (text, pem_content(text.encode("utf-8", "surrogatepass"), state.mode if isinstance(state, PemContent) else 0))
            self._open_pem[path] = known
        return known[1]

    def _disturb(self, path: str) -> None:
        """Let all that asked about `path` be judged anew."""
        for user in self._askers.get(path, ()):
            record = self._records.get(user)
            if record is not None:
                record.judged = record.uses = None
            if ReadText(path) in self._asked.get(user, ()):
                # What a script starts, the file that it names may change.
                self._undealt[user] = None
            self._spread(user)

    # Inside

    def _layer(self, folder: str) -> Settings | None:
        """The settings of the nearest `.dmls.toml` at or above `folder`."""
        if folder in self._layers:
            return self._layers[folder]
        text = self._text(_join(folder, SETTINGS_FILE)) if folder else None
        result: Settings | None
        if text is not None:
            # Most files have no `.dmls.toml` above them, and a YAML file then needs no TOML reader at all.
            from dmls.model.plain import to_plain
            from dmls.syntax import toml

            result = settings_module.parse(to_plain(toml.parse(text)), folder)[0]
        elif folder:
            result = self._layer(parent_of(folder))
        else:
            result = None
        self._layers[folder] = result
        return result

    def _deployed(self, folder: str) -> Settings:
        """What the nearest `meta.yaml` of TiUP at or above `folder` says."""
        found = self._metas.get(folder)
        if found is None:
            path = _join(folder, META_FILE) if folder else ""
            text = self._text(path)
            state = self._answers.get(_meta(path))
            if text is None and isinstance(state, Content):
                text = state.data.decode("utf-8", "replace")
            found = settings_module.of_tiup(text) if text is not None else settings_module.DEFAULTS
            if folder and not found.given:
                found = self._deployed(parent_of(folder))
            self._metas[folder] = found
        return found

    def _text(self, path: str) -> str | None:
        if path in self._open:
            return self._open[path]
        state = self._disk.get(path)
        return state.data.decode("utf-8", "replace") if isinstance(state, Content) else None

    def _record(self, path: str) -> FileRecord | None:
        record = self._records.get(path)
        if record is not None and not record.stale:
            return record
        text = self._open.get(path)
        state = self._disk.get(path)
        if text is not None:
            record = FileRecord(path, text, None, previous=record)
        elif isinstance(state, Content):
            record = FileRecord.from_bytes(path, state.data, previous=record)
        else:
            self._records.pop(path, None)
            return None
        self._records[path] = record
        return record

    def _touched(self, path: str) -> None:
        folder = parent_of(path)
        while folder and folder not in self._seen_folders:
            self._unread = None
            self._seen_folders[folder] = None
            folder = parent_of(folder)
        record = self._records.get(path)
        if record is not None:
            record.stale = True
        self._undealt[path] = None
        if path.lower().endswith(YAML_SUFFIXES):
            self._unsought[path] = None
        self._spread(path)
        self._disturb(path)
        if path.endswith(SETTINGS_FILE):
            self._unread = None
            self._settings_changed()
        elif path.endswith(META_FILE):
            self._unread = None
            self._meta_changed(parent_of(path))
        self._changed()

    def _meta_changed(self, folder: str) -> None:
        before = self._metas.get(folder)
        self._metas.clear()
        if before is not None and before != self._deployed(folder):
            self._settings_changed()

    def _settings_changed(self) -> None:
        self._near_sources.clear()
        self._metas.clear()
        self._layers.clear()
        self._effective.clear()
        if self._clusters is not None:
            self._clusters.clear()
        for record in self._records.values():
            record.judged = record.uses = None
        self._changed()

    def _changed(self) -> None:
        self._snapshot = None

    @property
    def paths(self) -> list[str]:
        """All files that are open or were read."""
        return sorted({*self._open, *(p for p, s in self._disk.items() if isinstance(s, Content))})


__all__ = ["CONFIG_LIMIT", "List", "Read", "ReadPem", "Stat", "Want", "Workspace", "answer", "parent_of", "pem_content"]


def _same(before: PemState | None, after: PemState) -> bool:
    if isinstance(before, PemContent) and isinstance(after, PemContent):
        return before.pem.digest == after.pem.digest and before.mode == after.mode
    return before == after


def _meta(path: str) -> ReadText:
    """The wish for the `meta.yaml` of a folder; it is read for the version alone and becomes no file of the workspace."""
    return ReadText(path, CONFIG_LIMIT)


def _join(folder: str, name: str) -> str:
    return f"{folder}{name}" if folder.endswith(("/", "\\")) else f"{folder}/{name}"
