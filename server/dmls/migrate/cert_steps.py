"""What a person does with certificates that were made: which file goes to which machine, under which path, with which rights."""

from __future__ import annotations

from base64 import b64encode
from typing import Callable, Iterable, Iterator, NamedTuple, Sequence

from dmls.files import Missing, Pending
from dmls.migrate.cert_plan import CertWish, Target
from dmls.migrate.change import PRIVATE, PUBLIC, CannotDo, Request, Step
from dmls.model.shell import Unwritable, file, remote, word
from dmls.model.tls.cert_use import Lookup, PemContent
from dmls.model.tls.host_check import is_loopback
from dmls.model.tls_path import folder_of, is_absolute
from dmls.pki.facts import Certificate, PemFile

USUAL_FOLDER = "/etc/dm/tls"
"""Where files go that no configuration names yet."""
HERE = "localhost"
"""What the own machine is called among others."""
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

    @property
    def is_here(self) -> bool:
        return self.host == HERE

    @property
    def goals(self) -> list[str]:
        """Where the copies go, with the place where a program runs before relative paths."""
        return [copy.goal if is_absolute(copy.goal) else f"{RUN_FOLDER}/{copy.goal}" for copy in self.copies]

    @property
    def address(self) -> str:
        """Its host, or what stands in commands for one that nobody has told."""
        return self.host or "HOST_OF_" + "".join(c if c.isascii() and c.isalnum() else "_" for c in self.labels[0].upper())


def copies_for(target: Target, wish: CertWish, ca: str) -> Iterator[Copy]:
    """The files for one user of a certificate; none that is where it belongs already."""
    for local, goal, mode in ((ca, target.ca, PUBLIC), (wish.cert, target.cert, PUBLIC), (wish.key_path, target.key, PRIVATE)):
        goal = goal or f"{folder_of(target.cert) if target.cert else USUAL_FOLDER}/{local.rpartition('/')[2]}"
        if goal not in {local, *(path for place in wish.places for path in place)}:
            yield Copy(local, goal, PRIVATE if wish.cert == wish.key_path and local == wish.cert else mode)


def machines(users: Sequence[tuple[Target, CertWish]], ca: str) -> list[Machine]:
    """All files for each machine, in the order of the users.  On this one, nobody knows where a relative path would begin."""
    return by_machine((target, [c for c in copies_for(target, wish, ca) if is_absolute(c.goal) or _host(target) != HERE]) for target, wish in users)


def by_machine(found: Iterable[tuple[Target, Iterable[Copy]]]) -> list[Machine]:
    """The copies of each user, brought together by machines in the order of the users."""
    grouped: dict[tuple[str, str], tuple[dict[str, None], dict[Copy, None]]] = {}
    for target, copies in found:
        host = _host(target)
        labels, all_copies = grouped.setdefault((host, "" if host else target.label), ({}, {}))
        labels[target.label] = None
        all_copies.update(dict.fromkeys(copies))
    return [Machine(host, tuple(labels), tuple(copies)) for (host, _), (labels, copies) in grouped.items() if copies]


def _host(target: Target) -> str:
    return HERE if target.host and is_loopback(target.host) else target.host


def copy_steps(request: Request, found: Iterable[Machine]) -> Iterator[Step]:
    """One step a machine: files that come to it."""

    def commands(machine: Machine) -> Iterator[str]:
        folders = " ".join(map(file, dict.fromkeys(map(folder_of, machine.goals))))
        yield f"mkdir -p {folders}" if machine.is_here else f"ssh {word(machine.address)} {word(f'mkdir -p {folders}')}"
        for copy, goal in zip(machine.copies, machine.goals, strict=True):
            local = file(request.near(copy.local))
            yield f"install -m {copy.mode:o} {local} {file(goal)}" if machine.is_here else f"scp -p {local} {word(remote(machine.address, goal))}"

    return _steps("copy", found, commands)


def swap_steps(request: Request, found: Iterable[Machine]) -> Iterator[Step]:
    """One step a machine: new content for files that are there, which keep owner and rights, and a copy of what they held."""

    def commands(machine: Machine) -> Iterator[str]:
        pairs = [(file(request.near(copy.local)), goal) for copy, goal in zip(machine.copies, machine.goals, strict=True)]
        if machine.is_here:
            yield from (f"{_kept(goal)} && cat {local} > {file(goal)}" for local, goal in pairs)
            return
        yield from (f"scp -p {local} {word(remote(machine.address, f'{goal}.new'))}" for local, goal in pairs)
        swaps = (f"{_kept(goal)} && cat {file(f'{goal}.new')} > {file(goal)} && rm {file(f'{goal}.new')}" for _, goal in pairs)
        yield f"ssh {word(machine.address)} {word(' && '.join(swaps))}"

    return _steps("swap", found, commands)


def _kept(path: str) -> str:
    return f"cp -p {file(path)} {file(f'{path}.old')}"


def _steps(what: str, found: Iterable[Machine], commands: Callable[[Machine], Iterable[str]]) -> Iterator[Step]:
    """A step a machine, without commands where a path cannot stand in one."""
    for machine in found:
        which = "here" if machine.is_here else "host" if machine.host else "unknown"
        relative = any(not is_absolute(copy.goal) for copy in machine.copies) and not machine.is_here
        try:
            lines = tuple(commands(machine))
        except Unwritable:
            lines = ()
        args = {"host": machine.host or machine.labels[0], "labels": ", ".join(machine.labels), "dir": RUN_FOLDER}
        yield Step(f"certs-steps.{what}-{which}{'-relative' if relative else ''}", args, lines)
