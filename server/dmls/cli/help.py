"""Help texts from the table of commands."""

from __future__ import annotations

from dmls.cli.console import Console
from dmls.commands.table import COMMANDS, EVERYWHERE, VERSION, Command, Option
from dmls.width import padded, wrapped


def overview(console: Console) -> str:
    """`dmls --help`."""
    lines = [console.say("cli.about"), "", f"{console.say('cli.usage')}: dmls COMMAND [OPTION…]", "", console.say("cli.commands") + ":"]
    lines += _table([(_synopsis(c), console.say(c.help)) for c in COMMANDS if not c.members])
    lines += ["", console.say("cli.options") + ":", *_options((*EVERYWHERE, VERSION), console)]
    lines += [
        "",
        console.say("cli.examples") + ":",
        "  dmls demo",
        "  dmls check conf/",
        "  dmls check --fix --diff conf/",
        "  dmls check --format json task.yaml",
        "  dmls certs list --within 30d conf/",
        "",
    ]
    lines += [*wrapped(console.say("cli.exit-status"), 98), ""]
    return "\n".join(lines)


def command_help(command: Command, console: Console) -> str:
    """`dmls COMMAND --help`."""
    if command.members:
        return _group_help(command, console)
    words = [command.name, *(f"{o.name} {o.value}" for o in command.options if o.required), "[OPTION…]", command.operands]
    lines = [f"{console.say('cli.usage')}: dmls {' '.join(words)}".rstrip(), ""]
    lines += wrapped(console.say(command.help), 78)
    if command.choices:
        lines += ["", f"{command.operands}: {', '.join(command.choices)}"]
    lines += ["", console.say("cli.options") + ":", *_options((*command.options, *EVERYWHERE), console), ""]
    if command.group or command.name == "check":
        lines += [*wrapped(console.say(f"cli.exit-status-{command.group or command.name}"), 98), ""]
    return "\n".join(lines)


def _group_help(group: Command, console: Console) -> str:
    lines = [f"{console.say('cli.usage')}: dmls {group.name} COMMAND [OPTION…]", "", *wrapped(console.say(group.help), 78)]
    lines += ["", console.say("cli.commands") + ":", *_table([(_synopsis(c), console.say(c.help)) for c in group.members])]
    lines += ["", console.say("cli.options") + ":", *_options(EVERYWHERE, console), ""]
    lines += [*wrapped(console.say(f"cli.exit-status-{group.name}"), 98), ""]
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
