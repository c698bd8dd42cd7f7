"""What a test asks of an editor; how, each editor's module knows."""

from __future__ import annotations

import shutil
import threading
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Callable, TypeVar

from editors.place import ROOT, Place

EDITORS = ROOT / ".venv" / "editors"
"""Where `install.py` puts editors."""
PATIENCE = 20.0
"""Seconds after which what does not happen is a failure."""
T = TypeVar("T")


class Editor(ABC):
    """One running editor.  Lines count from 1."""

    name: str
    quick = True
    """Whether it belongs into every run of the tests, and not only into one of the editors."""

    @staticmethod
    @abstractmethod
    def absent() -> str | None:
        """Why the editor cannot be tested here; None where it can."""

    def __init__(self, place: Place, language: str) -> None:
        self.place = place
        self.language = language

    @abstractmethod
    def start(self, path: Path) -> None:
        """Begin with a file, as a person does who followed the README."""

    @abstractmethod
    def open(self, path: Path) -> None:
        """Go to another file."""

    @abstractmethod
    def shows(self, line: int, text: str) -> bool:
        """Whether a finding of the file in view is shown at a line, with this text in its code or message."""

    @abstractmethod
    def hover(self, line: int, column: int) -> str:
        """What is told of a place."""

    @abstractmethod
    def complete(self, typed: str, wanted: str) -> list[str]:
        """Type into a new last line, and what is offered once `wanted` is; then take it."""

    @abstractmethod
    def fix(self, line: int, title: str) -> None:
        """Apply the quick fix with this in its title."""

    @abstractmethod
    def fix_all(self, title: str) -> None:
        """Apply all safe fixes; `title` is how the action is called."""

    @abstractmethod
    def text(self) -> str:
        """The text in view, saved or not."""

    @abstractmethod
    def stop(self) -> None:
        """Quit, in good order where possible."""


def until(what: str, look: Callable[[], T], patience: float = PATIENCE, seen: Callable[[], object] | None = None) -> T:
    """The first true value of `look`."""
    end = time.monotonic() + patience
    pause = threading.Event()
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen" + (f"; seen: {seen()}" if seen is not None else ""))
        pause.wait(0.05)


def program(name: str, *places: Path) -> Path | None:
    """The program in one of the places, or on PATH."""
    for place in places:
        if place.exists():
            return place
    found = shutil.which(name)
    return Path(found) if found else None


def unpacked(editor: str, name: str) -> list[str] | None:
    """How to start a program of unpacked Debian packages: through the loader and the libraries that came with it."""
    root = EDITORS / editor / "root"
    binary = root / "usr" / "bin" / name
    loader = root / "usr" / "lib64" / "ld-linux-x86-64.so.2"
    if not binary.exists() or not loader.exists():
        return None
    return [str(loader), "--library-path", str(root / "usr" / "lib" / "x86_64-linux-gnu"), "--argv0", str(binary.resolve()), str(binary.resolve())]
