"""More findings than are shown.

What: a file with more than a thousand findings.

Why: an editor grows slow and nobody reads so many; dmls shows the first, in the order of the text, and says how many more there are.  Such a file
is mostly no DM file at all, or of another kind than dmls takes it for.

Wrong: a list of a thousand hosts in `task.yaml`

Right: `# dmls: kind=source` in the first lines, or `[kinds]` in `.dmls.toml`, where dmls took the file for another kind

Fix: mend what is shown; the rest then follows.  The finding stands for others that have fixes of their own, so for itself there is no fix.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.rule import STRICT, Context, Finding, Rule, Severity


def _no_check(subject: object, ctx: Context) -> Iterator[Finding]:
    """Findings are counted by `lint.capped`, when all of them are known."""
    return iter(())


RULE = Rule("too-many-findings", "syntax", Severity.INFORMATION, STRICT, (*kinds.KINDS, kinds.SETTINGS), _no_check)
