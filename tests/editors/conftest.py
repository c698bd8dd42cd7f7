"""Real editors: each test starts one in an empty home, and says why where it cannot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, Iterator

import pytest

from editors.drivers.base import Editor
from editors.place import Place

ALL = "DMLS_EDITORS"
"""The environment variable with which slow editors run, too."""
Begin = Callable[..., Editor]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def begin(place: Place) -> Iterator[Begin]:
    """Starts an editor with the master's file in view, or the one given."""
    started: list[Editor] = []

    def start(editor: type[Editor], language: str = "en", path: Path | None = None) -> Editor:
        command = f"`python3 server/dev/run.py editors {editor.name.partition('-')[0]}`"
        why = editor.absent()
        if why is not None:
            pytest.skip(f"{why}; {command} installs it")
        if not editor.quick and not os.environ.get(ALL):
            pytest.skip(f"{editor.name} is slow; {command} runs it")
        started.append(editor(place, language))
        started[-1].start(place.deployment.master if path is None else path)
        return started[-1]

    yield start
    for editor in started:
        editor.stop()
