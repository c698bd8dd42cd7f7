"""What whole deployments cost: a cold check, and a key press in one of many files, alone and beside many deployments of the same form."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, NamedTuple

import peers

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "server")]

from support.certs import NOW  # noqa: E402
from support.deployment import deployment  # noqa: E402

FOLDER = peers.OUT / "deployments"
OTHERS = 99
MASTERS, WORKERS, SOURCES, TASKS = 3, 10, 40, 200
_TASK = """name: task-{0}
task-mode: all
target-database:
  host: 10.0.3.1
  port: 4000
  user: root
  password: ""
mysql-instances:
  - source-id: mysql-{1}
    block-allow-list: bw
    route-rules: [one]
  - source-id: mysql-{2}
    block-allow-list: bw
    route-rules: [one]
block-allow-list:
  bw:
    do-dbs: ["db{0}"]
routes:
  one:
    schema-pattern: "db{0}"
    target-schema: "all"
"""


class Edit(NamedTuple):
    """A key press in `file`: `change` gives the text after the number of the round."""

    name: str
    file: str
    change: Callable[[str, int], str]


EDITS = (
    Edit("address of a master", "dm-master1.toml", lambda text, i: text.replace(':8261"', f':9{i:03}"')),
    Edit("certificate of a master", "dm-master1.toml", lambda text, i: text.replace("/m1.pem", f"/m{2 + i % 2}.pem")),
    Edit("join of a worker", "dm-worker1.toml", lambda text, i: text.replace(":8261,", f":9{i:03},", 1)),
    Edit("names that a master allows", "dm-master1.toml", lambda text, i: text.replace('["dm"]', f'["dm{i}"]')),
    Edit("source-id of a source", "dm-source1.yaml", lambda text, i: text.replace("mysql-1", f"mysql-x{i}")),
    Edit("comment in a task", "dm-task1.yaml", lambda text, i: text + f"# {i}\n"),
)


def make() -> tuple[Path, Path]:
    """A folder with one deployment, and one with that and `OTHERS` more, which use the same names and addresses."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    first = FOLDER / "one" / "d0"
    first.mkdir(parents=True)
    # Otherwise the project's .gitignore, which names this folder, holds for `dmls check`.
    (FOLDER / ".git").mkdir()
    deployment(first, MASTERS, WORKERS, SOURCES, 0, faults=False)
    for number in range(TASKS):
        (first / f"dm-task{number}.yaml").write_text(_TASK.format(number, 1 + number % SOURCES, 1 + (number + 7) % SOURCES), encoding="utf-8")
    for number in range(1 + OTHERS):
        folder = FOLDER / "many" / f"d{number}"
        shutil.copytree(first, folder)
        for path in folder.glob("*.toml"):
            path.write_text(path.read_text(encoding="utf-8").replace(first.as_posix(), folder.as_posix()), encoding="utf-8")
    return first, FOLDER / "many"


def keystrokes(root: Path, rounds: int) -> dict[str, float]:
    """Milliseconds of work from an edit in a deployment to fresh findings of all files that it concerns, by name of the edit; medians.

    Processor time, so that what else the machine does counts little.
    """
    from dmls.disk import Found, RealDisk, config_files
    from dmls.workspace import Workspace, answer

    workspace, disk = Workspace(), RealDisk()
    workspace.set_folders([root.as_posix()])
    workspace.set_now(NOW)
    for found in config_files([root.as_posix()]):
        if isinstance(found, Found):
            workspace.put(found.path, disk.read(found.path, 1 << 20))

    def answer_all() -> None:
        while wishes := workspace.wanted():
            for wish in wishes:
                workspace.tell(wish, answer(wish, disk))

    def settle() -> None:
        answer_all()
        for path in workspace.take_disturbed():
            workspace.snapshot().findings(path)

    answer_all()
    for _ in workspace.deal_all():
        pass
    # Sources and tasks elsewhere are known, and judging all 20,000 of them would only take time.
    judged = [path for path in workspace.paths if path.endswith(".toml") or "/d0/" in path]
    # The first judgement asks for files of certificates.
    for _ in range(3):
        for path in judged:
            workspace.snapshot().findings(path)
        answer_all()
    workspace.take_disturbed()
    times = {}
    for edit in EDITS:
        path = (root / "d0" / edit.file).as_posix()
        text = Path(path).read_text(encoding="utf-8")
        taken = []
        for number in range(rounds + 2):
            new = edit.change(text, number)
            assert new != text, edit.name
            begun = time.process_time()
            workspace.open(path, new)
            workspace.snapshot().findings(path)
            for other in workspace.take_disturbed():
                workspace.snapshot().findings(other)
            taken.append(1000 * (time.process_time() - begun))
            settle()
        workspace.open(path, text)
        workspace.snapshot().findings(path)
        settle()
        # The first rounds load what the edit needs.
        times[edit.name] = statistics.median(taken[2:])
    return times


def cold(folder: Path, runs: int) -> float:
    """Milliseconds of `dmls check` of a deployment, process and all; the median."""
    taken = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        done = subprocess.run([*map(str, peers.DMLS), "check", str(folder)], env=peers.ENVIRONMENT, capture_output=True)
        taken.append(1000 * (time.perf_counter() - begun))
        if done.returncode not in (0, 1):
            raise SystemExit(f"bench: dmls check failed: {done.stderr.decode(errors='replace')[-1000:]}")
    # The first run only fills the caches of the disk.
    return statistics.median(taken[1:])
