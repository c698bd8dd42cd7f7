"""A terminal in memory: a program runs in it, keys go in, and what a person would see can be read."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from pathlib import Path
from typing import Callable, Mapping

import pyte

from editors.drivers.base import PATIENCE

KEYS = {"enter": "\r", "escape": "\x1b", "down": "\x0e", "tab": "\t"}
_ASKS_WHAT_IT_IS = b"\x1b[c"
_IT_IS = b"\x1b[?62;c"


class _Screen(pyte.Screen):
    def select_graphic_rendition(self, *attributes: int, private: bool = False) -> None:
        """Vim asks with a private form how keys are sent; pyte takes it for colours and fails."""
        if not private:
            super().select_graphic_rendition(*attributes)


class Terminal:
    """Reads only while someone waits; a program that prints much meanwhile waits too, as on a slow line."""

    def __init__(self, command: list[str], environment: Mapping[str, str], folder: Path, columns: int = 180, rows: int = 50) -> None:
        self._screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            try:
                os.chdir(folder)
                os.execvpe(command[0], command, dict(environment))
            finally:
                os._exit(127)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._ended = False

    def keys(self, *keys: str) -> None:
        """Press keys: words of `KEYS`, or text."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())
            if key == "escape":
                # What follows at once would be read as one key with Alt.
                self.settle()

    def _read(self, patience: float) -> bool:
        """Take in what the program prints next; whether it printed anything."""
        if self._ended or not select.select([self._fd], [], [], patience)[0]:
            return False
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            data = b""
        if not data:
            self._ended = True
            return False
        if _ASKS_WHAT_IT_IS in data:
            os.write(self._fd, _IT_IS)
        self._stream.feed(data)
        return True

    def rows(self) -> list[str]:
        """The lines on the screen, as they were when it was last read.  A wide character takes two cells, the second of them empty."""
        # pyte's own `display` fails on half of a wide character, which a program that draws over one leaves behind.
        cells = range(self._screen.columns)
        return ["".join(line[x].data for x in cells).rstrip() for line in (self._screen.buffer[y] for y in range(self._screen.lines))]

    def text(self) -> str:
        return "\n".join(self.rows())

    def reversed(self) -> list[str]:
        """The parts of rows that stand out by swapped colours, as a chosen row of a menu does; a cursor alone is too short to be one."""
        rows = ("".join(c.data for c in (line[x] for x in range(self._screen.columns)) if c.reverse) for line in self._screen.buffer.values())
        return [row for row in rows if len(row) > 3]

    def until(self, look: Callable[[list[str]], bool], what: str = "", patience: float = PATIENCE) -> list[str]:
        """The screen once it is as wanted."""
        end = time.monotonic() + patience
        while True:
            rows = self.rows()
            if look(rows):
                return rows
            if self._ended or time.monotonic() > end:
                raise AssertionError(f"{what or 'what was waited for'} is not on the screen:\n" + "\n".join(row for row in rows if row))
            self._read(0.1)

    def settle(self, quiet: float = 0.15) -> list[str]:
        """The screen once nothing has been printed for a while."""
        while self._read(quiet):
            pass
        return self.rows()

    def close(self, patience: float = 5.0) -> None:
        """Wait for the program to end, then end it."""
        end = time.monotonic() + patience
        while not self._ended and time.monotonic() < end:
            self._read(0.1)
        try:
            if not self._ended:
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        except (ChildProcessError, ProcessLookupError):
            pass
        os.close(self._fd)
