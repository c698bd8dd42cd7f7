"""From a name to its definition and its uses, in its own file and in others, and to another name for all of them.

Which file a use means: the nearest that defines the name (`nearest`), or one of the same deployment where the settings name deployments.  Two
that fit equally well are alternatives: both are shown, and nothing is renamed, since nobody can tell which is meant.
"""

from __future__ import annotations

import re
from bisect import insort
from functools import cached_property
from typing import TYPE_CHECKING, Hashable, Iterable, Iterator, Mapping, NamedTuple, Protocol, Sequence

from dmls.finding import FileEdit
from dmls.ide.values import Highlight, NamedThing, NameSpan, Place, Refusal
from dmls.model import kind as kinds
from dmls.model.references.names import DEFINED_IN, WRITTEN_IN, Occurrence, occurrences
from dmls.model.references.rename import edits, same_name, why_not
from dmls.model.tls import cluster
from dmls.schema import semantics as s
from dmls.schema.load import load
from dmls.text import Span

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile

MOST_SYMBOLS = 200
"""Things that one search shows; a person types more of the name instead of reading on."""
_SPELT = re.compile(r"""[^\s'"\\]+""")
"""What of a name stands in a text as it is: blanks may be line ends there, and quotes may be doubled."""
_THINGS = {s.MASTER_NAME: "component", s.WORKER_NAME: "component", s.SOURCE_ID: "source", s.TASK_NAME: "task"}
_DEFINES = "-def"
_NAMING = (*kinds.KINDS, kinds.SCRIPT)
"""The kinds of files that hold names."""


class Files(Protocol):
    """What is known of the workspace."""

    def paths(self) -> Sequence[str]:
        """Every file that is open or was read."""

    def kind(self, path: str) -> str | None:
        """The kind of file, None for what is not DM's."""

    def text(self, path: str) -> str | None:
        """The file's text."""

    def file(self, path: str) -> ConfigFile | None:
        """The file with its entries."""

    def configs(self, path: str) -> Sequence[ConfigFile]:
        """The file, or the command lines of a script, each as a file."""

    def names(self, path: str) -> tuple[Occurrence, ...]:
        """The names in a file, without entries."""

    def top_of(self, path: str) -> str:
        """The folder beyond which nothing belongs to `path`; "" where there is no limit."""

    def deployment_of(self, path: str) -> Hashable | None:
        """The deployment that the settings put a file into; None where they say nothing."""

    def is_text(self, path: str) -> bool:
        """Whether the file's bytes are text as DM reads it."""

    def carriers(self, common_name: str) -> Sequence[Place]:
        """The certificates with that Common Name in files that were read."""


# ----------------------------------------------------------------------------------------------------------- which file


def nearest(path: str, candidates: Iterable[str], top: str) -> tuple[str, ...]:
    """Those of `candidates` that a file at `path` means: itself, else those in its folder, else those in the tree of that folder, of the one above …

    The search ends with the tree of the folder `top`.
    """
    found = tuple(dict.fromkeys(candidates))
    if not found or path in found:
        return (path,) if found else ()
    return tuple(cluster.nearest(_folder(path), found, _folder, top)[0])


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or ("/" if path.startswith("/") else "")


# ------------------------------------------------------------------------------------------------------------- one name


def name_at(files: Files, path: str, offset: int) -> Occurrence | None:
    """The name that a cursor at `offset` touches."""
    found = [o for o in files.names(path) if o.span.contains(offset)]
    # Between two names that touch each other the one that begins here is meant.
    return max(found, key=lambda o: (o.exact, o.span.start), default=None)


def _is_local(files: Files, path: str, name: Occurrence) -> bool:
    return name.is_local or files.kind(path) not in WRITTEN_IN[name.kind]


