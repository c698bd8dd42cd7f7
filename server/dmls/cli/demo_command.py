"""`dmls demo`: see in a minute what dmls does."""

from __future__ import annotations

import os
import tempfile

from dmls.cli import demo, fixes
from dmls.cli.console import Console, harmless
from dmls.cli.diff import painted, unified
from dmls.cli.formats import text
from dmls.cli.main import CLEAN, FAULT
from dmls.cli.session import Request, Session
from dmls.commands.options import Parsed
from dmls.disk import absolute, with_slashes
from dmls.settings import NAME as SETTINGS_NAME

_PARTS = (
    ("dm-master1.toml dm-master2.toml", "cli.demo-masters"),
    ("dm-worker1.toml dm-worker2.toml", "cli.demo-workers"),
    ("source.yaml", "cli.demo-source"),
    ("task.yaml", "cli.demo-task"),
    ("tls/", "cli.demo-certificates"),
    (SETTINGS_NAME, "cli.demo-settings"),
)


def run(parsed: Parsed, console: Console) -> int:
    keep = parsed.value("--keep")
    try:
        if keep:
            os.makedirs(keep, exist_ok=True)
            if os.listdir(keep):
                console.note("cli.demo-not-empty", path=keep)
                return FAULT
            folder = absolute(keep)
        else:
            folder = with_slashes(tempfile.mkdtemp(prefix="dmls-demo-"))
        demo.write(folder)
    except OSError as error:
        console.note("cli.demo-no-folder", path=keep or tempfile.gettempdir(), reason=error.strerror or "")
        return FAULT
    lines = [console.say("cli.demo-wrote", path=folder), ""]
    lines += [f"  {names:<34}{console.say(message)}" for names, message in _PARTS]
    lines += ["", console.say("cli.demo-check"), ""]
    console.write(harmless("\n".join(lines)) + "\n")
    result = Session(Request((folder,), {}), console).check()
    text.write(result, console)
    try:
        with tempfile.TemporaryDirectory(prefix="dmls-demo-") as copy:
            _repair(absolute(copy), folder, console)
    except OSError as error:
        console.note("cli.demo-no-folder", path=tempfile.gettempdir(), reason=error.strerror or "")
        return FAULT
    rule = next((f.rule for file in result.files for f in file.findings), "RULE")
    steps = (
        ("cli.demo-again", f"dmls check {_shell_word(folder)}"),
        ("cli.demo-diff", f"dmls check --diff {_shell_word(folder)}"),
        ("cli.demo-fix", f"dmls check --fix {_shell_word(folder)}"),
        ("cli.demo-explain", f"dmls explain {rule}"),
        ("cli.demo-json", f"dmls check --format json {_shell_word(folder)}"),
        ("cli.demo-own", "dmls check PATH"),
    )
    lines = ["", console.say("cli.demo-next"), ""]
    for message, command in steps:
        lines += [f"  {command}", f"      {console.say(message)}"]
    lines += ["", console.say("cli.demo-remove")]
    console.write(harmless("\n".join(lines)) + "\n")
    return CLEAN


def _repair(copy: str, folder: str, console: Console) -> None:
    """Repair the deployment of `folder` in a copy, so that who wants to try it finds it as it was."""
    demo.write_files(copy, f"{folder}/tls")
    session = Session(Request((copy,), {}), console)
    result = session.check()
    for name in demo.FILES:
        result.names[f"{copy}/{name}"] = name
    for unsafe, introduction, afterwards in ((False, "cli.demo-safe", "cli.demo-left"), (True, "cli.demo-unsafe", "cli.demo-at-last")):
        result, outcome = fixes.repair(session, result, unsafe, False)
        console.write("\n" + console.say(introduction) + "\n\n")
        for change in outcome.changes:
            console.write(painted(unified(change, result.name(change.path)), console))
        console.write("\n" + console.say(afterwards) + "\n\n")
        if not unsafe:
            text.write(result, console, outcome)
    # The proof is a check that knows nothing of the ones before.
    text.write(Session(Request((copy,), {}), console).check(), console)


def _shell_word(path: str) -> str:
    import shlex

    return shlex.quote(path)
