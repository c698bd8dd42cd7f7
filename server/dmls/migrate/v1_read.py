"""What a deployment of DM 1.0 says of itself: files of components, scripts that start them, an inventory of dm-ansible, and tasks.

A value comes from the strongest place that sets it: a flag of a script, the file that the script names, the inventory, the defaults of dm-ansible.
Where each setting lives on stands in `schemas/legacy.json` and `schemas/inventory.json`; whatever has no place there gets a line in the report.
"""

from __future__ import annotations

from typing import Iterable, NamedTuple

from dmls.files import Content, Directory
from dmls.go import host_port
from dmls.migrate.change import ADVICE, DONE, LOST, CannotDo, Note, Request
from dmls.model import kind as kinds
from dmls.model.legacy import dm_ansible, dm_v1
from dmls.model.legacy.dm_ansible import Given, Machine
from dmls.model.legacy.dm_v1 import Setting
from dmls.schema import inventory as table
from dmls.schema import keys as k
from dmls.schema.load import load
from dmls.syntax import inventory, strict
from dmls.text import Span
from dmls.version import Version

Plain = object
_HAD_EFFECT = (k.CHARSET, k.AUTO_FIX_GTID, f"{k.TRACER}.{k.ENABLE}")
"""Settings without a successor that changed what DM 1.0 did, where they are neither empty nor false."""
_GROUP_VARS, _HOST_VARS = "group_vars", "host_vars"


class Placed(NamedTuple):
    """A value and where it stands; `span` is None for a default of dm-ansible."""

    value: Plain
    file: str
    span: Span | None


class Worker:
    """`values` are by the path of today's file, ``source:from.host``.  `machine` is its host in the inventory.

    `host` is "" while nothing tells it.
    """

    __slots__ = ("file", "host", "listen", "machine", "port", "values")

    def __init__(self, file: str, machine: Machine | None = None) -> None:
        self.file = file
        self.machine = machine
        self.values: dict[str, Placed] = {}
        self.host = ""
        self.port = 0
        self.listen = ""

    @property
    def source_id(self) -> str:
        placed = self.values.get(f"{kinds.SOURCE}:{k.SOURCE_ID}")
        return str(placed.value) if placed is not None else ""


class Old:
    """The old deployment.

    `deploys` are the pairs of source and worker that the old master had; `for_all` are the variables set for all machines, `given` all that have a
    place today.
    """

    def __init__(self) -> None:
        self.workers: list[Worker] = []
        self.master: dict[str, Placed] = {}
        self.master_file = ""
        self.deploys: list[tuple[str, str, Placed]] = []
        self.machines: list[Machine] = []
        self.inventory = ""
        self.for_all: dict[str, Given] = {}
        self.given: list[Given] = []
        self.tasks: list[str] = []
        self.notes: list[Note] = []

    def machines_of(self, group: str) -> list[Machine]:
        return [machine for machine in self.machines if machine.list == group]


