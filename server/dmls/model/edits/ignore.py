"""The comments by which a file silences rules, and the edits that write them.

``# dmls: ignore[rule, rule] reason`` at the end of a line speaks of that line; alone on a line it speaks of the next one that is neither blank
nor a comment.  ``# dmls: ignore-file[rule]`` speaks of the whole file, wherever it stands.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model.config_file import ConfigFile
from dmls.model.edits.edit import FLAGS, newline
from dmls.model.edits.reading import read_again, says_the_same
from dmls.named import NamedTuple
from dmls.pattern import LazyPattern
from dmls.syntax.tree import Tree
from dmls.text import Edit, Span, apply_edits

_IGNORE = LazyPattern(r"#[ \t]*dmls:[ \t]*(ignore|ignore-file)[ \t]*\[([^\]\n]*)\]")
_MODELINE = LazyPattern(r"\ufeff?#[ \t]*(?:dmls:[ \t]*(?:kind|ignore-file)|yaml-language-server:|vim?:|ex:|-\*-)|#!|#:")
"""Comments that must stay at the head of a file, since tools look for them there, and comments about the whole file."""
_WIDEST = 100
"""A line that would become longer gets its comment on a line of its own."""


class Ignore(NamedTuple):
    """One rule name in an ignore comment; `line` is the line it speaks of, None for the whole file."""

    rule: str
    span: Span
    line: int | None


class _Comment(NamedTuple):
    """The names between the brackets of one ignore comment; `line` as in `Ignore`."""

    names: Span
    line: int | None


def _comments(tree: Tree) -> Iterator[_Comment]:
    if "dmls:" not in tree.text:
        return
    lines = tree.lines
    for comment in tree.comments():
        for m in _IGNORE.finditer(comment.of(tree.text)):
            line = lines.line_of(comment.start)
            if not tree.text[lines.starts[line] : comment.start].strip(" \t\ufeff"):
                # A comment that stands alone speaks of the next line that is neither blank nor a comment.
                line += 1
                while line < len(lines) and lines.line_span(line).of(tree.text).lstrip()[:1] in ("", "#"):
                    line += 1
            yield _Comment(Span(m.start(2), m.end(2)).shifted(comment.start), None if m.group(1) == "ignore-file" else line)


def read_ignores(tree: Tree) -> list[Ignore]:
    """Every rule name in an ignore comment, in the order of the text."""
    out = []
    for comment in _comments(tree):
        at = comment.names.start
        for part in comment.names.of(tree.text).split(","):
            name = part.strip()
            start = at + len(part) - len(part.lstrip())
            out.append(Ignore(name, Span(start, start + len(name)), comment.line))
            at += len(part) + 1
    return out


def is_modeline(written: str) -> bool:
    """Whether a line is a comment that speaks of the whole file to dmls or to an editor."""
    return _MODELINE.match(written.lstrip(" \t")) is not None


def without(config: ConfigFile, ignore: Ignore) -> Edit:
    """Take a name out of its comment, and with the last one the comment and its line, if nothing else stands there."""
    text = config.text
    comment = next(c for c in _comments(config.tree) if c.names.start <= ignore.span.start <= c.names.end)
    names = comment.names
    if "," in names.of(text):
        start, end = ignore.span
        while end < names.end and text[end] in " \t":
            end += 1
        if end < names.end:
            end += 1
            while end < names.end and text[end] in " \t":
                end += 1
        else:
            start = text.rfind(",", names.start, start)
        return Edit(Span(start, end), "")
    lines = config.tree.lines
    line = lines.line_span(lines.line_of(names.start))
    start = text.rfind("#", line.start, names.start)
    following = text.find(" #", names.end, line.end)
    end = following + 1 if following >= 0 else line.end
    number = lines.line_of(start)
    if not text[line.start : start].strip(" \t\ufeff") and end == line.end and number + 1 < len(lines):
        head = 1 if text[line.start : start].startswith("\ufeff") else 0
        return Edit(Span(line.start + head, lines.line_span(number + 1).start), "")
    if end == line.end:
        start = line.start + len(text[line.start : start].rstrip(" \t"))
    return Edit(Span(start, end), "")


def ignore_here(config: ConfigFile, rule: str, line: int) -> Edit | None:
    """Silence `rule` on a line: in the comment that does so for another rule, else behind the line, else above it.

    None where no comment can stand in either place, as in the middle of a text over several lines.
    """
    for comment in _comments(config.tree):
        if comment.line == line:
            return _extended(config, comment, rule)
    lines = config.tree.lines
    last = line
    if config.language == FLAGS:
        # No comment can stand within a command, and a unit has none behind its lines.
        line, last = _command_at(config, line)
    span = lines.line_span(line)
    written = span.of(config.text).rstrip(" \t")
    text = f"# dmls: ignore[{rule}]"
    if not written.strip(" \t\ufeff"):
        return None
    start = span.start + 1 if written.startswith("\ufeff") else span.start
    bare = config.text[start : span.start + len(written)]
    indent = bare[: len(bare) - len(bare.lstrip(" \t"))]
    behind = Edit(Span(span.start + len(written), span.end), f"  {text}")
    above = Edit(Span(start, start), f"{indent}{text}{newline(config)}")
    if last > line:
        behind = above
    edits = (behind, above) if len(written) + len(text) + 2 <= _WIDEST else (above, behind)
    return next((e for e in edits if _speaks(config, e, rule, line + (e is above))), None)


def _command_at(config: ConfigFile, line: int) -> tuple[int, int]:
    """The first and the last line of the command of a script that goes over a line."""
    from dmls.model.command_line import command_lines

    line_of = config.tree.lines.line_of
    for command in command_lines(config.path, config.text):
        first, last = line_of(command.span.start), line_of(command.span.end)
        if first <= line <= last:
            return first, last
    return line, line


def ignore_in_file(config: ConfigFile, rule: str) -> Edit | None:
    """Silence `rule` in the whole file: in the comment that does so for another rule, else in a new one at its head."""
    for comment in _comments(config.tree):
        if comment.line is None:
            return _extended(config, comment, rule)
    at = _below_the_head(config)
    start_of_line = at == config.tree.lines.starts[config.tree.lines.line_of(at)] or config.text[:at] == "\ufeff"
    text = f"# dmls: ignore-file[{rule}]{newline(config)}"
    edit = Edit(Span(at, at), text if start_of_line else newline(config) + text)
    return edit if _speaks(config, edit, rule, None) else None


def _below_the_head(config: ConfigFile) -> int:
    """Where a comment about the file belongs: below the modelines, and below other comments where a blank line parts them from the first key."""
    lines = config.tree.lines
    at = 1 if config.text.startswith("\ufeff") else 0
    below = at
    for line in range(len(lines)):
        written = lines.line_span(line).of(config.text).strip(" \t\ufeff")
        end = lines.starts[line + 1] if line + 1 < len(lines) else len(config.text)
        if written.startswith("#"):
            at = end
            if is_modeline(written):
                below = end
        else:
            return at if not written else below
    return at


def _extended(config: ConfigFile, comment: _Comment, rule: str) -> Edit | None:
    names = comment.names.of(config.text)
    if rule in (name.strip() for name in names.split(",")):
        return None
    end = comment.names.start + len(names.rstrip(" \t,"))
    return Edit(Span(end, comment.names.end), f", {rule}" if end > comment.names.start else rule)


def _speaks(config: ConfigFile, edit: Edit, rule: str, line: int | None) -> bool:
    """Whether after `edit` there is a comment that silences `rule` on `line`, and all else reads as before."""
    if config.language == FLAGS:
        from dmls.model.command_line import command_lines, settings_of

        old, new = (command_lines(config.path, text) for text in (config.text, apply_edits(config.text, (edit,))))
        said = [[(c.kind, settings_of(c, c.config), [word.value for word in c.operands]) for c in commands] for commands in (old, new)]
        return said[0] == said[1] and bool(new) and any(i.rule == rule and i.line == line for i in read_ignores(new[0].config.tree))
    tree = read_again(config, (edit,))
    return any(i.rule == rule and i.line == line for i in read_ignores(tree)) and says_the_same(config.tree, tree)
