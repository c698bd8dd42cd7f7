"""A folder of a loader that is no path and no URL.

What: a `dir` of a loader that Go cannot read as a URL, such as one with a `%` that no two hexadecimal digits follow.

Why: DM parses the folder as a URL to add the task's name to it: 20058 `loader's dir … is invalid`, in the task modes all and full (dm/config/subtask.go: Adjust;
since 6.0).

Wrong: `dir: "s3://bu%zzcket/x"`

Right: `dir: "s3://bucket/x"`

Fix: write the path or URL as it is meant; `%25` stands for a percent sign, as the fix writes it where a percent sign is the fault.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go.host_port import parse_url
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import LOAD, each_once, instances, settings
from dmls.model.edits import edit
from dmls.pattern import LazyPattern
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.version import parse_version_set

_PERCENT = LazyPattern(r"%(?![0-9A-Fa-f]{2})")


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    mode = config.get(k.TASK_MODE)
    if mode is None or mode.text not in ("all", "full"):
        return
    found = (settings(config, instance, LOAD) for instance in instances(config))
    for block in each_once(block for block in found if block is not None):
        entry = block.get(k.DIR)
        if entry is None or not entry.text:
            continue
        _, error = parse_url(entry.text.replace("+", "%2B"))
        if error is not None:
            written = _PERCENT.sub("%25", entry.text)
            change = edit.reword(config, entry, written) if written != entry.text and parse_url(written)[1] is None else None
            ways = (ctx.fix("replace-value", change, how=Applicability.UNSAFE, value=written),) if change is not None else ()
            yield ctx.finding(RULE, config.span(entry), dm_text=e.text(e.BAD_DIR, error, dir=entry.text), fixes=ways, text=error)


RULE = Rule("loader-dir-refused", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, versions=parse_version_set("6.0.0.."), codes=(20058,))
