"""The judge of quick fixes: what calls itself safe must be.

Every safe fix of many files is applied alone, and then all of them in rounds:

1. The finding is gone.  No error and no finding is new, but for what the fix made readable: the text was refused before, at the
   place of the fix, so nothing could be said of it.
2. All else stays as it is written: comments, line ends, values.  What a parser of its own reads has changed at the fixed entry only.
3. Of a file that DM takes, DM computes the same before and after; one that it refuses has fewer errors.
4. The second time there is nothing to do.
5. Where a slip was planted and safe fixes alone make DM take the file, it is the file as it was before the slip.
"""

from __future__ import annotations

import base64
import io
import os
import random
import re
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any, Iterator, Mapping

import pytest
import tomlkit
from ruamel.yaml import YAML

from dmls import lint
from dmls.analysis import Analysis
from dmls.finding import Applicability, Finding, Fix, Severity
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm.effective import Effective, differences, effective
from dmls.model.tls_block import KEYS as TLS_KEYS
from dmls.rule import TLS_BLOCK
from dmls.rules.registry import ROWS
from dmls.text import Edit, Span, apply_edits
from dmls.version import Version
from support import planted
from support.certs import NOW
from support.certs_block import CannotHave
from support.core import analysis_of, analysis_on_disk
from support.scenario import read
from support.shared import SHARED, json_lines, needs_shared

FULL = bool(os.environ.get("DMLS_FULL"))
OLDER = ("8.1.0", "6.5.12", "5.4.0", "2.0.7")
FOLDER = Path(__file__).parents[1] / "scenarios"
SCENARIOS = [scenario for path in sorted(FOLDER.rglob("*.md")) for scenario in read(path)]
VECTORS: list[Any] = list(json_lines("vectors/config-dev.jsonl"))
CORPUS: list[Any] = [row for row in json_lines("corpus/manifest.jsonl") if row["kind"] != "subtask"]
SAMPLES = [p for folder in ("docs", "tiup") for p in sorted((SHARED / "corpus" / folder).glob("*.*ml"))] if SHARED.is_dir() else []


pytestmark = pytest.mark.filterwarnings("ignore:.*:ruamel.yaml.error.MantissaNoDotYAML1_1Warning")


@pytest.fixture(autouse=True)
def _faults_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "raise_on_fault", True)


# ------------------------------------------------------------------------------------------------------------ one file


class Case:
    """A file among others, and how to judge it with another text."""

    def __init__(self, name: str, path: str, files: Mapping[str, str | bytes], settings: Mapping[str, object], on_disk: bool = False) -> None:
        self.name = name
        self.path = path
        self.files = files
        self.settings = settings
        self.on_disk = on_disk

    def analysis(self, text: str | None = None) -> Analysis:
        files = dict(self.files) if text is None else {**self.files, self.path: text.encode("utf-8", "surrogatepass")}
        return analysis_on_disk(files, NOW, self.settings) if self.on_disk else analysis_of(files, self.settings)


def alone(kind: str, text: str | bytes, name: str = "", version: str = "") -> Case:
    """A file with nothing around it."""
    path = f"/w/{planted.NAMES[kind]}"
    settings: dict[str, object] = {"kinds": {"*": kind}, "tls": {"files": "off"}}
    if version:
        settings["dm-version"] = version
    return Case(f"{name} {version}".strip(), path, {path: text}, settings)


class Reading:
    """What is known of one state of a file."""

    def __init__(self, config: ConfigFile, findings: tuple[Finding, ...], version: Version) -> None:
        self.config = config
        self.findings = findings
        self.version = version

    @cached_property
    def plain(self) -> object:
        return plain_value(self.config)

    @cached_property
    def effective(self) -> Effective:
        return effective(self.config, self.version)


NOT_READ = object()
NOT_JUDGED = object()
"""libyaml stops at a colon in plain text between brackets, such as that of a GTID; yaml.v2 reads on (its scannerc.go)."""
_COLON = "found unexpected ':'"


