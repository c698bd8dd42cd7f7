"""What an action on a deployment asks for, and the change it answers with."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Callable, Iterable, Mapping, NamedTuple, Protocol, Sequence

from dmls.text import Span

if TYPE_CHECKING:
    from dmls.finding import Finding, Fixed
    from dmls.migrate.cert_plan import Keys
    from dmls.model.command_line import CommandLine
    from dmls.model.config_file import ConfigFile
    from dmls.model.tls.cert_use import CertUse, Lookup
    from dmls.model.tls.cluster import Card, Cluster
    from dmls.model.tls.connection import Party
    from dmls.settings import Settings

PUBLIC, PRIVATE = 0o644, 0o600
"""Permission bits of new files."""
DONE, LOST, DUTY, ADVICE = "done", "lost", "duty", "advice"
"""What a note tells: what was changed and why, what could not be carried over, what a person must do, what is good to know."""


class CannotDo(Exception):
    """The action cannot be done at all.  `message` is a message id, `args` may hold `Words`."""

    def __init__(self, message: str, **args: object) -> None:
        super().__init__(message, args)
        self.message = message
        self.details: Mapping[str, object] = args


class Edited(NamedTuple):
    """A file that is there and becomes another text.  `confirm` is the message id of why a person should look first, "" where none need."""

    path: str
    old: str
    new: str
    confirm: str = ""


class Created(NamedTuple):
    """A file that must not exist yet.  What a `secret` one holds is never shown; a file that holds the same bytes already is left alone."""

    path: str
    data: bytes
    mode: int = PUBLIC
    secret: bool = False


class Note(NamedTuple):
    """A line of the report; `message` is a message id, `args` may hold `Words`.  `span` lies in the old text of `file`."""

    level: str
    message: str
    args: Mapping[str, object] = {}
    file: str = ""
    span: Span | None = None


class Step(NamedTuple):
    """A step of the runbook: a sentence or some (a message id), and commands for a POSIX shell, one a line."""

    message: str
    args: Mapping[str, object] = {}
    commands: tuple[str, ...] = ()


class Change(NamedTuple):
    """All that an action does.  `notes` stand in the order of the files; `runbook` in the order of doing."""

    edited: tuple[Edited, ...] = ()
    created: tuple[Created, ...] = ()
    notes: tuple[Note, ...] = ()
    runbook: tuple[Step, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.edited and not self.created


class Files(Protocol):
    """What an action may ask about files; `analysis.Analysis` answers.

    What is not known yet becomes a wish of the workspace, and the action is made anew once it is answered.
    """

    def text(self, path: str) -> str | None: ...
    def kind(self, path: str) -> str | None: ...
    def file(self, path: str) -> ConfigFile | None: ...
    def command_lines(self, path: str) -> tuple[CommandLine, ...]: ...
    def command_file(self, line: CommandLine) -> tuple[ConfigFile | None, bool]: ...
    def clusters(self, path: str) -> list[Cluster]: ...
    def party(self, card: Card) -> Party | None: ...
    def settings(self, path: str) -> Settings: ...
    def is_text(self, path: str) -> bool: ...
    def supposed(self, path: str, text: str) -> ConfigFile | None: ...
    def judged(self, path: str, text: str, settings: Settings | None = None) -> Sequence[Finding] | None: ...
    def repaired(self, path: str, text: str, settings: Settings, unsafe: bool, filtered: Callable[[str, Sequence[Finding]], Sequence[Finding]]) -> Fixed: ...
    def lookup(self, user: str) -> Lookup: ...
    def uses(self, path: str) -> tuple[CertUse, ...]: ...


class Options:
    """The options of an action by their long names without dashes, a list of values each; a switch has the value ""."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values

    def flag(self, name: str) -> bool:
        return name in self._values

    def value(self, name: str, default: str = "") -> str:
        """The last value given."""
        return ([*self._values.get(name, ())] or [default])[-1]

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """The value given, which must be one of a few.  Raises CannotDo: not every shell knows them."""
        value = self.value(name, default)
        if value not in allowed:
            raise CannotDo("cli.bad-choice", name=f"--{name}", value=value, allowed=", ".join(allowed))
        return value

    def values(self, name: str) -> list[str]:
        """All values given, comma lists taken apart."""
        return [part.strip() for value in self._values.get(name, ()) for part in value.split(",") if part.strip()]


class Request(NamedTuple):
    """What an action is asked for.

    `paths` are the files that the operands mean, in order; `operands` are these themselves, absolute, files and folders.  `folder` is the absolute
    folder that relative paths of options start from, and `now` is the moment in seconds since 1970.  `keys` makes and uses private keys; None where a
    shell offers none.  `locale` is the reader's language, for comments in new files.
    """

    files: Files
    paths: tuple[str, ...]
    options: Options
    folder: str
    now: float
    keys: Keys | None = None
    operands: tuple[str, ...] = ()
    locale: str = "en"

    def path(self, given: str) -> str:
        """An absolute path, with slashes, for one that a person wrote."""
        from dmls.model.tls_path import is_absolute, normal

        return normal(given if is_absolute(given) else f"{self.folder}/{given}")

    def private_keys(self) -> Keys:
        """What makes and uses private keys.  Raises CannotDo where the shell offers nothing that does."""
        if self.keys is None:
            raise CannotDo("certs-new.no-keyring")
        return self.keys

    def near(self, path: str) -> str:
        """The inverse: an absolute path as a person in the folder of the request writes it."""
        folder = self.folder.rstrip("/") + "/"
        return "." if path + "/" == folder else path.removeprefix(folder)


ACTIONS: Mapping[str, str] = {
    "certs new": "certs_new",
    "certs renew": "certs_renew",
    "tls plan": "tls_enable",
    "tls enable": "tls_enable",
    "tls disable": "tls_disable",
    "migrate v1": "v1",
    "init": "init",
    "migrate keys": "keys",
    "migrate export": "export",
    "migrate passwords": "passwords",
}
"""The module of each action in this package, by the words of its command."""

FOR_VERSION = ("dm-version", "to")
"""The options that say which DM the files are for, above all settings; of two the last."""

ALSO: Mapping[str, tuple[str, ...]] = {"migrate v1": (".ini",)}
"""Endings of names of files in folders that an action reads, beside those of DM's."""


def action(name: str) -> Callable[[Request], Change]:
    """What makes the change of the action `name`.  Raises KeyError where there is none."""
    make: Callable[[Request], Change] = import_module(f"dmls.migrate.{ACTIONS[name]}").make
    return make


def created_text(path: str, text: str, mode: int = PUBLIC) -> Created:
    """A new text file."""
    return Created(path, text.encode("utf-8"), mode)


def in_order(notes: Iterable[Note], paths: Sequence[str]) -> tuple[Note, ...]:
    """The notes in the order of the files they are about, those about none at the end."""
    place = {path: number for number, path in enumerate(paths)}
    return tuple(sorted(notes, key=lambda note: (place.get(note.file, len(place)), note.span or Span(0, 0))))
