"""A block with a name that no instance uses.

What: an entry of `routes`, `filters`, `mydumpers`, `loaders`, `syncers`, `validators` or `expression-filter` that no instance names.

Why: DM refuses the task with 20038 `… are set in global configuration but instances don't use them`.  Lists of `block-allow-list` may be unused
(dm/config/task.go: adjust; since 2.0.2).

Wrong: `routes: {spare: {…}}` and no `route-rules: [spare]`

Right: an instance with `route-rules: [spare]`, or no such route

Fix: use the block or delete it.  The fix deletes it, which only you can say is meant.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import task_error as e
from dmls.model.dm.task_parts import REFERENCES, blocks, instances, is_whole, named
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar
from dmls.version import parse_version_set

_MOST_NAMES = 20
"""Names that DM's text repeats here.  DM prints all, but each of the findings carries the text, and thousands of names in thousands of texts are
more than memory holds."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    if not instances(config) or not is_whole(config):
        return
    unused: list[tuple[Entry, str]] = []
    for reference in REFERENCES:
        if reference.home == k.BLOCK_ALLOW_LIST or any(_is_no_list(instance, reference.key) for instance in instances(config) if reference.many):
            continue
        used = {entry.text for _, _, entries in named(config, reference) for entry in entries}
        # What `<<` brings in stands elsewhere, and a map that is no map is another mistake.
        home = config.get(reference.home)
        own = {id(child) for child in home.children} if home is not None else set()
        unused += [(block, reference.key) for name, block in blocks(config, reference.home).items() if name not in used and id(block) in own and _is_known(block, ctx)]
    names = sorted(block.name for block, _ in unused)
    said = e.text(e.UNUSED, names=" ".join(names if len(names) <= _MOST_NAMES else (*names[:_MOST_NAMES], "…")))
    for block, key in unused:
        yield ctx.finding(RULE, config.key_span(block), dm_text=said, tag="unnecessary", fixes=ctx.deletion(block, why="why-unused"), name=block.name, key=key)


def _is_no_list(instance: Entry, key: str) -> bool:
    """Whether there stands one name in the place of a list, so that what is used is not known yet."""
    entry = instance.get(key)
    return entry is not None and isinstance(entry.node, Scalar) and not entry.is_null


def _is_known(block: Entry, ctx: Context) -> bool:
    return block.schema is not None and ctx.version in block.schema.versions


RULE = Rule("unused-block", "config", Severity.ERROR, CONFIG_FILE, (kinds.TASK,), check, versions=parse_version_set("2.0.2.."), codes=(20038,))
