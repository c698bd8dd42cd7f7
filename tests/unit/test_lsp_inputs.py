"""What the server may look at, and what it notices."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dmls.disk import RealDisk
from dmls.files import Denied, Missing, ReadPem
from dmls.lsp.inputs import Inputs
from dmls.lsp.scheduler import Worker
from dmls.workspace import Workspace


@pytest.fixture
def inputs(tmp_path: Path):
    """Inputs that may look only below `tmp_path / "in"`."""
    loop = asyncio.new_event_loop()
    yield Inputs(Workspace(), RealDisk(), Worker(loop), lambda path: path.startswith(f"{tmp_path}/in/"))
    loop.close()


def test_a_peek_obeys_the_same_policy(inputs: Inputs, tmp_path: Path) -> None:
    (tmp_path / "out.pem").write_bytes(b"")
    assert inputs.peek(ReadPem(f"{tmp_path}/out.pem")) == Denied()
    assert inputs.peek(ReadPem(f"{tmp_path}/in/none.pem")) == Missing()


def test_what_changed_since_it_was_looked_at(inputs: Inputs, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "a.pem"
    path.write_bytes(b"one")
    inputs._look(ReadPem(str(path)))
    assert inputs.watch()() == []
    path.write_bytes(b"three")
    assert inputs.watch()() == [str(path)]
    inputs._look(ReadPem(str(path)))
    path.unlink()
    assert inputs.watch()() == [str(path)]
