"""The open documents: their newest text, as the client's edits make it.

Kept here and not in pygls, whose document store splits lines at U+2028 and others and misplaces edits past the end of
a line, and so that each text is held once.
"""

from __future__ import annotations

from typing import Iterable, Iterator, NamedTuple

from dmls.text import LineIndex


class Change(NamedTuple):
    """One content change of didChange; positions in the client's encoding, `start` None for a whole new text."""

    start: tuple[int, int] | None
    end: tuple[int, int] | None
    text: str


class Document:
    """An open document.  `uri` is the client's own spelling, and every answer about it uses that spelling."""

    __slots__ = ("_lines", "path", "text", "uri", "version")

    def __init__(self, uri: str, path: str, text: str, version: int) -> None:
        self.uri = uri
        self.path = path
        self.text = text
        self.version = version
        self._lines: LineIndex | None = None

    @property
    def lines(self) -> LineIndex:
        if self._lines is None:
            self._lines = LineIndex(self.text)
        return self._lines

    def adopt(self, lines: LineIndex) -> None:
        """Take over an index that somebody else made, if it is of this text."""
        if self._lines is None and lines.text == self.text:
            self._lines = lines

    def apply(self, changes: Iterable[Change], version: int, encoding: str) -> None:
        """Apply `changes` one after the other, each in the coordinates that the one before it left behind.

        A range whose end lies before its start is read the other way round; positions outside the text are clamped.
        """
        for change in changes:
            if change.start is None or change.end is None:
                self.text = change.text
            else:
                lines = self.lines
                start = lines.offset(*change.start, encoding)
                end = lines.offset(*change.end, encoding)
                start, end = min(start, end), max(start, end)
                self.text = self.text[:start] + change.text + self.text[end:]
            self._lines = None
        self.version = version


class Documents:
    """Open documents by path."""

    def __init__(self) -> None:
        self._by_path: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(list(self._by_path.values()))

    def __contains__(self, path: object) -> bool:
        return path in self._by_path

    def get(self, path: str) -> Document | None:
        return self._by_path.get(path)

    def open(self, uri: str, path: str, text: str, version: int) -> Document:
        document = self._by_path[path] = Document(uri, path, text, version)
        return document

    def close(self, path: str) -> Document | None:
        return self._by_path.pop(path, None)
