"""When work runs, on a clock of the test's own."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Callable

from dmls.lsp.scheduler import LONGEST_PAUSE, REST, SHORTEST_PAUSE, STARVED, Scheduler


class FakeLoop:
    """Time passes only in `run`."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[FakeTimer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object]) -> FakeTimer:
        timer = FakeTimer(self.now + delay, callback)
        self.timers.append(timer)
        return timer

    def create_future(self) -> Future:
        # Of all that an asyncio future can do only being done matters to the scheduler itself.
        return Future()

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while due := [t for t in self.timers if not t.cancelled and t.when <= until + 1e-9]:
            timer = min(due, key=lambda t: t.when)
            self.timers.remove(timer)
            self.now = max(self.now, timer.when)
            timer.callback()
        self.now = max(self.now, until)


class FakeTimer:
    def __init__(self, when: float, callback: Callable[[], object]) -> None:
        self.when, self.callback, self.cancelled = when, callback, False

    def cancel(self) -> None:
        self.cancelled = True


class Desk:
    """A scheduler with everything around it."""

    def __init__(self) -> None:
        self.loop = FakeLoop()
        self.busy = False
        self.done: list[float] = []
        self.scheduler = Scheduler(self.loop, lambda: self.done.append(round(self.loop.now - 100, 6)), lambda: self.busy)


def test_one_run_per_pause() -> None:
    desk = Desk()
    for _ in range(8):
        desk.scheduler.edited()
        desk.loop.run(SHORTEST_PAUSE / 2)
    assert desk.done == []
    desk.loop.run(SHORTEST_PAUSE)
    assert len(desk.done) == 1
    desk.loop.run(1)
    assert len(desk.done) == 1


def test_what_was_overtaken_runs_again_once_the_messages_are_handled() -> None:
    desk = Desk()
    assert not desk.scheduler.overtaken()
    desk.busy = True
    assert desk.scheduler.overtaken()
    assert desk.done == []
    desk.busy = False
    desk.loop.run(0.001)
    assert len(desk.done) == 1
    # An edit among the messages puts it off to the end of its pause.
    desk.busy = True
    desk.scheduler.overtaken()
    desk.scheduler.edited()
    desk.busy = False
    desk.loop.run(SHORTEST_PAUSE / 2)
    assert len(desk.done) == 1
    desk.loop.run(SHORTEST_PAUSE)
    assert len(desk.done) == 2


def test_the_pause_follows_the_last_analysis() -> None:
    scheduler = Desk().scheduler
    pauses = []
    for cost in (0.0, 0.001, 0.05, 3.0):
        scheduler.cost(cost)
        pauses.append(scheduler.pause)
    assert pauses == [SHORTEST_PAUSE, SHORTEST_PAUSE, 0.05, LONGEST_PAUSE]


def test_soon_does_not_shorten_a_running_pause() -> None:
    desk = Desk()
    desk.scheduler.soon()
    desk.loop.run(0)
    desk.scheduler.edited()
    desk.scheduler.soon()
    desk.loop.run(1)
    assert desk.done == [0.0, SHORTEST_PAUSE]


def test_messages_that_wait_go_first() -> None:
    desk = Desk()
    desk.busy = True
    desk.scheduler.soon()
    # The wait for the messages is the loop's next turn, not a time.
    timer = desk.loop.timers.pop()
    timer.callback()
    assert desk.done == []
    desk.busy = False
    desk.loop.run(0)
    assert desk.done == [0.0]


def test_background_rests_while_messages_come() -> None:
    desk = Desk()
    steps: list[int] = []

    def work():
        for n in range(3):
            steps.append(n)
            desk.loop.now += 0.004
            yield None

    desk.scheduler.message()
    desk.scheduler.background("x", work())
    desk.loop.run(REST * 0.9)
    assert steps == []
    desk.scheduler.message()
    desk.loop.run(REST * 0.9)
    assert steps == []
    desk.loop.run(REST)
    assert steps == [0, 1, 2] and not desk.scheduler.running("x")


def test_background_does_not_starve_for_ever() -> None:
    desk = Desk()
    steps: list[float] = []

    def work():
        while True:
            steps.append(desk.loop.now)
            desk.loop.now += 0.01
            yield None

    desk.scheduler.background("x", work())
    for _ in range(200):
        desk.scheduler.message()
        desk.loop.run(REST / 2)
    assert 2 <= len(steps) <= 200 * REST / 2 / STARVED + 2


def test_an_overtaken_pass_is_dropped() -> None:
    desk = Desk()
    log: list[str] = []

    def work(name: str):
        try:
            while True:
                log.append(name)
                desk.loop.now += 0.006
                yield None
        finally:
            log.append(f"{name} dropped")

    desk.scheduler.background("x", work("old"))
    desk.loop.run(0.001)
    desk.scheduler.background("x", work("new"))
    assert log[-1] == "old dropped"
    desk.loop.run(0.01)
    assert log[-1] == "new"
    desk.scheduler.close()
    assert log[-1] == "new dropped"


def test_a_pass_that_fails_ends_alone() -> None:
    desk = Desk()
    log: list[str] = []

    def bad():
        yield None
        raise RuntimeError

    def good():
        yield None
        log.append("good")

    desk.scheduler.background("bad", bad())
    desk.scheduler.background("good", good())
    desk.loop.run(1)
    assert log == ["good"]


def test_a_pass_waits_for_its_future() -> None:
    async def scenario() -> list[str]:
        loop = asyncio.get_running_loop()
        log: list[str] = []
        answer = loop.create_future()
        finished = loop.create_future()

        def waits():
            yield answer
            log.append(answer.result())
            finished.set_result(None)

        def goes_on():
            log.append("other")
            answer.set_result("answer")
            yield None

        scheduler = Scheduler(loop, lambda: None, lambda: False)
        scheduler.background("waits", waits())
        scheduler.background("goes on", goes_on())
        await asyncio.wait_for(finished, 10)
        return log

    assert asyncio.run(scenario()) == ["other", "answer"]


def test_settled_waits_for_the_pause() -> None:
    async def scenario() -> list[str]:
        log: list[str] = []
        scheduler = Scheduler(asyncio.get_running_loop(), lambda: log.append("ran"), lambda: False)
        await scheduler.settled()
        scheduler.edited()
        await asyncio.wait_for(scheduler.settled(), 10)
        return log

    assert asyncio.run(scenario()) == ["ran"]
