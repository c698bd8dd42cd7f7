"""Where a key lives on: the path that `schemas/` gives for it, told as seen from the block it stands in."""

from __future__ import annotations

from dmls.named import NamedTuple

HERE = "replaced"
"""Another key, written as seen from the top of the file unless it stands in the same block."""
TOP = "replaced-top"
"""A key at the top level, while the old one stands in a block."""
FILE = "replaced-file"
"""A key of another kind of file."""
FLAG = "replaced-flag"
"""An argument of a command."""
_FLAG_MARK = "flag:"


class Successor(NamedTuple):
    """`form` names the variant of a sentence; `meant` is the key; `kind` the kind of its file where that is another one."""

    form: str
    meant: str
    kind: str = ""


def successor(path: str, block: str) -> Successor:
    """Read ``key``, ``block.key``, ``kind:key`` or ``flag:words``; `block` is the path of the block the old key stands in."""
    if path.startswith(_FLAG_MARK):
        return Successor(FLAG, path.removeprefix(_FLAG_MARK))
    kind, colon, rest = path.partition(":")
    if colon:
        return Successor(FILE, rest, kind)
    if block and path.startswith(block + "."):
        return Successor(HERE, path.removeprefix(block + "."))
    return Successor(TOP if block and "." not in path else HERE, path)
