"""What turning TLS on and turning it off have in common: the edits of several files, each with a note, and what is not sure left to a person."""

from __future__ import annotations

from typing import Callable, Iterable, Iterator

from dmls.migrate.change import LOST, CannotDo, Edited, Note, Request
from dmls.migrate.deployment import read
from dmls.migrate.tls_edit import NotSure
from dmls.text import Edit, Span, apply_edits

_CONFIRM = "tls-change.confirm"


class Switch:
    """The deployment of a request, and what has been found for it so far.  Raises `CannotDo` where there is none."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.found = read(request)
        if self.found.is_empty:
            raise CannotDo("tls-change.no-deployment")
        self.version = request.files.settings(next(iter(request.paths), "")).dm_versions[-1]
        self.notes: list[Note] = []
        self._edits: dict[str, list[Edit]] = {}
        self._texts = {path: text for path in request.paths if request.files.is_text(path) and (text := request.files.text(path)) is not None}
        self._texts.update((c.path, c.config.text) for c in self.found.components if c.path not in request.paths)
        for path, line in self.found.away:
            self.note(LOST, "tls-change.not-here" if line.config_path else "tls-change.not-known", path, line.span, file=line.config_path)

    def note(self, level: str, message: str, path: str = "", span: Span | None = None, **args: object) -> None:
        self.notes.append(Note(level, message, args, path, span))

    def take(self, made: Callable[[], Iterable[Edit]], note: Note) -> bool:
        """Keep the edits of the file that the note is about, and the note; whether there were any.  Another note tells why there are none."""
        if note.file not in self._texts:
            other = Note(LOST, "migrate.not-utf-8", {}, note.file)
            self.notes += [other] if other not in self.notes else []
            return False
        try:
            edits = list(made())
        except NotSure:
            self.note(LOST, "tls-change.not-sure", note.file, note.span)
            return False
        if edits:
            self._edits.setdefault(note.file, []).extend(edits)
            self.notes.append(note)
        return bool(edits)

    def edited(self) -> Iterator[Edited]:
        """The files as they become, in the order of the request, those that only scripts name behind."""
        for path in dict.fromkeys((*self.request.paths, *self._edits)):
            if path in self._edits:
                # Two calls in a script may have their address from one variable, which changes once.
                old, new = self._texts[path], apply_edits(self._texts[path], dict.fromkeys(self._edits[path]))
                if new != old:
                    yield Edited(path, old, new, _CONFIRM)
