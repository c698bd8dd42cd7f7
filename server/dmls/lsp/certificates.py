"""Certificate files of a session: noticing that they change, that time passes, and reading those that could be offered."""

from __future__ import annotations

from asyncio import Future
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Callable, Iterable, Iterator

from dmls.files import ReadPem, Want
from dmls.lsp.inputs import BATCH_FILES, BATCH_SECONDS
from dmls.lsp.scheduler import Pass, Worker
from dmls.model.tls.cert_use import PemContent, PemState
from dmls.model.tls.reload import reload_story
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle

    from dmls.lsp.session import Session

WATCH_PAUSE = 0.4
"""Seconds between two looks at the files that configurations name."""
WATCH_SHARE = 20
"""A look that takes long is followed by a pause so many times as long."""
STALE = 60.0
"""Seconds after which the moment that help speaks of is taken anew."""
LONGEST_SLEEP = 600.0
"""Seconds; a timer does not run while the computer sleeps, so the clock is read again at least this often."""
MOST_MESSAGES = 3
QUIET = 60.0
"""Seconds in which a file is not spoken of once more, since some are rewritten all the time."""
INDEX_LIMIT = 256 * 1024
"""Bytes of a certificate file that nobody names and that is read only to be offered."""


class CertificateFiles:
    """`clock` gives seconds since 1970."""

    def __init__(self, session: Session, loop: AbstractEventLoop, worker: Worker, clock: Callable[[], float]) -> None:
        self._session = session
        self._loop = loop
        self._worker = worker
        self._clock = clock
        self._now = clock()
        self._timer: TimerHandle | None = None
        self._poll: TimerHandle | None = None
        self._closed = False
        self._told: dict[str, float] = {}
        """When it was last said of a file that it was replaced."""
        self._pending: dict[Want, PemContent | None] = {}
        """What is to be looked at once more, with what it held before."""
        session.workspace.set_now(self._now)

    # --- time ---

    def keep_time(self) -> None:
        """Let the workspace know what time it is, at most once a minute."""
        now = self._clock()
        if not 0 <= now - self._now < STALE:
            self._set(now)

    def _set(self, now: float) -> None:
        self._now = now
        self._session.workspace.set_now(now)

    def arm(self) -> None:
        """Wake up when the next date of a certificate is reached that findings speak of."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        until = self._session.workspace.next_change
        if until is not None and not self._closed:
            self._timer = self._loop.call_later(max(0.0, min(until - self._clock(), LONGEST_SLEEP)), self._wake)

    def _wake(self) -> None:
        self._timer = None
        until = self._session.workspace.next_change
        now = self._clock()
        if until is not None and now >= until:
            self._set(now)
            self._session.refresh()
        self.arm()

    # --- change ---

    def watch(self) -> None:
        """Begin to look at the named files again and again."""
        if self._poll is None and not self._closed:
            self._poll = self._loop.call_later(WATCH_PAUSE, self._look)

    def _look(self) -> None:
        self._poll = None
        if self._closed:
            return
        watch = self._session.inputs.watch()

        def job() -> tuple[list[str], float]:
            # Without the time that it waited for other work: reading a huge file must not end the watch for a minute.
            begun = perf_counter()
            return watch(), perf_counter() - begun

        def looked(done: Future[tuple[list[str], float]]) -> None:
            if self._closed or done.cancelled():
                return
            # A look that failed must not be the last one.
            paths, seconds = done.result() if done.exception() is None else ([], 0.0)
            if paths:
                self.changed(paths)
            self._poll = self._loop.call_later(max(WATCH_PAUSE, WATCH_SHARE * seconds), self._look)

        self._worker.submit(job).add_done_callback(looked)

    def changed(self, paths: Iterable[str], wishes: Iterable[Want] = ()) -> None:
        """Look once more at whatever concerns `paths`, and at `wishes`; then bring everything up to date and say what was replaced."""
        answered = self._session.workspace.answered
        for wish in (*wishes, *(w for path in paths for w in self._session.inputs.touching(path))):
            if wish not in self._pending:
                state = answered(wish)
                self._pending[wish] = state if isinstance(state, PemContent) else None
        if self._pending:
            # A pass that is overtaken by the next one leaves its wishes to it.
            self._session.scheduler.background("look again", self._follow())

    def _follow(self) -> Pass:
        session = self._session
        taken = dict(self._pending)
        yield from session.inputs.look_again(taken, session.refresh)
        replaced = []
        for wish, before in taken.items():
            self._pending.pop(wish, None)
            now = session.workspace.answered(wish)
            if before is not None and isinstance(now, PemContent) and now.pem.digest != before.pem.digest:
                replaced.append(wish.path)
        self._tell(sorted(replaced))

    def _tell(self, paths: list[str]) -> None:
        session = self._session
        now = self._loop.time()
        paths = [path for path in paths if now - self._told.get(path, -QUIET) >= QUIET]
        said = 0
        for path in paths:
            user = next((named.config for named in session.analysis().users(path)), None)
            if user is None or not session.workspace.settings_for(user).replaced_files:
                continue
            if said == MOST_MESSAGES:
                session.message(sentence("lsp.more-replaced", {"count": len(paths) - said}, session.locale))
                return
            settings = session.workspace.settings_for(user)
            roles = [named.role for named in session.analysis().users(path)]
            story = reload_story(session.analysis().kind(user), roles, settings.dm_versions[-1])
            session.message(sentence(f"lsp.replaced-{story}", {"file": path.rpartition("/")[2]}, session.locale_for(user)))
            self._told[path] = now
            said += 1

    # --- the certificates nobody names yet ---

    def index(self, paths: Iterator[str]) -> Pass:
        """Read every file of `paths`, so that its names can be offered and its users found."""
        while True:
            batch: Future[list[tuple[ReadPem, PemState]]] = self._worker.submit(self._next(paths))
            yield batch
            if not batch.result():
                return
            for want, state in batch.result():
                if isinstance(state, PemContent) and self._session.workspace.answered(want) is None:
                    self._session.workspace.tell(want, state)
            yield None

    def _next(self, paths: Iterator[str]) -> Callable[[], list[tuple[ReadPem, PemState]]]:
        def job() -> list[tuple[ReadPem, PemState]]:
            found = []
            until = perf_counter() + BATCH_SECONDS
            for path in islice(paths, BATCH_FILES):
                found.append((ReadPem(path), self._session.inputs.peek(ReadPem(path, INDEX_LIMIT))))
                if perf_counter() >= until:
                    break
            return found

        return job

    def end(self) -> None:
        self._closed = True
        for timer in (self._timer, self._poll):
            if timer is not None:
                timer.cancel()
