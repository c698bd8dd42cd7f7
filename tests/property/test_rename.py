"""The judge of renaming: only the name changes, everywhere where it is written, and the old name again gives the old bytes.

Each name of each file of the corpus, which lies in one workspace, is given another name and then its own again.

1. Both times ruamel.yaml and tomlkit read what they read before with the one name for the other in the places of that kind of name, which are
   listed here on their own.
2. The references of the name are at as many places of the same files as before.
3. A refusal says the same for the question whether the name can be renamed, or is about the new name.
"""

from __future__ import annotations

import copy
import io
import os
import random
from pathlib import Path
from typing import Any, Callable, Iterable

import pytest
import tomlkit
from ruamel.yaml import YAML

from dmls.analysis import Analysis
from dmls.files import Content, Missing
from dmls.finding import FileEdit
from dmls.ide.values import Refusal
from dmls.model import kind as kinds
from dmls.model.references.names import Occurrence
from dmls.schema import keys as k
from dmls.schema import semantics as s
from dmls.text import apply_edits
from dmls.words.catalogue import sentence
from dmls.workspace import Workspace
from support.shared import SHARED, needs_shared

FULL = bool(os.environ.get("DMLS_FULL"))
TOP = "/w"
EACH, NAMES = object(), object()
"""Steps of a path: each item of a list, and the keys of a map."""
PLACES: dict[str, tuple[tuple[object, ...], ...]] = {
    s.ROUTE_DEF: ((k.ROUTES, NAMES), (k.MYSQL_INSTANCES, EACH, k.ROUTE_RULES, EACH)),
    s.FILTER_DEF: ((k.FILTERS, NAMES), (k.MYSQL_INSTANCES, EACH, k.FILTER_RULES, EACH)),
    s.COLUMN_MAPPING_DEF: ((k.COLUMN_MAPPINGS, NAMES), (k.MYSQL_INSTANCES, EACH, k.COLUMN_MAPPING_RULES, EACH)),
    s.EXPRESSION_FILTER_DEF: ((k.EXPRESSION_FILTER, NAMES), (k.MYSQL_INSTANCES, EACH, k.EXPRESSION_FILTERS, EACH)),
    s.BAL_DEF: (
        (k.BLOCK_ALLOW_LIST, NAMES),
        (k.BLACK_WHITE_LIST, NAMES),
        (k.MYSQL_INSTANCES, EACH, k.BLOCK_ALLOW_LIST),
        (k.MYSQL_INSTANCES, EACH, k.BLACK_WHITE_LIST),
    ),
    s.MYDUMPER_DEF: ((k.MYDUMPERS, NAMES), (k.MYSQL_INSTANCES, EACH, k.MYDUMPER_CONFIG_NAME)),
    s.LOADER_DEF: ((k.LOADERS, NAMES), (k.MYSQL_INSTANCES, EACH, k.LOADER_CONFIG_NAME)),
    s.SYNCER_DEF: ((k.SYNCERS, NAMES), (k.MYSQL_INSTANCES, EACH, k.SYNCER_CONFIG_NAME)),
    s.VALIDATOR_DEF: ((k.VALIDATORS, NAMES), (k.MYSQL_INSTANCES, EACH, k.VALIDATOR_CONFIG_NAME)),
    s.SOURCE_ID: ((k.SOURCE_ID,), (k.MYSQL_INSTANCES, EACH, k.SOURCE_ID)),
    s.MASTER_NAME: ((k.NAME,), (k.INITIAL_CLUSTER,), (k.MASTER_SERVERS, EACH, k.NAME)),
    s.WORKER_NAME: ((k.NAME,), (k.WORKER_SERVERS, EACH, k.NAME)),
    s.HOST_PORT: tuple((key,) for key in (k.MASTER_ADDR, k.WORKER_ADDR, k.ADVERTISE_ADDR, k.PEER_URLS, k.ADVERTISE_PEER_URLS, k.INITIAL_CLUSTER, k.JOIN)),
}
FILES = [p for p in sorted((SHARED / "corpus").rglob("*.*ml")) if p.is_file()] if SHARED.is_dir() else []

