"""A source without a usable name.

What: a source file without `source-id`, with an empty one, or with one of more than 32 bytes.

Why: DM refuses the source with 40005 `dm-worker should bind a non-empty source ID …` or 40006 `the length of source ID … is more than max allowed value
32`.  Bytes are counted, not characters: most Chinese characters are three (dm/config/source_config.go: Verify).

Wrong: `source-id: ""`

Right: `source-id: mysql-replica-01`

Fix: write a name of 1 to 32 bytes.  The fix adds the missing key with an empty value; the name is for you to give, since tasks use it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go.number import utf8
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm.start_error import LONG_SOURCE_ID, NO_SOURCE_ID, may_be_misspelt
from dmls.model.edits import edit
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity, Span
from dmls.schema import keys as k
from dmls.syntax.tree import Mapping, Scalar

MOST = 32


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    entry = config.get(k.SOURCE_ID)
    root = config.root.node
    if entry is None:
        if (root is not None and not isinstance(root, Mapping) and not config.root.is_null) or may_be_misspelt(config, k.SOURCE_ID):
            return
        first = config.root.children[0] if config.root.children else None
        fixes: tuple[Fix, ...] = ()
        if first is not None:
            change = edit.insert_pairs(config, first, [f'{k.SOURCE_ID}: ""'], above=True)
            fixes = (ctx.fix("add-keys", change, how=Applicability.MANUAL, preferred=False, keys=f"`{k.SOURCE_ID}`"),) if change is not None else ()
        span = config.key_span(first) if first is not None else Span(0, 0)
        yield ctx.finding(RULE, span, "missing", codes=(NO_SOURCE_ID.code,), dm_text=NO_SOURCE_ID.text(), fixes=fixes)
        return
    node = entry.node
    if not isinstance(node, Scalar) or node.unterminated or (entry.pair is not None and entry.pair.separator < 0):
        return
    size = len(utf8(entry.text))
    if size == 0:
        yield ctx.finding(RULE, config.span(entry), "empty", codes=(NO_SOURCE_ID.code,), dm_text=NO_SOURCE_ID.text())
    elif size > MOST:
        text = LONG_SOURCE_ID.text(message=LONG_SOURCE_ID.message.format(value=entry.text, most=MOST))
        yield ctx.finding(RULE, config.value_span(entry), "long", codes=(LONG_SOURCE_ID.code,), dm_text=text, size=size, most=MOST)


RULE = Rule("source-id-refused", "config", Severity.ERROR, CONFIG_FILE, (kinds.SOURCE,), check, codes=(40005, 40006))
