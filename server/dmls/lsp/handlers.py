"""One function per message of the client, each a few lines: from the protocol, to the session, back to the protocol.

`guarded` is the one place where a fault of a handler ends: it is logged once per place, a notification is dropped, a request is
answered with an error that holds neither a traceback nor a path.

A handler that is a coroutine begins once all messages that have arrived are looked at; one that is a plain function is carried out in its
turn, and may return a coroutine for what it still has to wait for.
"""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Sequence

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from dmls.ide.values import Refusal
from dmls.lsp import actions, faults, from_proto, to_proto
from dmls.lsp.scheduler import SLICE
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.lsp.documents import Document
    from dmls.lsp.server import Server
    from dmls.lsp.session import Session

COMPLETION_TRIGGERS = ["-", ":", '"', "'", " ", "=", ".", "/"]
"""After these a client asks for completions by itself: a list item, a value, a quoted value, a dotted key, a path."""


_PART = 50
"""Files whose reports are sent together to a client that takes them in parts."""


class RequestFailed(JsonRpcException):
    """The answer to a request whose handler failed; all that the client learns of it."""

    CODE = -32603
    MESSAGE = "dmls: internal error; the log of the server tells more"


class Refused(JsonRpcException):
    """The answer to a request that was understood and is not granted; the client shows its message."""

    CODE = -32803
    MESSAGE = "dmls: refused"


