"""`--watch`: check again after each change.  The waiter of the tests makes the changes, so nothing sleeps."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable

import pytest

from dmls.cli.check_command import request_of, watch
from dmls.cli.console import Console
from dmls.cli.formats import text
from dmls.cli.session import Session
from dmls.commands.options import parse

from .conftest import BAD_WORKER, GOOD_WORKER, Stream


def watched(*changes: Callable[[], None], paths: tuple[str, ...] = (".",)) -> list[str]:
    """The last line of each report, when each wait brings one of `changes` and the last one Ctrl-C."""
    out, err = Stream(), Stream()
    console = Console(out, err, env={})
    rest = list(changes)

    def wait(_seconds: float) -> None:
        if not rest:
            raise KeyboardInterrupt
        rest.pop(0)()

    assert watch(Session(request_of(parse(["check", *paths])), console), text.write, console, wait) == 0
    return [line for line in out.getvalue().splitlines() if " checked" in line]


@pytest.fixture
def path(here: Path) -> Path:
    path = here / "dm-worker1.toml"
    path.write_text(GOOD_WORKER)
    return path


def test_a_change(path: Path) -> None:
    assert watched(lambda: None, lambda: write(path, BAD_WORKER), lambda: None, lambda: write(path, GOOD_WORKER)) == [
        "1 file checked, nothing found",
        "1 file checked: 1 error",
        "1 file checked, nothing found",
    ]


def test_a_new_file_a_deleted_one_and_new_settings(path: Path) -> None:
    other = path.with_name("dm-worker2.toml")
    settings = path.with_name(".dmls.toml")
    assert watched(
        lambda: write(other, BAD_WORKER),
        lambda: write(settings, '[rules]\nunknown-key = "off"\n'),
        settings.unlink,
        other.unlink,
    ) == [
        "1 file checked, nothing found",
        "2 files checked: 1 error",
        "3 files checked, nothing found",
        "2 files checked: 1 error",
        "1 file checked, nothing found",
    ]


def test_settings_above_the_path_are_watched_too(path: Path) -> None:
    folder = path.parent / "conf"
    folder.mkdir()
    write(folder / "dm-worker1.toml", BAD_WORKER)
    settings = path.with_name(".dmls.toml")
    assert watched(lambda: write(settings, '[rules]\nunknown-key = "off"\n'), paths=("conf",)) == [
        "1 file checked: 1 error",
        "1 file checked, nothing found",
    ]


def test_a_named_file_may_come_later(path: Path) -> None:
    later = path.with_name("dm-worker9.toml")
    assert watched(lambda: write(later, BAD_WORKER), paths=("dm-worker9.toml",)) == [
        "0 files checked, nothing found",
        "1 file checked: 1 error",
    ]


def test_it_ends_when_nobody_reads(path: Path) -> None:
    out, err = Stream(), Stream()
    console = Console(out, err, env={})
    session = Session(request_of(parse(["check"])), console)

    def wait(_seconds: float) -> None:
        write(path, BAD_WORKER)
        console.lost = True

    assert watch(session, text.write, console, wait) == 0


_ticks = iter(range(10**9, 2 * 10**9))


def write(path: Path, content: str) -> None:
    """Write, with a time of change that no earlier write had, however coarse the clock of the file system is."""
    path.write_text(content)
    tick = next(_ticks)
    os.utime(path, (tick, tick))
