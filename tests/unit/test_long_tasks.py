"""A task with thousands of blocks is judged in time and memory that grow with it, not with its square."""

from __future__ import annotations

import pytest

from dmls.finding import Finding
from support.core import analysis_of

HEAD = """\
name: t
task-mode: all
target-database: {host: 10.0.0.9, port: 4000, user: root}
mysql-instances:
  - source-id: mysql-1
routes:
"""


def unused(blocks: int) -> list[Finding]:
    text = HEAD + "".join(f"  r{n:05}: {{schema-pattern: s{n}, target-schema: t{n}}}\n" for n in range(blocks))
    return [f for f in analysis_of({"/w/dm-task.yaml": text}).findings("/w/dm-task.yaml") if f.rule == "unused-block"]


@pytest.mark.parametrize(("blocks", "names"), [(2, "[r00000 r00001]"), (20, " r00019]"), (900, " r00019 …]")])
def test_the_text_of_unused_blocks_stays_short(blocks: int, names: str) -> None:
    found = unused(blocks)
    assert len(found) == blocks
    assert all(names in f.dm_text and len(f.dm_text) < 500 for f in found)
