"""What the core says, as the JSON that LSP wants.

Plain dictionaries: a thousand diagnostics take 3 ms this way and 8 ms through lsprotocol's classes, whose converters also
cost 5 to 20 ms at their first use.  Only here do code points become columns of the client's encoding.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, NamedTuple

from dmls.finding import FileEdit, Finding
from dmls.lsp.from_proto import Client
from dmls.lsp.uris import uri_of
from dmls.text import LineIndex, Span

if TYPE_CHECKING:
    from dmls.ide.values import Completion, Fold, Highlight, Hint, Hover, Lens, Link, NamedThing, Symbol

Json = dict[str, Any]
Sentence = Callable[[str, Mapping[str, object]], str]
"""A message id and its arguments, in the reader's language."""
Places = Callable[[str], "tuple[str, LineIndex] | None"]
"""A path's URI and line index; None for a file whose text is not known."""

SOURCE = "dmls"
_TAGS = {"unnecessary": 1, "deprecated": 2}
_COMPLETION_KINDS = {"key": 10, "value": 12, "snippet": 15, "file": 17, "folder": 19}
_SYMBOL_KINDS = {"object": 19, "array": 18, "string": 15, "number": 16, "boolean": 17, "null": 21}
_DEPRECATED = 1


def range_of(lines: LineIndex, span: Span, encoding: str) -> Json:
    start_line, start = lines.position(span.start, encoding)
    end_line, end = lines.position(span.end, encoding)
    return {"start": {"line": start_line, "character": start}, "end": {"line": end_line, "character": end}}


def diagnostics(findings: Iterable[Finding], lines: LineIndex, client: Client, sentence: Sentence, places: Places) -> list[Json]:
    """The findings of one file, whose line index is `lines`."""
    found = []
    for finding in findings:
        diagnostic: Json = {
            "range": range_of(lines, finding.span, client.encoding),
            "severity": int(finding.severity),
            "code": finding.rule,
            "source": SOURCE,
            "message": sentence(finding.message, finding.args),
            "data": {"rule": finding.rule, "args": dict(finding.args)},
        }
        if (tag := _TAGS.get(finding.tag)) in client.tags:
            diagnostic["tags"] = [tag]
        if client.related_information and finding.related:
            related = []
            for other in finding.related:
                if (place := places(other.file)) is not None:
                    uri, other_lines = place
                    related.append(
                        {
                            "location": {"uri": uri, "range": range_of(other_lines, other.span, client.encoding)},
                            "message": sentence(other.message, other.args),
                        }
                    )
            if related:
                diagnostic["relatedInformation"] = related
        found.append(diagnostic)
    return found


def markup(text: str, formats: frozenset[str]) -> Json | str:
    """The Markdown `text` in the best of `formats`; a client that knows none gets a plain string."""
    if "markdown" in formats:
        return {"kind": "markdown", "value": text}
    text = plain(text)
    return {"kind": "plaintext", "value": text} if "plaintext" in formats else text


_FENCE = re.compile(r"^```.*$\n?", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\n]*)\]\(([^)\n]*)\)")
_HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_CODE = re.compile(r"`([^`\n]+)`")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|~])")


def plain(markdown: str) -> str:
    """The text of the Markdown that dmls itself writes, for clients that show no Markdown."""
    text = _FENCE.sub("", markdown)
    text = _HEADING.sub("", text)
    text = _LINK.sub(lambda m: m[1] if m[1] == m[2] else f"{m[1]} ({m[2]})", text)
    text = _EMPHASIS.sub(r"\2", text)
    text = _CODE.sub(r"\1", text)
    return _ESCAPE.sub(r"\1", text)


def hover(found: Hover | None, lines: LineIndex, client: Client) -> Json | None:
    if found is None:
        return None
    return {
        "contents": markup(found.markdown, client.hover_formats),
        "range": range_of(lines, found.span, client.encoding),
    }


_SNIPPET_PART = re.compile(r"\\([\\$}])|\$(\d+)|\$\{(\d+)(?::((?:[^\\}]|\\.)*)|\|((?:[^\\|]|\\.)*)\|)?\}")


