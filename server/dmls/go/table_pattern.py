"""Patterns for schemas and tables as TiDB's filters take them (pkg/util/table-rule-selector/trie_selector.go, pkg/util/filter/filter.go)."""

from __future__ import annotations

from functools import lru_cache

from dmls.go import regexp


def star_error(pattern: str) -> str | None:
    """None, or the text of ``errors.NotValidf``: a star may only be the last character.  What lies in brackets is a class of characters."""
    if "*" not in pattern[:-1]:
        return None
    at = 0
    while at < len(pattern):
        if pattern[at] == "*":
            return None if at == len(pattern) - 1 else f"pattern {pattern} not valid"
        if pattern[at] == "[":
            close = pattern.find("]", at)
            at = close if close > 0 else at
        at += 1
    return None


@lru_cache(maxsize=4096)
def error(pattern: str, part: str = "schema") -> str | None:
    """None, or what DM answers to a pattern of a list or a route, where ``~`` begins a regular expression.

    Without `case-sensitive` DM writes an expression in small letters first.  What only one of the two forms is refused for gives None: it depends on that key.
    """
    if pattern.startswith("~"):
        refused = regexp.check(pattern[1:])
        return refused if refused is None or regexp.check(pattern[1:].lower()) is not None else None
    text = star_error(pattern)
    return f"insert into {part} selector: {text}" if text is not None else None
