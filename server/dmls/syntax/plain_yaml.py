"""YAML that is valid at first sight.

Most configuration files are written in a small part of YAML: keys with simple values, lists of simple values, comments.  Where every line is
of that part and the tolerant scanner saw no problem, the text is valid, and asking libyaml could only confirm it.  That matters because libyaml's
binding takes longer to import than such a file takes to check.  `looks_valid` says yes only where that is sure; no says nothing.

What each line must be is told by `_LINE`; how the lines fit together (indentation, lists below keys) is what the scanner has seen.
"""

from __future__ import annotations

from dmls.pattern import LazyPattern

# A plain scalar of the harmless kind: begins with a letter, digit, `/`, `.` or `_`, or with a sign before a digit; words are apart by one blank; a colon
# stands only before a character of a word, as in host:port.
_WORD = r"[A-Za-z0-9_./@+=~^$()*|<>%;!?`\-]"
_PLAIN = rf"(?:[A-Za-z0-9_./]|[+-](?=[0-9.])){_WORD}*(?::{_WORD}+)*(?: {_WORD}+(?::{_WORD}+)*)*"
_DOUBLE = r'"(?:[^"\\\n\r\t]|\\[0abtnvfre "\\N_LP])*"'
_SINGLE = r"'[^'\n\r\t]*'"
# Inside brackets the characters `,[]{}` end a plain scalar, and none of them is a word's; a question mark and the rest are harmless there too.
_ITEM = rf"(?:{_DOUBLE}|{_SINGLE}|{_PLAIN})"
_FLOW = rf"\[ *(?:{_ITEM} *(?:, *|(?=\])))*\]"
# Each part stands in the pattern as rarely as can be, since compiling it takes longer than using it on one file.
_VALUE = rf"(?:{_ITEM}|{_FLOW})"
_KEY = r"[A-Za-z_][A-Za-z0-9_.\-]*:"
_COMMENT = r"(?: +#[^\r\n]*)?"
_LINE = LazyPattern(rf" *(?:#[^\r\n]*|(?:- +)*(?:(?:{_KEY} +|(?<=- )){_VALUE}|{_KEY}|-){_COMMENT})? *\r?")
# The marker of the document's start, before which only blank lines and comments stand.
_START = LazyPattern(r"\ufeff?(?: *(?:#[^\r\n]*)?\r?\n)*---(?: +(?:#[^\r\n]*)?)?\r?\n")
_NOT_PRINTABLE = LazyPattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x85\x86-\x9f]|[\u2028\u2029]|[\ud800-\udfff]|[\ufeff\ufffe\uffff]")
_LONGEST_LINE = 500
"""Code points; libyaml takes no key longer than 1,024 bytes, and a code point has at most four."""


def looks_valid(text: str) -> bool:
    """Whether `text`, in which the scanner saw no problem, is surely a valid YAML document."""
    start = _START.match(text)
    body = text[start.end() :] if start is not None else text.removeprefix("\ufeff")
    if _NOT_PRINTABLE.search(body) is not None:
        return False
    fits = _LINE.fullmatch
    return all(len(line) < _LONGEST_LINE and fits(line) is not None for line in body.split("\n"))
