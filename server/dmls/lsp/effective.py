"""The command that hands a client what DM works with in one file: a document with comments, or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence

from dmls.ide.values import Refusal
from dmls.lsp import to_proto
from dmls.text import LineIndex, Span
from dmls.version import parse_version
from dmls.views.effective_shown import effective
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.lsp.session import Session
    from dmls.version import Version

JSON = "json"


async def show(session: Session, arguments: Sequence[Any]) -> to_proto.Json:
    """``{"language", "text", "instances"}`` or, as `format` of the first argument asks, ``{"config": …, "instances"}``; ``{"refused": why}`` where
    nothing can be shown.

    That argument has the `uri` of the file; an `instance` and a `dmVersion` if it likes.  `instances` are the names that may be asked for.
    """
    options = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
    uri, instance = options.get("uri"), options.get("instance")
    path = session.paths.of(uri) if isinstance(uri, str) else ""
    if path not in session.documents:
        await session.scanned()
    analysis = session.analysis()
    name = path.rpartition("/")[2]
    found = effective(analysis, path, instance if isinstance(instance, str) else "", _version(options.get("dmVersion")))
    if isinstance(found, Refusal):
        return {"refused": sentence(found.message, {"path": name, **found.args}, session.locale_for(path))}

    def range_of(lines: LineIndex, span: Span) -> to_proto.Json:
        return to_proto.range_of(lines, span, session.client.encoding)

    instances = list(found.known)
    if options.get("format") == JSON:
        return {"config": found.json(session.locale_for(path), name, range_of), "instances": instances}
    return {"language": found.language, "text": found.text(session.locale_for(path), name), "instances": instances}


def _version(text: object) -> Version | None:
    """None, which is what the settings say, for what is no version."""
    try:
        return parse_version(text) if isinstance(text, str) and text else None
    except ValueError:
        return None