def plain_value(config: ConfigFile) -> object:
    """The file as a parser of its own reads it, `NOT_READ` where it cannot, `NOT_JUDGED` where it is no measure for DM's."""
    text = config.text
    try:
        if config.language == "toml":
            return tomlkit.parse(text.removeprefix("\ufeff")).unwrap()
        reader = YAML(typ="safe", pure=False)
        reader.allow_duplicate_keys = True
        reader.version = (1, 1)  # type: ignore[assignment]
        return reader.load(io.StringIO(_without_marks(text.removeprefix("\ufeff"))))
    except Exception as error:
        return NOT_JUDGED if _COLON in str(error) else NOT_READ


def _without_marks(text: str) -> str:
    """Another invisible character for a byte order mark inside a text, which is like any other to yaml.v2 and not to libyaml."""
    return text.replace("\ufeff", "\u2060")


def read_state(case: Case, text: str | None = None) -> Reading | None:
    analysis = case.analysis(text)
    config = analysis.file(case.path)
    if config is None:
        return None
    return Reading(config, analysis.findings(case.path), analysis._settings_for(case.path).dm_versions[-1])


def key(finding: Finding) -> tuple[object, ...]:
    """What stays of a finding while text moves."""
    return finding.rule, finding.severity, finding.message, repr(finding.args)


def is_refusal(finding: Finding) -> bool:
    """Whether DM does not work with the file because of it."""
    return finding.severity is Severity.ERROR


def safe_fixes(reading: Reading) -> Iterator[tuple[Finding, Fix]]:
    path = reading.config.path
    for finding in reading.findings:
        for fix in finding.fixes:
            if fix.applicability is Applicability.SAFE and fix.edits and all(e.file == path for e in fix.edits):
                yield finding, fix


# ---------------------------------------------------------------------------------------------------------------- laws


def violations(case: Case) -> Iterator[str]:
    """What is wrong with the safe fixes of a file, one line each."""
    before = read_state(case)
    if before is None:
        return
    for finding in before.findings:
        for fix in finding.fixes:
            try:
                apply_edits(before.config.text, [e.edit for e in fix.edits if e.file == case.path])
            except ValueError as error:
                yield f"{case.name}: [{finding.rule}] {fix.title}: {error}"
    seen: set[tuple[Edit, ...]] = set()
    found = False
    for finding, fix in safe_fixes(before):
        found = True
        edits = tuple(e.edit for e in fix.edits)
        if edits in seen:
            continue
        seen.add(edits)
        where = f"{case.name}: [{finding.rule}] {fix.title} {finding.message} {dict(fix.args)}"
        for fault in _one(case, before, finding, edits):
            yield f"{where}: {fault}\n{_shown(before.config.text, edits)}"
    if found:
        for fault in _all(case, before):
            yield f"{case.name}: all fixes: {fault}"


def _one(case: Case, before: Reading, finding: Finding, edits: tuple[Edit, ...]) -> Iterator[str]:
    text = before.config.text
    yield from _minimal(before.config, finding, edits)
    try:
        new = apply_edits(text, edits)
    except ValueError as error:
        yield str(error)
        return
    if new == text:
        yield "changes nothing"
        return
    after = read_state(case, new)
    if after is None or after.config.kind != before.config.kind:
        yield "is no longer the same kind of file"
        return
    count_before, count_after = Counter(map(key, before.findings)), Counter(map(key, after.findings))
    if count_after[key(finding)] >= count_before[key(finding)] and not _has_twin(before.config, edits):
        yield "the finding is still there"
    new_findings = _new(before, after, finding, edits)
    for other in new_findings:
        yield f"new: {other.rule} {other.severity.word} {other.message} {dict(other.args)} at {other.span.of(new)[:60]!r}"
    yield from _same_values(before, after, finding, edits)
    if not _refused(before, finding, edits):
        yield from _not_same(before, after)
    elif not new_findings and sum(map(is_refusal, after.findings)) > sum(map(is_refusal, before.findings)):
        # What the fix made readable may hold errors of its own; then there are as many places as before that DM refuses, or more.
        came = [f for f in after.findings if is_refusal(f)]
        if not any(f.rule in WHOLE_TASK or _near(after.config, edits, f) for f in came):
            yield "DM refuses more than before"


