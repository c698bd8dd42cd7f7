"""`dmls init`: ask for what was not said where a person sits at a terminal, then make the files as any other action does."""

from __future__ import annotations

from typing import Callable

from dmls.cli import change_command
from dmls.cli.console import Console, harmless
from dmls.cli.main import FAULT
from dmls.commands.options import Parsed
from dmls.migrate import init
from dmls.migrate.change import CannotDo, Options
from dmls.migrate.compose import FILES, MASTER_PORT, WORKER_PORT

Check = Callable[[Options], object]
_QUESTIONS: tuple[tuple[str, Check], ...] = (
    (init.MASTERS, lambda o: init.addresses(init.MASTERS, o.values(init.MASTERS), MASTER_PORT)),
    (init.WORKERS, lambda o: init.apart(_masters(o), init.addresses(init.WORKERS, o.values(init.WORKERS), WORKER_PORT))),
    (init.SOURCE, lambda o: init.sources(o.values(init.SOURCE))),
    (init.TARGET, lambda o: init.addresses(init.TARGET, o.values(init.TARGET), None)),
    (init.TASK, lambda o: init.task_name(o.value(init.TASK))),
)
"""What is asked, in this order, each with its judge."""


def run(parsed: Parsed, console: Console) -> int:
    """Questions come only where something needed is missing and both ends are a terminal; whoever says all on the command line is asked nothing."""
    given = {name: parsed.all_of(f"--{name}") for name, _ in _QUESTIONS if parsed.flag(f"--{name}")}
    if any(name not in given for name in init.NEEDED) and console.can_ask:
        try:
            answers = _ask_all(given, parsed, console)
        except EOFError:
            console.raw_note("\n")
            console.note("init.no-answer")
            return FAULT
        parsed = parsed.also({f"--{name}": values for name, values in answers.items()})
    return change_command.run(parsed, console)


def _masters(options: Options) -> list[init.Address]:
    return init.addresses(init.MASTERS, options.values(init.MASTERS), MASTER_PORT)


def _ask_all(given: dict[str, list[str]], parsed: Parsed, console: Console) -> dict[str, list[str]]:
    """The answers by option.  Raises EOFError where the input ends."""
    known = dict(given)
    console.raw_note(harmless(console.say("init.hello")) + "\n")
    for name, check in _QUESTIONS:
        if name in known:
            continue
        while True:
            known[name] = [_answer(console, f"init.ask-{name}", init.USUAL[name])]
            try:
                check(Options(known))
            except CannotDo as error:
                console.note(error.message, **error.details)
                continue
            break
    if not parsed.flag("--style"):
        while True:
            style = _answer(console, "init.ask-style", FILES)
            if style in init.STYLES:
                break
            console.note("cli.bad-choice", name="--style", value=style, allowed=", ".join(init.STYLES))
        known["style"] = [style]
    if not parsed.flag("--no-tls"):
        yes, no = console.say("init.yes"), console.say("init.no")
        while True:
            answer = _answer(console, "init.ask-tls", yes).lower()
            if answer in (yes, yes[0], "y", "yes"):
                break
            if answer in (no, no[0], "n", "no"):
                known["no-tls"] = [""]
                break
            console.note("init.yes-or-no", yes=yes, no=no)
    return {name: values for name, values in known.items() if name not in given}


def _answer(console: Console, question: str, usual: str) -> str:
    """What a person types, or the usual answer for an empty line.  Raises EOFError at the end of the input."""
    line = console.ask(f"{console.say(question)} [{usual}] ")
    if line is None:
        raise EOFError
    return line.strip() or usual
