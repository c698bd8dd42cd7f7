"""A relay log position that is no position.

What: a `relay-binlog-name` that is not `<base>.<number>`, or that has an empty base.

Why: DM checks only the number after the one dot: 40007 `relay-binlog-name … not valid`.  An empty base (`.000001`) passes the check and is found
nowhere upstream (dm/config/source_config.go; errata 6).

Wrong: `relay-binlog-name: mysql-bin`

Right: `relay-binlog-name: mysql-bin.000001`

Fix: write the name as SHOW MASTER STATUS gives it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import binlog_name
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if not isinstance(entry.node, Scalar) or not entry.text:
        return
    span = ctx.config.value_span(entry)
    if not binlog_name.is_valid(entry.text):
        yield ctx.finding(RULE, span, value=entry.text)
    elif entry.text.startswith("."):
        yield ctx.finding(RULE, span, "no-base", severity=Severity.WARNING, codes=(), value=entry.text)


RULE = Rule("relay-position", "config", Severity.ERROR, ENTRY, (kinds.SOURCE,), check, (k.RELAY_BINLOG_NAME,), codes=(40007,))