def _all(case: Case, before: Reading) -> Iterator[str]:
    """What `fixing` makes of the file."""
    text = case.analysis().fixed(case.path)
    if text is None:
        return
    after = read_state(case, text)
    if after is None:
        yield "no longer a file of DM"
        return
    again = case.analysis(text).fixed(case.path)
    if again is not None:
        yield f"the second time changes more:\n{text!r}\n{again!r}"
    if not any(map(is_refusal, before.findings)):
        yield from _not_same(before, after)
        if any(map(is_refusal, after.findings)):
            yield "DM refuses it now"


def not_restored(case: Case, meant: str) -> Iterator[str]:
    """Where safe fixes make a file that DM refused for one slip into a file that DM takes, it must be the one that was meant."""
    before = read_state(case)
    good = read_state(Case("", case.path, {case.path: meant}, case.settings)) if meant else None
    if before is None or good is None or any(map(is_refusal, good.findings)) or not any(map(is_refusal, before.findings)):
        return
    text = case.analysis().fixed(case.path)
    after = read_state(case, text) if text is not None else None
    if after is not None and not any(map(is_refusal, after.findings)):
        for fault in _not_same(good, after):
            yield f"{case.name}: not what was meant: {fault}\n{_shown_difference(meant, case, text)}"


def _shown_difference(meant: str, case: Case, text: str | None) -> str:
    written = case.files[case.path]
    assert isinstance(written, str) and text is not None
    three = ((a.strip(), b.strip(), c.strip()) for a, b, c in zip(meant.split("\n"), written.split("\n"), text.split("\n")))
    return "\n".join(f"    {a!r} was written {b!r} and became {c!r}" for a, b, c in three if a != b or b != c)


def _has_twin(config: ConfigFile, edits: tuple[Edit, ...]) -> bool:
    """Whether an edited key stands there twice: once one is gone, the other is what was meant."""
    entries = [e for e in config.entries() if e.pair is not None and any(_touches(config, e, edit) for edit in edits)]
    return any(other is not e and other.name == e.name for e in entries if e.parent is not None for other in e.parent.children)


def _not_same(before: Reading, after: Reading) -> Iterator[str]:
    """Where DM computes something else.  What no parser reads has no values."""
    if before.config.kind != kinds.SETTINGS and before.plain is not NOT_READ:
        made = differences(before.effective, after.effective)
        if made:
            yield f"DM {before.version} computes something else: {made[:3]}"


def _refused(before: Reading, finding: Finding, edits: tuple[Edit, ...]) -> bool:
    """Whether DM did not take what the edits change: the finding itself is an error, or one covers an edited place."""
    if is_refusal(finding):
        return True
    errors = [f.span for f in before.findings if is_refusal(f)]
    return any(span.start <= e.span.end and e.span.start <= span.end for span in errors for e in edits)


def _new(before: Reading, after: Reading, finding: Finding, edits: tuple[Edit, ...]) -> list[Finding]:
    """Findings that were not there before, but for those that the fix brought to light:

    - behind a syntax error, all: what stands there was a guess;
    - where the text was refused, or the key unknown, those about the entry that can be read now, or the TLS block that it belongs to, and,
      since its value counts now, those elsewhere that are no errors, or that ask what the whole task says;
    - of the same block, one that is no graver: it takes the place of the other one.
    """
    left = list(before.findings)
    new = []
    for other in after.findings:
        same = next((f for f in left if key(f) == key(other)), None)
        if same is None:
            new.append(other)
        else:
            left.remove(same)
    # A sentence may name the block by a key that has another name now, so what stands at the same place is the same finding.
    places = Counter((f.rule, f.severity, f.message, _after(f.span.start, edits)) for f in left)
    for other in list(new):
        place = (other.rule, other.severity, other.message, other.span.start)
        if places[place] > 0:
            places[place] -= 1
            new.remove(other)
    if finding.rule == lint.SYNTAX_ERROR:
        return []
    if _refused(before, finding, edits) or finding.rule in UNREAD:
        new = [f for f in new if f.rule == lint.DUPLICATE_KEY or (f.severity is Severity.ERROR and f.rule not in WHOLE_TASK and not _near(after.config, edits, f))]
        if _in_tls_block(before.config, finding):
            new = [f for f in new if SUBJECT[f.rule] != TLS_BLOCK]
    return [f for f in new if f.severity < finding.severity or not _near(after.config, edits, f, 1)]