pytestmark = pytest.mark.filterwarnings("ignore:.*:ruamel.yaml.error.MantissaNoDotYAML1_1Warning")


class World:
    def __init__(self, files: Iterable[Path] = ()) -> None:
        self.workspace = Workspace()
        self.workspace.set_folders([TOP])
        for path in files:
            self.workspace.put(f"{TOP}/{path.relative_to(SHARED / 'corpus').as_posix()}", Content(path.read_bytes()))
        self.settle()

    def settle(self) -> None:
        while wanted := self.workspace.wanted():
            for want in wanted:
                self.workspace.tell(want, Missing())

    @property
    def analysis(self) -> Analysis:
        return self.workspace.snapshot()

    def apply(self, edits: list[FileEdit]) -> None:
        for path in dict.fromkeys(e.file for e in edits):
            text = self.analysis.text(path)
            assert text is not None
            self.workspace.put(path, Content(apply_edits(text, [e.edit for e in edits if e.file == path]).encode("utf-8")))
        self.settle()


NOT_READ = object()


def plain(path: str, text: str) -> Any:
    """The file as a parser of its own reads it, every scalar as text, since that is what DM makes of a name."""
    try:
        if path.endswith(".toml"):
            return tomlkit.parse(text).unwrap()
        reader = YAML(typ="base", pure=True)
        reader.allow_duplicate_keys = True
        return reader.load(io.StringIO(text))
    except Exception:
        return NOT_READ


def with_name(value: Any, kind: str, old: str, new: str) -> Any:
    """What the file must say once the thing has its new name."""
    made = copy.deepcopy(value)
    for place in PLACES[kind]:
        made = _changed(made, list(place), lambda text: _in_text(kind, text, old, new))
    return made


def _changed(value: Any, place: list[Any], change: Callable[[str], str]) -> Any:
    if not place:
        return change(value) if isinstance(value, str) else value
    step, *rest = place
    if step is NAMES:
        return {change(name): inner for name, inner in value.items()} if isinstance(value, dict) else value
    if step is EACH:
        return [_changed(item, rest, change) for item in value] if isinstance(value, list) else value
    if not isinstance(value, dict):
        return value
    # The readers here leave merges as they are written.
    return {name: _changed(inner, rest if name == step else place, change) if name in (step, "<<") else inner for name, inner in value.items()}


def _in_text(kind: str, text: str, old: str, new: str) -> str:
    if kind == s.HOST_PORT:
        return ",".join(_address(item, old, new) for item in text.split(","))
    if kind == s.MASTER_NAME and "=" in text:
        return ",".join(new + item[len(old) :] if item.startswith(old + "=") else item for item in text.split(","))
    return new if text == old else text


def _address(item: str, old: str, new: str) -> str:
    head, sign, tail = item.rpartition("://") if "://" in item else item.rpartition("=")
    return head + sign + new if tail.lower() == old else item


def other_name(name: Occurrence) -> str:
    return "10.99.98.97:1" if name.kind == s.HOST_PORT else "renamed-to_this.1"


def there_and_back(world: World, path: str, name: Occurrence) -> str:
    """The message id of the refusal, "" where the name was changed."""
    before = world.analysis
    offset, new = name.span.start, other_name(name)
    number = before.names(path).index(name)
    texts = {p: before.text(p) or "" for p in before.paths()}
    places = before.references(path, offset)
    edits = before.rename(path, offset, new)
    if isinstance(edits, Refusal):
        assert sentence(edits.message, edits.args)
        named = before.rename_span(path, offset)
        assert named == edits or edits.message == "ide.rename-unsure"
        return edits.message
    touched = {e.file for e in edits}
    assert path in touched and touched == {p.path for p in places}
    world.apply(edits)
    for file in touched:
        was, now = plain(file, texts[file]), plain(file, world.analysis.text(file) or "")
        assert (was is NOT_READ) == (now is NOT_READ)
        if was is not NOT_READ:
            assert now == with_name(was, name.kind, name.name, new), file
    after = world.analysis.names(path)[number]
    assert (after.kind, after.name) == (name.kind, new)
    again = world.analysis.references(path, after.span.start)
    assert [p.path for p in again] == [p.path for p in places]
    written = name.span.of(texts[path]) if name.exact else name.name
    back = world.analysis.rename(path, after.span.start, written)
    assert not isinstance(back, Refusal), back
    world.apply(back)
    for file in touched:
        assert world.analysis.text(file) == texts[file], file
    return ""