def guarded(method: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    """`handler` with its faults caught."""
    request = method in t.METHOD_TO_TYPES and t.METHOD_TO_TYPES[method][1] is not None

    async def guarded_await(answer: Awaitable[Any]) -> Any:
        try:
            return await answer
        except JsonRpcException:
            raise
        except Exception as error:
            faults.report(method, error)
            raise RequestFailed() from error

    if asyncio.iscoroutinefunction(handler):

        async def guarded_async(ls: Server, params: Any) -> Any:
            return await guarded_await(handler(ls, params))

        return guarded_async

    def guarded_sync(ls: Server, params: Any) -> Any:
        try:
            answer = handler(ls, params)
            return guarded_await(answer) if asyncio.iscoroutine(answer) else answer
        except JsonRpcException:
            raise
        except Exception as error:
            faults.report(method, error)
            if request:
                raise RequestFailed() from error
            return None

    return guarded_sync


# --- life ---


def initialized(ls: Server, params: t.InitializedParams) -> None:
    ls.warm_up()
    ls.session.started()


# --- documents ---


def did_open(ls: Server, params: t.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    ls.session.open(document.uri, document.text, document.version)


def did_change(ls: Server, params: t.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    ls.session.change(document.uri, from_proto.changes(params.content_changes), document.version)


def did_save(ls: Server, params: t.DidSaveTextDocumentParams) -> None:
    ls.session.save(params.text_document.uri)


def did_close(ls: Server, params: t.DidCloseTextDocumentParams) -> None:
    ls.session.close(params.text_document.uri)


# --- the workspace ---


def did_change_folders(ls: Server, params: t.DidChangeWorkspaceFoldersParams) -> None:
    event = params.event
    ls.session.change_folders([folder.uri for folder in event.added], [folder.uri for folder in event.removed])


def did_change_configuration(ls: Server, params: t.DidChangeConfigurationParams) -> None:
    ls.session.change_settings(params.settings)


def did_change_watched_files(ls: Server, params: t.DidChangeWatchedFilesParams) -> None:
    ls.session.files_changed((change.uri, change.type == t.FileChangeType.Deleted) for change in params.changes)


# --- diagnostics ---


async def document_diagnostic(ls: Server, params: t.DocumentDiagnosticParams) -> to_proto.Json:
    report = await ls.session.report(params.text_document.uri)
    if params.previous_result_id == report.result_id:
        return {"kind": "unchanged", "resultId": report.result_id}
    return {"kind": "full", "resultId": report.result_id, "items": report.diagnostics}


async def workspace_diagnostic(ls: Server, params: t.WorkspaceDiagnosticParams) -> to_proto.Json:
    """The reports on all files; to a client that gave a token they go as they are made, and the answer holds none of them again."""
    session = ls.session
    await session.scanned()
    known = {session.paths.of(previous.uri): previous.value for previous in params.previous_result_ids}
    items: list[to_proto.Json] = []

    def pass_on(least: int) -> None:
        if params.partial_result_token is not None and len(items) >= least:
            session.progress(params.partial_result_token, {"items": items.copy()})
            items.clear()

    served = perf_counter()
    for path in session.files():
        # Between two pieces of work whoever is at the keyboard is served, and this request can be cancelled; most files need no work.
        for _ in session.analysis().steps(path):
            await asyncio.sleep(0)
        if perf_counter() - served > SLICE:
            await asyncio.sleep(0)
            served = perf_counter()
        document = session.documents.get(path)
        report = session.publisher.report(session.analysis(), path)
        if document is None:
            session.analysis().release(path)
        item: to_proto.Json = {
            "uri": session.publisher.uri(path),
            "version": document.version if document is not None else None,
            "resultId": report.result_id,
        }
        if known.pop(path, None) == report.result_id:
            items.append({**item, "kind": "unchanged"})
        else:
            items.append({**item, "kind": "full", "items": report.diagnostics})
        pass_on(_PART)
    # What was reported once and is gone must be taken back.
    for path in known:
        items.append({"uri": session.publisher.uri(path), "version": None, "kind": "full", "items": []})
    pass_on(1)
    return {"items": items}


# --- help ---


def hover(ls: Server, params: t.HoverParams) -> to_proto.Json | None:
    session = ls.session
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    offset = document.lines.offset(params.position.line, params.position.character, session.client.encoding)
    found = session.analysis().hover(document.path, offset, session.locale_for(document.path))
    return to_proto.hover(found, document.lines, session.client)


def completion(ls: Server, params: t.CompletionParams) -> to_proto.Json | None | Awaitable[to_proto.Json]:
    """In its turn: an editor asks for the outline and the actions of the same text behind it, and whoever types waits for neither."""
    session = ls.session
    found = _offset(session, params)
    if found is None:
        return None
    document, offset = found
    lines = document.lines
    locale = session.locale_for(document.path)
    offers = session.analysis().completions(document.path, offset, locale)

    async def looked_up() -> to_proto.Json:
        """The answer asked for a folder that nobody had looked at, or for the files in it."""
        found = offers
        async for _ in session.looked_up():
            if document.lines.text != lines.text:
                break
            found = session.analysis().completions(document.path, offset, locale)
        return to_proto.completion(found, lines, session.client)

    return looked_up() if session.inputs.open_wishes() else to_proto.completion(offers, lines, session.client)


def _offset(session: Session, params: Any) -> tuple[Document, int] | None:
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    return document, document.lines.offset(params.position.line, params.position.character, session.client.encoding)


async def _offset_among_files(session: Session, params: Any) -> tuple[Document, int] | None:
    """As `_offset`, once the files of the workspace were read.  Raises ContentModified where the text has changed meanwhile."""
    found = _offset(session, params)
    if found is not None:
        lines = found[0].lines
        await session.scanned()
        if found[0].lines.text != lines.text:
            raise actions.ContentModified()
    return found


async def definition(ls: Server, params: t.DefinitionParams) -> list[to_proto.Json]:
    session = ls.session
    found = await _offset_among_files(session, params)
    if found is None:
        return []
    analysis = session.analysis()
    return to_proto.locations(analysis.definitions(found[0].path, found[1]), session.publisher.places(analysis), session.client.encoding)


async def references(ls: Server, params: t.ReferenceParams) -> list[to_proto.Json]:
    session = ls.session
    found = await _offset_among_files(session, params)
    if found is None:
        return []
    analysis = session.analysis()
    places = analysis.references(found[0].path, found[1], params.context.include_declaration)
    return to_proto.locations(places, session.publisher.places(analysis), session.client.encoding)


def document_highlight(ls: Server, params: t.DocumentHighlightParams) -> list[to_proto.Json]:
    session = ls.session
    found = _offset(session, params)
    if found is None:
        return []
    document, offset = found
    return to_proto.highlights(session.analysis().highlights(document.path, offset), document.lines, session.client)


async def prepare_rename(ls: Server, params: t.PrepareRenameParams) -> to_proto.Json | None:
    session = ls.session
    found = await _offset_among_files(session, params)
    if found is None:
        return None
    document, offset = found
    named = session.analysis().rename_span(document.path, offset)
    if named is None:
        return None
    if isinstance(named, Refusal):
        raise _refused(session, document, named)
    return {"range": to_proto.range_of(document.lines, named.span, session.client.encoding), "placeholder": named.name}


async def rename(ls: Server, params: t.RenameParams) -> to_proto.Json | None:
    session = ls.session
    found = await _offset_among_files(session, params)
    if found is None:
        return None
    document, offset = found
    analysis = session.analysis()
    edits = analysis.rename(document.path, offset, params.new_name)
    if isinstance(edits, Refusal):
        raise _refused(session, document, edits)
    locale = session.locale_for(document.path)
    confirm = to_proto.Confirm(sentence("ide.rename-confirm", {}, locale), sentence("ide.rename-confirm-description", {}, locale))
    places = session.publisher.places(analysis)
    return to_proto.workspace_edit(edits, places, session.version, session.client, confirm, lambda path: session.version(path) is None)


def _refused(session: Session, document: Document, refusal: Refusal) -> Refused:
    return Refused(sentence(refusal.message, refusal.args, session.locale_for(document.path)))


async def workspace_symbol(ls: Server, params: t.WorkspaceSymbolParams) -> list[to_proto.Json]:
    session = ls.session
    await session.scanned()
    for path in session.workspace.paths:
        # As in a report on the workspace: between two files whoever is at the keyboard is served.
        await asyncio.sleep(0)
        session.analysis().names(path)
        if path not in session.documents:
            session.analysis().release(path)
    analysis = session.analysis()
    return to_proto.named_things(analysis.workspace_symbols(params.query), session.publisher.places(analysis), session.client.encoding)


def document_link(ls: Server, params: t.DocumentLinkParams) -> list[to_proto.Json]:
    session = ls.session
    document = session.document(params.text_document.uri)
    if document is None:
        return []
    return to_proto.links(session.analysis().links(document.path), document.lines, session.client)


def inlay_hint(ls: Server, params: t.InlayHintParams) -> list[to_proto.Json]:
    session = ls.session
    document = session.document(params.text_document.uri)
    if document is None:
        return []
    span = from_proto.span_of(params.range, document.lines, session.client.encoding)
    return to_proto.hints(session.analysis().hints(document.path, span, session.locale_for(document.path)), document.lines, session.client)


def code_lens(ls: Server, params: t.CodeLensParams) -> list[to_proto.Json]:
    session = ls.session
    document = session.document(params.text_document.uri)
    if document is None:
        return []
    analysis = session.analysis()
    found = analysis.lenses(document.path, session.locale_for(document.path))
    return to_proto.lenses(found, document.lines, session.client, session.publisher.places(analysis))


def code_action(ls: Server, params: t.CodeActionParams) -> list[to_proto.Json]:
    session = ls.session
    document = session.document(params.text_document.uri)
    if document is None:
        return []
    span = from_proto.span_of(params.range, document.lines, session.client.encoding)
    context = params.context
    return actions.offered(session, document, span, [str(getattr(kind, "value", kind)) for kind in context.only or ()], context.trigger_kind)


def code_action_resolve(ls: Server, params: t.CodeAction) -> to_proto.Json:
    edit = actions.resolved(ls.session, params.data)
    return {"title": params.title, "kind": params.kind, "edit": edit}


def will_rename_files(ls: Server, params: t.RenameFilesParams) -> to_proto.Json | None:
    session = ls.session
    analysis = session.analysis()
    edits = analysis.renamed((session.paths.of(file.old_uri), session.paths.of(file.new_uri)) for file in params.files)
    return to_proto.workspace_edit(edits, session.publisher.places(analysis), session.version, session.client)


async def execute_command(ls: Server, params: t.ExecuteCommandParams) -> Any:
    command = COMMANDS.get(params.command)
    if command is None:
        raise JsonRpcInvalidParams(f"Invalid Params: no command {params.command!r}")
    answer = command(ls.session, params.arguments or [])
    return await answer if isinstance(answer, Awaitable) else answer


async def tls_map(session: Session, arguments: Sequence[Any]) -> object:
    """The TLS map of the workspace; its modules are loaded when somebody asks for it."""
    from dmls.lsp import tls_map

    return await tls_map.show(session, arguments)


async def change(session: Session, arguments: Sequence[Any]) -> object:
    """Change the deployment of the workspace, or tell how it would be changed; its modules are loaded when somebody asks for it."""
    from dmls.lsp import change

    return await change.change(session, arguments)


async def effective(session: Session, arguments: Sequence[Any]) -> object:
    """What DM works with in one file; its modules are loaded when somebody asks for it."""
    from dmls.lsp import effective

    return await effective.show(session, arguments)


def show(session: Session, arguments: Sequence[Any]) -> None:
    """The command behind a lens: show a place in a file."""
    if len(arguments) == 2 and isinstance(arguments[0], str):
        session.show(arguments[0], arguments[1])


def document_symbol(ls: Server, params: t.DocumentSymbolParams) -> list[to_proto.Json]:
    session = ls.session
    document = session.document(params.text_document.uri)
    if document is None:
        return []
    return to_proto.symbols(session.analysis().symbols(document.path), document.uri, document.lines, session.client)


def folding_range(ls: Server, params: t.FoldingRangeParams) -> list[to_proto.Json]:
    session = ls.session
    document = session.document(params.text_document.uri)
    if document is None:
        return []
    return to_proto.folding(session.analysis().folding(document.path), session.client)


HANDLERS: dict[str, Callable[..., Any]] = {
    t.INITIALIZED: initialized,
    t.TEXT_DOCUMENT_DID_OPEN: did_open,
    t.TEXT_DOCUMENT_DID_CHANGE: did_change,
    t.TEXT_DOCUMENT_DID_SAVE: did_save,
    t.TEXT_DOCUMENT_DID_CLOSE: did_close,
    t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: did_change_folders,
    t.WORKSPACE_DID_CHANGE_CONFIGURATION: did_change_configuration,
    t.WORKSPACE_DID_CHANGE_WATCHED_FILES: did_change_watched_files,
    t.TEXT_DOCUMENT_DIAGNOSTIC: document_diagnostic,
    t.WORKSPACE_DIAGNOSTIC: workspace_diagnostic,
    t.TEXT_DOCUMENT_HOVER: hover,
    t.TEXT_DOCUMENT_COMPLETION: completion,
    t.TEXT_DOCUMENT_DEFINITION: definition,
    t.TEXT_DOCUMENT_REFERENCES: references,
    t.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: document_highlight,
    t.TEXT_DOCUMENT_PREPARE_RENAME: prepare_rename,
    t.TEXT_DOCUMENT_RENAME: rename,
    t.WORKSPACE_SYMBOL: workspace_symbol,
    t.TEXT_DOCUMENT_DOCUMENT_LINK: document_link,
    t.TEXT_DOCUMENT_DOCUMENT_SYMBOL: document_symbol,
    t.TEXT_DOCUMENT_FOLDING_RANGE: folding_range,
    t.TEXT_DOCUMENT_INLAY_HINT: inlay_hint,
    t.TEXT_DOCUMENT_CODE_LENS: code_lens,
    t.WORKSPACE_WILL_RENAME_FILES: will_rename_files,
    t.TEXT_DOCUMENT_CODE_ACTION: code_action,
    t.CODE_ACTION_RESOLVE: code_action_resolve,
}
COMMANDS: dict[str, Callable[..., object]] = {
    to_proto.SHOW: show,
    actions.APPLY: actions.apply,
    actions.COPY: actions.copy,
    actions.EXPLAIN: actions.explain,
    "dmls.map": tls_map,
    "dmls.effective": effective,
    "dmls.change": change,
}
ACTION_KINDS = ["quickfix", "refactor.extract", "refactor.inline", "refactor.rewrite", actions.FIX_ALL]
_RENAMED = {
    "filters": [
        {"scheme": "file", "pattern": {"glob": "**/*.{pem,crt,cer,cert,key}", "matches": "file"}},
        {"scheme": "file", "pattern": {"glob": "**", "matches": "folder"}},
    ]
}
"""What a client asks about before it renames: certificate files, and folders that may hold some."""


def capabilities(client: from_proto.Client) -> to_proto.Json:
    """What the server can do, for a client."""
    offered: to_proto.Json = {
        "positionEncoding": client.encoding,
        "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
        "hoverProvider": True,
        "completionProvider": {"triggerCharacters": COMPLETION_TRIGGERS, "resolveProvider": False},
        "documentSymbolProvider": True,
        "foldingRangeProvider": True,
        "definitionProvider": True,
        "referencesProvider": True,
        "documentHighlightProvider": True,
        "renameProvider": {"prepareProvider": True} if client.prepare_rename else True,
        "workspaceSymbolProvider": True,
        "documentLinkProvider": {"resolveProvider": False},
        "executeCommandProvider": {"commands": list(COMMANDS)},
        "codeActionProvider": {"codeActionKinds": ACTION_KINDS, "resolveProvider": client.action_resolve} if client.action_literals else True,
        "inlayHintProvider": True,
        "codeLensProvider": {"resolveProvider": False},
        "workspace": {
            "workspaceFolders": {"supported": True, "changeNotifications": True},
            "fileOperations": {"willRename": _RENAMED},
        },
    }
    if client.pull:
        offered["diagnosticProvider"] = {
            "identifier": to_proto.SOURCE,
            "interFileDependencies": True,
            "workspaceDiagnostics": True,
        }
    return offered
