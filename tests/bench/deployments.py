"""What whole deployments cost: a cold check, a key press in one of many files, alone and beside many deployments of the same form, and the reports
on a workspace of many files after one."""

from __future__ import annotations

import os
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
from support.raw_client import RawClient  # noqa: E402

FOLDER = peers.OUT / "deployments"
OTHERS = 99
FILES, PARTS = 1000, 20
"""Of the workspace on which a client asks for all reports."""
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
        copied(first, FOLDER / "many" / f"d{number}")
    return first, FOLDER / "many"


def copied(first: Path, folder: Path) -> None:
    """The same deployment in another folder, with its own certificates."""
    shutil.copytree(first, folder)
    for path in folder.glob("*.toml"):
        path.write_text(path.read_text(encoding="utf-8").replace(first.as_posix(), folder.as_posix()), encoding="utf-8")


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


def whole_workspace(rounds: int) -> dict[str, float]:
    """Milliseconds of the server's work from a key press to its reports on all of `FILES` files in `PARTS` deployments, by name of the edit; means.

    Processor time, since the bench and what else the machine does would count as well.  The client pulls as VS Code does, and knows the reports on all files; new ones may come only of the edited deployment.
    """
    root = FOLDER / "parts"
    shutil.rmtree(root, ignore_errors=True)
    first = root / "d0"
    first.mkdir(parents=True)
    (FOLDER / ".git").mkdir(exist_ok=True)
    masters, workers, sources = 3, 10, 10
    tasks = FILES // PARTS - masters - workers - sources
    deployment(first, masters, workers, sources, tasks, faults=False)
    for number in range(1, PARTS):
        copied(first, root / f"d{number}")
    client = RawClient([*map(str, peers.DMLS), "serve", "--stdio"], env=peers.ENVIRONMENT)
    client.answers["workspace/diagnostic/refresh"] = lambda _: None
    times = {}
    try:
        client.initialize({"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}, rootUri=root.as_uri())
        known: dict[str, str] = {}

        def reports() -> set[str]:
            """The files of which something new is told."""
            asked = {"previousResultIds": [{"uri": uri, "value": id} for uri, id in known.items()]}
            items = client.ask("workspace/diagnostic", asked)["result"]["items"]
            known.update({item["uri"]: item["resultId"] for item in items})
            return {item["uri"] for item in items if item["kind"] == "full"}

        assert len(reports()) == FILES
        for edit in EDITS:
            path = first / edit.file
            text = path.read_text(encoding="utf-8")
            client.open(path.as_uri(), text)
            # What the editor holds may differ from the disk, so that the files around are judged once more.
            reports()
            begun = 0.0
            for number in range(rounds + 2):
                if number == 2:
                    # The first rounds load what the edit needs.
                    begun = _worked(client.process.pid)
                client.change(path.as_uri(), number + 2, {"text": edit.change(text, number)})
                new = reports()
                assert all(uri.startswith(first.as_uri()) for uri in new), edit.name
            times[edit.name] = 1000 * (_worked(client.process.pid) - begun) / rounds
            client.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
            reports()
    finally:
        client.close()
    return times


def _worked(pid: int) -> float:
    """Seconds of processor time that a process has used; where the system does not tell, the time of day."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return time.perf_counter()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
