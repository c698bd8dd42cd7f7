"""`dmls rules`: the list of all rules."""

from __future__ import annotations

from dmls.cli.console import Console
from dmls.cli.main import CLEAN
from dmls.commands.options import Parsed
from dmls.finding import Severity
from dmls.rules.registry import ROWS
from dmls.width import padded, width
from dmls.words.catalogue import has


def run(parsed: Parsed, console: Console) -> int:
    rows = [
        {
            "name": row.name,
            "family": row.family,
            "severity": Severity(row.severity).word,
            "kinds": list(row.kinds),
            "title": console.say(f"{row.name}.title") if has(f"{row.name}.title") else "",
        }
        for row in ROWS
    ]
    if parsed.value("--format") == "json":
        import json

        console.write(json.dumps({"version": 1, "rules": rows}, ensure_ascii=False, indent=2) + "\n")
        return CLEAN
    columns = [max((width(str(row[key])) for row in rows), default=0) for key in ("family", "name", "severity")]
    for row in sorted(rows, key=lambda r: (str(r["family"]), str(r["name"]))):
        cells = [padded(str(row[key]), size) for key, size in zip(("family", "name", "severity"), columns, strict=True)]
        console.write("  ".join([*cells, str(row["title"])]).rstrip() + "\n")
    return CLEAN
