"""What is remembered of one file of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.finding import Finding
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.cert_use import CertUse, Named
from dmls.named import NamedTuple
from dmls.settings import Settings
from dmls.syntax.tree import Tree
from dmls.text import Span

if TYPE_CHECKING:
    from dmls.model.references.names import Occurrence

NOT_UTF8 = "not-utf-8"


class Judged(NamedTuple):
    """Findings, and for how long they hold: while the settings are these, and the time is from `since` to before `until` (None: for ever)."""

    settings: Settings
    since: float | None
    until: float | None
    findings: tuple[Finding, ...]

    def holds(self, settings: Settings, now: float | None) -> bool:
        if self.settings != settings:
            return False
        if now is None or self.since is None:
            return now == self.since
        return self.since <= now and (self.until is None or now < self.until)


class FileRecord:
    """The text of one file and what was made of it so far.

    `encoding` says what is wrong with the bytes: (variant, offset of the first place), None where nothing is.
    `stale` is set by the workspace when the file has changed; the record then only lends its syntax to the next one.
    `named` are the certificate files that it names, as they were found when it was judged last.  `uses` are its TLS blocks with what these files
    hold, until one of them changes: None where nobody has asked.
    """

    __slots__ = ("_config", "_kind", "_names", "_previous", "_tree", "encoding", "judged", "named", "path", "stale", "text", "uses")

    def __init__(self, path: str, text: str, encoding: tuple[str, int] | None, previous: FileRecord | None = None) -> None:
        self.path = path
        self.text = text
        self.encoding = encoding
        self.stale = False
        self.judged: Judged | None = None
        self.uses: tuple[Settings, tuple[CertUse, ...]] | None = None
        self.named: tuple[Named, ...] = previous.named if previous is not None else ()
        self._tree: Tree | None = None
        self._kind: tuple[str | None, str | None] | None = None
        self._config: ConfigFile | None = None
        self._names: tuple[Occurrence, ...] | None = None
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
        """Let go of syntax and model; they are made anew when asked for.  The findings stay, and with them their fixes."""
        for finding in self.judged.findings if self.judged is not None else ():
            len(finding.fixes)
        self._tree = None
        self._config = None
        self.uses = None

    def kind(self, override: str | None) -> str | None:
        if self._kind is None or self._kind[0] != override:
            self._kind = (override, kinds.recognise(self.path, self.text, override))
            self._config = None
            self._names = None
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
        if kind is None or kind in (kinds.CERTIFICATE, kinds.SCRIPT):
            return None
        if self._config is None:
            from dmls.schema.load import load, load_settings

            schema = load_settings() if kind == kinds.SETTINGS else load(kind)
            self._config = ConfigFile(self.path, kind, self.tree("yaml" if kind in kinds.YAML_KINDS else "toml"), schema)
        return self._config

    def names(self, override: str | None) -> tuple[Occurrence, ...]:
        """The names in the file, without the entries, so that they can be kept when the tree is let go of."""
        kind = self.kind(override)
        if self._names is None:
            from dmls.model.references.names import occurrences

            if kind == kinds.SCRIPT:
                from dmls.model.command_line import command_lines

                configs = [line.config for line in command_lines(self.path, self.text)]
            else:
                config = self.config(override) if kind in kinds.KINDS else None
                configs = [config] if config is not None else []
            found = [o._replace(entry=None) for config in configs for o in occurrences(config)]
            self._names = tuple(sorted(found, key=lambda o: o.span) if len(configs) > 1 else found)
        return self._names


def in_text(text: str, span: Span) -> Span:
    """A span of bytes as a span of the characters of `text`."""
    if text.isascii():
        return span
    data = text.encode("utf-8", "surrogatepass")
    return Span(*(len(data[:at].decode("utf-8", "replace")) for at in span))
