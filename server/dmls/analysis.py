"""Every question a shell may ask, answered from one snapshot.  Plain core values; offsets in code points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Iterator, Mapping

from dmls.finding import Finding, Severity
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.syntax.tree import Tree
from dmls.text import LineIndex, Span

if TYPE_CHECKING:
    from dmls.ide.values import Completion, Fold, Hover, Symbol
    from dmls.settings import Settings

NOT_UTF8 = "not-utf-8"


class FileRecord:
    """The text of one file and what was made of it so far.

    `encoding` says what is wrong with the bytes: (variant, offset of the first place), None where nothing is.
    `stale` is set by the workspace when the file has changed; the record then only lends its syntax to the next one.
    """

    __slots__ = ("_config", "_kind", "_previous", "_tree", "encoding", "judged", "path", "stale", "text")

    def __init__(self, path: str, text: str, encoding: tuple[str, int] | None, previous: FileRecord | None = None) -> None:
        self.path = path
        self.text = text
        self.encoding = encoding
        self.stale = False
        self.judged: tuple[object, tuple[Finding, ...]] | None = None
        self._tree: Tree | None = None
        self._kind: tuple[str | None, str | None] | None = None
        self._config: ConfigFile | None = None
        self._previous = previous._tree if previous is not None else None

    @classmethod
    def from_bytes(cls, path: str, data: bytes, previous: FileRecord | None = None) -> FileRecord:
        """Decode as DM's libraries do: UTF-8, and for YAML also UTF-16 with a byte order mark."""
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text = data.decode("utf-16", "replace")
            problem = None if kinds.language_of(path) == "yaml" else ("utf-16", 0)
            if problem is None and "\ufffd" in text:
                try:
                    data.decode("utf-16")
                except UnicodeDecodeError as error:
                    problem = ("", len(data[: error.start].decode("utf-16", "replace")))
            return cls(path, text, problem, previous)
        try:
            return cls(path, data.decode("utf-8"), None, previous)
        except UnicodeDecodeError as error:
            at = len(data[: error.start].decode("utf-8", "replace"))
            return cls(path, data.decode("utf-8", "replace"), ("", at), previous)

    def release(self) -> None:
        """Let go of syntax and model; they are made anew when asked for.  The findings stay."""
        self._tree = None
        self._config = None

    def kind(self, override: str | None) -> str | None:
        if self._kind is None or self._kind[0] != override:
            self._kind = (override, kinds.recognise(self.path, self.text, override))
            self._config = None
        return self._kind[1]

    def tree(self, language: str) -> Tree:
        if self._tree is None or self._tree.language != language:
            if language == "yaml":
                from dmls.syntax import yaml as reader
            else:
                from dmls.syntax import toml as reader
            previous = self._previous if self._previous is not None and self._previous.language == language else None
            self._tree = reader.parse(self.text, previous)
            self._previous = None
        return self._tree

    def config(self, override: str | None) -> ConfigFile | None:
        kind = self.kind(override)
        if kind is None:
            return None
        if self._config is None:
            from dmls.schema.load import load, load_settings

            schema = load_settings() if kind == kinds.SETTINGS else load(kind)
            self._config = ConfigFile(self.path, kind, self.tree("yaml" if kind in kinds.YAML_KINDS else "toml"), schema)
        return self._config


