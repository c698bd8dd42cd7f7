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


def read_again(config: ConfigFile, edits: Iterable[Edit]) -> Tree:
    """The tree of the file after `edits`.  Raises ValueError when two of them overlap."""
    if config.language == "yaml":
        from dmls.syntax import yaml as reader
    else:
        from dmls.syntax import toml as reader
    return reader.parse(apply_edits(config.text, edits), config.tree)
