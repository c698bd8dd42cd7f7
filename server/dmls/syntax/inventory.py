"""Inventories of Ansible in its INI dialect, with the place of every value; any text gives an answer.

Sections are ``[group]`` with a host a line, ``[group:vars]`` with ``name = value`` a line, ``[group:children]`` with a group a line.  Words of a host
line are split as Python's shlex does, so a ``#`` begins a comment even within a word; in a section of variables it does so only at the start of a line.
A value is a literal of Python where it can be one, and what a template writes of it is its text.
Source: ansible-core lib/ansible/plugins/inventory/ini.py and __init__.py (expand_hostname_range).
"""

from __future__ import annotations

import ast
import re
import string
import warnings
from typing import Iterator, NamedTuple

from dmls.pattern import LazyPattern
from dmls.text import LineIndex, Span

HOSTS, VARS, CHILDREN = "hosts", "vars", "children"
UNGROUPED = "ungrouped"
_SECTION = LazyPattern(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?\Z")
_PORT = LazyPattern(r"([^:]+):(\d+)\Z")
_NO_LITERAL = LazyPattern(r"(?!(?:True|False|None)\s*(?:#|\Z))[A-Za-z_](?!['\"]|[A-Za-z]['\"])|\Z")
_LONGEST_LITERAL = 1000
"""Characters of a value that are looked at as a literal; a longer one is a text."""
MOST_HOSTS = 10_000
"""Hosts that a range may name."""


class Value(NamedTuple):
    """A variable: `text` is what a template would write, `span` the name and the value as they are written."""

    name: str
    text: str
    span: Span


class Host(NamedTuple):
    """A host by the name that the inventory gives it, with the variables of its line; `span` covers the name as written."""

    name: str
    values: tuple[Value, ...]
    span: Span


class Section(NamedTuple):
    """`what` is `HOSTS`, `VARS` or `CHILDREN`; of the three tuples two are empty."""

    group: str
    what: str
    span: Span
    hosts: tuple[Host, ...] = ()
    values: tuple[Value, ...] = ()
    children: tuple[tuple[str, Span], ...] = ()


class Fault(NamedTuple):
    """A line that Ansible refuses.  Codes: section, quote, pair, range."""

    code: str
    span: Span


class Inventory(NamedTuple):
    sections: tuple[Section, ...]
    faults: tuple[Fault, ...]


class _Open:
    """A section that is being read."""

    __slots__ = ("children", "group", "hosts", "span", "values", "what")

    def __init__(self, group: str, what: str, span: Span) -> None:
        self.group, self.what, self.span = group, what, span
        self.hosts: list[Host] = []
        self.values: list[Value] = []
        self.children: list[tuple[str, Span]] = []


def parse(text: str) -> Inventory:
    """All sections in their order; lines that Ansible refuses become faults, and the rest is read on."""
    sections = [_Open(UNGROUPED, HOSTS, Span(0, 0))]
    faults: list[Fault] = []
    lines = LineIndex(text)
    for number in range(len(lines)):
        start, end = lines.line_span(number)
        line = text[start:end]
        body = line.strip().lstrip("\ufeff")
        if not body or body[0] in "#;":
            continue
        start += line.index(body)
        span = Span(start, start + len(body))
        header = _SECTION.match(body)
        here = sections[-1]
        if header is not None:
            what = header.group(2) or HOSTS
            if what not in (HOSTS, VARS, CHILDREN):
                faults.append(Fault("section", span))
                # What follows belongs to nothing.
                what = ""
            sections.append(_Open(header.group(1), what, span))
        elif here.what == VARS:
            name, sign, value = body.partition("=")
            if not sign:
                faults.append(Fault("pair", span))
            else:
                here.values.append(Value(name.strip(), rendered(value.strip()), span))
        elif here.what == CHILDREN:
            name = next(iter(body.partition("#")[0].split()), "")
            here.children.append((name, Span(start, start + len(name))))
        elif here.what == HOSTS:
            here.hosts += _hosts(body, start, faults)
    found = (Section(s.group, s.what, s.span, tuple(s.hosts), tuple(s.values), tuple(s.children)) for s in sections if s.what and (s.hosts or s.span.end))
    return Inventory(tuple(found), tuple(faults))


def rendered(text: str) -> str:
    """What a template writes for a value: a literal of Python in Python's own spelling, any other text as it is."""
    if len(text) > _LONGEST_LITERAL or _NO_LITERAL.match(text):
        return text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return str(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return text


def _hosts(body: str, offset: int, faults: list[Fault]) -> Iterator[Host]:
    """The hosts of a line: one, or several where its name holds a range."""
    words = list(_words(body, offset))
    if not words:
        return
    if words[-1] is None:
        faults.append(Fault("quote", Span(offset, offset + len(body))))
        return
    name, span = words[0] or ("", Span(offset, offset))
    values = []
    for word in words[1:]:
        assert word is not None
        key, sign, value = word[0].partition("=")
        if not sign:
            faults.append(Fault("pair", word[1]))
        else:
            values.append(Value(key, rendered(value), word[1]))
    found = _PORT.match(name)
    if found is not None and "[" not in name:
        name = found.group(1)
        values.insert(0, Value("ansible_port", found.group(2), span))
    try:
        for each in _expanded(name):
            yield Host(each, tuple(values), span)
    except ValueError:
        faults.append(Fault("range", span))


def _words(body: str, offset: int) -> Iterator[tuple[str, Span] | None]:
    """The words of a line with their places, up to a comment; None at the end for a quote that nothing closes."""
    at = 0
    while at < len(body):
        if body[at] in " \t":
            at += 1
            continue
        if body[at] == "#":
            return
        start, parts, quote = at, [], ""
        while at < len(body):
            c = body[at]
            if quote:
                if c == quote:
                    quote = ""
                elif c == "\\" and quote == '"' and body[at + 1 : at + 2] in ('"', "\\"):
                    at += 1
                    parts.append(body[at])
                else:
                    parts.append(c)
            elif c in "'\"":
                quote = c
            elif c == "\\" and at + 1 < len(body):
                at += 1
                parts.append(body[at])
            elif c in " \t#":
                break
            else:
                parts.append(c)
            at += 1
        if quote:
            yield None
            return
        yield "".join(parts), Span(offset + start, offset + at)


def _expanded(name: str) -> list[str]:
    """The names that ranges such as ``w[01:12]``, ``w[a:c]`` and ``w[1:9:2]`` stand for.  Raises ValueError for what is none."""
    if "[" not in name:
        return [name]
    head, _, rest = name.partition("[")
    inner, closed, tail = rest.partition("]")
    bounds = inner.split(":")
    if not closed or len(bounds) not in (2, 3) or not bounds[1]:
        raise ValueError(name)
    first, last = bounds[0] or "0", bounds[1]
    step = int(bounds[2]) if len(bounds) == 3 else 1
    letters = string.ascii_letters
    if re.fullmatch("[a-zA-Z]", first) and re.fullmatch("[a-zA-Z]", last):
        if letters.index(first) > letters.index(last):
            raise ValueError(name)
        middle = list(letters[letters.index(first) : letters.index(last) + 1 : step])
    else:
        width = len(first) if first[0] == "0" and len(first) > 1 else 0
        if (width and len(last) != width) or int(first) > int(last) or int(last) - int(first) > MOST_HOSTS * step:
            raise ValueError(name)
        middle = [str(number).zfill(width) for number in range(int(first), int(last) + 1, step)]
    tails = _expanded(tail)
    if len(middle) * len(tails) > MOST_HOSTS:
        raise ValueError(name)
    return [head + each + end for each in middle for end in tails]
