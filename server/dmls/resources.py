"""Data files that ship with the package: schemas and words.

They are part of the program, not of the user's disk, so reading them is no input or output in the sense of the layers.
In an installed wheel they lie inside the package; in a checkout the schemas lie in the folder `schemas/`.
"""

from __future__ import annotations

from importlib.machinery import SourceFileLoader

_PACKAGE = __file__.rpartition("/")[0] if "/" in __file__ else __file__.rpartition("\\")[0]
_loader = SourceFileLoader("dmls.resources", __file__)


def read(name: str) -> bytes:
    """The bytes of a data file, named relative to the package (`words/en.toml`, `schemas/task.schema.json`).

    Raises FileNotFoundError for a name that is not shipped.
    """
    try:
        return _loader.get_data(f"{_PACKAGE}/{name}")
    except FileNotFoundError:
        return _loader.get_data(f"{_PACKAGE}/../../{name}")
