"""`dmls tls disable`: the inverse of `tls enable`.

The four keys of a component go together: what a part of them means depends on the version (migration.md A.3).
"""

from __future__ import annotations

from functools import partial

from dmls.migrate import tls_edit, tls_runbook
from dmls.migrate.change import ADVICE, DONE, DUTY, Change, Note, Request, in_order
from dmls.migrate.deployment import Component, leader
from dmls.migrate.tls_edit import Triple
from dmls.migrate.tls_switch import Switch
from dmls.model import kind as kinds
from dmls.model.command_line import CommandLine
from dmls.model.config_file import ConfigFile
from dmls.model.tls_block import PATHS, TlsBlock


def make(request: Request) -> Change:
    """Raises CannotDo."""
    return _Disabling(request).change()


class _Disabling(Switch):
    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.client = Triple("", "", "")
        """The files of dmctl until TLS is off; where no call of it names any, those of a component."""

    def change(self) -> Change:
        for component in self.found.components:
            self._component(component)
        for path, line in self.found.lines:
            if not line.ends and line.kind in (kinds.MASTER, kinds.WORKER, kinds.DMCTL):
                self._line(path, line)
        for topology in self.found.topologies:
            self.take(partial(tls_edit.topology_off, topology), Note(DONE, "tls-change.off-topology", {}, topology.path))
        changed = [self._database(config) for config in (*self.found.sources, *self.found.tasks)]
        edited = tuple(self.edited())
        steps = tls_runbook.disabling(self.found, self.client, any(changed), self.version, leader(self.request, self.found)) if edited else ()
        return Change(edited, (), in_order(self.notes, self.request.paths), steps)

    def _component(self, component: Component) -> None:
        own = component.config
        if component.line is None and any(own.get(path) is not None for path in PATHS.values()):
            self.client = self.client if self.client.ca else _triple(next(iter(component.config.tls_blocks), None), self.client)
            self.take(partial(tls_edit.off, own), Note(DONE, "tls-change.off", {"name": component.name}, component.path))

    def _line(self, path: str, line: CommandLine) -> None:
        if not line.is_known(*PATHS.values()):
            if any(line.config.get(key) is not None for key in PATHS.values()) or line.kind == kinds.DMCTL:
                self.note(DUTY, "tls-change.open-line-off", path, line.span)
            return
        if line.kind == kinds.DMCTL:
            self.client = _triple(next(iter(line.config.tls_blocks), None), self.client)
        self.take(partial(tls_edit.flags_off, line), Note(DONE, "tls-change.off-line", {}, path, line.span))

    def _database(self, config: ConfigFile) -> bool:
        """Take the block of a source or task away where that is wanted; whether it was done."""
        if not config.tls_blocks:
            return False
        if not self.request.options.flag("databases"):
            self.note(ADVICE, "tls-change.database-stays", config.path)
            return False
        return self.take(partial(tls_edit.unsecured, config), Note(DONE, "tls-change.off-database", {}, config.path))


def _triple(block: TlsBlock | None, otherwise: Triple) -> Triple:
    """The paths of a block, those of `otherwise` where it names none."""
    if block is None or not block.ca.has_path:
        return otherwise
    paths = [material.path.text if material.path is not None else "" for material in block.materials]
    return Triple(*paths)
