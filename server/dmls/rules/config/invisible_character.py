"""A character that cannot be seen, or a typographic quote, inside a value.

What: a zero-width space, a no-break space or a byte order mark inside a value, or curly quotes around one, as they come with text copied from a web page.

Why: DM takes the value as it stands: the task's name then holds the invisible character, the database name holds the quotes, and nothing with the
plain name is ever found (`reference/dm-config-semantics.md` 7.9).

Wrong: `do-dbs: [“orders”]`

Right: `do-dbs: ["orders"]`

Fix: the fix takes the characters out, writes a blank for a no-break space between words, and straight quotes for the others.  A value that DM takes as it
stands is another one afterwards, which only you can say was meant.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, ODD_TEXT, Applicability, Context, Edit, Finding, Rule, Severity, Span
from dmls.syntax.tree import Scalar

NO_BREAK = "\u00a0"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00a0\u00ad"
CURLY = "\u201c\u201d\u2018\u2019\uff02\uff07"


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    node = entry.raw
    schema = entry.schema
    if schema is None or not isinstance(node, Scalar) or node.value.isascii():
        return
    span = ctx.config.value_span(entry)
    text = node.value
    # DM takes any text as it is, so another text is another name or path; for a number that DM cannot read there is one reading.
    how = Applicability.UNSAFE if schema.type == "string" else Applicability.SAFE
    if any(c in INVISIBLE for c in text):
        edits = _visible(span, ctx.config.text) if node.anchor is None else []
        fixes = (ctx.fix("remove-invisible", *edits, how=how),) if edits else ()
        yield ctx.finding(RULE, span, fixes=fixes, key=entry.key or (entry.parent.key if entry.parent else ""))
    elif len(text) > 1 and text[0] in CURLY and text[-1] in CURLY and node.style == "plain":
        sure = not any(c in '"\\' for c in text) and span.end - span.start == len(text) and node.anchor is None
        mark, title = ('"', "straight-quotes") if schema.type == "string" else ("", "unquote")
        edits = [Edit(Span(span.start, span.start + 1), mark), Edit(Span(span.end - 1, span.end), mark)]
        fixes = (ctx.fix(title, *edits, how=how),) if sure else ()
        yield ctx.finding(RULE, span, "curly", fixes=fixes, key=entry.key or (entry.parent.key if entry.parent else ""))


def _visible(span: Span, text: str) -> list[Edit]:
    """One edit for each character that is written as itself; an escape that stands for one is left."""
    start, end = span
    while start < end and text[start] in "\"'":
        start += 1
    while end > start and text[end - 1] in "\"'":
        end -= 1
    bare = text[start:end].strip(INVISIBLE + " \t")
    first = start + text[start:end].find(bare) if bare else end
    return [Edit(Span(i, i + 1), " " if text[i] == NO_BREAK and first < i < first + len(bare) else "") for i in range(start, end) if text[i] in INVISIBLE]


RULE = Rule("invisible-character", "config", Severity.WARNING, ENTRY, kinds.KINDS, check, (ODD_TEXT,))
