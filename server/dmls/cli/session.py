"""One workspace and what the disk says about it: feed the core, ask it, feed it again when files change."""

from __future__ import annotations

from itertools import islice
from typing import Mapping, Sequence

from dmls.cli.console import Console
from dmls.cli.progress import Progress
from dmls.cli.refusal import refusal
from dmls.cli.result import Examined, Result, examine
from dmls.disk import (
    CONFIG_LIMIT,
    Found,
    RealDisk,
    Refused,
    absolute,
    config_files,
    folder_of,
    nearest_settings,
    now,
    signature,
)
from dmls.files import Content, Directory, Disk, FileState, Missing, TooLarge
from dmls.finding import Severity
from dmls.model.kind import CERTIFICATE_SUFFIXES
from dmls.named import NamedTuple
from dmls.workspace import Read, ReadPem, Workspace, answer, pem_content

STDIN = "-"
ROUNDS = 6
"""How often the core may ask for more files: script → configuration → certificate → folder."""
POOL_FROM = 100
"""Files; with fewer, starting processes takes longer than it saves."""
CHUNK = 25


class Request(NamedTuple):
    """What a command line asks for, its values read.

    `jobs` 0 means as many as are worth it.  `at` None means now.  `also` are endings of names of files that count in folders, beside those of DM's
    files.
    """

    paths: tuple[str, ...]
    settings: Mapping[str, object]
    stdin_name: str = ""
    kind: str = ""
    least: Severity = Severity.HINT
    jobs: int = 0
    progress: bool = True
    several_versions: bool = False
    at: float | None = None
    also: tuple[str, ...] = ()


