"""Carry out a change of several files: all of it, or none with a word on what could not be taken back."""

from __future__ import annotations

import os
import shlex
from contextlib import AbstractContextManager, nullcontext
from typing import Callable, Mapping, NamedTuple, Sequence

from dmls.disk import Changed, Existing, NotWritten, create, encoded, remove_created, write_atomic, write_text
from dmls.migrate.change import Change, Created, Edited

Tell = Callable[[str, Mapping[str, object]], None]
"""Takes a message id and its arguments."""
Name = Callable[[str], str]
"""How to call a path to the reader."""


class Failure(NamedTuple):
    """Why a file could not be written: a message id and its arguments."""

    message: str
    args: dict[str, object]


def carry_out(change: Change, tell: Tell, name: Name, guard: Callable[[], AbstractContextManager[None]] = nullcontext) -> bool:
    """Write all files of a change, the new ones first, since edited files may name them; False where nothing or not all came about.

    What fails half-way is taken back; the user is told what was written, what was taken back, and how to undo the rest.  An interruption
    counts as a failure; `guard` makes one of a request to end.
    """
    writing = Writing(tell, name)
    try:
        with guard():
            return writing.create(change.created) and writing.edit(change.edited)
    except BaseException:
        tell("change.interrupted", {})
        writing.take_back()
        raise


class Writing:
    """What was written of a change so far.  What fails is told, and all that was written before is taken back."""

    def __init__(self, tell: Tell, name: Name) -> None:
        self._tell = tell
        self._name = name
        self._done: list[Edited | Created] = []
        self._codecs: dict[str, str] = {}
        """How the texts are encoded that were replaced, by path."""
        self._folders: list[str] = []

    def create(self, files: Sequence[Created]) -> bool:
        """Write new files; False where one could not be written, or is there already with other content."""
        return all(self._went_well(self._create(file)) for file in files)

    def edit(self, files: Sequence[Edited]) -> bool:
        """Replace texts; False where one could not be written, or is not what it was when the change was made."""
        return all(self._went_well(self._edit(file)) for file in files)

    def _went_well(self, failure: Failure | None) -> bool:
        if failure is None:
            return True
        self._tell(failure.message, failure.args)
        self.take_back()
        return False

    def _create(self, created: Created) -> Failure | None:
        written = create(created.path, created.data, created.mode, self._folders)
        if isinstance(written, Existing):
            return None if written.same else Failure("change.exists", {"path": self._name(created.path)})
        if isinstance(written, NotWritten):
            return Failure("change.not-written", {"path": self._name(created.path), "reason": written.reason})
        self._done.append(created)
        return None

    def _edit(self, edited: Edited) -> Failure | None:
        written = write_text(edited.path, edited.new, edited.old)
        if isinstance(written, Changed):
            return Failure("change.changed", {"path": self._name(edited.path)})
        if isinstance(written, NotWritten):
            return Failure("change.not-written", {"path": self._name(edited.path), "reason": written.reason})
        self._done.append(edited)
        self._codecs[edited.path] = written.codec
        if written.links:
            self._tell("cli.fix-links", {"path": self._name(edited.path)})
        return None

    def take_back(self) -> bool:
        """Undo what was written, in the opposite order, and tell what became of each file; whether all is as before."""
        if not self._done:
            self._tell("change.nothing-written", {})
        undone = [self._take_back(file) for file in reversed(self._done)]
        for folder in reversed(self._folders):
            try:
                os.rmdir(folder)
            except OSError:
                # Somebody else has put something there.
                pass
        self._done.clear()
        self._folders.clear()
        return all(undone)

    def _take_back(self, file: Edited | Created) -> bool:
        undo = ""
        if isinstance(file, Created):
            undone = remove_created(file.path, file.data)
            undo = f"rm {shlex.quote(file.path)}"
        else:
            old, new = (encoded(text, self._codecs[file.path]) for text in (file.old, file.new))
            undone = not isinstance(write_atomic(file.path, old, new), (Changed, NotWritten))
            kept = f"{file.path}.before-dmls"
            if not undone and not isinstance(create(kept, old, 0o600), (Existing, NotWritten)):
                undo = f"mv {shlex.quote(kept)} {shlex.quote(file.path)}"
        path = self._name(file.path)
        if undone:
            self._tell("change.taken-back", {"path": path})
        elif undo:
            self._tell("change.not-taken-back", {"path": path, "command": undo})
        else:
            self._tell("change.lost-old", {"path": path})
        return undone
