"""What every action on a deployment does, as its commands in editors and the server's own are asked for it (`editors/changes.json`)."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Sequence, Union

FILE = Path(__file__).parent.parent / "editors" / "changes.json"
Options = Mapping[str, Union[str, Sequence[str], bool]]


class Case(NamedTuple):
    """`before` is the action that goes first; `created` tells what a new file holds, `edited` what one holds then and what no more, and `said` what the page has."""

    action: str
    files: Mapping[str, str]
    options: Options
    said: Sequence[str]
    before: Mapping[str, Any] = {}
    created: Mapping[str, str] = {}
    edited: Mapping[str, Sequence[str]] = {}
    secret: Sequence[str] = ()

    def lay(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")

    def missing(self, folder: Path) -> list[str]:
        """What of the effects has not come about."""
        out = [name for name, text in self.created.items() if text not in _text(folder / name)]
        out += [name for name, (there, gone) in self.edited.items() if there not in _text(folder / name) or gone in _text(folder / name)]
        for name in self.secret:
            path = folder / name
            if not path.is_file() or os.name == "posix" and stat.S_IMODE(path.stat().st_mode) != 0o600:
                out.append(name)
        return out


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def cases(folder: Path) -> dict[str, Case]:
    """The cases by their actions, in a folder for each."""
    found = {}
    for case in json.loads(FILE.read_text(encoding="utf-8")):
        own = folder / case["action"].replace(" ", "-")
        found[case["action"]] = Case(**json.loads(json.dumps(case).replace("{folder}", own.as_posix())))
    return found


NAMES = [case["action"] for case in json.loads(FILE.read_text(encoding="utf-8"))]
