"""Which file is meant, what is found by a few letters, and what a new name may not be."""

from __future__ import annotations

from typing import Mapping

import pytest

from dmls.analysis import Analysis
from dmls.files import Content, Missing
from dmls.ide import navigation
from dmls.ide.navigation import nearest
from dmls.ide.values import Refusal
from dmls.model.references.names import canonical, occurrences
from dmls.model.references.rename import why_not
from dmls.schema import semantics as s
from dmls.text import apply_edits
from dmls.workspace import Workspace
from support.core import analysis_of

TASK = """name: {name}
task-mode: all
target-database: {{host: 10.0.0.9, port: 4000, user: dm, password: ""}}
mysql-instances: [{{source-id: {source}}}]
"""
SOURCE = "source-id: {source}\nfrom: {{host: 10.0.0.5, port: 3306, user: dm, password: ''}}\n"


def task(source: str, name: str = "orders") -> str:
    return TASK.format(name=name, source=source)


def source(name: str) -> str:
    return SOURCE.format(source=name)


def within(folder: str, files: Mapping[str, str | bytes]) -> Analysis:
    """A snapshot with a workspace folder."""
    workspace = Workspace()
    workspace.set_folders([folder])
    for path, data in files.items():
        workspace.put(path, Content(data.encode("utf-8") if isinstance(data, str) else data))
    while wanted := workspace.wanted():
        for want in wanted:
            workspace.tell(want, Missing())
    return workspace.snapshot()


def at(analysis: Analysis, path: str, text: str) -> int:
    return (analysis.text(path) or "").index(text)


def renamed(analysis: Analysis, path: str, old: str, new: str) -> dict[str, str] | Refusal:
    edits = analysis.rename(path, at(analysis, path, old), new)
    if isinstance(edits, Refusal):
        return edits
    return {file: apply_edits(analysis.text(file) or "", [e.edit for e in edits if e.file == file]) for file in {e.file for e in edits}}


@pytest.mark.parametrize(
    ("candidates", "found"),
    [
        ([], ()),
        (["/w/a/b/t.yaml", "/w/a/b/x.yaml"], ("/w/a/b/t.yaml",)),
        (["/w/a/b/x.yaml", "/w/a/b/y.yaml", "/w/a/b/c/z.yaml"], ("/w/a/b/x.yaml", "/w/a/b/y.yaml")),
        (["/w/a/b/c/z.yaml", "/w/a/z.yaml"], ("/w/a/b/c/z.yaml",)),
        (["/w/a/z.yaml", "/w/a/bb/z.yaml", "/w/z.yaml"], ("/w/a/z.yaml", "/w/a/bb/z.yaml")),
        (["/w/x/z.yaml", "/z.yaml"], ("/w/x/z.yaml",)),
        (["/z.yaml", "/ww/z.yaml"], ()),
    ],
)
def test_the_nearest_file_is_meant(candidates: list[str], found: tuple[str, ...]) -> None:
    assert nearest("/w/a/b/t.yaml", candidates, "/w") == found


def test_without_a_workspace_folder_the_search_goes_up_to_the_root() -> None:
    assert nearest("/w/a/t.yaml", ["/x/z.yaml"], "") == ("/x/z.yaml",)


def test_a_folder_with_settings_is_a_limit() -> None:
    files = {"/w/a/task.yaml": task("mysql-1"), "/w/b/source.yaml": source("mysql-1")}
    analysis = within("/w", files)
    assert [p.path for p in analysis.definitions("/w/a/task.yaml", at(analysis, "/w/a/task.yaml", "mysql-1"))] == ["/w/b/source.yaml"]
    analysis = within("/w", {**files, "/w/a/.dmls.toml": ""})
    assert analysis.definitions("/w/a/task.yaml", at(analysis, "/w/a/task.yaml", "mysql-1")) == []


