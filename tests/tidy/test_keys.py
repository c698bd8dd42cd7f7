"""Names of DM's keys are written in `schemas/` and, made from there, in `schema/keys.py`: nowhere else in Python."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

from dmls.schema.load import KINDS, load

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "server" / "dmls"
GENERATED = {PACKAGE / "schema" / "keys.py", PACKAGE / "schema" / "semantics.py", PACKAGE / "rules" / "registry.py"}


def test_generated_files_are_up_to_date() -> None:
    script = ROOT / "server" / "dev" / "generate_keys.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def key_names() -> frozenset[str]:
    """The names that cannot be mistaken for an ordinary word."""
    names = {key.name for kind in KINDS for key in load(kind).walk()}
    return frozenset(name for name in names if "-" in name or "_" in name)


def docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    """The string statements: docstrings, and the strings below an assignment that document it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def literals(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = set(map(id, docstrings(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", [p for p in sorted(PACKAGE.rglob("*.py")) if p not in GENERATED], ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_no_key_is_spelt_in_python(path: Path) -> None:
    names = key_names()
    found = [f"{path.name}:{line}: {text!r}" for line, text in literals(path) if text in names]
    assert found == [], "take the name from dmls.schema.keys"
