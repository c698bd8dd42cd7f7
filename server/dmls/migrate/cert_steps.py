"""What a person does with certificates that were made: which file goes to which machine, under which path, with which rights."""

from __future__ import annotations

from base64 import b64encode
from typing import Iterable, Iterator, NamedTuple, Sequence

from dmls.files import Missing, Pending
from dmls.migrate.cert_plan import CertWish, Target
from dmls.migrate.change import PRIVATE, PUBLIC, CannotDo, Request, Step
from dmls.model.cert_use import Lookup, PemContent
from dmls.model.host_check import is_loopback
from dmls.model.shell import Unwritable, file, word
from dmls.model.tls_path import folder_of, is_absolute
from dmls.pki.facts import Certificate, PemFile

USUAL_FOLDER = "/etc/dm/tls"
"""Where files go that no configuration names yet."""
RUN_FOLDER = "DM_DIR"
"""Stands in commands for the folder in which a program runs, from which relative paths count."""


class Disk:
    """What is on the disk; `pending` tells that something of it is not known yet, so that the action is asked again."""

    __slots__ = ("_lookup", "pending")

    def __init__(self, request: Request) -> None:
        self._lookup: Lookup = request.files.lookup(next(iter(request.paths), request.folder))
        self.pending = False

    def exists(self, path: str) -> bool:
        """Whether anything has this name."""
        state = self._lookup.stat(path)
        self.pending = self.pending or isinstance(state, Pending)
        return not isinstance(state, (Missing, Pending))

    def pem(self, path: str) -> PemFile | None:
        """What a file holds; None where there is none.  Raises `CannotDo` where it cannot be read."""
        state = self._lookup.pem(path)
        self.pending = self.pending or isinstance(state, Pending)
        if isinstance(state, (PemContent, Pending, Missing)):
            return state.pem if isinstance(state, PemContent) else None
        raise CannotDo("keyring.unreadable", path=path)

    def names(self, folder: str) -> tuple[str, ...]:
        state = self._lookup.list(folder)
        self.pending = self.pending or isinstance(state, Pending)
        return tuple(getattr(state, "entries", ()))


def authorities(pem: PemFile) -> list[Certificate]:
    """The certificates in a file that may sign others."""
    return [b.certificate for b in pem.blocks if b.certificate is not None and (b.certificate.is_ca or b.certificate.version < 3)]


def key_of_authority(disk: Disk, ca: str) -> str:
    """The file beside a CA's certificate that is named like its key, "" where there is none."""
    head, slash, name = ca.rpartition("/")
    stem = name.rpartition(".")[0] or name
    return next((path for path in (f"{head}{slash}{stem}{end}" for end in ("-key.pem", ".key", "-key.key", "_key.pem", ".key.pem")) if disk.exists(path)), "")


def pem_of(certificates: Iterable[bytes]) -> bytes:
    """Certificates in DER as PEM."""
    out = []
    for der in certificates:
        text = b64encode(der).decode("ascii")
        lines = (text[i : i + 64] for i in range(0, len(text), 64))
        out.append("\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", "")))
    return "".join(out).encode("ascii")


class Copy(NamedTuple):
    """A file of this machine and where it goes."""

    local: str
    goal: str
    mode: int


class Machine(NamedTuple):
    """A machine, or one that is not known by a host but by what runs on it, and the labels of what uses the files."""

    host: str
    labels: tuple[str, ...]
    copies: tuple[Copy, ...]


def copies_for(target: Target, wish: CertWish, ca: str) -> Iterator[Copy]:
    """The files for one user of a certificate; none that is where it belongs already."""
    for local, goal, mode in ((ca, target.ca, PUBLIC), (wish.cert, target.cert, PUBLIC), (wish.key_path, target.key, PRIVATE)):
        goal = goal or f"{folder_of(target.cert) if target.cert else USUAL_FOLDER}/{local.rpartition('/')[2]}"
        if goal not in {local, *(path for place in wish.places for path in place)}:
            yield Copy(local, goal, PRIVATE if wish.cert == wish.key_path and local == wish.cert else mode)