def without_placeholders(snippet: str) -> str:
    """The text a snippet stands for: each placeholder becomes its default, or the first of its choices."""

    def replace(match: re.Match[str]) -> str:
        escaped, _, _, default, choices = match.groups()
        if escaped is not None:
            return escaped
        if choices is not None:
            return re.split(r"(?<!\\),", choices)[0]
        return re.sub(r"\\([\\$}])", r"\1", default or "")

    return _SNIPPET_PART.sub(replace, snippet)


def _fitted(text: str, snippet: bool, at: int, lines: LineIndex, client: Client) -> tuple[str, int | None]:
    """A text of several lines as the client must get it, and the insertTextMode to name.

    The core indents relative to the line the text is put in, and most clients add that line's indentation: all that say so, and
    those that say nothing where they expand a snippet.  For the others it is added here.
    """
    if 2 in client.text_modes:
        return text, 2
    if client.text_mode == 2 or (snippet and client.text_mode is None and not client.text_modes):
        return text, None
    span = lines.line_span(lines.line_of(at))
    line = span.of(lines.text)
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    return text.replace("\n", "\n" + indent), 1 if 1 in client.text_modes else None


def completion(items: Iterable[Completion], lines: LineIndex, client: Client) -> Json:
    ranges: dict[Span, Json] = {}
    found = []
    for item in items:
        span = item.span
        if span not in ranges:
            ranges[span] = range_of(lines, span, client.encoding)
        text = item.insert_text
        snippet = item.is_snippet and client.snippets
        if item.is_snippet and not snippet:
            text = without_placeholders(text)
        mode: int | None = None
        if "\n" in text:
            text, mode = _fitted(text, snippet, span.start, lines, client)
        entry: Json = {
            "label": item.label,
            "kind": _COMPLETION_KINDS.get(item.kind, 1),
            "textEdit": {"range": ranges[span], "newText": text},
        }
        if snippet:
            entry["insertTextFormat"] = 2
        if mode is not None:
            entry["insertTextMode"] = mode
        if item.detail:
            entry["detail"] = item.detail
        if item.documentation:
            entry["documentation"] = markup(item.documentation, client.completion_formats)
        if item.sort_text:
            entry["sortText"] = item.sort_text
        if item.filter_text:
            entry["filterText"] = item.filter_text
        if item.deprecated:
            if client.deprecated_tag:
                entry["tags"] = [_DEPRECATED]
            elif client.deprecated_property:
                entry["deprecated"] = True
        found.append(entry)
    return {"isIncomplete": False, "items": found}


def symbols(found: Iterable[Symbol], uri: str, lines: LineIndex, client: Client) -> list[Json]:
    """The outline, as a tree where the client shows trees, flat with container names otherwise."""
    if client.hierarchical_symbols:
        return [_symbol(symbol, lines, client.encoding) for symbol in found]
    flat: list[Json] = []
    stack = [(symbol, "") for symbol in reversed(list(found))]
    while stack:
        symbol, container = stack.pop()
        entry: Json = {
            "name": symbol.name or "?",
            "kind": _SYMBOL_KINDS.get(symbol.kind, 15),
            "location": {"uri": uri, "range": range_of(lines, symbol.span, client.encoding)},
        }
        if container:
            entry["containerName"] = container
        flat.append(entry)
        inner = f"{container}.{symbol.name}" if container else symbol.name
        stack.extend((child, inner) for child in reversed(symbol.children))
    return flat


def _symbol(symbol: Symbol, lines: LineIndex, encoding: str) -> Json:
    # An editor drops the whole outline when a name is empty or a selection reaches out of its range.
    span = Span(min(symbol.span.start, symbol.selection_span.start), max(symbol.span.end, symbol.selection_span.end))
    entry: Json = {
        "name": symbol.name or "?",
        "kind": _SYMBOL_KINDS.get(symbol.kind, 15),
        "range": range_of(lines, span, encoding),
        "selectionRange": range_of(lines, symbol.selection_span, encoding),
    }
    if symbol.detail:
        entry["detail"] = symbol.detail
    if symbol.children:
        entry["children"] = [_symbol(child, lines, encoding) for child in symbol.children]
    return entry


def locations(found: Iterable[tuple[str, Span]], places: Places, encoding: str) -> list[Json]:
    """Places in files; those in files whose lines nobody knows are left out."""
    out = []
    for path, span in found:
        place = places(path)
        if place is not None:
            uri, lines = place
            out.append({"uri": uri, "range": range_of(lines, span, encoding)})
    return out


_READ, _WRITE = 2, 3


