"""Run every section of every scenario; see `support/scenario.py` for the format."""

from __future__ import annotations

import contextlib
import difflib
import io
import json
from pathlib import Path

import pytest

from dmls import lint
from dmls.analysis import Analysis
from dmls.cli.main import main
from dmls.finding import Fix, Severity
from dmls.ide.values import NameSpan, Refusal
from dmls.model.kind import CERTIFICATE_SUFFIXES
from dmls.text import Span, apply_edits
from dmls.words.catalogue import sentence
from support.certs import AT, NOW
from support.certs_block import CannotHave
from support.core import analysis_of, analysis_on_disk
from support.scenario import ExpectedFix, Scenario, read, without_markers

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = [scenario for path in sorted(FOLDER.rglob("*.md")) for scenario in read(path)]


@pytest.fixture(autouse=True)
def _faults_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_scenario(scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    material = scenario.material()
    folder = "/w/"
    if material is not None:
        scenario = scenario.filled(material)
        folder = tmp_path.as_posix() + "/"
    files: dict[str, str | bytes] = {folder + name: scenario.data(name) for name in scenario.files}
    if "limit" in scenario.blocks:
        monkeypatch.setattr(lint, "MAX_FINDINGS", int(scenario.blocks["limit"]))
    if "settings" in scenario.blocks:
        files[folder + ".dmls.toml"] = scenario.blocks["settings"]
    if material is None:
        analysis = analysis_of(files, {"tls": {"files": "off"}})
    else:
        try:
            material.write(tmp_path)
        except CannotHave as error:
            pytest.skip(str(error))
        analysis = analysis_on_disk(files, NOW)
    found = []
    words = {"en": [], "zh": []}
    for path in files:
        text, lines = analysis.text(path), analysis.lines(path)
        assert text is not None and lines is not None
        for finding in analysis.findings(path):
            assert finding.dm_text or len(finding.dm_codes) != 1 or finding.severity > Severity.WARNING, f"DM's number without its words: {finding}"
            covered = finding.span.of(text).split("\n")[0]
            found.append((path[len(folder) :], lines.line_of(finding.span.start), finding.severity.word, finding.rule, covered))
            for locale in words:
                words[locale].append(sentence(finding.message, finding.args, locale))
    unmet = []
    left = list(found)
    for want in scenario.expected():
        match = next((f for f in left if f[:4] == (want.file, want.line, want.severity, want.rule) and want.at in (None, f[4])), None)
        if match is None:
            unmet.append(want)
        else:
            left.remove(match)

    assert not unmet and not left, f"not found: {unmet}\nnot marked: {left}"
    for locale, sentences in words.items():
        for line in scenario.blocks.get(locale, "").splitlines():
            assert any(line.strip() in s for s in sentences), f"no {locale} sentence holds {line.strip()!r}: {sentences}"
    _help(scenario, analysis, folder)
    _navigation(scenario, analysis, folder)
    _fixes(scenario, analysis, folder)
    _same_on_the_command_line(scenario, tmp_path, found)


def _help(scenario: Scenario, analysis: object, folder: str) -> None:
    if scenario.cursor is None:
        return
    file, offset = scenario.cursor
    if "completions" in scenario.blocks:
        offered = [c.label for c in analysis.completions(folder + file, offset)]  # type: ignore[attr-defined]
        labels = set(offered)
        assert len(labels) == len(offered), f"offered twice: {sorted(offered)}"
        for line in scenario.blocks["completions"].split():
            assert (line[1:] not in labels) if line.startswith("-") else (line in labels), (line, sorted(labels))
    if "hover" in scenario.blocks:
        hover = analysis.hover(folder + file, offset)  # type: ignore[attr-defined]
        assert hover is not None
        for line in scenario.blocks["hover"].splitlines():
            text = line.strip()
            assert (text[1:] not in hover.markdown) if text.startswith("-") else (text in hover.markdown), (line, hover.markdown)
    if "actions" in scenario.blocks:
        _actions(scenario, analysis, folder + file, offset)


def _actions(scenario: Scenario, analysis: object, path: str, offset: int) -> None:
    found = {sentence(a.title, a.args): a for a in analysis.actions(path, Span(offset, offset))}  # type: ignore[attr-defined]
    lines = scenario.blocks["actions"].splitlines()
    for line in lines:
        assert (line[1:] not in found) if line.startswith("-") else (line in found), (line, list(found))
    if "applied" in scenario.blocks:
        text = analysis.text(path)  # type: ignore[attr-defined]
        assert apply_edits(text, [e.edit for e in found[lines[0]].edits]) == scenario.blocks["applied"]


def _navigation(scenario: Scenario, analysis: Analysis, folder: str) -> None:
    if scenario.cursor is None:
        return
    path, offset = folder + scenario.cursor[0], scenario.cursor[1]

    def shown(file: str, span: Span) -> str:
        lines = analysis.lines(file)
        assert lines is not None
        text = "" if file.endswith(CERTIFICATE_SUFFIXES) else f": {span.of(lines.text)}"
        return f"{file.removeprefix(folder)}:{lines.line_of(span.start) + 1}{text}"

    for block, answer in (("definition", analysis.definitions), ("references", analysis.references)):
        if block in scenario.blocks:
            assert sorted(shown(*place) for place in answer(path, offset)) == sorted(filter(None, scenario.blocks[block].splitlines()))
    if "highlight" in scenario.blocks:
        found = [shown(path, h.span).partition(":")[2] + (" (definition)" if h.is_definition else "") for h in analysis.highlights(path, offset)]
        assert found == list(filter(None, scenario.blocks["highlight"].splitlines()))
    if "rename" in scenario.blocks:
        new, *expected = scenario.blocks["rename"].splitlines()
        assert _renamed(analysis, path, offset, new, folder) == expected


def _renamed(analysis: Analysis, path: str, offset: int, new: str, folder: str) -> list[str]:
    """What a new name changes, as a `rename` block says it."""
    edits = analysis.rename(path, offset, new)
    named = analysis.rename_span(path, offset)
    if isinstance(edits, Refusal):
        if isinstance(named, Refusal):
            assert named == edits
        return [f"refused: {sentence(edits.message, edits.args)}"]
    assert isinstance(named, NameSpan) and named.span.contains(offset)
    out = []
    for file in dict.fromkeys(e.file for e in edits):
        text = analysis.text(file)
        assert text is not None
        after = apply_edits(text, [e.edit for e in edits if e.file == file])
        lines = difflib.unified_diff(text.split("\n"), after.split("\n"), n=0, lineterm="")
        out += [f"= {file.removeprefix(folder)}", *(f"{line[0]} {line[1:]}".rstrip() for line in lines if not line.startswith(("---", "+++", "@@")))]
    return out


def _fixes(scenario: Scenario, analysis: Analysis, folder: str) -> None:
    expected = scenario.expected_fixes()
    for rule in dict.fromkeys(e.rule for e in expected):
        findings = [f for name in scenario.files for f in analysis.findings(folder + name) if f.rule == rule]
        assert findings, f"{rule} finds nothing here"
        found = [_shown(f.rule, fix, analysis) for f in findings for fix in f.fixes] or [ExpectedFix(rule, "", "", ())]
        assert found == [e for e in expected if e.rule == rule]


def _shown(rule: str, fix: Fix, analysis: Analysis) -> ExpectedFix:
    """A fix as a `fixes` block says it."""
    body = [f"$ {fix.command}"] if fix.command else []
    for path in dict.fromkeys(e.file for e in fix.edits):
        text = analysis.text(path)
        assert text is not None
        new = apply_edits(text, [e.edit for e in fix.edits if e.file == path])
        lines = difflib.unified_diff(without_markers(text), without_markers(new), n=0, lineterm="")
        body += [f"{line[0]} {line[1:]}".rstrip() for line in lines if not line.startswith(("---", "+++", "@@"))]
    return ExpectedFix(rule, fix.applicability.word, sentence(fix.title, fix.args), tuple(body))


def _same_on_the_command_line(scenario: Scenario, folder: Path, found: list[tuple[str, int, str, str, str]]) -> None:
    for name in scenario.files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(scenario.data(name))
    if "settings" in scenario.blocks:
        (folder / ".dmls.toml").write_text(scenario.blocks["settings"], encoding="utf-8")
    out = io.StringIO()
    files = ["--at", AT] if "certs" in scenario.blocks else ["--files", "off"]
    with contextlib.redirect_stdout(out):
        main(["check", "--format", "json", *files, "--min-severity", "hint", str(folder)])
    report = json.loads(out.getvalue())
    judged = {Path(name).name for name in (*scenario.files, ".dmls.toml")}
    said = sorted((Path(f["file"]).name, f["range"]["start"]["line"], f["severity"], f["rule"]) for f in report["findings"] if Path(f["file"]).name in judged)
    assert said == sorted((Path(f[0]).name, *f[1:4]) for f in found)
