"""Run the core on texts without a disk, as a shell would."""

from __future__ import annotations

from typing import Mapping

from dmls.analysis import Analysis
from dmls.files import Content, Missing
from dmls.workspace import Workspace


def analysis_of(files: Mapping[str, str | bytes], settings: Mapping[str, object] | None = None) -> Analysis:
    """A snapshot of a workspace that holds exactly `files`, by absolute path."""
    workspace = Workspace()
    workspace.set_cli_settings(settings or {})
    for path, data in files.items():
        workspace.put(path, Content(data.encode("utf-8") if isinstance(data, str) else data))
    while wanted := workspace.wanted():
        for want in wanted:
            workspace.put(want.path, Missing())
    return workspace.snapshot()
