"""`check --fix`, `--unsafe-fixes` and `--diff`: repair files, or say what repairing them would change."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, NamedTuple, Sequence

from dmls import fixing
from dmls.cli.result import Result, examine, secret_spans
from dmls.cli.terminable import terminable
from dmls.disk import Changed, NotWritten, Written, real, write_atomic
from dmls.finding import Finding
from dmls.fixing import Applied, Fixed
from dmls.settings import NAME as SETTINGS_NAME
from dmls.text import Span

if TYPE_CHECKING:
    from dmls.cli.session import Session

ENCODING = "encoding"
"""The file is not UTF-8; what it holds could not be written as it was."""
NOT_WRITTEN = "not-written"
"""The file could not be written."""
REASONS = (*fixing.REASONS, ENCODING, NOT_WRITTEN)


class Change(NamedTuple):
    """The old and the new text of a file, and where in them secrets stand."""

    path: str
    old: str
    new: str
    old_secrets: tuple[Span, ...]
    new_secrets: tuple[Span, ...]


class Outcome:
    """What was repaired and what was not.  `pending` says that nothing was written, since only the difference was asked for."""

    __slots__ = ("applied", "changes", "failed", "pending", "reasons")

    def __init__(self, pending: bool) -> None:
        self.pending = pending
        self.failed = False
        self.applied: list[tuple[str, Applied]] = []
        self.changes: list[Change] = []
        self.reasons: dict[object, str] = {}
        """Why each finding that is left was not repaired."""

    def why(self, finding: Finding) -> str:
        return self.reasons.get(_key(finding), fixing.NO_FIX)

    @property
    def by_rule(self) -> Counter[str]:
        return Counter(applied.rule for _, applied in self.applied)

    def left(self, result: Result) -> Counter[str]:
        """How many findings of a result were not repaired, by reason."""
        return Counter(self.why(f) for file in result.files for f in file.findings)


def repair(session: Session, result: Result, unsafe: bool, pending: bool) -> tuple[Result, Outcome]:
    """Repair the files of a result; the answer is what is left then.  With `pending` nothing is written."""
    outcome = Outcome(pending)
    locked: dict[str, str] = {}
    same: dict[str, list[str]] = {}
    texts = dict(_texts(session, result, unsafe, locked, same))
    fixed = fixing.fix_files(texts, _judge(session), unsafe, session.request.least) if texts else {}
    changed = {path: f for path, f in fixed.items() if f.text != texts[path]}
    if not pending:
        for path in _write(session, result, texts, changed, fixed):
            outcome.failed = True
            locked[path] = NOT_WRITTEN
            del changed[path]
    outcome.changes = [_change(session, path, texts[path], f.text) for path, f in changed.items()]
    # A fix may edit other files than that of its finding.
    outcome.applied = [(path, applied) for path, f in fixed.items() for applied in f.applied if all(other in changed for other in applied.files)]
    for path in texts:
        # Nothing of what was only tried, or could not be written, may stay.
        for name in same[path]:
            session.workspace.open(name, changed[path].text if path in changed else texts[path])
    session.settle([name for path in texts for name in same[path]])
    concerned = {*session.workspace.take_disturbed(), *(name for path in texts for name in same[path])}
    after = {e.path: examine(session.workspace.snapshot(), e.path, session.request.least) for e in result.files if e.path in concerned}
    for path in texts:
        for name in same[path]:
            session.workspace.close(name)
            if path in changed and not pending:
                session.replace(name, changed[path].text.encode("utf-8"))
    if not pending and any(path.endswith("/" + SETTINGS_NAME) for path in changed):
        # The settings may tell other files anything.
        result = session.check()
    else:
        result = Result([after.get(e.path, e) for e in result.files], result.names, result.several_versions)
    for examined in result.files:
        known = {_key(left.finding): left.why for left in fixed[examined.path].left} if examined.path in fixed else {}
        for finding in examined.findings:
            fix, why = fixing.choose(finding, unsafe)
            if fix is not None:
                why = locked.get(examined.path) or known.get(_key(finding)) or fixing.ELSEWHERE
            outcome.reasons[_key(finding)] = why
    return result, outcome


def _key(finding: Finding) -> object:
    return finding.file, finding.rule, finding.span, finding.message, repr(finding.args)


def _texts(session: Session, result: Result, unsafe: bool, locked: dict[str, str], same: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """The files that can be repaired: named by the user, with a fix to try, and UTF-8; the others go to `locked` with the reason.

    Of a file with several paths, by links, the first is taken; `same` then has all of them.
    """
    wanted: set[str] = set()
    for examined in result.files:
        for finding in examined.findings:
            fix, _ = fixing.choose(finding, unsafe)
            if fix is not None:
                # The file of the finding is judged along, also where only others are edited.
                wanted.update((finding.file, *(e.file for e in fix.edits)))
    first: dict[str, str] = {}
    for path in (e.path for e in result.files if e.path in wanted and e.path in result.names):
        data = session.workspace.data(path)
        if data is None or not session.workspace.snapshot().configs(path):
            # Of a certificate file only the line ends are known here.
            continue
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            session.console.note("cli.fix-encoding", path=result.name(path))
            locked[path] = ENCODING
            continue
        target = path if path == session.stdin_path else real(path)
        if target in first:
            same[first[target]].append(path)
        else:
            first[target] = path
            same[path] = [path]
            yield path, text


def _judge(session: Session) -> fixing.Judge:
    workspace = session.workspace
    kinds: dict[str, str | None] = {}

    def judge(texts: Mapping[str, str]) -> Mapping[str, Sequence[Finding] | None]:
        for path, text in texts.items():
            if path not in kinds:
                kinds[path] = workspace.snapshot().kind(path)
            workspace.open(path, text)
        session.settle(list(texts))
        analysis = workspace.snapshot()
        return {path: analysis.findings(path) if analysis.kind(path) == kinds[path] else None for path in texts}

    return judge


def _change(session: Session, path: str, old: str, new: str) -> Change:
    secrets = []
    for text in (old, new):
        session.workspace.open(path, text)
        secrets.append(secret_spans(session.workspace.snapshot(), path))
    return Change(path, old, new, secrets[0], secrets[1])


# Writing


def _write(session: Session, result: Result, texts: Mapping[str, str], changed: Mapping[str, Fixed], fixed: Mapping[str, Fixed]) -> list[str]:
    """Write the new texts; the answer is the files that could not be.  Files that a fix edits together are written all or none."""
    failed: list[str] = []
    done = 0
    try:
        with terminable():
            for group in _groups(changed, fixed):
                written: list[str] = []
                for path in group:
                    if path == session.stdin_path:
                        continue
                    if not _write_one(session, result, path, texts[path], changed[path].text):
                        failed += group
                        for other in written:
                            write_atomic(other, texts[other].encode("utf-8"), changed[other].text.encode("utf-8"))
                        for other in group:
                            if other != path:
                                session.console.note("cli.fix-together", path=result.name(other), other=result.name(path))
                        break
                    written.append(path)
                else:
                    done += len(group)
    except KeyboardInterrupt:
        session.console.note("cli.fix-interrupted", done=done, total=len(changed))
        raise
    return failed


def _write_one(session: Session, result: Result, path: str, old: str, new: str) -> bool:
    written = write_atomic(path, new.encode("utf-8"), old.encode("utf-8"))
    name = result.name(path)
    if isinstance(written, Changed):
        session.console.note("cli.fix-changed", path=name)
    elif isinstance(written, NotWritten):
        session.console.note("cli.fix-not-written", path=name, reason=written.reason)
    elif written.links:
        session.console.note("cli.fix-links", path=name)
    return isinstance(written, Written)


def _groups(changed: Iterable[str], fixed: Mapping[str, Fixed]) -> Iterable[list[str]]:
    """The files, those together that some fix edits together."""
    group_of = {path: [path] for path in changed}
    for file in fixed.values():
        for applied in file.applied:
            paths = [p for p in applied.files if p in group_of]
            for other in paths[1:]:
                first, second = group_of[paths[0]], group_of[other]
                if first is not second:
                    first += second
                    for path in second:
                        group_of[path] = first
    return list({id(group): group for group in group_of.values()}.values())