def test_deployments_that_the_settings_name() -> None:
    settings = "[[cluster]]\nname = 'one'\nfiles = ['a/*', 'x/one/*']\n[[cluster]]\nname = 'two'\nfiles = ['b/*']\n"
    files = {
        "/w/.dmls.toml": settings,
        "/w/a/task.yaml": task("mysql-1"),
        "/w/x/one/source.yaml": source("mysql-1"),
        "/w/b/source.yaml": source("mysql-1"),
        "/w/a/sub/source.yaml": source("mysql-1"),
    }
    analysis = within("/w", files)
    assert [p.path for p in analysis.definitions("/w/a/task.yaml", at(analysis, "/w/a/task.yaml", "mysql-1"))] == ["/w/x/one/source.yaml"]
    assert isinstance(renamed(analysis, "/w/b/source.yaml", "mysql-1", "mysql-2"), dict)
    found = renamed(analysis, "/w/a/task.yaml", "mysql-1", "mysql-2")
    assert found == {"/w/a/task.yaml": task("mysql-2"), "/w/x/one/source.yaml": source("mysql-2")}


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("10.0.0.1:8261", "10.0.0.1:8261"),
        ("DM.Example.org:8261", "dm.example.org:8261"),
        ("[::1]:8261", "[::1]:8261"),
        (":8261", None),
        ("10.0.0.1", None),
        ("10.0.0.1:http", None),
        ("a b:1", None),
        ("", None),
    ],
)
def test_how_addresses_are_compared(address: str, found: str | None) -> None:
    assert canonical(address) == found


def test_each_item_of_a_list_has_its_own_span() -> None:
    text = 'name = "m"\nmaster-addr = "a:1"\ninitial-cluster = "m=http://a:2/, x = B:3,, y=https://[::1]:4"\n'
    config = analysis_of({"/w/dm-master.toml": text}).file("/w/dm-master.toml")
    assert config is not None
    found = [(o.kind, o.name, o.span.of(text), o.exact) for o in occurrences(config) if not o.is_definition]
    assert found == [
        (s.MASTER_NAME, "m", "m", True),
        (s.HOST_PORT, "a:2", "a:2", True),
        (s.MASTER_NAME, "x", "x", True),
        (s.HOST_PORT, "b:3", "B:3", True),
        (s.MASTER_NAME, "y", "y", True),
        (s.HOST_PORT, "[::1]:4", "[::1]:4", True),
    ]


@pytest.mark.parametrize("written", ['"a\\u003a1,b:2"', '"""\\\n   a:1,b:2"""'])
def test_where_escapes_hide_the_places_nothing_is_renamed(written: str) -> None:
    analysis = analysis_of({"/w/dm-worker.toml": f"name = 'w'\njoin = {written}\n", "/w/dm-master.toml": 'name = "m"\nmaster-addr = "a:1"\n'})
    found = renamed(analysis, "/w/dm-master.toml", "a:1", "c:1")
    assert found == Refusal("ide.rename-unsure", {"file": "dm-worker.toml"})


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        (s.ROUTE_DEF, "any thing: 路由 'x'", None),
        (s.ROUTE_DEF, "", "ide.rename-empty"),
        (s.ROUTE_DEF, "a\nb", "ide.rename-character"),
        (s.ROUTE_DEF, "a ", "ide.rename-character"),
        (s.ROUTE_DEF, "x" * 1001, "ide.rename-too-long"),
        (s.SOURCE_ID, "x" * 32, None),
        (s.SOURCE_ID, "é" * 17, "ide.rename-too-long"),
        (s.MASTER_NAME, "a,b", "ide.rename-character"),
        (s.WORKER_NAME, "a,b", None),
        (s.HOST_PORT, "a:1", None),
        (s.HOST_PORT, "http://a:1", "ide.rename-no-address"),
        (s.HOST_PORT, "a:1,b:1", "ide.rename-no-address"),
    ],
)
def test_what_a_name_may_be(kind: str, name: str, message: str | None) -> None:
    reason = why_not(kind, name)
    assert (reason[0] if reason is not None else None) == message


def test_a_name_must_not_become_one_that_others_mean() -> None:
    """The task in `c` means the source in `b` from afar; another source of that name at the same distance would leave it in doubt."""
    files = {
        "/w/a/source.yaml": source("mysql-1"),
        "/w/b/source.yaml": source("mysql-2"),
        "/w/c/task.yaml": task("mysql-2"),
    }
    found = renamed(within("/w", files), "/w/a/source.yaml", "mysql-1", "mysql-2")
    assert isinstance(found, Refusal) and found.message == "ide.rename-taken"
    # Where the one task has a source of its own, two deployments may use the same names.
    files["/w/b/task.yaml"] = files.pop("/w/c/task.yaml")
    assert renamed(within("/w", files), "/w/a/source.yaml", "mysql-1", "mysql-2") == {"/w/a/source.yaml": source("mysql-2")}


