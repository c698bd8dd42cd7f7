"""Switches of sharding that do not go together.

What: `strict-optimistic-shard-mode` without `shard-mode: optimistic`; `is-sharding` that contradicts `shard-mode`.

Why: DM refuses the first with 20066 `cannot enable `strict-optimistic-shard-mode` while `shard-mode` is not `optimistic``; `is-sharding: true` alone means
pessimistic (dm/config/task.go: adjust).  The second is refused by dmctl, which looks at lines that begin with these keys: `The behaviour of
`is-sharding` and `shard-mode` is conflicting` (dm/ctl/common/util.go; DM's loader itself would take it).

Wrong: `strict-optimistic-shard-mode: true` with `shard-mode: pessimistic`

Right: `strict-optimistic-shard-mode: true` with `shard-mode: optimistic`

Fix: set `shard-mode: optimistic`, or take the switch away.  The fix deletes the switch; whether shards were meant to be merged otherwise, only you know.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import is_true
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    strict, mode, old = config.get(k.STRICT_OPTIMISTIC_SHARD_MODE), config.get(k.SHARD_MODE), config.get(k.IS_SHARDING)
    if strict is not None and strict.schema is not None and ctx.version in strict.schema.versions and is_true(strict) and (mode is None or mode.text != "optimistic"):
        yield ctx.finding(RULE, config.span(strict), codes=(20066,), dm_text=e.text(e.STRICT), fixes=ctx.deletion(strict), key=strict.key)
    if mode is not None and old is not None and not old.is_null and is_true(old) != bool(mode.text):
        yield ctx.finding(RULE, config.span(old), "old", severity=Severity.WARNING, codes=(), fixes=ctx.deletion(old), key=old.key)


RULE = Rule("shard-mode-conflict", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, codes=(20066,))
