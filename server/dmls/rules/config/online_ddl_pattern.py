"""A regular expression for online DDL tables that DM does not take.

What: an item of `shadow-table-rules` or `trash-table-rules` that does not compile, or that has not exactly one capturing group.

Why: DM puts `^` and `$` around the expression, compiles it with Go's regexp and takes the real table's name from the one group: 20048 `… regex pattern … invalid`
(dm/config/subtask.go: adjustOnlineTableRules; since 2.0.7).

Wrong: `shadow-table-rules: ["^_.+_gho$"]`

Right: `shadow-table-rules: ["^_(.+)_gho$"]`

Fix: put the name of the real table in parentheses, and write other groups as `(?:…)`.  The fix does so where there is one `.+` or `.*`, and no group.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import regexp
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm import task_error as e
from dmls.model.edits import edit
from dmls.rule import ENTRY, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import semantics as s
from dmls.syntax.tree import Scalar
from dmls.version import parse_version_set


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if not isinstance(entry.node, Scalar) or entry.parent is None:
        return
    pattern = entry.text
    pattern = pattern if pattern.startswith("^") else f"^{pattern}"
    pattern = pattern if pattern.endswith("$") else f"{pattern}$"
    parsed = regexp.parse(pattern)
    key = entry.parent.key
    at = ctx.config.value_span(entry)
    if parsed.error is not None:
        said = e.text(e.ONLINE_DDL, key=key, pattern=pattern, cause=f"fail to compile: {parsed.error}")
        yield ctx.finding(RULE, at, codes=(20048,), dm_text=said, text=parsed.error)
    elif parsed.groups != 1:
        said = e.text(e.ONLINE_DDL, key=key, pattern=pattern, cause="rule isn't contains exactly one submatch")
        yield ctx.finding(RULE, at, "groups", codes=(20048,), dm_text=said, fixes=_grouped(entry, parsed.groups, ctx), groups=parsed.groups)


def _grouped(entry: Entry, groups: int, ctx: Context) -> tuple[Fix, ...]:
    wild = [part for part in (".+", ".*") if part in entry.text]
    if groups or len(wild) != 1 or entry.text.count(wild[0]) != 1 or "(" in entry.text:
        return ()
    written = entry.text.replace(wild[0], f"({wild[0]})")
    change = edit.reword(ctx.config, entry, written)
    return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=written),) if change is not None and regexp.groups(written) == 1 else ()


RULE = Rule("online-ddl-pattern", "config", Severity.ERROR, ENTRY, (kinds.TASK,), check, (s.ONLINE_DDL_REGEX,), parse_version_set("2.0.7.."), (20048,))
