"""Carry out a change of several files: all of it, or none with a word on what could not be taken back."""

from __future__ import annotations

import os
from typing import Callable, NamedTuple

from dmls.cli.console import Console
from dmls.cli.terminable import terminable
from dmls.disk import Changed, Existing, NotWritten, create, remove_created, write_atomic
from dmls.migrate.change import Change, Created, Edited


class Failure(NamedTuple):
    """Why a file could not be written: a message id and its arguments."""

    message: str
    args: dict[str, object]


def carry_out(change: Change, console: Console, name: Callable[[str], str]) -> bool:
    """Write all files of a change, the new ones first, since edited files may name them; False where nothing or not all came about.

    What fails half-way is taken back; the user is told what was written, what was taken back, and how to undo the rest.  An interruption
    counts as a failure.
    """
    done: list[Edited | Created] = []
    folders: list[str] = []
    failure: Failure | None = None
    try:
        with terminable():
            for created in change.created:
                failure = _create(created, name, done, folders)
                if failure is not None:
                    break
            else:
                for edited in change.edited:
                    failure = _edit(edited, console, name, done)
                    if failure is not None:
                        break
    except BaseException:
        console.note("change.interrupted")
        _take_back(done, folders, console, name)
        raise
    if failure is None:
        return True
    console.note(failure.message, **failure.args)
    _take_back(done, folders, console, name)
    return False


def _create(created: Created, name: Callable[[str], str], done: list[Edited | Created], folders: list[str]) -> Failure | None:
    written = create(created.path, created.data, created.mode, folders)
    if isinstance(written, Existing):
        return None if written.same else Failure("change.exists", {"path": name(created.path)})
    if isinstance(written, NotWritten):
        return Failure("cli.fix-not-written", {"path": name(created.path), "reason": written.reason})
    done.append(created)
    return None


def _edit(edited: Edited, console: Console, name: Callable[[str], str], done: list[Edited | Created]) -> Failure | None:
    written = write_atomic(edited.path, edited.new.encode("utf-8"), edited.old.encode("utf-8"))
    if isinstance(written, Changed):
        return Failure("cli.fix-changed", {"path": name(edited.path)})
    if isinstance(written, NotWritten):
        return Failure("cli.fix-not-written", {"path": name(edited.path), "reason": written.reason})
    done.append(edited)
    if written.links:
        console.note("cli.fix-links", path=name(edited.path))
    return None


def _take_back(done: list[Edited | Created], folders: list[str], console: Console, name: Callable[[str], str]) -> None:
    """Undo what was written, in the opposite order."""
    if not done:
        console.note("change.nothing-written")
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
            console.note("change.taken-back", path=name(file.path))
        elif command:
            console.note("change.not-taken-back", path=name(file.path), command=command)
        else:
            console.note("change.lost-old", path=name(file.path))
    for folder in reversed(folders):
        try:
            os.rmdir(folder)
        except OSError:
            # Somebody else has put something there.
            pass


def _word(path: str) -> str:
    import shlex

    return shlex.quote(path)
