"""`dmls certs list`: the certificates that configurations use, and when each one ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.cli.certs.facts import certificate_facts
from dmls.cli.certs.layout import COLUMNS, counted, one_line, state_colour, state_of, validity
from dmls.cli.console import Console
from dmls.cli.main import CLEAN, FAULT, FINDINGS
from dmls.cli.moment import at_of, days_of
from dmls.cli.result import Result
from dmls.cli.session import Request, Session
from dmls.commands.options import Parsed
from dmls.pki.facts import LATEST_GO, rfc_3339
from dmls.pki.shown import whole_name
from dmls.width import padded, width, wrapped

if TYPE_CHECKING:
    from dmls.analysis import UsedCertificate

VERSION = 1
WITHIN = 30
"""Days, where `--within` says nothing."""


def run(parsed: Parsed, console: Console) -> int:
    at = at_of(parsed)
    within = days_of(parsed, WITHIN)
    session = Session(Request(tuple(parsed.operands), {}, at=at), console)
    sources, _ = session.load()
    session.settle([source.path for source in sources])
    names = Result([], {source.path: source.given for source in sources})
    used = sorted(session.workspace.snapshot().certificates(), key=lambda u: (u.certificate.not_after, u.path, u.index))
    if parsed.value("--format") == "json":
        import json

        console.write_json(json.dumps(_to_json(used, names, at, within), ensure_ascii=False, indent=2))
    else:
        console.write("\n".join(_lines(used, names, at, within, console)) + "\n")
    if session.failed:
        return FAULT
    return FINDINGS if any(_urgent(u, at, within) for u in used) else CLEAN


def _urgent(used: UsedCertificate, at: float, within: int) -> bool:
    return state_of(used.certificate, at, within) in ("expired", "soon")


def _to_json(used: list[UsedCertificate], names: Result, at: float, within: int) -> dict[str, object]:
    return {
        "version": VERSION,
        "at": rfc_3339(at),
        "within_days": within,
        "certificates": [
            {
                "file": names.name(u.path),
                "index": u.index,
                "state": state_of(u.certificate, at, within),
                "roles": list(u.roles),
                "users": [names.name(user) for user in u.users],
                **certificate_facts(u.certificate, LATEST_GO, at),
            }
            for u in used
        ],
    }


def _lines(used: list[UsedCertificate], names: Result, at: float, within: int, console: Console) -> list[str]:
    if not used:
        return [console.say("certs.list-none")]
    rows = []
    for u in used:
        c = u.certificate
        rows.append((rfc_3339(c.not_after)[:10], validity(c, at, console), one_line(whole_name(c)), one_line(names.name(u.path)), u))
    columns = [max(width(row[i]) for row in rows) for i in range(3)]
    lines = []
    for ends, state, name, path, u in rows:
        cells = [ends, console.paint(state_colour(u.certificate, at, within), padded(state, columns[1])), padded(name, columns[2])]
        lines.append("  ".join([*cells, path]))
        roles = console.say("cli.comma").join(console.say(f"certs.as-{role}") for role in u.roles)
        users = console.say("certs.used-by", roles=roles, users=", ".join(one_line(names.name(user)) for user in u.users))
        lines += [" " * 12 + part for part in wrapped(users, COLUMNS - 12)]
    urgent = sum(_urgent(u, at, within) for u in used)
    total = counted(console, "certificate", len(used))
    days = counted(console, "day", within)
    summary = console.say("certs.list-urgent", total=total, count=urgent, days=days) if urgent else console.say("certs.list-fine", total=total, days=days)
    return [*lines, "", console.paint("33" if urgent else "32", summary)]
