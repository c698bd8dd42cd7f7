"""The exported schemas in the tools that people feed them to: a good file passes, an unknown key is found."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dmls.schema.export import export

GOOD = {
    "master": 'name = "master-1"\nmaster-addr = "10.0.0.1:8261"\nadvertise-addr = "10.0.0.1:8261"\nrpc-rate-limit = 10\nssl-ca = "/tls/ca.pem"\ncert-allowed-cn = ["dm"]\n',
    "worker": 'name = "worker-1"\nworker-addr = "10.0.0.2:8262"\njoin = "10.0.0.1:8261"\nkeepalive-ttl = 60\n',
    "dmctl": 'cert-allowed-cn = ["dm"]\n',
    "source": "source-id: mysql-01\nenable-gtid: yes\nfrom:\n  host: 10.0.0.3\n  port: 3306\n  user: dm\n  password: 123\n",
    "task": 'name: t\ntask-mode: all\ntarget-database: {host: 10.0.0.4, port: 4000, user: root, password: ""}\nmysql-instances:\n- source-id: mysql-01\n',
}
BAD_LINE = {"toml": 'no-such-key = "x"\n', "yaml": "no-such-key: x\n"}
TOML_KINDS = ("master", "worker", "dmctl")
STRICT = ("master", "worker", "source", "task")
"""Kinds whose unknown keys DM refuses; dmctl ignores them, so its schema allows them."""


def tool(name: str) -> str:
    """The program beside the running Python, or on the path; skips where it is in neither place."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def files(kind: str, folder: Path) -> tuple[Path, Path, Path]:
    """Schema, good file and bad file of a kind."""
    language = "toml" if kind in TOML_KINDS else "yaml"
    schema, good, bad = folder / "schema.json", folder / f"good.{language}", folder / f"bad.{language}"
    schema.write_text(json.dumps(export(kind)), encoding="utf-8")
    good.write_text(GOOD[kind], encoding="utf-8")
    bad.write_text(BAD_LINE[language] + GOOD[kind], encoding="utf-8")
    return schema, good, bad


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("kind", TOML_KINDS)
def test_taplo(kind: str, tmp_path: Path) -> None:
    taplo = tool("taplo")
    schema, good, bad = files(kind, tmp_path)

    passed = run(taplo, "lint", "--schema", schema.as_uri(), good, cwd=tmp_path)
    assert passed.returncode == 0, passed.stderr
    if kind not in STRICT:
        return
    failed = run(taplo, "lint", "--schema", schema.as_uri(), bad, cwd=tmp_path)
    assert failed.returncode != 0 and "no-such-key" in failed.stderr


@pytest.mark.parametrize("kind", TOML_KINDS)
def test_tombi(kind: str, tmp_path: Path) -> None:
    tombi = tool("tombi")
    _, good, bad = files(kind, tmp_path)
    (tmp_path / "tombi.toml").write_text('[[schemas]]\npath = "schema.json"\ninclude = ["*.toml"]\n', encoding="utf-8")

    passed = run(tombi, "lint", "--offline", good, cwd=tmp_path)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    if kind not in STRICT:
        return
    failed = run(tombi, "lint", "--offline", bad, cwd=tmp_path)
    assert failed.returncode != 0 and "no-such-key" in failed.stdout + failed.stderr


@pytest.mark.parametrize("kind", GOOD)
def test_check_jsonschema(kind: str, tmp_path: Path) -> None:
    check = tool("check-jsonschema")
    schema, good, bad = files(kind, tmp_path)

    passed = run(check, "--schemafile", schema, good, cwd=tmp_path)
    assert passed.returncode == 0, passed.stdout
    if kind not in STRICT:
        return
    failed = run(check, "--schemafile", schema, bad, cwd=tmp_path)
    assert failed.returncode != 0 and "no-such-key" in failed.stdout
