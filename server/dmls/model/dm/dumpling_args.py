"""The `extra-args` of a dump: a few flags of dumpling's command line, as DM reads them (dm/pkg/dumpling/utils.go).

The text is split at blanks, one pair of quotes around a word is taken away, and github.com/spf13/pflag does the rest.  It stops at
the first word it does not know; what came before counts (of a bad number, what strconv made of it), and what would have been done after
the reading is left out.
"""

from __future__ import annotations

from typing import NamedTuple

from dmls.go import size
from dmls.go.number import parse_int, parse_uint
from dmls.schema import keys as k

CONSISTENCY = "consistency"
_AUTO, _NONE = "auto", "none"
_FILE_SIZE, _TABLES, _FILTER, _NO_LOCKS = "filesize", "tables-list", "filter", "no-locks"
_TEXT, _INT, _UINT, _BOOL, _COMMAS, _EACH = range(6)
_FLAGS = {
    "database": _COMMAS,
    _TABLES: _COMMAS,
    k.THREADS: _INT,
    _FILE_SIZE: _TEXT,
    k.STATEMENT_SIZE: _UINT,
    CONSISTENCY: _TEXT,
    "snapshot": _TEXT,
    "no-views": _BOOL,
    k.ROWS: _UINT,
    k.WHERE: _TEXT,
    "escape-backslash": _BOOL,
    _FILTER: _EACH,
    "ca": _TEXT,
    "cert": _TEXT,
    "key": _TEXT,
    _NO_LOCKS: _BOOL,
    "transactional-consistency": _BOOL,
}
_SHORT = {"B": "database", "T": _TABLES, "t": k.THREADS, "F": _FILE_SIZE, "s": k.STATEMENT_SIZE, "W": "no-views", "r": k.ROWS, "f": _FILTER}
_BOOLS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
_DEFAULTS: dict[str, object] = {
    "database": [],
    CONSISTENCY: _AUTO,
    "snapshot": "",
    "no-views": True,
    "escape-backslash": True,
    "ca": "",
    "cert": "",
    "key": "",
    "transactional-consistency": True,
}
"""What dumpling does by itself (tidb dumpling/export/config.go: DefaultConfig)."""
_LATER = (_FILE_SIZE, _TABLES, _FILTER, _NO_LOCKS)
_OWN_KEYS = (k.THREADS, k.STATEMENT_SIZE, k.ROWS, k.WHERE)


class _Stop(Exception):
    """pflag gives up."""


class DumplingArgs(NamedTuple):
    """`own` are the flags that a key of the dump settings says as well, by that key; `rest` are the others, where they change something."""

    own: dict[str, object]
    rest: dict[str, object]


def read(text: str) -> DumplingArgs:
    """What the arguments set.  `chunk-filesize` is in bytes."""
    found: dict[str, object] = {}
    complete = True
    try:
        _parse([_unquoted(word) for word in text.split()], found)
    except _Stop:
        complete = False
    later = {name: found.pop(name) for name in _LATER if name in found}
    if complete:
        found.update(_afterwards(found, later))
    own = {name: found.pop(name) for name in (*_OWN_KEYS, k.CHUNK_FILESIZE) if name in found}
    return DumplingArgs(own, {name: value for name, value in found.items() if value != _DEFAULTS.get(name)})


class Modern(NamedTuple):
    """`own` are the keys to write, by name, as YAML scalars; `rest` is the text that stays; `changed` are the words that went or changed."""

    own: dict[str, str]
    rest: str
    changed: str


_KEY_OF = {k.ROWS: k.ROWS, k.STATEMENT_SIZE: k.STATEMENT_SIZE, k.WHERE: k.WHERE, _FILE_SIZE: k.CHUNK_FILESIZE, k.THREADS: k.THREADS}


