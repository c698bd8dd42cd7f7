"""Another name for a named thing in one file: the edits, and the proof that they change that name and nothing else."""

from __future__ import annotations

import re
from typing import Iterator, Sequence

from dmls.go.yaml_value import STR, resolve
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.edits.edit import FLAGS, in_style
from dmls.model.references.names import Occurrence, canonical, in_force, name_node, occurrences
from dmls.schema import semantics as s
from dmls.syntax.tree import Alias, Mapping, Scalar, is_null
from dmls.syntax.tree import Sequence as Items
from dmls.text import Edit, Span, apply_edits

LONGEST = 1000
"""Bytes of a name; libyaml reads no key of more than 1024 without a mark of its own, and nobody types one."""
LONGEST_SOURCE_ID = 32
"""Bytes; DM refuses a longer one (error 20006)."""
_PLAIN = re.compile(r"[\w/.](?:[\w./@+-]| (?=[\w./]))*\Z")
_AMBIGUOUS = frozenset("y n yes no on off true false null".split())
"""Words that some YAML reader takes for something other than text."""
_OF_FLAGS = frozenset(("word", "double-part", "single-part", "mixed"))
_WORD = re.compile(r"[\w@+=:,./-]+\Z", re.A)
"""What stands for itself in a script or unit, in quotes or not."""
_BLOCK_STYLES = frozenset(("literal", "folded"))
_MARKS = frozenset("\"'\\")
_BETWEEN_MEMBERS = re.compile(r"[\s,=\"'\\]")


def why_not(kind: str, name: str) -> tuple[str, dict[str, object]] | None:
    """Why a thing of this kind cannot have the name, as a message id and its arguments; None where it can."""
    if not name.strip():
        return "ide.rename-empty", {}
    limit = LONGEST_SOURCE_ID if kind == s.SOURCE_ID else LONGEST
    if len(name.encode("utf-8", "surrogatepass")) > limit:
        return "ide.rename-too-long", {"limit": limit}
    if kind == s.HOST_PORT and (canonical(name) is None or _BETWEEN_MEMBERS.search(name) or "/" in name):
        return "ide.rename-no-address", {"name": name}
    strange = _BETWEEN_MEMBERS.search(name) if kind == s.MASTER_NAME else None
    character = strange.group() if strange else next((c for c in name if not c.isprintable()), "")
    if not character and name != name.strip():
        character = " "
    if character:
        return "ide.rename-character", {"name": name, "character": character if character.isprintable() else f"U+{ord(character):04X}"}
    return None


def same_name(kind: str, name: str) -> str:
    """The name as it is compared."""
    return (canonical(name) or name) if kind == s.HOST_PORT else name


def edits(config: ConfigFile, which: Sequence[Occurrence], new: str) -> list[Edit] | None:
    """The edits that give all of `which`, names of one thing, the name `new`; None where it is not sure that nothing else would change.

    Each text is edited in the quotes in which it stands.  What several aliases stand for is edited once, at its anchor.
    """
    made: dict[Span, Edit] = {}
    for occurrence in which:
        edit = _edit(config, occurrence, new)
        if edit is None:
            return None
        made[edit.span] = edit
    found = sorted(made.values())
    return found if _proved(config, which, new, found) else None


def _edit(config: ConfigFile, occurrence: Occurrence, new: str) -> Edit | None:
    node = name_node(occurrence)
    if node is None or node.unterminated or (config.language == "yaml" and node.style in _BLOCK_STYLES):
        return None
    is_whole = occurrence.part == (0, len(node.value))
    span = config.tree.span(node)
    inner = occurrence.span if occurrence.exact else None
    if inner is None and is_whole:
        # Behind an alias the name stands at the anchor.
        bare = Span(span.start + 1, span.end - 1) if node.style != "plain" else span
        inner = bare if bare.of(config.text) == node.value else None
    if inner is not None and _fits(node.style, new):
        return Edit(inner, new)
    return Edit(span, in_style(config.language, node.style, new)) if is_whole and config.language != FLAGS else None


def _fits(style: str, new: str) -> bool:
    """Whether the text can stand where a scalar of the style stands, as it is."""
    if style in _OF_FLAGS:
        return _WORD.match(new) is not None
    if style == "plain":
        return _PLAIN.match(new) is not None and new.lower() not in _AMBIGUOUS and resolve(new)[0] == STR
    return new.isprintable() and not _MARKS.intersection(new)


