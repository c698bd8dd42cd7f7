"""Files near DM's are left alone, and who names one is told why."""

from __future__ import annotations

from typing import Callable

import pytest

from support.shared import SHARED, needs_shared

from .conftest import Run

Files = Callable[..., None]

SYNCER = """\
server-id = 101
source-id = "mysql-01"
flavor = "mysql"
worker-count = 16
batch = 1000
[from]
host = "10.0.0.1"
[to]
host = "10.0.0.9"
"""
INVENTORY = "[dm_master_servers]\ndm_master ansible_host=10.0.0.1\n\n[dm_worker_servers]\nw1 ansible_host=10.0.0.2 source_id=s1\n"


def test_a_task_of_the_stand_alone_syncer(dmls: Run, files: Files) -> None:
    files({"sub.toml": SYNCER})
    ran = dmls("check", "sub.toml")
    assert ran.status == 0
    assert ran.err == "dmls: sub.toml: a task of the stand-alone dm-syncer, which DM does not start from a file; nothing was checked\n"


def test_an_inventory(dmls: Run, files: Files) -> None:
    files({"inventory.ini": INVENTORY})
    assert "an inventory of dm-ansible, nothing was checked; `dmls migrate v1`" in dmls("check", "inventory.ini").err


@pytest.mark.parametrize("text", ["", "[package]\nname = 'x'\nversion = '1'\n", "[server]\nport = 1\n", "batch = 3\n"])
def test_other_files_are_only_unknown(dmls: Run, files: Files, text: str) -> None:
    files({"other.toml": text})
    ran = dmls("check", "other.toml")
    assert "dm-syncer" not in ran.err and "not recognised as a DM configuration" in ran.err


def test_who_does_not_name_it_hears_nothing(dmls: Run, files: Files) -> None:
    files({"conf/sub.toml": SYNCER, "conf/inventory.ini": INVENTORY})
    ran = dmls("check", "conf")
    assert ran.status == 0 and "syncer" not in ran.err and "inventory" not in ran.err


@needs_shared
@pytest.mark.parametrize("name", ["tests/dm_syncer/conf/dm-syncer-1.toml", "tests/dm_syncer/conf/dm-syncer-2.toml", "worker/subtask.toml"])
def test_those_of_dm_itself(dmls: Run, name: str) -> None:
    assert "a task of the stand-alone dm-syncer" in dmls("check", str(SHARED / "corpus" / "dm" / name)).err