class Reader:
    """Reads the files of an old deployment for the DM `version`; what comes of them is gathered in `old`."""

    def __init__(self, request: Request, paths: Iterable[str], version: Version) -> None:
        self.request = request
        self.files = request.files
        self.paths = list(paths)
        self.version = version
        self.old = Old()

    def read(self) -> Old:
        """Raises `CannotDo` where two deployments lie together, or none."""
        components: list[tuple[str, str]] = []
        for path in self.paths:
            kind = self.kind(path)
            if kind == dm_v1.INVENTORY:
                self.take_inventory(path)
            elif kind in (dm_v1.MASTER, dm_v1.WORKER):
                components.append((path, kind))
            elif kind == kinds.TASK:
                self.old.tasks.append(path)
            elif kind in kinds.KINDS:
                self.note(ADVICE, "v1.of-today", path)
        for path, kind in components:
            self.take_component(path, kind)
        self.take_inventory_workers()
        for path in self.paths:
            if self.files.kind(path) == kinds.SCRIPT:
                self.take_script(path)
        if not (self.old.workers or self.old.master_file or self.old.machines or self.old.tasks):
            raise CannotDo("v1.nothing", path=self.request.operands[0] if self.request.operands else self.request.folder)
        return self.old

    def note(self, level: str, message: str, file: str, span: Span | None = None, **args: object) -> None:
        self.old.notes.append(Note(level, message, args, file, span))

    def kind(self, path: str) -> str | None:
        """What a file is for this action; None for what it does not look at."""
        text = self.files.text(path)
        if text is None:
            return None
        known = self.files.kind(path)
        kind = known if known in (kinds.SOURCE, kinds.TASK, kinds.TOPOLOGY) else dm_v1.kind_of(text) or known
        if kind == kinds.MASTER:
            config = self.files.file(path)
            kind = dm_v1.MASTER if config is not None and dm_v1.may_be_master(config) else kind
        if kind in (dm_v1.MASTER, dm_v1.WORKER, dm_v1.INVENTORY, kinds.TASK) and not self.files.is_text(path):
            self.note(LOST, "v1.not-utf-8", path)
            return None
        return kind

    # --- files of components

    def take_component(self, path: str, kind: str) -> None:
        config = dm_v1.config_of(path, self.files.text(path) or "", kind)
        problem = strict.judge_chunks(config.tree)
        if problem is not None:
            self.note(LOST, "v1.broken", path, Span(problem.offset, problem.offset))
            return
        settings = list(dm_v1.settings(config, kind))
        if kind == dm_v1.MASTER:
            if self.old.master_file:
                raise CannotDo("v1.two-masters", path=path, other=self.old.master_file)
            self.old.master_file = path
            for setting in settings:
                self.take_master(setting, path)
            return
        worker = Worker(path)
        for setting in settings:
            self.take(setting, path, worker.values, kinds.WORKER)
        self.old.workers.append(worker)

    def take_master(self, setting: Setting, path: str) -> None:
        if not setting.path.startswith(k.DEPLOY):
            self.take(setting, path, self.old.master, kinds.MASTER)
            return
        pair = setting.value if isinstance(setting.value, dict) else {}
        source, worker = (next((str(pair[name]) for name in names if pair.get(name)), "") for names in ((k.SOURCE_ID, k.MYSQL_INSTANCE), (k.DM_WORKER,)))
        self.old.deploys.append((source, worker, Placed(pair, path, setting.span)))

    def take(self, setting: Setting, path: str, into: dict[str, Placed], kind: str) -> None:
        """Keep a setting under the path that it has today, or tell what becomes of it."""
        row, args = setting.row, {"key": setting.path}
        if setting.value is None:
            self.note(LOST, "v1.no-value", path, setting.span, **args)
            return
        if row is None:
            known = load(kind).children.get(setting.path)
            if known is not None and self.version in known.versions:
                into[f"{kind}:{setting.path}"] = Placed(setting.value, path, setting.span)
            else:
                self.note(LOST, "v1.unknown-key", path, setting.span, **args)
        elif row.replaced_by:
            into[row.replaced_by] = Placed(setting.value, path, setting.span)
        elif setting.path in _HAD_EFFECT and setting.value:
            self.note(LOST, "v1.no-successor", path, setting.span, **args)
        else:
            self.note(DONE, "v1.left-out", path, setting.span, **args)

    # --- scripts

    def take_script(self, path: str) -> None:
        """Flags of scripts that start a component of 1.0 win over what its file says."""
        for line in self.files.command_lines(path):
            kind = {kinds.MASTER: dm_v1.MASTER, kinds.WORKER: dm_v1.WORKER}.get(line.kind)
            values = self.values_of(line.kind, line.config_path) if kind is not None else None
            if kind is None or values is None:
                continue
            for flag in line.flags:
                if flag.spec is not None and not flag.spec.key:
                    continue
                span = Span(flag.span.start, flag.end)
                text = flag.value.value if flag.value is not None else "true"
                name = flag.spec.key if flag.spec is not None else dm_v1.key_of_flag(flag.name)
                row = dm_v1.row_of(kind, name)
                if flag.value is not None and flag.value.style == "unknown":
                    self.note(LOST, "v1.flag-unknown", path, span, flag=flag.name)
                elif row is not None:
                    self.take(Setting(name, text, span, row), path, values, line.kind)
                else:
                    self.note(LOST, "v1.unknown-flag", path, span, flag=flag.name)

    def values_of(self, kind: str, config: str | None) -> dict[str, Placed] | None:
        """The settings of the component that a script starts: of the one file with the name that it uses, or the only one of its kind."""
        if kind == kinds.MASTER:
            return self.old.master if self.old.master_file or self.old.machines_of(k.MASTER_SERVERS) else None
        if len(self.old.workers) == 1:
            return self.old.workers[0].values
        name = (config or "").rpartition("/")[2]
        found = [w for w in self.old.workers if name and w.file.rpartition("/")[2] == name]
        return found[0].values if len(found) == 1 else None

    # --- the inventory

    def take_inventory(self, path: str) -> None:
        if self.old.inventory:
            raise CannotDo("v1.two-inventories", path=path, other=self.old.inventory)
        self.old.inventory = path
        found = inventory.parse(self.files.text(path) or "")
        for fault in found.faults:
            self.note(LOST, f"v1.inventory-{fault.code}", path, fault.span)
        beside = self.vars_files(path)
        self.old.machines = dm_ansible.machines(found, path, beside)
        self.old.for_all = dm_ansible.for_all(found, path, beside)
        known_names = {machine.name for machine in self.old.machines}
        for section in found.sections:
            if section.hosts and section.group not in table.groups() and known_names.isdisjoint(host.name for host in section.hosts):
                self.note(LOST, "v1.group-unknown", path, section.span, group=section.group)
        for machine in self.old.machines:
            if not machine.list:
                self.note(DONE, "v1.group-left-out", path, machine.span, name=machine.name, group=machine.group)
        for given in dm_ansible.all_given(found, path, beside):
            known = table.variables().get(given.name)
            if known is not None and known.to:
                self.old.given.append(given)
                continue
            if known is None and not table.is_of_ansible(given.name):
                self.note(LOST, "v1.variable-unknown", given.file, given.span, name=given.name)
            else:
                self.note(DONE, "v1.variable-left-out", given.file, given.span, name=given.name)

    def vars_files(self, path: str) -> list[dm_ansible.VarsFile]:
        """The files below group_vars and host_vars beside an inventory: one a group or host, or a folder of some."""
        lookup = self.files.lookup(path)
        out: list[tuple[str, str, str]] = []
        for folder, scope in ((_GROUP_VARS, "group"), (_HOST_VARS, "host")):
            top = f"{path.rpartition('/')[0]}/{folder}"
            state = lookup.list(top)
            for entry in state.entries if isinstance(state, Directory) else ():
                if not entry.endswith("/"):
                    out.append((scope, _stem(entry), f"{top}/{entry}"))
                    continue
                inner = lookup.list(top + "/" + entry.rstrip("/"))
                out += [(scope, entry.rstrip("/"), f"{top}/{entry}{name}") for name in (inner.entries if isinstance(inner, Directory) else ()) if not name.endswith("/")]
        found = []
        for scope, of, file in out:
            text = self.files.text(file)
            if text is None:
                content = lookup.text(file)
                text = content.data.decode("utf-8", "replace") if isinstance(content, Content) else None
            if text is not None:
                found.append(dm_ansible.vars_file(scope, of, file, text))
        return found

    def take_inventory_workers(self) -> None:
        """Bring together what the inventory and the files say of one worker."""
        ids = {w.source_id: w for w in self.old.workers}
        for machine in self.old.machines_of(k.WORKER_SERVERS):
            host, port = self.host_and_port(machine)
            source = machine.var(*table.names_of(f"{kinds.SOURCE}:{k.SOURCE_ID}")) or ""
            worker = ids.get(source) if source else None
            if worker is None:
                worker = Worker(machine.file)
                self.old.workers.append(worker)
                ids.setdefault(source, worker)
            worker.machine = machine
            worker.host, worker.port = host, port
            for variable in table.variables().values():
                if variable.to.partition(":")[0] not in (kinds.SOURCE, kinds.WORKER) or variable.to in worker.values:
                    continue
                given = machine.given.get(variable.name)
                value = machine.var(variable.name)
                if value is None and given is not None:
                    self.note(LOST, "v1.template", given.file, given.span, name=given.name)
                elif value is not None and (given is not None or variable.to.startswith(f"{kinds.SOURCE}:")):
                    worker.values[variable.to] = Placed(value, given.file if given is not None else machine.file, given.span if given is not None else None)
        masters = self.old.machines_of(k.MASTER_SERVERS)
        for machine in masters[:1]:
            for variable in table.variables().values():
                if variable.to.startswith(f"{kinds.MASTER}:") and variable.to not in self.old.master and variable.name in machine.given:
                    given = machine.given[variable.name]
                    self.old.master[variable.to] = Placed(machine.var(variable.name) or "", given.file, given.span)

    def host_and_port(self, machine: Machine) -> tuple[str, int]:
        host = machine.var(*table.names_of(f"topology:{table.ANY}.{k.HOST}")) or machine.name
        names = table.names_of(f"topology:{machine.list}.{k.PORT}")
        port = machine.var(*names) or ""
        if port.isascii() and port.isdecimal() and int(port) < 65536:
            return host, int(port)
        for given in (machine.given[name] for name in names if name in machine.given):
            self.note(LOST, "v1.bad-variable", given.file, given.span, name=given.name)
        return host, int(next((v.default or "0" for v in table.variables().values() if v.name in names), "0"))


def address_of(text: str) -> tuple[str, int]:
    """Host and port of an address of DM; ("", 0) for what is none, and an empty host for one that listens everywhere."""
    parts, _ = host_port.split(host_port.unwrap_scheme(text))
    if parts is None or not (parts.port.isascii() and parts.port.isdecimal()) or int(parts.port) > 65535:
        return "", 0
    return "" if parts.host in ("0.0.0.0", "::") else parts.host, int(parts.port)


def _stem(name: str) -> str:
    for suffix in (".yml", ".yaml", ".json"):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name
