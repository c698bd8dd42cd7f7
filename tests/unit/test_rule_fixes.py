"""What every fix of the rules about syntax, keys and values promises: it mends what it says, in any file, and a safe one changes nothing that DM computes.

The files are those of the scenarios; what a fix writes in each is asserted there.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Iterator

import pytest
import tomli

from dmls import lint, settings
from dmls.analysis import Analysis
from dmls.finding import Applicability, Finding, Fix, Severity
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.dm.effective import differences, effective
from dmls.rules.registry import ROWS
from dmls.schema.load import load
from dmls.syntax import toml, yaml
from dmls.text import apply_edits
from dmls.version import Version
from support.core import analysis_of
from support.scenario import Scenario, read

FOLDER = Path(__file__).resolve().parents[1] / "scenarios" / "rules"
FAMILIES = ("schema", "config", "syntax")
FAMILY_OF = {row.name: row.family for row in ROWS}
SCENARIOS = [s for family in FAMILIES for path in sorted((FOLDER / family).glob("*.md")) for s in read(path) if not s.encodings]


@pytest.fixture(autouse=True)
def _faults_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)


def judged(scenario: Scenario, texts: dict[str, str]) -> Analysis:
    files: dict[str, str | bytes] = {f"/w/{name}": text for name, text in texts.items()}
    if "settings" in scenario.blocks:
        files["/w/.dmls.toml"] = scenario.blocks["settings"]
    return analysis_of(files, {"tls": {"files": "off"}})


def found(scenario: Scenario, texts: dict[str, str]) -> Iterator[tuple[str, Finding]]:
    analysis = judged(scenario, texts)
    for name in texts:
        for finding in analysis.findings(f"/w/{name}"):
            if FAMILY_OF.get(finding.rule) in FAMILIES:
                yield name, finding


def fixes(scenario: Scenario, texts: dict[str, str]) -> Iterator[tuple[str, Finding, Fix]]:
    for name, finding in found(scenario, texts):
        for fix in finding.fixes:
            if fix.edits:
                yield name, finding, fix


def applied(text: str, fix: Fix) -> str:
    return apply_edits(text, [e.edit for e in fix.edits])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_a_fix_mends_what_it_is_offered_for(scenario: Scenario) -> None:
    before = Counter((f.rule, f.message, repr(f.args)) for _, f in found(scenario, scenario.files))
    for name, finding, fix in fixes(scenario, scenario.files):
        new = applied(scenario.files[name], fix)
        assert new != scenario.files[name]
        if fix.applicability is Applicability.MANUAL:
            continue
        after = Counter((f.rule, f.message, repr(f.args)) for _, f in found(scenario, {**scenario.files, name: new}))
        key = (finding.rule, finding.message, repr(finding.args))
        assert after[key] < before[key], (fix.title, new)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
@pytest.mark.parametrize("way", ["crlf", "mark"])
def test_a_fix_keeps_line_ends_and_a_byte_order_mark(scenario: Scenario, way: str) -> None:
    def written(text: str) -> str:
        return text.replace("\n", "\r\n") if way == "crlf" else f"\ufeff{text}"

    plain = [(f.rule, fix.title, fix.applicability, written(applied(scenario.files[n], fix))) for n, f, fix in fixes(scenario, scenario.files)]
    other = {name: written(text) for name, text in scenario.files.items()}
    same = [(f.rule, fix.title, fix.applicability, applied(other[n], fix)) for n, f, fix in fixes(scenario, other)]
    assert same == plain


def versions_of(scenario: Scenario) -> tuple[Version, ...]:
    return settings.parse(tomli.loads(scenario.blocks.get("settings", "")))[0].dm_versions


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_a_safe_fix_changes_nothing_that_dm_computes(scenario: Scenario) -> None:
    """Where DM takes the file; where it refuses it, there is nothing to compare with."""
    analysis = judged(scenario, scenario.files)
    for name in scenario.files:
        findings = analysis.findings(f"/w/{name}")
        config = analysis.file(f"/w/{name}")
        if config is None or config.kind == kinds.SETTINGS or any(f.severity is Severity.ERROR for f in findings):
            continue
        safe = [fix for f in findings for fix in f.fixes if fix.applicability is Applicability.SAFE and FAMILY_OF.get(f.rule) in FAMILIES and not f.versions]
        for fix in safe:
            tree = (yaml if config.language == "yaml" else toml).parse(applied(config.text, fix))
            again = ConfigFile(config.path, config.kind, tree, load(config.kind))
            for version in versions_of(scenario):
                assert differences(effective(config, version), effective(again, version)) == (), fix.title


def test_the_versions_of_a_file_agree_on_a_fix() -> None:
    """DM 6.5 still has the engine behind `loader`; only what all versions offer is offered, and only as surely as all do."""
    text = 'name: a\ntask-mode: all\nmysql-instances:\n  - source-id: a\nloaders:\n  g: {on-duplicate: ignore, on-duplicate-logical: ""}\n'
    offered = {}
    for versions in ('"7.1.0"', '"8.5.7"', '["7.1.0", "8.5.7"]', '["8.5.7", "7.1.0"]'):
        analysis = analysis_of({"/w/dm-task.yaml": text, "/w/.dmls.toml": f"dm-version = {versions}\n"})
        (finding,) = [f for f in analysis.findings("/w/dm-task.yaml") if f.rule == "ignored-key"]
        offered[versions] = [(fix.title, fix.applicability) for fix in finding.fixes]
    assert offered == {
        '"7.1.0"': [("fix.rename-key", Applicability.SAFE)],
        '"8.5.7"': [("fix.rename-key", Applicability.UNSAFE)],
        '["7.1.0", "8.5.7"]': [("fix.rename-key", Applicability.UNSAFE)],
        '["8.5.7", "7.1.0"]': [("fix.rename-key", Applicability.UNSAFE)],
    }
