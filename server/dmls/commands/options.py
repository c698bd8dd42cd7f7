"""Read a command line by the table of commands."""

from __future__ import annotations

from typing import Iterable, Mapping, Sequence

from dmls.commands.table import COMMANDS, EVERYWHERE, VERSION, Command, Option
from dmls.version import Version, parse_version


class UsageError(Exception):
    """The command line cannot be understood.  `message` is a message id."""

    def __init__(self, message: str, **args: object) -> None:
        super().__init__(message, args)
        self.message = message
        self.details: Mapping[str, object] = args


class Parsed:
    """A command line that was understood.  Options are asked for by their name with its dashes."""

    __slots__ = ("command", "operands", "_values")

    def __init__(self, command: Command | None, values: dict[str, list[str]], operands: list[str]) -> None:
        self.command = command
        self.operands = operands
        self._values = values

    @property
    def options(self) -> dict[str, list[str]]:
        """All options given, by their names without dashes; a switch has the value ``""``."""
        return {name.lstrip("-"): values for name, values in self._values.items()}

    def also(self, values: Mapping[str, Sequence[str]]) -> Parsed:
        """The same with more options."""
        return Parsed(self.command, {**self._values, **{name: list(given) for name, given in values.items()}}, self.operands)

    def flag(self, name: str) -> bool:
        return name in self._values

    def value(self, name: str, default: str = "") -> str:
        """The last value given."""
        return self._values.get(name, [default])[-1]

    def all_of(self, name: str) -> list[str]:
        """All values given, as they are; "" of a switch."""
        return self._values.get(name, [])

    def values(self, name: str) -> list[str]:
        """All values given, comma lists taken apart."""
        return [part.strip() for value in self._values.get(name, ()) for part in value.split(",") if part.strip()]


def parse(arguments: Sequence[str]) -> Parsed:
    """Raises UsageError.  `--help` and `--version` are in the result even where operands are missing."""
    values: dict[str, list[str]] = {}
    rest = list(arguments)
    command: Command | None = None
    while rest and (command is None or command.members):
        word = rest.pop(0)
        if word.startswith("-") and word != "-":
            _option(word, rest, (*EVERYWHERE, VERSION), values)
            continue
        command = _command(command, word)
    operands: list[str] = []
    if command is not None and not command.members:
        options = (*command.options, *EVERYWHERE, VERSION)
        while rest:
            word = rest.pop(0)
            if word == "--":
                operands.extend(rest)
                break
            if command.lenient and word.partition("=")[0] not in [o.name for o in EVERYWHERE] + ["-h"]:
                continue
            if word.startswith("-") and word != "-":
                _option(word, rest, options, values)
            else:
                operands.append(word)
        if "--help" not in values and "--version" not in values:
            _check(command, values, operands)
    return Parsed(command, values, operands)


def taken(name: str, options: Iterable[tuple[str, str | None]], operands: Sequence[str]) -> Parsed:
    """What an editor asks of the command `name`, judged like a command line: names of options without dashes, None where no value is given.

    Raises UsageError.
    """
    command = next(c for c in COMMANDS if c.name == name)
    values: dict[str, list[str]] = {}
    for key, value in options:
        _take(_named(f"--{key}", command.options), value, values)
    _check(command, values, () if command.fresh else operands)
    return Parsed(command, values, list(operands))


def _command(group: Command | None, word: str) -> Command:
    """The command that `word` names, at the top or in a group."""
    prefix = f"{group.name} " if group is not None else ""
    names = [c.name for c in COMMANDS if c.name.startswith(prefix) and " " not in c.name[len(prefix) :]]
    if prefix + word in names:
        return next(c for c in COMMANDS if c.name == prefix + word)
    like = closest(prefix + word, names)
    if group is None:
        raise UsageError("cli.unknown-command", name=word, hint=like)
    raise UsageError("cli.unknown-member", name=word, group=group.name, hint=like)


def _option(word: str, rest: list[str], options: tuple[Option, ...], values: dict[str, list[str]]) -> None:
    name, equals, text = word.partition("=")
    name = {"-h": "--help", "-V": "--version"}.get(name, name)
    option = _named(name, options)
    value = text if equals else None
    if option.value and value is None and rest:
        value = rest.pop(0)
    _take(option, value, values)


def _named(name: str, options: tuple[Option, ...]) -> Option:
    option = next((o for o in options if o.name == name), None)
    if option is None:
        raise UsageError("cli.unknown-option", name=name, hint=closest(name, [o.name for o in options]))
    return option


def _take(option: Option, value: str | None, values: dict[str, list[str]]) -> None:
    """Add a value, None where none is given."""
    if not option.value and value is not None:
        raise UsageError("cli.option-takes-no-value", name=option.name)
    if option.value and value is None:
        raise UsageError("cli.option-needs-value", name=option.name, value=option.value)
    if option.choices and value not in option.choices:
        raise UsageError("cli.bad-choice", name=option.name, value=value, allowed=", ".join(option.choices))
    values.setdefault(option.name, []).append(value or "")


def _check(command: Command, values: Mapping[str, object], operands: Sequence[str]) -> None:
    _check_operands(command, operands)
    for option in command.options:
        if option.required and option.name not in values:
            raise UsageError("cli.option-missing", command=command.name, option=f"{option.name} {option.value}")


def _check_operands(command: Command, operands: Sequence[str]) -> None:
    if len(operands) < command.least:
        raise UsageError("cli.operand-missing", command=command.name, operand=command.operands)
    if command.most is not None and len(operands) > command.most:
        raise UsageError("cli.operand-extra", command=command.name, operand=operands[command.most])
    for operand in operands:
        if command.choices and operand not in command.choices:
            raise UsageError("cli.bad-choice", name=command.operands, value=operand, allowed=", ".join(command.choices))


def closest(word: str, names: Sequence[str]) -> str:
    """The name most like `word`; "" where none is like it."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, names, 1, 0.6)), "")


def read_version(text: str) -> Version:
    """The DM version that an option names.  Raises UsageError."""
    try:
        return parse_version(text)
    except ValueError:
        raise UsageError("cli.bad-version", value=text) from None
