"""Where the test material beside the project lies; tests that need it skip where it is absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Iterator

import pytest

SHARED = Path(__file__).parents[2].parent / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder ../shared with vectors and corpus is absent")


def json_lines(name: str) -> Iterator[dict[str, object]]:
    """The objects of a JSON Lines file of the shared folder; nothing where the folder is absent."""
    path = SHARED / name
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
