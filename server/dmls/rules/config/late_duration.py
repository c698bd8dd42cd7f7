"""A duration in a master's file that Go cannot read.

What: an `rpc-timeout` or `auto-compaction-retention` that is no Go duration: a number without unit, a unit Go does not know (d), a blank inside.

Why: both are text to DM's decoder and read later with time.ParseDuration.  DM-master refuses the first with 38014 `parse rpc timeout str, RawCause: time:
missing unit in duration "30"` (dm/master/config.go:272-279).  The second is read by the embedded etcd, which takes a bare number as hours too;
else DM-master stops with 38038 `error parsing CompactionRetention` (etcd server/embed/etcd.go, parseCompactionRetention).

Wrong: `rpc-timeout = "30"`

Right: `rpc-timeout = "30s"`

Fix: write number and unit together and days as hours, as the fix does.  A number without unit was probably meant as seconds; that is for you to say.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import duration
from dmls.go.number import parse_int
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.amount import as_duration
from dmls.model.dm.start_error import RPC_TIMEOUT, START_ETCD
from dmls.model.edits import edit
from dmls.rule import ENTRY, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

_STRINGS = ("basic", "literal", "multi-basic", "multi-literal")


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    node = entry.node
    if not isinstance(node, Scalar) or node.style not in _STRINGS or node.unterminated or not node.value:
        return
    if entry.key == k.AUTO_COMPACTION_RETENTION:
        number, wrong = parse_int(node.value)
        if wrong is None and number >= 0:
            return
    cause = duration.parse(node.value)[1]
    if cause is None:
        return
    if entry.key == k.RPC_TIMEOUT:
        error = RPC_TIMEOUT
    else:
        error, cause = START_ETCD, f"error parsing CompactionRetention: {cause}"
    yield ctx.finding(RULE, ctx.config.value_span(entry), codes=(error.code,), dm_text=error.text(cause), fixes=_fixes(entry, ctx), key=entry.key, text=cause)


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    amount = as_duration(entry.text)
    change = edit.reword(ctx.config, entry, amount.text) if amount is not None else None
    if amount is None or change is None:
        return ()
    return (ctx.fix("replace-value", change, how=Applicability.SAFE if amount.sure else Applicability.UNSAFE, value=amount.text),)


RULE = Rule("late-duration", "config", Severity.ERROR, ENTRY, (kinds.MASTER,), check, (k.RPC_TIMEOUT, k.AUTO_COMPACTION_RETENTION), codes=(38014, 38038))
