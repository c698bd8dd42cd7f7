"""The only module that opens files.

`RealDisk` answers the core's wishes and never raises for what the file system holds, nor blocks on a FIFO or a device.
`config_files` finds the files that a command line means.  `write_atomic` puts a new content in place of one that was read before.
Paths are strings with slashes on every system.
"""

from __future__ import annotations

import errno
import os
import re
import stat as st
import time
from typing import Iterable, Iterator, Union

from dmls.files import CONFIG_LIMIT, Content, Directory, FileState, Missing, NotRegular, TooLarge, Unreadable
from dmls.model.kind import CERTIFICATE_SUFFIXES, SCRIPT_SUFFIXES
from dmls.named import NamedTuple
from dmls.settings import NAME as SETTINGS_NAME
from dmls.settings import glob_regex

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_BLOCK = 1024 * 1024
_TRIES = 3
"""How often a file is read that changes meanwhile; whoever writes without end cannot be waited for."""


class RealDisk:
    """The file system of this machine, as the protocol `files.Disk` wants it."""

    __slots__ = ()

    def read(self, path: str, limit: int) -> FileState:
        """The file at `path`, at most `limit` bytes; a folder is `Directory` without entries."""
        try:
            # Asked before opening, since opening a device can already do something.
            info = os.stat(path)
            if not st.S_ISREG(info.st_mode):
                return _irregular(info.st_mode)
            if info.st_size > limit:
                return TooLarge(info.st_size, limit)
            fd = os.open(path, _FLAGS)
            try:
                # Asked again, since another file may have taken the name.
                info = os.fstat(fd)
                if not st.S_ISREG(info.st_mode):
                    return _irregular(info.st_mode)
                for _ in range(_TRIES):
                    data = _read(fd, limit + 1)
                    # A file that was written meanwhile may have given a piece of the old and a piece of the new.
                    before, info = info, os.fstat(fd)
                    if len(data) > limit or (info.st_mtime_ns, info.st_size) == (before.st_mtime_ns, before.st_size):
                        break
                    os.lseek(fd, 0, os.SEEK_SET)
            finally:
                os.close(fd)
        except (OSError, ValueError) as error:
            return _absent(error)
        if len(data) > limit:
            return TooLarge(max(info.st_size, len(data)), limit)
        return Content(data, _rights(info.st_mode))

    def list(self, path: str) -> FileState:
        """`Directory` with its sorted names; for anything else what `stat` says."""
        try:
            with os.scandir(path) as found:
                return Directory(tuple(sorted(entry.name + "/" if _is_folder(entry) else entry.name for entry in found)))
        except NotADirectoryError:
            return self.stat(path)
        except (OSError, ValueError) as error:
            return _absent(error)

    def stat(self, path: str) -> FileState:
        """Like `read`, but a file comes back with empty data, whatever its size."""
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            return _absent(error)
        return Content(b"", _rights(mode)) if st.S_ISREG(mode) else _irregular(mode)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A ring of links, or a file system that answers no more.
        return False


def _read(fd: int, limit: int) -> bytes:
    parts = []
    while limit > 0:
        part = os.read(fd, min(limit, _BLOCK))
        if not part:
            break
        parts.append(part)
        limit -= len(part)
    return b"".join(parts)


def _rights(mode: int) -> int:
    """The permission bits; 0 on Windows, where they tell nothing about who may read."""
    return 0 if os.name == "nt" else st.S_IMODE(mode)


def _irregular(mode: int) -> FileState:
    if st.S_ISDIR(mode):
        return Directory()
    if st.S_ISFIFO(mode):
        return NotRegular("FIFO")
    if st.S_ISSOCK(mode):
        return NotRegular("socket")
    return NotRegular("device")


def _absent(error: OSError | ValueError) -> FileState:
    # A ValueError is a path no system can hold: a NUL in it, or half of a surrogate pair.
    if isinstance(error, ValueError) or error.errno in (errno.ENOENT, errno.ENOTDIR):
        return Missing()
    return Unreadable(error.strerror or type(error).__name__)


# --- paths ---


def absolute(path: str) -> str:
    """The absolute path with slashes, without ``.`` and ``..``; links stay."""
    return with_slashes(os.path.abspath(path))


def with_slashes(path: str) -> str:
    return path.replace("\\", "/") if os.sep == "\\" else path


