"""A component that a script starts with its file: which of the two is told what, and what an edit of either one changes."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from dmls.files import Content, Missing
from dmls.model import kind as kinds
from dmls.workspace import ReadText, Workspace
from support.core import analysis_on_disk, deal

MASTER, WORKER, SCRIPT = "/w/dm-master.toml", "/w/conf/dm-worker.toml", "/w/scripts/run.sh"
TLS = 'ssl-ca = "/etc/dm/ca.pem"\nssl-cert = "/etc/dm/m.pem"\nssl-key = "/etc/dm/m-key.pem"\n'
FLAGS = "--ssl-ca /etc/dm/ca.pem --ssl-cert /etc/dm/m.pem --ssl-key /etc/dm/m-key.pem"
FILES = {
    MASTER: 'name = "m1"\nmaster-addr = "10.0.0.1:8261"\n' + TLS,
    WORKER: 'name = "w1"\nworker-addr = "10.0.0.11:8262"\njoin = "10.0.0.1:8261"\n',
}
RULE = "tls-mixed-worker"


def put(workspace: Workspace, path: str, text: str | None) -> None:
    workspace.put(path, Content(text.encode()) if text is not None else Missing())


def settle(workspace: Workspace) -> None:
    deal(workspace)
    while wanted := workspace.wanted():
        for want in wanted:
            workspace.tell(want, Missing())
        deal(workspace)


def settle_but(workspace: Workspace, path: str) -> None:
    """Answer all wishes but that for one file."""
    deal(workspace)
    while wanted := [want for want in workspace.wanted() if want.path != path]:
        for want in wanted:
            workspace.tell(want, Missing())
        deal(workspace)


def rules(workspace: Workspace, path: str) -> list[str]:
    return [f.rule for f in workspace.snapshot().findings(path) if f.rule != "tls-worker-open-port"]


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace()
    made.set_cli_settings({"tls": {"files": "off"}})
    made.set_folders(["/w"])
    for path, text in FILES.items():
        put(made, path, text)
    settle(made)
    yield made


def script(line: str) -> str:
    return f"cd /deploy\nexec bin/dm-worker {line}\n"


def test_a_script_comes_and_goes(workspace: Workspace) -> None:
    assert rules(workspace, WORKER) == [RULE]
    workspace.take_disturbed()
    put(workspace, SCRIPT, script(f"--config conf/dm-worker.toml {FLAGS}"))
    settle(workspace)
    assert WORKER in workspace.take_disturbed()
    assert rules(workspace, WORKER) == rules(workspace, SCRIPT) == []
    put(workspace, SCRIPT, script("--config conf/dm-worker.toml"))
    settle(workspace)
    assert rules(workspace, WORKER) == [RULE]
    put(workspace, SCRIPT, script('--config conf/dm-worker.toml "$@"'))
    settle(workspace)
    assert rules(workspace, WORKER) == []
    put(workspace, SCRIPT, None)
    settle(workspace)
    assert rules(workspace, WORKER) == [RULE]


def test_the_file_is_edited(workspace: Workspace) -> None:
    put(workspace, SCRIPT, script("--config conf/dm-worker.toml --join 10.0.0.1:8261"))
    settle(workspace)
    assert (rules(workspace, WORKER), rules(workspace, SCRIPT)) == ([], [RULE])
    workspace.take_disturbed()
    workspace.open(WORKER, FILES[WORKER] + TLS)
    # Whoever asks first, nobody has dealt the script's cards anew.
    assert rules(workspace, WORKER) == []
    assert SCRIPT in workspace.take_disturbed()
    assert rules(workspace, SCRIPT) == []
    workspace.open(WORKER, FILES[WORKER])
    assert rules(workspace, SCRIPT) == [RULE]


def test_an_address_that_moves_from_the_file_to_the_script(workspace: Workspace) -> None:
    put(workspace, SCRIPT, script("--config conf/dm-worker.toml --worker-addr 10.0.0.12:8262"))
    workspace.open(WORKER, 'name = "w1"\njoin = "10.0.0.1:8261"\n')
    settle(workspace)
    assert rules(workspace, WORKER) == [RULE]
    (card,) = [c for c in workspace.snapshot().members() if c.kind == kinds.WORKER]
    assert (card.id, card.file, [a.host for a in card.listens], card.name) == (f"{SCRIPT}#0", WORKER, ["10.0.0.12"], "w1")
    put(workspace, SCRIPT, None)
    settle(workspace)
    assert rules(workspace, WORKER) == ["address-missing", RULE]


def test_two_scripts(workspace: Workspace) -> None:
    """Those that do the same are one component, those that do not are alternatives."""
    put(workspace, SCRIPT, script("--config conf/dm-worker.toml"))
    other = "/w/scripts/again.sh"
    put(workspace, other, script("--config conf/dm-worker.toml"))
    settle(workspace)
    assert rules(workspace, WORKER) == [RULE]
    assert [c.id for c in workspace.snapshot().members() if c.kind == kinds.WORKER] == [f"{other}#0"]
    put(workspace, other, script(f"--config conf/dm-worker.toml {FLAGS}"))
    settle(workspace)
    assert rules(workspace, WORKER) == []
    put(workspace, other, script(f"--config conf/dm-worker.toml {FLAGS}").replace("#!", ""))
    put(workspace, SCRIPT, script(f"--config conf/dm-worker.toml {FLAGS}"))
    settle(workspace)
    assert rules(workspace, WORKER) == []


def test_a_file_outside_the_workspace() -> None:
    workspace = Workspace()
    workspace.set_cli_settings({"tls": {"files": "off"}})
    workspace.set_folders(["/w"])
    put(workspace, MASTER, FILES[MASTER])
    put(workspace, SCRIPT, "bin/dm-worker --config /deploy/dm-worker.toml --join 10.0.0.1:8261\n")
    settle_but(workspace, "/deploy/dm-worker.toml")
    assert rules(workspace, SCRIPT) == []
    assert workspace.wanted() == [ReadText("/deploy/dm-worker.toml")]
    workspace.tell(ReadText("/deploy/dm-worker.toml"), Content(FILES[WORKER].encode()))
    deal(workspace)
    assert rules(workspace, SCRIPT) == [RULE]
    (card,) = [c for c in workspace.snapshot().members() if c.kind == kinds.WORKER]
    assert card.file == "/deploy/dm-worker.toml"


def test_a_name_with_a_hash_is_no_command_line(workspace: Workspace) -> None:
    path = "/w/dm-worker#2.toml"
    put(workspace, path, FILES[WORKER].replace("w1", "w2").replace("10.0.0.11", "10.0.0.12"))
    settle(workspace)
    assert rules(workspace, path) == [RULE]


def test_lines_that_say_the_same_are_told_each(workspace: Workspace) -> None:
    """What is found in one line of a script is found in every other that says the same, wherever it stands, and in no other."""
    good = f"dmctl --master-addr 10.0.0.1:8261 {FLAGS} query-status"
    bad = "dmctl --master-addr 10.0.0.1:8261 query-status"
    ends = "dmctl --master-addr 10.0.0.1:8261 --version"
    lines = [good, bad, f"{good} t1", f"{bad} t2", ends, f"if true; then {bad}; fi", f"{good} # the last"]
    put(workspace, SCRIPT, "\n".join(lines) + "\n")
    settle(workspace)
    found = workspace.snapshot().findings(SCRIPT)
    text = "\n".join(lines)
    assert [(f.rule, text.count("\n", 0, f.span.start)) for f in found] == [("tls-dmctl-missing", 1), ("tls-dmctl-missing", 3), ("tls-dmctl-missing", 5)]
    assert [len(f.fixes) for f in found] == [1, 1, 1] and len({f.fixes[0].edits[0].edit.span for f in found}) == 3


@pytest.mark.parametrize(
    ("topology", "place", "missing"),
    [
        ("master_servers: [{host: 10.0.0.1}]\nworker_servers: [{host: 10.0.0.2}]\n", "topology.yaml", []),
        ("master_servers: [{host: 10.0.0.1}]\nworker_servers: [{host: 10.0.0.2}]\n", "conf/topology.yaml", []),
        ("master_servers:\n  - host: 10.0.0.1\n", "topology.yaml", ["worker-addr"]),
        ("global: {user: tidb}\n", "topology.yaml", ["master-addr", "worker-addr"]),
        ("", "elsewhere/topology.yaml", ["master-addr", "worker-addr"]),
    ],
)
def test_tiup_gives_the_addresses(tmp_path: Path, topology: str, place: str, missing: list[str]) -> None:
    files = {"conf/dm-master.toml": 'name = "m1"\nlog-level = "info"\n', "conf/dm-worker.toml": 'name = "w1"\njoin = "10.0.0.1:8261"\n', place: topology, "README": ""}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = {f"{tmp_path.as_posix()}/{name}": text for name, text in files.items()}
    analysis = analysis_on_disk(paths, 0)
    assert [f.args["key"] for path in paths for f in analysis.findings(path) if f.rule == "address-missing"] == missing
