"""A `.dmls.toml` that dmls cannot follow.

What: a setting that does not exist, a value of the wrong type, a rule name that no rule has, or text that is no TOML.

Why: dmls uses the settings it understands and goes on without the rest, so a misspelt name would be ignored in silence.

Wrong: `[rules]` with `unknown-keys = "off"`

Right: `[rules]` with `unknown-key = "off"`

Fix: take the name or value that the message gives.
"""

from __future__ import annotations

from typing import Iterator

from dmls import settings
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.plain import to_plain
from dmls.rule import STRICT, Context, Finding, Rule, Severity
from dmls.syntax import strict
from dmls.text import Span


def findings(config: ConfigFile) -> Iterator[Finding]:
    """What is wrong with the settings file."""
    from dmls.rules.registry import ROWS

    ctx = Context(config)
    verdict = strict.judge(config.text, "toml")
    if verdict is not None:
        yield ctx.finding(RULE, Span(verdict.offset, verdict.offset + 1), "syntax", text=verdict.message)
    names = {row.name for row in ROWS}
    for problem in settings.parse(to_plain(config.tree), rule_names=names)[1]:
        entry = config.root
        for step in problem.path:
            below = entry.get(step) if isinstance(step, (str, int)) else None
            if below is None:
                break
            entry = below
        yield Finding(RULE.name, RULE.severity, config.path, config.span(entry), problem.message, problem.args)


def _no_check(subject: object, ctx: Context) -> Iterator[Finding]:
    """Settings are judged by `findings`, which the engine calls for a `.dmls.toml` only."""
    return iter(())


RULE = Rule("settings-file", "syntax", Severity.WARNING, STRICT, (kinds.SETTINGS,), _no_check)
