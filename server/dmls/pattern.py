"""Regular expressions that are compiled when they are first used.

Compiling costs up to some milliseconds a pattern, and a run over one file, or an editor that waits for its first answer, needs few of the
patterns that the modules it imports define.
"""

from __future__ import annotations

import re
from typing import Any


class LazyPattern:
    """Stands for ``re.compile(source, flags)``; has its methods."""

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Called for a name that the instance has not: after the first time, the methods stand in the instance itself.
        compiled = re.compile(self._source, self._flags)
        for method in ("match", "search", "finditer", "findall", "fullmatch", "split", "sub", "pattern", "flags"):
            self.__dict__[method] = getattr(compiled, method)
        return getattr(compiled, name)
