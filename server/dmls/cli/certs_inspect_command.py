"""`dmls certs inspect`: what certificate and key files hold, and what Go makes of them."""

from __future__ import annotations

from dmls.cli.certs.inspection import inspect, read_source, to_json
from dmls.cli.console import Console
from dmls.cli.main import CLEAN, FAULT, FINDINGS
from dmls.cli.moment import at_of
from dmls.commands.options import Parsed, read_version
from dmls.version import go_of


def run(parsed: Parsed, console: Console) -> int:
    go = go_of(read_version(parsed.value("--dm-version", "main")))
    at = at_of(parsed)
    as_json = parsed.value("--format") == "json"
    key = None
    if parsed.flag("--key"):
        key = read_source(parsed.value("--key"), console)
        if key is None:
            return FAULT
    status = CLEAN
    first = True
    for name in parsed.operands:
        source = read_source(name, console)
        if source is None:
            status = FAULT
            continue
        found = inspect(source, parsed.value("--role"), key, go, at)
        if as_json:
            import json

            console.write_json(json.dumps(to_json(found), ensure_ascii=False))
        else:
            from dmls.cli.certs.layout import inspection_lines

            console.write(("" if first else "\n") + "\n".join(inspection_lines(found, console)) + "\n")
        first = False
        if not found.go.ok and status == CLEAN:
            status = FINDINGS
    return status
