"""From a command line to an exit status: 0 clean, 1 findings, 2 not understood or not done."""

from __future__ import annotations

from importlib import import_module
from typing import Callable, Sequence

from dmls.cli.console import Console
from dmls.commands.options import Parsed, UsageError, parse
from dmls.settings import language_of

CLEAN = 0
FINDINGS = 1
FAULT = 2
INTERRUPTED = 130


Serve = Callable[[Sequence[str]], int]


def main(arguments: Sequence[str], console: Console | None = None, serve: Serve | None = None) -> int:
    """Run one command; never raises.  `serve` runs the language server, which this shell does not know."""
    console = Console() if console is None else console
    try:
        return _main(arguments, console, serve)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        # The one guard of this shell: Python's own status for a crash would read "findings".
        from dmls.crash import told

        console.raw_note(told(error))
        console.note("cli.internal-error")
        return FAULT
    finally:
        console.flush()


def _main(arguments: Sequence[str], console: Console, serve: Serve | None) -> int:
    try:
        parsed = parse(arguments)
        if parsed.flag("--lang"):
            console.speak(parsed.value("--lang"))
        if parsed.command is not None and parsed.command.name == "serve" and serve is not None and not parsed.flag("--help"):
            return serve(arguments[list(arguments).index("serve") + 1 :])
        return _run(parsed, console)
    except UsageError as error:
        if not console.language_chosen:
            console.speak(_language_in(arguments))
        hint = error.details.get("hint")
        console.note(error.message, **error.details)
        console.note("cli.did-you-mean", name=hint) if hint else console.note("cli.see-help")
        return FAULT


def _language_in(arguments: Sequence[str]) -> str:
    """The language asked for on a command line that could not be understood; "" for none."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name == "--lang":
            return language_of(value if equals else following) or ""
    return ""


def _run(parsed: Parsed, console: Console) -> int:
    command = parsed.command
    if parsed.flag("--version"):
        from dmls import __version__

        console.write(f"dmls {__version__}\n")
        return CLEAN
    if command is None or command.members or parsed.flag("--help"):
        from dmls.cli.help import command_help, overview

        console.write(overview(console) if command is None else command_help(command, console))
        return CLEAN if parsed.flag("--help") else FAULT
    run = import_module(command.module).run
    status: int = run(parsed, console)
    return status
