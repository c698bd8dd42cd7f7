"""Helix in a terminal: it has no other way in, so the screen is read."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from editors.drivers.base import EDITORS, Editor, program, unpacked, until
from editors.place import ROOT, Place

CONFIGURATION = ROOT / "editors" / "helix"


class Helix(Editor):
    name = "helix"

    @staticmethod
    def absent() -> str | None:
        if unpacked("helix", "hx") is None and program("hx") is None:
            return "hx is not installed"
        if importlib.util.find_spec("pyte") is None:
            return "pyte, a terminal in memory, is not installed"
        return None

    def __init__(self, place: Place, language: str) -> None:
        super().__init__(place, language)
        folder = place.home / ".config" / "helix"
        folder.mkdir(parents=True)
        languages = (CONFIGURATION / "languages.toml").read_text(encoding="utf-8")
        # Follow the advice of the comment in the file.
        configured, count = re.subn(r'^# (config = .*)language = "en", dm-version = "8.5.7"(.*)$', rf'\1language = "{language}"\2', languages, flags=re.M)
        assert count == 1
        (folder / "languages.toml").write_text(configured, encoding="utf-8")
        (folder / "config.toml").write_text((CONFIGURATION / "config.toml").read_text(encoding="utf-8"), encoding="utf-8")

    def start(self, path: Path) -> None:
        from editors.drivers.terminal import Terminal

        command = unpacked("helix", "hx")
        environment = self.place.environment()
        if command is not None:
            environment["HELIX_RUNTIME"] = str(EDITORS / "helix" / "root" / "usr" / "lib" / "hx" / "runtime")
        self._terminal = Terminal([*(command or ["hx"]), str(path)], environment, path.parent)
        self._path = path
        self._terminal.until(lambda rows: any(path.name in row for row in rows), "the file")

    def command(self, text: str) -> None:
        """Type a command behind the colon."""
        self._terminal.keys(":")
        self._terminal.keys(text)
        self._terminal.until(lambda rows: text in rows[-1], f":{text}")
        self._terminal.keys("enter")

    def open(self, path: Path) -> None:
        # The changes stay in the buffer; Helix keeps several.
        self.command(f"open {path}")
        self._path = path
        self._terminal.until(lambda rows: any(path.name in row for row in rows[-3:]), "the file")

    def _row(self, line: int) -> int | None:
        """Where a line of the text stands on the screen; diagnostics may stand between lines."""
        return next((y for y, row in enumerate(self._terminal.rows()) if re.match(rf"^\W{{0,4}}\s*{line}\s", row)), None)

    def shows(self, line: int, text: str) -> bool:
        # Below the line with the cursor all its findings are told, behind the others only the worst.
        self._go(line)
        at, after = self._row(line), self._row(line + 1)
        rows = self._terminal.rows()
        shown = "".join(rows[at : after if after is not None else len(rows) - 2]) if at is not None else ""
        return _dense(text) in _dense(shown)

    def _go(self, line: int, column: int = 1) -> None:
        self._terminal.keys("escape")
        self.command(str(line))
        self._terminal.keys("g", "h", *("l" for _ in range(column - 1)))
        self._terminal.settle()

    def hover(self, line: int, column: int) -> str:
        self._go(line, column)
        before = set(self._terminal.rows())
        self._terminal.keys(" ", "k")
        # What differs may be a picture half drawn.
        told = until("the hover", lambda: [row for row in self._terminal.settle() if row.strip() and row not in before][3:] and self._terminal.rows())
        self._terminal.keys("escape")
        return "\n".join(row for row in told if row not in before)

    def complete(self, typed: str, wanted: str) -> list[str]:
        self._terminal.keys("escape", "g", "e", "o", typed)

        def is_offered(rows: list[str]) -> bool:
            return any(re.search(rf"(?<![\w-]){wanted}(?![\w-])", row) for row in rows)

        self._terminal.until(is_offered, f"the completion {wanted}")
        # The menu is drawn anew when the answer to the last letter comes.
        self._terminal.settle()
        rows = self._terminal.until(is_offered, f"the completion {wanted}")
        offered = [word for row in rows for word in re.findall(rf"(?<![\w-]){wanted[:4]}[a-z-]+", row)]
        self._terminal.keys("down")
        self._choose(wanted)
        self._terminal.keys("escape")
        return offered

    def _choose(self, title: str) -> None:
        """Choose the row with this text of the menu that is open."""
        wanted = _dense(title)
        for _ in range(30):
            self._terminal.until(lambda _: bool(self._terminal.reversed()), "the menu")
            self._terminal.settle()
            if any(wanted in _dense(row) for row in self._terminal.reversed()):
                self._terminal.keys("enter")
                self._terminal.settle()
                return
            self._terminal.keys("down")
        raise AssertionError(f"{title} is not in the menu:\n{self._terminal.text()}")

    def fix(self, line: int, title: str) -> None:
        self._go(line)
        self._terminal.keys(" ", "a")
        self._choose(title)

    def fix_all(self, title: str) -> None:
        self.fix(7, title)

    def text(self) -> str:
        """What it writes to disk: the screen shows no more than fits."""
        self._terminal.keys("escape")
        self.command("write")
        self._terminal.settle()
        return self._path.read_text(encoding="utf-8")

    def stop(self) -> None:
        terminal = getattr(self, "_terminal", None)
        if terminal is not None:
            try:
                terminal.keys("escape", ":quit-all!", "enter")
            except OSError:
                pass
            terminal.close()
            del self._terminal


def _dense(text: str) -> str:
    """The text without blanks, for lines are wrapped."""
    return "".join(text.split())
