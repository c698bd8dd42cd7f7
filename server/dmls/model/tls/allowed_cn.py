"""What the items of `cert-allowed-cn` say, and to whom.

DM's own check trims each item and compares it with the Common Name of every certificate of a verified chain
(tidb: pkg/util/security.go); the etcd inside a master takes the first item only, untrimmed, and compares it with the leaf
(etcd: client/pkg/transport/listener.go).  Both compare whole names, with regard to case.
"""

from __future__ import annotations

import re

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.tls_block import TlsBlock
from dmls.pattern import LazyPattern
from dmls.syntax.tree import Scalar

_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Go's strings.TrimSpace takes away; Python's `strip` would take U+001C to U+001F as well."""

_ATTRIBUTE = r"(?:CN|OU|O|C|ST|L|DC|UID|SERIALNUMBER|STREET|EMAILADDRESS)"
_DN = LazyPattern(rf"(?:subject\s*[=:]\s*)?/?\s*{_ATTRIBUTE}\s*=", re.I)
_CN = LazyPattern(r"(?:^|[,/+;=:]|\s)\s*CN\s*=\s*([^,/+;]*)", re.I)


NO_TEXT = ("integer", "float", "boolean", "datetime", "junk")
"""Styles of TOML values that the decoder refuses in a list of strings."""

SEPARATOR = LazyPattern("[,;]")
"""What people put between names."""


def trimmed(name: str) -> str:
    """The name as DM's own check compares it."""
    return name.strip(_SPACE)


def looks_like_dn(name: str) -> bool:
    """Whether the text is a distinguished name, as openssl prints it, rather than a Common Name."""
    return _DN.match(trimmed(name)) is not None


def holds_several(name: str) -> bool:
    """Whether the text looks like several names in one."""
    return SEPARATOR.search(name) is not None


def common_name_of(dn: str) -> str | None:
    """The Common Name in a distinguished name; None where it holds none or several."""
    found = [trimmed(m) for m in _CN.findall(dn)]
    return found[0] if len(found) == 1 and found[0] else None


def judged(block: TlsBlock) -> list[Entry]:
    """The items that are worth judging one by one.

    None where the whole list is the mistake: without TLS it has no effect, and in a source it stops relay and sync.  dmctl
    takes its certificates from the command line, so its list always counts.
    """
    if block.owner == kinds.SOURCE or not (block.on or block.owner == kinds.DMCTL):
        return []
    return [item for item in block.names if isinstance(item.node, Scalar) and item.node.style not in NO_TEXT]


def guards_ports(block: TlsBlock, item: Entry) -> bool:
    """Whether the item is the one that a master's etcd compares with."""
    return block.owner == kinds.MASTER and item.index == 0


_SAME = str.maketrans({"_": "-", **dict.fromkeys(_SPACE, "-")})
_NO_SPACE = str.maketrans(dict.fromkeys(_SPACE))


def is_near(name: str, common_name: str) -> bool:
    """Whether two different names are equal up to case, blanks, and hyphens or underscores."""
    if name == common_name or not trimmed(name) or not trimmed(common_name):
        return False
    return not _plain(name).isdisjoint(_plain(common_name))


def _plain(name: str) -> set[str]:
    """The name without what people confuse; a blank may stand for a hyphen or for nothing."""
    name = trimmed(name).casefold()
    return {name.translate(_SAME), name.translate(_NO_SPACE).replace("_", "-")}
