"""`dmls map [PATH…]`: who is called by whom, what becomes of each connection, and which lines decide it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Callable

from dmls.cli.console import Console, harmless
from dmls.cli.main import CLEAN, FAULT, FINDINGS
from dmls.cli.moment import at_of
from dmls.cli.result import Result
from dmls.cli.session import Request, Session
from dmls.commands.options import Parsed, read_version
from dmls.text import LineIndex
from dmls.views.map_shown import Json, shown
from dmls.views.tls_map import FAILS

if TYPE_CHECKING:
    from dmls.analysis import Analysis
    from dmls.text import Span

TEXT, MERMAID, SVG, HTML, JSON = "text", "mermaid", "svg", "html", "json"


def run(parsed: Parsed, console: Console) -> int:
    """0 where every connection comes about or is not known, 1 where one fails, 2 where nothing can be shown."""
    settings: dict[str, object] = {}
    if parsed.flag("--dm-version"):
        read_version(parsed.value("--dm-version"))
        settings["dm-version"] = parsed.value("--dm-version")
    operands = tuple(parsed.operands) or (".",)
    session = Session(Request(paths=operands, settings=settings, progress=False, at=at_of(parsed)), console)
    sources, _ = session.load()
    paths = [source.path for source in sources]
    # Which files belong together is found once for all; a card that comes later has those judged again whom it may concern.
    session.workspace.snapshot().take_cards(*paths)
    session.settle(paths)
    analysis = session.workspace.snapshot()
    found = analysis.tls_map(paths)
    if not found.deployments and not found.alone:
        console.note("map.no-files", path=" ".join(operands))
        return FAULT
    names = Result([], {source.path: source.given for source in sources})
    told = shown(found, console.language, names.name, ranges(analysis))
    text = _text(told, parsed.value("--format", TEXT), console, bool(parsed.value("--output")))
    if not _write(text, parsed.value("--output"), console, parsed.value("--format", TEXT) != TEXT):
        return FAULT
    if session.failed:
        return FAULT
    return FINDINGS if found.states()[FAILS] else CLEAN


def ranges(analysis: Analysis) -> Callable[[str, Span], Json]:
    """Places as JSON has them: lines and columns from 0, columns in UTF-16 units."""
    known: dict[str, LineIndex] = {}

    def range_of(path: str, span: Span) -> Json:
        lines = known.get(path)
        if lines is None:
            lines = known[path] = analysis.lines(path) or LineIndex("")
        start, end = (lines.position(at, "utf-16") for at in span)
        return {"start": {"line": start.line, "character": start.column}, "end": {"line": end.line, "character": end.column}}

    return range_of


def _text(told: Json, form: str, console: Console, to_file: bool) -> str:
    if form == JSON:
        import json

        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    if form == MERMAID:
        from dmls.views import map_mermaid

        return map_mermaid.mermaid(told, console.language)
    if form == SVG:
        from dmls.views import map_svg

        return map_svg.document(told, console.language)
    if form == HTML:
        from dmls.views import map_html

        return map_html.page(told, console.language)
    from dmls.views import map_text

    lines = []
    for line in map_text.text_lines(told, console.language):
        lines.append("".join(harmless(text) if to_file or not colour else console.paint(colour, harmless(text)) for colour, text in line.parts).rstrip())
    return "\n".join(lines) + "\n"


def _write(text: str, path: str, console: Console, is_utf_8: bool) -> bool:
    """To the file, else to standard output; False where that cannot be written."""
    data = text.encode("utf-8", "replace")
    if path:
        try:
            Path(path).write_bytes(data)
        except OSError as error:
            console.note("map.not-written", path=path, reason=error.strerror or "")
            return False
    elif is_utf_8:
        console.write_json(text.rstrip("\n"))
    else:
        console.write(text)
    return True
