"""One client's session: its documents and settings, and what is kept up to date for it."""

from __future__ import annotations

import logging
from asyncio import Future, shield, wait
from functools import partial
from typing import TYPE_CHECKING, AsyncIterator, Callable, Iterable, Iterator, Mapping, NamedTuple, Protocol
from uuid import uuid4

from dmls.disk import now as real_now
from dmls.disk import real
from dmls.files import CONFIG_LIMIT, Content, Disk, FileState, Missing, Read, ReadPem, Want
from dmls.lsp import faults, from_proto, to_proto
from dmls.lsp.certificates import CertificateFiles
from dmls.lsp.documents import Change, Document, Documents
from dmls.lsp.from_proto import Client
from dmls.lsp.inputs import Inputs
from dmls.lsp.publish import Publisher, Report
from dmls.lsp.scheduler import Pass, Scheduler, Worker
from dmls.lsp.uris import Paths
from dmls.model.kind import CERTIFICATE_SUFFIXES, SCRIPT_SUFFIXES
from dmls.words.catalogue import locale_of, sentence
from dmls.workspace import Workspace

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle

    from dmls.analysis import Analysis

SUFFIXES = (".toml", ".yaml", ".yml", *SCRIPT_SUFFIXES)
WATCHED = ("**/*.{toml,yaml,yml,sh,bash,service}", "**/*.{pem,crt,cer,key}", "**/.gitignore")
WARNING, INFORMATION = 2, 3
"""Types of messages that are shown."""
SCAN_LIMIT = 512 * 1024
"""Bytes of a closed file that the workspace scan reads at most: judging a larger one would hold up typing, so it waits until it is opened."""
SETTINGS_WAIT = 0.3
"""Seconds that the first findings wait for the client's settings."""
HELP_WAIT = 0.25
"""Seconds that a completion waits for a folder to be listed."""
log = logging.getLogger("dmls.lsp")


class Wire(Protocol):
    """What a session needs of the protocol: plain JSON out."""

    def tell(self, method: str, params: object) -> None:
        """Send a notification."""

    def ask(self, method: str, params: object, answered: Callable[[object], None]) -> None:
        """Send a request; `answered` gets its result, `REFUSED` where the client answered with an error."""


class Finders(NamedTuple):
    """How to find files below folders: configurations, and files that are named like certificates."""

    configurations: Callable[[list[str]], Iterator[str]]
    certificates: Callable[[list[str]], Iterator[str]]


def _read(path: str, limit: int = CONFIG_LIMIT) -> Want:
    """The wish for the content of a file; of a certificate file never its text, which may hold a private key."""
    return ReadPem(path) if path.lower().endswith(CERTIFICATE_SUFFIXES) else Read(path, limit)


