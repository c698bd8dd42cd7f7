"""What an inventory of dm-ansible and the files of variables beside it say of each machine.

Of one variable that is set in several places Ansible takes, from weak to strong: the defaults of dm-ansible, ``[all:vars]``, ``[group:vars]`` (a
group within another one wins over it), ``group_vars/all``, ``group_vars/<group>``, the host's line, ``host_vars/<host>``.  Templates in values are filled
where they only name other variables.
"""

from __future__ import annotations

import re
from typing import Iterable, Mapping, NamedTuple, Sequence

from dmls.pattern import LazyPattern
from dmls.schema import inventory as table
from dmls.syntax.inventory import CHILDREN, HOSTS, VARS, Inventory
from dmls.syntax.tree import Mapping as MappingNode
from dmls.syntax.tree import Scalar, is_null
from dmls.text import Span

ALL = "all"
_TEMPLATE = LazyPattern(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_DEPTH = 8
"""How often templates are filled that fill templates; a ring of them ends here."""


class Given(NamedTuple):
    """A variable that a person set: what a template writes of it, and where it stands."""

    name: str
    text: str
    file: str
    span: Span


class VarsFile(NamedTuple):
    """A file of variables: `scope` is "group" or "host", `of` its name."""

    scope: str
    of: str
    values: tuple[Given, ...]


class Machine(NamedTuple):
    """A host in one of the groups of `schemas/inventory.json`; `list` is the list of a topology that it goes to, "" for none.

    `asked` remembers, for all machines of an inventory, which variables were asked for.
    """

    group: str
    list: str
    name: str
    file: str
    span: Span
    given: Mapping[str, Given]
    asked: set[Given]

    def var(self, *names: str) -> str | None:
        """The value of the first of these variables that is set, with its default; None where all are absent, or their templates cannot be filled."""
        for name in names:
            if name in self.given:
                self.asked.add(self.given[name])
                return self.filled(self.given[name].text)
        for name in names:
            known = table.variables().get(name)
            if known is not None and known.default is not None:
                return self.filled(known.default)
        return None

    def filled(self, text: str) -> str | None:
        """A text with its templates filled; None where one of them is more than a name, or names what is not set."""
        for _ in range(_DEPTH):
            if "{{" not in text and "{%" not in text:
                return text
            missing = False

            def value(found: re.Match[str]) -> str:
                nonlocal missing
                name = found.group(1)
                known = table.variables().get(name)
                if name in self.given:
                    self.asked.add(self.given[name])
                    return self.given[name].text
                missing = missing or known is None or known.default is None
                return (known.default or "") if known is not None else ""

            new = _TEMPLATE.sub(value, text)
            if missing or new == text:
                return None
            text = new
        return None


def vars_file(scope: str, of: str, path: str, text: str) -> VarsFile:
    """The variables of a YAML file below group_vars or host_vars; lists and blocks are kept as an empty text that a template cannot fill."""
    from dmls.syntax import yaml

    tree = yaml.parse(text)
    values = []
    if isinstance(tree.root, MappingNode):
        for pair in tree.root.pairs:
            node = pair.value
            words = node.value if isinstance(node, Scalar) and not is_null(node) else "" if node is None or is_null(node) else "{%"
            values.append(Given(pair.name, words, path, tree.span(pair)))
    return VarsFile(scope, of, tuple(values))


def machines(inventory: Inventory, path: str, beside: Iterable[VarsFile] = ()) -> list[Machine]:
    """The hosts of the groups that dm-ansible knows, in the order of the groups and of the text."""
    files = list(beside)
    own: dict[str, dict[str, Given]] = {}
    members: dict[str, dict[str, Span]] = {}
    lines: dict[str, dict[str, Given]] = {}
    children: dict[str, list[str]] = {}
    for section in inventory.sections:
        if section.what == VARS:
            own.setdefault(section.group, {}).update({v.name: Given(v.name, v.text, path, v.span) for v in section.values})
        elif section.what == CHILDREN:
            children.setdefault(section.group, []).extend(name for name, _ in section.children)
        elif section.what == HOSTS:
            for host in section.hosts:
                members.setdefault(section.group, {}).setdefault(host.name, host.span)
                lines.setdefault(host.name, {}).update({v.name: Given(v.name, v.text, path, v.span) for v in host.values})
    out = []
    asked: set[Given] = set()
    for group, target in table.groups().items():
        for name, span in _members(group, members, children).items():
            above = _above(name, members, children)
            given: dict[str, Given] = {}
            for each in (ALL, *above):
                given.update(own.get(each, {}))
            for each in (ALL, *above):
                for file in files:
                    if file.scope == "group" and file.of == each:
                        given.update({v.name: v for v in file.values})
            given.update(lines.get(name, {}))
            for file in files:
                if file.scope == "host" and file.of == name:
                    given.update({v.name: v for v in file.values})
            out.append(Machine(group, target, name, path, span, given, asked))
    return out


def all_given(inventory: Inventory, path: str, beside: Iterable[VarsFile] = ()) -> list[Given]:
    """Every variable that is set anywhere, in the order of the files and of the text."""
    out = []
    for section in inventory.sections:
        out += [Given(v.name, v.text, path, v.span) for v in section.values]
        out += [Given(v.name, v.text, path, v.span) for host in section.hosts for v in host.values]
    found = {(g.name, g.span): g for g in out}
    return [*found.values(), *(v for file in beside for v in file.values)]


def for_all(inventory: Inventory, path: str, beside: Iterable[VarsFile] = ()) -> dict[str, Given]:
    """The variables that are set for all machines at once."""
    found = {v.name: Given(v.name, v.text, path, v.span) for section in inventory.sections if section.group == ALL for v in section.values}
    for file in beside:
        if file.scope == "group" and file.of == ALL:
            found.update({v.name: v for v in file.values})
    return found


def _members(group: str, members: Mapping[str, Mapping[str, Span]], children: Mapping[str, Sequence[str]]) -> dict[str, Span]:
    """The hosts of a group and of the groups in it."""
    found: dict[str, Span] = {}
    seen, rest = set(), [group]
    while rest:
        each = rest.pop(0)
        if each in seen:
            continue
        seen.add(each)
        for name, span in members.get(each, {}).items():
            found.setdefault(name, span)
        rest.extend(children.get(each, ()))
    return found


def _above(host: str, members: Mapping[str, Mapping[str, Span]], children: Mapping[str, Sequence[str]]) -> list[str]:
    """The groups of a host, the outermost first."""
    depth: dict[str, int] = {}
    level = [group for group, names in members.items() if host in names]
    number = 0
    while level and number < 50:
        for group in level:
            depth[group] = max(depth.get(group, 0), number)
        level = [group for group, inner in children.items() if any(name in level for name in inner)]
        number += 1
    return [group for group in sorted(depth, key=lambda g: (-depth[g], g)) if group != ALL]