def _proved(config: ConfigFile, which: Sequence[Occurrence], new: str, made: list[Edit]) -> bool:
    """Whether the file after the edits says what it said before, but for the name."""
    parts: dict[int, list[Span]] = {}
    for occurrence in which:
        node = name_node(occurrence)
        assert node is not None
        if occurrence.part not in parts.setdefault(id(node), []):
            parts[id(node)].append(occurrence.part)
    again = _read_again(config, made)
    return _is_only_name(config, which, parts) and _says_the_same(config.root, again.root, parts, new) and _names_follow(config, again, which, new)


def _read_again(config: ConfigFile, made: list[Edit]) -> ConfigFile:
    if config.language == FLAGS:
        from dmls.model.command_line import command_lines

        at = [line.config.root.raw for line in command_lines(config.path, config.text)].index(config.root.raw)
        return command_lines(config.path, apply_edits(config.text, made))[at].config
    if config.language == "yaml":
        from dmls.syntax import yaml as reader
    else:
        from dmls.syntax import toml as reader
    assert config.root.schema is not None
    # Nothing is taken over from the present tree: its entries belong to it and would follow the new one.
    return ConfigFile(config.path, config.kind, reader.parse(apply_edits(config.text, made)), config.root.schema)


def _is_only_name(config: ConfigFile, which: Sequence[Occurrence], parts: dict[int, list[Span]]) -> bool:
    """Whether what is edited means nothing else by way of an alias; below a key that DM does not know nothing means anything."""
    keys = {id(o.entry) for o in which if o.is_key}
    values = {id(o.entry) for o in which if not o.is_key}
    for entry in in_force(config.root):
        if id(entry.node) in parts and id(entry) not in values and entry.schema is not None:
            return False
        if entry.pair is not None and id(entry.pair.key) in parts and id(entry) not in keys and entry.schema is not None:
            return False
    return True


def _says_the_same(old: Entry, new: Entry, parts: dict[int, list[Span]], name: str) -> bool:
    stack = [(old, new)]
    while stack:
        a, b = stack.pop()
        if (a.pair is None) != (b.pair is None) or len(a.children) != len(b.children) or len(a.merged) != len(b.merged):
            return False
        if a.pair is not None and b.pair is not None:
            expected = _spliced(a.name, parts[id(a.pair.key)], name) if id(a.pair.key) in parts else a.name
            if b.name != expected or not _same_marks(a.pair.key, b.pair.key):
                return False
        if not _same_value(a, b, parts, name):
            return False
        stack.extend(zip(a.children, b.children))
        stack.extend(zip(a.merged, b.merged))
    return True


def _same_value(a: Entry, b: Entry, parts: dict[int, list[Span]], name: str) -> bool:
    if isinstance(a.raw, Alias) or isinstance(b.raw, Alias):
        if not (isinstance(a.raw, Alias) and isinstance(b.raw, Alias) and a.raw.name == b.raw.name):
            return False
    elif not _same_marks(a.raw, b.raw):
        return False
    one, other = a.node, b.node
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        if id(one) in parts:
            return other.value == _spliced(one.value, parts[id(one)], name) and not is_null(other)
        return (one.value, one.style, one.unterminated) == (other.value, other.style, other.unterminated)
    if isinstance(one, (Mapping, Items)) and isinstance(other, (Mapping, Items)):
        return type(one) is type(other) and one.form == other.form
    return one is None and other is None


def _same_marks(a: object, b: object) -> bool:
    return type(a) is type(b) and getattr(a, "anchor", None) == getattr(b, "anchor", None) and getattr(a, "tag", None) == getattr(b, "tag", None)


def _spliced(value: str, parts: list[Span], name: str) -> str:
    return apply_edits(value, [Edit(part, name) for part in parts])


def _names_follow(config: ConfigFile, again: ConfigFile, which: Sequence[Occurrence], new: str) -> bool:
    """Whether every other name is still there and means the same: a key that is renamed must not bring to light what it overruled."""
    renamed = {(id(o.entry), o.kind, o.span) for o in which}

    def after() -> Iterator[tuple[str, str, bool]]:
        for o in occurrences(config):
            yield o.kind, same_name(o.kind, new) if (id(o.entry), o.kind, o.span) in renamed else o.name, o.is_definition

    return sorted(after()) == sorted((o.kind, o.name, o.is_definition) for o in occurrences(again))
