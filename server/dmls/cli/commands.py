"""The commands and options of `dmls`: the one table behind parsing, help and shell completion."""

from __future__ import annotations

from typing import NamedTuple

from dmls.settings import FILES, KINDS, LANGUAGES

SEVERITIES = ("error", "warning", "information", "hint")
NEVER = "never"
FORMATS = ("text", "json")
SHELLS = ("bash", "zsh", "fish")
SCHEMAS = (*KINDS, "settings", "findings")


class Option(NamedTuple):
    """`value` names the value in the help, "" for a switch.  `choices` are all values allowed; empty means any.

    `complete` says what a shell offers: "file", "folder", "rule" or "" for the choices.  The help sentence is ``cli.option<name>``.
    """

    name: str
    value: str = ""
    choices: tuple[str, ...] = ()
    repeat: bool = False
    complete: str = ""

    @property
    def help(self) -> str:
        return "cli.option-" + self.name.lstrip("-")


class Command(NamedTuple):
    """`operands` is how the help names what follows the options, "" where nothing may follow; `least` and `most` count them.

    The module is ``cli.<name>_command`` and has ``run(parsed, console) -> int``.
    """

    name: str
    options: tuple[Option, ...] = ()
    operands: str = ""
    least: int = 0
    most: int | None = 0
    choices: tuple[str, ...] = ()
    complete: str = ""

    @property
    def help(self) -> str:
        return "cli.command-" + self.name


LANG = Option("--lang", "LANG", LANGUAGES)
HELP = Option("--help")
VERSION = Option("--version")
FORMAT = Option("--format", "FORMAT", FORMATS)

EVERYWHERE = (LANG, HELP)

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
            Option("--stdin-filename", "FILE", complete="file"),
            Option("--jobs", "N"),
            Option("--watch"),
            Option("--no-progress"),
        ),
        "[PATH…]",
        most=None,
        complete="file",
    ),
    Command("rules", (FORMAT,)),
    Command("explain", (), "RULE", 1, 1, complete="rule"),
    Command("schema", (), "KIND", 1, 1, choices=SCHEMAS),
    Command("demo", (Option("--keep", "DIR", complete="folder"),)),
    Command("serve", (Option("--stdio"), Option("--tcp", "[HOST:]PORT")), most=0),
    Command("completion", (), "SHELL", 1, 1, choices=SHELLS),
)
