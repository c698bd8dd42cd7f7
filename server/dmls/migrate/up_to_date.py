"""Bring one text up to date for a version of DM: by the fixes that rules have, and a report of every change, of what is left and of what else is new.

What a key becomes is known to `model.migration` and the rules alone; here it is only said which of their fixes belong to a move from one version to another.
Keys that do nothing and that no rule speaks of, since they are empty, go by the same table.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Iterator, NamedTuple, Sequence

from dmls.finding import UNSAFE, Applicability, Applied, FileEdit, Finding, Fix, Left, Severity
from dmls.migrate.change import ADVICE, DONE, DUTY, LOST, Files, Note
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm.decoded import default_in, lives
from dmls.model.edits import edit
from dmls.model.legacy.migration import MANUAL, SAFE, is_concerned, moves, yes
from dmls.model.tls_block import KEYS as TLS_KEYS
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar
from dmls.text import LineIndex, Span, apply_edits, lines_with_ends
from dmls.version import Version, parse_version
from dmls.words.catalogue import Words, has

if TYPE_CHECKING:
    from dmls.settings import Settings

OLD_KEYS = frozenset(("deprecated-key", "ignored-key", "key-not-in-version", "removed-key", "unknown-value", "unused-block", "filter-rule-dropped", "foreign-key-conflict"))
"""The rules about keys and values that one version of DM has and another has not: all their sure fixes are applied, and what is left is a duty."""
CLEANER = frozenset(("online-ddl-overruled", "shard-mode-conflict", "setting-overruled", "mydumper-path-empty", "unknown-key", "value-out-of-range", "tls-url-scheme-mismatch"))
"""Rules of which only the safe fixes belong to a move: what DM makes of the file is written into it."""
TOLD = frozenset(("password-masked", "password-old-key", "shard-mode-conflict", "dmctl-config-ssl-ignored", "tls-inline-ignored"))
"""Rules whose findings a person has to see before the file is used with the version."""
EMPTY_KEY = "empty-key"
"""What stands in the place of a rule where a key that does nothing is empty, so that no rule speaks of it."""

ONLINE_DDL_IS_ON = parse_version("6.0.0")
"""Since when a task that says nothing of online DDL takes part in it."""
_DO = {
    k.RELAY_DIR: "migrate.do-relay-dir",
    k.COLUMN_MAPPINGS: "migrate.do-column-mappings",
    k.V1_SOURCES_PATH: "migrate.do-v1-sources-path",
    k.EXTRA_ARGS: "migrate.do-extra-args",
    k.ONLINE_DDL_SCHEME: "migrate.do-online-ddl-scheme",
}
"""What to do about keys of which a person has to take care, by name."""
_ELSEWHERE = {k.REMOVE_META: "migrate.info-remove-meta", k.ENABLE_GTID: "migrate.info-enable-gtid"}
"""Where what a key once said is decided today, by the name of a key that goes though it says yes."""


class Brought(NamedTuple):
    """The new text and the report; `unsafe` says that something was done that may change what DM does."""

    text: str
    notes: tuple[Note, ...]
    unsafe: bool


def bring(files: Files, path: str, text: str, to: Version, came_from: Version | None = None, unsafe: bool = False, written: str | None = None) -> Brought:
    """The text of `path`, a configuration of DM that reads as UTF-8, for DM `to`; `came_from` is the version that it was for, where that is known.

    `text` need not be what the file holds, which is `written` then: places are told as they are there.  Comments that silence rules count; the levels that the settings give do not.
    """
    settings = files.settings(path)._replace(dm_versions=(to,), rules={}, per_file=())
    fixed = files.repaired(path, text, settings, unsafe, lambda new, found: _counting(files.supposed(path, new), found, to))
    report = _Report(path, text if written is None else written, text, fixed.text)
    notes = [report.of(applied) for applied in fixed.applied]
    told = [left for left in fixed.left if _is_told(left.finding)]
    for left in told:
        notes += report.left(left)
    new = fixed.text
    done = any(a.applicability is Applicability.UNSAFE for a in fixed.applied)
    given = files.supposed(path, text)
    if given is not None:
        notes += report.elsewhere(given, to)
    config = files.supposed(path, new)
    if config is not None:
        notes += report.advice(config, to, {left.finding.span for left in told})
    if config is not None and came_from is not None:
        new, added = _online_ddl(config, came_from, to, unsafe)
        notes += [note._replace(file=path) for note in added]
        done = done or new != fixed.text
        notes += report.changed(config, came_from, to)
        notes += report.new(files, settings, came_from)
    return Brought(new, tuple(sorted(notes, key=lambda n: n.span or Span(0, 0))), done)


def _counting(config: ConfigFile | None, found: Sequence[Finding], to: Version) -> list[Finding]:
    """The findings with those fixes only that belong to a move, and the empty keys that no rule speaks of."""
    out = []
    for finding in found:
        if finding.rule in OLD_KEYS:
            out.append(finding)
        elif finding.rule in CLEANER:
            out.append(finding._replace(fixes=tuple(fix for fix in finding.fixes if fix.applicability is Applicability.SAFE)))
        else:
            out.append(finding._replace(fixes=()))
    if config is not None and config.kind not in (kinds.DMCTL, kinds.TOPOLOGY, kinds.SETTINGS):
        spoken = {finding.span for finding in found}
        out += _silent(config, to, spoken)
    return out


def _silent(config: ConfigFile, to: Version, spoken: set[Span]) -> Iterator[Finding]:
    """Keys that go without a change of what DM does, though no rule says so."""
    for entry in config.entries():
        if entry.pair is None or entry.key in TLS_KEYS or not is_concerned(config, entry, to) or config.key_span(entry) in spoken or config.value_span(entry) in spoken:
            continue
        ways = [move for move in moves(config, entry, to) if move.how is not MANUAL]
        if len(ways) == 1 and ways[0].how is SAFE:
            move = ways[0]
            fix = Fix(f"fix.{move.title}", move.args, SAFE, tuple(FileEdit(config.path, e) for e in move.edits), True)
            yield Finding(EMPTY_KEY, Severity.HINT, config.path, config.key_span(entry), f"fix.{move.title}", {**move.args, "path": str(entry.path)}, fixes=(fix,))


def _is_told(finding: Finding) -> bool:
    return finding.rule in OLD_KEYS or finding.rule in TOLD


def _lines_before(old: str, new: str) -> dict[int, int]:
    """The line of the old text that each line of the new one stands for."""
    before, after = lines_with_ends(old), lines_with_ends(new)
    same: dict[int, int] = {}
    # Lines that stand everywhere must not cost the square of their number, so they are left to the lines around them (``autojunk``).
    for _, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        for number in range(c, d):
            same[number] = min(a + number - c, max(a, b - 1))
    return same


class _Report:
    """Notes about a text, their places in the file as it is written; `given` is the text before the fixes, `new` that behind them."""

    def __init__(self, path: str, written: str, given: str, new: str) -> None:
        self.path = path
        self.written = LineIndex(written)
        self.new_text = new
        self.new_lines = LineIndex(new)
        self.of_given = _lines_before(written, given) if written != given else None
        self.of_new = _lines_before(given, new)

    def place(self, span: Span) -> Span:
        """The line that a span of the new text stands for."""
        return self.line(self.of_new.get(self.new_lines.line_of(span.start), 0))

    def line(self, number: int) -> Span:
        """A line of the given text as it is written."""
        if self.of_given is not None:
            number = self.of_given.get(number, 0)
        start = self.written.line_span(min(number, len(self.written) - 1)).start
        return Span(start, start)

    def note(self, level: str, message: str, span: Span | None, **args: object) -> Note:
        return Note(level, message, args, self.path, span)

    def of(self, applied: Applied) -> Note:
        lost = applied.applicability is Applicability.UNSAFE and applied.title == "fix.delete-key"
        return self.note(LOST if lost else DONE, "migrate.repaired", self.line(applied.line), fix=Words(applied.title, applied.args))

    def left(self, left: Left) -> Iterator[Note]:
        finding = left.finding
        what = Words(finding.message, finding.args)
        place = self.place(finding.span)
        fix = next((fix for fix in finding.fixes if fix.applicability is Applicability.UNSAFE), None)
        if left.why == UNSAFE and fix is not None:
            message = "migrate.unsafe" if fix.why else "migrate.unsafe-plain"
            why = {"why": Words(fix.why)} if fix.why else {}
            yield self.note(DUTY, message, place, what=what, fix=Words(fix.title, fix.args), **why)
        else:
            yield self.note(DUTY, "migrate.left", place, what=what)

    def advice(self, config: ConfigFile, to: Version, spoken: set[Span]) -> Iterator[Note]:
        """What to do about keys for which no edit of this file is enough."""
        seen: set[str] = set()
        for entry in config.entries():
            message = _DO.get(entry.key) if entry.pair is not None and entry.schema is not None else None
            if message is None or message in seen or not (entry.text or entry.children) or to not in entry.schema.versions:  # type: ignore[union-attr]
                continue
            if entry.key in (k.COLUMN_MAPPINGS, k.ONLINE_DDL_SCHEME, k.RELAY_DIR) and config.key_span(entry) not in spoken:
                continue
            if entry.key == k.EXTRA_ARGS and not _has_odd_words(entry):
                continue
            seen.add(message)
            yield self.note(DUTY, message, self.place(config.key_span(entry)), key=entry.key)

    def elsewhere(self, given: ConfigFile, to: Version) -> Iterator[Note]:
        for entry in given.entries():
            message = _ELSEWHERE.get(entry.key) if entry.pair is not None and entry.schema is not None and yes(entry) else None
            if message is not None and entry.schema is not None and to in entry.schema.versions and not lives(entry.schema, to):
                yield self.note(ADVICE, message, self.line(given.tree.lines.line_of(given.key_span(entry).start)), key=entry.key)

    def changed(self, config: ConfigFile, came_from: Version, to: Version) -> Iterator[Note]:
        """Defaults that are others, of keys that the file leaves out, and keys that begin to count."""
        for block in config.entries():
            schema = block.schema
            if schema is None or schema.type != "object":
                continue
            for name, key in schema.children.items():
                written = block.get(name)
                if came_from not in key.versions or to not in key.versions:
                    continue
                if written is None:
                    old, new = default_in(key, came_from), default_in(key, to)
                    if old != new and name != k.ONLINE_DDL:
                        yield self.note(ADVICE, "migrate.default", None, key=key.path, old=default_shown(old), new=default_shown(new), version=str(to), other=str(came_from))
                elif lives(key, to) and not lives(key, came_from):
                    yield self.note(DUTY, "migrate.awakes", self.place(config.key_span(written)), key=name, version=str(to), other=str(came_from))

    def new(self, files: Files, settings: Settings, came_from: Version) -> Iterator[Note]:
        """What is found for the new version only."""
        before = files.judged(self.path, self.new_text, settings._replace(dm_versions=(came_from,))) or ()
        known = {(f.rule, f.span) for f in before}
        for finding in files.judged(self.path, self.new_text, settings) or ():
            if (finding.rule, finding.span) not in known and not _is_told(finding) and finding.rule not in CLEANER and finding.severity <= Severity.WARNING:
                yield self.note(DUTY, "migrate.new", self.place(finding.span), what=Words(finding.message, finding.args), version=str(settings.dm_versions[0]))


def _has_odd_words(entry: Entry) -> bool:
    from dmls.model.dm.dumpling_args import is_understood

    return not is_understood(entry.text)


def default_shown(value: object) -> str | Words:
    """A default; one that the schema only describes, in the reader's language."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    described = f"migrate.value-{re.sub('[^a-z -]', '', text.lower()).replace(' ', '-')}"
    return Words(described) if " " in text and has(described) else text


def _online_ddl(config: ConfigFile, came_from: Version, to: Version, unsafe: bool) -> tuple[str, list[Note]]:
    """Before 6.0 a task that says nothing of online DDL leaves the tables of gh-ost and pt alone; from 6.0 on it does not (release 6.0.0)."""
    text = config.text
    silent = config.get(k.ONLINE_DDL) is None and config.get(k.ONLINE_DDL_SCHEME) is None
    if config.kind != kinds.TASK or not silent or not came_from < ONLINE_DDL_IS_ON <= to:
        return text, []
    pair = f"{k.ONLINE_DDL}: false"
    beside = next((e for name in (k.SHARD_MODE, k.TASK_MODE, k.NAME) if (e := config.get(name)) is not None and isinstance(e.node, Scalar)), None)
    added = edit.insert_pairs(config, beside, [pair]) if beside is not None else None
    if not unsafe or added is None:
        return text, [Note(DUTY, "migrate.online-ddl", {"pair": pair, "version": str(to)})]
    return apply_edits(text, [added]), [Note(DONE, "migrate.online-ddl-written", {"pair": pair})]


def version_of(text: str) -> Version | None:
    """The version that an option names; None where it names none."""
    try:
        return parse_version(text)
    except ValueError:
        return None
