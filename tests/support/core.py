"""Run the core on texts without a disk, as a shell would."""

from __future__ import annotations

from typing import Mapping

from dmls.analysis import Analysis
from dmls.disk import RealDisk
from dmls.files import Content, Missing
from dmls.workspace import Workspace, answer

ROUNDS = 6
"""How often the core may ask for more files, as in `dmls.cli.session`."""


def analysis_of(files: Mapping[str, str | bytes], settings: Mapping[str, object] | None = None) -> Analysis:
    """A snapshot of a workspace that holds exactly `files`, by absolute path."""
    workspace = Workspace()
    workspace.set_cli_settings(settings or {})
    workspace.set_folders(_folders(files))
    for path, data in files.items():
        workspace.put(path, Content(data.encode("utf-8") if isinstance(data, str) else data))
    for _ in range(ROUNDS):
        while wanted := workspace.wanted():
            for want in wanted:
                workspace.tell(want, Missing())
        # What a script starts is asked for here.
        deal(workspace)
    return workspace.snapshot()


def _folders(files: Mapping[str, str | bytes]) -> list[str]:
    """The workspace folder: the one that holds all files, as far as the shortest path tells."""
    return [min((path.rpartition("/")[0] for path in files), key=len)] if files else []


def deal(workspace: Workspace) -> None:
    """Let the files know of each other."""
    for _ in workspace.deal_all(documents=True):
        pass


def analysis_on_disk(files: Mapping[str, str | bytes], now: float, settings: Mapping[str, object] | None = None) -> Analysis:
    """A snapshot of a workspace that holds `files`, by absolute path, and finds whatever else it asks for on the disk; judged at `now`."""
    workspace = Workspace()
    workspace.set_cli_settings(settings or {})
    workspace.set_now(now)
    workspace.set_folders(_folders(files))
    for path, data in files.items():
        workspace.put(path, Content(data.encode("utf-8") if isinstance(data, str) else data))
    deal(workspace)
    disk = RealDisk()
    for _ in range(ROUNDS):
        # Only a file that is judged asks for its certificates.
        for path in files:
            workspace.snapshot().findings(path)
        wanted = workspace.wanted()
        if not wanted:
            break
        for want in wanted:
            workspace.tell(want, answer(want, disk))
        deal(workspace)
    return workspace.snapshot()