def test_a_task_that_uses_the_new_name_already() -> None:
    files = {"/w/source.yaml": source("mysql-1"), "/w/task.yaml": task("mysql-1}, {source-id: mysql-2")}
    assert renamed(within("/w", files), "/w/source.yaml", "mysql-1", "mysql-2") == Refusal("ide.rename-taken", {"name": "mysql-2", "file": "task.yaml"})


def test_a_file_that_is_no_text_is_not_changed() -> None:
    files = {"/w/source.yaml": source("mysql-1"), "/w/task.yaml": task("mysql-1").encode() + "# 注释\n".encode("gbk")}
    assert renamed(within("/w", files), "/w/source.yaml", "mysql-1", "mysql-2") == Refusal("ide.rename-unreadable", {"file": "task.yaml"})


def test_the_same_name_again_is_no_change() -> None:
    analysis = within("/w", {"/w/source.yaml": source("mysql-1")})
    assert analysis.rename("/w/source.yaml", 12, "mysql-1") == []


def test_line_ends_marks_and_comments_stay() -> None:
    text = "\ufeff" + source("mysql-1 # mysql-1").replace("\n", "\r\n")
    analysis = within("/w", {"/w/source.yaml": text})
    assert renamed(analysis, "/w/source.yaml", "mysql-1", "db") == {"/w/source.yaml": text.replace("source-id: mysql-1", "source-id: db")}


def test_the_host_of_an_address_may_be_spelt_in_other_letters() -> None:
    analysis = within("/w", {"/w/dm-master.toml": 'name = "m"\nmaster-addr = "DM.org:1"\n', "/w/dm-worker.toml": 'name = "w"\njoin = "http://dm.org:1"\n'})
    found = renamed(analysis, "/w/dm-worker.toml", "dm.org:1", "DM2.org:1")
    assert found == {"/w/dm-master.toml": 'name = "m"\nmaster-addr = "DM2.org:1"\n', "/w/dm-worker.toml": 'name = "w"\njoin = "http://DM2.org:1"\n'}


def test_the_names_of_a_topology_are_its_own() -> None:
    topology = "master_servers:\n  - {host: 10.0.0.1, name: m1}\nworker_servers:\n  - {host: 10.0.0.2, name: w1}\n"
    files = {"/w/topology.yaml": topology, "/w/dm-master.toml": 'name = "m1"\nmaster-addr = "10.0.0.1:8261"\n'}
    assert renamed(within("/w", files), "/w/topology.yaml", "m1", "m2") == {"/w/topology.yaml": topology.replace("m1", "m2")}
    assert {(t.name, t.kind) for t in within("/w", files).workspace_symbols("1")} == {("m1", "component"), ("w1", "component")}


def test_symbols_that_fit_best_come_first() -> None:
    files = {f"/w/{name}/task.yaml": task("mysql-1", name) for name in ("orders-2024", "reorder", "my-order", "orders", "o-r-d-e-r-x", "users")}
    found = [t.name for t in within("/w", files).workspace_symbols("order")]
    assert found == ["orders", "orders-2024", "my-order", "reorder", "o-r-d-e-r-x"]
    assert [t.name for t in within("/w", files).workspace_symbols("ORDERS")][0] == "orders"


def test_a_component_without_a_name_is_found_by_its_address() -> None:
    analysis = within("/w", {"/w/dm-worker.toml": 'worker-addr = "10.0.0.3:8262"\njoin = "10.0.0.1:8261"\n'})
    assert [(t.name, t.kind, t.container) for t in analysis.workspace_symbols("8262")] == [("10.0.0.3:8262", "component", "dm-worker.toml")]


def test_symbols_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "MOST_SYMBOLS", 3)
    files = {f"/w/{n}/source.yaml": source(f"mysql-{n}") for n in (5, 3, 9, 1, 7)}
    assert [t.name for t in within("/w", files).workspace_symbols("")] == ["mysql-1", "mysql-3", "mysql-5"]


def test_files_that_cannot_hold_a_name_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"/w/task{n}.yaml": task(f"mysql-{n}") for n in range(1, 9)}
    analysis = within("/w", {**files, "/w/source.yaml": source("mysql-1")})
    read: list[str] = []
    original = Analysis.names
    monkeypatch.setattr(Analysis, "names", lambda self, path: read.append(path) or original(self, path))
    places = analysis.references("/w/source.yaml", 12)
    assert {p.path for p in places} == {"/w/source.yaml", "/w/task1.yaml"} == set(read)
