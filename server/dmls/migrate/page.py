"""A new configuration, written from top to bottom with comments in the reader's language."""

from __future__ import annotations

from typing import Mapping, Sequence

from dmls.model.edits.edit import quoted
from dmls.pattern import LazyPattern
from dmls.width import wrapped
from dmls.words.catalogue import sentence

YAML, TOML = "yaml", "toml"
_PLAIN_KEY = LazyPattern(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_WORDS = frozenset("y n yes no on off true false null".split())
_COLUMNS = 100
Plain = object
"""A text, a number, a truth, or a list or mapping of such."""


class Page:
    """`depth` is how many blocks are open; in TOML there are none."""

    __slots__ = ("_dash", "_depth", "_lines", "language", "locale")

    def __init__(self, language: str, locale: str) -> None:
        self.language = language
        self.locale = locale
        self._lines: list[str] = []
        self._depth = 0
        self._dash = False

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    @property
    def _indent(self) -> str:
        return "  " * self._depth

    def gap(self) -> None:
        """An empty line, unless there is one."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def say(self, message: str, **args: object) -> None:
        """A comment above what follows."""
        self.comment(sentence(message, args, self.locale))

    def comment(self, text: str) -> None:
        for part in text.split("\n"):
            for line in wrapped(part, _COLUMNS - len(self._indent)) or [""]:
                self._lines.append(f"{self._indent}# {line}".rstrip())

    def put(self, key: str, value: Plain) -> None:
        """A key with its value."""
        name = key if _PLAIN_KEY.match(key) and key.lower() not in _WORDS else quoted(key)
        if isinstance(value, Mapping):
            if not value:
                self._line(f"{name}: {{}}")
                return
            self.open(key)
            for inner, below in value.items():
                self.put(str(inner), below)
            self.close()
            return
        self._line(f"{name} = {_written(value)}" if self.language == TOML else f"{name}: {_written(value)}")

    def table(self, name: str) -> None:
        """A table of TOML; what follows stands in it."""
        self._lines.append(f"[{name}]")

    def open(self, key: str) -> None:
        """A block of YAML; what follows stands in it until `close`."""
        self._line(f"{key}:")
        self._depth += 1

    def close(self) -> None:
        self._depth -= 1

    def item(self) -> None:
        """What follows are the keys of a new item of the list that the open block is."""
        self._dash = True

    def end_item(self) -> None:
        """The item ends."""
        self._depth -= 1

    def _line(self, text: str) -> None:
        if self._dash:
            self._lines.append(f"{self._indent}- {text}")
            self._depth += 1
            self._dash = False
        else:
            self._lines.append(self._indent + text)


def _written(value: Plain) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_written, value))}]"
    return quoted(str(value))