class Analysis:
    """An immutable view of the workspace; made by `Workspace.snapshot`."""

    def __init__(
        self,
        records: Mapping[str, FileRecord],
        find: Callable[[str], FileRecord | None],
        settings_for: Callable[[str], Settings],
        now: float | None,
    ) -> None:
        self._records = dict(records)
        self._find = find
        self._settings_for = settings_for
        self._now = now

    def _record(self, path: str) -> FileRecord | None:
        record = self._records.get(path)
        if record is None or record.stale:
            record = self._find(path)
            if record is not None:
                self._records[path] = record
        return record

    def _override(self, path: str) -> str | None:
        return self._settings_for(path).kind_of(path)

    # Files

    def text(self, path: str) -> str | None:
        record = self._record(path)
        return record.text if record is not None else None

    def lines(self, path: str) -> LineIndex | None:
        """The line index of a file; the tree's own where it was parsed already."""
        record = self._record(path)
        if record is None:
            return None
        return record._tree.lines if record._tree is not None else LineIndex(record.text)

    def kind(self, path: str) -> str | None:
        """The kind of DM file, "settings" for a `.dmls.toml`, None for anything else."""
        record = self._record(path)
        return record.kind(self._override(path)) if record is not None else None

    def is_dm(self, path: str) -> bool:
        return self.kind(path) is not None

    def file(self, path: str) -> ConfigFile | None:
        record = self._record(path)
        return record.config(self._override(path)) if record is not None else None

    def language(self, path: str) -> str | None:
        """The language that the file's settings ask for, None where they leave it to the reader."""
        return self._settings_for(path).language

    # Findings

    def steps(self, path: str) -> Iterator[None]:
        """Work that `findings` would do at once, in pieces, for who must not be held up; ask `findings` afterwards."""
        record = self._record(path)
        if record is None or record.judged is not None:
            return
        override = self._override(path)
        kind = record.kind(override)
        if kind is None:
            return
        yield
        record.tree("yaml" if kind in kinds.YAML_KINDS else "toml")
        yield
        record.config(override)
        yield
        self.findings(path)
        yield

    def findings(self, path: str) -> tuple[Finding, ...]:
        """All findings of a file: sorted, suppressed, with the severities that the settings give."""
        record = self._record(path)
        if record is None:
            return ()
        settings = self._settings_for(path)
        mark = (settings, self._now)
        if record.judged is not None and record.judged[0] == mark:
            return record.judged[1]
        findings = tuple(self._judge(record, settings))
        record.judged = (mark, findings)
        return findings

    def _judge(self, record: FileRecord, settings: Settings) -> list[Finding]:
        from dmls import lint

        config = record.config(self._override(record.path))
        if config is None:
            return []
        found: list[Finding] = []
        if record.encoding is not None:
            from dmls.rules.syntax import not_utf_8

            found.append(not_utf_8.finding(config, *record.encoding))
            if "\0" in record.text or record.text.count("\ufffd") * 20 > len(record.text):
                # This is no text at all, or all of it is in another encoding: whatever else could be said is noise.
                return found
        if config.kind == kinds.SETTINGS:
            from dmls.rules.syntax import settings_file

            found.extend(settings_file.findings(config))
        else:
            found.extend(lint.check_versions(config, settings.dm_versions, self._now))
        if record.encoding is not None:
            # What else libyaml or tomli say of such a file is the same fault in other words.
            found = [f for f in found if f.rule != "syntax-error"]
        found = lint.suppress(config, found)
        has_levels = bool(settings.rules or settings.per_file)
        if has_levels:
            found = _all_leveled(found, settings, record.path)
        shown = lint.capped(lint.order(found), record.path)
        if has_levels and len(shown) < len(found):
            # What was cut off is told in a finding of its own, whose level may be set as well.
            shown[-1:] = _all_leveled(shown[-1:], settings, record.path)
        return shown

    def release(self, path: str) -> None:
        """Let go of what was made of a file that nobody is likely to ask about again; its findings stay."""
        record = self._records.get(path)
        if record is not None:
            record.release()

    # Help

    def hover(self, path: str, offset: int, locale: str = "en") -> Hover | None:
        config = self.file(path)
        if config is None:
            return None
        from dmls.ide import hover

        return hover.hover(config, offset, self.findings_if_known(path), locale)

    def completions(self, path: str, offset: int, locale: str = "en") -> list[Completion]:
        config = self.file(path)
        if config is None:
            return []
        from dmls.ide import completion
        from dmls.rules.registry import ROWS

        return completion.completions(config, offset, locale, ROWS)

    def symbols(self, path: str) -> list[Symbol]:
        config = self.file(path)
        if config is None:
            return []
        from dmls.ide import symbols

        return symbols.symbols(config)

    def folding(self, path: str) -> list[Fold]:
        config = self.file(path)
        if config is None:
            return []
        from dmls.ide import folding

        return folding.folding(config)

    def findings_if_known(self, path: str) -> tuple[Finding, ...]:
        """The findings where they were judged already; help must not wait for them."""
        record = self._record(path)
        return record.judged[1] if record is not None and record.judged is not None else ()


def _all_leveled(findings: list[Finding], settings: Settings, path: str) -> list[Finding]:
    return [f for f in (_leveled(f, settings.level(f.rule, path)) for f in findings) if f is not None]


def _leveled(finding: Finding, level: str | None) -> Finding | None:
    if level is None:
        return finding
    if level == "off":
        return None
    return finding._replace(severity=Severity.from_word(level))


__all__ = ["Analysis", "FileRecord", "Span"]
