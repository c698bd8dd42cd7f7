"""A `.dmls.toml` that dmls cannot follow.

What: a setting that does not exist, a value of the wrong type, a rule name that no rule has, or text that is no TOML.

Why: dmls uses the settings it understands and goes on without the rest, so a misspelt name would be ignored in silence.

Wrong: `[rules]` with `unknown-keys = "off"`

Right: `[rules]` with `unknown-key = "off"`

Fix: take the name or value that the message gives; where one is near, the fix does.
"""

from __future__ import annotations

from typing import Iterator

from dmls import settings
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits import edit
from dmls.model.plain import to_plain
from dmls.model.unknown import is_slip_of, near_key, nearest
from dmls.rule import STRICT, Applicability, Context, Finding, Fix, Rule, Severity
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
        yield Finding(RULE.name, RULE.severity, config.path, config.span(entry), problem.message, problem.args, fixes=_fixes(ctx, entry, problem, names))


def _fixes(ctx: Context, entry: Entry, problem: settings.SettingProblem, names: set[str]) -> tuple[Fix, ...]:
    """The name or the word that was probably meant."""
    near: str | None = None
    parent = entry.parent
    variant = problem.message.rpartition(".")[2]
    if variant == "unknown-key" and parent is not None and parent.schema is not None and entry.pair is not None:
        near = near_key(entry.name, parent.schema)
    elif variant == "unknown-rule":
        near = nearest(str(problem.args["name"]), tuple(sorted(names)))
    elif variant == "bad-choice":
        near = nearest(str(problem.args["value"]).lower(), tuple(str(problem.args["allowed"]).split(", ")))
    if near is None:
        return ()
    if variant == "bad-choice" or entry.pair is None:
        change = edit.set_text(ctx.config, entry, near)
        return (ctx.fix("replace-value", change, value=near),) if change is not None else ()
    change = edit.rename_key(ctx.config, entry, near) if parent is not None and parent.get(near) is None else None
    how = Applicability.SAFE if is_slip_of(entry.name, near) else Applicability.UNSAFE
    return (ctx.fix("rename-key", change, how=how, key=entry.name, meant=near),) if change is not None else ()


def _no_check(subject: object, ctx: Context) -> Iterator[Finding]:
    """Settings are judged by `findings`, which the engine calls for a `.dmls.toml` only."""
    return iter(())


RULE = Rule("settings-file", "syntax", Severity.WARNING, STRICT, (kinds.SETTINGS,), _no_check)
