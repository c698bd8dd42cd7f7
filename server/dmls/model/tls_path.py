"""The text of a path: what of it DM will not understand, and where on this machine the file may lie.

DM opens the text as it stands, relative to the working directory of the process (os.ReadFile; dm-tls.md §7): it expands neither ``~`` nor
variables nor URLs, and trims nothing.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Iterable

from dmls.pattern import LazyPattern
from dmls.settings import Settings

EXPANSION, PLACEHOLDER, WINDOWS, STRAY = "expansion", "placeholder", "windows", "stray"

_SUSPECT = (*"<{~$%:\\ \t\u3000\"'`,;\r\n\0", "path/to", "your", "xxx", "...", "dir-place")
"""What every path holds that one of the patterns below matches."""
_EXPANSION = LazyPattern(r"\A\s*[\"']?(?:~[\w.-]*/|file:)|\$\{?[A-Za-z_]\w*\}?|\$\([^)]*\)|%[A-Za-z_]\w*%", re.I)
_PLACEHOLDER = LazyPattern(r"<[^<>/]+>|\A/?(?:path/to|your/|dir-placeholer|dir-placeholder)|/path/to/|/your[-_/]|\bxxx+\b|\A\.\.\.|/\.\.\./|\{\{.*?\}\}", re.I)
_WINDOWS = LazyPattern(r"\A[A-Za-z]:[\\/]|\A\\\\|\\")
_EDGE = "[ \t\u3000\"'`]"
_STRAY = LazyPattern(rf"\A{_EDGE}|{_EDGE}\Z|[\r\n\0]")
_LIST = LazyPattern(r"\.\w+[\"']?\s*[,;]\s*\S|[,;]\s*[/~\"']")
_URL = LazyPattern(r"\A\s*[\"']?file:", re.I)
_HOME = LazyPattern(r"\A\s*[\"']?~")


def trouble(text: str) -> str:
    """Why the path cannot be meant as it stands, "" where it can: one of the four words above, the surest first."""
    lower = text.lower()
    if not any(mark in lower for mark in _SUSPECT):
        # Nearly every path; making five patterns takes longer than all else that is done with it.
        return ""
    if _PLACEHOLDER.search(text):
        return PLACEHOLDER
    if _EXPANSION.search(text):
        return EXPANSION
    if _WINDOWS.search(text):
        return WINDOWS
    return STRAY if _STRAY.search(text) or is_list(text) else ""


def is_list(text: str) -> bool:
    """Whether it seems to name several files with commas or semicolons between them."""
    return _LIST.search(text) is not None


def is_url(text: str) -> bool:
    return _URL.match(text) is not None


def is_in_home(text: str) -> bool:
    """Whether it begins as a shell's name of a home folder."""
    return _HOME.match(text) is not None


def trimmed(text: str) -> str:
    """The path without blanks and quotes around it."""
    return text.strip().strip("\"'`").strip()


def is_absolute(text: str) -> bool:
    return text.startswith(("/", "\\\\")) or has_drive(text)


def has_drive(text: str) -> bool:
    """Whether it begins with a drive of Windows and a separator."""
    return text[1:2] == ":" and text[2:3] in ("/", "\\") and text[0].isascii() and text[0].isalpha()


def normal(path: str) -> str:
    """The path without ``.`` and ``..``, as far as the text alone tells."""
    drive = ""
    if has_drive(path):
        drive, path = path[:2], path[2:].replace("\\", "/")
    rooted = path.startswith("/")
    out: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if out and out[-1] != "..":
                out.pop()
            elif not rooted:
                out.append(part)
        elif part not in ("", "."):
            out.append(part)
    return drive + ("/" if rooted else "") + "/".join(out)


def folder_of(path: str) -> str:
    """The folder that holds a path with slashes."""
    return path.rpartition("/")[0] or "/"


def name_of(path: str) -> str:
    """The name of a file in its folder."""
    return path.rpartition("/")[2]


def stem_of(path: str) -> str:
    """The name of a file without its ending."""
    name = name_of(path)
    return name.rpartition(".")[0] or name


def common_folder(paths: Iterable[str]) -> str:
    """The deepest folder that all files lie in, without a slash at its end; "" where that is the root, or where there are no files."""
    folders = [folder_of(path).split("/") for path in paths]
    same = takewhile(lambda names: len(set(names)) == 1, zip(*folders))
    return "/".join(names[0] for names in same).rstrip("/")


def is_inside(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def bases(config: str, settings: Settings, folders: tuple[str, ...]) -> list[str]:
    """The folders that a relative path in the file at `config` may count from, the likeliest first."""
    found = [settings.working_dir] if settings.working_dir else []
    return [*found, folder_of(config), *(folder for folder in folders if is_inside(config, (folder,)))]


def candidates(text: str, config: str, settings: Settings, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Where the file that `text` names may lie on this machine, the likeliest first.

    `config` is the path of the configuration file, `folders` are the workspace's.  An absolute path is looked for where ``path-map`` puts
    it, else where it says.  A relative one below ``working-dir``, beside the configuration, and in the workspace folder that holds it.
    """
    if not text or "\0" in text:
        return ()
    if is_absolute(text):
        return (normal(settings.local_path(text) or text),)
    mapped = settings.local_path(text)
    found = [normal(mapped)] if mapped else []
    found.extend(normal(f"{base.rstrip('/')}/{text}") for base in bases(config, settings, folders))
    return tuple(dict.fromkeys(found))
