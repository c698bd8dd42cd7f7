"""Where the values come from that DM works with: the places in the file, and what DM did to them.

A `Trace` is filled while `dmls.model.dm.decoded` and `dmls.model.dm.effective` compute the values.  What has no origin there is DM's default.
"""

from __future__ import annotations

from typing import Union

from dmls.named import NamedTuple
from dmls.schema.key import SchemaKey
from dmls.syntax.tree import Element

WRITTEN = "written"
"""It stands in the file."""
NULL = "null"
"""The file says null there, which is the zero value to DM."""
FOR_EMPTY = "for-empty"
"""What is written is empty, so DM takes its default."""
FOR_LOW = "for-low"
"""What is written is zero or less, so DM takes its default."""
RAISED = "raised"
"""What is written is too small, so DM takes the least that it allows."""
CONVERTED = "converted"
"""The same in the words or the unit that DM works with."""
COMPLETED = "completed"
"""DM added or took away a part of what is written."""
TAKEN = "taken"
"""The value of another key counts where this one is empty."""
OVERWRITTEN = "overwritten"
"""The value of another key counts in the place of this one."""
NAMED = "named"
"""The block of that name."""
COMPUTED = "computed"
"""DM makes it of other values."""
RUNTIME = "runtime"
"""DM finds it out when it runs."""
FLAG = "flag"
"""A flag of the command line gives it, so that the file has no say."""
DROPPED = "dropped"
"""What is written has no effect here."""

_AGAINST_FILE = frozenset((FOR_EMPTY, FOR_LOW, DROPPED))
"""These tell that what is written does not count, so there is nothing to tell where nothing is written."""
WAYS = (WRITTEN, NULL, FOR_EMPTY, FOR_LOW, RAISED, CONVERTED, COMPLETED, TAKEN, OVERWRITTEN, NAMED, COMPUTED, RUNTIME, FLAG, DROPPED)


class Origin(NamedTuple):
    """`way` is one of `WAYS`.

    `place` is the key or item of the file for WRITTEN and NULL, `key` its name.  For all other ways `before` is the origin of what was there
    before, None where that was DM's default, and `inputs` are the origins of the other values that it was made of, as far as the file has them.
    """

    way: str
    place: Element | None = None
    key: str = ""
    before: Origin | None = None
    inputs: tuple[Origin, ...] = ()

    @property
    def written(self) -> Origin | None:
        """The place in the file that decided: of the first input, else of what was there before; None where the file has no part in it.

        For DROPPED what is written there.
        """
        if self.place is not None:
            return self
        for origin in (self.before,) if self.way == DROPPED else (*self.inputs, self.before):
            found = origin.written if origin is not None else None
            if found is not None:
                return found
        return None


class Home(NamedTuple):
    """What a block is, wherever it has got to: its schema, its name as ``routes.orders`` where it has one, and where it is written."""

    schema: SchemaKey
    name: str = ""
    place: Element | None = None


Holder = Union["dict[str, object]", "list[object]"]


class Trace:
    """The origins of the values in blocks and lists, which are told apart by what they are and not by what they hold."""

    __slots__ = ("_homes", "_kept", "_origins")

    def __init__(self) -> None:
        self._origins: dict[tuple[int, str | int], Origin] = {}
        self._homes: dict[int, Home] = {}
        self._kept: list[Holder] = []
        """Everything that was asked about, so that nothing else gets its number."""

    def origin(self, holder: Holder, key: str | int) -> Origin | None:
        """Where the value under `key` comes from; None for DM's default."""
        return self._origins.get((id(holder), key))

    def home(self, block: object) -> Home | None:
        return self._homes.get(id(block)) if isinstance(block, (dict, list)) else None

    def note(self, holder: Holder, key: str | int, origin: Origin) -> None:
        self._kept.append(holder)
        self._origins[id(holder), key] = origin

    def settle(self, block: Holder, home: Home) -> None:
        """Note what a block is."""
        self._kept.append(block)
        self._homes[id(block)] = home

    def moved(self, old: Holder, key: str | int, new: Holder, new_key: str | int) -> None:
        """A value goes from one holder to another."""
        found = self.origin(old, key)
        if found is not None:
            self.note(new, new_key, found)

    def copied(self, old: dict[str, object], new: dict[str, object]) -> None:
        """`new` is a copy of `old`."""
        for key in old:
            self.moved(old, key, new, key)
        home = self.home(old)
        if home is not None:
            self.settle(new, home)

    def changed(self, block: dict[str, object], key: str, value: object, way: str, inputs: tuple[tuple[Holder, str], ...]) -> None:
        """DM sets `key` to `value`, made of the values of `inputs`; to be told before it is set."""
        before = self.origin(block, key)
        old = block.get(key)
        if way != OVERWRITTEN and type(old) is type(value) and (old is value or (not isinstance(value, (dict, list)) and old == value)):
            return
        if way in _AGAINST_FILE and before is None:
            return
        found = tuple(o for o in (self.origin(*at) for at in inputs) if o is not None)
        self.note(block, key, Origin(way, None, key, before, found))
