"""Real editors: each test starts one in an empty home, and says why where it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

import pytest

from editors.drivers.base import Editor
from editors.place import Place

Begin = Callable[..., Editor]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def begin(place: Place) -> Iterator[Begin]:
    """Starts an editor with the master's file in view, or the one given."""
    started: list[Editor] = []

    def start(editor: type[Editor], language: str = "en", path: Path | None = None) -> Editor:
        why = editor.absent()
        if why is not None:
            pytest.skip(f"{why}; `python3 server/dev/run.py editors {editor.name}` installs it")
        started.append(editor(place, language))
        started[-1].start(place.deployment.master if path is None else path)
        return started[-1]

    yield start
    for editor in started:
        editor.stop()
