"""What an edit makes the core judge anew: its deployment, and nothing beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

import pytest

from dmls import lint, rule
from dmls.disk import RealDisk
from dmls.files import Content, Missing
from dmls.finding import Finding
from dmls.model.edits import edit
from dmls.workspace import Workspace, answer
from support.certs import NOW
from support.deployment import deployment

MASTER = 'name = "m1"\nmaster-addr = "10.0.0.1:8261"\nssl-ca = "/etc/dm/ca.pem"\nssl-cert = "/etc/dm/m.pem"\nssl-key = "/etc/dm/m-key.pem"\n'
WORKER = 'name = "w1"\nworker-addr = "10.0.0.11:8262"\njoin = "10.0.0.1:8261"\n'


@pytest.mark.parametrize("change", [("m.pem", "m2.pem"), ('"10.0.0.1:', '"10.0.0.9:'), ("\n", "\n# comment\n")])
def test_an_edit_judges_its_own_deployment_again(change: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace()
    workspace.set_folders(["/w"])
    paths = [f"/w/d{number}/dm-{kind}.toml" for number in range(20) for kind in ("master", "worker")]
    for path in paths:
        # All of them use the same names and addresses.
        workspace.put(path, Content((MASTER if "master" in path else WORKER).encode()))
    for want in iter(workspace.wanted, []):
        for each in want:
            workspace.tell(each, Missing())
    judged: list[str] = []
    real = lint.check_versions
    monkeypatch.setattr(lint, "check_versions", lambda config, *rest: (judged.append(config.path), real(config, *rest))[1])
    for _ in workspace.deal_all():
        pass
    before = {path: workspace.snapshot().findings(path) for path in paths}
    for want in iter(workspace.wanted, []):
        for each in want:
            workspace.tell(each, Missing())
    for path in paths:
        before[path] = workspace.snapshot().findings(path)
    workspace.take_disturbed()
    judged.clear()
    workspace.open("/w/d7/dm-master.toml", MASTER.replace(*change))
    after = {path: workspace.snapshot().findings(path) for path in ["/w/d7/dm-master.toml", *paths]}
    assert set(judged) == {"/w/d7/dm-master.toml", "/w/d7/dm-worker.toml"}
    assert all(after[path] == before[path] for path in paths if "/d7/" not in path)


TASK = """\
name: t
task-mode: all
target-database: {host: 10.0.0.9, port: 4000, user: root}
mysql-instances:
  - source-id: a
    block-allow-list: one
    meta: {binlog-name: mysql-bin.000001}
block-allow-list:
""" + "".join(f"  {name}:\n    do-dbs: [a]\n    ignore-dbs: [b]\n" for name in ("one", "two", "three"))


def typed(workspace: Workspace, text: str) -> Sequence[Finding]:
    workspace.open("/w/dm-task.yaml", text)
    return workspace.snapshot().findings("/w/dm-task.yaml")


def test_fixes_are_made_for_who_asks_and_for_the_text_as_it_is_then(monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace()
    asked: list[str] = []
    real = edit.delete
    monkeypatch.setattr(rule, "delete", lambda config, entry: (asked.append(entry.name), real(config, entry))[1])
    for text in (TASK, f"# comment\n{TASK}", f"# comment\n{TASK}routes: {{}}\n", TASK):
        found = typed(workspace, text)
    assert not asked
    fresh = {(f.rule, f.span): tuple(f.fixes) for f in typed(Workspace(), TASK)}
    assert {(f.rule, f.span): tuple(f.fixes) for f in found} == fresh
    assert sorted(asked) == sorted(2 * ["meta", *3 * ["ignore-dbs"]])


def test_a_fix_that_fails_is_none_and_the_finding_stays(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(rule, "delete", lambda config, entry: 1 // 0)
    found = [f for f in typed(Workspace(), TASK) if f.rule == "meta-ignored"]
    assert found and not any(f.fixes for f in found)
    assert "rule meta-ignored failed" in caplog.text


def test_typing_keeps_no_more_than_the_text_needs() -> None:
    workspace = Workspace()
    kept = []
    for number in range(40):
        typed(workspace, TASK.replace("[a]", f"[a{number}]", 1))
        record = workspace.snapshot()._record("/w/dm-task.yaml")
        assert record is not None and record._tree is not None
        kept.append(sum(len(chunk.memo) for _, chunk in record._tree.chunks))
    assert kept[1] == kept[-1]


def test_what_is_kept_of_certificates_follows_them(tmp_path: Path) -> None:
    """Whatever happens to a certificate file, what is found is what a workspace finds that has kept nothing."""
    deployment(tmp_path, 1, 1, 0, 0, faults=False)
    files = {path.as_posix(): Content(path.read_bytes()) for path in tmp_path.glob("*.toml")}
    script = (tmp_path / "ops.sh").as_posix()
    flags = " ".join(f"--ssl-{key} {(tmp_path / name).as_posix()}" for key, name in (("ca", "ca.pem"), ("cert", "w1.pem"), ("key", "w1-key.pem")))
    files[script] = Content(f"dmctl --master-addr 10.0.0.1:8261 {flags} list-member\n".encode())
    disk = RealDisk()

    def made(now: float, opened: dict[str, str]) -> Workspace:
        workspace = Workspace()
        workspace.set_folders([tmp_path.as_posix()])
        workspace.set_now(now)
        for path, state in files.items():
            workspace.put(path, state)
        for path, text in opened.items():
            workspace.open(path, text)
        return workspace

    def told(workspace: Workspace) -> list[object]:
        for _ in workspace.deal_all():
            pass
        for _ in range(3):
            for path in files:
                workspace.snapshot().findings(path)
            while wanted := workspace.wanted():
                for want in wanted:
                    workspace.tell(want, answer(want, disk))
        analysis = workspace.snapshot()
        return [
            ([(f.rule, f.span, f.message, f.args) for f in analysis.findings(path)], [(s.local, type(s.state)) for use in analysis.uses(path) for s in use.files]) for path in files
        ]

    kept = made(NOW, {})
    cert, key, other = (tmp_path / name for name in ("w1.pem", "w1-key.pem", "m1-key.pem"))
    good = told(kept)
    assert good == told(made(NOW, {}))
    right = key.read_bytes()
    seen = [good]
    for data in (None, other.read_bytes(), right):
        if data is None:
            key.unlink()
        else:
            key.write_bytes(data)
        kept.forget(key.as_posix())
        seen.append(told(kept))
        assert seen[-1] == told(made(NOW, {}))
    assert seen[1] != good and seen[2] != good and seen[2] != seen[1]
    text = cert.read_text(encoding="utf-8")
    for opened in ({cert.as_posix(): "nothing"}, {cert.as_posix(): text}):
        kept.open(cert.as_posix(), opened[cert.as_posix()])
        seen.append(told(kept))
        assert seen[-1] == told(made(NOW, opened))
    assert seen[4] != seen[5]
    kept.close(cert.as_posix())
    kept.set_now(NOW + 400 * 86400)
    assert told(kept) == told(made(NOW + 400 * 86400, {})) != good