class Session:
    """`failed` is whether something that was asked for could not be checked in the last round."""

    __slots__ = ("_known", "_looked_up", "console", "disk", "failed", "request", "signatures", "stdin", "stdin_path", "workspace")

    def __init__(self, request: Request, console: Console, disk: Disk | None = None) -> None:
        self.request = request
        self.console = console
        self.disk: Disk = RealDisk() if disk is None else disk
        self.failed = False
        self.signatures: dict[str, object] = {}
        """What the last round looked at, and how to see that it changed."""
        self.workspace = Workspace()
        self.workspace.set_cli_settings(request.settings)
        self._known: set[str] = set()
        self._looked_up: set[str] = set()
        """The paths that configurations made us look at: certificates, keys, folders."""
        self.stdin: bytes | None = None
        """What standard input held, None while it was not asked for; and the path under which it is judged, "" likewise."""
        self.stdin_path = ""

    def check(self) -> Result:
        """Read what is on the disk now and judge it."""
        sources, implied = self.load()
        names = {source.path: source.given for source in sources}
        files = self._examine_all([s.path for s in sources])
        analysis = self.workspace.snapshot()
        for source, examined in zip(sources, files, strict=True):
            if source.named and not examined.known:
                self.console.note(self._foreign(source.path), path=source.given)
        # Settings that were found above the paths concern the user only when something is wrong with them.
        files += [e for e in (examine(analysis, path, self.request.least) for path in implied) if e.findings]
        several = self.request.several_versions or any(len(analysis.settings(path).dm_versions) > 1 for path in names)
        return Result(files, names, several)

    def load(self) -> tuple[list[Found], list[str]]:
        """Read what is on the disk now: the files that the paths mean, and the `.dmls.toml` files above them that nobody named."""
        self.failed = False
        self.signatures = {}
        # Asked once, so that all findings of a round speak of one moment.
        self.workspace.set_now(now() if self.request.at is None else self.request.at)
        for path in self._looked_up:
            self.workspace.forget(path)
        self._looked_up.clear()
        sources = self._sources()
        implied = self._put_all(sources)
        for _ in range(ROUNDS):
            self._answer_wishes()
            for _ in self.workspace.deal_all():
                # Before any file is judged it must be clear which of them belong together.
                pass
            if not self.workspace.wanted():
                break
        self._speak(sources)
        return sources, implied

    def settle(self, paths: Sequence[str]) -> None:
        """Look up all that the findings of `paths` depend on: certificates, keys and their folders."""
        analysis = self.workspace.snapshot()
        for path in paths:
            analysis.look_ahead(path)
        for _ in range(ROUNDS):
            self._answer_wishes()
            for _ in self.workspace.deal_all():
                # What a script starts may have been looked up only now.
                pass
            analysis = self.workspace.snapshot()
            for path in paths:
                analysis.findings(path)
            if not self.workspace.wanted():
                return

    def answer_wishes(self) -> bool:
        """Look up what the core asked for meanwhile; whether it asked for anything."""
        asked = bool(self.workspace.wanted())
        self._answer_wishes()
        return asked

    def replace(self, path: str, data: bytes) -> None:
        """Take note that a file was written, without reading it again."""
        self.workspace.put(path, Content(data))

    def changed(self) -> bool:
        """Whether the disk differs from what the last round saw."""
        for path, seen in self.signatures.items():
            if signature(path) != seen:
                return True
        found = {item.path for item in config_files(self._disk_paths()) if isinstance(item, Found)}
        return not found <= self.signatures.keys()

    # --- in ---

    def _disk_paths(self) -> list[str]:
        return [path for path in self.request.paths if path != STDIN]

    def _sources(self) -> list[Found]:
        """The files to check, in order; what cannot be is told to the user."""
        sources: list[Found] = []
        for path in self.request.paths:
            if path == STDIN:
                sources.append(self._stdin_source())
        for item in config_files(self._disk_paths(), self.request.also):
            if isinstance(item, Refused):
                self._refuse(item.given, item.state, item.named)
                self._watch(item.path)
            else:
                sources.append(item)
        if not sources and not self.failed and self.request.paths:
            self.console.note("cli.nothing-to-check", path=" ".join(self._disk_paths()))
        return sources

    def _stdin_source(self) -> Found:
        if self.stdin is None:
            self.stdin = self.console.read_stdin(CONFIG_LIMIT)
        name = self.request.stdin_name
        self.stdin_path = absolute(name or ("stdin.toml" if _looks_like_toml(self.stdin, self.request.kind) else "stdin.yaml"))
        return Found(self.stdin_path, name or "<stdin>", True)

    def _put_all(self, sources: list[Found]) -> list[str]:
        """Hand the files to the core; the answer is the `.dmls.toml` files above them that nobody named."""
        states: dict[str, FileState] = {}
        for source in list(sources):
            state = self._state(source)
            if isinstance(state, Content):
                states[source.path] = self._outlined(source.path, state)
            else:
                self._refuse(source.given, state, source.named)
                sources.remove(source)
        known_folders: dict[str, str | None] = {}
        implied = []
        for folder in dict.fromkeys(folder_of(source.path) for source in sources):
            path = nearest_settings(folder, known_folders)
            if path is not None and path not in states:
                states[path] = self._read(path, CONFIG_LIMIT)
                implied.append(path)
                if not isinstance(states[path], Content):
                    self._refuse(path, states[path], True)
        self.workspace.set_folders(self._folders(sources))
        for path in self._known - states.keys():
            self.workspace.put(path, Missing())
        for path, state in states.items():
            self.workspace.put(path, state)
        self._known = set(states)
        return implied

    def _speak(self, sources: list[Found]) -> None:
        """Use the language of the project's settings, unless the user asked for one."""
        if sources and not self.console.language_chosen:
            self.console.language = self.workspace.settings_for(sources[0].path).language or self.console.language

    def _folders(self, sources: list[Found]) -> list[str]:
        folders = []
        for path in self._disk_paths():
            full = absolute(path)
            folders.append(full if isinstance(self.disk.stat(full), Directory) else folder_of(full))
        folders.extend(folder_of(source.path) for source in sources if source.given == "<stdin>" or source.given == self.request.stdin_name)
        return list(dict.fromkeys(folders))

    def _state(self, source: Found) -> FileState:
        if self.stdin is not None and source.given in ("<stdin>", self.request.stdin_name):
            size = len(self.stdin)
            return Content(self.stdin) if size <= CONFIG_LIMIT else TooLarge(size, CONFIG_LIMIT)
        return self._read(source.path, CONFIG_LIMIT)

    def _read(self, path: str, limit: int) -> FileState:
        self._watch(path)
        return self.disk.read(path, limit)

    def _outlined(self, path: str, state: Content) -> Content:
        """The content of a configuration; of a certificate or key only its line ends, since no byte of a key may be shown."""
        if not path.lower().endswith(CERTIFICATE_SUFFIXES) and not state.data.startswith(b"-----BEGIN "):
            return state
        from dmls.analysis import outline

        found = pem_content(state.data, state.mode)
        self.workspace.tell(ReadPem(path), found)
        self._looked_up.add(path)
        return Content(outline(found.pem).encode(), state.mode)

    def _watch(self, path: str) -> None:
        self.signatures[path] = signature(path)

    def _answer_wishes(self) -> None:
        for _ in range(ROUNDS):
            wishes = self.workspace.wanted()
            if not wishes:
                return
            for wish in wishes:
                self._watch(wish.path)
                self.workspace.tell(wish, answer(wish, self.disk))
                if isinstance(wish, Read):
                    self._known.add(wish.path)
                else:
                    self._looked_up.add(wish.path)

    def _refuse(self, given: str, state: FileState, named: bool) -> None:
        message, args = refusal(state)
        # A huge file that happens to lie in the folder is no configuration; anything else leaves a gap in what was asked for.
        if named or not isinstance(state, TooLarge):
            self.failed = True
        self.console.note(message, path=given, **args)

    def _foreign(self, path: str) -> str:
        state = self.disk.read(path, CONFIG_LIMIT)
        if not isinstance(state, Content):
            return "cli.not-dm"
        if not _is_text(state.data):
            return "cli.not-text"
        from dmls.model.legacy.foreign import foreign

        found = foreign(path, state.data.decode("utf-8"))
        return f"cli.not-dm-{found}" if found else "cli.not-dm"

    # --- out ---

    def _examine_all(self, paths: Sequence[str]) -> list[Examined]:
        least = self.request.least
        progress = Progress(self.console, len(paths), self.request.progress)
        chunks = [paths[i : i + CHUNK] for i in range(0, len(paths), CHUNK)]
        jobs = self._jobs(len(paths), len(chunks))

        def work(index: int) -> tuple[list[Examined], dict[str, object]]:
            before = len(self.signatures)
            self.settle(chunks[index])
            analysis = self.workspace.snapshot()
            return [examine(analysis, path, least) for path in chunks[index]], dict(islice(self.signatures.items(), before, None))

        def done() -> None:
            progress.step(CHUNK)

        results = []
        try:
            if jobs > 1:
                from dmls.cli import pool

                results = pool.run(work, len(chunks), jobs, done)
            else:
                for index in range(len(chunks)):
                    results.append(work(index))
                    done()
        finally:
            progress.end()
        for _, seen in results:
            # What a child looked at is not known here.
            self.signatures.update(seen)
        return [file for files, _ in results for file in files]

    def _jobs(self, files: int, chunks: int) -> int:
        if self.request.jobs == 0 and files < POOL_FROM or self.request.jobs == 1 or chunks < 2:
            return 1
        from dmls.cli import pool

        if not pool.available():
            return 1
        return min(self.request.jobs or pool.processors(), chunks)


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _looks_like_toml(data: bytes, kind: str) -> bool:
    """Which of DM's two languages a text without a name is in: by its kind, else by the first line that says something."""
    if kind:
        return kind in ("master", "worker", "dmctl")
    for line in data.splitlines():
        line = line.strip()
        if line and not line.startswith(b"#"):
            key, equals, _ = line.partition(b"=")
            return line.startswith(b"[") or bool(equals) and b":" not in key
    return False
