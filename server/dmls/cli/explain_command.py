"""`dmls explain RULE`: the rule's page, which is the docstring of its module, or its translation."""

from __future__ import annotations

import inspect
from importlib import import_module

from dmls.cli.console import Console
from dmls.cli.main import CLEAN
from dmls.cli.options import Parsed, UsageError, closest
from dmls.rules.registry import ROWS
from dmls.words.catalogue import page


def run(parsed: Parsed, console: Console) -> int:
    name = parsed.operands[0]
    row = next((row for row in ROWS if row.name == name), None)
    if row is None:
        raise UsageError("cli.unknown-rule", name=name, hint=closest(name, [row.name for row in ROWS]))
    text = page(name) if console.language == "zh" else None
    if text is None:
        if console.language == "zh":
            console.note("cli.no-chinese-page")
        text = inspect.cleandoc(import_module(row.module).__doc__ or "")
    if not text.startswith("# "):
        text = f"# {name}\n\n{text}"
    console.write(text.rstrip() + "\n")
    return CLEAN
