"""`dmls migrate v1`: the files of a deployment of DM 1.0 or dm-ansible as those of today's DM, and the way from one to the other.

New files only; the old ones stay as they are.  The new deployment is made beside the old one and the tasks go on from where they were, by the places that
the old checkpoints name (migration.md B; docs-cn dm/manually-upgrade-dm-1.0-to-2.0.md).  ``v1-sources-path``, DM's own way, is not taken: it needs the
old workers' folders in place, deletes what it has read, and speaks to upstream databases without TLS.
"""

from __future__ import annotations

import re
from typing import Iterable, Mapping

from dmls.migrate.change import ADVICE, DONE, DUTY, LOST, CannotDo, Change, Created, Note, Request, created_text, in_order
from dmls.migrate.compose import (
    FILES,
    MASTER_PORT,
    PEER_PORT,
    TIUP,
    WORKER_PORT,
    Component,
    Topology,
    given_address,
    master_page,
    safe_name,
    source_page,
    topology_page,
    worker_page,
)
from dmls.migrate.password_key import OWN_KEY
from dmls.migrate.v1_read import Old, Placed, Plain, Reader, Worker, address_of
from dmls.migrate.v1_runbook import RELAY_BY_SOURCE, Runbook, Way
from dmls.migrate.v1_task import Place, Task, moved_task
from dmls.model import kind as kinds
from dmls.model.legacy.dm_ansible import Machine
from dmls.model.legacy.old_cipher import is_of_old_key
from dmls.schema import inventory as table
from dmls.schema import keys as k
from dmls.schema.key import SchemaKey
from dmls.schema.load import find, load
from dmls.text import Span
from dmls.version import parse_version

FOLDER = "dm-v2"
"""The folder for the new files, unless the user names one."""
_OLDEST = parse_version("2.0.0")


def make(request: Request) -> Change:
    """The files for today, what is not in them, and the way from the old deployment to the new one.  Raises CannotDo."""
    return _Migration(request).change()


