"""What the disk says, fetched for the core without holding up the event loop."""

from __future__ import annotations

from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Callable, Iterable, Iterator

from dmls.disk import signature
from dmls.files import Denied, Disk, FileState, Missing
from dmls.lsp.scheduler import Pass, Worker
from dmls.lsp.uris import is_file
from dmls.workspace import List, Read, Want, answer

if TYPE_CHECKING:
    from dmls.model.tls.cert_use import PemState
    from dmls.workspace import Workspace

ROUNDS = 5
"""script -> config -> certificate; a path map gives several candidates.  More than that is a fault."""
BATCH_SECONDS = 0.02
BATCH_FILES = 50


class Inputs:
    """Answers the wishes of `workspace` from `disk`.

    `allowed` says which paths may be looked at, and is asked on the worker's thread.  `signature` is a value that changes when a file does.
    """

    def __init__(
        self,
        workspace: Workspace,
        disk: Disk,
        worker: Worker,
        allowed: Callable[[str], bool],
        signature: Callable[[str], object] = signature,
    ) -> None:
        self._workspace = workspace
        self._disk = disk
        self._worker = worker
        self._allowed = allowed
        self._signature = signature
        self._asked: set[Want] = set()
        self._seen: dict[str, object] = {}
        """The signatures of what was looked at for certificates, as they were just before the look."""

    def open_wishes(self) -> bool:
        """Whether the core wants something that nobody has looked for yet."""
        return any(wish not in self._asked for wish in self._workspace.wanted())

    def fetch(self, changed: Callable[[], None] | None = None) -> Pass:
        """Answer all wishes, and those that the answers raise; call `changed` where that told the core something new."""
        before = self._workspace.snapshot()
        for _ in range(ROUNDS):
            wishes = [wish for wish in self._workspace.wanted() if wish not in self._asked]
            if not wishes:
                break
            self._asked.update(wishes)
            answered = False
            try:
                yield from self._look_for(wishes)
                answered = True
            finally:
                # A pass that was overtaken leaves its wishes to its successor.
                if not answered:
                    self._asked.difference_update(wishes)
        if changed is not None and self._workspace.snapshot() is not before:
            changed()

    def watch(self) -> Callable[[], list[str]]:
        """A job that finds the paths that changed since they were looked at for certificates.

        No client watches files outside its workspace, and some watch nothing.
        """
        seen = list(self._seen.items())

        def job() -> list[str]:
            return [path for path, before in seen if self._signature(path) != before]

        return job

    def look_again(self, wishes: Iterable[Want], changed: Callable[[], None]) -> Pass:
        """Look once more for what may have changed, then for what that makes the core want; call `changed` if anything did."""
        before = self._workspace.snapshot()
        yield from self._look_for(list(wishes))
        yield from self.fetch()
        if self._workspace.snapshot() is not before:
            changed()

    def _look_for(self, wishes: list[Want]) -> Pass:
        answers = self._worker.submit(lambda: [(wish, self._look(wish)) for wish in wishes])
        yield answers
        for wish, state in answers.result():
            self._workspace.tell(wish, state)
        yield None

    def _look(self, wish: Want) -> PemState:
        if not is_file(wish.path):
            return Missing()
        if not self._allowed(wish.path):
            return Denied()
        if not isinstance(wish, Read):
            # Taken before the look: a change in between is then seen at the next one.
            self._seen[wish.path] = self._signature(wish.path)
        return answer(wish, self._disk)

    def peek(self, wish: Want) -> PemState:
        """The answer to a wish that nobody has, under the same policy; for the worker's thread."""
        return answer(wish, self._disk) if self._allowed(wish.path) else Denied()

    def forget_answers(self) -> None:
        """Let everything be looked for again, because what may be looked at has changed."""
        self._asked.clear()

    @property
    def asked(self) -> frozenset[Want]:
        """Everything the core ever wanted."""
        return frozenset(self._asked)

    def touching(self, path: str) -> list[Want]:
        """The wishes whose answer a change of `path`, or of something in that folder, may change."""
        folder = path.rpartition("/")[0] or "/"
        return [wish for wish in self._asked if wish.path == path or (isinstance(wish, List) and wish.path == folder)]

    def next_files(self, paths: Iterator[str], limit: int) -> Callable[[], list[tuple[str, FileState]]]:
        """A job that finds and reads the next few of `paths`; nothing comes back after the last."""

        def job() -> list[tuple[str, FileState]]:
            found: list[tuple[str, FileState]] = []
            until = perf_counter() + BATCH_SECONDS
            for path in islice(paths, BATCH_FILES):
                found.append((path, self._disk.read(path, limit)))
                if perf_counter() >= until:
                    break
            return found

        return job
