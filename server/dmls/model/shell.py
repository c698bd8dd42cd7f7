"""Words of a shell: what a person pastes into a terminal must mean just what it says, whatever is in a path or a certificate's name."""

from __future__ import annotations

from typing import Mapping

from dmls.pattern import LazyPattern

CONTROL = LazyPattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


ANY_MASTER = "MASTER:8261"
"""Stands in commands for the address of a master that nobody has told."""


class Unwritable(ValueError):
    """A text that cannot stand on one line of a terminal."""


def word(text: str) -> str:
    """The text as one word of a POSIX shell.

    Raises `Unwritable` for text with control characters: a terminal may act on them before any shell sees the quotes.
    """
    if CONTROL.search(text):
        raise Unwritable
    from shlex import quote

    return quote(text)


def file(path: str) -> str:
    """The path as one word that no program takes for an option."""
    return word(f"./{path}" if path.startswith("-") else path)


def remote(host: str, path: str) -> str:
    """A file of another host as scp names it."""
    return f"[{host}]:{path}" if ":" in host else f"{host}:{path}"


def line(*words: str) -> str:
    """A command of these words; "" where one of them cannot stand on a line."""
    try:
        return " ".join(map(word, words))
    except Unwritable:
        return ""


def lines(*commands: str) -> tuple[str, ...]:
    """The commands that could be written."""
    return tuple(command for command in commands if command)


def dmctl(master: str, flags: Mapping[str, str], *words: str) -> str:
    """A call of dmctl, with the address of a master unless it is ""; "" where it cannot be written.

    `flags` are by key of the file, which is the flag's name; `words` are the command of dmctl.
    """
    address = ("--master-addr", master) if master else ()
    return line("dmctl", *address, *(part for name, text in flags.items() for part in (f"--{name}", text)), *words)