class Session:
    """Lives from `initialize` to `exit`; owned by the event loop."""

    def __init__(
        self,
        client: Client,
        wire: Wire,
        loop: AbstractEventLoop,
        busy: Callable[[], bool],
        disk: Disk,
        find: Finders,
        clock: Callable[[], float] = real_now,
    ) -> None:
        self.client = client
        self.documents = Documents()
        self.paths = Paths()
        self.workspace = Workspace()
        self.locale = "en"
        self._wire = wire
        self._loop = loop
        self._find = find
        self._worker = Worker(loop)
        self._folders = [self.paths.of(uri).rstrip("/") or "/" for uri in client.folders]
        self.inputs = Inputs(self.workspace, disk, self._worker, self._allowed)
        self.scheduler = Scheduler(loop, self._after_edit, busy)
        self.publisher = Publisher(client, self.documents, sentence, lambda params: wire.tell("textDocument/publishDiagnostics", params))
        self._waits: set[str] = set()
        self._waited: Future[None] | None = None
        self._edited: str | None = None
        self._fresh: set[str] = set()
        self._others: dict[str, None] = {}
        """Files that are not open and about which something else is to be said, because of another file."""
        self._scanned: Future[None] | None = None
        self._news: Future[None] | None = None
        self._listed: frozenset[str] = frozenset()
        """What the last scan found."""
        self._told: set[tuple[str, str]] = set()
        """Problems in the editor's settings of which the user was told."""
        self.workspace.set_folders(self._folders)
        self.workspace.set_trusted(client.trusted)
        self.certificates = CertificateFiles(self, loop, self._worker, clock)
        self._use_settings(client.settings)

    # --- what the client tells ---

    def started(self) -> None:
        """`initialized` came: from now on the client may be asked."""
        if self.client.configuration:
            self._waits.add("settings")
            self.pull_settings()
            self._loop.call_later(SETTINGS_WAIT, self._wait_is_over, "settings")
        else:
            self._tell_of_settings()
        registrations = []
        if self.client.register_configuration:
            registrations.append(("workspace/didChangeConfiguration", {"section": from_proto.SECTION}))
        if self.client.register_watchers:
            watchers = [{"globPattern": pattern} for pattern in WATCHED]
            registrations.append(("workspace/didChangeWatchedFiles", {"watchers": watchers}))
        if registrations:
            self._wire.ask(
                "client/registerCapability",
                {"registrations": [{"id": str(uuid4()), "method": method, "registerOptions": options} for method, options in registrations]},
                lambda _: None,
            )
        self.certificates.watch()
        self._rescan()

    def open(self, uri: str, text: str, version: int) -> None:
        path = self.paths.of(uri)
        self.documents.open(uri, path, text, version)
        self.workspace.open(path, text, version)
        self._fresh.add(path)
        self._note_text()
        self.scheduler.soon()

    def change(self, uri: str, changes: Iterable[Change], version: int) -> None:
        path = self.paths.of(uri)
        document = self.documents.get(path)
        if document is None:
            log.warning("a change of a document that is not open was ignored")
            return
        document.apply(changes, version, self.client.encoding)
        self.workspace.open(path, document.text, version)
        self._edited = path
        self._note_text()
        self.scheduler.edited()

    def save(self, uri: str) -> None:
        # A save is the moment at which people look for the effect of what they did elsewhere, and the only news of
        # files outside the workspace, which no client watches.
        path = self.paths.of(uri)
        wishes = {*self.inputs.asked, *([_read(path)] if self._inside(path) else ())}
        self.certificates.changed((), wishes)

    def close(self, uri: str) -> None:
        path = self.paths.of(uri)
        document = self.documents.close(path)
        if document is None:
            return
        self.workspace.close(path)
        self._fresh.discard(path)
        if self._edited == path:
            self._edited = None
        if self._inside(path):
            # What the editor did not save is gone: the disk's version counts again.
            self.scheduler.background(f"closed {path}", self._close_again(path, document.uri))
        else:
            self.publisher.clear(path, document.uri)

    def _close_again(self, path: str, uri: str) -> Pass:
        yield from self.inputs.look_again([_read(path)], lambda: None)
        if path in self.documents:
            return
        if not self.workspace.snapshot().is_dm(path):
            self.publisher.clear(path, uri)
        elif not self.client.pull:
            self._push(path)
        self.refresh()

    def change_folders(self, added: Iterable[str], removed: Iterable[str]) -> None:
        """URIs of folders."""
        gone = {self.paths.of(uri).rstrip("/") or "/" for uri in removed}
        self._folders = [folder for folder in self._folders if folder not in gone]
        for uri in added:
            folder = self.paths.of(uri).rstrip("/") or "/"
            if folder not in self._folders:
                self._folders.append(folder)
        self.workspace.set_folders(self._folders)
        self.inputs.forget_answers()
        for path in self.workspace.paths:
            if path not in self.documents and not self._inside(path):
                self.workspace.forget(path)
                self.publisher.clear(path, self.publisher.uri(path))
        self._rescan()
        self.refresh()

    def change_settings(self, sent: object) -> None:
        """`sent` is what a didChangeConfiguration carries; clients that can be asked send nothing useful in it."""
        if self.client.configuration:
            self.pull_settings()
            return
        mapping = from_proto.settings(sent)
        if mapping is not None:
            self._use_settings(mapping)
            self._tell_of_settings()
            self.refresh()

    def pull_settings(self) -> None:
        self._wire.ask("workspace/configuration", {"items": [{"section": from_proto.SECTION}]}, self._got_settings)

    def _got_settings(self, answer: object) -> None:
        section = answer[0] if isinstance(answer, list) and answer else None
        # An editor without any setting of ours answers null; what came with `initialize` then stays.
        if isinstance(section, dict) and section:
            self._use_settings({**self.client.settings, **section})
            self.refresh()
        self._tell_of_settings()
        self._wait_is_over("settings")

    def _tell_of_settings(self) -> None:
        """Tell the user, once, of each setting of the editor that has no effect: it stands in no file that could show it."""
        from dmls import settings
        from dmls.rules.registry import ROWS

        own = {key: value for key, value in self._settings.items() if key not in settings.EDITORS_OWN}
        problems = settings.parse(own, rule_names={row.name for row in ROWS}, editor=True)[1]
        for problem in problems:
            said = (".".join(map(str, problem.path)), problem.message)
            if said not in self._told:
                self._told.add(said)
                why = sentence(problem.message, problem.args, self.locale)
                self.message(sentence("lsp.editor-setting", {"setting": f"{from_proto.SECTION}.{said[0]}", "why": why}, self.locale), WARNING)

    def _use_settings(self, mapping: Mapping[str, object]) -> None:
        self._settings = mapping
        self.workspace.set_editor_settings(mapping)
        language = mapping.get("language")
        self.locale = locale_of(language if isinstance(language, str) else self.client.locale)
        self.publisher.locale = self.locale

    def locale_for(self, path: str) -> str:
        """The language of help for a file: what its `.dmls.toml` or the editor's settings say, else the client's own."""
        return self.analysis().language(path) or self.locale

    def _wait_is_over(self, what: str) -> None:
        if what in self._waits:
            self._waits.discard(what)
            if not self._waits and self._waited is not None:
                self._waited.set_result(None)
                self._waited = None
            self.scheduler.soon()

    def files_changed(self, changes: Iterable[tuple[str, bool]]) -> None:
        """URIs, each with whether the file is gone."""
        wishes: set[Want] = set()
        touched = []
        unknown = removed = False
        known = set(self.workspace.paths)
        for uri, gone in changes:
            path = self.paths.of(uri)
            touched.append(path)
            if self.inputs.touching(path):
                # Looked at below; a file that is replaced is often reported as gone first.
                continue
            if gone and not path.endswith("/.gitignore"):
                self.workspace.tell(_read(path), Missing())
                removed = True
            elif path in known or path.lower().endswith(CERTIFICATE_SUFFIXES):
                wishes.add(_read(path))
            elif path.endswith((*SUFFIXES, "/.gitignore")):
                unknown = True
        self.certificates.changed(touched, wishes)
        if unknown:
            # Whether a new file counts depends on where it lies and on .gitignore: the scan knows.
            self._rescan()
        if removed:
            self.refresh()

    # --- what the client asks ---

    def document(self, uri: str) -> Document | None:
        return self.documents.get(self.paths.of(uri))

    def analysis(self) -> Analysis:
        """The newest texts, whatever is running."""
        self.certificates.keep_time()
        return self.workspace.snapshot()

    def message(self, text: str, type: int = INFORMATION) -> None:
        """Tell the user something that is neither a finding nor an answer."""
        self._wire.tell("window/showMessage", {"type": type, "message": text})

    def progress(self, token: int | str, value: to_proto.Json) -> None:
        """A part of an answer, for the request that gave `token`."""
        self._wire.tell("$/progress", {"token": token, "value": value})

    def show(self, uri: str, selection: object) -> None:
        """Have the client show a place in a document."""
        if self.client.show_document:
            self._wire.ask("window/showDocument", {"uri": uri, "takeFocus": True, "selection": selection}, lambda _: None)

    def apply(self, edit: to_proto.Json) -> None:
        """Have the client change documents."""
        self._wire.ask("workspace/applyEdit", {"edit": edit}, lambda _: None)

    async def applied(self, edit: to_proto.Json) -> bool:
        """Have the client change documents; whether it has done so, once it says."""
        done: Future[object] = self._loop.create_future()

        def answered(result: object) -> None:
            if not done.done():
                done.set_result(result)

        self._wire.ask("workspace/applyEdit", {"edit": edit}, answered)
        result = await done
        return getattr(result, "applied", None) is True or isinstance(result, dict) and result.get("applied") is True

    async def told_of_text(self, seconds: float) -> bool:
        """Whether the client opens or changes a document within so many seconds."""
        if self._news is None or self._news.done():
            self._news = self._loop.create_future()
        return self._news in (await wait((self._news,), timeout=seconds))[0]

    def _note_text(self) -> None:
        if self._news is not None:
            _finish(self._news)

    def version(self, path: str) -> int | None:
        """The version of a document that is open."""
        document = self.documents.get(path)
        return document.version if document is not None else None

    async def looked_up(self) -> AsyncIterator[None]:
        """Look up what the core has asked for, and what it asks for thereupon, as long as somebody who completes a word would wait.

        Yields after each look.
        """
        until = self._loop.time() + HELP_WAIT
        while self.inputs.open_wishes() and self._loop.time() < until:
            done: Future[None] = self._loop.create_future()
            self.scheduler.eager(self.inputs.fetch(), partial(_finish, done))
            await wait({done}, timeout=until - self._loop.time())
            yield

    async def read_again(self, paths: Iterable[str]) -> None:
        """Look at files that are not open as they are on the disk now: whoever is about to write must not rely on a client's word of them."""
        done: Future[None] = self._loop.create_future()
        wishes = {_read(path) for path in paths if path not in self.documents}
        self.scheduler.eager(self.inputs.look_again(wishes, self.refresh), partial(_finish, done))
        await shield(done)

    async def report(self, uri: str) -> Report:
        """The diagnostics of a document once its pause is over and its settings are known."""
        path = self.paths.of(uri)
        await self.scheduler.settled()
        while self._waits:
            if self._waited is None:
                self._waited = self._loop.create_future()
            await shield(self._waited)
        report, seconds = self.publisher.timed_report(self.analysis, path)
        self.scheduler.cost(seconds)
        self._tell_others(path)
        return report

    async def scanned(self) -> None:
        """Return once the files of the workspace have been read."""
        if self._scanned is not None:
            # Whoever cancels a request must not take the end of the scan from the others.
            await shield(self._scanned)

    def files(self) -> list[str]:
        """The files of the workspace that a report on it is about."""
        return [path for path in self.workspace.paths if path in self.documents or self._inside(path)]

    # --- keeping up ---

    def refresh(self) -> None:
        """Something besides the text of one document has changed: all that is shown may be stale."""
        self.scheduler.soon()
        if self.client.pull:
            if self.client.refresh:
                self._wire.ask("workspace/diagnostic/refresh", None, lambda _: None)
            if not self.scheduler.running("scan"):
                self.scheduler.background("cards", self._deal())
        elif not self.scheduler.running("scan"):
            self.scheduler.background("closed files", self._push_closed())
        if self.client.hint_refresh:
            self._wire.ask("workspace/inlayHint/refresh", None, lambda _: None)
        if self.client.lens_refresh:
            self._wire.ask("workspace/codeLens/refresh", None, lambda _: None)

    def _after_edit(self) -> None:
        if self._waits:
            return
        if self._fresh and self.inputs.open_wishes():
            # Settings and named files of a document just opened come first, so that its first findings are the right ones;
            # a key press never waits for them.
            self._waits.add("inputs")
            self.scheduler.eager(self._first_inputs(), lambda: self._wait_is_over("inputs"))
            return
        self._fresh.clear()
        if not self.client.pull:
            self._push_open()
            self._tell_others()
        if self.inputs.open_wishes():
            self.scheduler.background("inputs", self.inputs.fetch(self.refresh))
        self.certificates.arm()

    def _first_inputs(self) -> Pass:
        """Look up what the first findings need; each look at the disk may take a while, but not too long."""
        timer: TimerHandle | None = None
        for look in self.inputs.fetch():
            # Reading a large file before the look takes its time too, and must not count as waiting for the disk.
            if timer is not None:
                timer.cancel()
            timer = self._loop.call_later(SETTINGS_WAIT, self._wait_is_over, "inputs")
            yield look
        if timer is not None:
            timer.cancel()

    def _push_open(self) -> None:
        edited, self._edited = self._edited, None
        if edited is not None:
            self.scheduler.cost(self._report(edited)[1])
            if self.scheduler.overtaken():
                # An edit may be among what arrived during the analysis, and findings of the text before it would be stale when they are shown.
                return
        for document in self.documents:
            self._push(document.path)

    def _tell_others(self, but: str = "") -> None:
        """Bring up to date what is shown of the files whose findings an edit of another file has changed; `but` was just reported."""
        others = [path for path in self.workspace.take_disturbed() if path != but]
        if self.client.pull:
            if others and self.client.refresh:
                self._wire.ask("workspace/diagnostic/refresh", None, lambda _: None)
            return
        for path in others:
            if path in self.documents:
                self._push(path)
            elif self._inside(path):
                self._others[path] = None
        if self._others and not self.scheduler.running("other files"):
            self.scheduler.background("other files", self._push_others())

    def _push_others(self) -> Pass:
        while self._others:
            path = next(iter(self._others))
            del self._others[path]
            yield from self._push_one_closed(path)

    def _report(self, path: str) -> tuple[Report | None, float]:
        """The report on a file, None after a fault, and the seconds it took."""
        try:
            return self.publisher.timed_report(self.analysis, path)
        except Exception as error:  # one file's fault must not keep the others from being reported
            faults.report("diagnostics", error)
            return None, 0.0

    def _push(self, path: str) -> None:
        report, _ = self._report(path)
        if report is not None:
            self.publisher.push(path, report)

    def _deal(self) -> Pass:
        """For who pulls: find out what changed files that are not open tell the others."""
        yield from self.workspace.deal_all()
        self._tell_others()

    def _push_closed(self) -> Pass:
        yield from self.workspace.deal_all()
        files = self.files()
        for path in self.publisher.shown.difference(files):
            if path not in self.documents:
                self.publisher.clear(path, self.publisher.uri(path))
        for path in files:
            yield from self._push_one_closed(path)
        if self.inputs.open_wishes():
            self.scheduler.background("inputs", self.inputs.fetch(self.refresh))
        self.certificates.arm()

    def _push_one_closed(self, path: str) -> Pass:
        """Report a file that nobody has open, in small steps, and let go of its tree: a thousand of them would only burden the collector."""
        if path in self.documents:
            return
        try:
            for _ in self.analysis().steps(path):
                yield None
        except Exception as error:  # as in `_push`: the file is named by its report
            faults.report("closed file", error)
        if path not in self.documents:
            self._push(path)
            self.analysis().release(path)
        yield None

    def _rescan(self) -> None:
        if not self._folders:
            return
        if self._scanned is None or self._scanned.done():
            self._scanned = self._loop.create_future()
        self.scheduler.background("scan", self._scan(list(self._folders), self._scanned))

    def _scan(self, folders: list[str], scanned: Future[None]) -> Pass:
        """Read every configuration file of the workspace, then bring what is shown up to date."""
        found = self._find.configurations(folders)
        progress = Progress(self._wire, self.locale) if self.client.progress else None
        try:
            count = 0
            listed: set[str] = set()
            while True:
                batch: Future[list[tuple[str, FileState]]] = self._worker.submit(self.inputs.next_files(found, SCAN_LIMIT))
                yield batch
                if not batch.result():
                    break
                for path, state in batch.result():
                    if isinstance(state, Content):
                        listed.add(self.paths.canonical(path))
                        self.workspace.put(self.paths.canonical(path), state)
                    count += 1
                if progress is not None:
                    progress.report(count)
                yield None
            for path in self._listed - listed:
                # It is gone, or a `.gitignore` now excludes it.
                if path not in self.documents:
                    self.workspace.forget(path)
                    self.publisher.clear(path, self.publisher.uri(path))
            self._listed = frozenset(listed)
            yield from self.inputs.fetch()
            yield from self.workspace.deal_all()
            # A script may start what lies outside the workspace.
            yield from self.inputs.fetch()
            yield from self.workspace.deal_all()
            if not scanned.done():
                scanned.set_result(None)
            self.scheduler.soon()
            if self.client.pull:
                if self.client.refresh:
                    self._wire.ask("workspace/diagnostic/refresh", None, lambda _: None)
            else:
                paths = [path for path in self.files() if path not in self.documents]
                for number, path in enumerate(paths):
                    if progress is not None:
                        progress.report(count, 100 * number // len(paths))
                    yield from self._push_one_closed(path)
            yield from self.inputs.fetch(self.refresh)
            yield from self.certificates.index(self._find.certificates(folders))
            self.certificates.arm()
        except Exception:
            # Whoever waits for the files must not wait for ever; the fault is told by the scheduler.
            if not scanned.done():
                scanned.set_result(None)
            raise
        finally:
            if progress is not None:
                progress.end()

    # --- policy ---

    def _inside(self, path: str) -> bool:
        return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in self._folders)

    def _allowed(self, path: str) -> bool:
        """In a workspace that the user does not trust nothing outside of it is looked at, through links neither."""
        if self.client.trusted:
            return True
        folders = [real(folder) for folder in self._folders]
        there = real(path)
        return self._inside(path) and any(there == folder or there.startswith(folder.rstrip("/") + "/") for folder in folders)

    def end(self) -> None:
        self.certificates.end()
        self.scheduler.close()


