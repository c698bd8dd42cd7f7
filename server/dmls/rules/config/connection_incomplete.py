"""A database connection without an address.

What: a source without `from`, a `target-database` without host, port and user.

Why: DM checks none of these while it loads the file.  The connection is then made to an empty host and port 0 and fails when the source or task
starts (`reference/dm-config-semantics.md` 7.20).

Wrong: `target-database: {}`

Right: `target-database: {host: 127.0.0.1, port: 4000, user: root, password: ""}`

Fix: write the keys that the message names; the fix writes them with empty values, since only you know the database.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping, Sequence
from dmls.text import Span


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    if not config.root.children:
        return
    if config.kind == kinds.SOURCE:
        block = config.get(k.FROM)
        if block is None and config.get(k.SOURCE_ID) is not None:
            lines = edit.newline(config).join((f"{k.FROM}:", *(f"  {pair}" for pair in _pairs(config, None))))
            change = edit.insert_pairs(config, config.root.children[0], [lines]) if _is_block(config.root) else None
            yield ctx.finding(RULE, _first_line(config), "no-from", fixes=_fix(ctx, change, f"`{k.FROM}`"))
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
        yield ctx.finding(RULE, config.key_span(block), fixes=_fix(ctx, _completed(config, block), f"`{k.HOST}`, `{k.PORT}`, `{k.USER}`"), block=block.key)


def _pairs(config: ConfigFile, block: Entry | None) -> list[str]:
    """The keys that a connection needs and the block does not have."""
    port = 3306 if config.kind == kinds.SOURCE else 4000
    pairs = {k.HOST: '""', k.PORT: str(port), k.USER: '""', k.PASSWORD: '""'}
    return [f"{key}: {value}" for key, value in pairs.items() if block is None or block.get(key) is None]


def _is_block(entry: Entry) -> bool:
    return isinstance(entry.raw, Mapping) and entry.raw.form == "block"


def _completed(config: ConfigFile, block: Entry) -> Edit | None:
    pairs = _pairs(config, block)
    if block.children:
        return edit.insert_pairs(config, block.children[0], pairs, above=True) if pairs else None
    if block.is_null:
        return edit.set_value(config, block, f"{{{', '.join(pairs)}}}")
    if not edit.is_direct(block) or edit.is_shared(block):
        return None
    return Edit(config.value_span(block), f"{{{', '.join(pairs)}}}")


def _fix(ctx: Context, change: Edit | None, keys: str) -> tuple[Fix, ...]:
    return (ctx.fix("add-keys", change, how=Applicability.MANUAL, preferred=False, keys=keys),) if change is not None else ()


def _first_line(config: ConfigFile) -> Span:
    first = config.root.children[0]
    return config.span(first)


RULE = Rule("connection-incomplete", "config", Severity.ERROR, CONFIG_FILE, kinds.DATABASES, check)
