"""A console made of strings, in a folder of its own."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

from dmls.cli.console import Console
from dmls.cli.main import main


class Stream(io.StringIO):
    """A stream that may claim to be a terminal."""

    def __init__(self, terminal: bool = False) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


class Ran(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def dmls(here: Path) -> Run:
    """Run the command line in this process, in an empty folder."""

    def run(*arguments: str, stdin: bytes = b"", terminal: bool = False, env: dict[str, str] | None = None) -> Ran:
        out, err = Stream(terminal), Stream(terminal)
        status = main(arguments, Console(out, err, io.BytesIO(stdin), env or {}))
        return Ran(status, out.getvalue(), err.getvalue())

    return run


# A file of each sort; what dmls says of them is as old as DM itself.

GOOD_WORKER = 'worker-addr = "127.0.0.1:8262"\njoin = "127.0.0.1:8261"\n'
BAD_WORKER = 'worker-addr = "127.0.0.1:8262"\njoin = "127.0.0.1:8261"\nlogg-level = "info"\n'
"""DM refuses it for the key in line 3: `unknown-key`, an error."""


@pytest.fixture
def files(here: Path) -> Callable[..., None]:
    """Write files; names are relative to the folder the command runs in."""

    def write(contents: dict[str, str | bytes]) -> None:
        for name, content in contents.items():
            path = here / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)

    return write
