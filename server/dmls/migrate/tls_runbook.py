"""What a person has to do so that TLS is turned on or off without losing the deployment.

The heart is the order for several masters.  The etcd inside a DM-master keeps the peer URLs of its members in its data, and nothing in DM or
TiUP changes them: restarted with TLS while ``http://`` is stored, masters lose their quorum (migration.md A.4, experiments E1 and E6), and a
single one loses it when another joins (E7).  ``etcdctl member update`` for one member, then a restart of that member, then the next, keeps the
quorum all the way, on (E4) as well as off (E9).  So each master has its own step, and none is there without the update.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.migrate.change import Step
from dmls.migrate.deployment import Component, Deployment
from dmls.migrate.tls_edit import HTTP, HTTPS, Triple
from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.tls_path import name_of
from dmls.schema import keys as k
from dmls.version import Version, parse_version

Copy = tuple[str, str, list[tuple[str, str]]]
"""The name of a component, the host of its machine ("" where not known), and its files: each path here and there."""
_EXPORT_SINCE = parse_version("2.0.5")


def enabling(found: Deployment, client: Triple, copies: Sequence[Copy], databases: bool, version: Version, leader: str) -> tuple[Step, ...]:
    """The steps that turn TLS on; `client` names the files of dmctl, `leader` the master that leads now, "" not known."""
    return tuple(_Book(found, client, version, True, leader).enabling(copies, databases))


def disabling(found: Deployment, client: Triple, databases: bool, version: Version, leader: str) -> tuple[Step, ...]:
    """The steps that turn TLS off again; `client` names the files that dmctl uses until then."""
    return tuple(_Book(found, client, version, False, leader).disabling(databases))


class _Book:
    def __init__(self, found: Deployment, client: Triple, version: Version, on: bool, leader: str) -> None:
        # Several files for one address are alternatives of one component.
        alone = {(c.kind, c.client_address or c.card.id): c for c in reversed(found.components)}
        found = found._replace(components=tuple(c for c in found.components if c in alone.values()))
        # The leader is switched last, so that no election is lost to a half that cannot talk to the other.
        masters = sorted(found.masters, key=lambda master: bool(leader) and master.name == leader)
        self.found = found._replace(components=(*masters, *found.workers))
        self.client = client
        self.version = version
        self.on = on
        self.old, self.new = (HTTP, HTTPS) if on else (HTTPS, HTTP)
        self.tasks = [name for task in found.tasks for entry in [task.get(k.NAME)] if entry is not None for name in [entry.text] if name]

    def enabling(self, copies: Sequence[Copy], databases: bool) -> Iterator[Step]:
        if self.found.components:
            yield from self.before()
            yield Step("tls-book.copy", {}, tuple(_copied(copies)))
            yield from self.switch()
            yield Step("tls-book.prometheus")
        if databases:
            yield from self.databases()
        yield from self.after()

    def disabling(self, databases: bool) -> Iterator[Step]:
        if self.found.components:
            yield from self.before()
            yield from self.switch()
            yield Step("tls-book.prometheus-off")
            yield Step("tls-book.secrets-off")
        if databases:
            yield Step("tls-book.databases-off", {}, (*self.pauses("stop-task"), *self.updates()))
        yield from self.after()

    def before(self) -> Iterator[Step]:
        master = self.address()
        commands = [self.dmctl(master, "query-status", self.old)]
        if self.version >= _EXPORT_SINCE:
            commands.append(self.dmctl(master, "config export -d dm-export", self.old))
        yield Step("tls-book.before", {}, tuple(commands))
        yield Step("tls-book.pause", {}, self.pauses("pause-task"))

    def pauses(self, command: str, scheme: str = "") -> tuple[str, ...]:
        master = self.address()
        return tuple(self.dmctl(master, f"{command} {_word(name)}", scheme or self.old) for name in self.tasks or ["TASK"])

    def updates(self) -> tuple[str, ...]:
        """What makes DM take changed sources and tasks."""
        master = self.address()
        sources = [self.dmctl(master, f"operate-source update {_word(name_of(c.path))}", self.now()) for c in self.found.sources]
        tasks = [self.dmctl(master, f"start-task {_word(name_of(c.path))}", self.now()) for c in self.found.tasks]
        return (*sources, *tasks)

    def now(self) -> str:
        """The scheme once the components are switched."""
        return self.new if self.found.components else self.old

    def switch(self) -> Iterator[Step]:
        masters = self.found.masters
        if len(masters) == 1:
            yield from self.one(masters[0])
        elif masters:
            yield from self.several(masters)
        if self.found.workers and len(masters) != 1:
            yield Step("tls-book.workers", {}, tuple(_restart(w) for w in self.found.workers))
        if masters:
            yield Step("tls-book.look", {}, (self.dmctl(self.address(), "list-member", self.new),))

    def one(self, master: Component) -> Iterator[Step]:
        yield Step("tls-book.one-stop", {}, tuple(_stop(c) for c in (*self.found.workers, master)))
        yield Step("tls-book.one-start", {}, (_start(master),))
        yield Step("tls-book.one-update", {"scheme": self.old}, self.update(master, master.client_address, self.new))
        if self.found.workers:
            yield Step("tls-book.one-workers", {}, tuple(_start(w) for w in self.found.workers))

    def several(self, masters: Sequence[Component]) -> Iterator[Step]:
        first = masters[0].client_address
        yield Step("tls-book.several", {"count": len(masters), "last": masters[-1].name}, (self.dmctl(first, "list-member --leader", self.old),))
        for number, master in enumerate(masters):
            # The endpoint is one that answers all the while: the next that is not yet switched, for the last one that is.
            waiting = masters[number + 1 :]
            helper, scheme = (waiting[0], self.old) if waiting else (masters[0], self.new)
            lines = (
                *self.update(master, helper.client_address, scheme),
                _restart(master),
                self.etcdctl(master.client_address, self.new, "endpoint health"),
            )
            yield Step("tls-book.master" if waiting else "tls-book.last-master", {"name": master.name, "number": number + 1, "count": len(masters)}, lines)

    def update(self, master: Component, endpoint: str, scheme: str) -> tuple[str, ...]:
        listed = self.etcdctl(endpoint, scheme, "member list")
        name = master.card.name or "NAME"
        return (
            f"ID=$({listed} | awk -F', ' -v name={_word(name)} '$3 == name {{print $1}}')",
            self.etcdctl(endpoint, scheme, f'member update "$ID" --peer-urls={_word(master.peer_urls(self.new) or f"{self.new}://HOST:8291")}'),
        )

    def databases(self) -> Iterator[Step]:
        yield Step("tls-book.databases-first")
        yield Step("tls-book.databases", {}, (*self.pauses("stop-task", self.now()), *self.updates()))
        yield Step("tls-book.databases-last")

    def after(self) -> Iterator[Step]:
        if self.found.topologies:
            yield Step("tls-book.tiup" if self.on else "tls-book.tiup-off")
        if self.found.components:
            yield Step("tls-book.resume", {}, self.pauses("resume-task", self.new))
            yield Step("tls-book.scale-out" if self.on else "tls-book.scale-out-off")
            yield Step("tls-book.back" if self.on else "tls-book.back-off")
        if self.on:
            yield Step("tls-book.check", {}, ("dmls check --files strict .", "dmls map ."))

    # Commands

    def address(self) -> str:
        return next((m.client_address for m in self.found.masters if m.client_address), "MASTER:8261")

    def dmctl(self, master: str, command: str, scheme: str) -> str:
        flags = "".join(f" --{key}={_word(path)}" for key, path in self.client.items()) if scheme == HTTPS else ""
        return f"dmctl --master-addr={_word(master)}{flags} {command}"

    def etcdctl(self, master: str, scheme: str, command: str) -> str:
        names = dict(zip(("cacert", "cert", "key"), (self.client.ca, self.client.cert, self.client.key)))
        flags = "".join(f" --{name}={_word(path)}" for name, path in names.items() if path) if scheme == HTTPS else ""
        endpoint = _word(f"{scheme}://{master or 'MASTER:8261'}")
        return f"ETCDCTL_API=3 etcdctl --endpoints={endpoint}{flags} {command}"


def _word(text: str) -> str:
    """One word of a shell; of a text that no terminal line can hold, a place to write it in by hand."""
    try:
        return shell.word(text)
    except shell.Unwritable:
        return "NAME"


def _plain(text: str) -> str:
    """A text of a file for a comment, which it must not end."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _program(component: Component) -> str:
    return "dm-master" if component.kind == kinds.MASTER else "dm-worker"


def _where(component: Component) -> str:
    host = f" on {component.host}" if component.host else ""
    return _plain(f"{_program(component)} {component.name}{host}")


def _restart(component: Component) -> str:
    return f"# restart {_where(component)} with its new {_plain(name_of(component.path))}"


def _stop(component: Component) -> str:
    return f"# stop {_where(component)}"


def _start(component: Component) -> str:
    return f"# start {_where(component)} with its new {_plain(name_of(component.path))}"


def _copied(copies: Sequence[Copy]) -> Iterator[str]:
    seen = set()
    for name, host, files in copies:
        for here, there in files:
            folder = there.rpartition("/")[0] or "/"
            target = host or f"HOST-OF-{name}"
            if (target, there) in seen:
                continue
            if (target, folder) not in seen:
                seen.add((target, folder))
                yield f"ssh {_word(target)} {_word(f'mkdir -p {_word(folder)}')}"
            seen.add((target, there))
            yield f"scp -p {_word(here)} {_word(shell.remote(target, f'{folder}/'))}"
