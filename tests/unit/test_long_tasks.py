"""A task with thousands of blocks is judged in time and memory that grow with it, not with its square."""

from __future__ import annotations

import pytest

from dmls.finding import Finding
from dmls.ide import effective_hover
from dmls.version import MAIN
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


def test_a_hover_in_a_task_with_hundreds_of_instances_computes_those_that_it_concerns(monkeypatch: pytest.MonkeyPatch) -> None:
    instances = "".join(
        f"  - source-id: mysql-{n}\n    syncer-config-name: {'fast' if n in (7, 8) else 'slow'}\n    syncer-thread: {n}\n" for n in range(effective_hover.MOST_INSTANCES + 5)
    )
    text = f"name: t\ntask-mode: all\nmysql-instances:\n{instances}syncers:\n  fast:\n    worker-count: 64\n  slow: {{}}\n"
    config = analysis_of({"/w/dm-task.yaml": text}).file("/w/dm-task.yaml")
    assert config is not None

    def told(*steps: str | int) -> str:
        entry = config.get(*steps)
        assert entry is not None
        return effective_hover.markdown(config, entry, MAIN, "en")

    places: list[tuple[str | int, ...]] = [
        ("mysql-instances", 7, "source-id"),
        ("mysql-instances", 8, "syncer-config-name"),
        ("syncers", "fast"),
        ("syncers", "fast", "worker-count"),
        ("mysql-instances", 9, "syncer-thread"),
    ]
    few = [told(*place) for place in places]
    assert told("syncers", "slow") == "", "it concerns too many"
    monkeypatch.setattr(effective_hover, "MOST_INSTANCES", 1000)
    assert few == [told(*place) for place in places]
    assert "`mysql-7`" in few[0] and "`mysql-7`, `mysql-8`" in few[2]
