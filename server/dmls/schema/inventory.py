"""What the variables of dm-ansible's inventories mean and where they live on.  The table is `schemas/inventory.json`.

dm-ansible is what deployed DM 1.0; its defaults are those of group_vars and roles of pingcap/dm v1.0.7, dm/dm-ansible.
"""

from __future__ import annotations

from functools import cache
from typing import Mapping, NamedTuple

from dmls.schema import keys as k
from dmls.schema.load import document

ANY = "*"
"""In the place of a list of a topology: the list that the host is in."""
CLUSTER = "cluster"
"""The target of the variable that names the cluster."""
LOG_FILE = k.LOG_FILE
"""The kind of a target that is the name of a log file in its folder, with the list of the topology behind the colon."""
_OF_ANSIBLE = "ansible_"


class Variable(NamedTuple):
    """`to` is ``kind:path``, or `CLUSTER`, "" where nothing takes its place; a path of a topology begins with a list, or `ANY`.

    `default` is what dm-ansible takes where the variable is absent, None where it needs one.
    """

    name: str
    to: str
    default: str | None


@cache
def groups() -> Mapping[str, str]:
    """The groups by name, each with the list of a topology that its hosts go to, "" for none."""
    table = document("inventory.json")["groups"]
    return {name: str(to or "") for name, to in table.items()} if isinstance(table, dict) else {}


@cache
def variables() -> Mapping[str, Variable]:
    """All by name."""
    out = {}
    rows = document("inventory.json")["variables"]
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            default = row.get("default")
            out[str(row["name"])] = Variable(str(row["name"]), str(row.get("to", "")), default if isinstance(default, str) else None)
    return out


def is_of_ansible(name: str) -> bool:
    """Whether it only tells Ansible how to reach a machine."""
    return name.startswith(_OF_ANSIBLE) and not (name in variables() and variables()[name].to)


@cache
def names_of(to: str) -> tuple[str, ...]:
    """The variables with this target."""
    return tuple(v.name for v in variables().values() if v.to == to)
