"""`dmls migrate v1`: every row of what becomes of DM 1.0, from files to files (`migrations/v1-*.md`), and how it treats what is there."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from support.scenario import Scenario, read

from .conftest import Run

FOLDER = Path(__file__).parent / "migrations"
SCENARIOS = [s for path in sorted(FOLDER.glob("v1-*.md")) for s in read(path)]
NEW = "dm-v2/"
BLOCKS = {"options", "report", "runbook"}


def lay(here: Path, scenario: Scenario) -> None:
    for name in scenario.files:
        if not name.startswith(NEW):
            path = here / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(scenario.data(name))


def holds(wanted: str, text: str) -> list[str]:
    """The wanted lines that do not stand in the text in this order; `!` means that a line must stand nowhere."""
    lines = iter(text.splitlines())
    out = [line for line in wanted.splitlines() if line.startswith("!") and line[1:] in text]
    for line in filter(None, wanted.splitlines()):
        if not line.startswith("!") and not any(line == found for found in lines):
            out.append(line)
    return out


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_each_row(here: Path, dmls: Run, scenario: Scenario) -> None:
    assert set(scenario.blocks) <= BLOCKS
    lay(here, scenario)
    options = shlex.split(scenario.blocks.get("options", ""))
    ran = dmls("migrate", "v1", ".", *options)
    report, _, runbook = ran.out.partition("\n# ")
    for name in scenario.files:
        if name.startswith(NEW):
            assert (here / name).exists(), ran.out + ran.err
            assert holds(scenario.files[name], (here / name).read_text(encoding="utf-8")) == [], (here / name).read_text(encoding="utf-8")
    for line in filter(None, scenario.blocks.get("report", "").splitlines()):
        assert line in report, report
    for line in filter(None, scenario.blocks.get("runbook", "").splitlines()):
        assert (line[1:] not in runbook) if line.startswith("!") else (line in runbook), runbook
    assert ran.status == (1 if "not carried over: " in report else 0)
    version = ["--dm-version", options[options.index("--to") + 1]] if "--to" in options else []
    refused = [line for line in dmls("check", "--min-severity", "error", "--format", "json", *version, "dm-v2").out.splitlines() if '"rule"' in line]
    told = [line for line in report.splitlines() if ": to do: " in line or "not carried over: " in line]
    assert refused == [] or told, refused


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if "documentation" in s.name or "sharding" in s.name], ids=lambda s: s.name)
def test_nothing_of_the_input_changes_and_a_second_run_makes_nothing_new(here: Path, dmls: Run, scenario: Scenario) -> None:
    lay(here, scenario)
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    first = dmls("migrate", "v1", ".")
    made = {path: path.read_bytes() for path in here.rglob("*") if path.is_file() and path not in before}
    second = dmls("migrate", "v1", ".")
    assert first.status == second.status == 0
    assert made and {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == {**before, **made}


WORKER = 'worker-addr = "10.0.0.7:8262"\nsource-id = "mysql-01"\n[from]\nhost = "h"\npassword = "s3cret-word"\n'


def test_nothing_is_overwritten(here: Path, dmls: Run) -> None:
    (here / "dm-worker.toml").write_text(WORKER)
    (here / "dm-v2").mkdir()
    (here / "dm-v2" / "source-mysql-01.yaml").write_text("mine\n")
    ran = dmls("migrate", "v1", ".")
    assert ran.status == 2 and "source-mysql-01.yaml exists already" in ran.err
    assert [path.name for path in (here / "dm-v2").iterdir()] == ["source-mysql-01.yaml"]


def test_diff_writes_nothing_and_hides_passwords(here: Path, dmls: Run) -> None:
    (here / "dm-worker.toml").write_text(WORKER)
    ran = dmls("migrate", "v1", "--diff", ".")
    assert '+source-id: "mysql-01"' in ran.out and "s3cret-word" not in ran.out + ran.err
    assert not (here / "dm-v2").exists()


def test_output_elsewhere_and_json(here: Path, dmls: Run) -> None:
    (here / "old").mkdir()
    (here / "old" / "dm-worker.toml").write_text(WORKER)
    ran = dmls("migrate", "v1", "old", "--output", "new", "--format", "json")
    told = json.loads(ran.out)
    assert told["action"] == "migrate v1" and told["written"] and "s3cret-word" not in ran.out
    assert {file["file"].rpartition("/")[2] for file in told["files"]} == {path.name for path in (here / "new").iterdir()}


def test_one_file_of_any_name_may_be_named(here: Path, dmls: Run) -> None:
    (here / "hosts").write_text("[dm_master_servers]\nm ansible_host=10.0.0.1\n[dm_worker_servers]\nw ansible_host=10.0.0.7 source_id=a mysql_host=h mysql_password=p\n")
    assert dmls("migrate", "v1", "hosts").status == 0
    assert (here / "dm-v2" / "topology.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "1.0.7"], "DM 1.0.7 is no target"),
        (["--masters", "http://a:1"], "--masters http://a:1: not HOST or HOST:PORT"),
        (["--masters", "a:99999"], "--masters a:99999: not HOST or HOST:PORT"),
        (["--meta", "a"], "--meta a: not [TASK/]SOURCE=BINLOG-NAME:POSITION"),
    ],
)
def test_wrong_options(here: Path, dmls: Run, arguments: list[str], words: str) -> None:
    (here / "dm-worker.toml").write_text(WORKER)
    (here / "task.yaml").write_text("name: t\ntask-mode: full\nmysql-instances: []\n")
    ran = dmls("migrate", "v1", ".", *arguments)
    assert ran.status == 2 and words in ran.err
    assert not (here / "dm-v2").exists()


def test_two_deployments_and_none(here: Path, dmls: Run) -> None:
    for name in ("a", "b"):
        (here / name).mkdir()
        (here / name / "dm-master.toml").write_text('master-addr = ":8261"\n')
        (here / name / "inventory.ini").write_text("[dm_master_servers]\nm\n")
    assert "two inventories" in dmls("migrate", "v1", ".").err
    for name in ("a", "b"):
        (here / name / "inventory.ini").unlink()
    assert "two masters of DM 1.0" in dmls("migrate", "v1", ".").err
    (here / "a" / "dm-master.toml").write_text("colour = 1\n")
    (here / "b" / "dm-master.toml").unlink()
    ran = dmls("migrate", "v1", ".")
    assert ran.status == 2 and "nothing of DM 1.0" in ran.err


def test_no_name_leaves_the_folder_or_acts_in_a_shell(here: Path, dmls: Run) -> None:
    (here / "dm-worker.toml").write_text('worker-addr = "10.0.0.7:8262"\nsource-id = "../../$(reboot) \\u001b[2J"\n')
    ran = dmls("migrate", "v1", ".")
    assert {path.parent.name for path in here.rglob("*") if path.is_file()} == {here.name, "dm-v2"}
    commands = [line for line in ran.out.partition("\n# ")[2].splitlines() if line.startswith("   ")]
    assert "\x1b" not in ran.out and commands and not any("$(reboot)" in line and "'" not in line for line in commands)


def test_in_chinese(here: Path, dmls: Run) -> None:
    (here / "dm-worker.toml").write_text(WORKER)
    ran = dmls("migrate", "v1", ".", "--lang", "zh")
    assert "按此顺序操作" in ran.out
    assert "# 上游数据库" in (here / "dm-v2" / "source-mysql-01.yaml").read_text(encoding="utf-8")