def highlights(found: Iterable[Highlight], lines: LineIndex, client: Client) -> list[Json]:
    """Places of one file; the definition is told as a place that is written to."""
    return [{"range": range_of(lines, h.span, client.encoding), "kind": _WRITE if h.is_definition else _READ} for h in found]


_THING_KINDS = {"component": 2, "source": 5, "task": 12, "block": 7}
"""Module, Class, Function, Property: of the kinds that every client knows."""


def named_things(found: Iterable[NamedThing], places: Places, encoding: str) -> list[Json]:
    out = []
    for thing in found:
        for location in locations([(thing.path, thing.span)], places, encoding):
            out.append({"name": thing.name, "kind": _THING_KINDS[thing.kind], "location": location, "containerName": thing.container})
    return out


def links(found: Iterable[Link], lines: LineIndex, client: Client) -> list[Json]:
    return [{"range": range_of(lines, link.span, client.encoding), "target": uri_of(link.target)} for link in found]


def folding(found: Iterable[Fold], client: Client) -> list[Json]:
    """Whole lines only, which is right for clients that fold whole lines and for those that could do more."""
    folds = []
    for fold in found:
        entry: Json = {"startLine": fold.start_line, "endLine": fold.end_line}
        if client.folding_kinds is None or fold.kind in client.folding_kinds:
            entry["kind"] = fold.kind
        folds.append(entry)
    if client.folding_limit is not None:
        folds = folds[: client.folding_limit]
    return folds


SHOW = "dmls.show"
"""The command behind a lens; its arguments are a URI and a range."""


def hints(found: Iterable[Hint], lines: LineIndex, client: Client) -> list[Json]:
    out = []
    for hint in found:
        line, column = lines.position(hint.offset, client.encoding)
        entry: Json = {"position": {"line": line, "character": column}, "label": hint.label, "paddingLeft": True}
        if hint.tooltip:
            entry["tooltip"] = markup(hint.tooltip, client.hover_formats)
        out.append(entry)
    return out


def lenses(found: Iterable[Lens], lines: LineIndex, client: Client, places: Places) -> list[Json]:
    """Lenses with their command; for a client that cannot show a document they only tell."""
    out = []
    for lens in found:
        # An empty command is what editors show as plain text.
        command: Json = {"title": lens.title, "command": ""}
        if lens.target is not None and client.show_document:
            place = places(lens.target.path)
            if place is not None:
                command = {"title": lens.title, "command": SHOW, "arguments": [place[0], range_of(place[1], lens.target.span, client.encoding)]}
        out.append({"range": range_of(lines, lens.span, client.encoding), "command": command})
    return out


class Confirm(NamedTuple):
    """What to ask before edits are applied."""

    label: str
    description: str = ""


def workspace_edit(
    edits: Iterable[FileEdit],
    places: Places,
    versions: Callable[[str], int | None],
    client: Client,
    confirm: Confirm | None = None,
    asks: Callable[[str], bool] = lambda path: True,
) -> Json | None:
    """Edits in files as a WorkspaceEdit; None where there are none.

    `versions` gives the version of an open document, None for a file.  `confirm` is what to ask before the edits in files for which `asks` is
    true are applied, where the client can ask.
    """
    changes: dict[str, list[Json]] = {}
    documents: list[Json] = []
    can_ask = confirm is not None and client.document_changes and client.annotations
    annotated = False
    by_path: dict[str, list[FileEdit]] = {}
    for edit in edits:
        by_path.setdefault(edit.file, []).append(edit)
    for path, group in by_path.items():
        place = places(path)
        if place is None:
            continue
        uri, lines = place
        changes[uri] = [{"range": range_of(lines, e.edit.span, client.encoding), "newText": e.edit.new_text} for e in group]
        if can_ask and asks(path):
            annotated = True
            for change in changes[uri]:
                change["annotationId"] = "confirm"
        documents.append({"textDocument": {"uri": uri, "version": versions(path)}, "edits": changes[uri]})
    if not changes:
        return None
    if not client.document_changes:
        return {"changes": changes}
    made: Json = {"documentChanges": documents}
    if annotated and confirm is not None:
        made["changeAnnotations"] = {"confirm": {"label": confirm.label, "needsConfirmation": True}}
        if confirm.description:
            made["changeAnnotations"]["confirm"]["description"] = confirm.description
    return made
