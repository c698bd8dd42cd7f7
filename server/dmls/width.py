"""How many columns of a terminal a text takes: wide East Asian letters and emoji take two, combining marks none."""

from __future__ import annotations


def char_width(ch: str) -> int:
    if ch < "\u0300":
        return 1
    import unicodedata

    if unicodedata.category(ch) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(ch) in "WF" else 1


def width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(char_width, text))


def padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def wrapped(text: str, columns: int) -> list[str]:
    """The text in lines of at most `columns`; broken at blanks, and between wide letters, which need none."""
    lines: list[str] = []
    line = ""
    used = 0
    for word in _words(text):
        size = width(word.rstrip())
        if used and used + size > columns:
            lines.append(line.rstrip())
            line, used = "", 0
            word = word.lstrip()
        line += word
        used += width(word)
    return [*lines, line.rstrip()]


_NO_LINE_START = "，。、；：！？）」』”’》"


def _words(text: str) -> list[str]:
    """Pieces that stay on one line, each with the blanks behind it."""
    words: list[str] = []
    for ch in text:
        previous = words[-1][-1] if words else ""
        wide = ch not in _NO_LINE_START and 2 in (char_width(ch), char_width(previous or " "))
        if not words or (ch != " " and (previous == " " or wide)):
            words.append(ch)
        else:
            words[-1] += ch
    return words