def folder_of(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def signature(path: str) -> tuple[int, int, int] | None:
    """Changes whenever the file does: time of change in ns, size, inode.  None while it cannot be looked at."""
    try:
        info = os.stat(path)
    except (OSError, ValueError):
        return None
    return info.st_mtime_ns, info.st_size, info.st_ino


def real(path: str) -> str:
    """The path with all links followed; itself where they lead in a ring."""
    try:
        return with_slashes(os.path.realpath(path))
    except (OSError, ValueError):
        return path


def now() -> float:
    """Seconds since 1970.  The core knows no clock: a shell asks and tells it."""
    return time.time()  # noqa: TID251


def nearest_settings(folder: str, known: dict[str, str | None]) -> str | None:
    """The `.dmls.toml` in `folder` or its nearest ancestor.  `known` remembers the answers, one entry per folder passed."""
    passed = []
    answer: str | None = None
    while True:
        if folder in known:
            answer = known[folder]
            break
        passed.append(folder)
        path = folder.rstrip("/") + "/" + SETTINGS_NAME
        if os.path.lexists(path):
            answer = path
            break
        above = folder_of(folder)
        if above == folder:
            break
        folder = above
    known.update((f, answer) for f in passed)
    return answer


# --- which files a command line means ---


class Found(NamedTuple):
    """A file to check.  `given` is how to name it to the user; `named` says that the user named it himself."""

    path: str
    given: str
    named: bool


class Refused(NamedTuple):
    """A path of the command line, or a folder below one, that cannot be looked into."""

    path: str
    given: str
    state: FileState
    named: bool


_SUFFIXES = (".toml", ".yaml", ".yml")
SCRIPT_LIMIT = 256 * 1024
"""Bytes of a script that is looked into; those that start DM have a few lines."""
_PROGRAMS = (b"dm-master", b"dm-worker", b"dmctl")
_NEVER = ("node_modules", "site-packages")


def config_files(paths: Iterable[str], also: tuple[str, ...] = ()) -> Iterator[Union[Found, Refused]]:
    """The files that `paths` mean, each once, in the order of `paths` and by name within a folder.

    A named file is always meant.  In a folder: `.toml`, `.yaml` and `.yml` files, `.dmls.toml`, and scripts and
    units that name a program of DM, and files with an ending of `also`; not what a `.gitignore` of the
    repository ignores, nor hidden files and folders, nor `node_modules`.  Links to files are followed, links to folders are not (a
    link that is named itself is), so a ring of links ends.
    """
    seen: set[str] = set()
    for given in paths:
        path = absolute(given)
        shown = with_slashes(given)
        state = RealDisk().stat(path)
        if isinstance(state, Directory):
            prefix = "" if shown in (".", "./") else shown if shown.endswith("/") else shown + "/"
            for item in _walk(path, prefix, _ignores_above(path), (*_SUFFIXES, *also)):
                if item.path not in seen:
                    seen.add(item.path)
                    yield item
        elif path not in seen:
            seen.add(path)
            yield Found(path, shown, True) if isinstance(state, Content) else Refused(path, shown, state, True)


def _walk(folder: str, prefix: str, ignores: tuple[_Ignore, ...], suffixes: tuple[str, ...]) -> Iterator[Union[Found, Refused]]:
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=_name)
    except OSError as error:
        yield Refused(folder, prefix or "./", _absent(error), False)
        return
    base = folder.rstrip("/") + "/"
    if any(e.name == ".gitignore" for e in entries):
        own = _read_ignore(base + ".gitignore", base)
        ignores = (own, *ignores) if own is not None else ignores
    for entry in entries:
        name = entry.name
        if name.startswith(".") and name != SETTINGS_NAME:
            continue
        path = base + name
        if name.endswith(suffixes) or name.endswith(SCRIPT_SUFFIXES):
            if _is_file(entry) and not _ignored(path, False, ignores) and (name.endswith(suffixes) or _starts_dm(path)):
                yield Found(path, prefix + name, False)
                continue
        if _is_real_folder(entry) and name not in _NEVER and not _ignored(path, True, ignores):
            yield from _walk(path, prefix + name + "/", ignores, suffixes)


def _starts_dm(path: str) -> bool:
    """Whether a script may start a program of DM; most do not, and are not looked at any further."""
    state = RealDisk().read(path, SCRIPT_LIMIT)
    return isinstance(state, Content) and any(name in state.data for name in _PROGRAMS)


