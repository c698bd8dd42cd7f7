"""A longest pause of the task checker that is shorter than its shortest.

What: a `backoff-max` below `checker` of less than one second.

Why: DM sets the shortest pause, `backoff-min`, to one second, whatever the file says, and refuses a longest one below it: 20043 `backoff-max value 500ms
is less than backoff-min value 1s`.  The documentation wants more than a second; the code takes one (dm/config/source_config.go: Verify).

Wrong: `backoff-max: 500ms`

Right: `backoff-max: 5m`

Fix: write at least `1s`, as the fix does; the default is `5m`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import duration
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.start_error import BACKOFF
from dmls.model.edits import edit
from dmls.rule import ENTRY, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

LEAST = 1_000_000_000


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if not isinstance(entry.node, Scalar) or entry.is_null:
        return
    nanoseconds, error = duration.parse(entry.text)
    if error is not None or nanoseconds is None or nanoseconds >= LEAST:
        return
    mark = {"single": "'", "double": '"'}.get(entry.raw.style, "") if isinstance(entry.raw, Scalar) else ""
    change = edit.set_value(ctx.config, entry, f"{mark}1s{mark}")
    fixes = (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value="1s"),) if change is not None else ()
    text = BACKOFF.text(message=BACKOFF.message.format(most=duration.format(nanoseconds), least="1s"))
    yield ctx.finding(RULE, ctx.config.value_span(entry), codes=(BACKOFF.code,), dm_text=text, fixes=fixes, value=entry.text)


RULE = Rule("backoff-too-small", "config", Severity.ERROR, ENTRY, (kinds.SOURCE,), check, (f"{k.CHECKER}.{k.BACKOFF_MAX}",), codes=(20043,))