def machines(users: Sequence[tuple[Target, CertWish]], ca: str) -> list[Machine]:
    """All files for each machine, in the order of the users."""
    found: dict[tuple[str, str], tuple[dict[str, None], dict[Copy, None]]] = {}
    for target, wish in users:
        here = not target.host or is_loopback(target.host)
        host = "localhost" if target.host and here else target.host
        labels, copies = found.setdefault((host, "" if host else target.label), ({}, {}))
        labels[target.label] = None
        for copy in copies_for(target, wish, ca):
            if host != "localhost" or is_absolute(copy.goal):
                copies[copy] = None
    return [Machine(host, tuple(labels), tuple(copies)) for (host, _), (labels, copies) in found.items() if copies]


def copy_steps(request: Request, found: Iterable[Machine]) -> Iterator[Step]:
    """One step a machine."""
    for machine in found:
        args = {"host": machine.host, "labels": ", ".join(machine.labels), "dir": RUN_FOLDER}
        relative = any(not is_absolute(copy.goal) for copy in machine.copies)
        which = "here" if machine.host == "localhost" else "host" if machine.host else "unknown"
        try:
            commands = tuple(_commands(request, machine))
        except Unwritable:
            commands = ()
        yield Step(f"certs-steps.copy-{which}" + ("-relative" if relative else ""), args, commands)


def _commands(request: Request, machine: Machine) -> Iterator[str]:
    goals = [copy.goal if is_absolute(copy.goal) else f"{RUN_FOLDER}/{copy.goal}" for copy in machine.copies]
    folders = dict.fromkeys(folder_of(goal) for goal in goals)
    if machine.host == "localhost":
        yield f"mkdir -p {' '.join(file(folder) for folder in folders)}"
        for copy, goal in zip(machine.copies, goals, strict=True):
            yield f"install -m {copy.mode:o} {file(request.near(copy.local))} {file(goal)}"
        return
    host = machine.host or _unknown(machine)
    yield f"ssh {word(host)} {word('mkdir -p ' + ' '.join(file(folder) for folder in folders))}"
    remote = f"[{host}]" if ":" in host else host
    for copy, goal in zip(machine.copies, goals, strict=True):
        yield f"scp -p {file(request.near(copy.local))} {word(f'{remote}:{goal}')}"


def _unknown(machine: Machine) -> str:
    """What stands in commands for a host that nobody has told."""
    return "HOST_OF_" + "".join(c if c.isascii() and c.isalnum() else "_" for c in machine.labels[0].upper())


def swap_steps(request: Request, found: Iterable[Machine]) -> Iterator[Step]:
    """One step a machine: new content for files that are there, which keep owner and rights, and a copy of what they held."""
    for machine in found:
        args = {"host": machine.host or machine.labels[0], "labels": ", ".join(machine.labels), "dir": RUN_FOLDER}
        goals = [copy.goal if is_absolute(copy.goal) else f"{RUN_FOLDER}/{copy.goal}" for copy in machine.copies]
        try:
            if machine.host == "localhost":
                commands = [f"cp -p {file(g)} {file(g + '.old')} && cat {file(request.near(c.local))} > {file(g)}" for c, g in zip(machine.copies, goals, strict=True)]
            else:
                host = machine.host or _unknown(machine)
                remote = f"[{host}]" if ":" in host else host
                commands = [f"scp -p {file(request.near(c.local))} {word(f'{remote}:{g}.new')}" for c, g in zip(machine.copies, goals, strict=True)]
                swap = [f"cp -p {file(g)} {file(g + '.old')} && cat {file(g + '.new')} > {file(g)} && rm {file(g + '.new')}" for g in goals]
                commands.append(f"ssh {word(host)} {word(' && '.join(swap))}")
        except Unwritable:
            commands = []
        which = "here" if machine.host == "localhost" else "host" if machine.host else "unknown"
        relative = any(not is_absolute(copy.goal) for copy in machine.copies)
        yield Step(f"certs-steps.swap-{which}" + ("-relative" if relative and which != "here" else ""), args, tuple(commands))
