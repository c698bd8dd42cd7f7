"""Carry out a change of several files: all of it, or none with a word on what could not be taken back."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from typing import Callable, Mapping, NamedTuple

from dmls.disk import Changed, Existing, NotWritten, create, remove_created, write_atomic
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
    done: list[Edited | Created] = []
    folders: list[str] = []
    failure: Failure | None = None
    try:
        with guard():
            for created in change.created:
                failure = _create(created, name, done, folders)
                if failure is not None:
                    break
            else:
                for edited in change.edited:
                    failure = _edit(edited, tell, name, done)
                    if failure is not None:
                        break
    except BaseException:
        tell("change.interrupted", {})
        _take_back(done, folders, tell, name)
        raise
    if failure is None:
        return True
    tell(failure.message, failure.args)
    _take_back(done, folders, tell, name)
    return False


def _create(created: Created, name: Name, done: list[Edited | Created], folders: list[str]) -> Failure | None:
    written = create(created.path, created.data, created.mode, folders)
    if isinstance(written, Existing):
        return None if written.same else Failure("change.exists", {"path": name(created.path)})
    if isinstance(written, NotWritten):
        return Failure("cli.fix-not-written", {"path": name(created.path), "reason": written.reason})
    done.append(created)
    return None


def _edit(edited: Edited, tell: Tell, name: Name, done: list[Edited | Created]) -> Failure | None:
    written = write_atomic(edited.path, edited.new.encode("utf-8"), edited.old.encode("utf-8"))
    if isinstance(written, Changed):
        return Failure("cli.fix-changed", {"path": name(edited.path)})
    if isinstance(written, NotWritten):
        return Failure("cli.fix-not-written", {"path": name(edited.path), "reason": written.reason})
    done.append(edited)
    if written.links:
        tell("cli.fix-links", {"path": name(edited.path)})
    return None


def _take_back(done: list[Edited | Created], folders: list[str], tell: Tell, name: Name) -> None:
    """Undo what was written, in the opposite order."""
    if not done:
        tell("change.nothing-written", {})
    for file in reversed(done):
        if isinstance(file, Created):
            undone = remove_created(file.path, file.data)
            command = f"rm {_word(file.path)}"
        else:
            undone = not isinstance(write_atomic(file.path, file.old.encode("utf-8"), file.new.encode("utf-8")), (Changed, NotWritten))
            command = ""
            if not undone:
                kept = f"{file.path}.before-dmls"
                if not isinstance(create(kept, file.old.encode("utf-8"), 0o600), (Existing, NotWritten)):
                    command = f"mv {_word(kept)} {_word(file.path)}"
        if undone:
            tell("change.taken-back", {"path": name(file.path)})
        elif command:
            tell("change.not-taken-back", {"path": name(file.path), "command": command})
        else:
            tell("change.lost-old", {"path": name(file.path)})
    for folder in reversed(folders):
        try:
            os.rmdir(folder)
        except OSError:
            # Somebody else has put something there.
            pass


def _word(path: str) -> str:
    import shlex

    return shlex.quote(path)
