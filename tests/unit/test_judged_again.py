"""What an edit makes the core judge anew: its deployment, and nothing beside it."""

from __future__ import annotations

import pytest

from dmls import lint
from dmls.files import Content, Missing
from dmls.workspace import Workspace

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
