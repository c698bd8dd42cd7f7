"""Servers as real processes."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path
from typing import Callable, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from support.raw_client import FAKE, RawClient

Start = Callable[..., RawClient]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers that are gone after the test."""
    clients: list[RawClient] = []

    def begin(*flags: str, command: list[str] = FAKE) -> RawClient:
        clients.append(RawClient(command, *flags))
        return clients[-1]

    yield begin
    for client in clients:
        client.close()


@pytest.fixture
def client(start: Start) -> RawClient:
    """A server of the test's own over the fake core, initialized by a client that can do next to nothing."""
    begun = start("--stdio")
    begun.initialize()
    return begun


@pytest.fixture(scope="module")
def shared() -> Iterator[RawClient]:
    """The same, one for all tests of a file that leave it as it was."""
    begun = RawClient(FAKE, "--stdio")
    begun.initialize()
    yield begun
    begun.close()


_numbers = count()


@pytest.fixture
def uri() -> str:
    """A document that no other test uses."""
    return f"file:///dm/{next(_numbers)}/task.yaml"
