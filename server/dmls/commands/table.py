"""The commands and options of `dmls`: the one table behind parsing, help and shell completion."""

from __future__ import annotations

from dmls.named import NamedTuple
from dmls.settings import FILES, KINDS, LANGUAGES

SEVERITIES = ("error", "warning", "information", "hint")
NEVER = "never"
FORMATS = ("text", "json")
MAP_FORMATS = ("text", "mermaid", "svg", "html", "json")
ROLES = ("ca", "cert", "key")
USAGES = ("server", "client")
KEY_TYPES = ("ec", "rsa")
GO_VERSIONS = ("1.21", "1.23", "1.24", "1.25")
LOG_LEVELS = ("debug", "info", "warning", "error")
SHELLS = ("bash", "zsh", "fish")
STYLES = ("files", "tiup")
SCHEMAS = (*KINDS, "settings", "findings", "map", "change", "show")


class Option(NamedTuple):
    """`value` names the value in the help, "" for a switch.  `choices` are all values allowed; empty means any.

    `complete` says what a shell offers: "file", "folder", "rule" or "" for the choices.  The help sentence is ``cli.option-<name>``, or with
    `sense` ``cli.option-<name>-<sense>`` where a name means different things to different commands.
    """

    name: str
    value: str = ""
    choices: tuple[str, ...] = ()
    repeat: bool = False
    complete: str = ""
    required: bool = False
    sense: str = ""

    @property
    def help(self) -> str:
        return "cli.option-" + self.name.lstrip("-") + (f"-{self.sense}" if self.sense else "")


class Command(NamedTuple):
    """`operands` is how the help names what follows the options, "" where nothing may follow; `least` and `most` count them.

    `shows` is one that never writes a file, of those that could.
    `lenient` is one that editors run, with flags of their own: whatever is not known is let pass.

    A name of two words belongs to the group of its first word; the group is a command without module, its help lists its members.
    `changes` is an action of `migrate`; all of those have the module ``cli.change_command``.
    A `fresh` one reads no file, since all that it makes is new.
    The module of any other is ``cli.<name>_command``, with ``_`` between words, and has ``run(parsed, console) -> int``.
    """

    name: str
    options: tuple[Option, ...] = ()
    operands: str = ""
    least: int = 0
    most: int | None = 0
    choices: tuple[str, ...] = ()
    complete: str = ""
    lenient: bool = False
    changes: bool = False
    shows: bool = False
    fresh: bool = False

    @property
    def help(self) -> str:
        return "cli.command-" + self.name.replace(" ", "-")

    @property
    def module(self) -> str:
        return "dmls.cli.change_command" if self.changes else f"dmls.cli.{self.name.replace(' ', '_')}_command"

    @property
    def group(self) -> str:
        """The name of its group, "" where it has none."""
        return self.name.rpartition(" ")[0]

    @property
    def members(self) -> tuple[Command, ...]:
        """The commands of a group."""
        return tuple(c for c in COMMANDS if c.name.startswith(self.name + " "))


LANG = Option("--lang", "LANG", LANGUAGES)
HELP = Option("--help")
VERSION = Option("--version")
FORMAT = Option("--format", "FORMAT", FORMATS)
AT = Option("--at", "TIME")
ONE_DM_VERSION = Option("--dm-version", "VERSION", sense="one")

DIFF = Option("--diff", sense="change")
RUNBOOK = Option("--runbook", "FILE", complete="file")

EVERYWHERE = (LANG, HELP)

_ISSUING = (
    Option("--days", "DAYS"),
    Option("--ca-days", "DAYS"),
    Option("--ca", "FILE", complete="file"),
    Option("--ca-key", "FILE", complete="file"),
    Option("--ca-key-pass-file", "FILE", complete="file"),
)

_ENABLING = (
    Option("--certs", "DIR", complete="folder"),
    Option("--output", "DIR", complete="folder", sense="tls"),
    Option("--tls-dir", "DIR"),
    Option("--cn", "NAME"),
    Option("--no-cn"),
    Option("--leader", "NAME"),
    Option("--databases"),
    Option("--upstream-ca", "FILE"),
    Option("--upstream-cert", "FILE"),
    Option("--upstream-key", "FILE"),
    Option("--downstream-ca", "FILE"),
    Option("--downstream-cert", "FILE"),
    Option("--downstream-key", "FILE"),
    FORMAT,
    RUNBOOK,
    AT,
    ONE_DM_VERSION,
)

