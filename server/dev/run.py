"""One command from a fresh clone: `python3 server/dev/run.py demo` or `python3 server/dev/run.py test`.

Makes a virtual environment in `.venv`, installs dmls and what the command needs into it, and runs the command.  Uses only the standard
library, so that a bare Python 3.10 or later is enough.  Commands: demo, check, serve … (anything `dmls` knows), test, full (the long tests),
editors (tests in real editors, which it installs), bench, lint.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".venv"
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")


def make_environment() -> None:
    """Create `.venv` with pip; on a Debian without python3-venv, install that package first where we may."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    print("dmls: making the virtual environment .venv", file=sys.stderr)
    try:
        venv.create(HOME, with_pip=True, clear=True)
        return
    except (subprocess.CalledProcessError, OSError, ImportError):
        pass
    package = f"python3.{sys.version_info.minor}-venv"
    if Path("/usr/bin/apt-get").exists() and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-q"], check=True, stdout=sys.stderr)
        subprocess.run(["apt-get", "install", "-qy", package], check=True, stdout=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
        return
    raise SystemExit(f"dmls: this Python cannot make virtual environments; install {package} (apt-get install {package}) and try again")


def install(extra: str) -> None:
    """Install dmls and the optional dependencies `extra` ("" for none), once per content of pyproject.toml."""
    wanted = f".[{extra}]" if extra else "."
    mark = HOME / f".installed-{extra or 'base'}"
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if mark.exists() and mark.read_text(encoding="utf-8") == digest:
        return
    print(f"dmls: installing {wanted}", file=sys.stderr)
    subprocess.run([PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", wanted], cwd=ROOT, check=True)
    mark.write_text(digest, encoding="utf-8")


def compile_sources() -> None:
    """Write byte code, as an ordinary installation would: some environments forbid Python to do so while importing."""
    subprocess.run([PYTHON, "-m", "compileall", "-q", "server/dmls"], cwd=ROOT)


SCREENS = ("kate", "vscode")
"""Editors with windows: each wants a processor of its own, so their tests run one after the other."""


def test_editors(arguments: list[str]) -> int:
    """Install the editors named, or all, into `.venv/editors` and run their tests; `--record` keeps the sessions that are replayed."""
    install("test")
    compile_sources()
    names = [a for a in arguments if not a.startswith("-")]
    flags = [a for a in arguments if a.startswith("-") and a != "--record"]
    # An editor that cannot be had here is skipped below, with the reason.
    subprocess.run([PYTHON, "tests/editors/install.py", *names], cwd=ROOT)
    environment = {**os.environ, "DMLS_EDITORS": "1", **({"DMLS_RECORD": "1"} if "--record" in arguments else {})}

    def tests_of(editors: list[str]) -> str:
        # The tests that all editors share, and those of one alone, in a file or a folder of its name.
        return " or ".join(name if name == "vscode" else f"[{name}- or [{name}] or test_{name}.py" for name in editors)

    screens = tests_of(list(SCREENS))
    if names:
        runs = [(tests_of([name for name in names if name not in SCREENS]), True), (tests_of([name for name in names if name in SCREENS]), False)]
    else:
        runs = [(f"not ({screens})", True), (screens, False)]
    code = 0
    for chosen, beside in runs:
        if chosen:
            workers = ["-n", "2", "--dist", "worksteal"] if beside else []
            code = subprocess.run([PYTHON, "-m", "pytest", "tests/editors", *workers, "-k", chosen, *flags], cwd=ROOT, env=environment).returncode or code
    return code


def main(argv: list[str]) -> int:
    if sys.version_info < (3, 10):  # noqa: UP036 - this file is what an older Python meets first
        raise SystemExit("dmls needs Python 3.10 or later")
    command = argv[0] if argv else "demo"
    rest = argv[1:]
    make_environment()
    if command in ("test", "full"):
        install("test")
        compile_sources()
        workers = [] if any(a.startswith("-n") for a in rest) else ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "worksteal"]
        environment = dict(os.environ)
        if command == "full":
            # Every state of every file and a million edits: for an evening, not for a commit.
            environment["DMLS_FULL"] = "1"
            rest = ["--timeout=0", *rest]
        return subprocess.run([PYTHON, "-m", "pytest", *workers, *rest], cwd=ROOT, env=environment).returncode
    if command == "editors":
        return test_editors(rest)
    if command == "lint":
        install("test")
        return subprocess.run([PYTHON, "-m", "ruff", "check", "server", "tests", *rest], cwd=ROOT).returncode
    if command == "bench":
        install("")
        compile_sources()
        return subprocess.run([PYTHON, "tests/bench/run.py", *rest], cwd=ROOT).returncode
    install("")
    compile_sources()
    return subprocess.run([PYTHON, "-m", "dmls", command, *rest]).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
