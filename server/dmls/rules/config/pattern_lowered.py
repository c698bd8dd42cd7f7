"""A regular expression that becomes another one in small letters.

What: a `~` pattern of a route or of a list in use with capital letters that mean something, such as `\\D`, `\\S`, `\\W` or `(?P<name>…)`, in a task without
`case-sensitive: true`; also one that only small letters would make valid, in a task with it.

Why: without `case-sensitive` DM writes whole patterns in small letters before it compiles them: `~^t_\\D+$` becomes `^t_\\d+$`, which matches the opposite, and
`(?P<n>a)` does not compile: 20044 `generate block allow list error`, 20045 `generate table router error` (TableRule.ToLower and MySQLReplicationRules.ToLower of
TiDB's pkg/util; a source's own `case-sensitive` comes too late).

Wrong: `do-dbs: ["~^app_\\D+$"]`

Right: `do-dbs: ["~^app_[^\\d]+$"]`

Fix: say the same in small letters.  The fix does for `\\D`, `\\S`, `\\W` and `\\A`.
"""

from __future__ import annotations

import re
from typing import Iterator, Sequence

from dmls.go import regexp
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import REFERENCES, is_true, used
from dmls.model.dm_error import DmError
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar
from dmls.version import parse_version_set

SAME = {"\\D": "[^\\d]", "\\S": "[^\\s]", "\\W": "[^\\w]", "\\A": "^"}
CHANGED = frozenset("DSWBAP")
"""The letters that mean another thing after a backslash when they are small."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    sensitive = is_true(config.get(k.CASE_SENSITIVE))
    for entry, error in _patterns(config):
        text = entry.text
        small = text.lower()
        if text[:1] != "~" or small == text:
            continue
        taken, other = (text, small) if sensitive else (small, text)
        refused = regexp.check(taken[1:])
        at = ctx.config.value_span(entry)
        if refused is not None:
            if regexp.check(other[1:]) is None:
                said = e.text(error, refused)
                yield ctx.finding(RULE, at, "written" if sensitive else "refused", codes=(error.code,), dm_text=said, fixes=ctx.later(_fixes, entry), text=refused)
        elif not sensitive and (changed := [m for m in _escapes(text) if m[1] in CHANGED]):
            first = changed[0]
            yield ctx.finding(RULE, at, severity=Severity.WARNING, fixes=ctx.later(_fixes, entry), written=first, small=first.lower())


def _patterns(config: ConfigFile) -> Iterator[tuple[Entry, DmError]]:
    """What DM takes as a pattern, with the error that a bad one gives."""
    for block in used(config, next(r for r in REFERENCES if r.home == k.BLOCK_ALLOW_LIST)):
        for key in (k.DO_DBS, k.IGNORE_DBS, k.DO_TABLES, k.IGNORE_TABLES):
            listed = block.get(key)
            for item in listed.items() if listed is not None else ():
                for entry in (item, item.get(k.DB_NAME), item.get(k.TBL_NAME)):
                    if entry is not None and isinstance(entry.node, Scalar):
                        yield entry, e.LISTS
    routes = config.get(k.ROUTES)
    for route in routes.children if routes is not None else ():
        for entry in (route.get(k.SCHEMA_PATTERN), route.get(k.TABLE_PATTERN)):
            if entry is not None and isinstance(entry.node, Scalar):
                yield entry, e.ROUTER


def _escapes(pattern: str) -> list[str]:
    return re.findall(r"\\.", pattern, re.S)


def _fixes(entry: Entry, ctx: Context) -> Sequence[Fix]:
    """The same expression in small letters, where nothing but these classes stands in the way and none lies in brackets."""
    text = entry.text
    if "[" in text or "(?" in text or any(m[1] in CHANGED and m not in SAME for m in _escapes(text)):
        return ()
    written = re.sub(r"\\.", lambda m: SAME.get(m.group(), m.group()), text, flags=re.S)
    change = edit.reword(ctx.config, entry, written) if written != text and regexp.check(written[1:]) is None else None
    return (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=written),) if change is not None else ()


RULE = Rule("pattern-lowered", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, versions=parse_version_set("2.0.5.."), codes=(20044, 20045))
