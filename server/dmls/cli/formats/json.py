"""For programs: the stable contract of ``schemas/findings.schema.json``.  Lines and columns count from 0, columns in UTF-16 units."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dmls.cli import hiding
from dmls.cli.console import Console
from dmls.cli.result import Examined, Result
from dmls.finding import Finding, Fix, Severity
from dmls.text import Span
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.cli.fixes import Outcome
    from dmls.fixing import Applied

VERSION = 1


def write(result: Result, console: Console, outcome: Outcome | None = None) -> None:
    """`outcome` is what was repaired, where that was asked for."""
    findings = [_finding(f, file, result, console.language) for file in result.files for f in file.findings]
    more = ""
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
    if outcome is not None:
        for finding, shown in zip((f for file in result.files for f in file.findings), findings, strict=True):
            shown["not_fixed"] = outcome.why(finding)
        fixed = ",\n".join(encode(_applied(path, applied, result, console.language)) for path, applied in outcome.applied)
        more = f', "fixed": [\n{fixed}\n]'
        if outcome.pending:
            from dmls.cli.diff import unified

            more += f', "diff": {encode("".join(line for c in outcome.changes for line in unified(c, result.name(c.path))))}'
    summary: dict[str, int] = {"files": result.checked, **{s.word: result.counts[s] for s in Severity}}
    if outcome is not None:
        summary["fixed"] = len(outcome.applied)
    # A finding a line: people can read it, and the encoder written in C, which knows no indentation, does the work.
    lines = ",\n".join(map(encode, findings))
    console.write_json(f'{{"version": {VERSION}, "findings": [\n{lines}\n], "summary": {encode(summary)}{more}}}')


def _finding(finding: Finding, file: Examined, result: Result, language: str) -> dict[str, object]:
    out: dict[str, object] = {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "file": result.name(finding.file),
        "range": _range(result, file, finding.file, finding.span),
        "message": sentence(finding.message, finding.args, language),
        "args": dict(finding.args),
        "dm_codes": list(finding.dm_codes),
        "related": [
            {
                "file": result.name(related.file),
                "range": _range(result, file, related.file, related.span),
                "message": sentence(related.message, related.args, language),
            }
            for related in finding.related
        ],
        "fixes": [_fix(fix, file, result, language) for fix in finding.fixes if not _tells(fix, file)],
    }
    if result.several_versions and finding.versions:
        out["versions"] = list(finding.versions)
    return out


def _tells(fix: Fix, file: Examined) -> bool:
    """Whether a fix repeats a password or a private key, as one that moves it does."""
    return any(hiding.repeats(e.edit.new_text, file.texts.get(e.file, ""), file.secrets.get(e.file, ())) for e in fix.edits)


def _fix(fix: Fix, file: Examined, result: Result, language: str) -> dict[str, object]:
    return {
        "title": sentence(fix.title, fix.args, language),
        "applicability": fix.applicability.word,
        "edits": [
            {
                "file": result.name(edit.file),
                "range": _range(result, file, edit.file, edit.edit.span),
                "new_text": edit.edit.new_text,
            }
            for edit in fix.edits
        ],
        **({"command": fix.command} if fix.command else {}),
    }


def _applied(path: str, applied: Applied, result: Result, language: str) -> dict[str, object]:
    return {
        "rule": applied.rule,
        "severity": applied.severity.word,
        "file": result.name(path),
        "line": applied.line,
        "title": sentence(applied.title, applied.args, language),
        "applicability": applied.applicability.word,
    }


def _range(result: Result, file: Examined, path: str, span: Span) -> dict[str, object]:
    lines = result.lines(file, path)
    start = lines.position(span.start, "utf-16")
    end = lines.position(span.end, "utf-16")
    return {
        "start": {"line": start.line, "character": start.column},
        "end": {"line": end.line, "character": end.column},
    }
