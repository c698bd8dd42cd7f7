"""A second YAML document, which DM never reads.

What: text after a second `---`, or after `...`, or a line that stands left of the first key of the file.

Why: yaml.v2's Unmarshal reads the first document of a stream and stops; what follows is ignored, even if it is broken
(`reference/dm-config-semantics.md` 6.1, errata 5).

Wrong: two tasks in one file, with `---` between them

Right: a file for each task

Fix: move the second document to a file of its own; dmls makes no files.  The fixes make comments of what DM does not read, or delete it, which only you
can allow: another tool may read it.  Where the document ends early, the fix gives the first keys the indentation of the rest.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.edits.layout import column, is_blank, line_start
from dmls.model.edits.reading import read_again
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Fix, Rule, Severity
from dmls.syntax import strict
from dmls.text import Span, visible


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    problem = next(config.tree.problems(), None)
    if problem is not None and strict.judge_chunks(config.tree) is None:
        # libyaml ends a document where a line stands left of its first key, without a word; our tree reads on.
        yield ctx.finding(RULE, visible(config.text, problem.span), "ends-early", fixes=_outdented(ctx, problem.span.start), tag="unnecessary")
    for document in config.tree.documents[1:2]:
        start = document.span.start
        rest = document.span.of(config.text)
        if rest.startswith("..."):
            # The end marker itself is harmless; what stands after it is not read.
            after = rest[3:]
            start += 3 + len(after) - len(after.lstrip())
        body = rest.lstrip("-.").strip()
        if not any(line.strip() and not line.lstrip().startswith("#") for line in body.splitlines()):
            continue
        lines = _content(config.text, Span(start, document.span.end))
        for i, line in enumerate(lines):
            # The first line carries the sentence; the other keys are only shown as what they are, text nobody reads.
            fixes = () if i else _unread(ctx, document.span.start)
            yield ctx.finding(RULE, line, "more" if i else "", severity=Severity.INFORMATION if i else None, fixes=fixes, tag="unnecessary")


def _unread(ctx: Context, start: int) -> tuple[Fix, ...]:
    """Make comments of the text from `start` on, or delete it."""
    config = ctx.config
    lines = config.tree.lines
    comments = []
    for number in range(lines.line_of(start), len(lines)):
        at = line_start(config, number)
        text = config.text[at : lines.line_span(number).end]
        content = text[3:] if text.startswith(("---", "...")) else text
        if content.strip() and not content.lstrip().startswith("#"):
            comments.append(Edit(Span(at, at), "# "))
    everything = Edit(Span(start, len(config.text)), "")
    return (ctx.fix("comment-out", *comments, how=Applicability.UNSAFE), ctx.fix("delete-rest", everything, how=Applicability.UNSAFE, preferred=False))


def _outdented(ctx: Context, end: int) -> tuple[Fix, ...]:
    """Take away the indentation of the first keys, those above `end`, where the text is then read as a whole."""
    config = ctx.config
    if not config.root.children:
        return ()
    first = config.key_span(config.root.children[0]).start
    width = column(config, first)
    edits = []
    for number in range(config.tree.lines.line_of(first), config.tree.lines.line_of(end)):
        at = line_start(config, number)
        if is_blank(config, number):
            continue
        if config.text[at : at + width].strip(" "):
            if config.text[at : config.tree.lines.line_span(number).end].lstrip().startswith("#"):
                continue
            return ()
        edits.append(Edit(Span(at, at + width), ""))
    tree = read_again(config, edits)
    if not edits or next(tree.problems(), None) is not None or strict.judge_chunks(tree) is not None:
        return ()
    return (ctx.fix("outdent", *edits, how=Applicability.UNSAFE),)


def _content(text: str, span: Span) -> list[Span]:
    """The lines that begin at the left margin and hold more than a marker or a comment."""
    out = []
    at = span.start
    for line in span.of(text).split("\n"):
        bare = line.rstrip()
        if bare and (not out or not bare[0].isspace()) and not bare.lstrip().startswith(("#", "---", "...")):
            out.append(Span(at + len(line) - len(line.lstrip()), at + len(bare)))
        at += len(line) + 1
    return out


RULE = Rule("second-document", "syntax", Severity.WARNING, CONFIG_FILE, kinds.YAML_KINDS, check)
