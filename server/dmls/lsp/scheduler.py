"""When work runs on the one event loop.

A message always goes first.  The work after an edit (diagnostics) waits for a pause in typing that is as long as the last
analysis took, within bounds.  Background passes (first scan of a workspace, inputs, warming up) are generators: each
``next`` is a step of at most `SLICE` seconds; a step that yields a future is resumed when that is done.  They run one at
a time, and only after nothing arrived for `REST` seconds, so that a person at work never waits for them.
"""

from __future__ import annotations

import queue
import threading
from asyncio import AbstractEventLoop, Future, TimerHandle, shield
from typing import Callable, Generator, Protocol, TypeVar, Union

from dmls.lsp import faults

T = TypeVar("T")
Pass = Generator[Union["Future[object]", None], None, None]

SHORTEST_PAUSE = 0.015
LONGEST_PAUSE = 0.150
SLICE = 0.001
REST = 0.1
LONGEST_BREATH = 0.005
STARVED = 2.0
"""After so many seconds of rest enforced by messages one step of a background pass runs nevertheless."""


class Loop(Protocol):
    """What of an asyncio loop is used; tests bring their own clock."""

    def time(self) -> float: ...

    def call_later(self, delay: float, callback: Callable[[], object]) -> TimerHandle: ...

    def create_future(self) -> Future[None]: ...


class Scheduler:
    """Runs `after_edit` once per pause in editing, and background passes while nothing else is to do.

    `busy` tells whether messages have arrived that are not handled yet.
    """

    def __init__(self, loop: Loop, after_edit: Callable[[], None], busy: Callable[[], bool]) -> None:
        self._loop = loop
        self._after_edit = after_edit
        self._busy = busy
        self._cost = 0.0
        self._timer: TimerHandle | None = None
        self._pause: Future[None] | None = None
        self._passes: dict[str, Pass] = {}
        self._waiting: dict[str, Future[object]] = {}
        self._tick: TimerHandle | None = None
        self._last_message = loop.time() - REST
        self._last_step = loop.time()
        self._closed = False

    # --- the foreground ---

    @property
    def pause(self) -> float:
        """Seconds without an edit after which the work begins."""
        return min(LONGEST_PAUSE, max(SHORTEST_PAUSE, self._cost))

    def cost(self, seconds: float) -> None:
        """Tell how long analysing the edited file took."""
        self._cost = seconds

    def message(self) -> None:
        """Tell that the client said something."""
        self._last_message = self._loop.time()

    def edited(self) -> None:
        """Begin the pause anew."""
        self._later(self.pause)

    def soon(self) -> None:
        """Do the work once the messages that have already arrived are handled, or at the end of the running pause."""
        if self._timer is None:
            self._later(0)

    def _later(self, delay: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._pause is None:
            self._pause = self._loop.create_future()
        self._timer = self._loop.call_later(delay, self._due)

    def _due(self) -> None:
        if self._closed:
            return
        if self._busy():
            # An edit that makes this work stale may be among them; it then begins a new pause.
            self._timer = self._loop.call_later(0, self._due)
            return
        self._timer = None
        pause, self._pause = self._pause, None
        if pause is not None and not pause.done():
            pause.set_result(None)
        self._after_edit()

    async def settled(self) -> None:
        """Return once no pause in editing is running."""
        while self._pause is not None:
            # Shielded, because others may wait for the same pause when this request is cancelled.
            await shield(self._pause)

    def overtaken(self) -> bool:
        """Whether messages have arrived that are not handled yet; then `after_edit` runs again once they are."""
        if not self._busy():
            return False
        self.soon()
        return True

    # --- the background ---

    def background(self, name: str, steps: Pass) -> None:
        """Run `steps` in the background; a pass of the same name that still runs is dropped."""
        if (old := self._passes.pop(name, None)) is not None:
            old.close()
            self._waiting.pop(name, None)
        self._passes[name] = steps
        self._schedule(0)

    def running(self, name: str) -> bool:
        return name in self._passes

    def eager(self, steps: Pass, done: Callable[[], None]) -> None:
        """Run `steps` without regard for rest, then `done`; for the little that somebody waits for."""
        try:
            for wait in steps:
                if wait is not None:
                    wait.add_done_callback(lambda _: None if self._closed else self.eager(steps, done))
                    return
        except Exception as error:  # as in the background: a fault ends this work and nothing else
            faults.report("foreground work", error)
        done()

    def _schedule(self, delay: float) -> None:
        if self._tick is None and not self._closed:
            self._tick = self._loop.call_later(delay, self._step)

    def _step(self) -> None:
        self._tick = None
        if self._closed:
            return
        ready = next((name for name in self._passes if name not in self._waiting), None)
        if ready is None:
            return
        now = self._loop.time()
        rest = self._last_message + REST - now
        if self._busy() or self._timer is not None or rest > 0:
            if now - self._last_step < STARVED:
                self._schedule(max(rest, SHORTEST_PAUSE))
                return
        self._run(ready, now + SLICE)
        self._last_step = self._loop.time()
        # As long a breath as the step took: a message then finds the loop idle half of the time.
        self._schedule(min(self._last_step - now, LONGEST_BREATH))

    def _run(self, name: str, until: float) -> None:
        steps = self._passes[name]
        while True:
            try:
                wait = next(steps)
            except StopIteration:
                self._drop(name, steps)
                return
            except Exception as error:  # the guard of all background work: a fault ends its pass and nothing else
                faults.report(f"background work {name!r}", error)
                self._drop(name, steps)
                return
            if self._passes.get(name) is not steps:
                return
            if wait is not None:
                self._waiting[name] = wait
                wait.add_done_callback(lambda _: self._resume(name, steps))
                return
            if self._loop.time() >= until or self._busy():
                return

    def _drop(self, name: str, steps: Pass) -> None:
        # The pass may have started its own successor under the same name.
        if self._passes.get(name) is steps:
            del self._passes[name]

    def _resume(self, name: str, steps: Pass) -> None:
        if self._passes.get(name) is steps:
            self._waiting.pop(name, None)
            self._schedule(0)

    def close(self) -> None:
        """Stop; nothing runs afterwards."""
        self._closed = True
        for steps in self._passes.values():
            steps.close()
        self._passes.clear()
        if self._pause is not None and not self._pause.done():
            self._pause.cancel()


class Worker:
    """One daemon thread for what may block on a slow disk.

    Not an executor of the standard library: those are joined when the process ends, so a dead network drive would keep it.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._jobs: queue.SimpleQueue[tuple[Callable[[], object], Future[object]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, job: Callable[[], T]) -> Future[T]:
        future: Future[T] = self._loop.create_future()
        self._jobs.put((job, future))  # type: ignore[arg-type]
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="dmls-disk", daemon=True)
            self._thread.start()
        return future

    def _work(self) -> None:
        while True:
            job, future = self._jobs.get()
            try:
                result: object = job()
                error = None
            except Exception as caught:  # handed to whoever waits for the job
                result, error = None, caught
            try:
                self._loop.call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:
                return  # the loop is closed: the server is ending


def _settle(future: Future[object], result: object, error: Exception | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