@needs_shared
def test_there_and_back() -> None:
    world = World(FILES)
    analysis = world.analysis
    found = [(path, name) for path in analysis.paths() if analysis.kind(path) in kinds.KINDS for name in analysis.names(path)]
    assert len(found) > 2000
    if not FULL:
        found = random.Random(6).sample(found, 250)
    done = {"": 0}
    for path, name in found:
        reason = there_and_back(world, path, name)
        done[reason] = done.get(reason, 0) + 1
    assert done[""] > len(found) // 2, done


NASTY = (
    "true", "NO", "y", "null", "~", "a: b", "a #b", "#a", "- a", "-", "?", "? a", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a`", "it's", "'a'", '"a"', 'a"b', "a\\b",
    "中文 路由", "a b", "[a]", "{a}", "a, b", "<<", "=", "0x1f", "0o17", "017", "1e3", "1_000", "1.5", ".5", "+1", "2001-01-01", "12:30:45", "---", "...", "é", "😀",
)  # fmt: skip
"""Texts that YAML reads as something else, or not at all, where they stand without quotes."""
LAYOUTS = (
    "mysql-instances:\n- source-id: s\n  route-rules: [{0}, 'x']\nroutes:\n  {0}: {{schema-pattern: a}}\n  x: {{schema-pattern: b}}\n",
    "mysql-instances: [{{source-id: s, route-rules: [{0}]}}]\r\nroutes: {{{0}: {{schema-pattern: a}}, x: {{}}}} # {0}\r\n",
    "mysql-instances:\n  -  &first\n     source-id: s\n     route-rules:\n     - {0}   # {0}\n     - x\n  - <<: *first\n    source-id: t\nroutes:\n  ? {0}\n  : schema-pattern: a\n  x: {{}}\n",
    "mysql-instances:\n- {{source-id: s, route-rules: &r [&n {0}]}}\n- {{source-id: t, route-rules: *r}}\n- {{source-id: u, route-rules: [*n, x]}}\nroutes: &m\n  {0} : {{}}\n  x: {{}}\n",
)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("written", ["main", "'main'", '"main"', '"m\\u0061in"', "!!str main", "a b"])
def test_names_that_need_quotes(layout: str, written: str) -> None:
    path, text = f"{TOP}/dm-task.yaml", "name: t\ntask-mode: all\n" + layout.format(written)
    old = "a b" if written == "a b" else "main"
    for new in NASTY:
        world = World()
        world.workspace.put(path, Content(text.encode("utf-8")))
        world.settle()
        names = [o for o in world.analysis.names(path) if o.name == old]
        assert len(names) > 1
        edits = world.analysis.rename(path, names[-1].span.start, new)
        assert not isinstance(edits, Refusal), edits
        world.apply(edits)
        now = world.analysis.text(path) or ""
        assert plain(path, now) == with_name(plain(path, text), s.ROUTE_DEF, old, new), now
        typed = YAML(typ="safe", pure=True)
        typed.version = (1, 1)  # type: ignore[assignment]
        typed.allow_duplicate_keys = True
        assert new in typed.load(now)[k.ROUTES], "the name must stay a text"
        assert now.count("#") >= text.count("#")
        again = next(o for o in world.analysis.names(path) if o.name == new)
        assert not isinstance(world.analysis.rename(path, again.span.start, old), Refusal)
