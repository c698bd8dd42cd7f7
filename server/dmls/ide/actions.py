"""What an editor offers to do at a place: fixes of findings, comments that silence a rule, refactorings, and all safe fixes at once.

The findings are our own of this moment, not those the client sends back: many clients do not send what a fix needs, and some send old ones.
"""

from __future__ import annotations

from bisect import insort
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Callable, Iterable, Iterator, Mapping, Sequence

from dmls.finding import Applicability, FileEdit, Finding, Fix
from dmls.ide.values import Action
from dmls.model.config_file import ConfigFile
from dmls.model.edits import refactor
from dmls.model.edits.ignore import ignore_here, ignore_in_file
from dmls.text import Edit, Span, lines_with_ends, touches
from dmls.words.catalogue import page

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.dmls"
KINDS = (QUICK_FIX, refactor.EXTRACT, refactor.INLINE, refactor.REWRITE, FIX_ALL)
"""The kinds of all actions."""
COPY, EXPLAIN = "dmls.copy", "dmls.explain"
"""Commands of the server: put a line into the clipboard, show the page of a rule."""

_NEVER_IGNORED = frozenset(("not-utf-8", "internal-error", "too-many-findings", "unused-ignore", "unknown-rule"))
"""Findings that no comment can silence, or that a comment raises."""

FixAll = Callable[[], "str | None"]
"""The text with all safe fixes applied, None where nothing can be done."""


