"""What an editor may fold: blocks, tables, multi-line values and runs of comments."""

from __future__ import annotations

from dmls.ide.values import Fold
from dmls.model.config_file import ConfigFile
from dmls.syntax.tree import Mapping, Sequence


def folding(config: ConfigFile) -> list[Fold]:
    """All folds of a file, by first line."""
    lines = config.tree.lines
    folds: dict[int, Fold] = {}
    for entry in config.entries():
        if entry.parent is None or not isinstance(entry.raw, (Mapping, Sequence)):
            continue
        span = config.span(entry)
        start, end = lines.line_of(span.start), lines.line_of(max(span.start, span.end))
        if end > start and (start not in folds or folds[start].end_line < end):
            folds[start] = Fold(start, end, "region")
    first = last = -2
    for comment in config.tree.comments():
        line = lines.line_of(comment.start)
        if config.text[lines.starts[line] : comment.start].strip(" \t\ufeff"):
            continue
        if line == last + 1:
            last = line
        else:
            if last > first >= 0:
                folds.setdefault(first, Fold(first, last, "comment"))
            first = last = line
    if last > first >= 0:
        folds.setdefault(first, Fold(first, last, "comment"))
    return [folds[line] for line in sorted(folds)]
