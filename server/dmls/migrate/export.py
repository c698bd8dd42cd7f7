"""`dmls migrate export`: make of what `dmctl config export` wrote, or `config task` and `config source`, files that DM takes and that say what was meant.

DM writes the old form of 2.0 (dm/config/task.go: TaskConfigForDowngrade, dm/config/source_config.go: SourceConfigForDowngrade): keys that no version
reads any more, `multipleRows`, which every version refuses, certificates as lists of bytes; and it leaves out what 2.0 did not know.  What is left out can
only come from the files that the tasks were started with.
"""

from __future__ import annotations

import json
from typing import Iterator, NamedTuple

from dmls.files import Content, Directory, Pending
from dmls.migrate.change import ADVICE, DONE, DUTY, PRIVATE, CannotDo, Change, Created, Edited, Note, Request, Step
from dmls.migrate.deployment import NAME_OF
from dmls.migrate.draft import Draft
from dmls.migrate.up_to_date import ONLINE_DDL_IS_ON, bring
from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm.task_parts import LOAD, instances, settings
from dmls.model.edits import edit
from dmls.model.legacy.old_cipher import has_form
from dmls.model.tls_block import BYTES, DATABASE, KEY, PATHS, ROLES, SECURITY_PATH
from dmls.schema import keys as k
from dmls.syntax.tree import Alias, Mapping, Scalar, Sequence
from dmls.version import MAIN, Version, parse_version_set
from dmls.words.catalogue import Words

CONFIRM = "migrate.confirm-unsafe"
RELAY_WORKERS = "relay_workers.json"
"""The file of an export that names the workers that pulled relay logs, by source (dm/ctl/master/config.go)."""
_TEXTS = (".yaml", ".yml")
_LOADER_KEPT = (k.POOL_SIZE, k.DIR)
"""All that an export keeps of a loader (LoaderConfigForDowngrade)."""
_TASK_LOST = (k.ONLINE_DDL, k.COLLATION_COMPATIBLE, k.EXPERIMENTAL, k.VALIDATORS)
_NO_RELAY_COMMAND = parse_version_set("..2.0.2")
"""Where a command for relay logs does not exist yet."""
MASK = "******"


class Original(NamedTuple):
    """A file that a source or task was made from."""

    path: str
    text: str


def make(request: Request) -> Change:
    """What makes files that DM takes of an export, and the way back into a cluster.  Raises CannotDo."""
    return _Export(request).change()


