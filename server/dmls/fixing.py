"""Apply the fixes of findings, round after round, until nothing changes.  Pure: texts in, texts out; the caller judges.

Of each finding the one sure fix is taken.  Fixes that touch the same text wait for the next round, which sees the new text.  After each
round the files are judged again, and what made one of them worse, or left its own finding where it was, is undone: a fix is only ever as
good as what comes out of it.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from functools import lru_cache
from typing import Callable, Iterable, Iterator, Mapping, NamedTuple, Optional, Sequence

from dmls import lint
from dmls.finding import (
    CHOICE,
    ELSEWHERE,
    MANUAL,
    NO_FIX,
    NO_GAIN,
    OVERLAPS,
    REASONS,
    UNSAFE,
    Applicability,
    Applied,
    FileEdit,
    Finding,
    Fix,
    Fixed,
    Left,
    Severity,
)
from dmls.rules.registry import ROWS
from dmls.text import Edit, LineIndex, Span, apply_edits, touches

__all__ = ["CHOICE", "ELSEWHERE", "MANUAL", "NO_FIX", "NO_GAIN", "OVERLAPS", "REASONS", "UNSAFE", "Applied", "Fixed", "Judge", "Left", "choose", "fix_files", "fix_text"]

MOST_JUDGEMENTS = 100
"""How often one file is judged at most."""

Judge = Callable[[Mapping[str, str]], Mapping[str, Optional[Sequence[Finding]]]]
"""The findings of each path when the files have these texts; None for one that would no longer be the same kind of DM file."""


def fix_text(path: str, text: str, judge: Callable[[str], Sequence[Finding] | None], unsafe: bool = False, least: Severity = Severity.HINT) -> Fixed:
    """Repair one file; fixes that edit others are left."""
    return fix_files({path: text}, lambda texts: {path: judge(texts[path])}, unsafe, least)[path]


def fix_files(texts: Mapping[str, str], judge: Judge, unsafe: bool = False, least: Severity = Severity.HINT) -> dict[str, Fixed]:
    """Repair files, with `unsafe` also by fixes that may change what DM does; findings less grave than `least` are not looked at."""
    judge = _settled(judge)
    found = judge(texts)
    files = {path: _File(path, text, found.get(path) or ()) for path, text in texts.items()}
    fixer = _Fixer(files, judge, unsafe, least)
    fixer.run()
    return {path: Fixed(file.text, tuple(file.applied), tuple(fixer.left(file))) for path, file in files.items()}


def _settled(judge: Judge) -> Judge:
    """`judge` with all fixes made at once: what is tried next is read anew, and is the newest reading even where it is undone."""

    def judged(texts: Mapping[str, str]) -> Mapping[str, Sequence[Finding] | None]:
        return {path: [f._replace(fixes=tuple(f.fixes)) for f in found] if found is not None else None for path, found in judge(texts).items()}

    return judged


def choose(finding: Finding, unsafe: bool) -> tuple[Fix | None, str]:
    """The fix to apply without asking anybody, or why there is none.

    A fix is the safest kind there is; among several of the kind it must be the preferred one.  What only some of the checked DM versions
    find may change what the others do, so such a fix is not safe, whatever it says.
    """
    if not finding.fixes:
        return None, NO_FIX
    for level in (Applicability.SAFE, Applicability.UNSAFE):
        fixes = [fix for fix in finding.fixes if fix.applicability is level and fix.edits]
        if fixes:
            fix = next((fix for fix in fixes if fix.preferred), fixes[0] if len(fixes) == 1 else None)
            if fix is None:
                return None, CHOICE
            if not unsafe and (level is Applicability.UNSAFE or finding.versions):
                return None, UNSAFE
            return fix, ""
    return None, MANUAL


class _File:
    __slots__ = ("applied", "findings", "judgements", "lines", "past", "path", "refused", "seen", "text")

    def __init__(self, path: str, text: str, findings: Sequence[Finding]) -> None:
        self.path = path
        self.text = text
        self.lines = LineIndex(text)
        self.findings = findings
        self.applied: list[Applied] = []
        self.refused: list[tuple[_Key, Span]] = []
        """Findings whose fix was undone, and where they are now."""
        self.seen = {text}
        self.past: list[list[Edit]] = []
        """The edits of each round, by place."""
        self.judgements = 0

    def line(self, offset: int) -> int:
        """The line of the given text in which what is now at `offset` stood."""
        for edits in reversed(self.past):
            offset = _before(offset, edits)
        return self.lines.line_of(offset)


class _Unit(NamedTuple):
    """Edits that are applied together, and the findings that ask for exactly these."""

    edits: tuple[FileEdit, ...]
    asked: list[tuple[Finding, Fix]]


_Key = tuple[str, str, str, str]


def _key(finding: Finding) -> _Key:
    """What stays of a finding while texts move."""
    return finding.rule, finding.message, repr(finding.args), finding.file


class _Fixer:
    def __init__(self, files: dict[str, _File], judge: Judge, unsafe: bool, least: Severity) -> None:
        self.files = files
        self.judge = judge
        self.unsafe = unsafe
        self.least = least

    def run(self) -> None:
        """Each file by itself; then, one by one, the fixes that edit several, after each of which the files are looked at again."""
        waiting = list(self.files.values())
        while waiting:
            for file in waiting:
                self.alone(file)
            waiting = self.one_of_several()

    def alone(self, file: _File) -> None:
        """Apply the fixes that edit this file only."""
        most = len(file.findings)
        while file.judgements < MOST_JUDGEMENTS:
            units = self.units(file)[: max(1, most)]
            if not units:
                return
            if self.apply(units, (file,)):
                most = len(file.findings)
            elif len(units) > 1:
                # One of them is to blame: half of them at a time are tried, until it stands alone.
                most = (len(units) + 1) // 2
            else:
                self.refuse(units[0])
                most = len(file.findings)

    def one_of_several(self) -> list[_File]:
        """Apply one fix that edits several files; the answer is these, none where there is no such fix."""
        for file in self.files.values():
            for finding, fix in self.wanted(file):
                names = dict.fromkeys((file.path, *(e.file for e in fix.edits)))
                if len(names) == 1 or any(n not in self.files or self.files[n].judgements >= MOST_JUDGEMENTS for n in names):
                    continue
                together = [self.files[n] for n in names]
                unit = _Unit(fix.edits, [(finding, fix)])
                if self.apply([unit], together):
                    return together
                self.refuse(unit)
        return []

    def wanted(self, file: _File) -> Iterator[tuple[Finding, Fix]]:
        """The findings of a file that have a fix to try."""
        for finding in file.findings:
            if finding.severity > self.least:
                continue
            fix, _ = choose(finding, self.unsafe)
            if fix is not None and (_key(finding), finding.span) not in file.refused:
                yield finding, fix

    def units(self, file: _File) -> list[_Unit]:
        """Fixes that can be applied at once."""
        found: dict[frozenset[FileEdit], _Unit] = {}
        taken: list[Span] = []
        for finding, fix in self.wanted(file):
            if any(e.file != file.path for e in fix.edits):
                continue
            same = found.get(frozenset(fix.edits))
            if same is not None:
                same.asked.append((finding, fix))
                continue
            spans = [e.edit.span for e in fix.edits]
            if not any(touches(span, taken) for span in spans):
                for span in spans:
                    insort(taken, span)
                found[frozenset(fix.edits)] = _Unit(fix.edits, [(finding, fix)])
        return list(found.values())

    def apply(self, units: list[_Unit], files: Sequence[_File]) -> bool:
        """Apply and judge; False, and nothing has changed, where something is no better than before."""
        edits = {f.path: [e.edit for unit in units for e in unit.edits if e.file == f.path] for f in files}
        try:
            texts = {f.path: apply_edits(f.text, edits[f.path]) for f in files}
            for unit in units:
                for e in unit.edits:
                    e.edit.new_text.encode("utf-8")
        except ValueError:
            # Edits of one fix that overlap, or half of a surrogate pair, which no file can hold.
            return False
        changed = [f for f in files if texts[f.path] != f.text]
        if not changed or any(texts[f.path] in f.seen for f in changed):
            # A text that was there before: two fixes that undo each other.
            return False
        for file in files:
            file.judgements += 1
        judged = self.judge(texts)
        after: dict[str, Sequence[Finding]] = {}
        for file in files:
            found = judged.get(file.path)
            if found is None or _worse(file.findings, found):
                return False
            after[file.path] = found
        before = Counter(_key(f) for file in files for f in file.findings)
        now = Counter(_key(f) for found in after.values() for f in found)
        aim = Counter(_key(unit.asked[0][0]) for unit in units)
        capped = any(f.rule == lint.TOO_MANY for file in files for f in file.findings)
        if not capped and any(now[key] > before[key] - count for key, count in aim.items()):
            return False
        for unit in units:
            for number, (finding, fix) in enumerate(unit.asked):
                if number == 0 or now[_key(finding)] < before[_key(finding)]:
                    self.note(finding, fix)
        for file in files:
            file.text = texts[file.path]
            file.findings = after[file.path]
            file.seen.add(file.text)
            file.past.append(sorted(edits[file.path], key=lambda e: e.span))
            file.refused = [(key, _after(span, edits[file.path])) for key, span in file.refused]
        return True

    def note(self, finding: Finding, fix: Fix) -> None:
        file = self.files[finding.file]
        names = tuple(dict.fromkeys(e.file for e in fix.edits))
        file.applied.append(Applied(finding.rule, finding.severity, fix.title, fix.args, fix.applicability, file.line(finding.span.start), names))

    def refuse(self, unit: _Unit) -> None:
        for finding, _ in unit.asked:
            self.files[finding.file].refused.append((_key(finding), finding.span))

    def left(self, file: _File) -> Iterator[Left]:
        for finding in file.findings:
            if finding.severity > self.least:
                continue
            fix, why = choose(finding, self.unsafe)
            if fix is not None:
                if (_key(finding), finding.span) in file.refused:
                    why = NO_GAIN
                else:
                    why = OVERLAPS if all(e.file in self.files for e in fix.edits) else ELSEWHERE
            yield Left(finding, why)


def _worse(before: Sequence[Finding], after: Sequence[Finding]) -> bool:
    """Whether DM's decoder, which comes before all else that DM does, refuses more of a file than before.

    Other errors do not count: a key that is now read may well name a certificate that has expired, and that is good to know.
    """
    crashed, now_crashed = (sum(f.rule == lint.INTERNAL_ERROR for f in found) for found in (before, after))
    if now_crashed > crashed:
        # A rule that failed on the new text says nothing of it, which is no praise.
        return True
    broken, now_broken = (sum(f.rule == lint.SYNTAX_ERROR for f in found) for found in (before, after))
    if broken != now_broken:
        # What was hidden behind a syntax error comes to light when it is gone.
        return now_broken > broken
    if any(f.rule == lint.TOO_MANY for f in before):
        return False
    refused, now_refused = (sum(f.severity is Severity.ERROR and f.rule in _decoding() for f in found) for found in (before, after))
    return now_refused > refused


@lru_cache(maxsize=1)
def _decoding() -> frozenset[str]:
    """The rules about what DM's decoder takes."""
    return frozenset(row.name for row in ROWS if row.family in ("syntax", "schema"))


def _after(span: Span, edits: Iterable[Edit]) -> Span:
    """Where a span is after the edits; what they touched is found no more, and need not be."""
    return span.shifted(sum(len(e.new_text) - (e.span.end - e.span.start) for e in edits if e.span.end <= span.start))


def _before(offset: int, edits: Sequence[Edit]) -> int:
    """Where what is at `offset` after the edits was before them; for new text the place that it took."""
    shift = 0
    for edit in edits:
        start = edit.span.start + shift
        if offset < start:
            break
        if offset < start + len(edit.new_text):
            return min(edit.span.start + offset - start, edit.span.end)
        shift += len(edit.new_text) - (edit.span.end - edit.span.start)
    return offset - shift
