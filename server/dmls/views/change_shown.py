"""The change that an action makes, in words: the one form behind text, JSON and editors, whose keys are those of ``schemas/change.schema.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Mapping

from dmls.private import without_keys
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.migrate.change import Change, Step
    from dmls.text import Span

VERSION = 1
EDITED, CREATED = "edited", "created"
Json = dict[str, Any]


def shown(change: Change, action: str, locale: str, name: Callable[[str], str], range_of: Callable[[str, Span], Json], diffs: Mapping[str, str], written: bool) -> Json:
    """`name` is how to call a path to the reader, `diffs` has the difference of each file by its path, "" or nothing for what is secret."""

    def file(path: str, what: str, mode: int = 0) -> Json:
        return {"file": name(path), "change": what, **({"mode": f"{mode:04o}"} if mode else {}), "diff": diffs.get(path, "")}

    files = [file(e.path, EDITED) for e in change.edited] + [file(c.path, CREATED, c.mode) for c in change.created]
    notes = []
    for note in change.notes:
        place = {"file": name(note.file), "range": range_of(note.file, note.span) if note.span is not None else None} if note.file else {"file": None, "range": None}
        notes.append({"level": note.level, "message": sentence(note.message, note.args, locale), **place})
    return {
        "version": VERSION,
        "action": action,
        "written": written,
        "files": files,
        "report": notes,
        "runbook": [_step(step, locale) for step in change.runbook],
    }


def _step(step: Step, locale: str) -> Json:
    return {"text": sentence(step.message, step.args, locale), "commands": [without_keys(line) for line in step.commands]}


def report_lines(told: Json, locale: str) -> list[tuple[str, str]]:
    """The files and the report as lines, each with what it tells: the change of a file, or the level of a note."""
    lines = []
    for file in told["files"]:
        message = f"change.{file['change'] if told['written'] else 'would-be-' + file['change']}"
        lines.append((file["change"], sentence(message, {"path": file["file"]}, locale)))
    for note in told["report"]:
        place = note["file"] or ""
        if note["range"] is not None:
            place += f":{note['range']['start']['line'] + 1}"
        text = sentence(f"change.{note['level']}", {"text": note["message"]}, locale)
        lines.append((note["level"], f"{place}: {text}" if place else text))
    return lines


def runbook(told: Json, locale: str) -> str:
    """The runbook as Markdown with its commands in fences; "" where there is none."""
    if not told["runbook"]:
        return ""
    parts = ["# " + sentence("change.runbook", {}, locale)]
    for number, step in enumerate(told["runbook"], 1):
        parts.append(f"{number}. " + step["text"].replace("\n", "\n   "))
        if step["commands"]:
            parts.append("\n".join(["   ```sh", *("   " + line if line else "" for line in step["commands"]), "   ```"]))
    return "\n\n".join(parts) + "\n"


def markdown(told: Json, locale: str) -> str:
    """Everything as one page: what becomes of each file, the report, the runbook."""
    parts = ["# " + sentence("change.title", {"action": told["action"]}, locale)]
    lines = report_lines(told, locale)
    parts.append("\n".join(f"* {text}" for _, text in lines) if lines else sentence("change.nothing", {}, locale))
    steps = runbook(told, locale)
    return "\n\n".join([*parts, *([steps.rstrip("\n")] if steps else [])]) + "\n"
