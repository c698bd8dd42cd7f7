"""Where faults of our own end up in the log: once per place, so that a fault met at every key press does not fill it.

Nothing that is logged holds the text of an exception, which may quote a secret (`crash`).
"""

from __future__ import annotations

import logging
from asyncio import AbstractEventLoop
from threading import ExceptHookArgs
from types import TracebackType
from typing import Any

from dmls.crash import told

log = logging.getLogger("dmls.lsp")

_logged: set[tuple[str, str, int]] = set()


def report(what: str, error: BaseException) -> None:
    """Log `error`, which ended `what`, with its traceback, unless the same place failed in the same work before."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = (what, trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace is not None else (what, "", 0)
    if place not in _logged:
        _logged.add(place)
        log.error("%s failed; the same fault is not logged again\n%s", what, told(error).rstrip())


class Formatter(logging.Formatter):
    """Lines of the log, also those of libraries."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(self, ei: tuple[type[BaseException] | None, BaseException | None, TracebackType | None]) -> str:
        """In the place of the traceback with its texts."""
        return told(ei[1]).rstrip() if ei[1] is not None else ""


def in_loop(loop: AbstractEventLoop, context: dict[str, Any]) -> None:
    """What asyncio tells of a callback that failed; its own message shows the arguments of the callback."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        report("a callback", error)
    else:
        log.error("the event loop is in trouble")


def in_thread(args: ExceptHookArgs) -> None:
    """What ended a thread, as `threading.excepthook`."""
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        report("a thread", args.exc_value)
