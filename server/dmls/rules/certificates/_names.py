"""What the rules about the names that a component allows have in common."""

from __future__ import annotations

from typing import NamedTuple

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.tls.allowed_cn import judged, trimmed
from dmls.model.tls.cert_use import CertUse


class NotFirst(NamedTuple):
    """The first item of a master's list, and the Common Name of its own certificate, which differs."""

    item: Entry
    common_name: str


def own_name(use: CertUse) -> str:
    """The Common Name of the own certificate, "" where there is none or it is not known."""
    return use.leaf.subject.common_name if use.leaf is not None and use.block.on else ""


def not_first(use: CertUse) -> NotFirst | None:
    """Whether a master's etcd refuses the master's own certificate because of the first item.

    None also where another rule tells why: an empty first item, blanks around the right name, a certificate without a name.
    """
    items = judged(use.block)
    name = own_name(use)
    if use.owner != kinds.MASTER or not items or not name:
        return None
    first = trimmed(items[0].text)
    return NotFirst(items[0], name) if first and first != name and items[0].text != name else None
