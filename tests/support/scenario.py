"""Scenarios: most tests of dmls are Markdown files that hold configurations and say, in the configurations' own comments, what must be found.

The laws of the format:

1. ``# error: [rule] at "text"`` at the end of a line, or alone on the line before it.  `at` is the text that the finding covers (of a
   finding over several lines, its first line); it ends at the last quote, so it may hold quotes itself.  Severities: error, warning, information (or info), hint.  A line may hold several markers.
2. Markers and findings match one to one: an unmarked finding fails, an unfulfilled marker fails.
3. The comments stay in the text that is checked, so every file is what a user might have.
4. A file is a fenced block after a line with its name in backquotes: `` `dm-task.yaml`: ``.  Several files of one section lie in one folder.
   `` `dm-task.yaml` (gbk): `` is saved in that encoding, any other in UTF-8.
5. A ``settings`` block is the folder's `.dmls.toml`.
6. A ``zh`` block holds texts that must occur in the Chinese sentences of the section's findings, one a line; an ``en`` block likewise.
7. ``$0`` in a file is the cursor, taken out before the check; a ``completions`` block holds labels that must be offered there, one a line,
   ``-label`` for one that must not be; a ``hover`` block holds texts that must occur in the hover, ``-text`` one that must not.
8. A ``limit`` block holds how many findings of a file are shown.
9. Every section is a test of its own and is run through `Analysis` and through the command line's JSON.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator, NamedTuple

_NAME = re.compile(r"^`([^`]+)`(?: \(([\w-]+)\))?:?\s*$")
_FENCE = re.compile(r"^(`{3,})\s*([\w-]*)\s*$")
_MARKER = re.compile(r'#\s*(error|warning|information|info|hint):\s*\[([\w-]+)\](?:\s+at\s+"(.*?)"(?=\s*(?:#\s*(?:error|warning|information|info|hint):|$)))?')
CURSOR = "$0"


class Expected(NamedTuple):
    """One marker: the zero-based line it speaks of, and what must be found there."""

    file: str
    line: int
    severity: str
    rule: str
    at: str | None


class Scenario(NamedTuple):
    name: str
    files: dict[str, str]
    cursor: tuple[str, int] | None
    blocks: dict[str, str]
    encodings: dict[str, str]

    def data(self, file: str) -> bytes:
        """The bytes of a file on disk."""
        return self.files[file].encode(self.encodings.get(file, "utf-8"))

    def expected(self) -> list[Expected]:
        """The markers of all files."""
        out = []
        for file, text in self.files.items():
            for number, line in enumerate(text.split("\n")):
                markers = list(_MARKER.finditer(line))
                if not markers:
                    continue
                alone = not line[: markers[0].start()].strip(" \t\ufeff#")
                for m in markers:
                    severity = "information" if m.group(1) == "info" else m.group(1)
                    at = m.group(3)
                    out.append(Expected(file, number + 1 if alone else number, severity, m.group(2), at))
        return out


def read(path: Path) -> Iterator[Scenario]:
    """The sections of a scenario file."""
    name = path.stem
    files: dict[str, str] = {}
    blocks: dict[str, str] = {}
    cursor: tuple[str, int] | None = None
    pending: str | None = None
    encodings: dict[str, str] = {}
    lines = iter(path.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if line.startswith("## "):
            if files:
                yield Scenario(name, files, cursor, blocks, encodings)
            name, files, blocks, cursor, pending, encodings = f"{path.stem}: {line[3:].strip()}", {}, {}, None, None, {}
            continue
        named = _NAME.match(line)
        if named:
            pending = named.group(1)
            if named.group(2):
                encodings[pending] = named.group(2)
            continue
        fence = _FENCE.match(line)
        if fence is None:
            continue
        body: list[str] = []
        for inner in lines:
            if inner.startswith(fence.group(1)) and not inner.strip("` "):
                break
            body.append(inner)
        text = "\n".join(body) + "\n"
        if pending is not None:
            at = text.find(CURSOR)
            if at >= 0:
                cursor = (pending, at)
                text = text[:at] + text[at + len(CURSOR) :]
            files[pending] = text
            pending = None
        else:
            blocks[fence.group(2)] = text
    if files:
        yield Scenario(name, files, cursor, blocks, encodings)
