"""What one key press costs in the core: from the new text to all findings, without a protocol.

Processor time, so that what else the machine does counts little.
"""

from __future__ import annotations

import re
import statistics
import time
from typing import NamedTuple

from dmls.files import Missing
from dmls.workspace import Workspace

PLACES = 12
"""Places of the text at which keys are pressed in turn, spread evenly over its values."""


class Work(NamedTuple):
    """Milliseconds of a key press: the median over all, and the median at the place that costs most."""

    usual: float
    worst: float


def work(name: str, text: str, rounds: int) -> Work:
    """Type and take back one character at the end of values all over the text; the first round at each place only fills what is kept."""
    path = f"/bench/{name}"
    workspace = Workspace()
    workspace.set_folders(["/bench"])
    workspace.open(path, text)
    while wanted := workspace.wanted():
        for want in wanted:
            workspace.tell(want, Missing())
    workspace.snapshot().findings(path)
    values = [m.end(1) for m in re.finditer(r"^[ -]*[\w-]+: ([A-Za-z][\w.]*)$", text, re.M)]
    taken: list[list[float]] = []
    for place in values[:: max(1, len(values) // PLACES)][:PLACES]:
        taken.append([])
        for number in range(rounds + 1):
            for new in (f"{text[:place]}x{text[place:]}", text):
                begun = time.process_time()
                workspace.open(path, new)
                workspace.snapshot().findings(path)
                if number:
                    taken[-1].append(1000 * (time.process_time() - begun))
    return Work(statistics.median(t for times in taken for t in times), max(statistics.median(times) for times in taken))
