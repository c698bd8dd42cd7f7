"""A character that cannot be seen, or a typographic quote, inside a value.

What: a zero-width space, a no-break space or a byte order mark inside a value, or curly quotes around one, as they come with text copied from a web page.

Why: DM takes the value as it stands: the task's name then holds the invisible character, the database name holds the quotes, and nothing with the
plain name is ever found (`reference/dm-config-semantics.md` 7.9).

Wrong: `do-dbs: [“orders”]`

Right: `do-dbs: ["orders"]`

Fix: type the value again; the fix takes the characters out.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, ODD_TEXT, Context, Edit, Finding, Rule, Severity
from dmls.syntax.tree import Scalar

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00a0\u00ad"
CURLY = "\u201c\u201d\u2018\u2019\uff02\uff07"


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    node = entry.raw
    schema = entry.schema
    if schema is None or not isinstance(node, Scalar) or node.value.isascii():
        return
    span = ctx.config.value_span(entry)
    text = node.value
    if any(c in INVISIBLE for c in text):
        fixes = ()
        if not entry.secret:
            written = span.of(ctx.config.text)
            fixes = (ctx.fix("remove-invisible", Edit(span, "".join(c for c in written if c not in INVISIBLE))),)
        yield ctx.finding(RULE, span, fixes=fixes, key=entry.key or (entry.parent.key if entry.parent else ""))
    elif len(text) > 1 and text[0] in CURLY and text[-1] in CURLY and node.style == "plain":
        fixes = () if entry.secret else (ctx.fix("straight-quotes", Edit(span, '"' + text[1:-1].replace('"', "") + '"')),)
        yield ctx.finding(RULE, span, "curly", fixes=fixes, key=entry.key or (entry.parent.key if entry.parent else ""))


RULE = Rule("invisible-character", "config", Severity.WARNING, ENTRY, kinds.KINDS, check, (ODD_TEXT,))
