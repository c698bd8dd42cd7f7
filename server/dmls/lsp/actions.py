"""Code actions for every client: with edits at once, with edits when one is chosen, or as commands.

A client that asks for edits later, or can only run commands, sends back where an action was offered and what it was called; the action is
then made anew from the present findings.  Where the text has changed meanwhile it is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Sequence

from pygls.exceptions import JsonRpcException

from dmls.finding import Applicability
from dmls.lsp import to_proto
from dmls.text import Span
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.analysis import Analysis
    from dmls.ide.values import Action
    from dmls.lsp.documents import Document
    from dmls.lsp.session import Session

APPLY, COPY, EXPLAIN = "dmls.apply", "dmls.copy", "dmls.explain"
"""Commands: apply an action, hand out a line for the clipboard, tell of a rule."""
FIX_ALL = "source.fixAll.dmls"
_AUTOMATIC = 2
"""CodeActionTriggerKind: the client asks by itself, at each move of the cursor."""


class ContentModified(JsonRpcException):
    """The text is not the one that the action was made for."""

    CODE = -32801
    MESSAGE = "dmls: the document has changed"


def offered(session: Session, document: Document, span: Span, only: Sequence[str], trigger: int | None) -> list[to_proto.Json]:
    """The actions at `span` as the client can take them."""
    client = session.client
    analysis = session.analysis()
    later = client.action_resolve or not client.action_literals
    # Computing all fixes together means judging the file several times: not at each move of the cursor.
    at_once = not later and (bool(only) or trigger != _AUTOMATIC)
    found = analysis.actions(document.path, span, only or None, at_once)
    if later and (not only or any(FIX_ALL == kind or FIX_ALL.startswith(f"{kind}.") for kind in only)):
        found += analysis.fix_all_offer(document.path)
    if later and not only and trigger != _AUTOMATIC:
        found += analysis.migration_offers(document.path)
    return [_action(session, analysis, document, span, action, number, later) for number, action in enumerate(_shown(found, session))]


def _shown(found: Sequence[Action], session: Session) -> list[Action]:
    return [action for action in found if not action.disabled or session.client.action_disabled]


def _title(action: Action, locale: str) -> str:
    return sentence(action.title, action.args, locale)


def _action(session: Session, analysis: Analysis, document: Document, span: Span, action: Action, number: int, later: bool) -> to_proto.Json:
    client = session.client
    locale = session.locale_for(document.path)
    title = _title(action, locale)
    data = {"uri": document.uri, "version": document.version, "span": list(span), "kind": action.kind, "title": title}
    command = None
    if action.command is not None:
        command = {"title": title, "command": action.command[0], "arguments": list(action.command[1])}
    if not client.action_literals:
        return command or {"title": title, "command": APPLY, "arguments": [data]}
    made: to_proto.Json = {"title": title, "kind": action.kind}
    if action.finding is not None:
        places = session.publisher.places(analysis)
        made["diagnostics"] = to_proto.diagnostics([action.finding], document.lines, client, lambda m, a: sentence(m, a, locale), places)
    if action.preferred and client.action_preferred:
        made["isPreferred"] = True
    if action.disabled:
        made["disabled"] = {"reason": sentence(action.disabled, action.args, locale)}
    elif command is not None:
        made["command"] = command
    elif later:
        made["data"] = data
    else:
        made["edit"] = edit_of(session, analysis, action, document.path, locale)
    return made


def edit_of(session: Session, analysis: Analysis, action: Action, path: str, locale: str) -> to_proto.Json | None:
    """The edits of an action that was offered in the file `path`; those of other files that may change what DM does ask first."""
    elsewhere = any(edit.file != path for edit in action.edits)
    unsafe = action.applicability is not None and action.applicability is not Applicability.SAFE
    confirm = None
    if elsewhere and unsafe:
        confirm = to_proto.Confirm(sentence("action.confirm", {}, locale), sentence("action.confirm-description", {}, locale))
    return to_proto.workspace_edit(action.edits, session.publisher.places(analysis), session.version, session.client, confirm)


def resolved(session: Session, data: object) -> to_proto.Json | None:
    """The edits of the action that `data` tells of.  Raises ContentModified where it is offered no more."""
    if not isinstance(data, Mapping):
        raise ContentModified()
    document = session.document(str(data.get("uri")))
    span = data.get("span")
    if document is None or document.version != data.get("version") or not isinstance(span, list) or len(span) != 2:
        raise ContentModified()
    analysis = session.analysis()
    kind = str(data.get("kind"))
    locale = session.locale_for(document.path)
    for action in analysis.actions(document.path, Span(int(span[0]), int(span[1])), [kind], kind == FIX_ALL):
        if action.kind == kind and _title(action, locale) == data.get("title"):
            return edit_of(session, analysis, action, document.path, locale)
    raise ContentModified()


def apply(session: Session, arguments: Sequence[Any]) -> None:
    """The command for clients without code actions."""
    edit = resolved(session, arguments[0] if arguments else None)
    if edit is not None:
        session.apply(edit)


def copy(session: Session, arguments: Sequence[Any]) -> object:
    """Hand a line to the client; one that cannot put it into the clipboard shows it."""
    line = arguments[0] if arguments and isinstance(arguments[0], str) else ""
    if "copy" not in session.client.presents:
        session.message(line)
    return {"text": line}


def explain(session: Session, arguments: Sequence[Any]) -> object:
    """Tell of a rule."""
    from dmls.rules.pages import page_of

    rule = arguments[0] if arguments and isinstance(arguments[0], str) else ""
    text = page_of(rule, session.locale)
    if text is None:
        return None
    if "explain" not in session.client.presents:
        session.message(to_proto.plain(text))
    return {"rule": rule, "markdown": text}
