"""A line on the terminal that says how far long work has come."""

from __future__ import annotations

from time import monotonic
from typing import Callable

from dmls.cli.console import Console

WAIT = 0.5
"""Seconds of work before anything is shown."""
PAUSE = 0.1
"""Seconds between two changes of the line."""


class Progress:
    """Silent unless standard error is a terminal and the work takes its time."""

    __slots__ = ("clock", "console", "done", "next", "shown", "total")

    def __init__(self, console: Console, total: int, wanted: bool, clock: Callable[[], float] = monotonic) -> None:
        self.console = console
        self.total = total
        self.done = 0
        self.clock = clock
        self.shown = False
        self.next = clock() + WAIT if wanted and console.err.isatty() else float("inf")

    def step(self, by: int) -> None:
        self.done += by
        now = self.clock()
        if now >= self.next:
            self.next = now + PAUSE
            self.shown = True
            self.console.raw_note("\r" + self.console.say("cli.progress", done=min(self.done, self.total), total=self.total) + "\x1b[K")

    def end(self) -> None:
        if self.shown:
            self.console.raw_note("\r\x1b[K")