def _after(offset: int, edits: tuple[Edit, ...]) -> int:
    """Where a place outside the edits is after them."""
    return offset + sum(len(e.new_text) - (e.span.end - e.span.start) for e in edits if e.span.end <= offset)


SUBJECT = {row.name: row.subject for row in ROWS}


def _in_tls_block(config: ConfigFile, finding: Finding) -> bool:
    entry = config.entry_at(finding.span.start)
    return entry is not None and (entry.key in TLS_KEYS or finding.rule.startswith("tls-"))


WHOLE_TASK = frozenset(("unused-block", "meta-ignored"))
"""What these say of an instance or a block depends on keys at the top of the task: on its mode, and on whether it has instances at all."""
UNREAD = frozenset(("unknown-key", "tls-unknown-key"))
"""What these report is not read, error or not."""


def _near(config: ConfigFile, edits: tuple[Edit, ...], finding: Finding, up: int = 0) -> bool:
    """Whether a finding of the new text speaks of an edited entry, or of the block `up` steps above."""
    spans = (finding.span, *(r.span for r in finding.related if r.file == finding.file))
    return any(s.start <= p.end and p.start <= s.end for p in _places(config, edits, up) for s in spans)


def _places(config: ConfigFile, edits: tuple[Edit, ...], up: int) -> list[Span]:
    """The entries of the new text in which something was written, or at least the lines, and the keys of the blocks above."""
    out = []
    shift = 0
    for edit in sorted(edits, key=lambda e: e.span):
        start = edit.span.start + shift
        shift += len(edit.new_text) - (edit.span.end - edit.span.start)
        end = start + len(edit.new_text)
        lines = config.tree.lines
        out.append(Span(lines.line_span(lines.line_of(start)).start, lines.line_span(lines.line_of(end)).end))
        entry = config.entry_at(start)
        if entry is not None:
            out.append(config.span(entry))
            for _ in range(up):
                entry = entry.parent if entry is not None else None
                if entry is not None and entry.parent is not None:
                    out.append(config.key_span(entry))
    return out


# ------------------------------------------------------------------------------------------------------------ the text


def _minimal(config: ConfigFile, finding: Finding, edits: tuple[Edit, ...]) -> Iterator[str]:
    """Comments stay unless what they stand behind or in is taken out, and new line ends are those of the file."""
    text = config.text
    ends = set(re.findall(r"\r\n|\n|\r", text))
    for edit in edits:
        if not 0 <= edit.span.start <= edit.span.end <= len(text):
            yield f"edits outside of the text: {edit}"
            return
        more = set(re.findall(r"\r\n|\n|\r", edit.new_text)) - (ends or {"\n"})
        if more:
            yield f"line ends that the file does not use: {more}"
        old = edit.span.of(text)
        if old == edit.new_text and old:
            yield f"an edit that changes nothing: {edit}"
        gone = [span for e in config.entries() if e.parent is not None for span in (config.span(e), config.key_span(e))]
        gone = [span for span in gone if edit.span.start <= span.start < span.end <= edit.span.end]
        line = config.tree.lines.line_of
        for comment in config.tree.comments():
            if comment.start < edit.span.end and edit.span.start < comment.end and not any(comment.of(text) in e.new_text for e in edits):
                of_gone = any(line(s.start) <= line(comment.start) <= line(s.end) for s in gone)
                if not of_gone and not (comment.start <= finding.span.start and finding.span.end <= comment.end):
                    yield f"takes away the comment {comment.of(text)!r}"


