"""`dmls certs verify`: whether Go, and so DM, takes a certificate below a CA file."""

from __future__ import annotations

from dmls.cli.certs.inspection import VERSION, read_source
from dmls.cli.certs.layout import BAD, COLUMNS, FAINT, GOOD, STRONG, one_line, state_colour, validity
from dmls.cli.certs.verification import Answer, Question, answer
from dmls.cli.console import Console
from dmls.cli.main import CLEAN, FAULT, FINDINGS
from dmls.cli.moment import at_of
from dmls.commands.options import Parsed, UsageError, read_version
from dmls.pki.facts import GoVersion
from dmls.pki.shown import whole_name
from dmls.version import go_of
from dmls.width import wrapped


def run(parsed: Parsed, console: Console) -> int:
    go = _go_version(parsed)
    at = at_of(parsed)
    sources = [read_source(parsed.value(option), console) for option in ("--roots", "--chain")]
    roots, chain = sources
    if roots is None or chain is None:
        return FAULT
    found = answer(Question(roots, chain, at, parsed.value("--usage", "server"), parsed.value("--host"), go))
    if parsed.value("--format") == "json":
        import json

        console.write_json(json.dumps(_to_json(found, console), ensure_ascii=False))
    else:
        console.write("\n".join(_lines(found, at, console)) + "\n")
    return CLEAN if found.ok else FINDINGS


def _go_version(parsed: Parsed) -> GoVersion:
    if not parsed.flag("--go-version"):
        return go_of(read_version(parsed.value("--dm-version", "main")))
    if parsed.flag("--dm-version"):
        raise UsageError("cli.two-versions")
    major, _, minor = parsed.value("--go-version").partition(".")
    return int(major), int(minor)


def _to_json(found: Answer, console: Console) -> dict[str, object]:
    return {
        "version": VERSION,
        "ok": found.ok,
        "error": None if found.ok else console.say(found.message, **found.args),
        "go_error": found.go_error,
        "reason": found.reason or None,
        "hint": found.hint or None,
        "chain": [c.subject.text for c in found.certificates] if found.ok else None,
    }


def _lines(found: Answer, at: float, console: Console) -> list[str]:
    colour = GOOD if found.ok else BAD
    lines = [console.paint("1;" + colour, console.say("certs.verdict-ok" if found.ok else "certs.verdict-bad"))]
    lines += [f"  {part}" for part in wrapped(one_line(console.say(found.message, **found.args)), COLUMNS - 2)]
    if found.go_error is not None:
        lines += [f"  {console.paint(FAINT, part)}" for part in wrapped(one_line(console.say("certs.go-says", text=found.go_error)), COLUMNS - 2)]
    if found.certificates:
        lines.append(f"  {console.say('certs.chain')}")
    for number, certificate in enumerate(found.certificates, 1):
        state = console.paint(state_colour(certificate, at), validity(certificate, at, console))
        lines.append(f"  {number:>3}  {console.paint(STRONG, one_line(whole_name(certificate)))}{console.say('cli.comma')}{state}")
    return lines