def certificate_files(folders: Iterable[str]) -> Iterator[str]:
    """Files below `folders` that are named like certificates or keys.

    Unlike configurations they count where a `.gitignore` excludes them, since that is what people do with keys.
    """
    for folder in folders:
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=_name)
        except OSError:
            continue
        base = folder.rstrip("/") + "/"
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _NEVER:
                continue
            if entry.name.lower().endswith(CERTIFICATE_SUFFIXES) and _is_file(entry):
                yield base + entry.name
            elif _is_real_folder(entry):
                yield from certificate_files([base + entry.name])


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _is_real_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


# --- .gitignore ---


class _Ignore(NamedTuple):
    """The lines of one ignore file.  Each is a pattern for a path below `base`, whether only folders count, and whether it takes back."""

    base: str
    lines: tuple[tuple[re.Pattern[str], bool, bool], ...]


def _ignored(path: str, is_folder: bool, ignores: tuple[_Ignore, ...]) -> bool:
    """What the nearest file and in it the last line that matches says, as in gitignore(5).

    A file below an ignored folder never gets here, since the folder is not walked.
    """
    for ignore in ignores:
        below = path[len(ignore.base) :]
        for pattern, only_folders, negated in reversed(ignore.lines):
            if (is_folder or not only_folders) and pattern.match(below):
                return not negated
    return False


def _ignores_above(folder: str) -> tuple[_Ignore, ...]:
    """The ignore files that hold for `folder` from above, nearest first, up to the root of its repository; none outside of one."""
    found: list[_Ignore] = []
    at = folder
    while not os.path.lexists(at.rstrip("/") + "/.git"):
        above = folder_of(at)
        if above == at:
            return ()
        at = above
        own = _read_ignore(at.rstrip("/") + "/.gitignore", at.rstrip("/") + "/")
        if own is not None:
            found.append(own)
    root = at.rstrip("/") + "/"
    exclude = _read_ignore(root + ".git/info/exclude", root)
    if exclude is not None:
        found.append(exclude)
    return tuple(found)


def _read_ignore(path: str, base: str) -> _Ignore | None:
    """The ignore file at `path`; None where there is none or it says nothing."""
    state = RealDisk().read(path, CONFIG_LIMIT)
    if not isinstance(state, Content):
        return None
    lines = tuple(filter(None, map(_ignore_line, state.data.decode("utf-8", "replace").splitlines())))
    return _Ignore(base, lines) if lines else None


def _ignore_line(line: str) -> tuple[re.Pattern[str], bool, bool] | None:
    # A blank at the end counts only behind a backslash.
    line = re.sub(r"(?<!\\) +$", "", line.rstrip("\r"))
    if not line or line.startswith("#"):
        return None
    negated = line.startswith("!")
    if negated:
        line = line[1:]
    only_folders = line.endswith("/")
    line = line.rstrip("/")
    if not line:
        return None
    glob = line.lstrip("/") if "/" in line else "**/" + line
    try:
        return re.compile(glob_regex(glob) + r"\Z", re.DOTALL), only_folders, negated
    except re.error:
        return None


# --- writing ---


class Written(NamedTuple):
    """The file holds the new content.

    `links` is how many other names (hard links) it had, which keep the old one.  `codec` is how a text is encoded (`encoded`).
    """

    links: int = 0
    codec: str = "utf-8"


class Changed(NamedTuple):
    """The file no longer holds what it was read as; nothing was written."""


class NotWritten(NamedTuple):
    """The system refused; `reason` is its short text.  The file is as it was."""

    reason: str


class Existing(NamedTuple):
    """Something has this name already; `same` is whether it is a regular file with the content wanted."""

    same: bool


