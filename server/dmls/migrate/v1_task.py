"""A task of DM 1.0 as one that today's DM goes on with: old keys in today's form, a new name, and the place in the binlog to begin at.

The name must be new, since the tables of checkpoints under the old one lack columns (docs-cn dm/manually-upgrade-dm-1.0-to-2.0.md, step 4.3; dm-faq: Error
1054 Unknown column 'binlog_gtid').  The place is what 1.0 wrote into the downstream database when its task was stopped.
"""

from __future__ import annotations

import re
from typing import Iterator, Mapping, NamedTuple

from dmls.finding import Finding, Severity
from dmls.migrate.change import ADVICE, DONE, DUTY, LOST, Note, Request
from dmls.migrate.up_to_date import OLD_KEYS, ONLINE_DDL_IS_ON, TOLD, bring
from dmls.migrate.v1_read import Placed
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits import edit
from dmls.schema import keys as k
from dmls.settings import Settings
from dmls.syntax import strict
from dmls.text import Edit, LineIndex, Span, apply_edits
from dmls.version import parse_version, parse_version_set
from dmls.words.catalogue import Words, sentence

ALL, FULL, INCREMENTAL = "all", "full", "incremental"
_OF_2 = parse_version("2.0.0")
_ZONE_OF_DOWNSTREAM = parse_version_set("2.0.4..")
_UUID = r"\|\d+(?=\.\d+\Z)"
META_SCHEMA = "dm_meta"


class Place(NamedTuple):
    """Where replication goes on."""

    name: str
    position: int

    @property
    def file(self) -> str:
        """The name without what 1.0 put into it to tell the servers of a group apart: ``mysql-bin|000001.000123`` is ``mysql-bin.000123``."""
        return re.sub(_UUID, "", self.name)


class Task(NamedTuple):
    """The new text, and what the runbook needs to know.  `place_needed` are the sources whose place is still to be written."""

    path: str
    text: str
    old_name: str
    name: str
    mode: str
    meta_schema: str
    host: str
    port: str
    user: str
    password: Placed | None
    place_needed: tuple[str, ...]


def moved_task(request: Request, path: str, settings: Settings, places: Mapping[tuple[str, str], Place], notes: list[Note]) -> Task | None:
    """None, and a line in the report, for a file that cannot be read, or that is of today's DM already."""
    files = request.files
    text = files.text(path) or ""
    problem = strict.judge(text, "yaml")
    config = files.file(path)
    if problem is not None or config is None:
        notes.append(Note(LOST, "v1.broken", {}, path, Span(problem.offset, problem.offset) if problem is not None else None))
        return None
    newer = next(_newer(config), None)
    if newer is not None:
        notes.append(Note(ADVICE, "v1.task-of-today", {"key": newer.name}, path, config.key_span(newer)))
        return None
    brought = bring(files, path, text, settings.dm_versions[-1])
    # Of passwords under the fixed key the whole migration speaks once.
    notes += (note for note in brought.notes if not _says(note, "password-old-key"))
    new = files.supposed(path, brought.text) or config
    task = _Mover(new, config, path, places, request.locale, notes, settings).task(brought.text)
    for finding in files.judged(path, task.text, settings) or ():
        if finding.severity is Severity.ERROR and finding.rule not in (*OLD_KEYS, *TOLD, "start-position"):
            notes.append(Note(DUTY, finding.message, finding.args, path, _old_place(finding, text, task.text)))
    return task


def _says(note: Note, rule: str) -> bool:
    """Whether a note repeats what a rule found."""
    what = note.args.get("what")
    return isinstance(what, Words) and what.message.partition(".")[0] == rule


def _newer(config: ConfigFile) -> Iterator[Entry]:
    """Keys that DM 1.0 does not have, so that the file must be of a later version."""
    instances = config.get(k.MYSQL_INSTANCES)
    blocks = [config.root, *(instances.items() if instances is not None else ())]
    for block in blocks:
        for entry in block.children:
            first = entry.schema.versions.first if entry.schema is not None else None
            if first is not None and first >= _OF_2:
                yield entry


def _old_place(finding: Finding, old: str, new: str) -> Span | None:
    """The place of a finding in the old text: the same line, where it is there exactly once."""
    index = LineIndex(new)
    line = index.line_span(index.line_of(finding.span.start)).of(new)
    if not line.strip() or old.count(line) != 1:
        return None
    start = old.index(line)
    return Span(start, start + len(line))


