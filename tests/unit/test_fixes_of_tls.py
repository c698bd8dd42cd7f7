"""What holds for every fix of the rules about TLS, files and certificates, tried on every scenario of these families."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from dmls.analysis import Analysis
from dmls.finding import Applicability, Finding, Fix, Severity
from dmls.model.dm.effective import effective
from dmls.rules.registry import ROWS
from dmls.text import apply_edits
from dmls.version import MAIN
from support.certs import NOW
from support.certs_block import CannotHave
from support.core import analysis_of, analysis_on_disk
from support.scenario import Scenario, read

FOLDER = Path(__file__).resolve().parents[1] / "scenarios" / "rules"
FAMILIES = ("tls", "files", "certificates")
RULES = {row.name for row in ROWS if row.family in FAMILIES}
SCENARIOS = [s for family in FAMILIES for path in sorted((FOLDER / family).glob("*.md")) for s in read(path)]


class Place:
    """The files of a section, with certificates where it has some."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        material = scenario.material()
        self.on_disk = material is not None
        self.folder = "/w/"
        if material is not None:
            scenario = scenario.filled(material)
            self.folder = folder.as_posix() + "/"
            try:
                material.write(folder)
            except CannotHave as error:
                pytest.skip(str(error))
        self.files = {self.folder + name: text for name, text in scenario.files.items() if name not in scenario.encodings}
        self.settings = scenario.blocks.get("settings")

    def analysis(self, changed: dict[str, str]) -> Analysis:
        files: dict[str, str | bytes] = {**self.files, **changed}
        if self.settings is not None:
            files[self.folder + ".dmls.toml"] = self.settings
        return analysis_on_disk(files, NOW) if self.on_disk else analysis_of(files, {"tls": {"files": "off"}})

    def fixes(self, analysis: Analysis) -> Iterator[tuple[str, Finding, Fix]]:
        for path in self.files:
            for finding in analysis.findings(path):
                if finding.rule in RULES:
                    for fix in finding.fixes:
                        yield path, finding, fix


def key(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.message, repr(finding.args)


def after(text: str, fix: Fix) -> str:
    return apply_edits(text, [e.edit for e in fix.edits])


def shapes(text: str, found: Iterator[tuple[str, Finding, Fix]]) -> list[tuple[str, str, str]]:
    return [(finding.rule, fix.title, after(text, fix)) for _, finding, fix in found if fix.edits]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_every_fix_keeps_its_promise(scenario: Scenario, tmp_path: Path) -> None:
    place = Place(scenario, tmp_path)
    analysis = place.analysis({})
    for path, finding, fix in place.fixes(analysis):
        assert sum(f.preferred for f in finding.fixes) <= 1
        assert bool(fix.edits) != bool(fix.command)
        if fix.command:
            assert fix.applicability is Applicability.MANUAL and "\n" not in fix.command
            continue
        assert {e.file for e in fix.edits} == {path}
        text = place.files[path]
        new = after(text, fix)
        assert new != text
        judged = place.analysis({path: new})
        found = judged.findings(path)
        assert "syntax-error" not in {f.rule for f in found} - {f.rule for f in analysis.findings(path)}, new
        if fix.applicability is Applicability.MANUAL:
            continue
        before = sum(key(f) == key(finding) for f in analysis.findings(path))
        assert sum(key(f) == key(finding) for f in found) < before, (fix.title, new)
        if fix.applicability is Applicability.SAFE and finding.severity is not Severity.ERROR:
            old_config, new_config = analysis.file(path), judged.file(path)
            assert old_config is not None and new_config is not None
            assert effective(old_config, MAIN) == effective(new_config, MAIN), (fix.title, new)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_line_ends_and_a_mark_stay(scenario: Scenario, tmp_path: Path) -> None:
    place = Place(scenario, tmp_path)
    analysis = place.analysis({})
    for path, text in place.files.items():
        wanted = shapes(text, (f for f in place.fixes(analysis) if f[0] == path))
        if not wanted:
            continue
        crlf = text.replace("\n", "\r\n")
        found = shapes(crlf, (f for f in place.fixes(place.analysis({path: crlf})) if f[0] == path))
        assert found == [(rule, title, new.replace("\n", "\r\n")) for rule, title, new in wanted]
        marked = "\ufeff" + text
        found = shapes(marked, (f for f in place.fixes(place.analysis({path: marked})) if f[0] == path))
        assert found == [(rule, title, "\ufeff" + new) for rule, title, new in wanted]
