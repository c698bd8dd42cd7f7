"""A relay log position that is no position.

What: a `relay-binlog-name` that is not `<base>.<number>`, or that has an empty base.

Why: DM checks only the number after the one dot: 40007 `relay-binlog-name … not valid`.  An empty base (`.000001`) passes the check and is found
nowhere upstream (dm/config/source_config.go; errata 6).

Wrong: `relay-binlog-name: mysql-bin`

Right: `relay-binlog-name: mysql-bin.000001`

Fix: write the name as SHOW MASTER STATUS gives it.  The fix takes blanks and a position behind the name away and writes the dot before the number; which file
is meant where the base is missing, only the upstream knows.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import binlog_name
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.start_error import RELAY_NAME
from dmls.model.edits import edit
from dmls.pattern import LazyPattern
from dmls.rule import ENTRY, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

_NEAR = LazyPattern(r"([^\s:.]*[^\s:._-])[.,_ -]?([0-9]{6,})(?:[:,][ ]*[0-9]+)?\Z")
"""A name with a number of six digits or more, and perhaps a position."""


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    if not isinstance(entry.node, Scalar) or not entry.text:
        return
    span = ctx.config.value_span(entry)
    if not binlog_name.is_valid(entry.text):
        said = RELAY_NAME.text(message=RELAY_NAME.message.format(value=entry.text))
        yield ctx.finding(RULE, span, dm_text=said, fixes=_fixes(entry, ctx), value=entry.text)
    elif entry.text.startswith("."):
        yield ctx.finding(RULE, span, "no-base", severity=Severity.WARNING, codes=(), value=entry.text)


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    bare = entry.text.strip()
    found = _NEAR.match(bare)
    sure = binlog_name.is_valid(bare)
    name = bare if sure else f"{found.group(1)}.{found.group(2)}" if found is not None else ""
    change = edit.reword(ctx.config, entry, name) if name and binlog_name.is_valid(name) else None
    how = Applicability.SAFE if sure else Applicability.UNSAFE
    return (ctx.fix("replace-value", change, how=how, value=name),) if change is not None else ()


RULE = Rule("relay-position", "config", Severity.ERROR, ENTRY, (kinds.SOURCE,), check, (k.RELAY_BINLOG_NAME,), codes=(40007,))
