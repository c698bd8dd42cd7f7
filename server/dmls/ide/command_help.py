"""Help on the command lines of DM's programs in scripts and units: what a flag means, and which flags and files may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from dmls.ide import hover as file_hover
from dmls.ide.docs import key_markdown, type_words
from dmls.ide.values import Completion, Hover
from dmls.model import kind as kinds
from dmls.model.command_line import LIST, SWITCH, UNKNOWN, CommandLine, FlagSpec, FlagUse, command_lines, flags
from dmls.model.edits import flag_edit
from dmls.schema.load import load
from dmls.text import Span

if TYPE_CHECKING:
    from dmls.finding import Finding

MARK = "dmlscursor"
"""Stands for the word being typed."""
Offers = Callable[[CommandLine, str, str, Span, str, "set[str]"], "list[Completion]"]
"""What may be written as the value of a key: the line, the key, what is typed, what it replaces, its quote, and the names that are there already."""


def hover(lines: tuple[CommandLine, ...], offset: int, findings: tuple[Finding, ...], locale: str, known: Callable[[CommandLine], str]) -> Hover | None:
    """The help for the flag or value at `offset`; `known` is what is known of the file or name there."""
    for line in lines:
        for use in line.flags:
            value = use.value
            on_value = value is not None and Span(value.start, value.end).contains(offset)
            if use.spec is None or not (use.span.contains(offset) or on_value):
                continue
            span = Span(value.start, value.end) if on_value and value is not None else use.span
            text = flag_markdown(line.kind, use.spec, locale)
            first = known(line) if on_value and value is not None and value.style != UNKNOWN else ""
            if first:
                text = f"{first}\n---\n\n{text}"
            return Hover(span, file_hover.with_error(text, findings, offset, locale))
    return None


def flag_markdown(kind: str, spec: FlagSpec, locale: str) -> str:
    """Heading and description of a flag: those of the key that it sets."""
    written = f"--{spec.name}" if len(spec.name) > 1 else f"-{spec.name}"
    if not spec.key:
        return f"**`{written}`**\n\n{(spec.doc_zh if locale.startswith('zh') else '') or spec.doc_en}\n"
    schema = load(kind).children[spec.key]
    if kind == kinds.DMCTL:
        # What is said of the keys in its file, that dmctl does not look at them, does not hold for the flags.
        return f"**`{written}`** — {type_words(schema, locale)}\n\n{schema.doc(locale)}\n"
    return key_markdown(schema, locale).replace(f"**`{schema.name}`**", f"**`{written}`**", 1)


def completions(path: str, text: str, offset: int, locale: str, offers: Offers) -> list[Completion]:
    """The flags that may be written at `offset`, or the values of the flag there."""
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    marked = text[:offset] + MARK
    for tail in (text[offset:], '"' + text[end:], "'" + text[end:]):
        # A quote that is still open is closed where the cursor is.
        candidate = marked + tail
        for line in command_lines(path, candidate):
            found = _at_mark(line, candidate, offset, locale, offers, len(tail) == len(text) - offset)
            if found is not None:
                return found
    return []


def _at_mark(line: CommandLine, text: str, offset: int, locale: str, offers: Offers, whole: bool) -> list[Completion] | None:
    for use in line.flags:
        value = use.value
        if value is not None and value.start <= offset < value.end:
            at = value.value.find(MARK)
            if use.spec is None or at < 0 or value.style == UNKNOWN:
                return []
            quote = text[value.start] if text[value.start] in "\"'" else ""
            stop = value.end - len(MARK) if whole else offset
            return _values(line, use, value.value[:at], Span(value.start, max(offset, stop)), quote, value.language, locale, offers)
        if use.span.start <= offset <= use.span.end and MARK in use.name:
            return _names(line, Span(use.span.start, max(offset, use.span.end - len(MARK)) if whole else offset), use, locale)
    for word in line.operands:
        if word.span.start <= offset < word.span.end and word.value is not None and MARK in word.value:
            before = word.value.partition(MARK)[0]
            if before.strip("-"):
                return []
            return _names(line, Span(word.span.start, offset), None, locale)
    return None


def _names(line: CommandLine, span: Span, use: FlagUse | None, locale: str) -> list[Completion]:
    """The flags of the program that are not there yet, spelt with as many hyphens as are written."""
    text = line.config.text
    hyphens = "-" if use is not None and not text.startswith("--", span.start) and line.kind != kinds.DMCTL else "--"
    taken = {u.spec.name for u in line.flags if u.spec is not None and u.spec.takes != LIST}
    out = []
    # Nobody writes into a script what only prints something.
    for number, spec in enumerate(sorted(flags(line.kind).values(), key=lambda spec: spec.ends)):
        if spec.name in taken:
            continue
        written = f"{hyphens if len(spec.name) > 1 else '-'}{spec.name}"
        new = written if spec.takes == SWITCH else f"{written}="
        out.append(Completion(written, "key", "", flag_markdown(line.kind, spec, locale), new, span, False, f"{number:03}", written))
    return out


def _values(line: CommandLine, use: FlagUse, typed: str, span: Span, quote: str, language: str, locale: str, offers: Offers) -> list[Completion]:
    assert use.spec is not None
    if not use.spec.key:
        return []
    schema = load(line.kind).children[use.spec.key]
    if schema.enum:
        return [
            Completion(value, "value", "", schema.enum_doc(value, locale), f"{quote}{value}{quote}", span, False, f"{i:03}", f"{quote}{value}")
            for i, value in enumerate(schema.enum)
        ]
    taken = {u.value.value for u in line.flags if u.spec is use.spec and u.value is not None}
    out = []
    for item in offers(line, use.spec.key, typed, span, quote, taken):
        text = item.insert_text[len(quote) : len(item.insert_text) - len(quote)] if quote else item.insert_text
        new = text if quote else flag_edit.word(text, language)
        # In quotes only what stands for itself is offered.
        if new is None or (quote and any(c in text for c in "\"'\\$`%")):
            continue
        out.append(item._replace(insert_text=f"{quote}{new}{quote}"))
    return out
