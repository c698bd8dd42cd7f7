"""What the client sends, as plain values of the core.

`initialize` is read by hand from its JSON: it is the one message that every editor fills differently, and a value
that LSP does not know must never leave a client without an answer.
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NamedTuple

from dmls.lsp.documents import Change
from dmls.lsp.uris import WINDOWS, uri_of
from dmls.text import LineIndex, Span

ENCODINGS = ("utf-8", "utf-16", "utf-32")
SECTION = "dmls"
"""The section of the client's settings that is ours."""


class Client(NamedTuple):
    """What the client can do and wants, as far as it changes what we send."""

    encoding: str = "utf-16"
    pull: bool = False
    refresh: bool = False
    related_information: bool = False
    tags: frozenset[int] = frozenset()
    hover_formats: frozenset[str] = frozenset()
    completion_formats: frozenset[str] = frozenset()
    """The kinds of MarkupContent that may be sent; none where only strings may."""
    snippets: bool = False
    deprecated_tag: bool = False
    deprecated_property: bool = False
    text_modes: frozenset[int] = frozenset()
    """The insertTextModes that a completion item may name: 1 as it is, 2 the later lines indented like the line it is put in."""
    text_mode: int | None = None
    """What the client does where an item names none; None where it does not say."""
    hierarchical_symbols: bool = False
    folding_limit: int | None = None
    folding_kinds: frozenset[str] | None = None
    """None where the client does not restrict the kinds."""
    show_document: bool = False
    document_changes: bool = False
    """Whether a WorkspaceEdit may name the version of a document."""
    annotations: bool = False
    """Whether a WorkspaceEdit may ask before it is applied."""
    prepare_rename: bool = False
    """Whether it asks what can be renamed before it asks for the new name."""
    action_literals: bool = False
    """Whether it takes code actions; else only commands."""
    action_resolve: bool = False
    """Whether it asks for the edits of an action only when the user has chosen it."""
    action_disabled: bool = False
    action_preferred: bool = False
    presents: frozenset[str] = frozenset()
    """The commands whose result the client shows itself (``copy``, ``explain``); for the others the server shows a message."""
    hint_refresh: bool = False
    lens_refresh: bool = False
    configuration: bool = False
    register_configuration: bool = False
    register_watchers: bool = False
    progress: bool = False
    locale: str = "en"
    """A language tag as the client wrote it."""
    folders: tuple[str, ...] = ()
    """URIs."""
    settings: Mapping[str, object] = {}
    trusted: bool = True


