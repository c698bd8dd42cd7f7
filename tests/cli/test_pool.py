"""Several processes find what one finds."""

from __future__ import annotations

import os
import time
from typing import Callable

import pytest

from dmls.cli import pool
from dmls.cli.console import Console
from dmls.cli.progress import PAUSE, WAIT, Progress

from .conftest import BAD_WORKER, GOOD_WORKER, Run, Stream

pytestmark = pytest.mark.skipif(not pool.available(), reason="no fork on this system")


def test_the_output_does_not_depend_on_jobs(dmls: Run, files: Callable[..., None]) -> None:
    files({f"c{i:03}/dm-worker{i}.toml": BAD_WORKER if i % 3 else GOOD_WORKER for i in range(130)})
    files({"c000/.dmls.toml": '[rules]\nunknown-key = "off"\n', "c001/.dmls.toml": "[rules\n"})
    for form in ("text", "json"):
        alone = dmls("check", "--format", form, "--jobs", "1")
        assert alone.status == 1
        for jobs in ("2", "7", "auto"):
            assert dmls("check", "--format", form, "--jobs", jobs) == alone


def test_results_come_in_order() -> None:
    done: list[None] = []
    assert pool.run(lambda i: i * i, 20, 3, lambda: done.append(None)) == [i * i for i in range(20)]
    assert len(done) == 20


def test_results_larger_than_a_pipe() -> None:
    assert pool.run(lambda i: "x" * (300_000 + i), 6, 2, lambda: None) == ["x" * (300_000 + i) for i in range(6)]


def test_a_child_that_dies_is_replaced() -> None:
    parent = os.getpid()

    def work(index: int) -> int:
        if index == 3 and os.getpid() != parent:
            os._exit(9)
        return index

    assert pool.run(work, 8, 2, lambda: None) == list(range(8))


def test_an_error_of_a_child_is_raised_here() -> None:
    def work(index: int) -> int:
        if index == 5:
            raise ValueError("on purpose")
        return index

    with pytest.raises(ValueError, match="on purpose"):
        pool.run(work, 8, 2, lambda: None)


def test_no_child_is_left() -> None:
    pool.run(lambda i: i, 4, 2, lambda: None)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_pool_pays_only_for_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    from dmls.cli.session import Request, Session

    monkeypatch.setattr(pool, "processors", lambda: 4)
    session = Session(Request((), {}), Console(Stream(), Stream(), env={}))
    assert [session._jobs(n, -(-n // 25)) for n in (0, 1, 99, 100, 1000)] == [1, 1, 1, 4, 4]
    session.request = Request((), {}, jobs=1)
    assert session._jobs(1000, 40) == 1
    session.request = Request((), {}, jobs=3)
    assert session._jobs(60, 3) == 3
    assert session._jobs(20, 1) == 1


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_progress_appears_after_a_while_and_goes_away() -> None:
    clock, err = Clock(), Stream(terminal=True)
    progress = Progress(Console(Stream(), err, env={}), 50, True, clock)
    progress.step(1)
    assert err.getvalue() == ""
    clock.now = WAIT
    progress.step(1)
    assert err.getvalue() == "\rChecking 2 of 50 files\x1b[K"
    clock.now += PAUSE / 2
    progress.step(1)
    clock.now += PAUSE
    progress.step(25)
    progress.end()
    assert err.getvalue() == "\rChecking 2 of 50 files\x1b[K\rChecking 28 of 50 files\x1b[K\r\x1b[K"


@pytest.mark.parametrize(("terminal", "wanted"), [(False, True), (True, False)])
def test_no_progress_where_nobody_sees_it(terminal: bool, wanted: bool) -> None:
    clock, err = Clock(), Stream(terminal)
    progress = Progress(Console(Stream(), err, env={}), 50, wanted, clock)
    clock.now = 1e6
    progress.step(1)
    progress.end()
    assert err.getvalue() == ""


def test_the_clock_of_progress_never_goes_back() -> None:
    assert Progress.__init__.__defaults__ == (time.monotonic,)
