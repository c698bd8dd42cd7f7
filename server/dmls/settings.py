"""What a user may decide, read from `.dmls.toml`, the command line or the editor.

Every reader is total: a wrong value becomes a `SettingProblem` that names its place, and the default stays in force.
Layers are merged by `merge`, strongest first: command line, nearest `.dmls.toml`, editor, defaults.

A glob is read relative to the folder of the `.dmls.toml` that holds it and means what it means in a `.gitignore`: without a slash it
matches a name at any depth, with one a path below the folder; ``*`` and ``?`` stop at slashes, ``**`` crosses them, a slash at the end
means everything below.  `parse` makes globs and folders absolute, so settings of several layers can be used together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Callable, Container, Mapping, Union

from dmls.named import NamedTuple
from dmls.version import MAIN, Version, parse_version

LEVELS = ("off", "hint", "information", "warning", "error", "default")
"""What a rule's severity may be set to; ``default`` undoes what a weaker layer says."""

FILES = ("off", "auto", "strict")
"""Whether files that configurations name are looked for on this machine.

``off``: never.  ``auto``: what is found is judged, what is absent is an error only where it had to be here.
``strict``: an absent file is always an error.
"""

KINDS = ("master", "worker", "dmctl", "source", "task", "topology")

LANGUAGES = ("en", "zh")

NAME = ".dmls.toml"
"""The name of a settings file."""


EDITORS_OWN = frozenset(("interpreter", "install", "path", "schemaRules", "trace"))
"""What editors keep in the same section for themselves: where the server is, and what they do beside it."""


class SettingProblem(NamedTuple):
    """A setting that has no effect.  `path` is the way to it, keys and list indices; `message` a message id."""

    path: tuple[str | int, ...]
    message: str
    args: Mapping[str, object]


class ClusterSetting(NamedTuple):
    """Files that make one deployment, by absolute globs."""

    name: str
    files: tuple[str, ...]


