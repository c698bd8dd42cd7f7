"""Values that are worth offering though no schema lists them: names of blocks and sources, time zones, SQL modes, versions of DM."""

from __future__ import annotations

from typing import Callable, Iterator, Mapping, NamedTuple, Sequence

from dmls.model.config_file import ConfigFile
from dmls.model.dm import task_parts
from dmls.schema import semantics as s
from dmls.schema.key import SchemaKey
from dmls.version import MAIN, RELEASES, Version
from dmls.words.catalogue import sentence

DM_RELEASE = "dm-release"
"""The meaning of a setting that names versions of DM (`schemas/dmls.schema.json`)."""
SQL_MODE, TIME_ZONE = "sql_mode", "time_zone"
SESSION = (SQL_MODE, TIME_ZONE, "tidb_skip_utf8_check", "tidb_constraint_check_in_place")
"""The session variables that people set for a migration."""
_OFFSETS = tuple(f"{sign}{hours:02}:{minutes:02}" for sign, hours, minutes in [("+", h, 0) for h in range(15)] + [("-", h, 0) for h in range(1, 13)] + [("+", 5, 30), ("+", 9, 30)])
_USUAL = ("Asia/Shanghai", "UTC", "+08:00", "+00:00")
_DEFINES, _REFERS = "-def", "-ref"


class Offer(NamedTuple):
    label: str
    detail: str = ""
    documentation: str = ""
    rank: int = 5


def _nothing() -> Mapping[str, Sequence[str]]:
    return {}


class Known(NamedTuple):
    """What is known beyond the file: the versions of DM it is for, and the sources that other files define, each with the names of these files."""

    versions: tuple[Version, ...] = (MAIN,)
    sources: Callable[[], Mapping[str, Sequence[str]]] = _nothing


NOTHING = Known()


def is_comma_list(schema: SchemaKey, path: tuple[str | int, ...]) -> bool:
    """Whether a value is several words with commas between, of which one is being typed."""
    return _variable(schema, path) == SQL_MODE


def offers(config: ConfigFile, schema: SchemaKey, path: tuple[str | int, ...], known: Known, locale: str) -> list[Offer]:
    """What fits a value of `schema`, which `path` leads to; nothing where the schema itself has to tell."""
    meaning = schema.semantic
    if meaning.endswith(_REFERS):
        return list(_blocks(config, meaning, locale))
    if meaning == s.SOURCE_ID and path[1:]:
        return _sources(config, path, known, locale)
    if meaning == s.TIME_ZONE or _variable(schema, path) == TIME_ZONE:
        return list(_time_zones())
    if _variable(schema, path) == SQL_MODE:
        from dmls.go.sql_mode import MODES

        return [Offer(mode) for mode in MODES]
    if meaning == DM_RELEASE:
        return [Offer(str(version), rank=number) for number, version in enumerate((MAIN, *reversed(RELEASES)))]
    return []


def _variable(schema: SchemaKey, path: tuple[str | int, ...]) -> str:
    """The session variable that a value belongs to, "" where it is none."""
    return str(path[-1]).lower() if path and schema.parent is not None and schema.parent.semantic == s.SESSION else ""


def _blocks(config: ConfigFile, meaning: str, locale: str) -> Iterator[Offer]:
    root = config.root.schema
    for reference in task_parts.REFERENCES:
        home = root.child(reference.home) if root is not None else None
        if home is not None and home.semantic == meaning[: -len(_REFERS)] + _DEFINES:
            for name, block in task_parts.blocks(config, reference.home).items():
                if name:
                    line = config.tree.lines.line_of(config.key_span(block).start) + 1
                    yield Offer(name, f"{reference.home}, {sentence('show.line', {}, locale).format(line=line)}")


def _sources(config: ConfigFile, path: tuple[str | int, ...], known: Known, locale: str) -> list[Offer]:
    taken = {task_parts.source_of(instance) for number, instance in enumerate(task_parts.instances(config)) if number != path[1]}
    comma = sentence("show.comma", {}, locale)
    return [Offer(name, comma.join(files[:3])) for name, files in sorted(known.sources().items()) if name not in taken]


def _time_zones() -> Iterator[Offer]:
    from dmls.go.time_zone import known_names

    for name in dict.fromkeys((*_USUAL, *_OFFSETS, *sorted(known_names()))):
        if name in _USUAL:
            yield Offer(name, rank=1)
        else:
            yield Offer(name, rank=3 if name[0] in "+-" else 5)


def enum_in(schema: SchemaKey, versions: tuple[Version, ...]) -> tuple[str, ...]:
    """The values of an enum that all of the versions know."""
    late = {str(c.value): c.versions for c in schema.history if c.what == "enum"}
    if schema.parent is not None:
        late = {**{str(c.value): c.versions for c in schema.parent.history if c.what == "enum"}, **late}
    return tuple(v for v in schema.enum or () if v and (v not in late or all(version in late[v] for version in versions)))
