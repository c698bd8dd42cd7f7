"""`dmls explain RULE`: the rule's page, which is the docstring of its module, or its translation."""

from __future__ import annotations

from dmls.cli.console import Console
from dmls.cli.main import CLEAN
from dmls.cli.options import Parsed, UsageError, closest
from dmls.rules.pages import page_of
from dmls.rules.registry import ROWS
from dmls.words.catalogue import page


def run(parsed: Parsed, console: Console) -> int:
    name = parsed.operands[0]
    text = page_of(name, console.language)
    if text is None:
        raise UsageError("cli.unknown-rule", name=name, hint=closest(name, [row.name for row in ROWS]))
    if console.language == "zh" and page(name) is None:
        console.note("cli.no-chinese-page")
    console.write(text)
    return CLEAN
