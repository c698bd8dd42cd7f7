"""A source-id that is too long for a task.

What: a `source-id` of an instance with more than 32 bytes.

Why: DM refuses the subtask with 20006 `too long source-id not valid`; bytes are counted, most Chinese characters are three (dm/config/subtask.go: Adjust).  No
source can have such a name, either.

Wrong: `source-id: mysql-orders-primary-shanghai-0001`

Right: `source-id: mysql-orders-sh-0001`

Fix: write the source's name, which is shorter; only you know it, so there is no fix.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go.number import utf8
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm import task_error as e
from dmls.rule import ENTRY, Context, Finding, Rule, Severity
from dmls.schema import keys as k

MOST = 32


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    length = len(utf8(entry.text))
    if length > MOST:
        yield ctx.finding(RULE, ctx.config.value_span(entry), dm_text=e.text(e.LONG_SOURCE_ID, source=entry.text), length=length, most=MOST)


RULE = Rule("source-id-long", "config", Severity.ERROR, ENTRY, (kinds.TASK,), check, (f"{k.MYSQL_INSTANCES}[].{k.SOURCE_ID}",), codes=(20006,))
