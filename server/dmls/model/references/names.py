"""The named things of a file, and the places that speak of them.

A name is written once where the thing is (its definition) and again wherever it is meant (its uses).  What is a name, the schema says: a value
of the meaning `source-id`, `master-name`, `host-port` …, the keys of a map of the meaning `route-def`, a value of the meaning `route-ref`.
`Occurrence.kind` is that meaning, for both ends the one of the definition (`ROUTE_DEF`, `SOURCE_ID`); addresses of components are `HOST_PORT`.

DM compares names as they are.  Addresses are compared by host, without regard to case, and port; no name is resolved.
"""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple

from dmls.go import host_port
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.tls import endpoint
from dmls.model.tls.allowed_cn import trimmed
from dmls.schema import keys as k
from dmls.schema import semantics as s
from dmls.syntax.tree import Alias, Node, Scalar
from dmls.text import Span

DEFINED_IN: dict[str, tuple[str, ...]] = {
    s.SOURCE_ID: (kinds.SOURCE,),
    s.MASTER_NAME: (kinds.MASTER, kinds.SCRIPT),
    s.WORKER_NAME: (kinds.WORKER, kinds.SCRIPT),
    s.HOST_PORT: (*kinds.COMPONENTS, kinds.SCRIPT),
}
"""By kind of name, the kinds of files that define it for other files; all other names hold in their own file only."""
WRITTEN_IN: dict[str, tuple[str, ...]] = {
    s.SOURCE_ID: (kinds.SOURCE, kinds.TASK),
    s.MASTER_NAME: (kinds.MASTER, kinds.SCRIPT),
    s.WORKER_NAME: (kinds.WORKER, kinds.SCRIPT),
    s.HOST_PORT: (*kinds.COMPONENTS, kinds.DMCTL, kinds.SCRIPT),
}
"""The kinds of files that define such a name or use one of another file.  The names in a topology are those of a deployment to come."""
_SINGLE = frozenset((s.MASTER_NAME, s.WORKER_NAME, s.TASK_NAME))
_LISTENS = frozenset((s.HOST_PORT, s.URL_LIST))
_DIALS = frozenset((s.ADDRESS_LIST, s.MEMBER_LIST))
_DEFINES, _REFERS = "-def", "-ref"
_QUOTED = frozenset(("single", "double", "basic", "literal"))
_TEXT = {
    "yaml": frozenset(("plain", "single", "double", "literal", "folded")),
    "toml": frozenset(("basic", "literal", "multi-basic", "multi-literal")),
    "flags": frozenset(("word", "double-part", "single-part", "mixed")),
}
_PORT = re.compile(r"[0-9]{1,5}\Z")


class Occurrence(NamedTuple):
    """One place where a name is written.

    `span` is the name itself, without quotes, scheme and path where `exact`; else what stands for it, such as a text with escapes or an alias.
    `part` is its place inside the value of `entry`, or inside its key where `is_key`.  `entry` is None once the file is let go of.
    """

    kind: str
    name: str
    span: Span
    is_definition: bool
    entry: Entry | None
    exact: bool
    part: Span
    is_key: bool = False

    @property
    def is_local(self) -> bool:
        """Whether no other file can speak of the thing."""
        return self.kind not in DEFINED_IN


def occurrences(config: ConfigFile) -> list[Occurrence]:
    """All names of a file in the order of the text.

    What an alias or a merge brings to several places occurs at each of them, with equal spans where it is written only once.
    """
    out = [o for entry in in_force(config.root) if entry.schema is not None for o in _of_entry(config, entry)]
    out.sort(key=lambda o: o.span)
    return out


def in_force(root: Entry) -> Iterator[Entry]:
    """The entry and all below it with what merges bring in, but for what a key of the block itself overrules."""
    stack = [root]
    while stack:
        entry = stack.pop()
        yield entry
        stack.extend(reversed(_below(entry)))


def _below(entry: Entry) -> list[Entry]:
    return [*entry.children, *(m for m in entry.merged if entry.get(m.key) is m)] if entry.merged else entry.children


