"""A value that YAML does not read as it looks.

What: an unquoted value that begins with `!`, or one after which ` #` begins a comment that looks like a part of it.

Why: YAML reads `!dm_repl` as a tag, so the value is empty; a blank and `#` begin a comment, so the password `r3 #pl` becomes `r3`.  DM
loads the file, and the connection fails.

Wrong: `user: !dm_repl`

Right: `user: "!dm_repl"`

Fix: put the value in quotes.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, ODD_TEXT, Context, Finding, Rule, Severity
from dmls.syntax.tree import Scalar
from dmls.text import Span


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    node = entry.raw
    schema = entry.schema
    if schema is None or not isinstance(node, Scalar) or entry.pair is None:
        return
    key = entry.key
    if node.tag is not None and node.tag.startswith("!") and not node.tag.startswith("!!") and node.value == "":
        yield ctx.finding(RULE, ctx.config.span(entry), "tag", key=key)
        return
    if node.style != "plain" or not entry.secret:
        return
    text = ctx.config.text
    end = ctx.config.value_span(entry).end
    rest = text[end : end + 200].split("\n", 1)[0].rstrip("\r")
    comment = rest.lstrip(" \t")
    if comment.startswith("#") and len(comment) > 1 and comment[1] not in " \t#!" and rest != comment:
        yield ctx.finding(RULE, Span(end, end + len(rest.rstrip())), "comment", key=key)


RULE = Rule("value-swallowed", "config", Severity.WARNING, ENTRY, kinds.DATABASES, check, (ODD_TEXT,))