def actions(
    config: ConfigFile | None, findings: Sequence[Finding], span: Span, only: Sequence[str] | None = None, fix_all: FixAll | None = None, script: ConfigFile | None = None
) -> list[Action]:
    """Everything that can be done at `span` of a file, best first.

    `config` is None for a file of certificates and for a script, of which `script` is a command line.  `findings` are all of the file.  `only` are the kinds that the client wants, with all below
    them; none given means any.  `fix_all` is asked only where some fix is safe.
    """
    out: list[Action] = []
    if _wanted(QUICK_FIX, only):
        here = [f for f in findings if f.span.start <= span.end and f.span.end >= span.start]
        out += _fixes(here)
        out += _fixes_of_rules(here, findings)
        commented = config if config is not None else script
        if commented is not None:
            out += _ignores(commented, here)
        out += [Action("action.explain", {"rule": f.rule}, QUICK_FIX, finding=f, command=(EXPLAIN, (f.rule,))) for f in _one_a_rule(here) if page(f.rule) is not None]
    kinds = tuple(kind for kind in refactor.KINDS if _wanted(kind, only))
    if config is not None and kinds:
        taken = {action.edits for action in out}
        out += (action for action in _refactorings(config, span, kinds, bool(only)) if action.edits not in taken or action.disabled)
    if config is not None and fix_all is not None and _wanted(FIX_ALL, only) and any(_safe(f) is not None for f in findings):
        out += _fix_all(config, fix_all)
    return out


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether the client asked for `kind`, by its name or a name above it."""
    return not only or any(kind == o or kind.startswith(f"{o}.") or not o for o in only)


# Fixes


def _fixes(here: Iterable[Finding]) -> list[Action]:
    """The fixes of the findings, each once, the safest first."""
    found: dict[object, Action] = {}
    for finding in here:
        for fix in finding.fixes:
            key = fix.edits or fix.command
            action = _fix(finding, fix)
            kept = found.get(key)
            if key and (kept is None or _rank(action) < _rank(kept)):
                found[key] = action
    return sorted(found.values(), key=_rank)


def _how(finding: Finding, fix: Fix) -> Applicability:
    """How sure a fix is; what only some of the checked DM versions find may change what the others do."""
    return Applicability.UNSAFE if fix.applicability is Applicability.SAFE and finding.versions else fix.applicability


def _fix(finding: Finding, fix: Fix) -> Action:
    how = _how(finding, fix)
    # What is preferred may be applied without a question, so it must be safe.
    preferred = fix.preferred and how is Applicability.SAFE
    command = (COPY, (fix.command,)) if fix.command and not fix.edits else None
    return Action(fix.title, fix.args, QUICK_FIX, fix.edits, preferred, finding, how, command)


def _rank(action: Action) -> tuple[int, bool]:
    assert action.applicability is not None
    return (action.applicability, not action.preferred)


def _one_a_rule(findings: Iterable[Finding]) -> list[Finding]:
    return list({f.rule: f for f in reversed(list(findings))}.values())[::-1]


def _safe(finding: Finding) -> Fix | None:
    """The safe fix of a finding that changes its own file only, the preferred one first."""
    safe = [fix for fix in finding.fixes if _how(finding, fix) is Applicability.SAFE and fix.edits and all(e.file == finding.file for e in fix.edits)]
    return min(safe, key=lambda fix: not fix.preferred, default=None)


def _fixes_of_rules(here: Iterable[Finding], findings: Sequence[Finding]) -> Iterator[Action]:
    """One action for each rule at the place that has safe fixes elsewhere in the file too."""
    for finding in _one_a_rule(f for f in here if _safe(f) is not None):
        found: set[tuple[FileEdit, ...]] = set()
        taken: list[Span] = []
        for other in findings:
            fix = _safe(other) if other.rule == finding.rule else None
            if fix is None or fix.edits in found or any(touches(e.edit.span, taken) for e in fix.edits):
                continue
            found.add(fix.edits)
            for e in fix.edits:
                insort(taken, e.edit.span)
        if len(found) > 1:
            args = {"rule": finding.rule, "count": len(found)}
            edits = tuple(sorted((e for edits in found for e in edits), key=lambda e: e.edit.span))
            yield Action("action.fix-rule", args, QUICK_FIX, edits, finding=finding, applicability=Applicability.SAFE)


# Comments


def _ignores(config: ConfigFile, here: Iterable[Finding]) -> Iterator[Action]:
    findings = [f for f in _one_a_rule(here) if f.rule not in _NEVER_IGNORED]
    for title, write in (("action.ignore-here", _here), ("action.ignore-in-file", _in_file)):
        for finding in findings:
            edit = write(config, finding)
            if edit is not None:
                yield Action(title, {"rule": finding.rule}, QUICK_FIX, (FileEdit(config.path, edit),), finding=finding)


def _here(config: ConfigFile, finding: Finding) -> Edit | None:
    return ignore_here(config, finding.rule, config.tree.lines.line_of(finding.span.start))


def _in_file(config: ConfigFile, finding: Finding) -> Edit | None:
    return ignore_in_file(config, finding.rule)


# Refactorings


def _refactorings(config: ConfigFile, span: Span, kinds: Sequence[str], asked: bool) -> Iterator[Action]:
    """What changes the form and not the meaning; what cannot be done is told only to who `asked` for refactorings."""
    for found in refactor.refactorings(config, span, kinds):
        if asked or not found.refused:
            edits = tuple(FileEdit(config.path, e) for e in found.edits)
            yield Action(f"action.{found.name}", found.args, found.kind, edits, disabled=f"action.refused-{found.refused}" if found.refused else "")


# Everything


def fix_all_offer(findings: Iterable[Finding]) -> list[Action]:
    """The action that applies all safe fixes, its edits left for later; none where no fix is safe."""
    safe = any(_safe(f) is not None for f in findings)
    return [Action("action.fix-all", {}, FIX_ALL, applicability=Applicability.SAFE)] if safe else []


def wants_rewrites(only: Sequence[str]) -> bool:
    return _wanted(refactor.REWRITE, only)


def rewriting(path: str, old: str, new: str | None, title: str, args: Mapping[str, object]) -> Action | None:
    """An action that makes `new` of a text, without edits where that is None; None where nothing would change."""
    if new is None:
        return Action(title, args, refactor.REWRITE, applicability=Applicability.SAFE)
    edits = tuple(FileEdit(path, edit) for edit in line_edits(old, new))
    return Action(title, args, refactor.REWRITE, edits, applicability=Applicability.SAFE) if edits else None


def _fix_all(config: ConfigFile, fix_all: FixAll) -> Iterator[Action]:
    new = fix_all()
    edits = line_edits(config.text, new) if new is not None else ()
    if edits:
        yield Action("action.fix-all", {}, FIX_ALL, tuple(FileEdit(config.path, e) for e in edits), applicability=Applicability.SAFE)


def line_edits(old: str, new: str) -> tuple[Edit, ...]:
    """The edits of whole lines that make `new` of `old`; few and small, so that an editor keeps its marks and folds."""
    before, after = lines_with_ends(old), lines_with_ends(new)
    starts = list(accumulate(map(len, before), initial=0))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found = (Edit(Span(starts[a], starts[b]), "".join(after[c:d])) for what, a, b, c, d in matcher.get_opcodes() if what != "equal")
    return tuple(_off_the_end(old, edit) for edit in found)


def _off_the_end(old: str, edit: Edit) -> Edit:
    """The same without the position behind the last line end, where some editors have no line and add or leave an empty one."""
    start, end = edit.span
    if end < len(old) or start == 0:
        return edit
    mark = "\r\n" if old.endswith("\r\n") else old[-1]
    if mark not in ("\r\n", "\n") or not old[:start].endswith(mark) or (edit.new_text and not edit.new_text.endswith(mark)):
        return edit
    return Edit(Span(start - len(mark), end - len(mark)), mark + edit.new_text[: -len(mark)] if edit.new_text else "")
