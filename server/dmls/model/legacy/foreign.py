"""Files near DM's that are none of its kinds, so that a shell can say why nothing is said of them."""

from __future__ import annotations

import re

from dmls.model import kind as kinds
from dmls.model.legacy import dm_v1
from dmls.schema import keys as k
from dmls.schema import legacy
from dmls.schema.load import load

SYNCER, INVENTORY = "syncer", "inventory"
"""A task of the stand-alone dm-syncer in TOML, which DM turns its own tasks into; an inventory of dm-ansible."""
_TOP = r"^\ufeff?[ \t]*\[{0,2}[ \t]*[\"']?([A-Za-z_-]+)"


def foreign(path: str, text: str) -> str:
    """Which of these a file is; "" for any other."""
    if kinds.language_of(path) == "toml":
        return SYNCER if len(_of_syncer() & set(re.findall(_TOP, text, re.M))) > 1 else ""
    return INVENTORY if dm_v1.kind_of(text) == dm_v1.INVENTORY else ""


def _of_syncer() -> set[str]:
    """The keys at the top of a syncer's file that no component has, of whatever version."""
    others = {name for kind in (kinds.MASTER, kinds.WORKER, kinds.DMCTL) for name in load(kind).children}
    others |= {name for kind in (dm_v1.MASTER, dm_v1.WORKER) for parent, name in legacy.keys(kind) if not parent}
    found = {name for parent, name in legacy.keys("subtask") if not parent}
    for units in (k.MYDUMPERS, k.LOADERS, k.SYNCERS):
        # The settings of the units stand at the top there.
        unit = load(kinds.TASK).children[units].item
        found.update(unit.children if unit is not None else ())
    return found - others