def create(path: str, data: bytes, mode: int, folders: list[str] | None = None) -> Union[Written, Existing, NotWritten]:
    """Make a new file, wholly or not at all; whatever has the name already is left alone.

    Folders above that are missing are made, and told in `folders`, outermost first.  `mode` holds the permission bits, whatever the umask
    of the process; folders of files that only their owner may read are closed to others too.
    """
    folder = os.path.dirname(path)
    temporary = os.path.join(folder, f".dmls-{os.urandom(8).hex()}")
    try:
        if os.path.lexists(path):
            return Existing(_holds(RealDisk(), path, data))
        missing = []
        while folder and not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for made in reversed(missing):
            os.mkdir(made, 0o755 if mode & 0o077 else 0o700)
            if folders is not None:
                folders.append(made)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(fd, rest) :]
            if hasattr(os, "fchmod"):
                os.fchmod(fd, mode)
            os.fsync(fd)
        finally:
            os.close(fd)
        try:
            # Unlike a renaming, a second name never replaces what came into being meanwhile.
            os.link(temporary, path)
        except FileExistsError:
            return Existing(_holds(RealDisk(), path, data))
        except OSError:
            # Not every file system has links.
            if os.path.lexists(path):
                return Existing(_holds(RealDisk(), path, data))
            os.rename(temporary, path)
    except (OSError, ValueError) as error:
        return NotWritten(getattr(error, "strerror", None) or type(error).__name__)
    finally:
        _remove(temporary)
    _sync_folder(os.path.dirname(path))
    return Written()


def remove_created(path: str, data: bytes) -> bool:
    """Remove a file that `create` has made, if it still holds the same; whether it is gone."""
    if not _holds(RealDisk(), path, data):
        return False
    _remove(path)
    return not os.path.lexists(path)


def write_text(path: str, new: str, old: str) -> Union[Written, Changed, NotWritten]:
    """Replace the text `old` of a file by `new`, as `write_atomic` does, in the encoding that it is in: UTF-8, or UTF-16 with its mark."""
    for codec in _MARKS:
        written = write_atomic(path, encoded(new, codec), encoded(old, codec))
        if isinstance(written, Written):
            return written._replace(codec=codec)
        if isinstance(written, NotWritten):
            return written
    return Changed()


_MARKS = {"utf-8": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def encoded(text: str, codec: str) -> bytes:
    """The bytes of a text in an encoding that `Written` names."""
    return _MARKS[codec] + text.encode(codec)


def write_atomic(path: str, data: bytes, expected: bytes) -> Union[Written, Changed, NotWritten]:
    """Replace the content `expected` of the file at `path` by `data`: wholly or not at all, even when the power fails.

    A link stays a link, its target is written.  Permission bits are kept, the owner where the system allows it.  Interrupted at any moment
    it leaves the old or the new content, and nothing beside it unless the process is killed outright.
    """
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    # A name that nobody else has, so that it may be removed whatever happened.
    temporary = os.path.join(folder, f".dmls-{os.urandom(8).hex()}")
    disk = RealDisk()
    try:
        if not _holds(disk, target, expected):
            return Changed()
        info = os.stat(target)
        if not os.access(target, os.W_OK):
            # Renaming asks the folder only, but whoever took away the right to write meant it.
            return NotWritten(os.strerror(errno.EACCES))
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(fd, rest) :]
            _like(fd, info)
            os.fsync(fd)
        finally:
            os.close(fd)
        # Looked at again as late as can be: an editor may have saved meanwhile.
        if not _holds(disk, target, expected):
            _remove(temporary)
            return Changed()
        os.replace(temporary, target)
    except (OSError, ValueError) as error:
        _remove(temporary)
        return NotWritten(getattr(error, "strerror", None) or type(error).__name__)
    except BaseException:
        _remove(temporary)
        raise
    _sync_folder(folder)
    return Written(info.st_nlink - 1)


def _like(fd: int, info: os.stat_result) -> None:
    """Give an open file the owner and the permission bits of another one.  Raises PermissionError where somebody would lose access."""
    if hasattr(os, "fchown"):
        try:
            os.fchown(fd, info.st_uid, info.st_gid)
        except PermissionError:
            try:
                os.fchown(fd, -1, info.st_gid)
            except PermissionError:
                # DM often reads its files by the right of their group.
                if info.st_mode >> 3 & 7 != info.st_mode & 7:
                    raise
    if hasattr(os, "fchmod"):
        os.fchmod(fd, st.S_IMODE(info.st_mode))


def _holds(disk: RealDisk, path: str, expected: bytes) -> bool:
    state = disk.read(path, len(expected))
    return isinstance(state, Content) and state.data == expected


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except (OSError, ValueError):
        pass


def _sync_folder(folder: str) -> None:
    """Make the new name last.  Not every system can open a folder, and there is nothing to do about a failure."""
    try:
        fd = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(fd)
    except OSError:
        pass
    finally:
        os.close(fd)