class Settings(NamedTuple):
    """All settings for one folder, complete; `given` names the fields that were set rather than left to their default."""

    rules: Mapping[str, str] = {}
    per_file: tuple[tuple[str, Mapping[str, str]], ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    dm_versions: tuple[Version, ...] = (MAIN,)
    language: str | None = None
    files: str = "auto"
    path_map: tuple[tuple[str, str], ...] = ()
    warn_days: int = 30
    ca_warn_days: int = 90
    working_dir: str | None = None
    clusters: tuple[ClusterSetting, ...] = ()
    workspace_trusted: bool = True
    inlay_hints: bool = True
    code_lenses: bool = True
    replaced_files: bool = True
    given: frozenset[str] = frozenset()

    def level(self, rule: str, path: str) -> str | None:
        """The severity word or ``off`` that `rule` has in the file at `path`; None where its own severity stands."""
        level = self.rules.get(rule)
        for glob, rules in self.per_file:
            if rule in rules and matches(glob, path):
                level = rules[rule]
        return None if level == "default" else level

    def deployment_of(self, path: str) -> ClusterSetting | None:
        """The deployment that the file at `path` is put into; None where nothing is said."""
        return next((cluster for cluster in self.clusters if any(matches(glob, path) for glob in cluster.files)), None)

    def kind_of(self, path: str) -> str | None:
        """The kind that ``[kinds]`` gives to the file at `path`; the last matching glob of the strongest layer decides."""
        for glob, kind in reversed(self.kinds):
            if matches(glob, path):
                return kind
        return None

    def local_path(self, path: str) -> str | None:
        """Where a path of the DM host lies on this machine, by the longest matching prefix of ``path-map``."""
        best: tuple[str, str] | None = None
        for prefix, folder in self.path_map:
            below = path == prefix or path.startswith(prefix if prefix.endswith("/") else prefix + "/")
            if below and (best is None or len(prefix) > len(best[0])):
                best = (prefix, folder)
        if best is None:
            return None
        rest = path[len(best[0]) :].lstrip("/")
        return f"{best[1].rstrip('/')}/{rest}" if rest else best[1]


DEFAULTS = Settings()


def language_of(tag: str | None) -> str | None:
    """``zh`` or ``en`` for a locale such as ``zh_CN.UTF-8`` or ``en-US``; None for any other."""
    head = re.split(r"[-_.@]", tag or "", maxsplit=1)[0].lower()
    return head if head in LANGUAGES else None


# --- globs ---


def matches(glob: str, path: str) -> bool:
    """Whether the glob, relative or absolute as `path` is, matches the whole of `path`."""
    pattern = _compiled(glob)
    return pattern is not None and pattern.match(path) is not None


def is_glob(glob: str) -> bool:
    """Whether it can be used: ``[z-a]`` is none, nor what leaves its folder, nor more than four ``**`` (slow to match)."""
    segments = glob.split("/")
    return bool(glob.strip("/")) and ".." not in segments and segments.count("**") <= 4 and _compiled(glob) is not None


def anchored(glob: str, folder: str) -> str:
    """The glob as it applies to paths that start with `folder`; an empty folder leaves paths relative."""
    glob = glob.removeprefix("./")
    if glob.endswith("/"):
        glob += "**"
        if glob.count("/") == 1:
            glob = "**/" + glob
    elif "/" not in glob:
        glob = "**/" + glob
    glob = glob.lstrip("/")
    if not folder:
        return glob
    return re.sub(r"([*?\[])", r"[\1]", folder.rstrip("/")) + "/" + glob


@lru_cache(maxsize=512)
def _compiled(glob: str) -> re.Pattern[str] | None:
    try:
        return re.compile(glob_regex(glob) + r"\Z", re.DOTALL)
    except re.error:
        return None


def glob_regex(glob: str) -> str:
    """The glob as a regular expression for a path with slashes, without an end anchor.

    Each star is followed by a piece that is matched at its first possible place and never tried again, as `fnmatch` does it, so that a
    hostile glob cannot take exponential time.
    """
    out: list[str] = []
    segments = glob.split("/")
    groups = 0
    for i, segment in enumerate(segments):
        last = i + 1 == len(segments)
        if segment == "**":
            if last:
                out.append(".+")
            elif out[-1:] != [_FOLDERS]:
                out.append(_FOLDERS)
            continue
        first, *pieces = _pieces(segment)
        out.append(first)
        for n, piece in enumerate(pieces):
            if n + 1 == len(pieces):
                out.append("[^/]*" + piece)
            else:
                groups += 1
                out.append(f"(?=(?P<g{groups}>[^/]*?{piece}))(?P=g{groups})")
        if not last:
            out.append("/")
    return "".join(out)


_FOLDERS = "(?:[^/]+/)*"


def _pieces(segment: str) -> list[str]:
    """Regular expressions for what stands between the stars."""
    pieces = [""]
    i = 0
    while i < len(segment):
        ch = segment[i]
        i += 1
        if ch == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
            continue
        if ch == "?":
            piece = "[^/]"
        elif ch == "\\" and i < len(segment):
            piece = re.escape(segment[i])
            i += 1
        elif ch == "[":
            # A bracket right after the opening, or after its negation, is a member of the set.
            close = segment.find("]", i + 2 if segment[i : i + 1] in ("!", "^") else i + 1)
            if close < 0:
                piece = r"\["
            else:
                members = segment[i:close]
                negated = members[0] in "!^"
                members = re.sub(r"([\\\[\]&~|^])", r"\\\1", members[1:] if negated else members)
                piece = f"(?!/)[{'^' if negated else ''}{members}]"
                i = close + 1
        else:
            piece = re.escape(ch)
        pieces[-1] += piece
    return pieces


# --- reading ---


def parse(
    mapping: Mapping[str, object],
    folder: str = "",
    *,
    rule_names: Container[str] | None = None,
    editor: bool = False,
) -> tuple[Settings, tuple[SettingProblem, ...]]:
    """Read one layer; never raises.

    `folder` is the absolute folder, with slashes, that globs and local folders are relative to.
    `rule_names` are the names that ``[rules]`` may use; None accepts all.
    `editor` reads the camelCase names that editors use (``dmVersion``, ``pathMap``) besides those of the file.
    """
    reader = _Reader(folder, rule_names)
    values: _Values = {}
    for key, value in reader.table((), mapping).items():
        read = _FIELDS.get(_kebab(key) if editor else key)
        if read is None:
            reader.problem((key,), "settings-file.unknown-key", key=key)
        else:
            read(reader, key, value, values, editor)
    values["given"] = frozenset(values)
    return DEFAULTS._replace(**values), tuple(reader.problems)


def merge(*layers: Settings) -> Settings:
    """One from several, strongest first.

    Single values come from the strongest layer that gives them.  Rule levels are merged by name: a level for all files of a stronger
    layer also beats the per-file levels of a weaker one.  Globs of all layers stay, the stronger after the weaker.
    """
    rules: dict[str, str] = {}
    per_file: list[tuple[str, Mapping[str, str]]] = []
    kinds: list[tuple[str, str]] = []
    path_map: dict[str, str] = {}
    values: _Values = {}
    for layer in reversed(layers):
        if layer.rules:
            per_file = [(g, {n: lv for n, lv in r.items() if n not in layer.rules}) for g, r in per_file]
        rules.update(layer.rules)
        per_file.extend(layer.per_file)
        kinds.extend(layer.kinds)
        path_map.update(layer.path_map)
        for name in layer.given:
            values[name] = getattr(layer, name)
    given = frozenset(values)
    values.update(
        rules=rules,
        per_file=tuple((g, r) for g, r in per_file if r),
        kinds=tuple(kinds),
        path_map=tuple(path_map.items()),
        given=given,
    )
    return DEFAULTS._replace(**values)


def of_tiup(text: str) -> Settings:
    """What TiUP's own `meta.yaml` of a cluster says about the files beside and below it: the version that is deployed.

    Nothing where it is another program's file of that name, or the version is none of DM (tiup: components/dm/spec/topology_dm.go, Metadata).
    """
    said = re.search(r"""^dm_version[ \t]*:[ \t]*["']?([^\s"'#]+)""", text, re.M)
    if said is None or re.search(r"^topology[ \t]*:", text, re.M) is None:
        return DEFAULTS
    try:
        version = MAIN if said.group(1) == _NIGHTLY else parse_version(said.group(1))
    except ValueError:
        return DEFAULTS
    return DEFAULTS._replace(dm_versions=(version,), given=frozenset(("dm_versions",)))


_NIGHTLY = "nightly"
"""TiUP's word for a build of the development branch."""


def untrusted(settings: Settings) -> Settings:
    """The same without what lets a file of the workspace point outside it."""
    return settings._replace(
        path_map=(),
        working_dir=None,
        workspace_trusted=False,
        given=settings.given - {"path_map", "working_dir"},
    )


def _kebab(key: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda m: "-" + m[1].lower(), key)


_Path = tuple[Union[str, int], ...]
_Values = dict[str, Any]
"""Fields of `Settings` by name, as far as they were given."""


class _Reader:
    """Collects problems while values are read."""

    __slots__ = ("folder", "problems", "rule_names")

    def __init__(self, folder: str, rule_names: Container[str] | None) -> None:
        self.folder = folder
        self.rule_names = rule_names
        self.problems: list[SettingProblem] = []

    def problem(self, path: _Path, message: str, **args: object) -> None:
        self.problems.append(SettingProblem(path, message, args))

    def table(self, path: _Path, value: object) -> Mapping[str, object]:
        if isinstance(value, Mapping):
            return {str(name): item for name, item in value.items()}
        self.problem(path, "settings-file.not-table", key=str(path[-1]) if path else "")
        return {}

    def string(self, path: _Path, value: object) -> str | None:
        if isinstance(value, str):
            return value
        self.problem(path, "settings-file.not-string", key=str(path[-1]))
        return None

    def strings(self, path: _Path, value: object) -> list[tuple[_Path, str]]:
        """The strings of a list, or the one string, each with its path."""
        if isinstance(value, str):
            return [(path, value)]
        if not isinstance(value, (list, tuple)):
            self.problem(path, "settings-file.not-list", key=str(path[-1]))
            return []
        found = []
        for i, item in enumerate(value):
            if isinstance(item, str):
                found.append(((*path, i), item))
            else:
                self.problem((*path, i), "settings-file.not-list", key=str(path[-1]))
        return found

    def choice(self, path: _Path, value: object, allowed: tuple[str, ...]) -> str | None:
        text = self.string(path, value)
        if text is None or text in allowed:
            return text
        self.problem(path, "settings-file.bad-choice", key=str(path[-1]), value=_short(text), allowed=", ".join(allowed))
        return None

    def glob(self, path: _Path, value: object) -> str | None:
        text = self.string(path, value)
        if text is None or is_glob(text):
            return None if text is None else anchored(text, self.folder)
        self.problem(path, "settings-file.bad-glob", value=_short(text))
        return None

    def local_folder(self, text: str) -> str:
        if not self.folder or text.startswith("/") or re.match(r"[A-Za-z]:[/\\]|\\\\", text):
            return text
        text = text.removeprefix("./").rstrip("/")
        return self.folder if text in ("", ".") else f"{self.folder.rstrip('/')}/{text}"

    def levels(self, path: _Path, value: object) -> dict[str, str]:
        """A table of rule names and levels."""
        found: dict[str, str] = {}
        for name, level in self.table(path, value).items():
            if self.rule_names is not None and name not in self.rule_names:
                self.problem((*path, name), "settings-file.unknown-rule", name=_short(name))
                continue
            word = self.choice((*path, name), level, LEVELS)
            if word is not None:
                found[name] = word
        return found


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _rules(r: _Reader, key: str, value: object, out: _Values, _editor: bool) -> None:
    out["rules"] = r.levels((key,), value)


def _per_file(r: _Reader, key: str, value: object, out: _Values, _editor: bool) -> None:
    found = []
    for pattern, rules in r.table((key,), value).items():
        glob = r.glob((key, pattern), pattern)
        levels = r.levels((key, pattern), rules)
        if glob is not None:
            found.append((glob, levels))
    out["per_file"] = tuple(found)


def _kinds(r: _Reader, key: str, value: object, out: _Values, _editor: bool) -> None:
    found = []
    for pattern, kind in r.table((key,), value).items():
        glob = r.glob((key, pattern), pattern)
        word = r.choice((key, pattern), kind, KINDS)
        if glob is not None and word is not None:
            found.append((glob, word))
    out["kinds"] = tuple(found)


def _dm_version(r: _Reader, key: str, value: object, out: _Values, _editor: bool) -> None:
    found: list[Version] = []
    for path, text in r.strings((key,), value):
        try:
            version = parse_version(text)
        except ValueError:
            r.problem(path, "settings-file.bad-version", value=_short(text))
            continue
        if version not in found:
            found.append(version)
    if found:
        out["dm_versions"] = tuple(sorted(found))


def _language(r: _Reader, key: str, value: object, out: _Values, editor: bool) -> None:
    # Editors pass on the locale of their own window.
    language = language_of(value) if editor and isinstance(value, str) else r.choice((key,), value, LANGUAGES)
    if language is not None:
        out["language"] = language


def _working_dir(r: _Reader, key: str, value: object, out: _Values, _editor: bool) -> None:
    text = r.string((key,), value)
    if text:
        out["working_dir"] = r.local_folder(text)


def _tls(r: _Reader, key: str, value: object, out: _Values, editor: bool) -> None:
    for name, item in r.table((key,), value).items():
        path = (key, name)
        known = _kebab(name) if editor else name
        if known == "files":
            word = r.choice(path, item, FILES)
            if word is not None:
                out["files"] = word
        elif known in ("warn-days", "ca-warn-days"):
            # A bool is an int for Python and none for the user.
            if isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= 36_500:
                out[known.replace("-", "_")] = item
            else:
                r.problem(path, "settings-file.not-days", key=name)
        elif known == "path-map":
            found = []
            for prefix, folder in r.table(path, item).items():
                text = r.string((*path, prefix), folder)
                if text is not None:
                    found.append((prefix, r.local_folder(text)))
            out["path_map"] = tuple(found)
        else:
            r.problem(path, "settings-file.unknown-key", key=name)


_SWITCHES = ("inlay-hints", "code-lenses", "replaced-files")
"""What an editor shows beside findings, each of which can be turned off."""


def _editor(r: _Reader, key: str, value: object, out: _Values, editor: bool) -> None:
    for name, item in r.table((key,), value).items():
        known = _kebab(name) if editor else name
        if known not in _SWITCHES:
            r.problem((key, name), "settings-file.unknown-key", key=name)
        elif isinstance(item, bool):
            out[known.replace("-", "_")] = item
        else:
            r.problem((key, name), "settings-file.not-switch", key=name)


def _cluster(r: _Reader, key: str, value: object, out: _Values, _editor: bool) -> None:
    if not isinstance(value, (list, tuple)):
        r.problem((key,), "settings-file.not-tables", key=key)
        return
    found = []
    for i, item in enumerate(value):
        if not isinstance(item, Mapping):
            r.problem((key, i), "settings-file.not-tables", key=key)
            continue
        name: str | None = None
        globs: list[str] = []
        for field, content in r.table((key, i), item).items():
            path = (key, i, field)
            if field == "name":
                name = r.string(path, content)
            elif field == "files":
                for at, text in r.strings(path, content):
                    glob = r.glob(at, text)
                    if glob is not None:
                        globs.append(glob)
            else:
                r.problem(path, "settings-file.unknown-key", key=field)
        for field in ("name", "files"):
            if field not in item:
                r.problem((key, i), "settings-file.missing-key", key=field)
        if name is not None and globs:
            found.append(ClusterSetting(name, tuple(globs)))
    out["clusters"] = tuple(found)


_FIELDS: dict[str, Callable[[_Reader, str, object, _Values, bool], None]] = {
    "rules": _rules,
    "per-file": _per_file,
    "kinds": _kinds,
    "dm-version": _dm_version,
    "language": _language,
    "working-dir": _working_dir,
    "tls": _tls,
    "editor": _editor,
    "cluster": _cluster,
}

KEYS = tuple(_FIELDS)
"""The keys at the top of a settings file."""
