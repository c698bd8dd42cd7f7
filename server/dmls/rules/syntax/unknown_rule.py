"""An ignore comment that names no rule.

What: a name in an `ignore` or `ignore-file` comment that is no rule of dmls.

Why: the comment ignores nothing, and what was to be ignored is still shown.  Most often the name is misspelt, or belongs to another linter.

Wrong: `# dmls: ignore[unknow-key]`

Right: `# dmls: ignore[unknown-key]`

Fix: take the name from the finding, or from `dmls rules`; where one is near, the fix does.  What was shown is then ignored.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.rule import STRICT, Context, Finding, Rule, Severity


def _no_check(subject: object, ctx: Context) -> Iterator[Finding]:
    """Comments are judged by `lint.suppress`, when all findings are known."""
    return iter(())


RULE = Rule("unknown-rule", "syntax", Severity.WARNING, STRICT, (*kinds.KINDS, kinds.SETTINGS), _no_check)
