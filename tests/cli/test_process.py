"""The command as a process of its own: what it loads, what it writes, how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dmls
from dmls.cli.demo import FILES

from .conftest import BAD_WORKER, GOOD_WORKER

SERVER = str(Path(dmls.__file__).parents[1])
ENV = {**{k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL", "LC_MESSAGES", "NO_COLOR", "FORCE_COLOR")}, "PYTHONPATH": SERVER}


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "dmls", *arguments], capture_output=True, **{"env": ENV, **options})  # type: ignore[call-overload, no-any-return]


def test_status_and_output(here: Path) -> None:
    (here / "dm-worker1.toml").write_text(BAD_WORKER)
    ran = run("check")
    assert ran.returncode == 1
    assert ran.stdout.startswith(b"dm-worker1.toml:3:1: error[unknown-key] ")
    assert ran.stderr == b""
    assert run("check", "no").returncode == 2
    (here / "dm-worker1.toml").write_text(GOOD_WORKER)
    assert run("check").returncode == 0


# What would make one check slower than yamllint, or drag in the protocol.
HEAVY = ("pygls", "lsprotocol", "cattrs", "attrs", "attr", "asyncio", "cryptography", "dataclasses", "argparse", "inspect", "multiprocessing", "tomlkit")


@pytest.mark.parametrize("name", ["dm-worker2.toml", "task.yaml"])
def test_a_check_loads_nothing_heavy(here: Path, name: str) -> None:
    (here / name).write_text(FILES[name])
    script = (
        "import sys\n"
        "from dmls.cli.main import main\n"
        f"assert main(['check', {name!r}]) == 1\n"
        f"heavy = [m for m in {HEAVY!r} if m in sys.modules]\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, env=ENV)
    assert ran.returncode == 0, ran.stderr.decode()


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_reader_that_goes_away_is_no_fault(here: Path, form: str) -> None:
    for i in range(60):
        (here / f"dm-worker{i}.toml").write_text(BAD_WORKER + "x = 1\n" * 200)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run([sys.executable, "-m", "dmls", "check", "--format", form], stdout=writing, stderr=subprocess.PIPE, env=ENV)
    finally:
        os.close(writing)
    assert ran.stderr == b""
    assert ran.returncode == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "utf-8"])
def test_any_encoding_of_the_terminal(here: Path, encoding: str) -> None:
    (here / "dm-worker1.toml").write_text(BAD_WORKER, encoding="utf-8")
    env = {**ENV, "PYTHONIOENCODING": encoding, "DMLS_LANG": "zh"}
    ran = run("check", "no", ".", env=env)
    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr
    assert ("检查了" in ran.stdout.decode(encoding)) is (encoding in ("gbk", "utf-8"))
    ran = run("check", "--format", "json", env=env)
    assert "message" in ran.stdout.decode("utf-8")


def test_standard_input_of_a_process() -> None:
    ran = run("check", "-", "--kind", "worker", input=BAD_WORKER.encode())
    assert ran.stdout.startswith(b"<stdin>:3:1: error[unknown-key] ")


@pytest.mark.skipif(os.name != "posix", reason="bytes in names")
def test_a_name_that_is_no_text(here: Path) -> None:
    (here / os.fsdecode(b"dm-worker\xff.toml")).write_bytes(BAD_WORKER.encode())
    for form in ("text", "json"):
        ran = run("check", "--format", form)
        assert (ran.returncode, ran.stderr) == (1, b"")
