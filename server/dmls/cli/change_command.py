"""The commands that change a deployment: `tls enable`, `certs new`, `migrate keys` and the others of `migrate.change.ACTIONS`."""

from __future__ import annotations

import os
import sys
from typing import Callable

from dmls.cli.console import Console, harmless
from dmls.cli.diff import painted, unified
from dmls.cli.fixes import Change as TextChange
from dmls.cli.main import CLEAN, FAULT, FINDINGS
from dmls.cli.map_command import ranges
from dmls.cli.moment import at_of
from dmls.cli.result import Result, secret_spans
from dmls.cli.session import Request as SessionRequest
from dmls.cli.session import Session
from dmls.cli.terminable import terminable
from dmls.commands.options import Parsed, read_version
from dmls.disk import Existing, NotWritten, absolute, create, with_slashes
from dmls.keyring import Keyring
from dmls.migrate.change import ALSO, FOR_VERSION, LOST, CannotDo, Change, Options, Request, action
from dmls.views.change_shown import Json, report_lines, runbook, shown
from dmls.writing import carry_out

_ROUNDS = 12
"""How often a change is made anew because it asked for certificates or folders that nobody had looked at."""
_COLOURS = {"edited": "36", "created": "32", "done": "32", "lost": "31", "duty": "33", "advice": "2"}


def run(parsed: Parsed, console: Console) -> int:
    """0 where all is done or nothing was to do, 1 where something of the input could not be carried over, 2 where nothing was done.

    With ``--diff``, and for commands that only show, nothing is written.
    """
    assert parsed.command is not None
    name = parsed.command.name
    settings: dict[str, object] = {}
    for option in (f"--{word}" for word in FOR_VERSION):
        if parsed.flag(option):
            read_version(parsed.value(option))
            settings["dm-version"] = parsed.value(option)
    at = at_of(parsed)
    session = Session(SessionRequest(paths=_operands(parsed), settings=settings, progress=False, at=at, also=ALSO.get(name, ())), console)
    sources, _ = session.load()
    if session.failed:
        return FAULT
    names = Result([], {source.path: source.given for source in sources}).name
    options = Options(parsed.options)
    make = action(name)
    keys = Keyring(_asking(console), options.value("ca-key-pass-file"))
    try:
        for _ in range(_ROUNDS):
            request = Request(
                session.workspace.snapshot(),
                tuple(s.path for s in sources),
                options,
                with_slashes(os.getcwd()),
                at,
                keys,
                tuple(map(absolute, parsed.operands or (".",))),
                console.language,
            )
            change = make(request)
            if not session.answer_wishes():
                break
    except CannotDo as error:
        console.note(error.message, **{key: names(value) if key in ("path", "other") else value for key, value in error.details.items()})
        return FAULT
    return _finish(parsed, console, session, change, name, names)


def _asking(console: Console) -> Callable[[str], str | None]:
    """Ask for the pass phrase of a key, without showing it; None where there is no terminal."""

    def ask(path: str) -> str | None:
        from getpass import getpass

        if sys.stdin is None or not sys.stdin.isatty():
            return None
        try:
            return getpass(harmless(console.say("keyring.phrase", path=path)) + " ")
        except EOFError:
            return None

    return ask


def _operands(parsed: Parsed) -> tuple[str, ...]:
    """What to read: the operands, the folder one is in where there are none, nothing for a command that makes all anew."""
    assert parsed.command is not None
    return () if parsed.command.fresh else tuple(parsed.operands) or (".",)


def _finish(parsed: Parsed, console: Console, session: Session, change: Change, name: str, names: Callable[[str], str]) -> int:
    """Write the change unless it is only to be shown, and tell what it is."""
    only_shown = parsed.flag("--diff") or parsed.command is not None and parsed.command.shows
    written = not only_shown
    diffs, coloured = _diffs(session, change, names, console)
    if written and not carry_out(change, lambda message, args: console.note(message, **args), names, terminable):
        return FAULT
    told = shown(change, name, console.language, names, ranges(session.workspace.snapshot()), diffs, written)
    if parsed.value("--format") == "json":
        import json

        console.write_json(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _write_text(told, console, "".join(coloured.values()) if only_shown else "")
    book = parsed.value("--runbook")
    if book and told["runbook"]:
        outcome = create(with_slashes(os.path.abspath(book)), runbook(told, console.language).encode("utf-8"), 0o644)
        if isinstance(outcome, Existing) and not outcome.same:
            console.note("change.exists", path=book)
            return FAULT
        if isinstance(outcome, NotWritten):
            console.note("change.not-written", path=book, reason=outcome.reason)
            return FAULT
    return FINDINGS if any(note.level == LOST for note in change.notes) else CLEAN


def _write_text(told: Json, console: Console, differences: str) -> None:
    if differences:
        console.write(differences + "\n")
    lines = report_lines(told, console.language)
    for what, text in lines:
        console.write(console.paint(_COLOURS[what], harmless(text)) + "\n")
    if not lines:
        console.write(console.say("change.nothing") + "\n")
    steps = runbook(told, console.language)
    if steps:
        console.write("\n" + harmless(steps))


def _diffs(session: Session, change: Change, names: Callable[[str], str], console: Console) -> tuple[dict[str, str], dict[str, str]]:
    """The differences without secrets, plain and painted, by path; of a secret file nothing."""
    plain, coloured = {}, {}
    texts = [(e.path, e.old, e.new) for e in change.edited]
    # A new certificate tells a reader nothing.
    texts += [(c.path, "", c.data.decode("utf-8", "replace")) for c in change.created if not c.secret and not c.data.startswith(b"-----BEGIN ")]
    for path, old, new in texts:
        secrets = []
        for text in (old, new):
            session.workspace.open(path, text)
            secrets.append(secret_spans(session.workspace.snapshot(), path))
            session.workspace.close(path)
        lines = unified(TextChange(path, old, new, secrets[0], secrets[1]), names(path))
        if not old:
            lines[0] = "--- /dev/null\n"
        plain[path] = "".join(lines)
        coloured[path] = painted(lines, console)
    return plain, coloured