class _Meanings:
    """Who defines one name for other files, and who means which definition.  Files are read only where their answer counts."""

    def __init__(self, files: Files, kind: str, name: str) -> None:
        self._files = files
        self._kind = kind
        self._name = name
        self._nearest: dict[tuple[str, Hashable | None], tuple[str, ...]] = {}
        self.definers = [p for p in _holding(files, DEFINED_IN[kind], name) if any(o.is_definition for o in self.occurrences(p))]

    @cached_property
    def holding(self) -> list[str]:
        """The files in which the name may stand."""
        return list(_holding(self._files, WRITTEN_IN[self._kind], self._name))

    def occurrences(self, path: str) -> list[Occurrence]:
        return [o for o in self._files.names(path) if o.kind == self._kind and o.name == self._name]

    def meant(self, path: str, definers: Sequence[str] | None = None) -> tuple[str, ...]:
        """The files whose definition a use in `path` means; `definers` instead of those that there are."""
        known = self.definers if definers is None else definers
        if path in known:
            return (path,)
        place = _folder(path), self._files.deployment_of(path)
        if definers is not None:
            return self._among(path, place[1], definers)
        if place not in self._nearest:
            self._nearest[place] = self._among(path, place[1], known)
        return self._nearest[place]

    def _among(self, path: str, deployment: Hashable | None, definers: Sequence[str]) -> tuple[str, ...]:
        same = [other for other in definers if self._files.deployment_of(other) == deployment]
        return nearest(path, same, self._files.top_of(path)) if deployment is None else tuple(same)

    def beside(self, path: str) -> list[str]:
        """The files that define the name and would be alternatives to a definition in `path`."""
        deployment = self._files.deployment_of(path)
        return [other for other in self.definers if self._files.deployment_of(other) == deployment and (deployment is not None or _folder(other) == _folder(path))]

    def users(self, defined_in: Iterable[str]) -> list[str]:
        """The files whose uses mean one of the given files; where those are none, the files that mean nothing that is known."""
        wanted = set(defined_in)
        return [p for p in self.holding if (wanted.intersection(self.meant(p)) if wanted else not self.meant(p)) and self.occurrences(p)]


def _holding(files: Files, of_kinds: Sequence[str], name: str) -> Iterator[str]:
    """The files in which the name may stand, told from their texts alone: most files need not be read for a name that they do not hold."""
    for path in files.paths():
        if files.kind(path) in of_kinds and _may_hold(files.text(path) or "", name):
            yield path


def _may_hold(text: str, name: str) -> bool:
    # A backslash may spell any letter.
    if "\\" in text:
        return True
    text = text.casefold()
    return all(word in text for word in _SPELT.findall(name.casefold()))


def _places(path: str, found: Iterable[Occurrence]) -> list[Place]:
    return [Place(path, span) for span in sorted({o.span for o in found})]


# -------------------------------------------------------------------------------------------------------------- answers


def definitions(files: Files, path: str, offset: int) -> list[Place]:
    """Where the thing is that the name at `offset` means; several places where it is not certain which."""
    name = name_at(files, path, offset)
    if name is None:
        return []
    if name.kind == s.COMMON_NAME:
        return list(files.carriers(name.name))
    if _is_local(files, path, name):
        return _places(path, (o for o in files.names(path) if (o.kind, o.name) == (name.kind, name.name) and o.is_definition))
    meanings = _Meanings(files, name.kind, name.name)
    places = []
    for other in (path,) if name.is_definition else meanings.meant(path):
        # A component says its address twice, to listen and to be called; it is one component.
        places += _places(other, (o for o in meanings.occurrences(other) if o.is_definition))[:1]
    return places


def references(files: Files, path: str, offset: int, declaration: bool = True) -> list[Place]:
    """Everywhere the name at `offset` is written and means the same; `declaration`: its definitions too."""
    name = name_at(files, path, offset)
    if name is None:
        return []
    if name.kind == s.COMMON_NAME:
        return [*(files.carriers(name.name) if declaration else ()), *allowing(files, name.name)]
    if _is_local(files, path, name):
        return _places(path, (o for o in files.names(path) if (o.kind, o.name) == (name.kind, name.name) and (declaration or not o.is_definition)))
    meanings = _Meanings(files, name.kind, name.name)
    defined = (path,) if name.is_definition else meanings.meant(path)
    places = []
    for other in sorted({*defined, *meanings.users(defined)}):
        places += _places(other, (o for o in meanings.occurrences(other) if not o.is_definition or (declaration and other in defined)))
    return places


