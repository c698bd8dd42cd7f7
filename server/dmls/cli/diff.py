"""A unified diff of a repaired file, with passwords and private keys hidden."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Iterator

from dmls.cli.console import Console, harmless
from dmls.cli.fixes import Change
from dmls.cli.formats.text import hidden, one_line
from dmls.private import MASK
from dmls.text import LineIndex, Span

CONTEXT = 3
"""Unchanged lines around a change."""
_NO_END = "\\ No newline at end of file\n"


def unified(change: Change, name: str) -> list[str]:
    """The lines of the diff, each with its line feed.

    A diff without a secret in it can be applied by `patch`.
    """
    name = one_line(name)
    old, new = LineIndex(change.old), LineIndex(change.new)
    before, after = _lines(old), _lines(new)
    out = [f"--- {name}\n", f"+++ {name}\n"]
    # A misspelled `password` is no secret of the schema before it is repaired, so the values of both sides count on both.
    values = sorted({*_values(change.old, change.old_secrets), *_values(change.new, change.new_secrets)}, key=len, reverse=True)
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT):
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        out.append(f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n")
        for what, a, b, c, d in group:
            if what == "equal":
                out += _shown(" ", old, before, a, b, change.old_secrets, [])
            else:
                out += _shown("-", old, before, a, b, change.old_secrets, values)
                out += _shown("+", new, after, c, d, change.new_secrets, values)
    return out


def painted(lines: list[str], console: Console) -> str:
    """The diff in colours, where the reader sees them."""
    colours = {"-": "31", "+": "32", "@": "36"}
    out = []
    for number, line in enumerate(lines):
        colour = "1" if number < 2 else colours.get(line[0], "")
        out.append(console.paint(colour, line[:-1]) + "\n" if colour else line)
    return "".join(out)


def _lines(index: LineIndex) -> list[str]:
    """The lines with their ends; the empty one behind the last line end is none."""
    text = index.text
    ends = [*index.starts[1:], len(text)]
    return [text[start:end] for start, end in zip(index.starts, ends, strict=True) if start < end]


def _range(start: int, end: int) -> str:
    """The lines of one side of a hunk, as the format counts them."""
    length = end - start
    return str(start + 1) if length == 1 else f"{start + 1 if length else start},{length}"


def _values(text: str, secrets: tuple[Span, ...]) -> Iterator[str]:
    for span in secrets:
        value = span.of(text).strip("\"' \t\r\n")
        if value and "\n" not in value:
            yield value


def _shown(mark: str, index: LineIndex, lines: list[str], start: int, end: int, secrets: tuple[Span, ...], values: list[str]) -> Iterator[str]:
    for number in range(start, end):
        line = lines[number]
        whole = index.line_span(number)
        text = whole.of(index.text)
        spans = hidden(text, whole, secrets)
        for value in values:
            at = text.find(value)
            while at >= 0:
                spans.append(Span(at, at + len(value)))
                at = text.find(value, at + len(value))
        ending = line[whole.end - whole.start :]
        shown = "\t".join(map(harmless, _masked(text, spans).split("\t")))
        # A carriage return alone ends a line for us, not for a terminal.
        yield f"{mark}{shown}" + ("\r\n" if ending == "\r\n" else "\n")
        if not ending:
            yield _NO_END


def _masked(text: str, spans: list[Span]) -> str:
    out = []
    at = 0
    for span in sorted(spans):
        if span.end > at:
            out.append(text[at : span.start])
            # What is an empty string may be seen to be one.
            covered = text[max(at, span.start) : span.end]
            out.append(covered if covered.strip() in ("", '""', "''") else MASK)
            at = span.end
    return "".join(out) + text[at:]
