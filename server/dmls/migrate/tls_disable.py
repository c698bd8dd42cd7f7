"""`dmls tls disable`: the inverse of `tls enable`.

The four keys of a component go together: what a part of them means depends on the version (migration.md A.3).
"""

from __future__ import annotations

from typing import Callable, Iterable

from dmls.migrate import tls_edit, tls_runbook
from dmls.migrate.change import ADVICE, DONE, DUTY, LOST, CannotDo, Change, Edited, Note, Request, in_order
from dmls.migrate.deployment import leader, read
from dmls.migrate.tls_edit import NotSure, Triple
from dmls.model import kind as kinds
from dmls.model.tls_block import PATHS, TlsBlock
from dmls.text import Edit, apply_edits


def make(request: Request) -> Change:
    """Raises CannotDo."""
    found = read(request)
    if found.is_empty:
        raise CannotDo("tls-change.no-deployment")
    notes: list[Note] = []
    edits: dict[str, list[Edit]] = {}

    def take(path: str, make: Callable[[], Iterable[Edit]], note: Note) -> bool:
        try:
            made = list(make())
        except NotSure:
            notes.append(Note(LOST, "tls-change.not-sure", {}, path, note.span))
            return False
        if made:
            edits.setdefault(path, []).extend(made)
            notes.append(note)
        return bool(made)

    client = Triple("", "", "")
    for component in found.components:
        block = next(iter(component.config.tls_blocks), None)
        own = request.files.file(component.path)
        if component.line is None and own is not None and any(own.get(path) is not None for path in PATHS.values()):
            client = client if client.ca else _triple(block, client)
            take(component.path, lambda own=own: tls_edit.off(own), Note(DONE, "tls-change.off", {"name": component.name}, component.path))
    for path, line in found.lines:
        if line.ends or line.kind not in (kinds.MASTER, kinds.WORKER, kinds.DMCTL):
            continue
        if not line.is_known(*PATHS.values()):
            if any(line.config.get(key) is not None for key in PATHS.values()) or line.kind == kinds.DMCTL:
                notes.append(Note(DUTY, "tls-change.open-line-off", {}, path, line.span))
            continue
        if line.kind == kinds.DMCTL:
            client = _triple(next(iter(line.config.tls_blocks), None), client)
        take(path, lambda line=line: tls_edit.flags_off(line), Note(DONE, "tls-change.off-line", {}, path, line.span))
    for topology in found.topologies:
        take(topology.path, lambda topology=topology: tls_edit.topology_off(topology), Note(DONE, "tls-change.off-topology", {}, topology.path))
    databases = False
    for config in (*found.sources, *found.tasks):
        if not config.tls_blocks:
            continue
        if request.options.flag("databases"):
            databases |= take(config.path, lambda config=config: tls_edit.unsecured(config), Note(DONE, "tls-change.off-database", {}, config.path))
        else:
            notes.append(Note(ADVICE, "tls-change.database-stays", {}, config.path))
    edited = []
    for path, made in edits.items():
        old = request.files.text(path)
        new = apply_edits(old, dict.fromkeys(made)) if old is not None else None
        if old is not None and new is not None and old != new:
            edited.append(Edited(path, old, new, "tls-change.confirm"))
    version = request.files.settings(next(iter(request.paths), "")).dm_versions[-1]
    steps = tls_runbook.disabling(found, client, databases, version, leader(request, found)) if edited else ()
    return Change(tuple(edited), (), in_order(notes, request.paths), steps)


def _triple(block: TlsBlock | None, otherwise: Triple) -> Triple:
    """The paths of a block, those of `otherwise` where it names none."""
    if block is None or not block.ca.has_path:
        return otherwise
    paths = [material.path.text if material.path is not None else "" for material in block.materials]
    return Triple(*paths)