# ---------------------------------------------------------------------------------------------------------- the values

Path_ = tuple[object, ...]


def _same_values(before: Reading, after: Reading, finding: Finding, edits: tuple[Edit, ...]) -> Iterator[str]:
    """What another parser reads has changed at the fixed entries only."""
    old, new = before.plain, after.plain
    if NOT_JUDGED in (old, new):
        return
    if new is NOT_READ:
        if old is not NOT_READ:
            yield "another parser no longer reads it"
        elif finding.rule == lint.SYNTAX_ERROR and not any(f.rule in (lint.SYNTAX_ERROR, lint.DUPLICATE_KEY, lint.SECOND_DOCUMENT) for f in after.findings):
            yield "another parser does not read it"
        return
    if old is NOT_READ:
        return
    allowed = _changed(before.config, finding, edits)
    others, moved = [], []
    for path, left, right in _plain_differences((), old, new):
        if any(path[: len(a)] == a or (left is NOT_READ and path[:-1] == a[:-1]) for a in allowed):
            moved.append(left)
        else:
            others.append((path, left, right))
    # What is taken out may come back in another block.
    others = [(path, left, right) for path, left, right in others if left is not NOT_READ or right not in moved]
    if others:
        yield f"another value has changed: {others[:3]} not in {allowed[:5]}"


def _changed(config: ConfigFile, finding: Finding, edits: tuple[Edit, ...]) -> list[Path_]:
    """The paths of the entry that the finding speaks of and of those that the edits touch, also where an alias or a merge repeats them."""
    if finding.span in (config.span(config.root), config.key_span(config.root)):
        return [()]
    own = [e for e in config.entries() if e.parent is not None and finding.span in (config.key_span(e), config.value_span(e), config.span(e))]
    touched = {id(e.pair) if e.pair is not None else id(e.raw) for e in own}
    for edit in edits:
        inside = [e for e in config.entries() if e.parent is not None and _touches(config, e, edit)]
        whole = [e for e in inside if edit.span.start <= config.span(e).start and config.span(e).end <= edit.span.end]
        deep = [e for e in whole if e.parent not in whole] or [e for e in inside if not any(_is_below(other, e) for other in inside)]
        for entry in deep:
            touched.add(id(entry.pair) if entry.pair is not None else id(entry.raw))
    return [path for entry, path in _everywhere(config.root, (), 0) if id(entry.pair) in touched or (entry.pair is None and id(entry.raw) in touched)]


def _touches(config: ConfigFile, entry: Entry, edit: Edit) -> bool:
    span = config.span(entry)
    if edit.span.start == edit.span.end:
        return span.start <= edit.span.start <= span.end
    return span.start < edit.span.end and edit.span.start < span.end or span.end == edit.span.start


def _is_below(entry: Entry, above: Entry) -> bool:
    step = entry.parent
    while step is not None:
        if step is above:
            return True
        step = step.parent
    return False


def _everywhere(entry: Entry, path: Path_, depth: int) -> Iterator[tuple[Entry, Path_]]:
    if depth > 20:
        return
    for child in (*entry.children, *entry.merged):
        below = (*path, _without_marks(child.name) if child.pair is not None else child.index)
        yield child, below
        yield from _everywhere(child, below, depth + 1)


