"""A database connection without an address.

What: a source without `from`, a `target-database` without host, port and user.

Why: DM checks none of these while it loads the file.  The connection is then made to an empty host and port 0 and fails when the source or task
starts (`reference/dm-config-semantics.md` 7.20).

Wrong: `target-database: {}`

Right: `target-database: {host: 127.0.0.1, port: 4000, user: root, password: ""}`

Fix: write the keys that the message names.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping, Sequence
from dmls.text import Span


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    if not config.root.children:
        return
    if config.kind == kinds.SOURCE:
        block = config.get(k.FROM)
        if block is None and config.get(k.SOURCE_ID) is not None:
            yield ctx.finding(RULE, _first_line(config), "no-from")
            return
    else:
        block = config.get(k.TARGET_DATABASE)
    if block is None or isinstance(block.node, Sequence) or (block.is_null and config.kind == kinds.TASK):
        return
    if not block.is_null and not isinstance(block.node, Mapping):
        return
    if isinstance(block.node, Mapping) and any(pair.value is None for pair in block.node.pairs):
        return
    missing = [name for name in (k.HOST, k.PORT, k.USER) if (e := block.get(name)) is None or not e.text]
    if len(missing) == 3:
        yield ctx.finding(RULE, config.key_span(block), block=block.key)


def _first_line(config: ConfigFile) -> Span:
    first = config.root.children[0]
    return config.span(first)


RULE = Rule("connection-incomplete", "config", Severity.ERROR, CONFIG_FILE, kinds.DATABASES, check)
