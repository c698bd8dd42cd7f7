"""The version that TiUP's `meta.yaml` tells counts where nobody sets another."""

from __future__ import annotations

import pytest

from dmls.files import CONFIG_LIMIT, Content, Missing, ReadText
from dmls.settings import DEFAULTS, of_tiup
from dmls.version import MAIN, parse_version
from dmls.workspace import Workspace

FOLDER = "/home/tidb/.tiup/storage/dm/clusters/prod"
META, FILE = f"{FOLDER}/meta.yaml", f"{FOLDER}/conf/dm-master.toml"


def meta(version: str) -> str:
    return f"user: tidb\ndm_version: {version}\ntopology:\n  global:\n    user: tidb\n  master_servers: []\n"


def version_of(workspace: Workspace, path: str = FILE) -> str:
    while wanted := workspace.wanted():
        for want in wanted:
            workspace.tell(want, Missing())
    return ",".join(map(str, workspace.settings_for(path).dm_versions))


@pytest.mark.parametrize("written", ["v7.5.3", "7.5.3", '"v7.5.3"', "v7.5.3  # deployed"])
def test_the_version_as_tiup_writes_it(written: str) -> None:
    assert of_tiup(meta(written)).dm_versions == (parse_version("7.5.3"),)


def test_a_nightly_build_is_the_main_branch() -> None:
    assert of_tiup(meta("nightly")).dm_versions == (MAIN,)


@pytest.mark.parametrize(
    "text", ["", "dm_version: v7.5.3\n", meta("latest"), "package:\n  version: 7.5.3\ntopology: x\n", meta("v7.5.3").replace("dm_v", "tidb_v"), "# dm_version: v1\ntopology: {}\n"]
)
def test_other_files_of_that_name_say_nothing(text: str) -> None:
    assert of_tiup(text) == DEFAULTS


def test_it_holds_for_its_folder_and_below_until_it_changes() -> None:
    workspace = Workspace()
    workspace.open(FILE, "")
    assert version_of(workspace) == "main"

    workspace.tell(ReadText(META, CONFIG_LIMIT), Content(meta("v7.5.3").encode()))
    assert version_of(workspace) == "7.5.3"
    assert META not in workspace.paths

    workspace.open(META, meta("v8.5.2"))
    assert version_of(workspace) == version_of(workspace, META) == "8.5.2"
    assert version_of(workspace, "/home/tidb/dm-task.yaml") == "main"

    workspace.close(META)
    assert version_of(workspace) == "7.5.3"


def test_whatever_the_user_says_is_stronger() -> None:
    workspace = Workspace()
    workspace.open(FILE, "")
    workspace.put(META, Content(meta("v7.5.3").encode()))
    workspace.set_editor_settings({"dmVersion": "6.5.0"})
    assert version_of(workspace) == "6.5.0"

    workspace.put(f"{FOLDER}/.dmls.toml", Content(b'dm-version = "7.1.0"\n'))
    assert version_of(workspace) == "7.1.0"

    workspace.set_cli_settings({"dm-version": ["8.1.0", "8.5.0"]})
    assert version_of(workspace) == "8.1.0,8.5.0"


def test_the_nearest_one_counts() -> None:
    workspace = Workspace()
    workspace.put("/a/meta.yaml", Content(meta("v6.1.0").encode()))
    workspace.put("/a/b/meta.yaml", Content(b"name: something else\n"))
    workspace.put("/a/b/c/meta.yaml", Content(meta("v7.5.3").encode()))
    assert version_of(workspace, "/a/b/c/d/dm-worker.toml") == "7.5.3"
    assert version_of(workspace, "/a/b/dm-worker.toml") == "6.1.0"
