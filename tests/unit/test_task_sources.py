"""A task is judged anew when a source file that it could mean comes, goes or gets another id."""

from __future__ import annotations

import pytest

from dmls import lint
from dmls.files import Content, Missing
from dmls.workspace import Workspace

TASK, SOURCE, OTHER = "/w/tasks/dm-task.yaml", "/w/sources/dm-source.yaml", "/w/sources/source2.yaml"
TASK_TEXT = "name: t\ntask-mode: all\ntarget-database: {host: h, port: 4000, user: u}\nmysql-instances:\n  - source-id: mysql-01\n"


@pytest.fixture(autouse=True)
def _faults_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)


def source(name: str) -> str:
    return f"source-id: {name}\nfrom: {{host: h, port: 3306, user: u}}\n"


@pytest.fixture
def workspace() -> Workspace:
    made = Workspace()
    made.set_folders(["/w"])
    return made


def unknown(workspace: Workspace, path: str = TASK) -> list[str]:
    """The ids that the task names in vain, as a shell would hear of them."""
    for want in workspace.wanted():
        workspace.tell(want, Missing())
    for _ in workspace.deal_all():
        pass
    found = workspace.snapshot().findings(path)
    return [str(f.args["source"]) for f in found if f.rule == "source-id-unknown"]


def test_a_source_comes_goes_and_is_renamed(workspace: Workspace) -> None:
    workspace.open(TASK, TASK_TEXT)
    assert unknown(workspace) == []

    workspace.put(SOURCE, Content(source("mysql-1").encode()))
    workspace.snapshot().findings(SOURCE)
    assert workspace.take_disturbed() == [TASK]
    assert unknown(workspace) == ["mysql-01"]

    workspace.open(SOURCE, source("mysql-01"))
    workspace.snapshot().findings(SOURCE)
    assert workspace.take_disturbed() == [TASK]
    assert unknown(workspace) == []

    workspace.open(SOURCE, source("mysql-01") + "# nothing of importance\n")
    workspace.snapshot().findings(SOURCE)
    assert workspace.take_disturbed() == []

    workspace.open(SOURCE, source("mysql-2"))
    workspace.snapshot().findings(SOURCE)
    assert unknown(workspace) == ["mysql-01"]
    workspace.take_disturbed()

    workspace.close(SOURCE)
    workspace.put(SOURCE, Missing())
    assert unknown(workspace) == []
    assert workspace.take_disturbed() == [TASK]


def test_all_levels_up_to_the_workspace_folder_count(workspace: Workspace) -> None:
    workspace.open(TASK, TASK_TEXT)
    workspace.put(SOURCE, Content(source("mysql-1").encode()))
    workspace.put("/w/tasks/source.yaml", Content(source("mysql-2").encode()))
    workspace.put("/elsewhere/source.yaml", Content(source("mysql-01").encode()))
    assert unknown(workspace) == ["mysql-01"]

    finding = next(f for f in workspace.snapshot().findings(TASK) if f.rule == "source-id-unknown")
    assert finding.dm_codes == (20031,)
    # The one that is near comes first, then as the folders lie.
    assert [r.file for r in finding.related] == [SOURCE, "/w/tasks/source.yaml"]
    text = workspace.snapshot().text(SOURCE)
    assert text is not None and finding.related[0].span.of(text) == "mysql-1"

    workspace.put(OTHER, Content(source("mysql-01").encode()))
    workspace.snapshot().findings(OTHER)
    assert unknown(workspace) == []


def test_no_cluster_is_made_for_a_task_alone(workspace: Workspace) -> None:
    workspace.open(TASK, TASK_TEXT)
    workspace.put("/w/deploy.yaml", Content(b"kind: Deployment\n"))
    assert unknown(workspace) == []
    assert workspace._clusters is None
