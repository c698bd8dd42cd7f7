"""`dmls init`: the configurations of a new deployment, with certificates, from a few addresses.

What is written is what `dmls check --files strict` finds nothing in.  The certificates go into ``tls`` beside the configurations; these name them by the
folder that they will lie in on the hosts, and a ``.dmls.toml`` tells dmls which folder here that is.
"""

from __future__ import annotations

from typing import Iterable, Iterator, Mapping, NamedTuple, Sequence

from dmls.migrate import cert_plan
from dmls.migrate.cert_plan import COMPONENT, DMCTL, LOCAL, CertWish, Party, Target
from dmls.migrate.cert_steps import USUAL_FOLDER, copy_steps, machines
from dmls.migrate.change import ADVICE, DUTY, CannotDo, Change, Created, Note, Options, Request, Step, created_text
from dmls.migrate.compose import (
    FILES,
    MASTER_PORT,
    NEWEST_VERSION,
    PEER_PORT,
    TIUP,
    VERSION_WORD,
    WORKER_PORT,
    Component,
    Tls,
    Topology,
    given_address,
    master_page,
    safe_name,
    source_page,
    topology_page,
    worker_page,
)
from dmls.migrate.page import TOML, YAML, Page
from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.tls_path import normal
from dmls.schema import keys as k
from dmls.settings import NAME as SETTINGS_NAME

STYLES = (FILES, TIUP)
MASTERS, WORKERS, SOURCE, TARGET, TASK = "masters", "workers", "source", "target", "task"
NEEDED = (MASTERS, WORKERS, SOURCE, TARGET)
"""The options without which nothing can be written."""
USUAL = {MASTERS: "127.0.0.1", WORKERS: "127.0.0.1", SOURCE: "mysql-01=127.0.0.1:3306", TARGET: "127.0.0.1:4000", TASK: "task1"}
"""What is offered to a person who is asked: a deployment on one machine."""
_LONGEST_ID = 32
"""Bytes of a source's name (dm/config/source_config.go: MaxSourceIDLength)."""
_USER = "dm"
_LOCAL_FOLDER = "tls"
_CLUSTER = "dm-cluster"
Address = tuple[str, int]


class Source(NamedTuple):
    """An upstream database and the name that DM knows it by."""

    id: str
    host: str
    port: int


class Wanted(NamedTuple):
    """What a person asked for; `tls_folder` is "" without encryption."""

    masters: Sequence[Address]
    workers: Sequence[Address]
    sources: Sequence[Source]
    target: Address
    task: str
    style: str
    tls: bool
    name: str
    tls_folder: str
    certs: bool


# --- what is asked for


def addresses(option: str, texts: Sequence[str], port: int | None) -> list[Address]:
    """The addresses of ``HOST[:PORT]``, or where there is no usual `port` of ``HOST:PORT``.  Raises `CannotDo`."""
    found = []
    for text in texts:
        parts = given_address(text, port or 1)
        if parts is None or (port is None and not text.endswith(f":{parts[1]}")):
            raise CannotDo("init.bad-address" if port is not None else "init.bad-target", option=f"--{option}", value=text)
        found.append(parts)
    return found


def sources(texts: Sequence[str]) -> list[Source]:
    """The sources of ``ID=HOST:PORT``.  Raises `CannotDo`."""
    found: list[Source] = []
    for text in texts:
        name, sign, address = text.partition("=")
        if not sign or not name.strip() or not name.isprintable():
            raise CannotDo("init.bad-source", value=text)
        if len(name.encode("utf-8", "surrogatepass")) > _LONGEST_ID:
            raise CannotDo("init.long-id", value=name, most=_LONGEST_ID)
        if any(source.id == name for source in found):
            raise CannotDo("init.twice", value=name)
        found.append(Source(name, *addresses(SOURCE, [address], None)[0]))
    return found


def apart(masters: Sequence[Address], workers: Sequence[Address]) -> None:
    """Raises `CannotDo` where two components would listen at one address."""
    seen: set[Address] = set()
    for host, port in (*masters, *workers):
        if (host.lower(), port) in seen:
            raise CannotDo("init.twice", value=f"{host}:{port}")
        seen.add((host.lower(), port))


def task_name(text: str) -> str:
    """The name of a task.  Raises `CannotDo`."""
    if not text.strip() or not text.isprintable():
        raise CannotDo("init.bad-task", value=text)
    return text


