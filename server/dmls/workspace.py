"""The only thing that changes: what is known of files and settings.  The shells put in, `snapshot()` gives out.

Paths are strings as the shell gives them, with ``/`` or the system's separator; two spellings of one file are two files here,
so a shell must spell consistently.
"""

from __future__ import annotations

from typing import Iterable, Mapping, NamedTuple, Union

from dmls import settings as settings_module
from dmls.analysis import Analysis, FileRecord
from dmls.files import Content, FileState
from dmls.model.kind import SETTINGS_FILE
from dmls.settings import Settings

CONFIG_LIMIT = 10 * 1024 * 1024
"""Bytes of a configuration file that are read at most; DM files are a few kilobytes."""


class Read(NamedTuple):
    """The core wants the content of a file."""

    path: str
    limit: int = CONFIG_LIMIT


class List(NamedTuple):
    """The core wants the names in a folder."""

    path: str
    limit: int = 0


class Stat(NamedTuple):
    """The core wants to know what a path is."""

    path: str
    limit: int = 0


Want = Union[Read, List, Stat]


def parent_of(path: str) -> str:
    """The folder that holds `path`; "" above the top."""
    cut = max(path.rfind("/"), path.rfind("\\"))
    if cut < 0:
        return ""
    if cut == 0:
        return "/" if len(path) > 1 else ""
    return path[:cut]


class Workspace:
    """Not thread-safe: one event loop owns it."""

    def __init__(self) -> None:
        self._folders: tuple[str, ...] = ()
        self._open: dict[str, str] = {}
        self._disk: dict[str, FileState] = {}
        self._records: dict[str, FileRecord] = {}
        self._editor: Mapping[str, object] = {}
        self._command_line: Mapping[str, object] = {}
        self._trusted = True
        self._layers: dict[str, Settings | None] = {}
        self._effective: dict[str, Settings] = {}
        self._seen_folders: dict[str, None] = {}
        """Every folder that holds a known file, and those above; in the order they were met."""
        self._snapshot: Analysis | None = None
        self._now: float | None = None

    # What the shells tell

    def set_folders(self, folders: Iterable[str]) -> None:
        """The workspace folders."""
        self._folders = tuple(folders)
        self._settings_changed()

    @property
    def folders(self) -> tuple[str, ...]:
        return self._folders

    def set_editor_settings(self, mapping: Mapping[str, object]) -> None:
        """The client's section `dmls`; weaker than a `.dmls.toml`."""
        self._editor = mapping
        self._settings_changed()

    def set_cli_settings(self, mapping: Mapping[str, object]) -> None:
        """Options of the command line; stronger than a `.dmls.toml`."""
        self._command_line = mapping
        self._settings_changed()

    def set_trusted(self, trusted: bool) -> None:
        """Untrusted means that nothing outside the workspace is read and paths set by a `.dmls.toml` are ignored."""
        self._trusted = trusted
        self._settings_changed()

    def set_now(self, now: float | None) -> None:
        """The moment that findings speak of, seconds since 1970."""
        self._now = now
        self._changed()

    def open(self, path: str, text: str, version: int | None = None) -> None:
        """An editor holds `path`; its text wins over the disk until `close`."""
        if self._open.get(path) == text:
            return
        self._open[path] = text
        self._touched(path)

    change = open

    def close(self, path: str) -> None:
        self._open.pop(path, None)
        self._touched(path)

    def is_open(self, path: str) -> bool:
        return path in self._open

    def put(self, path: str, state: FileState) -> None:
        """What the disk holds at `path`."""
        if self._disk.get(path) == state:
            return
        self._disk[path] = state
        self._touched(path)

    def forget(self, path: str) -> None:
        """Nothing is known of `path` any more; if it is needed, it is wanted again."""
        self._disk.pop(path, None)
        self._touched(path)

    # What the core asks and answers

    def wanted(self) -> list[Want]:
        """What the shell should look up and `put`; empty when nothing is missing."""
        out: list[Want] = []
        for folder in self._seen_folders:
            candidate = _join(folder, SETTINGS_FILE)
            if candidate not in self._disk and candidate not in self._open:
                out.append(Read(candidate))
        return out

    def settings_for(self, path: str) -> Settings:
        """The settings that hold for a file: command line, nearest `.dmls.toml`, editor, defaults."""
        folder = parent_of(path)
        found = self._effective.get(folder)
        if found is None:
            layer = self._layer(folder) or settings_module.DEFAULTS
            if not self._trusted:
                layer = settings_module.untrusted(layer)
            base = self._folder_of(folder)
            editor = settings_module.parse(self._editor, base, editor=True)[0]
            command_line = settings_module.parse(self._command_line, base)[0]
            found = settings_module.merge(command_line, layer, editor)
            self._effective[folder] = found
        return found

    def _folder_of(self, folder: str) -> str:
        """The workspace folder that `folder` lies in, else itself; globs of the editor are relative to it."""
        for workspace in self._folders:
            if folder == workspace or folder.startswith(workspace.rstrip("/\\") + "/"):
                return workspace
        return folder

    def snapshot(self) -> Analysis:
        """The state of now; stays what it is while the workspace goes on."""
        if self._snapshot is None:
            self._snapshot = Analysis(self._records, self._record, self.settings_for, self._now)
        return self._snapshot

    # Inside

    def _layer(self, folder: str) -> Settings | None:
        """The settings of the nearest `.dmls.toml` at or above `folder`."""
        if folder in self._layers:
            return self._layers[folder]
        text = self._text(_join(folder, SETTINGS_FILE)) if folder else None
        result: Settings | None
        if text is not None:
            # Most files have no `.dmls.toml` above them, and a YAML file then needs no TOML reader at all.
            from dmls.model.plain import to_plain
            from dmls.syntax import toml

            result = settings_module.parse(to_plain(toml.parse(text)), folder)[0]
        elif folder:
            result = self._layer(parent_of(folder))
        else:
            result = None
        self._layers[folder] = result
        return result

    def _text(self, path: str) -> str | None:
        if path in self._open:
            return self._open[path]
        state = self._disk.get(path)
        return state.data.decode("utf-8", "replace") if isinstance(state, Content) else None

    def _record(self, path: str) -> FileRecord | None:
        record = self._records.get(path)
        if record is not None and not record.stale:
            return record
        text = self._open.get(path)
        state = self._disk.get(path)
        if text is not None:
            record = FileRecord(path, text, None, previous=record)
        elif isinstance(state, Content):
            record = FileRecord.from_bytes(path, state.data, previous=record)
        else:
            self._records.pop(path, None)
            return None
        self._records[path] = record
        return record

    def _touched(self, path: str) -> None:
        folder = parent_of(path)
        while folder and folder not in self._seen_folders:
            self._seen_folders[folder] = None
            folder = parent_of(folder)
        record = self._records.get(path)
        if record is not None:
            record.stale = True
        if path.endswith(SETTINGS_FILE):
            self._settings_changed()
        self._changed()

    def _settings_changed(self) -> None:
        self._layers.clear()
        self._effective.clear()
        for record in self._records.values():
            record.judged = None
        self._changed()

    def _changed(self) -> None:
        self._snapshot = None

    @property
    def paths(self) -> list[str]:
        """All files that are open or were read."""
        return sorted({*self._open, *(p for p, s in self._disk.items() if isinstance(s, Content))})


def _join(folder: str, name: str) -> str:
    return f"{folder}{name}" if folder.endswith(("/", "\\")) else f"{folder}/{name}"