def _of_entry(config: ConfigFile, entry: Entry) -> Iterator[Occurrence]:
    meaning = entry.semantic
    if not meaning:
        return
    if meaning.endswith(_DEFINES):
        for child in _below(entry):
            # A merge is no name, and neither is text that has no colon yet.
            if child.schema is not None and child.raw is not None:
                yield from _whole(config, child, meaning, True, True)
    elif meaning.endswith(_REFERS):
        yield from _whole(config, entry, meaning[: -len(_REFERS)] + _DEFINES, False)
    elif meaning == s.SOURCE_ID:
        yield from _whole(config, entry, meaning, config.kind == kinds.SOURCE)
    elif meaning in _SINGLE:
        yield from _whole(config, entry, meaning, True)
    elif meaning == s.COMMON_NAME:
        for found in _whole(config, entry, meaning, False):
            yield found._replace(name=trimmed(found.name))
    elif meaning in _LISTENS or meaning in _DIALS:
        if config.kind in kinds.COMPONENTS or config.kind == kinds.DMCTL:
            yield from _addresses(config, entry, meaning)


def name_node(occurrence: Occurrence) -> Scalar | None:
    """The scalar in which the name is written, behind an alias the one at the anchor; None where there is none."""
    entry = occurrence.entry
    if entry is None:
        return None
    node = entry.pair.key if occurrence.is_key and entry.pair is not None else entry.node
    return node if isinstance(node, Scalar) else None


def _whole(config: ConfigFile, entry: Entry, kind: str, is_definition: bool, is_key: bool = False) -> Iterator[Occurrence]:
    """The name that is all of a value, or a key."""
    raw: Node | None = entry.pair.key if is_key and entry.pair is not None else entry.raw
    node = raw if is_key else entry.node
    if raw is None or not isinstance(node, Scalar) or node.unterminated or not node.value or (entry.is_null and not is_key):
        return
    if node.style not in _TEXT[config.language]:
        return
    span = config.tree.span(raw)
    exact = False
    if not isinstance(raw, Alias):
        quoted = node.style in _QUOTED or (node.style == "word" and span.of(config.text)[:1] in ("'", '"'))
        inner = Span(span.start + 1, span.end - 1) if quoted else span
        exact = inner.of(config.text) == node.value
        span = inner if exact else span
    yield Occurrence(kind, node.value, span, is_definition, entry, exact, Span(0, len(node.value)), is_key)


def _addresses(config: ConfigFile, entry: Entry, meaning: str) -> Iterator[Occurrence]:
    """The addresses of a value, and the names before them."""
    # The same key is one address in one kind of file and a list of them in another; lists are all cut in the same way.
    key = k.JOIN if meaning == s.ADDRESS_LIST else entry.key
    for item in endpoint.of_entry(config, entry, key):
        if item.name is not None and item.name.strip():
            start = len(item.name) - len(item.name.lstrip())
            yield _piece(item, s.MASTER_NAME, item.name.strip(), start, len(item.name.strip()), False)
        written = item.authority.strip(" \t")
        address = canonical(written)
        if address is not None:
            start = len(item.raw) - len(item.address) + item.authority.index(written)
            yield _piece(item, s.HOST_PORT, address, start, len(written), meaning in _LISTENS)


def _piece(item: endpoint.Endpoint, kind: str, name: str, start: int, length: int, is_definition: bool) -> Occurrence:
    """A name that begins `start` characters behind the beginning of an item."""
    span = Span(item.span.start + start, item.span.start + start + length) if item.exact else item.span
    return Occurrence(kind, name, span, is_definition, item.entry, item.exact, Span(item.at + start, item.at + start + length))


def canonical(address: str) -> str | None:
    """How an address is compared: its host in lower case, and its port; None where one of them is missing, so that nobody can dial it."""
    parts = host_port.split(address)[0]
    if parts is None or not parts.host or not _PORT.match(parts.port) or "@" in address or re.search(r"\s", address):
        return None
    return host_port.join(parts.host.lower(), parts.port)
