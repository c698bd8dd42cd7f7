"""`dmls migrate v1`: every row of what becomes of DM 1.0, from files to files (`migrations/v1-*.md`), and how it treats what is there."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from dmls.schema import legacy
from dmls.schema.inventory import variables
from dmls.schema.load import load
from support.certs import AT
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


def value_of(kind: str, path: str) -> str:
    """A value for a key of 1.0 that stands nowhere else: TOML, and what is looked for."""
    schema = next((key for other in ("source", "worker", "master") for key in load(other).walk() if key.path == path), None)
    sort = schema.type if schema is not None else "string"
    number = 1000 + sorted(p for p in all_paths(kind)).index(path)
    return {"bool": "true", "int": str(number), "float": f"{number}.5", "duration": f'"{number}s"', "map": f'{{ v{number} = "1" }}'}.get(sort, f'"v{number}"')


def all_paths(kind: str) -> list[str]:
    keys = legacy.keys(kind)
    paths = [f"{parent}.{name}" if parent else name for parent, name in keys]
    return [path for path in paths if not any(parent.removesuffix("[]") == path for parent, _ in keys) and "[]" not in path]


@pytest.mark.parametrize(("kind", "file"), [("worker-v1", "dm-worker.toml"), ("master-v1", "dm-master.toml")])
def test_every_key_is_carried_over_or_told(here: Path, dmls: Run, kind: str, file: str) -> None:
    own = {"worker-addr": '"10.0.0.7:8262"', "master-addr": '"10.0.0.1:8261"'}
    lines = [f"{path} = {own.get(path) or value_of(kind, path)}" for path in all_paths(kind)]
    assert len(lines) > 6
    (here / file).write_text("\n".join(lines) + "\n")
    ran = dmls("migrate", "v1", ".")
    made = "".join(path.read_text(encoding="utf-8") for path in (here / "dm-v2").iterdir())
    for number, line in enumerate(lines, 1):
        path, _, value = line.partition(" = ")
        name, told = path.rpartition(".")[2], value.strip("{ }").split(" = ")[0]
        carried = f"{name}: {told}" in made or f"{name} = {told}" in made or f"{name}:\n" in made and told in made
        assert carried or f"{file}:{number}: " in ran.out, line


def test_every_variable_is_carried_over_or_told(here: Path, dmls: Run) -> None:
    lines = [f"{name} = 1{number:03d}" for number, name in enumerate(variables())]
    lines = [line.replace("enable_gtid = 1", "enable_gtid = true #") for line in lines]
    head = ["[dm_master_servers]", "m", "[dm_worker_servers]", "w", "[prometheus_servers]", "p", "[grafana_servers]", "g", "[alertmanager_servers]", "a", "[all:vars]"]
    (here / "inventory.ini").write_text("\n".join([*head, *lines]) + "\n")
    ran = dmls("migrate", "v1", ".")
    made = "".join(path.read_text(encoding="utf-8") for path in (here / "dm-v2").iterdir())
    for number, line in enumerate(lines, len(head) + 1):
        assert line.rpartition(" ")[2] in made + ran.out or f"inventory.ini:{number}: " in ran.out, line


def test_the_whole_way(here: Path, dmls: Run) -> None:
    """From DM 1.0 to an encrypted deployment with passwords under an own key: the steps of the runbook, one after the other."""
    (here / "dm-master.toml").write_text('master-addr = "10.0.0.1:8261"\n[[deploy]]\nsource-id = "s1"\ndm-worker = "10.0.0.7:8262"\n')
    old = "VjX8cEeTX+qcvZ3bPaO4h0C80pe/1aU="
    (here / "dm-worker.toml").write_text(f'worker-addr = ":8262"\nsource-id = "s1"\nenable-gtid = false\n[from]\nhost = "h"\nport = 3306\nuser = "u"\npassword = "{old}"\n')
    (here / "task.yaml").write_text(
        f'name: t\ntask-mode: all\ntimezone: UTC\ntarget-database: {{host: "h", port: 4000, user: "u", password: "{old}"}}\nmysql-instances:\n  - source-id: s1\n'
    )
    assert dmls("migrate", "v1", ".", "--masters", "10.0.0.1,10.0.0.2,10.0.0.3", "--meta", "s1=mysql-bin|000001.000002:4", "--at", AT).status == 0
    assert dmls("migrate", "passwords", "--new-key", "dm-v2/dm-secret.key", "--make-key", "dm-v2").status == 0
    assert dmls("tls", "enable", "dm-v2", "--at", AT).status == 0
    ran = dmls("check", "--files", "strict", "--at", AT, "--min-severity", "hint", "dm-v2")
    assert ran.status == 0 and "nothing found" in ran.out, ran.out
    assert old not in "".join(path.read_text() for path in (here / "dm-v2").iterdir() if path.is_file())