COMMANDS = (
    Command(
        "check",
        (
            FORMAT,
            Option("--select", "RULE", repeat=True, complete="rule"),
            Option("--ignore", "RULE", repeat=True, complete="rule"),
            Option("--min-severity", "SEVERITY", SEVERITIES),
            Option("--fail-on", "SEVERITY", (*SEVERITIES, NEVER)),
            Option("--dm-version", "VERSION", repeat=True),
            Option("--kind", "KIND", KINDS),
            Option("--files", "HOW", FILES),
            AT,
            Option("--within", "DAYS"),
            Option("--fix"),
            Option("--unsafe-fixes"),
            Option("--diff"),
            Option("--stdin-filename", "FILE", complete="file"),
            Option("--jobs", "N"),
            Option("--watch"),
            Option("--no-progress"),
        ),
        "[PATH…]",
        most=None,
        complete="file",
    ),
    Command("certs"),
    Command(
        "certs inspect",
        (FORMAT, Option("--role", "ROLE", ROLES), Option("--key", "FILE", complete="file"), AT, ONE_DM_VERSION),
        "FILE…",
        least=1,
        most=None,
        complete="file",
    ),
    Command(
        "certs verify",
        (
            FORMAT,
            Option("--roots", "FILE", complete="file", required=True),
            Option("--chain", "FILE", complete="file", required=True),
            AT,
            Option("--usage", "USAGE", USAGES),
            Option("--host", "HOST"),
            ONE_DM_VERSION,
            Option("--go-version", "VERSION", GO_VERSIONS),
        ),
    ),
    Command(
        "certs new",
        (
            Option("--output", "DIR", complete="folder", sense="tls"),
            Option("--cn", "NAME"),
            Option("--host", "[NAME=]HOST", repeat=True, sense="new"),
            Option("--shared"),
            Option("--databases", sense="new"),
            Option("--prometheus"),
            *_ISSUING,
            Option("--key-type", "TYPE", KEY_TYPES),
            Option("--key-size", "BITS"),
            Option("--openssl"),
            FORMAT,
            DIFF,
            RUNBOOK,
            AT,
        ),
        "[PATH…]",
        most=None,
        complete="file",
        changes=True,
    ),
    Command(
        "certs renew",
        (Option("--output", "DIR", complete="folder", sense="renew"), Option("--keep-key"), Option("--new-ca"), *_ISSUING, FORMAT, DIFF, RUNBOOK, AT, ONE_DM_VERSION),
        "PATH…",
        least=1,
        most=None,
        complete="file",
        changes=True,
    ),
    Command(
        "certs list",
        (FORMAT, Option("--within", "DAYS", sense="list"), AT),
        "PATH…",
        least=1,
        most=None,
        complete="file",
    ),
    Command("tls"),
    Command("tls plan", _ENABLING, "PATH…", 1, None, complete="file", changes=True, shows=True),
    Command("tls enable", (*_ENABLING, DIFF), "PATH…", 1, None, complete="file", changes=True),
    Command(
        "tls disable", (Option("--databases", sense="off"), Option("--leader", "NAME"), FORMAT, RUNBOOK, ONE_DM_VERSION, DIFF), "PATH…", 1, None, complete="file", changes=True
    ),
    Command("migrate"),
    Command(
        "migrate v1",
        (
            Option("--to", "VERSION"),
            Option("--output", "DIR", complete="folder", sense="v1"),
            Option("--style", "STYLE", STYLES, sense="v1"),
            Option("--masters", "HOST[:PORT],…", sense="v1"),
            Option("--meta", "[TASK/]SOURCE=BINLOG:POS", repeat=True),
            FORMAT,
            RUNBOOK,
            AT,
            DIFF,
        ),
        "DIR",
        1,
        None,
        complete="file",
        changes=True,
    ),
    Command(
        "migrate keys",
        (Option("--to", "VERSION"), Option("--from", "VERSION"), Option("--unsafe"), FORMAT, RUNBOOK, AT, DIFF),
        "PATH…",
        1,
        None,
        complete="file",
        changes=True,
    ),
    Command(
        "migrate export",
        (
            Option("--to", "VERSION"),
            Option("--original", "PATH", repeat=True, complete="file"),
            Option("--write-certificates", "DIR", complete="folder"),
            Option("--unsafe"),
            FORMAT,
            RUNBOOK,
            AT,
            DIFF,
        ),
        "PATH…",
        1,
        None,
        complete="file",
        changes=True,
    ),
    Command(
        "migrate passwords",
        (
            Option("--new-key", "FILE", complete="file", required=True),
            Option("--make-key"),
            Option("--old-key", "FILE", complete="file"),
            Option("--encrypt-plaintext"),
            Option("--key-path", "PATH"),
            FORMAT,
            RUNBOOK,
            AT,
            DIFF,
            ONE_DM_VERSION,
        ),
        "PATH…",
        1,
        None,
        complete="file",
        changes=True,
    ),
    Command(
        "init",
        (
            Option("--masters", "HOST[:PORT],…", sense="init"),
            Option("--workers", "HOST[:PORT],…"),
            Option("--source", "ID=HOST:PORT", repeat=True),
            Option("--target", "HOST:PORT"),
            Option("--task", "NAME"),
            Option("--style", "STYLE", STYLES, sense="init"),
            Option("--no-tls"),
            Option("--cn", "NAME", sense="init"),
            Option("--tls-dir", "DIR", sense="init"),
            Option("--no-certs"),
            FORMAT,
            RUNBOOK,
            AT,
            DIFF,
        ),
        "[DIR]",
        most=1,
        complete="folder",
        fresh=True,
    ),
    Command("rules", (FORMAT,)),
    Command(
        "explain",
        (Option("--link"), FORMAT, AT, ONE_DM_VERSION),
        "RULE | --link DIALER LISTENER [PATH]",
        1,
        3,
        complete="rule",
    ),
    Command(
        "map",
        (Option("--format", "FORMAT", MAP_FORMATS), ONE_DM_VERSION, AT, Option("--output", "FILE", complete="file")),
        "[PATH…]",
        most=None,
        complete="file",
    ),
    Command(
        "show",
        (
            FORMAT,
            Option("--instance", "ID"),
            Option("--dm-version", "VERSION", sense="show"),
            Option("--kind", "KIND", KINDS),
            Option("--stdin-filename", "FILE", complete="file"),
        ),
        "FILE",
        1,
        1,
        complete="file",
    ),
    Command("schema", (), "KIND", 1, 1, choices=SCHEMAS),
    Command("demo", (Option("--keep", "DIR", complete="folder"),)),
    Command("doctor", (FORMAT,), "[PATH…]", most=None, complete="file"),
    Command(
        "serve",
        (Option("--stdio"), Option("--tcp", "[HOST:]PORT"), Option("--log-file", "FILE", complete="file"), Option("--log-level", "LEVEL", LOG_LEVELS)),
        most=0,
        lenient=True,
    ),
    Command("completion", (), "SHELL", 1, 1, choices=SHELLS),
)
