"""`dmls schema KIND`: a JSON Schema for other tools."""

from __future__ import annotations

from dmls.cli.console import Console
from dmls.cli.main import CLEAN
from dmls.commands.options import Parsed
from dmls.resources import read
from dmls.settings import KINDS

_OWN = {"settings": "dmls.schema.json", "findings": "findings.schema.json", "map": "map.schema.json", "change": "change.schema.json", "show": "show.schema.json"}


def run(parsed: Parsed, console: Console) -> int:
    kind = parsed.operands[0]
    if kind in KINDS:
        import json

        from dmls.schema.export import export

        console.write(json.dumps(export(kind, console.language), ensure_ascii=False, indent=2) + "\n")
    else:
        console.write(read(f"schemas/{_OWN[kind]}").decode("utf-8"))
    return CLEAN
