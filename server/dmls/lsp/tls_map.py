"""The command that hands the TLS map to a client: as a page, as lines of text with their places, or as JSON."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Sequence

from dmls.lsp import to_proto
from dmls.text import LineIndex
from dmls.views.map_shown import shown

if TYPE_CHECKING:
    from dmls.lsp.session import Session
    from dmls.text import Span

HTML, TEXT, JSON = "html", "text", "json"
ROUNDS = 8
"""How often the map is made anew because a certificate file had to be read first."""


async def show(session: Session, arguments: Sequence[Any]) -> to_proto.Json:
    """``{"html": page}``, ``{"lines": [{"text", "place"}]}`` or ``{"map": …}``, as the first argument's `format` asks.

    A place has a `uri` and a `range`; it is null for a line that is about no place.
    """
    options = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
    await session.scanned()
    paths = session.files()
    for _ in range(ROUNDS):
        for path in paths:
            for _ in session.analysis().steps(path):
                # Others wait for their answers meanwhile.
                await asyncio.sleep(0)
        analysis = session.analysis()
        found = analysis.tls_map(paths)
        if not session.inputs.open_wishes():
            break
        async for _ in session.looked_up():
            pass
    lines: dict[str, LineIndex] = {}
    folders = [session.paths.of(uri).rstrip("/") + "/" for uri in session.client.folders]

    def range_of(path: str, span: Span) -> to_proto.Json:
        if path not in lines:
            lines[path] = analysis.lines(path) or LineIndex("")
        return to_proto.range_of(lines[path], span, session.client.encoding)

    told = shown(found, session.locale, lambda path: _short(path, folders), range_of, session.publisher.uri)
    if options.get("format") == JSON:
        return {"map": told}
    if options.get("format") == TEXT:
        from dmls.views.map_text import text_lines

        return {"lines": [{"text": line.text.rstrip(), "place": _target(line.place)} for line in text_lines(told, session.locale)]}
    from dmls.views.map_html import page

    return {"html": page(told, session.locale)}


def _short(path: str, folders: Sequence[str]) -> str:
    """A path as the user knows it: from the folder that was opened."""
    if path + "/" in folders:
        return path.rpartition("/")[2] or path
    return next((path[len(f) :] for f in folders if path.startswith(f)), path)


def _target(place: to_proto.Json | None) -> to_proto.Json | None:
    return {"uri": place["uri"], "range": place["range"]} if place is not None else None
