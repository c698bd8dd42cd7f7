"""A length of safe mode that DM does not take.

What: a `safe-mode-duration` that is no Go duration, or that is zero beside `safe-mode: true`.

Why: DM reads the text when it checks the task: 20060 `safe-mode-duration '…' parsed failed`; safe mode for no time is 20061 (dm/config/task.go: adjust; since 6.3).

Wrong: `safe-mode-duration: "60"`

Right: `safe-mode-duration: "60s"`

Fix: write number and unit together, as the fix does.  Beside `safe-mode: true` the fix takes the zero away, so that DM takes twice the
checkpoint-flush-interval.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import duration
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.amount import as_duration
from dmls.model.dm.task_parts import is_true
from dmls.model.edits import edit
from dmls.rule import ENTRY, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.version import parse_version_set

BLOCKS = (f"{k.SYNCERS}.<name>", f"{k.MYSQL_INSTANCES}[].{k.SYNCER}")


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    field = entry.get(k.SAFE_MODE_DURATION)
    if field is None or not field.text:
        return
    length, error = duration.parse(field.text)
    at = ctx.config.span(field if field in entry.children else entry)
    if length is None:
        amount = as_duration(field.text)
        change = edit.reword(ctx.config, field, amount.text) if amount is not None else None
        ways: tuple[Fix, ...] = ()
        if amount is not None and change is not None:
            ways = (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=amount.text),)
        yield ctx.finding(RULE, at, codes=(20060,), dm_text=e.text(e.BAD_SAFE_MODE, text=field.text, cause=error), fixes=ways, text=error or "")
    elif length == 0 and is_true(entry.get(k.SAFE_MODE)):
        yield ctx.finding(RULE, at, "zero", codes=(20061,), dm_text=e.text(e.SAFE_MODE_CONFLICT), fixes=ctx.deletion(field))


RULE = Rule("safe-mode-refused", "config", Severity.ERROR, ENTRY, (kinds.TASK,), check, BLOCKS, parse_version_set("6.3.0.."), (20060, 20061))
