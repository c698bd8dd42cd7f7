"""`dmls show FILE`: the values that DM works with, and where each comes from."""

from __future__ import annotations

from dmls.cli.console import Console, harmless
from dmls.cli.main import CLEAN, FAULT
from dmls.cli.session import STDIN, Request, Session
from dmls.commands.options import Parsed, UsageError, read_version
from dmls.disk import absolute
from dmls.files import Directory
from dmls.ide.values import Refusal
from dmls.text import LineIndex, Span
from dmls.views.effective_shown import effective


def run(parsed: Parsed, console: Console) -> int:
    """0 where the values are shown, whatever is wrong with them; 2 where nothing can be."""
    version = read_version(parsed.value("--dm-version")) if parsed.flag("--dm-version") else None
    if parsed.flag("--stdin-filename") and parsed.operands[0] != STDIN:
        raise UsageError("cli.stdin-filename-alone")
    settings: dict[str, object] = {}
    if version is not None:
        settings["dm-version"] = parsed.value("--dm-version")
    if parsed.flag("--kind"):
        settings["kinds"] = {"**": parsed.value("--kind")}
    request = Request(
        paths=tuple(parsed.operands),
        settings=settings,
        stdin_name=parsed.value("--stdin-filename"),
        kind=parsed.value("--kind"),
        progress=False,
    )
    session = Session(request, console)
    if parsed.operands[0] != STDIN and isinstance(session.disk.stat(absolute(parsed.operands[0])), Directory):
        console.note("show.one-file", path=parsed.operands[0])
        return FAULT
    sources, _ = session.load()
    if session.failed or not sources:
        return FAULT
    source = sources[0]
    session.settle([source.path])
    found = effective(session.workspace.snapshot(), source.path, parsed.value("--instance"), version)
    if isinstance(found, Refusal):
        console.note(found.message, path=source.given, **found.args)
        return FAULT
    if parsed.value("--format", "text") == "json":
        import json

        console.write_json(json.dumps(found.json(console.language, source.given, range_of), ensure_ascii=False, indent=2))
    else:
        console.write_json(harmless(found.text(console.language, source.given)).rstrip("\n"))
    return CLEAN


def range_of(lines: LineIndex, span: Span) -> dict[str, object]:
    """Lines and columns from 0, columns in UTF-16 units."""
    start, end = (lines.position(at, "utf-16") for at in span)
    return {"start": {"line": start.line, "character": start.column}, "end": {"line": end.line, "character": end.column}}
