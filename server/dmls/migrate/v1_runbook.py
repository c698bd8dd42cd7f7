"""What a person does to go from DM 1.0 to the new files, in order; until the tasks start, the old deployment can be started again."""

from __future__ import annotations

from typing import Iterator, NamedTuple, Sequence

from dmls.migrate.change import Request, Step
from dmls.migrate.compose import FILES, NEWEST_VERSION, VERSION_WORD, Component
from dmls.migrate.password_key import OWN_KEY
from dmls.migrate.v1_read import Old
from dmls.migrate.v1_task import FULL, Task
from dmls.model import shell
from dmls.schema import inventory as table
from dmls.version import MAIN, Version, parse_version_set

RELAY_BY_SOURCE = parse_version_set("2.0.0..2.0.2,5.4.0..")
"""Where `enable-relay` of a source counts; between, a command does it."""


class Way(NamedTuple):
    """A source, its worker, and the new files of both; `worker_file` is "" in a topology."""

    source: str
    worker: Component
    file: str
    worker_file: str


class Runbook(NamedTuple):
    """What the steps depend on.

    `out` is the folder of the new files, `master_files` are those of the masters and `tasks` those of the tasks, by their names in it;
    `old_passwords` tells whether a password is under the key of before 8.0.
    """

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
            yield Step("v1.step-ready", {}, shell.lines(*(shell.dmctl(old, {}, command) for command in ("query-status", "show-ddl-locks"))))
            yield Step("v1.step-stop-tasks", {}, shell.lines(*(shell.dmctl(old, {}, "stop-task", task.old_name) for task in tasks)))
            needed = [(task, file) for task, file in self.tasks if task.place_needed]
            if needed:
                yield Step("v1.step-places", {"files": ", ".join(file for _, file in needed)}, shell.lines(*(self.checkpoint(task) for task, _ in needed)))
        if self.masters:
            yield Step("v1.step-stop-old-ansible" if self.old.inventory else "v1.step-stop-old", {}, ("ansible-playbook stop.yml",) if self.old.inventory else ())
        if self.old_passwords and self.version >= OWN_KEY:
            yield Step("v1.step-passwords", {}, shell.lines(self.line("dmls", "migrate", "passwords", "--new-key", f"{self.out}/dm-secret.key", "--make-key", self.out)))
        if self.masters:
            yield Step("v1.step-tls" if self.style == FILES else "v1.step-tls-tiup", {}, shell.lines(self.line("dmls", "tls", "enable", self.out)) if self.style == FILES else ())
        yield Step("v1.step-check", {}, shell.lines(self.line("dmls", "check", *self.for_version, self.out)))
        yield from self.start()
        if self.ways:
            yield Step("v1.step-sources", {}, shell.lines(*(self.dmctl("operate-source", "create", self.path(way.file), "-w", way.worker.name) for way in self.ways)))
            if self.version not in RELAY_BY_SOURCE:
                yield Step("v1.step-relay", {}, shell.lines(*(self.dmctl("start-relay", "-s", way.source, way.worker.name) for way in self.ways)))
        if tasks:
            started = [file for task, file in self.tasks if task.mode != FULL]
            commands = [self.dmctl(word, self.path(file)) for file in started for word in ("check-task", "start-task")]
            yield Step("v1.step-tasks", {}, shell.lines(*commands, self.dmctl("query-status")))
        yield Step("v1.step-back")
        yield Step("v1.step-why-not-v1-sources")

    def start(self) -> Iterator[Step]:
        """Start the new components."""
        if not self.masters:
            return
        if self.style == FILES:
            programs = [("dm-master", file) for file in self.master_files] + [("dm-worker", way.worker_file) for way in self.ways]
            yield Step("v1.step-start", {}, shell.lines(*(self.line(program, "--config", file) for program, file in programs)))
            return
        name, user = "dm-cluster", "tidb"
        if self.old.machines:
            name = self.old.machines[0].var(*table.names_of(table.CLUSTER)) or name
            user = self.old.machines[0].var(*table.names_of("topology:global.user")) or user
        deploy = self.line("tiup", "dm", "deploy", name, "VERSION", self.path("topology.yaml"), "--user", user)
        first = [] if self.version != MAIN else [NEWEST_VERSION]
        yield Step("v1.step-start-tiup", {}, shell.lines(*first, deploy.replace(" VERSION ", f" {self.version_word} "), self.line("tiup", "dm", "start", name)))

    @property
    def version_word(self) -> str:
        return VERSION_WORD if self.version == MAIN else f"v{self.version}"

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
        rest = self.line("--master-addr", self.masters[0].address if self.masters else shell.ANY_MASTER, *words)
        return f"{program} {rest}" if rest else ""

    def path(self, name: str) -> str:
        """A new file as seen from where the user is."""
        return self.request.near(f"{self.out}/{name}")

    def line(self, *words: str) -> str:
        """A command with its paths as seen from where the user is; "" where a word of it cannot be written on a line."""
        return shell.line(*map(self.request.near, words))
