"""Files that are DM's and files that are not, to try the cheap looks of the editors on."""

from __future__ import annotations

import re
from pathlib import Path

from dmls.model.kind import CERTIFICATE, recognise
from editors.place import ROOT

OTHERS = [
    ("docker-compose.yaml", "services:\n  db:\n    image: mysql\n"),
    ("deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\n"),
    ("tasks.yml", "- name: install\n  apt:\n    name: git\n"),
    ("pyproject.toml", '[project]\nname = "x"\n'),
    ("Cargo.toml", '[package]\nname = "x"\n'),
    ("source.yaml", "kind: git\nurl: x\n"),
    ("webmaster.toml", 'name = "x"\n'),
    ("values.yaml", "from: a\nto: b\n"),
    ("build.sh", "#!/bin/bash\n# starts neither dm-master nor dmctl\nexec make -j2\n"),
    ("nginx.service", "[Service]\n; not dm-worker\nExecStart=/usr/sbin/nginx\n"),
]
"""Not DM's."""


def of_dm() -> list[tuple[str, str]]:
    """The files of all scenarios that the server takes for DM's, by name and text."""
    found: dict[tuple[str, str], None] = {}
    for path in sorted((ROOT / "tests" / "scenarios").rglob("*.md")):
        for name, text in re.findall(r"^`([^`\n]+)`:\n\n```\w*\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S):
            file = (name.rpartition("/")[2], text)
            if recognise(*file) not in (None, CERTIFICATE):
                found[file] = None
    return list(found)


def words_of_neovim() -> list[str]:
    """What may stand behind `:Dmls`, in order."""
    commands = ROOT / "editors" / "neovim" / "lua" / "dmls" / "commands.lua"
    return sorted(re.findall(r"^function COMMANDS\.(\w+)", commands.read_text(encoding="utf-8"), re.M))


def write(folder: Path, files: list[tuple[str, str]]) -> list[Path]:
    """Put each file into a folder of its own."""
    paths = []
    for number, (name, text) in enumerate(files):
        path = folder / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
