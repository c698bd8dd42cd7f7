"""Texts, kinds, configurations and command lines of the files of one snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Iterable, Mapping, Sequence

from dmls.analysis.ports import NO_CERTIFICATES, Certificates, Deployments
from dmls.analysis.record import FileRecord
from dmls.files import Content, Missing
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.cert_use import Lookup, Named, PemContent
from dmls.settings import ClusterSetting, Settings
from dmls.text import LineIndex

if TYPE_CHECKING:
    from dmls.model.command_line import CommandLine
    from dmls.pki.facts import PemFile


class FileView:
    """What the files of a snapshot are."""

    def __init__(
        self,
        records: Mapping[str, FileRecord],
        find: Callable[[str], FileRecord | None],
        settings_for: Callable[[str], Settings],
        now: float | None,
        folders: tuple[str, ...] = (),
        certificates: Certificates = NO_CERTIFICATES,
        all_paths: Callable[[], Iterable[str]] = tuple,
        deployments: Deployments | None = None,
    ) -> None:
        self._records = records
        """Shared with the workspace: tens of thousands are not copied for each key press, and a stale one is found anew whoever asks."""
        self._find = find
        self._settings_for = settings_for
        self._now = now
        self._folders = folders
        self._certificates = certificates
        self._deployments = deployments
        self._all_paths = all_paths
        self._paths: tuple[str, ...] | None = None

    def _record(self, path: str) -> FileRecord | None:
        return self._find(path)

    def _override(self, path: str) -> str | None:
        return self._settings_for(path).kind_of(path)

    def text(self, path: str) -> str | None:
        """The text of a file that is open or was read as text.

        Of a certificate file on disk only the line ends are known, so that places in it have lines and no private byte is kept: all
        else reads as blanks.
        """
        record = self._record(path)
        if record is not None:
            return record.text
        pem = self.pem(path)
        return outline(pem) if pem is not None else None

    def lines(self, path: str) -> LineIndex | None:
        """The line index of a file; the tree's own where it was parsed already."""
        record = self._record(path)
        if record is None:
            text = self.text(path)
            return LineIndex(text) if text is not None else None
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

    def _text_file(self, path: str) -> ConfigFile | None:
        """A file that can be edited: what is no text would not be written as it was."""
        return self.file(path) if self.is_text(path) else None

    def settings(self, path: str) -> Settings:
        """What the user has set for a file."""
        return self._settings_for(path)

    def lookup(self, user: str) -> Lookup:
        """What is known of the disk; what `user` asks for becomes a wish where it is not."""
        return self._certificates.lookup(user)

    @property
    def moment(self) -> float | None:
        """The moment that everything is judged at, in seconds since 1970; None where dates do not count."""
        return self._now

    def given(self, path: str) -> frozenset[str]:
        """The keys of a component's file that a script sets, or may set, which starts the component."""
        return self._deployments.given(path) if self._deployments is not None else frozenset()

    def command_lines(self, path: str) -> tuple[CommandLine, ...]:
        """The calls of DM's programs in a script or unit; none for any other file."""
        record = self._record(path)
        if record is None or record.kind(self._override(path)) != kinds.SCRIPT:
            return ()
        from dmls.model.command_line import command_lines

        return command_lines(path, record.text)

    def configs(self, path: str) -> Sequence[ConfigFile]:
        """The file, or the command lines of a script, each as a file."""
        config = self.file(path)
        return (config,) if config is not None else [line.config for line in self.command_lines(path)]

    def command_file(self, line: CommandLine) -> tuple[ConfigFile | None, bool]:
        """The file that a command line names for its configuration, and whether what it says is known; (None, True) where none is named."""
        if line.config_path is None or not line.config_is_known:
            return None, line.config_is_known
        from dmls.model.command_line import config_places

        script = line.config.path
        lookup = self._certificates.lookup(script)
        settings = self._settings_for(script)
        mapped = settings.local_path(line.config_path)
        for place in (mapped,) if mapped else tuple(config_places(line, script, self._folders)):
            # To ask is also to be told when it changes.
            state = lookup.text(place)
            record = self._record(place)
            if record is None and isinstance(state, Content):
                record = FileRecord.from_bytes(place, state.data)
            if record is not None:
                config = self.file(place) if place in self._records else None
                if config is None or config.kind != line.kind:
                    # The command line says what the file is for, whatever it looks like by itself.
                    config = FileRecord(place, record.text, record.encoding).config(line.kind)
                sure = config is not None and config.kind == line.kind and record.encoding is None and next(config.tree.problems(), None) is None
                return (config, True) if sure else (None, False)
            if not isinstance(state, Missing):
                break
        return None, False

    def release(self, path: str) -> None:
        """Let go of what was made of a file that nobody is likely to ask about again; its findings stay."""
        record = self._records.get(path)
        if record is not None:
            record.release()

    def pem(self, path: str) -> PemFile | None:
        """What the file at `path` holds; None where it was not read as a certificate file."""
        state = self._certificates.lookup(path).pem(path)
        return state.pem if isinstance(state, PemContent) else None

    def named(self, path: str) -> tuple[Named, ...]:
        """The certificate files that a configuration names."""
        record = self._record(path)
        return record.named if record is not None else ()

    def paths(self) -> Sequence[str]:
        """Every file that is open or was read."""
        if self._paths is None:
            self._paths = tuple(self._all_paths())
        return self._paths

    def is_text(self, path: str) -> bool:
        """Whether the file's bytes are text as DM reads it."""
        record = self._record(path)
        return record is not None and record.encoding is None

    def top_of(self, path: str) -> str:
        """The folder beyond which nothing belongs to a file; its own where nothing is known."""
        folder = path.rpartition("/")[0]
        return self._deployments.top_of(folder) if self._deployments is not None else folder

    def deployment_of(self, path: str) -> ClusterSetting | None:
        """The deployment that the settings put a file into; None where they say nothing."""
        return self._settings_for(path).deployment_of(path)


def outline(pem: PemFile) -> str:
    """A text with the line ends of a certificate file and blanks for all else, so that bytes count as characters."""
    starts = [*pem.line_starts, pem.size + 1]
    return "\n".join(" " * max(0, end - start - 1) for start, end in zip(starts, starts[1:]))