def allowing(files: Files, common_name: str) -> list[Place]:
    """The lists that allow a Common Name."""
    places = []
    for path in files.paths():
        if files.kind(path) in _NAMING and _may_hold(files.text(path) or "", common_name):
            places += _places(path, (o for o in files.names(path) if (o.kind, o.name) == (s.COMMON_NAME, common_name)))
    return places


def highlights(files: Files, path: str, offset: int) -> list[Highlight]:
    """The places of the same file that speak of the same thing."""
    name = name_at(files, path, offset)
    if name is None:
        return []
    found = {o.span: o.is_definition for o in files.names(path) if (o.kind, o.name) == (name.kind, name.name)}
    return [Highlight(span, found[span]) for span in sorted(found)]


# --------------------------------------------------------------------------------------------------------- another name


class _Plan(NamedTuple):
    """What is to be renamed: names by file."""

    kind: str
    name: str
    which: Mapping[str, Sequence[Occurrence]]


def rename_span(files: Files, path: str, offset: int) -> NameSpan | Refusal | None:
    """The name at `offset` that can be renamed, or why it cannot; None where no name stands."""
    name = name_at(files, path, offset)
    if name is None:
        return None
    plan = _plan(files, path, name)
    return plan if isinstance(plan, Refusal) else NameSpan(name.span, _written(files, path, name))


def _written(files: Files, path: str, name: Occurrence) -> str:
    return name.span.of(files.text(path) or "") if name.exact else name.name


def rename(files: Files, path: str, offset: int, new: str) -> list[FileEdit] | Refusal:
    """The edits that give the thing at `offset` another name wherever it is written; none where it has that name."""
    name = name_at(files, path, offset)
    if name is None:
        return Refusal("ide.rename-nothing")
    plan = _plan(files, path, name)
    if isinstance(plan, Refusal):
        return plan
    if new == _written(files, path, name):
        return []
    reason = why_not(name.kind, new)
    if reason is not None:
        return Refusal(*reason)
    refusal = _conflict(files, path, plan, same_name(name.kind, new))
    if refusal is not None:
        return refusal
    made: list[FileEdit] = []
    for file, which in plan.which.items():
        configs = files.configs(file)
        if not configs or not files.is_text(file):
            return Refusal("ide.rename-unreadable", {"file": _shown(files, file)})
        # The names at hand were let go of by their entries; here they are needed.
        wanted = {(o.kind, o.name) for o in which}
        for config in configs:
            found = edits(config, [o for o in occurrences(config) if (o.kind, o.name) in wanted], new)
            if found is None:
                return Refusal("ide.rename-unsure", {"file": _shown(files, file)})
            made.extend(FileEdit(file, edit) for edit in found)
    return made


def _plan(files: Files, path: str, name: Occurrence) -> _Plan | Refusal:
    """All that has to be renamed together."""
    if name.kind == s.COMMON_NAME:
        return Refusal("ide.rename-common-name")
    if name.kind == s.TASK_NAME:
        return Refusal("ide.rename-task")
    if _is_local(files, path, name):
        which = [o for o in files.names(path) if (o.kind, o.name) == (name.kind, name.name)]
        if _is_written_twice(files, path, name):
            return Refusal("ide.rename-twice", {"name": name.name})
        return _Plan(name.kind, name.name, {path: which})
    meanings = _Meanings(files, name.kind, name.name)
    defined = (path,) if name.is_definition else meanings.meant(path)
    if not defined:
        return Refusal("ide.rename-undefined", {"name": name.name})
    users = meanings.users(defined)
    rivals = {*defined, *(other for user in users for other in meanings.meant(user))}
    # Two files of one folder that claim one name are alternatives, whoever speaks of them.
    rivals.update(meanings.beside(defined[0]))
    if len(rivals) > 1:
        return Refusal("ide.rename-ambiguous", {"name": name.name, "files": ", ".join(_shown(files, file) for file in sorted(rivals))})
    return _Plan(name.kind, name.name, {file: meanings.occurrences(file) for file in sorted({*defined, *users})})