def _plain_differences(path: Path_, old: object, new: object) -> Iterator[tuple[Path_, object, object]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from _plain_differences((*path, name), old.get(name, NOT_READ), new.get(name, NOT_READ))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (left, right) in enumerate(zip(old, new)):
            yield from _plain_differences((*path, i), left, right)
    elif old != new or type(old) is not type(new):
        if not (isinstance(old, float) and isinstance(new, float) and old != old and new != new):
            yield path, old, new


def _shown(text: str, edits: tuple[Edit, ...]) -> str:
    return "\n".join(f"    {e.span.of(text)!r} -> {e.new_text!r} in {text[max(0, e.span.start - 40) : e.span.end + 40]!r}" for e in edits)


def judge(case: Case) -> None:
    faults = list(violations(case))
    assert not faults, "\n".join(faults)


def judge_planted(kind: str, name: str, fault: planted.Planted, version: str) -> None:
    case = alone(kind, fault.text, f"{name} {fault.fault}", version)
    faults = [*violations(case), *not_restored(case, fault.meant)]
    assert not faults, "\n".join(faults)


# --------------------------------------------------------------------------------------------------------------- tests


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_scenarios(scenario: Any, tmp_path: Path) -> None:
    material = scenario.material()
    folder = "/w/"
    if material is not None:
        scenario = scenario.filled(material)
        folder = tmp_path.as_posix() + "/"
    files: dict[str, str | bytes] = {folder + name: scenario.data(name) for name in scenario.files}
    if "settings" in scenario.blocks:
        files[folder + ".dmls.toml"] = scenario.blocks["settings"]
    if material is not None:
        try:
            material.write(tmp_path)
        except CannotHave as error:
            pytest.skip(str(error))
    for name in scenario.files:
        judge(Case(scenario.name, folder + name, files, {} if material is not None else {"tls": {"files": "off"}}, material is not None))


def some_versions(name: str) -> tuple[str, ...]:
    """The newest version or, for some files, an older one; all of them in the long tests."""
    return ("", *OLDER) if FULL else (random.Random(name).choice(("", "", "", *OLDER)),)


def text_of(vector: Any) -> bytes:
    return vector["text"].encode("utf-8") if vector["text"] is not None else base64.b64decode(vector["text_b64"])


@needs_shared
@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["id"])
def test_vectors(vector: Any) -> None:
    for version in some_versions(vector["id"]):
        judge(alone(vector["kind"], text_of(vector), vector["id"], version))


@needs_shared
@pytest.mark.parametrize("row", CORPUS, ids=lambda r: r["file"])
def test_corpus(row: Any) -> None:
    for version in some_versions(row["file"]):
        judge(alone(row["kind"], (SHARED / "corpus" / "dm" / row["file"]).read_bytes(), row["file"], version))


def kind_of(path: Path) -> str:
    kind = kinds.recognise(path.as_posix(), path.read_text(encoding="utf-8"))
    assert kind is not None
    return kind


@needs_shared
@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_samples(path: Path) -> None:
    for version in ("", *OLDER):
        judge(alone(kind_of(path), path.read_bytes(), path.name, version))


def good_texts() -> list[tuple[str, str, str]]:
    """Kind, name and text of files that DM takes."""
    out = [(kind, f"base {number}", text) for number, (kind, text) in enumerate(planted.BASES)]
    if SHARED.is_dir():
        out += [(r["kind"], r["file"], (SHARED / "corpus" / "dm" / r["file"]).read_bytes().decode("utf-8", "replace")) for r in CORPUS if r["accepted"]]
        out += [(kind_of(path), path.name, path.read_bytes().decode("utf-8")) for path in SAMPLES]
        out += [(v["kind"], v["id"], v["text"]) for v in VECTORS if v["accepted"] and v["text"]]
    return out


@pytest.mark.parametrize("number", range(len(planted.BASES)))
def test_planted_faults_in_bases(number: int) -> None:
    rng = random.Random(2026 + number)
    kind, text = planted.BASES[number]
    for version in ("", *OLDER):
        for fault in planted.planted(kind, text, rng, 300 if FULL else 6):
            judge_planted(kind, f"base {number}", fault, version)


@needs_shared
@pytest.mark.parametrize("seed", range(400 if FULL else 4))
def test_planted_faults(seed: int) -> None:
    rng = random.Random(8261 + seed)
    for kind, name, text in rng.sample(good_texts(), 25):
        for fault in planted.planted(kind, text, rng, 2):
            judge_planted(kind, name, fault, rng.choice(("", "", *OLDER)))
