"""Document URIs and the core's paths: each way, and one spelling per file."""

from __future__ import annotations

import sys
import unicodedata
from urllib.parse import quote, unquote

WINDOWS = sys.platform == "win32"


def uri_of(path: str, windows: bool = WINDOWS) -> str:
    """The URI of a core path; the inverse of `path_of`."""
    if path.startswith("//"):
        host, _, rest = path[2:].partition("/")
        return f"file://{quote(host, safe='')}/{_quoted(rest)}"
    if path.startswith("/"):
        return f"file://{_quoted(path)}"
    if windows and len(path) > 2 and path[1] == ":" and path[2] == "/":
        return f"file:///{path[0].upper()}:{_quoted(path[2:])}"
    return path


def _quoted(path: str) -> str:
    try:
        return quote(path, safe="/-._~", errors="surrogateescape")
    except UnicodeEncodeError:
        # A lone surrogate that stands for no byte: no file has such a name, but nothing may fail over it.
        return quote(path, safe="/-._~", errors="surrogatepass")


def path_of(uri: str, windows: bool = WINDOWS) -> str:
    """The core's path for a document URI: absolute, with ``/`` on every system.

    ``file:///c%3A/dm/x.toml`` is ``C:/dm/x.toml`` on Windows; ``file://host/share/x`` is ``//host/share/x``.  A URI of
    another scheme (``untitled:``, ``git:``, ``vscode-vfs:``) has no file: it is its own path, no disk is asked for it.
    Bytes that are no UTF-8 come back as lone surrogates, as `os.fsdecode` would give them.  Names keep their Unicode form.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != "file":
        return uri
    authority = ""
    if rest.startswith("//"):
        authority, slash, tail = rest[2:].partition("/")
        rest = slash + tail
        if authority.lower() == "localhost":
            authority = ""
    path = unquote(rest, errors="surrogateescape")
    if windows:
        path = path.replace("\\", "/")
        drive = path.lstrip("/")
        if len(drive) >= 2 and drive[1] == ":" and drive[0].isascii() and drive[0].isalpha() and not authority:
            return drive[0].upper() + drive[1:]
    if authority:
        return f"//{unquote(authority)}{path}"
    return path or "/"


def is_file(path: str) -> bool:
    """Whether a core path names a place in a file system, and not a document of another scheme."""
    return path.startswith("/") or (len(path) > 2 and path[1] == ":" and path[2] == "/")


def identity(path: str, system: str = sys.platform) -> str:
    """What two spellings of one file's path have in common on `system`.

    Windows ignores case.  macOS ignores case and the Unicode form (its folders list NFD names, editors send NFC).  Elsewhere
    every spelling is a file of its own.
    """
    if system == "win32":
        return path.casefold()
    if system == "darwin":
        return unicodedata.normalize("NFC", path).casefold()
    return path


class Paths:
    """One spelling per file: the first one seen."""

    def __init__(self, system: str = sys.platform) -> None:
        self._system = system
        self._exact = system not in ("win32", "darwin")
        self._spelling: dict[str, str] = {}

    def canonical(self, path: str) -> str:
        if self._exact or not is_file(path):
            return path
        return self._spelling.setdefault(identity(path, self._system), path)

    def of(self, uri: str) -> str:
        """The one spelling of the path that `uri` names."""
        return self.canonical(path_of(uri, self._system == "win32"))