class _Migration:
    def __init__(self, request: Request) -> None:
        self.request = request
        self.files = request.files
        first = request.operands[0] if request.operands else request.folder
        self.root = first.rpartition("/")[0] if first in request.paths else first
        self.out = request.path(request.options.value("output")) if request.options.flag("output") else f"{self.root.rstrip('/')}/{FOLDER}"
        self.inputs = [path for path in request.paths if not path.startswith(self.out + "/")]
        self.settings = self.files.settings(self.inputs[0] if self.inputs else self.root + "/x.toml")
        self.version = self.settings.dm_versions[-1]
        if self.version < _OLDEST:
            raise CannotDo("v1.target-too-old", version=self.version)
        self.notes: list[Note] = []
        self.created: list[Created] = []
        self.names: set[str] = set()
        self.style = ""
        self.masters: list[Component] = []
        self.master_files: list[str] = []
        self.old_passwords = False
        """Whether a password is under the fixed key."""

    def note(self, level: str, message: str, file: str = "", span: Span | None = None, **args: object) -> None:
        self.notes.append(Note(level, message, args, file, span))

    def change(self) -> Change:
        old = Reader(self.request, self.inputs, self.version).read()
        self.notes += old.notes
        self.style = self.request.options.choice("style", (FILES, TIUP), TIUP if old.inventory else FILES)
        self.masters = masters = self.find_masters(old)
        workers = [self.worker(old, worker) for worker in old.workers]
        ways = self.sources(old, workers)
        if self.style == TIUP and masters:
            self.topology(old, masters, workers)
        else:
            for master in masters:
                name = "dm-master.toml" if len(masters) == 1 else f"dm-{master.name}.toml"
                self.master_files.append(self.put(name, master_page(master, masters, self.request.locale).text))
        tasks = [task for path in old.tasks if (task := moved_task(self.request, path, self.settings, self.places(), self.notes)) is not None]
        task_files = [self.put(path.rpartition("/")[2], task.text) for path, task in ((t.path, t) for t in tasks)]
        self.bindings(old)
        self.unused(old)
        self.passwords(old, tasks)
        runbook = tuple(Runbook(self.request, self.version, self.style, self.out, old, masters, self.master_files, ways, list(zip(tasks, task_files)), self.old_passwords).steps())
        return Change((), tuple(self.created), in_order(self.notes, self.inputs), runbook)

    def put(self, name: str, text: str) -> str:
        """A new file with a name that no other one has; the answer is the name."""
        name = safe_name(name)
        stem, dot, suffix = name.rpartition(".")
        number = 1
        while name.lower() in self.names:
            number += 1
            name = f"{stem}-{number}{dot}{suffix}"
        self.names.add(name.lower())
        self.created.append(created_text(f"{self.out}/{name}", text))
        return name

    # --- components

    def find_masters(self, old: Old) -> list[Component]:
        """DM 1.0 has one master; the user may name several for the new cluster."""
        settings = self.component_settings(old.master, kinds.MASTER)
        placed = old.master.get(f"{kinds.MASTER}:{k.MASTER_ADDR}")
        host, port = address_of(str(placed.value)) if placed is not None else ("", 0)
        listen = str(placed.value) if placed is not None and not host and port else ""
        found = []
        for given in self.request.options.values("masters"):
            parts = given_address(given, MASTER_PORT)
            if parts is None:
                raise CannotDo("v1.bad-address", option="--masters", value=given)
            found.append(parts)
        machines = old.machines_of(k.MASTER_SERVERS)
        out: list[Component] = []
        if not (old.workers or old.master_file or old.inventory):
            # Tasks alone say nothing of the components.
            return out
        if not found:
            found = [(machine_host(m) or host, machine_port(m) or port or MASTER_PORT) for m in machines] or [(host, port or MASTER_PORT)]
        for number, (name, number_of_port) in enumerate(found, 1):
            if not name:
                name = "dm-master"
                self.note(DUTY, "v1.master-host", placed.file if placed is not None else "", placed.span if placed is not None else None, host=name)
            own = self.instance(old, machines[number - 1], k.MASTER_SERVERS) if number <= len(machines) else {}
            instance = {k.NAME: f"master{number}", **own}
            out.append(Component(f"master{number}", name, number_of_port, PEER_PORT, listen if len(found) == 1 else "", settings, instance))
        return out

    def worker(self, old: Old, worker: Worker) -> Component:
        placed = worker.values.get(f"{kinds.WORKER}:{k.WORKER_ADDR}")
        host, port = address_of(str(placed.value)) if placed is not None else ("", 0)
        listen = str(placed.value) if placed is not None and port else ""
        told = next((address_of(address) for source, address, _ in old.deploys if source and source == worker.source_id), ("", 0))
        host = worker.host or host or told[0]
        port = port or worker.port or told[1] or WORKER_PORT
        if not host:
            host = safe_name(f"worker-{worker.source_id or port}")
            self.note(DUTY, "v1.worker-host", worker.file, placed.span if placed is not None else None, host=host)
        settings = self.component_settings(worker.values, kinds.WORKER)
        name = safe_name(f"worker-{host}-{port}")
        instance = {k.NAME: name, **(self.instance(old, worker.machine, k.WORKER_SERVERS) if worker.machine is not None else {})}
        if self.style == FILES and worker.machine is not None:
            listen = listen or f":{port}"
            settings = {**self.paths_of(worker), **settings}
        return Component(name, host, port, PEER_PORT, listen, settings, instance)

    def paths_of(self, worker: Worker) -> dict[str, Plain]:
        """What dm-ansible passed to a worker as flags: its log file and the folder of its relay log."""
        machine = worker.machine
        assert machine is not None
        folder = machine.var(*table.names_of(f"topology:{k.WORKER_SERVERS}.{k.LOG_DIR}"))
        name = machine.var(*table.names_of(f"{table.LOG_FILE}:{k.WORKER_SERVERS}"))
        out: dict[str, Plain] = {}
        level = machine.var(*table.names_of(f"{kinds.WORKER}:{k.LOG_LEVEL}"))
        if level:
            out[k.LOG_LEVEL] = level
        if folder and name:
            out[k.LOG_FILE] = f"{folder}/{name}"
        relay = machine.var(*table.names_of(f"{kinds.WORKER}:{k.RELAY_DIR}"))
        if relay and self.version in load(kinds.WORKER).children[k.RELAY_DIR].versions:
            out[k.RELAY_DIR] = relay
        return out

    def component_settings(self, values: Mapping[str, Placed], kind: str) -> dict[str, Plain]:
        """What else the file of a component says, without its address, in the order of its schema."""
        out: dict[str, Plain] = {}
        for name, schema in load(kind).children.items():
            placed = values.get(f"{kind}:{name}")
            if placed is None or name in (k.MASTER_ADDR, k.WORKER_ADDR):
                continue
            if self.version not in schema.versions:
                continue
            if self.style == TIUP and name in (k.NAME, k.ADVERTISE_ADDR, k.JOIN, k.LOG_FILE, k.DATA_DIR):
                self.note(DONE, "v1.tiup-sets", placed.file, placed.span, key=name)
                continue
            value = self.converted(placed, schema, name)
            if value is not None and value != "":
                out[name] = value
        return out

    def instance(self, old: Old, machine: Machine, group: str) -> dict[str, Plain]:
        """What the inventory says of the instance of a topology beside its address."""
        out: dict[str, Plain] = {}
        item = find(kinds.TOPOLOGY, (group, 0))
        assert item is not None
        skipped = (k.HOST, k.PORT) if group in (k.MASTER_SERVERS, k.WORKER_SERVERS) else (k.HOST,)
        for variable in table.variables().values():
            kind, _, path = variable.to.partition(":")
            where, _, name = path.partition(".")
            given = machine.given.get(variable.name)
            if kind != kinds.TOPOLOGY or where not in (group, table.ANY) or name in skipped or given is None or name not in item.children or name in out:
                continue
            if name == k.DEPLOY_DIR and given == old.for_all.get(variable.name):
                # It is the folder of all, which stands in the global block.
                continue
            text = machine.var(variable.name)
            value = self.converted(Placed(text, given.file, given.span), item.children[name], variable.name) if text is not None else None
            if text is None:
                self.note(LOST, "v1.template", given.file, given.span, name=variable.name)
            elif value is not None:
                out[name] = value
                if name == k.DEPLOY_DIR:
                    self.note(ADVICE, "v1.same-folder", given.file, given.span, folder=text)
        return out

    def topology(self, old: Old, masters: list[Component], workers: list[Component]) -> None:
        top: dict[str, Plain] = {}
        for name in (k.USER, k.DEPLOY_DIR):
            for where in (k.GLOBAL, table.ANY):
                for variable in table.names_of(f"{kinds.TOPOLOGY}:{where}.{name}"):
                    if variable in old.for_all and name not in top and old.machines:
                        text = old.machines[0].filled(old.for_all[variable].text)
                        old.machines[0].asked.add(old.for_all[variable])
                        if text is not None:
                            top[name] = text
        if k.DEPLOY_DIR in top:
            # Where the logs of DM 1.0 were.
            top[k.LOG_DIR] = f"{top[k.DEPLOY_DIR]}/log"
        others: dict[str, list[dict[str, Plain]]] = {}
        for group in dict.fromkeys(table.groups().values()):
            if group in ("", k.MASTER_SERVERS, k.WORKER_SERVERS):
                continue
            for machine in old.machines_of(group):
                others.setdefault(group, []).append({k.HOST: machine_host(machine), **self.instance(old, machine, group)})
        self.put("topology.yaml", topology_page(Topology(masters, workers, top, others), self.request.locale).text)

    def converted(self, placed: Placed, schema: SchemaKey, key: str) -> Plain:
        """The value as today's decoder takes it; None, and a line in the report, for one that it does not take."""
        value, kind = placed.value, schema.type
        text = str(value).strip() if not isinstance(value, (dict, list)) else ""
        if kind == "bool":
            fits = isinstance(value, bool) or text.lower() in ("true", "false")
            out: Plain = value if isinstance(value, bool) else text.lower() == "true"
        elif kind == "int":
            fits = isinstance(value, int) and not isinstance(value, bool) or re.fullmatch(r"[+-]?\d{1,19}", text) is not None
            out = int(text) if fits else None
        elif kind == "float":
            fits = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text) is not None
            out = float(text) if fits else None
        elif kind in ("map", "object"):
            fits, out = isinstance(value, dict), value
        else:
            fits, out = not isinstance(value, (dict, list)), value if isinstance(value, str) else text
        if not fits:
            self.note(LOST, "v1.bad-value", placed.file, placed.span, key=key)
            return None
        return out

    # --- sources

    def sources(self, old: Old, workers: list[Component]) -> list[Way]:
        ways = []
        for worker, component in zip(old.workers, workers):
            worker_file = ""
            if self.style == FILES:
                relay = worker.values.get(f"{kinds.WORKER}:{k.RELAY_DIR}")
                if relay is not None and k.RELAY_DIR in component.settings:
                    self.note(ADVICE, "v1.relay-dir", relay.file, relay.span)
                worker_file = self.put(f"dm-{component.name}.toml", worker_page(component, self.masters, self.request.locale).text)
            values = self.source_values(worker)
            if not worker.source_id:
                self.note(LOST, "v1.no-source-id", worker.file)
                continue
            for part in (k.HOST, k.PORT, k.USER):
                if f"{k.FROM}.{part}" not in values:
                    self.note(DUTY, "v1.source-incomplete", worker.file, None, source=worker.source_id, key=f"{k.FROM}.{part}")
            remarks = {k.ENABLE_RELAY: "page.enable-relay"}
            name = self.put(f"source-{worker.source_id}.yaml", source_page(values, self.request.locale, remarks).text)
            ways.append(Way(worker.source_id, component, name, worker_file))
        return ways

    def source_values(self, worker: Worker) -> dict[str, Plain]:
        out: dict[str, Plain] = {}
        prefix = f"{kinds.SOURCE}:"
        for target, placed in worker.values.items():
            if not target.startswith(prefix):
                continue
            path = target[len(prefix) :]
            schema = find(kinds.SOURCE, path.split("."))
            assert schema is not None
            value = self.converted(placed, schema, path)
            if value is None or value == "" and path != f"{k.FROM}.{k.PASSWORD}" or value == {} or path == k.SERVER_ID and value == 0:
                continue
            out[path] = value
            if path == k.ENABLE_GTID and value:
                self.note(DUTY, "v1.enable-gtid", placed.file, placed.span)
            elif path == k.SERVER_ID:
                self.note(ADVICE, "v1.server-id", placed.file, placed.span)
        relay = worker.values.get(f"{kinds.WORKER}:{k.RELAY_DIR}")
        if relay is not None and self.version not in load(kinds.WORKER).children[k.RELAY_DIR].versions and relay.span is not None:
            out[k.RELAY_DIR] = str(relay.value)
        if self.version in RELAY_BY_SOURCE:
            out[k.ENABLE_RELAY] = True
            self.note(ADVICE, "v1.relay-kept", worker.file, source=worker.source_id)
        return out

    def bindings(self, old: Old) -> None:
        """Which worker had which source is told to the new cluster by commands."""
        ids = {worker.source_id for worker in old.workers}
        for source, worker, placed in old.deploys:
            if source in ids:
                self.note(DONE, "v1.deploy", placed.file, placed.span, source=source, worker=worker)
            else:
                self.note(LOST, "v1.deploy-without-file", placed.file, placed.span, source=source, worker=worker)

    def unused(self, old: Old) -> None:
        """Variables that have a place today, and yet nothing came of them."""
        asked = old.machines[0].asked if old.machines else set()
        for given in old.given:
            if given not in asked and given.name not in table.names_of(table.CLUSTER):
                self.note(DONE, "v1.variable-unused", given.file, given.span, name=given.name)

    def passwords(self, old: Old, tasks: Iterable[Task]) -> None:
        """Passwords stay as they are; those under the fixed key need a new form where DM no longer knows that key."""
        level, message = (DUTY, "v1.password-new-key") if self.version >= OWN_KEY else (ADVICE, "v1.password-old-key")
        for placed in (*(w.values.get(f"{kinds.SOURCE}:{k.FROM}.{k.PASSWORD}") for w in old.workers), *(task.password for task in tasks)):
            if placed is not None and is_of_old_key(str(placed.value)):
                self.old_passwords = True
                self.note(level, message, placed.file, placed.span)

    def places(self) -> dict[tuple[str, str], Place]:
        """The places in the binlog that the user gives: by task, "" for all, and source."""
        found = {}
        for given in self.request.options.values("meta"):
            parts = re.fullmatch(r"(?:([^/=]+)/)?([^=]+)=([^:]+):(\d{1,10})", given)
            if parts is None:
                raise CannotDo("v1.bad-meta", value=given)
            task, source, name, position = parts.groups()
            found[task or "", source] = Place(name, int(position))
        return found


def machine_host(machine: Machine) -> str:
    """What a host of the inventory is called by."""
    return machine.var(*table.names_of(f"{kinds.TOPOLOGY}:{table.ANY}.{k.HOST}")) or machine.name


def machine_port(machine: Machine) -> int:
    """The port of a component, 0 where it is none."""
    text = machine.var(*table.names_of(f"{kinds.TOPOLOGY}:{machine.list}.{k.PORT}")) or ""
    return int(text) if re.fullmatch("[0-9]{1,5}", text) and int(text) < 65536 else 0
