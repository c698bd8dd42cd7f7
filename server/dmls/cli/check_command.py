"""`dmls check`: judge files and say what is wrong with them."""

from __future__ import annotations

import gc
import time
from importlib import import_module
from typing import TYPE_CHECKING, Callable

from dmls.cli.console import Console
from dmls.cli.main import CLEAN, FAULT, FINDINGS
from dmls.cli.result import Result
from dmls.cli.session import STDIN, Request, Session
from dmls.commands.options import Parsed, UsageError, closest, read_version
from dmls.commands.table import NEVER
from dmls.finding import Severity
from dmls.version import parse_version

if TYPE_CHECKING:
    from dmls.cli.fixes import Outcome

POLL = 0.5
"""Seconds between two looks at the disk while watching."""


REPAIR = ("--fix", "--unsafe-fixes", "--diff")
"""Options that ask for more than to be told."""


def run(parsed: Parsed, console: Console) -> int:
    request = request_of(parsed)
    session = Session(request, console)
    write = import_module("dmls.cli.formats." + parsed.value("--format", "text")).write
    if parsed.flag("--watch"):
        return watch(session, write, console, time.sleep)
    # One check keeps nearly all it makes until its end, so looking for garbage costs a tenth of the time and finds none.
    gc.disable()
    try:
        result = session.check()
        if not any(map(parsed.flag, REPAIR)):
            write(result, console)
    finally:
        gc.enable()
    if any(map(parsed.flag, REPAIR)):
        return repair(session, result, parsed, write)
    return _status(session, result, parsed)


def repair(session: Session, result: Result, parsed: Parsed, write: Callable[[Result, Console, Outcome], None]) -> int:
    """Repair what was found, or show what repairing would change; then tell what is left."""
    from dmls.cli import fixes

    console = session.console
    pending = parsed.flag("--diff")
    left, outcome = fixes.repair(session, result, parsed.flag("--unsafe-fixes"), pending)
    is_json = parsed.value("--format", "text") == "json"
    if pending:
        if is_json:
            write(left, console, outcome)
        else:
            from dmls.cli.diff import painted, unified
            from dmls.cli.formats.text import repaired

            for change in outcome.changes:
                console.write(painted(unified(change, result.name(change.path)), console))
            console.flush()
            aside = console.aside()
            aside.write("".join(line + "\n" for line in repaired(left, aside, outcome)))
    elif session.stdin is not None:
        # Standard output is the repaired text, so that dmls can stand in a pipe, and in an editor that filters buffers.
        if session.stdin_path in result.names:
            data = session.workspace.data(session.stdin_path)
            assert data is not None
            console.write_bytes(session.stdin if session.stdin_path not in (c.path for c in outcome.changes) else data)
        console.flush()
        write(left, console.aside(), outcome)
    else:
        write(left, console, outcome)
    if session.failed or outcome.failed:
        return FAULT
    if pending:
        return FINDINGS if outcome.changes else CLEAN
    return _status(session, left, parsed)


def _status(session: Session, result: Result, parsed: Parsed) -> int:
    if session.failed:
        return FAULT
    fail_on = parsed.value("--fail-on", "warning")
    worst = result.worst()
    return FINDINGS if fail_on != NEVER and worst is not None and worst <= Severity.from_word(fail_on) else CLEAN


def watch(session: Session, write: Callable[[Result, Console], None], console: Console, wait: Callable[[float], object]) -> int:
    """Check now and after every change, until the user interrupts or nobody reads any more."""
    try:
        while not console.lost:
            result = session.check()
            write(result, console)
            console.flush()
            console.note("cli.watching", files=result.checked)
            while not session.changed():
                wait(POLL)
    except KeyboardInterrupt:
        console.raw_note("\n")
    return CLEAN


def request_of(parsed: Parsed) -> Request:
    """Raises UsageError for values that no choice list could catch."""
    paths = tuple(parsed.operands) or (".",)
    versions = parsed.values("--dm-version")
    for version in versions:
        read_version(version)
    jobs = parsed.value("--jobs", "auto")
    if jobs != "auto" and not (jobs.isascii() and jobs.isdigit() and 0 < int(jobs) <= 1024):
        raise UsageError("cli.bad-jobs", value=jobs)
    if parsed.flag("--watch") and STDIN in paths:
        raise UsageError("cli.watch-stdin")
    for option in REPAIR:
        if parsed.flag("--watch") and parsed.flag(option):
            raise UsageError("cli.watch-repair", option=option)
    if parsed.flag("--stdin-filename") and STDIN not in paths:
        raise UsageError("cli.stdin-filename-alone")
    return Request(
        paths=paths,
        settings=settings_of(parsed, versions),
        stdin_name=parsed.value("--stdin-filename"),
        kind=parsed.value("--kind"),
        least=Severity.from_word(parsed.value("--min-severity", "hint")),
        jobs=0 if jobs == "auto" else int(jobs),
        progress=not parsed.flag("--no-progress"),
        several_versions=len({parse_version(v) for v in versions}) > 1,
        at=_at(parsed),
    )


def _at(parsed: Parsed) -> float | None:
    if not parsed.flag("--at"):
        return None
    # Few ask for another moment than now, and reading one takes the calendar.
    from dmls.cli.moment import at_of

    return at_of(parsed)


def settings_of(parsed: Parsed, versions: list[str]) -> dict[str, object]:
    """The command line as a `.dmls.toml` would say it."""
    settings: dict[str, object] = {}
    if versions:
        settings["dm-version"] = versions
    tls: dict[str, object] = {}
    if parsed.flag("--files"):
        tls["files"] = parsed.value("--files")
    if parsed.flag("--within"):
        from dmls.cli.moment import days_of

        tls["warn-days"] = tls["ca-warn-days"] = days_of(parsed, 0)
    if tls:
        settings["tls"] = tls
    if parsed.flag("--kind"):
        settings["kinds"] = {"**": parsed.value("--kind")}
    select, ignore = parsed.values("--select"), parsed.values("--ignore")
    if select or ignore:
        settings["rules"] = levels(select, ignore)
    return settings


def levels(select: list[str], ignore: list[str]) -> dict[str, str]:
    """Rule levels for names of rules and families.  Raises UsageError for a name that is neither."""
    from dmls.rules.registry import ROWS

    names = {row.name for row in ROWS}
    families = {row.family for row in ROWS}
    for name in (*select, *ignore):
        if name not in names and name not in families:
            raise UsageError("cli.unknown-rule", name=name, hint=closest(name, sorted(names | families)))
    found: dict[str, str] = {}
    for row in ROWS:
        if row.name in ignore or row.family in ignore:
            found[row.name] = "off"
        elif row.name in select:
            # Asked for by name, so it runs even where the project turned it off.
            found[row.name] = "default"
        elif select and row.family not in select:
            found[row.name] = "off"
    return found
