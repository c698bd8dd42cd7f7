"""A comment that ignores nothing.

What: a rule in an `ignore` or `ignore-file` comment that finds nothing there.

Why: the mistake is gone, the comment stands on the wrong line, or the rule speaks at another place.  Left in the file, it would hide the
mistake should it come back.  A comment at the end of a line speaks of that line, one that stands alone of the next line that is neither blank nor a
comment.

Wrong: `task-mode: all # dmls: ignore[unknown-key]`

Right: `task-mode: all`

Fix: delete the comment, or put it on the line of the finding.  The fix deletes the name, and with the last one the comment; where the rule is about
certificate files, these may just not have been looked at.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.rule import STRICT, Context, Finding, Rule, Severity


def _no_check(subject: object, ctx: Context) -> Iterator[Finding]:
    """Comments are judged by `lint.suppress`, when all findings are known."""
    return iter(())


RULE = Rule("unused-ignore", "syntax", Severity.WARNING, STRICT, (*kinds.KINDS, kinds.SETTINGS), _no_check)
