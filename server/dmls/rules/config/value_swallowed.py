"""A value that YAML does not read as it looks.

What: an unquoted value that begins with `!`, or one after which ` #` begins a comment that looks like a part of it.

Why: YAML reads `!dm_repl` as a tag, so the value is empty; a blank and `#` begin a comment, so the password `r3 #pl` becomes `r3`.  DM
loads the file, and the connection fails.

Wrong: `user: !dm_repl`

Right: `user: "!dm_repl"`

Fix: put the value in quotes, as the fix does; DM then reads more than before, which only you can say was meant.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.rule import ENTRY, ODD_TEXT, Applicability, Context, Edit, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Scalar
from dmls.text import Span


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    node = entry.raw
    schema = entry.schema
    if schema is None or not isinstance(node, Scalar) or entry.pair is None:
        return
    key = entry.key
    if node.tag is not None and node.tag.startswith("!") and not node.tag.startswith("!!") and node.value == "":
        assert entry.pair is not None
        colon = ctx.config.tree.base(entry.pair.chunk) + entry.pair.separator + 1
        written = ctx.config.text[colon : colon + 200].split("\n", 1)[0]
        start = colon + len(written) - len(written.lstrip())
        alone = written.partition(" #")[0].strip() == node.tag
        yield ctx.finding(RULE, ctx.config.span(entry), "tag", fixes=_quoted(ctx, Span(start, start + len(node.tag))) if alone else (), key=key)
        return
    if node.style != "plain" or not entry.secret:
        return
    text = ctx.config.text
    end = ctx.config.value_span(entry).end
    rest = text[end : end + 200].split("\n", 1)[0].rstrip("\r")
    comment = rest.lstrip(" \t")
    if comment.startswith("#") and len(comment) > 1 and comment[1] not in " \t#!" and rest != comment:
        start = ctx.config.value_span(entry).start
        # What follows a blank, a # and a blank is a comment to everybody.
        value = rest.partition(" # ")[0].rstrip()
        yield ctx.finding(RULE, Span(end, end + len(rest.rstrip())), "comment", fixes=_quoted(ctx, Span(start, end + len(value))), key=key)


def _quoted(ctx: Context, span: Span) -> tuple[Fix, ...]:
    """Quotes around the text; none of its own characters is said again, since it may be a secret."""
    text = span.of(ctx.config.text)
    if '"' not in text and "\\" not in text:
        mark = '"'
    elif "'" not in text:
        mark = "'"
    else:
        return ()
    edits = (Edit(Span(span.start, span.start), mark), Edit(Span(span.end, span.end), mark))
    return (ctx.fix("quote", *edits, how=Applicability.UNSAFE),)


RULE = Rule("value-swallowed", "config", Severity.WARNING, ENTRY, kinds.DATABASES, check, (ODD_TEXT,))
