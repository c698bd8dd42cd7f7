"""`dmls migrate keys`: every old, renamed and idle key of configurations, for the DM version that they are to run with."""

from __future__ import annotations

from dmls.migrate.change import DUTY, CannotDo, Change, Edited, Note, Request
from dmls.migrate.up_to_date import bring, version_of
from dmls.model import kind as kinds
from dmls.version import Version, parse_version

CONFIRM = "migrate.confirm-unsafe"
FIRST = parse_version("2.0.0")
"""The oldest version that files of today's form are for."""


def make(request: Request) -> Change:
    """Edit the configurations among the files; with ``unsafe`` also what may change what DM does.

    ``to`` is the version to bring them to, without it what the settings of the first file say; ``from`` is the one they were for.
    """
    to = _version(request, "to")
    came_from = _version(request, "from")
    edited: list[Edited] = []
    notes: list[Note] = []
    for path in request.paths:
        if request.files.kind(path) not in kinds.KINDS:
            continue
        text = request.files.text(path)
        if text is None or not request.files.is_text(path):
            notes.append(Note(DUTY, "migrate.not-utf-8", {}, path))
            continue
        target = to if to is not None else request.files.settings(path).dm_versions[-1]
        brought = bring(request.files, path, text, target, came_from, request.options.flag("unsafe"))
        notes += brought.notes
        if brought.text != text:
            edited.append(Edited(path, text, brought.text, CONFIRM if brought.unsafe else ""))
    return Change(tuple(edited), (), tuple(notes))


def _version(request: Request, option: str) -> Version | None:
    given = request.options.value(option)
    if not given:
        return None
    version = version_of(given)
    if version is None:
        raise CannotDo("cli.bad-version", value=given)
    if version < FIRST:
        raise CannotDo("migrate.too-old", value=given)
    return version
