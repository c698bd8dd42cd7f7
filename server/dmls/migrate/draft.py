"""A text that is edited step by step, read anew after each."""

from __future__ import annotations

from typing import Iterable

from dmls.migrate.change import Files
from dmls.model.config_file import ConfigFile
from dmls.text import Edit, apply_edits


class Draft:
    """What a file becomes.  `config` is its reading now; None where it is no longer the same kind of file."""

    __slots__ = ("_files", "_path", "config", "text")

    def __init__(self, files: Files, path: str, text: str) -> None:
        self._files = files
        self._path = path
        self.text = text
        self.config: ConfigFile | None = files.supposed(path, text)

    def apply(self, edits: Iterable[Edit | None]) -> bool:
        """Make the edits, all of them or, where one is None, none; whether they were made."""
        wanted = list(edits)
        sure = [edit for edit in wanted if edit is not None]
        if not sure or len(sure) < len(wanted):
            return False
        new = apply_edits(self.text, sure)
        config = self._files.supposed(self._path, new)
        if config is None or next(config.tree.problems(), None) is not None:
            return False
        self.text, self.config = new, config
        return True
