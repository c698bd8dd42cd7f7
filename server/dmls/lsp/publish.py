"""Findings to the client: pushed, or pulled by it, never both (two ways at once show every finding twice)."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Callable, Mapping, NamedTuple

from dmls.lsp import to_proto
from dmls.lsp.documents import Documents
from dmls.lsp.from_proto import Client
from dmls.lsp.uris import uri_of
from dmls.text import LineIndex

if TYPE_CHECKING:
    from dmls.analysis import Analysis
    from dmls.finding import Finding


class Report(NamedTuple):
    """The diagnostics of a file; `result_id` changes when and only when they do."""

    result_id: str
    diagnostics: list[to_proto.Json]


class _Kept(NamedTuple):
    text: str
    findings: tuple[Finding, ...]
    locale: str
    report: Report


class Publisher:
    """`send` pushes the parameters of a publishDiagnostics notification."""

    def __init__(
        self,
        client: Client,
        documents: Documents,
        sentence: Callable[[str, Mapping[str, object], str], str],
        send: Callable[[to_proto.Json], None],
    ) -> None:
        self._client = client
        self._documents = documents
        self._sentence = sentence
        self._send = send
        self._kept: dict[str, _Kept] = {}
        self._pushed: dict[str, tuple[int | None, str]] = {}
        self._number = 0
        self.locale = "en"

    def uri(self, path: str) -> str:
        """How the client spells the file's URI."""
        document = self._documents.get(path)
        return document.uri if document is not None else uri_of(path)

    def lines(self, analysis: Analysis, path: str) -> LineIndex | None:
        """The line index of the text that `analysis` holds for `path`."""
        lines = analysis.lines(path)
        document = self._documents.get(path)
        if document is not None and lines is not None:
            # The parser's index also serves the next edit and the next hover.
            document.adopt(lines)
        return lines

    def places(self, analysis: Analysis) -> to_proto.Places:
        """How to show a place in any file."""

        def place(path: str) -> tuple[str, LineIndex] | None:
            lines = self.lines(analysis, path)
            return None if lines is None else (self.uri(path), lines)

        return place

    def report(self, analysis: Analysis, path: str) -> Report:
        """The diagnostics of `path`; made anew only where findings, text or language changed."""
        findings = analysis.findings(path)
        text = analysis.text(path) or ""
        kept = self._kept.get(path)
        locale = analysis.language(path) or self.locale
        if kept is not None and kept.locale == locale and kept.text == text and kept.findings == findings:
            return kept.report
        lines = self.lines(analysis, path) or LineIndex(text)
        places = self.places(analysis)
        diagnostics = to_proto.diagnostics(findings, lines, self._client, lambda message, args: self._sentence(message, args, locale), places)
        if kept is not None and kept.report.diagnostics == diagnostics:
            report = kept.report
        else:
            self._number += 1
            report = Report(str(self._number), diagnostics)
        self._kept[path] = _Kept(text, findings, locale, report)
        return report

    def timed_report(self, analysis: Callable[[], Analysis], path: str) -> tuple[Report, float]:
        """The same, and the seconds it took, taking the snapshot included."""
        begun = perf_counter()
        report = self.report(analysis(), path)
        return report, perf_counter() - begun

    def push(self, path: str, report: Report) -> bool:
        """Send `report` unless the client has it; an open file's every version is reported once."""
        document = self._documents.get(path)
        version = document.version if document is not None else None
        state = (version, report.result_id)
        before = self._pushed.get(path)
        if before == state or (before is None and document is None and not report.diagnostics):
            return False
        if document is None and before is not None and before[1] == report.result_id:
            # Closed since: what is shown stays right.
            self._pushed[path] = state
            return False
        self._pushed[path] = state
        params: to_proto.Json = {"uri": self.uri(path), "diagnostics": report.diagnostics}
        if version is not None:
            params["version"] = version
        self._send(params)
        return True

    @property
    def shown(self) -> frozenset[str]:
        """The files about which something was pushed."""
        return frozenset(self._pushed)

    def clear(self, path: str, uri: str) -> None:
        """Forget `path`; what is shown under `uri` goes away."""
        self._kept.pop(path, None)
        if self._pushed.pop(path, None) is not None and not self._client.pull:
            self._send({"uri": uri, "diagnostics": []})
