"""Help texts from the table of commands."""

from __future__ import annotations

from dmls.cli.commands import COMMANDS, EVERYWHERE, VERSION, Command, Option
from dmls.cli.console import Console
from dmls.cli.width import padded, wrapped


def overview(console: Console) -> str:
    """`dmls --help`."""
    lines = [console.say("cli.about"), "", f"{console.say('cli.usage')}: dmls COMMAND [OPTION…]", "", console.say("cli.commands") + ":"]
    lines += _table([(_synopsis(c), console.say(c.help)) for c in COMMANDS])
    lines += ["", console.say("cli.options") + ":", *_options((*EVERYWHERE, VERSION), console)]
    lines += ["", console.say("cli.examples") + ":", "  dmls demo", "  dmls check conf/", "  dmls check --format json task.yaml", ""]
    lines += [*wrapped(console.say("cli.exit-status"), 98), ""]
    return "\n".join(lines)


def command_help(command: Command, console: Console) -> str:
    """`dmls COMMAND --help`."""
    lines = [f"{console.say('cli.usage')}: dmls {command.name} [OPTION…] {command.operands}".rstrip(), ""]
    lines += wrapped(console.say(command.help), 78)
    if command.choices:
        lines += ["", f"{command.operands}: {', '.join(command.choices)}"]
    lines += ["", console.say("cli.options") + ":", *_options((*command.options, *EVERYWHERE), console), ""]
    return "\n".join(lines)


def _synopsis(command: Command) -> str:
    return f"{command.name} {command.operands}".rstrip()


def _options(options: tuple[Option, ...], console: Console) -> list[str]:
    rows = []
    for option in options:
        text = console.say(option.help)
        if option.choices:
            text += f" ({' | '.join(option.choices)})"
        rows.append((f"{option.name} {option.value}".rstrip(), text))
    return _table(rows)


def _table(rows: list[tuple[str, str]]) -> list[str]:
    left = max(len(name) for name, _ in rows) + 2
    lines = []
    for name, text in rows:
        for i, part in enumerate(wrapped(text, max(30, 96 - left))):
            lines.append(("  " + padded(name if i == 0 else "", left) + part).rstrip())
    return lines
