"""Words of a shell: what a person pastes into a terminal must mean just what it says, whatever is in a path or a certificate's name."""

from __future__ import annotations

from shlex import quote

from dmls.pattern import LazyPattern

_CONTROL = LazyPattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Unwritable(ValueError):
    """A text that cannot stand on one line of a terminal."""


def word(text: str) -> str:
    """The text as one word of a POSIX shell.

    Raises `Unwritable` for text with control characters: a terminal may act on them before any shell sees the quotes.
    """
    if _CONTROL.search(text):
        raise Unwritable
    return quote(text)


def file(path: str) -> str:
    """The path as one word that no program takes for an option."""
    return word(f"./{path}" if path.startswith("-") else path)


def dmctl(master: str, flags: dict[str, str]) -> str:
    """The call of dmctl with TLS; "" where it cannot be written.  `flags` are by key of the file, which is the flag's name."""
    try:
        words = ["dmctl", *(["--master-addr", word(master)] if master else [])]
        for name, path in flags.items():
            words += [f"--{name}", word(path)]
    except Unwritable:
        return ""
    return " ".join(words)
