"""Share work between processes by `fork`: the children see all that was read, nothing is sent to them, only results come back.

Written on `os.fork` because importing `multiprocessing` takes longer than checking a dozen files.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
from typing import Callable, TypeVar

R = TypeVar("R")

SIZE = 8
"""Bytes of the length in front of each result."""


def available() -> bool:
    return hasattr(os, "fork")


def processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(work: Callable[[int], R], count: int, jobs: int, done: Callable[[], None]) -> list[R]:
    """``[work(0), …, work(count - 1)]``, made by `jobs` children.  `done` is called as each result comes in.

    What a child does not deliver, because it was killed or ran out of memory, is done here; an error in `work` is so raised here.
    """
    gc.freeze()
    children: dict[int, int] = {}
    for child in range(jobs):
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            _child(work, range(child, count, jobs), write_end)
        os.close(write_end)
        children[read_end] = pid
    results: dict[int, R] = {}
    buffers = {fd: bytearray() for fd in children}
    try:
        while buffers:
            for fd in select.select(list(buffers), [], [])[0]:
                part = os.read(fd, 1 << 20)
                if not part:
                    del buffers[fd]
                    continue
                buffers[fd] += part
                for data in _whole(buffers[fd]):
                    index, result = pickle.loads(data)
                    results[index] = result
                    done()
    finally:
        for fd, pid in children.items():
            os.close(fd)
            os.waitpid(pid, 0)
        gc.unfreeze()
    for index in range(count):
        if index not in results:
            results[index] = work(index)
            done()
    return [results[i] for i in range(count)]


def _child(work: Callable[[int], R], indices: range, fd: int) -> None:
    # `_exit` in any case: what the parent has buffered must not be written twice.
    try:
        for index in indices:
            data = pickle.dumps((index, work(index)), pickle.HIGHEST_PROTOCOL)
            rest = memoryview(len(data).to_bytes(SIZE, "big") + data)
            while rest:
                rest = rest[os.write(fd, rest) :]
    finally:
        os._exit(0)


def _whole(buffer: bytearray) -> list[bytes]:
    """Take all messages out of the buffer that have arrived whole."""
    found = []
    while len(buffer) >= SIZE:
        end = SIZE + int.from_bytes(buffer[:SIZE], "big")
        if len(buffer) < end:
            break
        found.append(bytes(buffer[SIZE:end]))
        del buffer[:end]
    return found
