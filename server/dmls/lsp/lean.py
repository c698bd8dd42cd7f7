"""lsprotocol, imported in half the time.

Importing this module first makes `lsprotocol.types` come up with leaner classes: its 554 attrs classes get no
``__repr__``, no ``__eq__`` and no slots, which nobody in a server process uses, and whose making is most of the import
(attrs compiles each method from source and builds each slotted class twice).  Measured: 440 ms without, 240 ms with.
Only attrs' own arguments are used, and only while that one module is imported; where it was imported before (in tests)
nothing changes.
"""

from __future__ import annotations

import sys


def _import_lean() -> None:
    if "lsprotocol.types" in sys.modules:
        return
    import attrs

    define = attrs.define

    def lean_define(cls=None, **arguments):  # type: ignore[no-untyped-def]
        return define(cls, **{**arguments, "repr": False, "eq": False, "slots": False})

    attrs.define = lean_define  # type: ignore[assignment]
    try:
        import lsprotocol.types  # noqa: F401
    finally:
        attrs.define = define


_import_lean()