def wanted(options: Options) -> Wanted:
    """Raises `CannotDo` for what is missing or wrong."""
    missing = [f"--{name}" for name in NEEDED if not options.values(name)]
    if missing:
        raise CannotDo("init.missing", options=", ".join(missing))
    masters = addresses(MASTERS, options.values(MASTERS), MASTER_PORT)
    workers = addresses(WORKERS, options.values(WORKERS), WORKER_PORT)
    apart(masters, workers)
    folder = normal(options.value("tls-dir", USUAL_FOLDER))
    if not folder.startswith("/"):
        raise CannotDo("init.bad-folder", value=options.value("tls-dir"))
    name = cert_plan.checked_name(options.value("cn", cert_plan.COMMON_NAME))
    target = addresses(TARGET, options.values(TARGET), None)
    if len(target) != 1:
        raise CannotDo("init.bad-target", option=f"--{TARGET}", value=options.value(TARGET))
    tls = not options.flag("no-tls")
    return Wanted(
        masters,
        workers,
        sources(options.values(SOURCE)),
        target[0],
        task_name(options.value(TASK, USUAL[TASK])),
        options.choice("style", STYLES, FILES),
        tls,
        name,
        folder,
        tls and not options.flag("no-certs"),
    )


# --- what is made


def make(request: Request) -> Change:
    """The files of a new deployment, its certificates, and how it is started.  Raises CannotDo."""
    return _New(request, wanted(request.options)).change()


