"""`dmls tls enable` and `dmls tls plan`: turn TLS on for every component of a deployment, and for its databases where asked for.

What is needed where: migration.md A.1; the order in which it is done: `tls_runbook`.
"""

from __future__ import annotations

from functools import partial

from dmls.files import Directory, Pending
from dmls.migrate import tls_edit, tls_runbook
from dmls.migrate.change import ADVICE, DONE, DUTY, LOST, CannotDo, Change, Created, Note, Request, Step, in_order
from dmls.migrate.deployment import Component, leader
from dmls.migrate.tls_certificates import Chosen, Wanted, choose
from dmls.migrate.tls_edit import Triple
from dmls.migrate.tls_switch import Switch
from dmls.model import kind as kinds
from dmls.model.command_line import CommandLine
from dmls.model.config_file import ConfigFile
from dmls.model.tls.host_check import is_loopback
from dmls.model.tls_block import KEYS, PATHS
from dmls.model.tls_path import common_folder, folder_of
from dmls.schema import keys as k
from dmls.version import go_of

CLIENT = "dmctl"
"""The id of the party that all calls of dmctl share."""


def make(request: Request) -> Change:
    """Raises CannotDo."""
    return _Enabling(request).change()


class _Enabling(Switch):
    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.open = [c for c in self.found.components if self._is_open(c)]
        self.calls = [(path, line) for path, line in self.found.lines if line.kind == kinds.DMCTL and not line.ends]

    def change(self) -> Change:
        created: tuple[Created, ...] = ()
        chosen = Chosen("", {}, "", True)
        if self.open or self.calls or self._own_databases():
            chosen, created = self._certificates()
            if not chosen.ca:
                # Somebody looks at the folder; the change is made anew then.
                return Change()
        self.notes += chosen.notes
        names = self._names(chosen)
        if self.open and self.request.options.flag("tls-dir"):
            self.note(ADVICE, "tls-change.path-map", there=self.request.options.value("tls-dir"), here=chosen.ca.rpartition("/")[0])
        for component in self.open:
            self._component(component, self._triple(chosen, component.card.id), names)
        for path, line in self.calls:
            self._call(path, line, self._triple(chosen, CLIENT))
        databases = self._databases(chosen)
        for topology in self.found.topologies:
            self._topology(topology)
        edited = tuple(self.edited())
        steps: tuple[Step, ...] = ()
        if edited:
            steps = tls_runbook.enabling(self.found, self._triple(chosen, CLIENT), self._copies(chosen), databases, self.version, leader(self.request, self.found))
        return Change(edited, created, in_order(self.notes, self.request.paths), steps)

    # What is asked for

    def _is_open(self, component: Component) -> bool:
        """Whether TLS is off in it; else a note says why it is left alone."""
        block = next(iter(component.config.tls_blocks), None)
        if tls_edit.is_off(block):
            return True
        whole = tls_edit.is_whole(block)
        self.note(ADVICE if whole else LOST, "tls-change.is-on" if whole else "tls-change.is-half", component.path, name=component.name)
        return False

    def _own_databases(self) -> bool:
        return self.request.options.flag("databases")

    def _wanted(self) -> list[Wanted]:
        wanted = [Wanted(c.card.id, c.name, (c.name, c.host, f"dm-{c.kind}", c.kind), c.hosts) for c in self.open]
        return [*wanted, Wanted(CLIENT, CLIENT, (CLIENT, "client"), ())]

    def _certificates(self) -> tuple[Chosen, tuple[Created, ...]]:
        folder = self.request.options.value("certs")
        if folder:
            return choose(self.request, self.request.path(folder), self._wanted(), go_of(self.version)), ()
        return self._made()

    def _made(self) -> tuple[Chosen, tuple[Created, ...]]:
        """Certificates made for the deployment; those of an earlier run are taken again."""
        options = self.request.options
        folder = self.request.path(options.value("output")) if options.flag("output") else f"{common_folder(self.request.paths)}/tls"
        listed = self.request.files.lookup(folder + "/").list(folder)
        if isinstance(listed, Pending):
            return Chosen("", {}, "", True), ()
        if isinstance(listed, Directory) and listed.entries:
            return choose(self.request, folder, self._wanted(), go_of(self.version)), ()
        from dmls.migrate import cert_plan

        wishes = cert_plan.plan(self.request, folder)
        if not wishes:
            raise cert_plan.nobody(self.request)
        created = cert_plan.issue(wishes, self.request.private_keys(), self.request.now)
        for component in self.found.components:
            if tls_edit.is_whole(next(iter(component.config.tls_blocks), None)):
                self.note(DUTY, "tls-change.other-ca", component.path, name=component.name)
            elif not component.hosts and not any(is_loopback(address.host) for address in component.card.listens):
                self.note(DUTY, "tls-change.no-address", component.path, component.line.span if component.line is not None else None, name=component.name)
        pairs = {}
        common = ""
        for wish in wishes:
            if wish.role == cert_plan.DMCTL:
                pairs[CLIENT] = (wish.cert, wish.key_path)
            elif wish.role == cert_plan.COMPONENT:
                common = wish.common_name
                pairs.update((card, (wish.cert, wish.key_path)) for target in wish.targets for card in target.cards)
        authority = next(wish.cert for wish in wishes if wish.role == cert_plan.AUTHORITY)
        return Chosen(authority, pairs, common, True), created

    def _names(self, chosen: Chosen) -> list[str]:
        """What `cert-allowed-cn` becomes: the one name that all have, where their SANs let the stricter checks pass that come with it."""
        if self.request.options.flag("no-cn") or not chosen.common_name:
            return []
        if not chosen.fits:
            self.note(ADVICE, "tls-change.no-list", name=chosen.common_name)
            return []
        return [chosen.common_name]

    def _on_hosts(self, local: str) -> str:
        """The path by which the configurations name a file of this machine."""
        folder = self.request.options.value("tls-dir")
        return f"{folder.rstrip('/')}/{local.rpartition('/')[2]}" if folder else local

    def _triple(self, chosen: Chosen, id: str) -> Triple:
        pair = chosen.pairs.get(id, ("", ""))
        return Triple(*(self._on_hosts(path) if path else "" for path in (chosen.ca, *pair)))

    def _copies(self, chosen: Chosen) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """Which files each party's host needs: a name, a host, and pairs of a path here and a path there."""
        out = []
        for component in self.open:
            files = (chosen.ca, *chosen.pairs[component.card.id])
            out.append((component.name, component.host, [(path, self._on_hosts(path)) for path in files]))
        return out

    # Edits

    def _component(self, component: Component, triple: Triple, names: list[str]) -> None:
        config = component.config
        path = component.path
        note = Note(DONE, f"tls-change.on-{component.kind}", {"name": component.name, "cert": triple.cert}, path)
        if component.line is not None:
            line = component.line
            if not line.is_known(*PATHS.values()) or not line.config.root.children:
                self._by_hand(path, line, triple)
            elif self.take(partial(tls_edit.flags_on, line.config, triple, names), note._replace(span=line.span)) and line.elsewhere:
                self.note(DUTY, "tls-change.in-container", path, line.span, name=component.name, folder=folder_of(triple.ca))
            return
        self._warn_of_traces(config, path)
        self.take(partial(tls_edit.on, config, triple, names), note)
        for script, line in self.found.lines:
            # Flags win over the file, so that the scheme is shown by them.
            file = self.request.files.command_file(line)[0] if line.kind == component.kind else None
            if file is not None and file.path == path:
                self.take(partial(tls_edit.schemes, line.config, tls_edit.HTTP, tls_edit.HTTPS), Note(DONE, "tls-change.scheme", {}, script, line.span))

    def _warn_of_traces(self, config: ConfigFile, path: str) -> None:
        """Say what `tls disable` will not give back as it was."""
        empty = [key for key in KEYS for entry in [config.get(key)] if entry is not None and not entry.text and not entry.children]
        https = any(e.scheme.lower() == tls_edit.HTTPS for e in tls_edit.addresses(config))
        if empty or https:
            self.note(ADVICE, "tls-change.not-the-same", path)

    def _call(self, path: str, line: CommandLine, triple: Triple) -> None:
        is_known = line.is_known(*PATHS.values())
        if is_known and not tls_edit.is_off(next(iter(line.config.tls_blocks), None)):
            return
        if not is_known or line.config.get(k.MASTER_ADDR) is None:
            # Without an address it goes by $DM_MASTER_ADDR, or only prints something.
            self._by_hand(path, line, triple)
            return
        self.take(partial(tls_edit.flags_on, line.config, triple, []), Note(DONE, "tls-change.on-dmctl", {}, path, line.span))

    def _by_hand(self, path: str, line: CommandLine, triple: Triple) -> None:
        """Have a person add the flags to a line that cannot be edited."""
        self.note(DUTY, "tls-change.open-line", path, line.span, flags=" ".join(f"--{key}={file}" for key, file in triple.items()))

    def _topology(self, topology: ConfigFile) -> None:
        self.take(partial(tls_edit.topology_on, topology), Note(DONE, "tls-change.on-topology", {}, topology.path))

    def _databases(self, chosen: Chosen) -> bool:
        """Give sources and tasks what the options name; whether any was given something."""
        done = False
        for kind, configs, prefix in ((kinds.SOURCE, self.found.sources, "upstream"), (kinds.TASK, self.found.tasks, "downstream")):
            triple = self._database_triple(prefix, chosen)
            left = []
            for config in configs:
                if triple is None:
                    left.append(config)
                    continue
                block = next(iter(config.tls_blocks), None)
                if block is not None:
                    if block.is_empty:
                        self.note(LOST, "tls-change.security-empty", config.path, config.key_span(block.holder))
                    continue
                note = Note(DONE, f"tls-change.on-{kind}", {}, config.path)
                done |= self.take(partial(tls_edit.secured, config, triple), note)
            if any(not config.tls_blocks for config in left):
                self.note(ADVICE, f"tls-change.plain-{prefix}", count=len(left))
        return done

    def _database_triple(self, prefix: str, chosen: Chosen) -> Triple | None:
        options = self.request.options
        given = [options.value(f"{prefix}-{role}") for role in ("ca", "cert", "key")]
        if any(given):
            if not given[0] or bool(given[1]) != bool(given[2]):
                raise CannotDo("tls-change.database-half", option=f"--{prefix}")
            return Triple(*given)
        return self._triple(chosen, CLIENT) if self._own_databases() else None
