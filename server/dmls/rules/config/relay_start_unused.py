"""A start of the relay log that DM does not use.

What: `enable-gtid: true` with only a `relay-binlog-name`, or without it only a `relay-binlog-gtid`.

Why: with `enable-gtid` the relay log begins at the GTID set, without it at the file.  Where the one that counts is empty, DM asks the upstream for its
newest position and begins there, without a message; what was written before is missing (dm/relay/relay.go:800-811, reSetupMeta).

Wrong: `enable-gtid: true` and `relay-binlog-name: mysql-bin.000217`

Right: `enable-gtid: true` and `relay-binlog-gtid: …`

Fix: give the start in the form that counts, which only the upstream knows; or change `enable-gtid`, as the fix does.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar

_YES = ("true", "yes", "on", "y")


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    switch = config.get(k.ENABLE_GTID)
    if switch is not None and not isinstance(switch.node, Scalar):
        return
    by_gtid = switch is not None and switch.text.lower() in _YES
    name, gtid = config.get(k.RELAY_BINLOG_NAME), config.get(k.RELAY_BINLOG_GTID)
    unused, counts = (name, gtid) if by_gtid else (gtid, name)
    if unused is None or not unused.text or (counts is not None and counts.text) or config.get(k.ENABLE_RELAY) is None:
        return
    wanted = k.RELAY_BINLOG_GTID if by_gtid else k.RELAY_BINLOG_NAME
    yield ctx.finding(RULE, config.span(unused), "gtid" if by_gtid else "name", fixes=_fixes(config, ctx, switch, unused, not by_gtid), key=unused.key, wanted=wanted)


def _fixes(config: ConfigFile, ctx: Context, switch: Entry | None, unused: Entry, on: bool) -> tuple[Fix, ...]:
    value = "true" if on else "false"
    pair = f"{k.ENABLE_GTID}: {value}"
    change = edit.set_value(config, switch, value) if switch is not None else edit.insert_pairs(config, unused, [pair], above=True)
    return (ctx.fix("write-value", change, how=Applicability.UNSAFE, value=pair),) if change is not None else ()


RULE = Rule("relay-start-unused", "config", Severity.WARNING, CONFIG_FILE, (kinds.SOURCE,), check)