class _Mover:
    """`config` is the task in today's form, `old` as it was given."""

    def __init__(self, config: ConfigFile, old: ConfigFile, path: str, places: Mapping[tuple[str, str], Place], locale: str, notes: list[Note], settings: Settings) -> None:
        self.config = config
        self.old = old
        self.path = path
        self.places = places
        self.locale = locale
        self.notes = notes
        self.version = settings.dm_versions[-1]
        self.edits: list[Edit] = []
        self.needed: list[str] = []

    def note(self, level: str, message: str, at: Entry | None, **args: object) -> None:
        self.notes.append(Note(level, message, args, self.path, self.old.span(at) if at is not None else None))

    def text_of(self, *steps: str | int) -> str:
        entry = self.config.get(*steps)
        return entry.text if entry is not None else ""

    def task(self, text: str) -> Task:
        old_name, mode = self.text_of(k.NAME), self.text_of(k.TASK_MODE)
        name = f"{old_name}_v2" if old_name else ""
        self.set(k.NAME, name, "v1.task-renamed", old=old_name, new=name)
        goes_on = mode in (ALL, INCREMENTAL)
        if mode == ALL:
            self.set(k.TASK_MODE, INCREMENTAL, "v1.task-incremental")
        elif mode == FULL:
            self.note(ADVICE, "v1.task-full", self.old.get(k.TASK_MODE), name=old_name)
        if goes_on:
            for number, instance in enumerate(self.items(k.MYSQL_INSTANCES)):
                self.place(instance, self.old.get(k.MYSQL_INSTANCES, number), old_name)
        if self.version >= ONLINE_DDL_IS_ON and self.config.get(k.ONLINE_DDL) is None and self.config.get(k.ONLINE_DDL_SCHEME) is None:
            self.note(ADVICE, "v1.online-ddl", None)
        if self.version in _ZONE_OF_DOWNSTREAM and not self.text_of(k.TIMEZONE):
            self.note(ADVICE, "v1.time-zone", None)
        entry = self.config.get(k.TARGET_DATABASE, k.PASSWORD)
        there = self.old.get(k.TARGET_DATABASE, k.PASSWORD)
        password = Placed(entry.text, self.path, self.old.span(there) if there is not None else None) if entry is not None and entry.text else None
        database = (self.text_of(k.TARGET_DATABASE, part) for part in (k.HOST, k.PORT, k.USER))
        done = apply_edits(text, self.edits)
        return Task(self.path, done, old_name, name, mode, self.text_of(k.META_SCHEMA) or META_SCHEMA, *database, password, tuple(self.needed))

    def items(self, key: str) -> list[Entry]:
        entry = self.config.get(key)
        return entry.items() if entry is not None else []

    def set(self, key: str, text: str, message: str, **args: object) -> None:
        entry = self.config.get(key)
        if entry is None or not text:
            return
        written = edit.set_text(self.config, entry, text)
        if written is not None:
            self.edits.append(written)
            self.note(DONE, message, self.old.get(key), **args)
        else:
            self.note(DUTY, message + "-by-hand", self.old.get(key), **args)

    def place(self, instance: Entry, before: Entry | None, task: str) -> None:
        """Write the place to begin at, or a comment where it goes; an old place is no longer where replication stands."""
        source = instance.get(k.SOURCE_ID)
        old = instance.get(k.META)
        name = source.text if source is not None else ""
        known = self.places.get((task, name)) or self.places.get(("", name))
        there = before.get(k.META if old is not None else k.SOURCE_ID) if before is not None else None
        if old is not None:
            own = edit.own_lines(self.config, old)
            indent = edit.indent_of(self.config, self.config.span(old).start)
            if own is None or indent is None:
                # It shares its line with other things, and stays.
                self.needed.append(name)
                self.note(DUTY, "v1.meta-stays", there, source=name)
                return
            self.edits.append(Edit(own, self.block(indent, known)))
            self.note(DONE if known is not None else DUTY, "v1.meta-replaced" if known is not None else "v1.meta-old", there, source=name)
        elif source is not None:
            end = edit.free_end(self.config, self.config.span(source).end)
            indent = " " * (self.config.span(source).start - self.config.tree.lines.line_span(self.config.tree.lines.line_of(self.config.span(source).start)).start)
            if end is None:
                self.needed.append(name)
                self.note(DUTY, "v1.meta-needed", there, source=name)
                return
            newline = edit.newline(self.config)
            self.edits.append(Edit(Span(end, end), newline + self.block(indent, known).removesuffix(newline)))
            self.note(DONE if known is not None else DUTY, "v1.meta-written" if known is not None else "v1.meta-needed", there, source=name)
        if known is None:
            self.needed.append(name)

    def block(self, indent: str, place: Place | None) -> str:
        """The block with the place, as a comment while it is not known."""
        newline = edit.newline(self.config)
        mark = "" if place is not None else "# "
        shown = place.file if place is not None else "mysql-bin.000123"
        lines = [] if place is not None else [f"# {sentence('page.meta', {}, self.locale)}"]
        lines += [f"{mark}{k.META}:", f"{mark}  {k.BINLOG_NAME}: {edit.quoted(shown)}", f"{mark}  {k.BINLOG_POS}: {place.position if place is not None else 4567}"]
        return "".join(f"{indent}{line}{newline}" for line in lines)