def _is_written_twice(files: Files, path: str, name: Occurrence) -> bool:
    """Whether one block defines the name twice, so that it is open which one counts."""
    config = files.file(path)
    blocks = [id(o.entry.parent) for o in occurrences(config) if (o.kind, o.name, o.is_definition) == (name.kind, name.name, True) and o.entry is not None] if config else []
    return len(blocks) > len(set(blocks))


def _conflict(files: Files, path: str, plan: _Plan, new: str) -> Refusal | None:
    """Why the new name would mean something else as well; None where it would not."""
    if new == plan.name:
        # Only the spelling changes.
        return None
    for file in plan.which:
        if any((o.kind, o.name) == (plan.kind, new) for o in files.names(file)):
            return Refusal("ide.rename-taken", {"name": new, "file": _shown(files, file)})
    if plan.kind not in DEFINED_IN or _is_local(files, path, plan.which[path][0]):
        return None
    old, other = _Meanings(files, plan.kind, plan.name), _Meanings(files, plan.kind, new)
    rivals = [rival for file in plan.which for rival in other.beside(file)]
    # What each use means must be what it meant before: a name that is new here may be an old one elsewhere.
    definers = [*other.definers, *(file for file in old.definers if file in plan.which)]
    for file in plan.which:
        rivals += [rival for rival in other.meant(file, definers) if rival in other.definers]
    for file in other.holding:
        if file not in plan.which and other.meant(file) != other.meant(file, definers) and other.occurrences(file):
            rivals.append(file)
    return Refusal("ide.rename-taken", {"name": new, "file": _shown(files, rivals[0])}) if rivals else None


def _shown(files: Files, path: str) -> str:
    """A file's path as it is told: as seen from the folder of what belongs together."""
    top = files.top_of(path).rstrip("/") + "/"
    return path[len(top) :] if path.startswith(top) else path


# ---------------------------------------------------------------------------------------------------- the whole workspace


def workspace_symbols(files: Files, query: str) -> list[NamedThing]:
    """Components, sources, tasks and named blocks whose names hold the letters of `query` in their order, the best first."""
    best: list[tuple[tuple[object, ...], NamedThing]] = []
    wanted = "".join(query.casefold().split())
    for path in files.paths():
        if files.kind(path) not in _NAMING:
            continue
        for thing in _things(files, path):
            rank = _rank(wanted, thing.name.casefold())
            if rank is None:
                continue
            entry = ((rank, len(thing.name), thing.name, path, thing.span), thing)
            if len(best) < MOST_SYMBOLS or entry < best[-1]:
                insort(best, entry)
                del best[MOST_SYMBOLS:]
    return [thing for _, thing in best]


def _things(files: Files, path: str) -> Iterator[NamedThing]:
    shown = _shown(files, path)
    seen: set[Span] = set()
    named = False
    listening: Occurrence | None = None
    for o in files.names(path):
        if not o.is_definition or o.span in seen:
            continue
        seen.add(o.span)
        if o.kind == s.HOST_PORT:
            listening = listening or o
        elif o.kind in _THINGS:
            named = named or _THINGS[o.kind] == "component"
            yield NamedThing(o.name, _THINGS[o.kind], shown, path, o.span)
        elif o.kind.endswith(_DEFINES):
            yield NamedThing(o.name, "block", f"{_block_key(o.kind)}, {shown}", path, o.span)
    if listening is not None and not named:
        yield NamedThing(listening.name, "component", shown, path, listening.span)


def _block_key(kind: str) -> str:
    """The key below which a task defines things of this kind."""
    return next((key.name for key in load(kinds.TASK).children.values() if key.semantic == kind and not key.deprecated), "")


def _rank(query: str, name: str) -> int | None:
    """How well a query fits, 0 best; None where its letters do not stand in the name in that order."""
    if query == name or not query:
        return 0
    at = name.find(query)
    if at == 0:
        return 1
    if at > 0:
        return 3 if name[at - 1].isalnum() else 2
    gaps = 0
    at = -1
    for letter in query:
        found = name.find(letter, at + 1)
        if found < 0:
            return None
        gaps += found - at - 1
        at = found
    return 4 + gaps
