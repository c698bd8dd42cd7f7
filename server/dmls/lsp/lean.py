"""lsprotocol, imported in a quarter of the time.

`lsprotocol.types` defines 554 attrs classes, of which a session uses some thirty.  Making an attrs class means generating and compiling
source code, and is nearly all of what the import costs.  The package `dmls.lsp` imports this module first, which puts that off: while
that one module is imported, `attrs.define` only marks a class, and the class is made when somebody asks for its fields or makes an
instance.  No ``__repr__``, ``__eq__`` or slots are made, which nothing in a server process uses.  Measured (CPU, attrs included): 480 ms without, 110 ms with, and
another 30 ms less for the converter, which otherwise resolves the annotations of all classes.

Only public arguments of attrs are used.  Where lsprotocol was imported before (in tests) nothing changes; where it decorates its classes
in another way than it does now they are made at once, as always.
"""

from __future__ import annotations

import sys
from typing import Any


class _Fields:
    """Stands in a class that is not made yet for the attribute that lists its fields; reading it makes the class."""

    def __get__(self, instance: object, owner: type) -> Any:
        _make(owner)
        return owner.__attrs_attrs__


def _first_init(self: Any, *args: Any, **arguments: Any) -> None:
    _make(type(self))
    self.__init__(*args, **arguments)


def _make(cls: type) -> None:
    import attrs

    del cls.__attrs_attrs__  # type: ignore[attr-defined]
    del cls.__init__  # type: ignore[misc]
    attrs.define(cls, repr=False, eq=False, slots=False)
    # What lsprotocol's converter does for all classes at once.
    attrs.resolve_types(cls, vars(sys.modules["lsprotocol.types"]), {})


def _import_lean() -> None:
    if "lsprotocol.types" in sys.modules:
        return
    import attrs

    define = attrs.define
    fields = _Fields()

    def define_later(cls: type | None = None, **arguments: Any) -> Any:
        if cls is None or arguments or "__init__" in vars(cls) or cls.__bases__ != (object,):
            return define(cls, **arguments)
        cls.__attrs_attrs__ = fields  # type: ignore[attr-defined]
        cls.__init__ = _first_init  # type: ignore[misc]
        return cls

    attrs.define = define_later  # type: ignore[assignment]
    try:
        import lsprotocol.types  # noqa: F401
    finally:
        attrs.define = define
    from lsprotocol import _hooks

    # Each class resolves its own annotations when it is made.  Without this name all are made with the converter: slower, not wrong.
    if hasattr(_hooks, "_resolved_forward_references"):
        _hooks._resolved_forward_references = True


_import_lean()
