"""A TOML tree as plain dictionaries, lists and values; what is broken is left out.  For settings, which must never fail."""

from __future__ import annotations

from dmls.syntax.tree import Mapping, Node, Scalar, Sequence, Tree


def to_plain(tree: Tree) -> dict[str, object]:
    """The values of a TOML file; of a key written twice the last counts."""
    root = tree.root
    return _mapping(root) if isinstance(root, Mapping) else {}


def _mapping(node: Mapping) -> dict[str, object]:
    out: dict[str, object] = {}
    for pair in node.pairs:
        value = value_of(pair.value)
        if value is not None:
            out[pair.name] = value
    return out


def value_of(node: Node | None) -> object:
    """The value of a node as Python has it; None for what is no value.  Dates and times are texts."""
    if isinstance(node, Mapping):
        return _mapping(node)
    if isinstance(node, Sequence):
        return [v for v in map(value_of, node.items) if v is not None]
    if not isinstance(node, Scalar) or node.unterminated:
        return None
    try:
        if node.style == "integer":
            return int(node.value, 0)
        if node.style == "float":
            return float(node.value)
    except ValueError:
        return None
    if node.style == "boolean":
        return node.value == "true"
    if node.style in ("basic", "literal", "multi-basic", "multi-literal", "datetime"):
        return node.value
    return None
