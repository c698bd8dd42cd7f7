"""Each rule is one module, found by its name; the registry knows them all."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from dmls.finding import Severity
from dmls.model.kind import KINDS, SETTINGS
from dmls.rule import CERT_USE, CONFIG_FILE, ENTRY, LINKS, MISFIT, PATH, PEM, STRICT, TLS_BLOCK, Rule
from dmls.rules.registry import ROWS, Row

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "server" / "dmls" / "rules"
MODULES = sorted(p for p in RULES.glob("*/*.py") if not p.name.startswith("_"))
SCENARIOS = ROOT / "tests" / "scenarios" / "rules"


def test_the_registry_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "server" / "dev" / "generate.py"), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_names_are_unique() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    assert len(ROWS) == len(MODULES)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_rule_is_what_its_module_is_called(row: Row) -> None:
    rule = importlib.import_module(row.module).RULE
    assert isinstance(rule, Rule)
    *_, family, module = row.module.split(".")
    assert rule.name == module.replace("_", "-")
    assert rule.family == family
    assert isinstance(rule.severity, Severity)
    assert rule.subject in (CERT_USE, CONFIG_FILE, ENTRY, LINKS, MISFIT, PEM, STRICT, TLS_BLOCK)
    assert rule.kinds and set(rule.kinds) <= {*KINDS, SETTINGS}
    if rule.subject == PEM:
        assert rule.select in ((), (PATH,))
    else:
        assert bool(rule.select) == (rule.subject in (ENTRY, MISFIT)), "only these subjects are selected"


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_rule_has_scenarios(row: Row) -> None:
    path = SCENARIOS / row.family / f"{row.name}.md"
    assert path.exists()
    text = path.read_text(encoding="utf-8")
    sections = text.split("\n## ")[1:]
    assert any(f"[{row.name}]" in s for s in sections), "one section must find it"
    assert any(f": [{row.name}]" not in s for s in sections), "one section must not"
    assert "```zh" in text


def test_every_scenario_of_a_rule_belongs_to_one() -> None:
    # What is said about command lines comes from rules of other families.
    assert {p.stem for p in SCENARIOS.rglob("*.md") if p.parent.name != "scripts"} <= {row.name for row in ROWS}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_a_rule_imports_no_other_rule(path: Path) -> None:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names] if isinstance(node, ast.Import) else []
        found += [n for n in names if n.startswith("dmls.rules.") and n != "dmls.rules.registry" and not n.rpartition(".")[2].startswith("_")]
    assert found == []
