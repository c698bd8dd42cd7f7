"""Edits on the flags of a command line, quoted as the shell or systemd that reads it wants.

Each function answers None where the words around do not allow the edit to be sure: where a value is made of several quotes, comes out of a
variable that the edit would lose, or stands in a file that the command line only names.
"""

from __future__ import annotations

from dmls.model import shell
from dmls.model.command_line import BORROWED, DOUBLE, SINGLE, WORD, FlagUse, FlagValue
from dmls.model.config_file import ConfigFile, Entry
from dmls.pattern import LazyPattern
from dmls.syntax.shell import UNIT
from dmls.syntax.tree import Scalar
from dmls.text import Edit, Span

_PLAIN_UNIT = LazyPattern(r"[A-Za-z0-9_@%+=:,./$-]+\Z")
_IN_DOUBLE = str.maketrans({c: f"\\{c}" for c in '"\\$`'})
_IN_UNIT = str.maketrans({'"': '\\"', "\\": "\\\\", "%": "%%", "$": "$$"})


def word(text: str, language: str) -> str | None:
    """The text as one word; None where no word is sure to mean it."""
    if not text.isprintable():
        return None
    if language == UNIT:
        body = text.translate(_IN_UNIT)
        return body if _PLAIN_UNIT.match(body) else f'"{body}"'
    try:
        return shell.word(text)
    except shell.Unwritable:
        return None


def set_text(entry: Entry, text: str) -> Edit | None:
    """Write another value, in the quotes that stand there; a variable at its beginning stays where the new text begins with its value."""
    node = entry.raw
    if not isinstance(node, FlagValue) or node.style not in (WORD, DOUBLE, SINGLE) or not text.isprintable():
        return None
    span = Span(node.start, node.end)
    kept = _variables(node)
    if kept is not None:
        before, at, quote = kept
        if not text.startswith(before) or not quote and word(text[len(before) :], node.language) != text[len(before) :]:
            return None
        rest = text[len(before) :]
        end = node.word.span.end - 1 if quote else node.word.span.end
        return Edit(Span(at, end), _escaped(rest, node.language) if quote else rest)
    if any(piece.variable for piece in node.word.pieces if piece.end > span.start):
        return None
    if node.style == DOUBLE:
        return Edit(span, _escaped(text, node.language))
    first = node.word.pieces[0].quote if node.style == WORD and node.word.pieces else ""
    if node.style == SINGLE or (first == "'" and node.at == 0 and "'" not in text):
        inside = text.translate(_IN_UNIT) if node.language == UNIT else text
        if "'" in inside:
            return None
        return Edit(span, inside if node.style == SINGLE else f"'{inside}'")
    if first == '"' and node.at == 0:
        return Edit(span, f'"{_escaped(text, node.language)}"')
    new = word(text, node.language)
    return Edit(span, new) if new is not None else None


def _escaped(text: str, language: str) -> str:
    return text.translate(_IN_UNIT if language == UNIT else _IN_DOUBLE)


def _variables(node: FlagValue) -> tuple[str, int, str] | None:
    """What the value is up to the end of its last variable, where that ends, and the one quote all of it stands in; None where there is none."""
    pieces = [piece for piece in node.word.pieces if piece.end > node.start]
    last = next((i for i in range(len(pieces) - 1, -1, -1) if pieces[i].variable), None)
    if last is None or len({piece.quote for piece in pieces}) != 1 or pieces[0].quote == "'":
        return None
    if pieces[0].start < node.start and not pieces[0].verbatim:
        return None
    quote = pieces[0].quote
    if quote and node.style == WORD and node.word.span.start + 1 != pieces[0].start:
        return None
    first = (pieces[0].text or "")[max(0, node.start - pieces[0].start) :] if pieces[0].verbatim else pieces[0].text or ""
    return first * (last >= 0) + "".join(piece.text or "" for piece in pieces[1 : last + 1]), pieces[last].end, quote


def _extent(config: ConfigFile, entry: Entry) -> Span | None:
    """The flag with its hyphens and its value; None where it is not sure where it begins."""
    node = entry.raw
    value = node if isinstance(node, FlagValue) else None
    if value is not None and value.style == BORROWED:
        return None
    if value is not None and value.at:
        return value.word.span
    if entry.pair is None or not isinstance(entry.pair.key, Scalar) or value is None:
        return None
    start = config.key_span(entry).start
    while start > 0 and config.text[start - 1] == "-":
        start -= 1
    if start and not config.text[start - 1].isspace():
        return None
    return Span(start, value.word.span.end)


def _blanks_before(text: str, at: int) -> int:
    """Where the blanks before `at` begin, and the line ends that a backslash takes away."""
    while at > 0:
        if text[at - 1] in " \t":
            at -= 1
        elif text[at - 1] == "\n" and text[at - 2 : at - 1] == "\\":
            at -= 2
        else:
            break
    return at


def delete(config: ConfigFile, entry: Entry) -> Edit | None:
    """Take out a flag with its value and the blanks before it."""
    span = _extent(config, entry)
    if span is None:
        return None
    start = _blanks_before(config.text, span.start)
    return Edit(Span(start, span.end), "") if start < span.start else None


def delete_use(text: str, use: FlagUse) -> Edit | None:
    """Take out a flag as it is written, one of several of a list too; None where what stands before it is no blank."""
    start = _blanks_before(text, use.span.start)
    return Edit(Span(start, use.end), "") if start < use.span.start else None


def insert(config: ConfigFile, beside: Entry, added: list[tuple[str, str]], above: bool) -> Edit | None:
    """New flags behind `beside` (before it), spelt and laid out like it."""
    span = _extent(config, beside)
    node = beside.raw
    if span is None or not isinstance(node, FlagValue):
        return None
    hyphens = "-" if not config.text.startswith("--", span.start) and config.text.startswith("-", span.start) else "--"
    sign = "=" if node.at else " "
    gap = config.text[_blanks_before(config.text, span.start) : span.start]
    if not gap:
        return None
    flags = []
    for key, text in added:
        value = word(text, node.language)
        if value is None:
            return None
        flags.append(f"{hyphens}{key}{sign}{value}")
    if above:
        return Edit(Span(span.start, span.start), "".join(flag + gap for flag in flags))
    return Edit(Span(span.end, span.end), "".join(gap + flag for flag in flags))