def _at(value: object, *names: str) -> Any:
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def client(params: object) -> Client:
    """Read the parameters of `initialize`.  Total: whatever is absent or strange counts as not supported."""
    capabilities = _at(params, "capabilities")
    document = _at(capabilities, "textDocument")
    workspace = _at(capabilities, "workspace")
    encodings = [e for e in _list(_at(capabilities, "general", "positionEncodings")) if e in ENCODINGS]
    item = _at(document, "completion", "completionItem")
    options = _at(params, "initializationOptions")
    action = _at(document, "codeAction")
    locale = _at(params, "locale")
    limit = _at(document, "foldingRange", "rangeLimit")
    kinds = _at(document, "foldingRange", "foldingRangeKind", "valueSet")
    return Client(
        encoding=encodings[0] if encodings else "utf-16",
        pull=isinstance(_at(document, "diagnostic"), dict),
        refresh=_at(workspace, "diagnostics", "refreshSupport") is True,
        related_information=_at(document, "publishDiagnostics", "relatedInformation") is True or _at(document, "diagnostic", "relatedInformation") is True,
        tags=frozenset(
            tag
            for tag in _list(_at(document, "publishDiagnostics", "tagSupport", "valueSet")) + _list(_at(document, "diagnostic", "tagSupport", "valueSet"))
            if isinstance(tag, int)
        ),
        hover_formats=frozenset(f for f in _list(_at(document, "hover", "contentFormat")) if isinstance(f, str)),
        completion_formats=frozenset(f for f in _list(_at(item, "documentationFormat")) if isinstance(f, str)),
        snippets=_at(item, "snippetSupport") is True,
        deprecated_tag=1 in _list(_at(item, "tagSupport", "valueSet")),
        deprecated_property=_at(item, "deprecatedSupport") is True,
        text_modes=frozenset(m for m in _list(_at(item, "insertTextModeSupport", "valueSet")) if m in (1, 2)),
        text_mode=mode if (mode := _at(document, "completion", "insertTextMode")) in (1, 2) else None,
        hierarchical_symbols=_at(document, "documentSymbol", "hierarchicalDocumentSymbolSupport") is True,
        folding_limit=limit if isinstance(limit, int) and limit > 0 else None,
        folding_kinds=frozenset(k for k in kinds if isinstance(k, str)) if isinstance(kinds, list) else None,
        show_document=_at(capabilities, "window", "showDocument", "support") is True,
        document_changes=_at(workspace, "workspaceEdit", "documentChanges") is True,
        annotations=isinstance(_at(workspace, "workspaceEdit", "changeAnnotationSupport"), dict),
        prepare_rename=_at(document, "rename", "prepareSupport") is True,
        action_literals=isinstance(_at(action, "codeActionLiteralSupport"), dict),
        action_resolve="edit" in _list(_at(action, "resolveSupport", "properties")) and _at(action, "dataSupport") is True,
        action_disabled=_at(action, "disabledSupport") is True,
        action_preferred=_at(action, "isPreferredSupport") is True,
        presents=frozenset(p for p in _list(_at(options, "presents")) if isinstance(p, str)),
        hint_refresh=_at(workspace, "inlayHint", "refreshSupport") is True,
        lens_refresh=_at(workspace, "codeLens", "refreshSupport") is True,
        configuration=_at(workspace, "configuration") is True,
        register_configuration=_at(workspace, "didChangeConfiguration", "dynamicRegistration") is True,
        register_watchers=_at(workspace, "didChangeWatchedFiles", "dynamicRegistration") is True,
        progress=_at(capabilities, "window", "workDoneProgress") is True,
        locale=locale if isinstance(locale, str) else "en",
        folders=_folders(params),
        settings=settings(options) or {},
        trusted=_at(options, "workspaceTrusted") is not False,
    )


def _folders(params: object) -> tuple[str, ...]:
    folders = _at(params, "workspaceFolders")
    if isinstance(folders, list):
        return tuple(uri for uri in (_at(folder, "uri") for folder in folders) if isinstance(uri, str))
    root = _at(params, "rootUri")
    if isinstance(root, str):
        return (root,)
    path = _at(params, "rootPath")
    if isinstance(path, str) and path:
        return (uri_of(path.replace("\\", "/") if WINDOWS else path),)
    return ()


def settings(value: object) -> dict[str, object] | None:
    """Our settings out of what a client sends: the section itself, or a mapping that holds it.  None: nothing said."""
    if not isinstance(value, dict):
        return None
    inner = value.get(SECTION)
    if isinstance(inner, dict):
        return inner
    return {name: setting for name, setting in value.items() if name not in ("workspaceTrusted", "presents")}


def span_of(range_: Any, lines: LineIndex, encoding: str) -> Span:
    """The offsets of a range; one whose end lies before its start is empty."""
    start = lines.offset(range_.start.line, range_.start.character, encoding)
    return Span(start, max(start, lines.offset(range_.end.line, range_.end.character, encoding)))


def changes(content_changes: Iterable[object]) -> list[Change]:
    """The changes of a didChange notification."""
    found = []
    for change in content_changes:
        span = getattr(change, "range", None)
        text: str = change.text
        if span is None:
            found.append(Change(None, None, text))
        else:
            found.append(Change((span.start.line, span.start.character), (span.end.line, span.end.character), text))
    return found
