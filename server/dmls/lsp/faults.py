"""Where faults of our own end up in the log: once per place, so that a fault met at every key press does not fill it."""

from __future__ import annotations

import logging

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
        log.error("%s failed; the same fault is not logged again", what, exc_info=error)