def modern(text: str, keep_threads: bool) -> Modern | None:
    """The arguments with keys of their own in the place of words, and today's words; None where nothing is to change.

    None too where DM cannot read all of the words: what stands behind the first such word does nothing, and may have been meant.
    """
    words = text.split()
    flags: list[tuple[str, list[str]]] = []
    found: dict[str, object] = {}
    bare = [_unquoted(word) for word in words]
    try:
        at = 0
        while at < len(bare):
            one: dict[str, object] = {}
            left = _parse_one(bare[at:], one)
            if len(one) != 1 or left is None:
                return None
            end = len(bare) - left
            flags.append((next(iter(one)), words[at:end]))
            found.update(one)
            at = end
    except _Stop:
        return None
    if _NO_LOCKS in found and (found[_NO_LOCKS] is not True or found.get(CONSISTENCY, _AUTO) not in (_AUTO, _NONE)):
        return None
    if _FILE_SIZE in found and size.parse_file_size(str(found[_FILE_SIZE]))[0] is None:
        return None
    own: dict[str, str] = {}
    kept: list[str] = []
    changed: list[str] = []
    for name, said in flags:
        if name == _NO_LOCKS:
            changed += said
            if CONSISTENCY not in found and f"--{CONSISTENCY}" not in kept:
                kept += [f"--{CONSISTENCY}", _NONE]
        elif name == CONSISTENCY and _NO_LOCKS in found:
            kept += [f"--{CONSISTENCY}", _NONE]
            changed += said if found[CONSISTENCY] != _NONE else []
        elif name in _KEY_OF and not (name == k.THREADS and keep_threads):
            value = found[name]
            own[_KEY_OF[name]] = str(value) if isinstance(value, int) else _scalar(str(value))
            changed += said
        else:
            kept += said
    return Modern(own, " ".join(kept), " ".join(changed)) if changed else None


def is_understood(text: str) -> bool:
    """Whether every word is a flag that DM knows, or the value of one."""
    words = [_unquoted(word) for word in text.split()]
    try:
        while words:
            left = _parse_one(words, {})
            if left is None:
                return False
            words = words[len(words) - left :]
    except _Stop:
        return False
    return True


def _scalar(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _parse_one(words: list[str], found: dict[str, object]) -> int | None:
    """Read the first flag with its value; the count of the words behind it, None where a word is no flag."""
    queue = words[::-1]
    word = queue.pop()
    if word.startswith("--") and len(word) > 2:
        name, equals, value = word[2:].partition("=")
        if name.startswith("-") or name not in _FLAGS:
            raise _Stop
        _set(name, value if equals else None, queue, found)
    elif word.startswith("-") and len(word) > 1 and word != "--":
        _shorts(word[1:], queue, found)
    else:
        return None
    return len(queue)


def _afterwards(found: dict[str, object], later: dict[str, object]) -> dict[str, object]:
    """What DM does when all words could be read; it gives up at the first trouble, too."""
    out: dict[str, object] = {}
    if later.get(_NO_LOCKS):
        if found.get(CONSISTENCY, _AUTO) not in (_AUTO, _NONE):
            return out
        out[CONSISTENCY] = _NONE
    written = later.get(_FILE_SIZE)
    if isinstance(written, str) and written:
        count = size.parse_file_size(written)[0]
        if count is None:
            return out
        out[k.CHUNK_FILESIZE] = count
    out.update({name: later[name] for name in (_TABLES, _FILTER) if later.get(name)})
    return out


def _unquoted(word: str) -> str:
    return word[1:-1] if len(word) >= 2 and word[0] == word[-1] and word[0] in "'\"" else word


def _parse(words: list[str], found: dict[str, object]) -> None:
    words = words[::-1]
    while words:
        word = words.pop()
        if word == "--":
            return
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if not name or name.startswith("-") or name not in _FLAGS:
                raise _Stop
            _set(name, value if equals else None, words, found)
        elif word.startswith("-") and len(word) > 1:
            _shorts(word[1:], words, found)


def _shorts(letters: str, words: list[str], found: dict[str, object]) -> None:
    """``-W``, ``-F 64``, ``-F64``, ``-F=64``, ``-WF64``."""
    while letters:
        name = _SHORT.get(letters[0])
        if name is None:
            raise _Stop
        if len(letters) > 2 and letters[1] == "=":
            _set(name, letters[2:], words, found)
            return
        if _FLAGS[name] == _BOOL:
            _set(name, None, words, found)
            letters = letters[1:]
            continue
        _set(name, letters[1:] or None, words, found)
        return


def _set(name: str, value: str | None, words: list[str], found: dict[str, object]) -> None:
    kind = _FLAGS[name]
    if kind == _BOOL:
        value = "true" if value is None else value
        found[name] = _BOOLS.get(value, False)
        if value not in _BOOLS:
            raise _Stop
        return
    if value is None:
        if not words:
            raise _Stop
        value = words.pop()
    if kind in (_INT, _UINT):
        found[name], error = parse_int(value, 0) if kind == _INT else parse_uint(value, 0)
        if error is not None:
            raise _Stop
    elif kind == _TEXT:
        found[name] = value
    else:
        before = found.get(name)
        items = value.split(",") if kind == _COMMAS else [value]
        found[name] = [*(before if isinstance(before, list) else []), *items]