def _finish(future: Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Progress:
    """A progress bar of the client; shown from the moment the client has agreed to it."""

    def __init__(self, wire: Wire, locale: str) -> None:
        self._wire = wire
        self._locale = locale
        self._token = str(uuid4())
        self._agreed = False
        self._ended = False
        self._shown: tuple[int, int | None] | None = None
        wire.ask("window/workDoneProgress/create", {"token": self._token}, self._answered)

    def _answered(self, answer: object) -> None:
        if self._ended or answer is REFUSED:
            return
        self._agreed = True
        self._send({"kind": "begin", "title": sentence("lsp.scan", {}, self._locale), "cancellable": False})

    def report(self, files: int, percentage: int | None = None) -> None:
        if self._agreed and not self._ended and self._shown != (files, percentage):
            self._shown = (files, percentage)
            value: to_proto.Json = {"kind": "report", "message": sentence("lsp.files", {"count": files}, self._locale)}
            if percentage is not None:
                value["percentage"] = percentage
            self._send(value)

    def end(self) -> None:
        if self._agreed and not self._ended:
            self._send({"kind": "end"})
        self._ended = True

    def _send(self, value: to_proto.Json) -> None:
        self._wire.tell("$/progress", {"token": self._token, "value": value})


REFUSED = object()
"""What `Wire.ask` gives its callback in place of a result where the client answered with an error."""
