"""A finding without a fix is half a finding: each rule has one, seen in its own scenarios, or says on its page why there is none."""

from __future__ import annotations

import importlib
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dmls.rules.registry import ROWS, Row
from dmls.words.catalogue import page
from support.certs import NOW
from support.certs_block import CannotHave
from support.core import analysis_of, analysis_on_disk
from support.scenario import Scenario, read
from support.shared import SHARED, needs_shared

FOLDER = Path(__file__).resolve().parents[1] / "scenarios" / "rules"
ENGLISH, CHINESE = ("\nFix:", "there is no fix"), ("\n修复：", "没有修复")
"""The heading of what a page says of fixes, and what it must say where no finding can have one."""
LEAST = 0.9
"""The part of the mechanical rules that must have a fix."""


@cache
def has_fix(row: Row) -> bool:
    """Whether a finding of the rule's scenarios can be repaired by an edit or a command."""
    return any(_offers(row.name, scenario) for scenario in read(FOLDER / row.family / f"{row.name}.md"))


def _offers(rule: str, scenario: Scenario) -> bool:
    with TemporaryDirectory() as folder:
        material = scenario.material()
        if material is not None:
            scenario = scenario.filled(material)
            try:
                material.write(Path(folder))
            except CannotHave:
                return False
        place = Path(folder).as_posix() if material is not None else "/w"
        files: dict[str, str | bytes] = {f"{place}/{name}": scenario.data(name) for name in scenario.files}
        if "settings" in scenario.blocks:
            files[f"{place}/.dmls.toml"] = scenario.blocks["settings"]
        analysis = analysis_of(files) if material is None else analysis_on_disk(files, NOW)
        return any(finding.fixes for file in files for finding in analysis.findings(file) if finding.rule == rule)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_rule_has_a_fix_or_says_why_not(row: Row) -> None:
    if not has_fix(row):
        for text, (heading, why_not) in ((importlib.import_module(row.module).__doc__, ENGLISH), (page(row.name), CHINESE)):
            said = " ".join((text or "").partition(heading)[2].split())
            assert why_not in said, f"no scenario of {row.name} shows a fix, and the page does not say why: {said}"


@needs_shared
def test_nearly_all_mechanical_rules_have_a_fix() -> None:
    """The catalogue names a fix for those that are mechanical."""
    catalogue = json.loads((SHARED / "reference" / "rules.json").read_text(encoding="utf-8"))
    mechanical = {rule["code"] for rule in catalogue if rule["fix"] != "—"}
    rows = [row for row in ROWS if row.name in mechanical]
    assert rows
    without = [row.name for row in rows if not has_fix(row)]
    assert len(without) <= (1 - LEAST) * len(rows), without
