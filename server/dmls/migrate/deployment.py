"""The files of a deployment as actions need them: what each is, and where others reach it."""

from __future__ import annotations

from typing import NamedTuple

from dmls.go import host_port
from dmls.migrate.change import CannotDo, Request
from dmls.model import kind as kinds
from dmls.model.command_line import CommandLine, joined
from dmls.model.config_file import ConfigFile
from dmls.model.tls.cluster import Card, card_of
from dmls.model.tls.endpoint import endpoints
from dmls.model.tls.host_check import own_hosts
from dmls.model.tls_path import name_of, stem_of
from dmls.schema import keys as k

NAME_OF = {kinds.SOURCE: k.SOURCE_ID, kinds.TASK: k.NAME}
"""The key with the name that DM knows a source or task by."""


def line_id(path: str, number: int) -> str:
    """The id of the card of a script's command line, by its number in the script."""
    return f"{path}#{number}"


class Component(NamedTuple):
    """A master or worker: by its file, or by a command line that names none of the files at hand.

    `config` is what it is given in all, `hosts` are those by which others, and it itself, call it.
    """

    path: str
    config: ConfigFile
    card: Card
    hosts: tuple[str, ...]
    line: CommandLine | None = None

    @property
    def kind(self) -> str:
        return self.config.kind

    @property
    def name(self) -> str:
        """Its own name, else the host others call it by, else that of its file; a script, which may start several, has none for it."""
        return self.card.name or self.host or (stem_of(self.path) if self.line is None else f"dm-{self.kind}")

    @property
    def host(self) -> str:
        """The host of its machine, "" where no file tells."""
        first = (*self.card.listens, *self.card.peers)
        return first[0].host if first else next(iter(self.hosts), "")

    @property
    def client_address(self) -> str:
        """``host:port`` at which it is called, "" where not known."""
        if not self.card.listens:
            return ""
        return host_port.join(*self.card.listens[0])

    def peer_urls(self, scheme: str) -> str:
        """What its etcd tells others as its addresses, with commas, under one scheme."""
        found = endpoints(self.config, k.ADVERTISE_PEER_URLS) or endpoints(self.config, k.PEER_URLS)
        return ",".join(f"{scheme}://{e.authority}" for e in found if e.host not in ("", "0.0.0.0", "::"))


class Deployment(NamedTuple):
    """The files of a request by what they are.

    `lines` are all command lines of its scripts, with their files; `away` those that start a component with a configuration that is not
    here, under that name or, where its name is not known, under any.
    """

    components: tuple[Component, ...]
    sources: tuple[ConfigFile, ...]
    tasks: tuple[ConfigFile, ...]
    topologies: tuple[ConfigFile, ...]
    lines: tuple[tuple[str, CommandLine], ...]
    away: tuple[tuple[str, CommandLine], ...] = ()

    @property
    def masters(self) -> tuple[Component, ...]:
        return tuple(c for c in self.components if c.kind == kinds.MASTER)

    @property
    def workers(self) -> tuple[Component, ...]:
        return tuple(c for c in self.components if c.kind == kinds.WORKER)

    @property
    def is_empty(self) -> bool:
        return not (self.components or self.sources or self.tasks or self.topologies or self.away or any(line.kind == kinds.DMCTL for _, line in self.lines))


def read(request: Request) -> Deployment:
    """What the files of a request are.  Those with an error that DM stops at count too: an edit is refused where it is not sure."""
    files = request.files
    configs: dict[str, list[ConfigFile]] = {}
    components: list[Component] = []
    lines: list[tuple[str, CommandLine]] = []
    ids: list[str] = []
    for path in request.paths:
        kind = files.kind(path)
        if kind == kinds.SCRIPT:
            found = files.command_lines(path)
            lines += [(path, line) for line in found]
            ids += [line_id(path, number) for number in range(len(found))]
            continue
        config = files.file(path) if kind is not None else None
        if config is None:
            continue
        card = card_of(config)
        if config.kind in (kinds.MASTER, kinds.WORKER) and card is not None:
            components.append(Component(path, config, card, own_hosts(config)))
        else:
            configs.setdefault(config.kind, []).append(config)
    known = {component.path for component in components}
    given = {(component.kind, name) for component in components for name in (name_of(component.path), "")}
    away: list[tuple[str, CommandLine]] = []
    for id, (path, line) in zip(ids, lines, strict=True):
        if line.kind not in (kinds.MASTER, kinds.WORKER) or line.ends:
            continue
        if line.config_flag is None:
            card = card_of(line.config, id)
            if card is not None:
                components.append(Component(path, line.config, card, own_hosts(line.config), line))
            continue
        # A file that a script names belongs to the deployment even where nobody named it.
        config, _ = files.command_file(line)
        card = card_of(config) if config is not None else None
        if config is None and (line.kind, name_of(line.config_path or "")) not in given:
            away.append((path, line))
        elif config is not None and card is not None and config.path not in known:
            known.add(config.path)
            whole = joined(line, config)
            components.append(Component(config.path, config, card_of(whole, config.path) or card, own_hosts(whole)))
    return Deployment(
        tuple(components),
        tuple(configs.get(kinds.SOURCE, ())),
        tuple(configs.get(kinds.TASK, ())),
        tuple(configs.get(kinds.TOPOLOGY, ())),
        tuple(lines),
        tuple(away),
    )


def leader(request: Request, found: Deployment) -> str:
    """The master that the option `leader` names, "" where it is not given.  Raises CannotDo where there is none of that name."""
    name = request.options.value("leader")
    names = [master.name for master in found.masters]
    if name and name not in names:
        raise CannotDo("tls-change.no-leader", name=name, names=", ".join(names))
    return name
