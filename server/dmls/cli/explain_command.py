"""`dmls explain RULE`: the rule's page, which is the docstring of its module, or its translation.  With `--link` the story of a connection."""

from __future__ import annotations

from dmls.cli.console import Console
from dmls.cli.main import CLEAN
from dmls.commands.options import Parsed, UsageError, closest
from dmls.rules.pages import page_of
from dmls.rules.registry import ROWS
from dmls.words.catalogue import page


def run(parsed: Parsed, console: Console) -> int:
    if parsed.flag("--link"):
        from dmls.cli import link

        return link.run(parsed, console)
    if len(parsed.operands) > 1:
        raise UsageError("cli.operand-extra", command="explain", operand=parsed.operands[1])
    for option in ("--at", "--dm-version"):
        if parsed.flag(option):
            raise UsageError("cli.unknown-option", name=option, hint="--link")
    name = parsed.operands[0]
    text = page_of(name, console.language)
    if text is None:
        raise UsageError("cli.unknown-rule", name=name, hint=closest(name, [row.name for row in ROWS]))
    if console.language == "zh" and page(name) is None:
        console.note("cli.no-chinese-page")
    if parsed.value("--format", "text") == "json":
        import json

        console.write_json(json.dumps({"version": 1, "rule": name, "markdown": text}, ensure_ascii=False))
    else:
        console.write(text)
    return CLEAN
