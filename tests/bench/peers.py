"""Installs what is compared, each as its users would: dmls and the Python peers in virtual environments, the others with npm."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OUT = HERE / "out"
OURS = OUT / "ours"
PYTHON_PEERS = OUT / "peers"
NODE = OUT / "node"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DMLS_"))}
"""Without flags such as PYTHONDONTWRITEBYTECODE, which no user has."""


def install(ours: bool) -> None:
    """Bring everything in place; `ours` says whether dmls is built anew from the sources."""
    if ours or not command("dmls", OURS)[0].exists():
        _say("installing dmls")
        # Not editable: byte code is there as for users, and edits during the run change nothing.
        _pip(OURS, str(ROOT))
    _once(PYTHON_PEERS, HERE / "requirements.txt", lambda source: _pip(PYTHON_PEERS, "-U", "-r", str(source)))
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise SystemExit("bench: node and npm are needed for the peers; install Node 20 or later")
    _once(NODE, HERE / "package.json", _npm)


def command(name: str, home: Path = PYTHON_PEERS) -> tuple[Path, ...]:
    return (home / SCRIPTS / (name + (".exe" if os.name == "nt" else "")),)


DMLS = command("dmls", OURS)
YAML_SERVER = ("node", NODE / "node_modules/yaml-language-server/bin/yaml-language-server", "--stdio")
TAPLO_SERVER = ("node", HERE / "taplo_stdio.mjs", NODE)
TOMBI_SERVER = (*command("tombi"), "lsp", "--offline")


def versions() -> list[str]:
    """What was installed, for the record."""
    packages = subprocess.run([PYTHON_PEERS / SCRIPTS / "python", "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True, env=ENVIRONMENT)
    names = {line.partition(">=")[0] for line in (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines()}
    out = [line for line in packages.stdout.splitlines() if line.partition("==")[0] in names]
    for package in ("yaml-language-server", "@taplo/lsp"):
        found = (NODE / "node_modules" / package / "package.json").read_text(encoding="utf-8").partition('"version":')[2]
        out.append(f"{package}=={found.split(chr(34))[1]}")
    node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    return [*out, f"node=={node.lstrip('v')}", f"python=={sys.version.split()[0]}"]


def _once(folder: Path, source: Path, run: object) -> None:
    """Install from `source` unless that was done with the same content."""
    mark = folder / ".installed"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    if mark.exists() and mark.read_text(encoding="utf-8") == digest:
        return
    _say(f"installing the peers of {source.name}")
    assert callable(run)
    run(source)
    mark.write_text(digest, encoding="utf-8")


def _pip(home: Path, *arguments: str) -> None:
    if not (home / "pyvenv.cfg").exists():
        venv.create(home, with_pip=True)
    subprocess.run([home / SCRIPTS / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments], check=True, env=ENVIRONMENT)


def _npm(source: Path) -> None:
    NODE.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, NODE / source.name)
    npm = shutil.which("npm")
    assert npm is not None
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=NODE, check=True)


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)