class _Export:
    def __init__(self, request: Request) -> None:
        self.request = request
        self.files = request.files
        self.unsafe = request.options.flag("unsafe")
        self.folder = request.path(request.options.value("write-certificates")) if request.options.flag("write-certificates") else ""
        self.created: dict[str, Created] = {}
        self.notes: list[Note] = []
        self.originals = list(self._originals())
        self.sources: list[str] = []
        self.tasks: list[str] = []

    def change(self) -> Change:
        edited: list[Edited] = []
        version = MAIN
        for path in self.request.paths:
            kind = self.files.kind(path)
            if kind not in (*kinds.DATABASES, kinds.MASTER, kinds.WORKER):
                continue
            text = self.files.text(path)
            if text is None or not self.files.is_text(path):
                self.notes.append(Note(DUTY, "migrate.not-utf-8", {}, path))
                continue
            version = self.files.settings(path).dm_versions[-1]
            new, unsafe = self._repaired(path, text, version)
            if new != text:
                edited.append(Edited(path, text, new, CONFIRM if unsafe else ""))
            if kind == kinds.SOURCE:
                self.sources.append(path)
            elif kind == kinds.TASK:
                self.tasks.append(path)
        # What the runbook cannot say is noted, so it comes first.
        runbook = tuple(self._runbook(version))
        return Change(tuple(edited), tuple(self.created.values()), tuple(self.notes), runbook)

    def _repaired(self, path: str, text: str, version: Version) -> tuple[str, bool]:
        draft = Draft(self.files, path, text)
        unsafe = False
        if draft.config is not None:
            original = self._original_of(draft.config)
            if draft.config.kind == kinds.TASK:
                self._restore_task(draft, original, version)
            elif draft.config.kind == kinds.SOURCE:
                self._restore_source(draft, original)
            self._password(draft, original)
            unsafe = self._materials(draft)
        brought = bring(self.files, path, draft.text, version, None, self.unsafe, text)
        self.notes += brought.notes
        return brought.text, unsafe or brought.unsafe

    # What the export left out

    def _originals(self) -> Iterator[Original]:
        """The files that `original` names, and those in the folders that it names and in their `tasks` and `sources`."""
        lookup = self.files.lookup(self.request.operands[0] if self.request.operands else self.request.folder)
        queue = [(self.request.path(given), 0) for given in self.request.options.values("original")]
        while queue:
            path, depth = queue.pop(0)
            if path.endswith(_TEXTS):
                state = lookup.text(path)
                if isinstance(state, Content):
                    yield Original(path, state.data.decode("utf-8", "replace"))
                elif depth == 0 and not _is_asked(state):
                    raise CannotDo("migrate.no-original", path=path)
                continue
            listed = lookup.list(path)
            if isinstance(listed, Directory):
                queue += [(f"{path.rstrip('/')}/{name}", depth + 1) for name in listed.entries if name.endswith(_TEXTS) or (depth == 0 and name in ("tasks", "sources"))]
            elif depth == 0 and not _is_asked(listed):
                raise CannotDo("migrate.no-original", path=path)

    def _original_of(self, config: ConfigFile) -> ConfigFile | None:
        name = config.get(NAME_OF[config.kind]) if config.kind in NAME_OF else None
        for original in self.originals:
            other = self.files.supposed(config.path, original.text) if original.path != config.path else None
            own = other.get(NAME_OF[other.kind]) if other is not None and other.kind in NAME_OF else None
            if other is not None and name is not None and own is not None and own.text == name.text and next(other.tree.problems(), None) is None:
                return other
        return None

    def _restore_task(self, draft: Draft, original: ConfigFile | None, version: Version) -> None:
        config = draft.config
        assert config is not None
        if config.get(k.ONLINE_DDL) is not None or not config.root.children:
            # `config task` writes all keys; `config export` never writes this one.
            return
        if original is None:
            self.notes.append(Note(DUTY if version >= ONLINE_DDL_IS_ON else ADVICE, "migrate.export-lost", {}, config.path))
            return
        for name in reversed(_TASK_LOST):
            written = original.get(name)
            value = _flow(original, written) if written is not None else _scheme(original) if name == k.ONLINE_DDL else ""
            if value and draft.config is not None and draft.config.get(name) is None:
                self._put(draft, draft.config.root, name, value)
        self._restore_instances(draft, original)
        self._restore_loaders(draft, original)

    def _restore_instances(self, draft: Draft, original: ConfigFile) -> None:
        assert draft.config is not None
        theirs = {_text(item.get(k.SOURCE_ID)): item for item in instances(original)}
        for number in range(len(instances(draft.config))):
            item = instances(draft.config)[number]
            named = theirs[source].get(k.VALIDATOR_CONFIG_NAME) if (source := _text(item.get(k.SOURCE_ID))) in theirs else None
            if named is not None and named.text and item.get(k.VALIDATOR_CONFIG_NAME) is None:
                self._put(draft, item, k.VALIDATOR_CONFIG_NAME, _flow(original, named))

    def _restore_loaders(self, draft: Draft, original: ConfigFile) -> None:
        """Exported loaders have names of their own; the sources tell which is which."""
        assert draft.config is not None
        theirs = {_text(item.get(k.SOURCE_ID)): item for item in instances(original)}
        wanted: dict[str, dict[str, str]] = {}
        for item in instances(draft.config):
            other = theirs.get(_text(item.get(k.SOURCE_ID)))
            block = settings(draft.config, item, LOAD)
            old = settings(original, other, LOAD) if other is not None else None
            if block is None or block.pair is None or old is None:
                continue
            keys = {c.key: _flow(original, c) for c in (*old.children, *old.merged) if c.key not in _LOADER_KEPT and c.schema is not None}
            if wanted.setdefault(block.name, keys) != keys:
                self.notes.append(Note(DUTY, "migrate.export-loaders-differ", {"name": block.name}, draft.config.path))
        for name, keys in wanted.items():
            for key, value in keys.items():
                there = draft.config.get(k.LOADERS, name) if draft.config is not None else None
                if there is not None and there.get(key) is None and value:
                    self._put(draft, there, key, value)

    def _restore_source(self, draft: Draft, original: ConfigFile | None) -> None:
        config = draft.config
        assert config is not None
        if config.get(k.ENABLE) is not None:
            return
        written = original.get(k.ENABLE) if original is not None else None
        if original is None:
            self.notes.append(Note(ADVICE, "migrate.export-lost-source", {"key": k.ENABLE}, config.path))
        elif written is not None:
            self._put(draft, config.root, k.ENABLE, _flow(original, written))

    def _put(self, draft: Draft, block: Entry, key: str, value: str) -> None:
        """Write a key of the original into a block: below `task-mode` at the top level, else below the last key with a plain value."""
        assert draft.config is not None
        path = draft.config.path
        plain = [c for c in block.children if isinstance(c.raw, Scalar) and c.pair is not None]
        beside = next((c for c in plain if c.key == k.TASK_MODE), plain[-1] if plain else None)
        done = beside is not None and draft.apply([edit.insert_pairs(draft.config, beside, [f"{key}: {value}"])])
        self.notes.append(Note(DONE if done else DUTY, "migrate.export-restored" if done else "migrate.export-not-restored", {"key": key}, path))

    # Passwords and certificates

    def _password(self, draft: Draft, original: ConfigFile | None) -> None:
        config = draft.config
        if config is None or config.kind not in DATABASE:
            return
        entry = config.get(DATABASE[config.kind], k.PASSWORD)
        if entry is None or not entry.text:
            return
        known = original.get(DATABASE[config.kind], k.PASSWORD) if original is not None else None
        if entry.text == MASK and original is not None and known is not None and known.text not in ("", MASK):
            if draft.apply([edit.set_text(config, entry, known.text)]):
                self.notes.append(Note(DONE, "migrate.export-password", {}, config.path))
        elif entry.text != MASK and not has_form(entry.text):
            self.notes.append(Note(ADVICE, "migrate.export-plain-password", {}, config.path, config.key_span(entry)))

    def _materials(self, draft: Draft) -> bool:
        """What became lists of bytes: files again, or paths alone where they stand beside; whether that needs a look."""
        assert draft.config is not None
        if draft.config.kind not in SECURITY_PATH:
            return False
        steps = SECURITY_PATH[draft.config.kind]
        owner = _text(draft.config.get(NAME_OF[draft.config.kind])) or "dm"
        unsafe = False
        for role in ROLES:
            config = draft.config
            entry = config.get(*steps, BYTES[role])
            if entry is None:
                continue
            data = _bytes(entry)
            path = config.get(*steps, PATHS[role])
            if not entry.children:
                if draft.apply([edit.delete(config, entry)]):
                    self.notes.append(Note(DONE, "migrate.repaired", {"fix": _deleted(BYTES[role])}, config.path))
            elif self.folder and data:
                unsafe = self._written(draft, entry, path, role, data, f"{self.folder.rstrip('/')}/{_file_name(owner)}-{role}.pem") or unsafe
            elif self.unsafe and path is not None and path.text:
                if draft.apply([edit.delete(config, entry)]):
                    unsafe = True
                    self.notes.append(Note(DONE, "migrate.export-path-counts", {"key": BYTES[role], "path": path.text}, config.path, config.key_span(entry)))
            else:
                message = "migrate.export-bytes-key" if role == KEY else "migrate.export-bytes"
                self.notes.append(Note(DUTY, message, {"key": BYTES[role]}, config.path, config.key_span(entry)))
        return unsafe

    def _written(self, draft: Draft, entry: Entry, path: Entry | None, role: str, data: bytes, target: str) -> bool:
        config = draft.config
        assert config is not None
        span, file = config.key_span(entry), config.path
        name = BYTES[role]
        trial = Draft(self.files, file, draft.text)
        if path is not None:
            done = trial.apply([edit.fill(config, path, target), edit.delete(config, entry)])
        else:
            done = trial.apply([edit.insert_pairs(config, entry, [f"{PATHS[role]}: {edit.quoted(target)}"], above=True)]) and trial.config is not None
            again = trial.config.get(*SECURITY_PATH[config.kind], name) if done and trial.config is not None else None
            done = done and again is not None and trial.config is not None and trial.apply([edit.delete(trial.config, again)])
        if not done:
            self.notes.append(Note(DUTY, "migrate.export-not-written", {"key": name}, file, span))
            return False
        draft.text, draft.config = trial.text, trial.config
        self.created[target] = Created(target, data, PRIVATE, role == KEY)
        self.notes.append(Note(DONE, "migrate.export-written", {"key": name, "path": target}, file, span))
        return True

    # The way back into a cluster

    def _runbook(self, version: Version) -> Iterator[Step]:
        if not self.sources and not self.tasks:
            return
        relay = {} if version in _NO_RELAY_COMMAND else self._relay_workers()
        yield Step("migrate.step-check", {}, self._lines(shell.line("dmls", "check", *self._names(self.sources + self.tasks))))
        if self.sources:
            yield Step("migrate.step-sources", {}, self._lines(*(self._dmctl("operate-source", "create", name) for name in self._names(self.sources))))
        if relay:
            commands = [c for source, workers in relay.items() for c in (self._dmctl("transfer-source", source, workers[0]), self._dmctl("start-relay", "-s", source, *workers))]
            yield Step("migrate.step-relay", {"file": RELAY_WORKERS}, self._lines(*commands))
        if self.tasks:
            yield Step("migrate.step-tasks", {}, self._lines(*(self._dmctl("start-task", name) for name in self._names(self.tasks)), self._dmctl("query-status")))

    def _relay_workers(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for operand in self.request.operands or (self.request.folder,):
            state = self.files.lookup(operand).text(f"{operand.rstrip('/')}/{RELAY_WORKERS}") if operand not in self.request.paths else None
            if not isinstance(state, Content):
                continue
            try:
                said = json.loads(state.data)
            except (ValueError, RecursionError):
                said = None
            if not isinstance(said, dict) or not all(isinstance(w, list) and w and all(isinstance(n, str) for n in w) for w in said.values()):
                self.notes.append(Note(DUTY, "migrate.export-relay-unreadable", {"file": RELAY_WORKERS}))
                continue
            found.update({source: sorted(workers) for source, workers in said.items()})
        return dict(sorted(found.items()))

    def _names(self, paths: list[str]) -> list[str]:
        return [self.request.near(path) for path in paths]

    def _dmctl(self, *words: str) -> str:
        return shell.dmctl(shell.ANY_MASTER, {}, *words)

    def _lines(self, *commands: str) -> tuple[str, ...]:
        """The commands that could be written; a note for each other one."""
        self.notes += [Note(DUTY, "migrate.export-odd-name") for command in commands if not command]
        return shell.lines(*commands)


def _is_asked(state: object) -> bool:
    """Whether nobody has looked yet."""
    return isinstance(state, Pending)


def _text(entry: Entry | None) -> str:
    return entry.text if entry is not None else ""


def _scheme(original: ConfigFile) -> str:
    """A scheme switches online DDL on."""
    return "true" if _text(original.get(k.ONLINE_DDL_SCHEME)) in ("gh-ost", "pt") else ""


def _flow(config: ConfigFile, entry: Entry) -> str:
    """The value of a key on one line; "" where there is none."""
    node = entry.node
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{child.name}: {_flow(config, child) or 'null'}" for child in (*entry.children, *entry.merged) if child.name != "<<") + "}"
    if isinstance(node, Sequence):
        return "[" + ", ".join(_flow(config, child) for child in entry.items()) + "]"
    if not isinstance(node, Scalar) or node.style == "empty":
        return ""
    written = config.value_span(entry).of(config.text)
    if isinstance(entry.raw, Alias) or node.anchor is not None or node.tag is not None or "\n" in written or node.style in ("literal", "folded"):
        return edit.quoted(node.value)
    return written


def _bytes(entry: Entry) -> bytes:
    """The bytes of a list of numbers; empty where it holds something else."""
    try:
        return bytes(int(item.text) for item in entry.items())
    except ValueError:
        return b""


def _file_name(owner: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in owner).lstrip(".") or "dm"


def _deleted(key: str) -> Words:
    return Words("fix.delete-key", {"key": key})
