"""The one coordinate system of dmls: offsets in code points.

Every position in the core is a code point offset into the text of one file.  Lines and columns, and the
UTF-8 or UTF-16 columns that editors count in, are made from offsets at the edge, by `LineIndex`.
Only ``\\n``, ``\\r\\n`` and ``\\r`` end a line, as the Language Server Protocol says; ``str.splitlines`` also
splits at U+2028, form feeds and others and must not be used on user text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import Iterable, Sequence

from dmls.named import NamedTuple

_LINE_END = re.compile(r"\r\n|\n|\r")
_WHOLE_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


class Span(NamedTuple):
    """A half-open range of code points, ``start <= end``."""

    start: int
    end: int

    def shifted(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)

    def contains(self, offset: int) -> bool:
        """Whether a cursor at `offset` touches the span; both ends count."""
        return self.start <= offset <= self.end

    def of(self, text: str) -> str:
        """The text that the span covers."""
        return text[self.start : self.end]


class Edit(NamedTuple):
    """Replace the text of `span` by `new_text`."""

    span: Span
    new_text: str


class Position(NamedTuple):
    """Zero-based line, and column in the units of the caller's encoding."""

    line: int
    column: int


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after all `edits`, which are in the coordinates of the old text and must not overlap.

    Raises ValueError when two edits overlap, since no order of them would mean the same.
    """
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: e.span):
        if edit.span.start < at:
            raise ValueError(f"overlapping edits at {edit.span}")
        parts.append(text[at : edit.span.start])
        parts.append(edit.new_text)
        at = edit.span.end
    parts.append(text[at:])
    return "".join(parts)


def touches(span: Span, taken: Sequence[Span]) -> bool:
    """Whether an edit of `span` touches the text of one of `taken`, which are sorted and do not touch each other.

    Two that write at one place do too, since their order would matter.
    """
    at = bisect_left(taken, span)
    return any(span.start == t.start or (span.start < t.end and t.start < span.end) for t in taken[max(0, at - 1) : at + 1])


def lines_with_ends(text: str) -> list[str]:
    """The lines of `text`, each with its line end; joined they are the text again."""
    return _WHOLE_LINE.findall(text)


class LineIndex:
    """Offsets to lines and columns and back.  Total: any offset and any position is clamped into the text."""

    __slots__ = ("text", "starts", "_ascii")

    def __init__(self, text: str) -> None:
        self.text = text
        if "\r" in text:
            self.starts = [0]
            self.starts.extend(m.end() for m in _LINE_END.finditer(text))
        else:
            # Where only line feeds end lines, adding up lengths is several times faster than a pattern.
            self.starts = list(accumulate(map(len, text.split("\n")), _next_start, initial=0))[:-1]
        self._ascii = text.isascii()

    def __len__(self) -> int:
        """The number of lines; a text that ends in a line end has an empty last line."""
        return len(self.starts)

    def line_of(self, offset: int) -> int:
        """The zero-based line that holds `offset`."""
        return bisect_right(self.starts, max(0, min(offset, len(self.text)))) - 1

    def line_span(self, line: int) -> Span:
        """The line's text without its line end."""
        line = max(0, min(line, len(self.starts) - 1))
        start = self.starts[line]
        if line + 1 == len(self.starts):
            return Span(start, len(self.text))
        end = self.starts[line + 1]
        end -= 2 if self.text.startswith("\r\n", end - 2) and end - 2 >= start else 1
        return Span(start, end)

    def position(self, offset: int, encoding: str = "utf-32") -> Position:
        """The position of `offset`, its column counted in units of `encoding` (utf-8, utf-16 or utf-32)."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.starts, offset) - 1
        start = self.starts[line]
        if encoding == "utf-32" or self._ascii:
            return Position(line, offset - start)
        return Position(line, _units(self.text[start:offset], encoding))

    def offset(self, line: int, column: int, encoding: str = "utf-32") -> int:
        """The offset of a position; a column past the end of its line means the end of that line."""
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.text)
        start, end = self.line_span(line)
        column = max(0, column)
        if encoding == "utf-32" or self._ascii:
            return min(start + column, end)
        content = self.text[start:end]
        if content.isascii():
            return min(start + column, end)
        if encoding == "utf-16":
            units = 0
            for i, ch in enumerate(content):
                if units >= column:
                    return start + i
                units += 2 if ch > "\uffff" else 1
                if units > column:
                    return start + i
            return end
        raw = content.encode("utf-8", "surrogatepass")[:column]
        return start + len(raw.decode("utf-8", "ignore"))


def visible(text: str, span: Span) -> Span:
    """A range that an editor can underline: at least one character of the line."""
    if span.start < span.end:
        return span
    return token_at(text, span.start)


def token_at(text: str, offset: int) -> Span:
    """The word at `offset`, or the last one before it on the line where the line ends there."""
    offset = min(offset, len(text))
    end = offset
    while end < len(text) and text[end] not in " \t\r\n,]}":
        end += 1
    if end > offset:
        return Span(offset, end)
    if offset < len(text) and text[offset] not in "\r\n":
        return Span(offset, offset + 1)
    start = offset
    while start > 0 and text[start - 1] not in "\r\n":
        start -= 1
    written = text[start:offset].rstrip()
    if written:
        return Span(start + len(written) - len(written.lstrip()), start + len(written))
    return Span(offset, offset)


def _next_start(start: int, length: int) -> int:
    return start + length + 1


def _units(text: str, encoding: str) -> int:
    if text.isascii():
        return len(text)
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(1 for ch in text if ch > "\uffff")
