"""What a person does to go from DM 1.0 to the new files, in order; until the tasks start, the old deployment can be started again."""

from __future__ import annotations

from typing import Iterator, NamedTuple, Sequence

from dmls.migrate.change import Request, Step
from dmls.migrate.compose import Component
from dmls.migrate.v1_read import Old
from dmls.migrate.v1_task import Task
from dmls.model import shell
from dmls.schema import inventory as table
from dmls.version import MAIN, Version, parse_version_set

FILES, TIUP = "files", "tiup"
RELAY_BY_SOURCE = parse_version_set("2.0.0..2.0.2,5.4.0..")
"""Where `enable-relay` of a source counts; between, a command does it."""
OWN_KEY = parse_version_set("8.0.0..")
"""Where DM no longer knows the fixed key of passwords."""
_ANY_VERSION = '"$DM_VERSION"'


class Way(NamedTuple):
    """A source, its worker, and the new files of both; `worker_file` is "" in a topology."""

    source: str
    worker: Component
    file: str
    worker_file: str


class Runbook(NamedTuple):
    request: Request
    version: Version
    style: str
    out: str
    old: Old
    masters: Sequence[Component]
    master_files: Sequence[str]
    ways: Sequence[Way]
    tasks: Sequence[tuple[Task, str]]
    old_passwords: bool

    def steps(self) -> Iterator[Step]:
        tasks = [task for task, _ in self.tasks if task.old_name]
        old = self.masters[0].address if self.masters and not self.request.options.flag("masters") else "OLD_MASTER:8261"
        if tasks:
            stop = [self.line("dmctl", "--master-addr", old, "stop-task", task.old_name) for task in tasks]
            yield Step("v1.step-ready", {}, self.lines([self.line("dmctl", "--master-addr", old, "query-status"), self.line("dmctl", "--master-addr", old, "show-ddl-locks")]))
            yield Step("v1.step-stop-tasks", {}, self.lines(stop))
            needed = [(task, file) for task, file in self.tasks if task.place_needed]
            if needed:
                yield Step("v1.step-places", {"files": ", ".join(file for _, file in needed)}, self.lines([self.checkpoint(task) for task, _ in needed]))
        if self.masters:
            yield Step("v1.step-stop-old-ansible" if self.old.inventory else "v1.step-stop-old", {}, ("ansible-playbook stop.yml",) if self.old.inventory else ())
        if self.old_passwords and self.version in OWN_KEY:
            yield Step("v1.step-passwords", {}, self.lines([self.line("dmls", "migrate", "passwords", "--new-key", f"{self.out}/dm-secret.key", "--make-key", self.out)]))
        if self.masters:
            yield Step("v1.step-tls" if self.style == FILES else "v1.step-tls-tiup", {}, self.lines([self.line("dmls", "tls", "enable", self.out)]) if self.style == FILES else ())
        yield Step("v1.step-check", {}, self.lines([self.line("dmls", "check", *self.for_version, self.out)]))
        yield from self.start()
        if self.ways:
            yield Step("v1.step-sources", {}, self.lines([self.dmctl("operate-source", "create", self.path(way.file), "-w", way.worker.name) for way in self.ways]))
            if self.version not in RELAY_BY_SOURCE:
                yield Step("v1.step-relay", {}, self.lines([self.dmctl("start-relay", "-s", way.source, way.worker.name) for way in self.ways]))
        if tasks:
            started = [task_file for task_file in self.tasks if task_file[0].mode != "full"]
            commands = [self.dmctl(word, self.path(file)) for _, file in started for word in ("check-task", "start-task")]
            yield Step("v1.step-tasks", {}, self.lines([*commands, self.dmctl("query-status")]))
        yield Step("v1.step-back")
        yield Step("v1.step-why-not-v1-sources")

    def start(self) -> Iterator[Step]:
        """Start the new components."""
        if not self.masters:
            return
        if self.style == FILES:
            yield Step(
                "v1.step-start",
                {},
                self.lines(
                    [*(self.line("dm-master", "--config", file) for file in self.master_files), *(self.line("dm-worker", "--config", way.worker_file) for way in self.ways)]
                ),
            )
            return
        name, user = "dm-cluster", "tidb"
        if self.old.machines:
            name = self.old.machines[0].var(*table.names_of(table.CLUSTER)) or name
            user = self.old.machines[0].var(*table.names_of("topology:global.user")) or user
        deploy = self.line("tiup", "dm", "deploy", name, "VERSION", self.path("topology.yaml"), "--user", user)
        first = [] if self.version != MAIN else ["DM_VERSION=$(tiup list dm-master | awk '/^v/ {v = $1} END {print v}')"]
        yield Step("v1.step-start-tiup", {}, self.lines([*first, deploy.replace(" VERSION ", f" {self.version_word} "), self.line("tiup", "dm", "start", name)]))

    @property
    def version_word(self) -> str:
        return _ANY_VERSION if self.version == MAIN else f"v{self.version}"

    @property
    def for_version(self) -> tuple[str, ...]:
        return () if self.version == MAIN else ("--dm-version", str(self.version))

    def checkpoint(self, task: Task) -> str:
        """What 1.0 wrote last: a row a source."""
        schema, name = (part.replace("`", "``") for part in (task.meta_schema, f"{task.old_name}_syncer_checkpoint"))
        sql = f"SELECT id, binlog_name, binlog_pos FROM `{schema}`.`{name}` WHERE is_global = 1;"
        return self.line("mysql", "-h", task.host, "-P", task.port, "-u", task.user, "-p", "-e", sql)

    def dmctl(self, *words: str) -> str:
        program = self.line("dmctl") if self.style == FILES else f"tiup dmctl:{self.version_word}"
        rest = self.line("--master-addr", self.masters[0].address if self.masters else "MASTER:8261", *words)
        return f"{program} {rest}" if rest else ""

    def path(self, name: str) -> str:
        """A new file as seen from where the user is."""
        full = f"{self.out}/{name}"
        return full.removeprefix(self.request.folder + "/")

    def line(self, *words: str) -> str:
        """A command; "" where a word of it cannot be written on a line."""
        try:
            return " ".join(shell.word(word.removeprefix(self.request.folder + "/")) for word in words)
        except shell.Unwritable:
            return ""

    @staticmethod
    def lines(commands: Sequence[str]) -> tuple[str, ...]:
        return tuple(command for command in commands if command)
