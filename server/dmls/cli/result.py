"""What a check found, in the form that every output format starts from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Iterable

from dmls.cli import hiding
from dmls.disk import with_slashes
from dmls.finding import Finding, Severity
from dmls.named import NamedTuple
from dmls.text import LineIndex, Span

if TYPE_CHECKING:
    from dmls.analysis import Analysis


class Examined(NamedTuple):
    """The findings of one file and what is needed to show them.  Plain values: it travels between processes.

    `known` says whether the file is one that dmls checks.  `texts` holds every file that a finding points into, `secrets` the places
    in them that must not be shown.
    """

    path: str
    known: bool
    findings: tuple[Finding, ...]
    texts: dict[str, str]
    secrets: dict[str, tuple[Span, ...]]


def examine(analysis: Analysis, path: str, least: Severity) -> Examined:
    """The findings of the file at `path` that are as grave as `least` or graver."""
    findings = tuple(f for f in analysis.findings(path) if f.severity <= least)
    texts: dict[str, str] = {}
    secrets: dict[str, tuple[Span, ...]] = {}
    for finding in findings:
        for file in _files(finding):
            text = None if file in texts else analysis.text(file)
            if text is not None:
                texts[file] = text
                secrets[file] = secret_spans(analysis, file)
    known = bool(findings) or analysis.is_dm(path)
    # A run over thousands of files would otherwise hold all their trees until its end.
    analysis.release(path)
    return Examined(path, known, findings, texts, secrets)


def _files(finding: Finding) -> Iterable[str]:
    yield finding.file
    for related in finding.related:
        yield related.file
    for fix in finding.fixes:
        for edit in fix.edits:
            yield edit.file


def secret_spans(analysis: Analysis, path: str) -> tuple[Span, ...]:
    """Where passwords and private keys stand in a file."""
    file = analysis.file(path)
    known = [file.value_span(e) for e in file.entries() if e.schema is not None and e.schema.secret] if file is not None else ()
    return hiding.spans(analysis.text(path) or "", known)


class Result:
    """All files of one run in their order.  `names` is how to call a path to the user."""

    __slots__ = ("_lines", "counts", "files", "names", "several_versions")

    def __init__(self, files: list[Examined], names: dict[str, str], several_versions: bool = False) -> None:
        self.files = files
        self.names = names
        self.several_versions = several_versions
        self.counts = dict.fromkeys(Severity, 0)
        for file in files:
            for finding in file.findings:
                self.counts[finding.severity] += 1
        self._lines: dict[str, LineIndex] = {}

    @property
    def checked(self) -> int:
        """How many files were checked."""
        return sum(1 for file in self.files if file.known)

    def worst(self) -> Severity | None:
        return next((s for s in Severity if self.counts[s]), None)

    def name(self, path: str) -> str:
        """How the user called the file; a file he did not name is called from the current folder where it lies below."""
        name = self.names.get(path)
        if name is None:
            here = with_slashes(os.getcwd()).rstrip("/") + "/"
            name = path[len(here) :] if path.startswith(here) else path
        return name

    def lines(self, examined: Examined, path: str) -> LineIndex:
        """The lines of a file that a finding of `examined` points into; of an empty text where the file has none."""
        lines = self._lines.get(path)
        if lines is None:
            lines = self._lines[path] = LineIndex(examined.texts.get(path, ""))
        return lines