class _New:
    def __init__(self, request: Request, wish: Wanted) -> None:
        self.request = request
        self.wish = wish
        self.folder = (request.operands[0] if request.operands else request.folder).rstrip("/")
        self.locale = request.locale
        self.created: list[Created] = []
        self.names: set[str] = set()
        self.masters = [self.component(f"master{n}", address) for n, address in enumerate(wish.masters, 1)]
        self.masters = [m._replace(peer_port=port) for m, port in zip(self.masters, self.peer_ports(), strict=True)]
        self.workers = [self.component(f"worker{n}", address) for n, address in enumerate(wish.workers, 1)]

    def component(self, name: str, address: Address) -> Component:
        files = self.wish.style == FILES and self.wish.tls
        tls = Tls(self.on_host("ca.pem"), self.on_host(f"{name}.pem"), self.on_host(f"{name}-key.pem"), self.wish.name) if files else None
        return Component(name, *address, tls=tls)

    def peer_ports(self) -> Iterator[int]:
        """The usual port, and the next free one for another master of the same machine."""
        taken = {(host.lower(), port) for host, port in (*self.wish.masters, *self.wish.workers)}
        for host, _ in self.wish.masters:
            port = next(p for p in range(PEER_PORT, 65536) if (host.lower(), p) not in taken)
            taken.add((host.lower(), port))
            yield port

    def on_host(self, name: str) -> str:
        """A certificate file as the configurations name it."""
        return f"{self.wish.tls_folder}/{name}"

    def here(self, name: str) -> str:
        """The same file on this machine."""
        return f"{self.folder}/{_LOCAL_FOLDER}/{name}"

    def put(self, name: str, page: Page) -> str:
        self.created.append(created_text(f"{self.folder}/{name}", page.text))
        return name

    def change(self) -> Change:
        wish = self.wish
        components: list[str] = []
        if wish.style == TIUP:
            top = {k.USER: "tidb", k.DEPLOY_DIR: "/tidb-deploy", k.TIUP_DATA_DIR: "/tidb-data"}
            self.put("topology.yaml", topology_page(Topology(self.masters, self.workers, top, tls=wish.tls), self.locale))
        else:
            for component, page in (
                *((m, master_page(m, self.masters, self.locale)) for m in self.masters),
                *((w, worker_page(w, self.masters, self.locale)) for w in self.workers),
            ):
                components.append(self.put(f"dm-{component.name}.toml", page))
        source_files = [self.put(self.name(f"source-{source.id}"), self.source(source)) for source in wish.sources]
        task_file = self.put(self.name(f"task-{wish.task}"), self.task())
        wishes = self.certificates(components) if wish.style == FILES and wish.tls else ()
        if wishes:
            if wish.tls_folder != f"{self.folder}/{_LOCAL_FOLDER}":
                self.put(SETTINGS_NAME, self.local_settings())
            if wish.certs:
                self.created += cert_plan.issue(wishes, self.request.private_keys(), self.request.now)
        return Change((), tuple(self.created), tuple(self.notes(source_files, task_file)), tuple(self.runbook(wishes, components, source_files, task_file)))

    def name(self, stem: str) -> str:
        """A file name that no other one has."""
        plain = safe_name(stem)
        name = next(n for n in (plain, *(f"{plain}-{number}" for number in range(2, 10_000))) if n.lower() not in self.names)
        self.names.add(name.lower())
        return f"{name}.yaml"

    def source(self, source: Source) -> Page:
        values = {k.SOURCE_ID: source.id, k.ENABLE_GTID: False}
        values |= {f"{k.FROM}.{key}": value for key, value in ((k.HOST, source.host), (k.PORT, source.port), (k.USER, _USER), (k.PASSWORD, ""))}
        return source_page(values, self.locale, {k.ENABLE_GTID: "page.enable-gtid", f"{k.FROM}.{k.USER}": "page.upstream-user"})

    def task(self) -> Page:
        page = Page(YAML, self.locale)
        page.say("page.task")
        page.gap()
        page.put(k.NAME, self.wish.task)
        page.say("page.task-mode")
        page.put(k.TASK_MODE, "all")
        page.gap()
        page.open(k.TARGET_DATABASE)
        page.put(k.HOST, self.wish.target[0])
        page.put(k.PORT, self.wish.target[1])
        page.say("page.downstream-user")
        page.put(k.USER, _USER)
        page.put(k.PASSWORD, "")
        page.close()
        page.gap()
        page.open(k.MYSQL_INSTANCES)
        for source in self.wish.sources:
            page.item()
            page.put(k.SOURCE_ID, source.id)
            page.end_item()
        page.close()
        page.gap()
        page.say("page.filter")
        return page

    def local_settings(self) -> Page:
        page = Page(TOML, self.locale)
        page.say("page.path-map")
        page.table("tls.path-map")
        page.put(self.wish.tls_folder, _LOCAL_FOLDER)
        return page

    # --- certificates

    def certificates(self, files: Sequence[str]) -> cert_plan.CertPlan:
        parties = []
        for component, file in zip((*self.masters, *self.workers), files, strict=True):
            assert component.tls is not None
            kind = kinds.MASTER if component in self.masters else kinds.WORKER
            user = Target(f"{self.folder}/{file}", kind, component.name, component.host, component.tls.ca, component.tls.cert, component.tls.key)
            parties.append(Party(component.name, COMPONENT, tuple(dict.fromkeys((component.host, *LOCAL))), (user,)))
        return cert_plan.in_folder(f"{self.folder}/{_LOCAL_FOLDER}", self.wish.name, (*parties, Party("dmctl", DMCTL)))

    # --- what a person is told

    def notes(self, source_files: Sequence[str], task_file: str) -> Iterator[Note]:
        for file in (*source_files, task_file):
            yield Note(DUTY, "init.password", {"user": _USER}, f"{self.folder}/{file}")
        if len(self.workers) < len(self.wish.sources):
            yield Note(DUTY, "init.few-workers", {"workers": len(self.workers), "sources": len(self.wish.sources)})
        if len(self.masters) % 2 == 0:
            yield Note(ADVICE, "init.even-masters", {"count": len(self.masters)})
        if self.wish.tls:
            yield Note(ADVICE, "init.databases" if self.wish.style == FILES else "init.databases-tiup")
        else:
            yield Note(ADVICE, "init.plain")

    def runbook(self, wishes: Sequence[CertWish], components: Sequence[str], source_files: Sequence[str], task_file: str) -> Iterator[Step]:
        yield Step("init.step-accounts", {"user": _USER})
        if wishes and not self.wish.certs:
            yield Step("init.step-certs", {}, shell.lines(shell.line("dmls", "certs", "new", self.near(""), "--cn", self.wish.name)))
        if wishes:
            users = [(target, wish) for wish in wishes for target in wish.targets]
            yield from copy_steps(self.request, machines(users, self.here("ca.pem")))
        yield Step("init.step-check", {}, shell.lines(shell.line("dmls", "check", *(("--files", "strict") if wishes else ()), self.near(""))))
        if self.wish.style == TIUP:
            deploy = f"tiup dm deploy {_CLUSTER} {VERSION_WORD} {shell.line(self.near('topology.yaml'), '--user', 'tidb')}"
            yield Step("init.step-tiup", {"cluster": _CLUSTER}, (NEWEST_VERSION, deploy, f"tiup dm start {_CLUSTER}"))
        else:
            programs = ["dm-master"] * len(self.masters) + ["dm-worker"] * len(self.workers)
            started = (shell.line(program, "--config", file) for program, file in zip(programs, components, strict=True))
            yield Step("init.step-start", {}, shell.lines(*started))
        paths = {k.SSL_CA: "ca.pem", k.SSL_CERT: "dmctl.pem", k.SSL_KEY: "dmctl-key.pem"} if wishes else {}
        flags = {key: self.request.near(self.here(name)) for key, name in paths.items()}
        sources = [("operate-source", "create", self.near(file)) for file in source_files]
        yield Step("init.step-sources" + ("-tiup" if self.wish.style == TIUP and self.wish.tls else ""), {}, self.dmctl(flags, sources))
        tasks = [("check-task", self.near(task_file)), ("start-task", self.near(task_file)), ("query-status", self.wish.task)]
        yield Step("init.step-task", {}, self.dmctl(flags, tasks))

    def dmctl(self, flags: Mapping[str, str], calls: Iterable[Sequence[str]]) -> tuple[str, ...]:
        """Calls of dmctl, which TiUP brings along where it has deployed the cluster."""
        found = shell.lines(*(shell.dmctl(self.masters[0].address, flags, *words) for words in calls))
        return found if self.wish.style == FILES else tuple(call.replace("dmctl", f"tiup dmctl:{VERSION_WORD}", 1) for call in found)

    def near(self, name: str) -> str:
        return self.request.near(f"{self.folder}/{name}".rstrip("/"))
