"""What a text says, whatever its layout: the proof that an edit changed nothing else.

Stricter than what DM makes of a text: the order of keys is nothing, but `1` and `"1"` are two things.
"""

from __future__ import annotations

from typing import Iterable

from dmls.model.config_file import ConfigFile
from dmls.syntax.tree import Alias, Mapping, Node, Scalar, Sequence, Tree, is_null
from dmls.text import Edit, apply_edits

_BARE = frozenset(("plain", "integer", "float", "boolean", "datetime", "junk"))
_MAX_DEPTH = 100


class Said(tuple[object, ...]):
    """A scalar, or what an alias stands for; never equal to a list or dictionary."""

    __slots__ = ()


Reading = object
"""Dictionaries of lists of what stands under each key, lists, and `Said`; None for null."""


def reading(tree: Tree) -> Reading:
    """What the first document says; two texts with equal readings are the same to DM.

    An alias is read as the place of its anchor, so a text whose aliases grow without end is read as quickly as any.
    """
    anchors: dict[int, tuple[object, ...]] = {}

    def read(node: Node | None, path: tuple[object, ...]) -> Reading:
        if isinstance(node, Alias):
            return Said(("*", anchors.get(id(node.target))))
        if len(path) > _MAX_DEPTH or node is None:
            return None
        if node.anchor is not None:
            anchors[id(node)] = path
        if is_null(node):
            return None
        if isinstance(node, Scalar):
            return Said((node.value, node.style in _BARE, node.tag))
        if isinstance(node, Sequence):
            return [read(item, (*path, i)) for i, item in enumerate(node.items)]
        assert isinstance(node, Mapping)
        out: dict[str, list[Reading]] = {}
        for pair in node.pairs:
            out.setdefault(pair.name, []).append(read(pair.value, (*path, pair.name)))
        return out

    return read(tree.root, ())


def says_the_same(old: Tree, new: Tree) -> bool:
    """Whether two texts say the same in the same order; what the trees share is not looked at."""
    pairs = [(old.root, new.root)]
    while pairs:
        a, b = pairs.pop()
        if a is b:
            continue
        if a is None or b is None or type(a) is not type(b) or (a.anchor, a.tag) != (b.anchor, b.tag):
            return False
        if isinstance(a, Scalar):
            if not isinstance(b, Scalar) or (a.value, a.style, a.unterminated) != (b.value, b.style, b.unterminated):
                return False
        elif isinstance(a, Alias):
            if not isinstance(b, Alias) or a.name != b.name:
                return False
        elif isinstance(a, Sequence):
            if not isinstance(b, Sequence) or len(a.items) != len(b.items):
                return False
            pairs.extend(zip(a.items, b.items))
        elif isinstance(a, Mapping):
            if not isinstance(b, Mapping) or len(a.pairs) != len(b.pairs):
                return False
            for one, other in zip(a.pairs, b.pairs):
                if one is not other:
                    pairs.append((one.key, other.key))
                    pairs.append((one.value, other.value))
    return True


def read_again(config: ConfigFile, edits: Iterable[Edit]) -> Tree:
    """The tree of the file after `edits`.  Raises ValueError when two of them overlap."""
    if config.language == "yaml":
        from dmls.syntax import yaml as reader
    else:
        from dmls.syntax import toml as reader
    return reader.parse(apply_edits(config.text, edits), config.tree)
