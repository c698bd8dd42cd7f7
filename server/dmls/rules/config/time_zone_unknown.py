"""A time zone that DM does not know.

What: a `timezone` that is neither a name of the IANA data base nor an offset from -12:59 to +14:00, or that is `SYSTEM` or `Local`.

Why: DM refuses the task with 20008 `invalid timezone string: …`, or `'SYSTEM' or 'Local' time_zone is not supported` (dm/pkg/utils/time.go: ParseTimeZone; in 2.0.4
to 5.2 the key was ignored).  Capitals count.

Wrong: `timezone: Asia/Shanghia`

Right: `timezone: Asia/Shanghai`

Fix: write a name or an offset such as `+08:00`; where a name is near, the fix writes it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import time_zone
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm import task_error as e
from dmls.model.edits import edit
from dmls.rule import ENTRY, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar
from dmls.version import parse_version_set


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if not isinstance(entry.node, Scalar):
        return
    error = time_zone.check(entry.text)
    if error is None:
        return
    near = [] if error == time_zone.NOT_SUPPORTED else time_zone.close_names(entry.text, 1)
    changes = [(name, edit.reword(ctx.config, entry, name)) for name in near]
    ways = tuple(ctx.fix("replace-value", change, how=Applicability.UNSAFE, preferred=i == 0, value=name) for i, (name, change) in enumerate(changes) if change is not None)
    variant = "system" if error == time_zone.NOT_SUPPORTED else ""
    yield ctx.finding(RULE, ctx.config.value_span(entry), variant, dm_text=e.text(e.TIME_ZONE, cause=error), fixes=ways, value=entry.text)


RULE = Rule("time-zone-unknown", "config", Severity.ERROR, ENTRY, (kinds.TASK,), check, (k.TIMEZONE,), parse_version_set("..2.0.4,5.3.0.."), (20008,))
