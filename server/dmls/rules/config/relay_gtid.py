"""A GTID set that does not fit the flavor of the source.

What: a `relay-binlog-gtid` that DM cannot read as a GTID set of the `flavor` that is given, or of either where none is.

Why: DM refuses the source with a text that has no code, such as `relay-binlog-gtid 0-1-2345: invalid GTID format, must UUID:interval[:interval]`.
MySQL writes `uuid:1-7`, MariaDB `domain-server-sequence` (dm/config/source_config.go: Verify; dm/pkg/gtid/gtid.go).

Wrong: `flavor: mysql` and `relay-binlog-gtid: 0-1-2345`

Right: `flavor: mariadb` and `relay-binlog-gtid: 0-1-2345`

Fix: write the set as the upstream gives it.  Where it is a set of the other flavor, the fix changes `flavor`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    entry = config.get(k.RELAY_BINLOG_GTID)
    if entry is None or not isinstance(entry.node, Scalar) or not entry.text:
        return
    from dmls.go import gtid

    chosen = config.get(k.FLAVOR)
    flavor = chosen.text if chosen is not None else ""
    if flavor not in ("", gtid.MYSQL, gtid.MARIADB):
        return
    error = gtid.check(entry.text, flavor)
    if error is None:
        return
    other = gtid.flavor_of(entry.text)
    fixes: tuple[Fix, ...] = ()
    if other is not None and chosen is not None:
        change = edit.reword(config, chosen, other)
        fixes = (ctx.fix("replace-pair", change, how=Applicability.UNSAFE, key=k.FLAVOR, pair=f"{k.FLAVOR}: {other}"),) if change is not None else ()
    text = f"error class: dm-worker: {k.RELAY_BINLOG_GTID} {entry.text}: {error}"
    yield ctx.finding(RULE, config.value_span(entry), "flavor" if other is not None else "", dm_text=text, fixes=fixes, text=error, flavor=flavor, other=other or "")


RULE = Rule("relay-gtid", "config", Severity.ERROR, CONFIG_FILE, (kinds.SOURCE,), check)
