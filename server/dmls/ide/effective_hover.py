"""What DM makes of the place under the cursor: what an instance gets, who uses a named block, what becomes of a value."""

from __future__ import annotations

from functools import lru_cache
from typing import Iterator, NamedTuple

from dmls.ide import effective as e
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm import origin as o
from dmls.model.dm import task_parts
from dmls.private import MASK
from dmls.schema import keys as k
from dmls.schema import semantics as s
from dmls.text import Span
from dmls.version import Version
from dmls.words.catalogue import sentence

MOST_LINES = 40
"""Lines of a block in a hover; what follows is told in the document of `dmls show`."""
MOST_PLACES = 8
"""Values that one key decides, of which a hover tells."""
MOST_INSTANCES = 300
"""With more it takes too long to wait for, unless the place concerns few of them; `dmls show` tells of any number."""
_DEFINES, _REFERS = "-def", "-ref"


class _Found(NamedTuple):
    """A value and the way to it, from the instance on where it lies in one."""

    instance: str
    path: str
    item: e.Item


@lru_cache(maxsize=2)
def _shown(config: ConfigFile, version: Version, only: frozenset[int] | None) -> e.Item:
    """Kept, since people hover over one place after another of the same text."""
    return e.shown(config, version, only)


def _concerned(config: ConfigFile, entry: Entry) -> frozenset[int] | None:
    """The numbers of the instances that a place of a long task concerns; None where that is not known."""
    if entry.semantic.endswith(_REFERS):
        block = _named(config, entry)
        return _users(config, block) if block is not None else None
    step: Entry | None = entry
    while step is not None and step.parent is not None:
        if step.parent.semantic.endswith(_DEFINES):
            return _users(config, step)
        if step.parent is config.get(k.MYSQL_INSTANCES):
            return frozenset((step.index,))
        step = step.parent
    return None


def _users(config: ConfigFile, block: Entry) -> frozenset[int]:
    return frozenset(
        number
        for reference in task_parts.REFERENCES
        if task_parts.blocks(config, reference.home).get(block.name) is block
        for number, _, listed in task_parts.named(config, reference)
        if any(name.text == block.name for name in listed)
    )


def markdown(config: ConfigFile, entry: Entry, version: Version, locale: str) -> str:
    """What is to be told of the key or value of an entry, "" where that is nothing."""
    if config.kind not in kinds.KINDS or entry.schema is None or entry.secret:
        return ""
    only = None
    if len(task_parts.instances(config)) > MOST_INSTANCES:
        only = _concerned(config, entry)
        if only is None or len(only) > MOST_INSTANCES:
            return ""
    shown = _shown(config, version, only)
    lines = config.tree.lines
    place = sentence("show.line", {}, locale)
    teller = e.Teller(version, locale, lambda span: place.format(line=lines.line_of(span.start) + 1))
    if entry.semantic == s.SOURCE_ID and config.kind == kinds.TASK:
        return _instance(config, entry, shown, teller)
    if entry.semantic.endswith(_REFERS):
        return _block(config, _named(config, entry), shown, teller)
    if entry.parent is not None and entry.parent.semantic.endswith(_DEFINES):
        return _block(config, entry, shown, teller)
    if entry.pair is None and entry.parent is not None:
        # Of a list as a whole is told at its key.
        return ""
    return _value(config, entry, shown, teller)


def _instance(config: ConfigFile, entry: Entry, shown: e.Item, teller: e.Teller) -> str:
    found = shown.at(k.MYSQL_INSTANCES)
    for item in found.items if found is not None else ():
        own = item.at(k.SOURCE_ID)
        if own is not None and own.source is not None and own.source.span == config.key_span(entry):
            return _told(teller, "ide.instance-gets", {"instance": _code(entry.text)}, item)
    return ""


def _told(teller: e.Teller, message: str, args: dict[str, object], item: e.Item) -> str:
    lines = e.yaml_lines(item, teller, own_only=True)
    if not lines:
        return sentence(f"{message}-default", args, teller.locale) + "\n\n---\n\n"
    cut = lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        cut.append(f"# {sentence('ide.and-more', {'count': len(lines) - MOST_LINES}, teller.locale)}")
    body = "\n".join(cut).replace("```", "'''")
    return f"{sentence(message, args, teller.locale)}\n\n```yaml\n{body}\n```\n\n---\n\n"


def _named(config: ConfigFile, entry: Entry) -> Entry | None:
    """The block that a name means."""
    kind = entry.semantic[: -len(_REFERS)] + _DEFINES
    for reference in task_parts.REFERENCES:
        home = config.root.schema.child(reference.home) if config.root.schema is not None else None
        if home is not None and home.semantic == kind:
            return task_parts.blocks(config, reference.home).get(entry.text)
    return None


def _block(config: ConfigFile, block: Entry | None, whole: e.Item, teller: e.Teller) -> str:
    """What a named block holds and who gets it."""
    if block is None or config.kind != kinds.TASK:
        return ""
    span = config.key_span(block)
    users: dict[str, None] = {}
    shown: e.Item | None = None
    for found in _walk(whole, "", ""):
        if found.item.home is not None and found.item.home.span == span and found.instance:
            users[found.instance] = None
            shown = shown or found.item
    if shown is None:
        return ""
    names = _names(teller, list(users))
    return _told(teller, "ide.block-gets", {"name": _code(block.name), "users": names}, shown)


def _value(config: ConfigFile, entry: Entry, shown: e.Item, teller: e.Teller) -> str:
    """What becomes of a value: which instances get it, or what they get in its place."""
    span = config.key_span(entry)
    found = [f for f in _walk(shown, "", "") if _decides(f.item, span)]
    rows = [f for f in found if _tells(f.item, span)]
    if not rows and not any(f.instance for f in found):
        return ""
    if not rows:
        within = entry.parent
        while within is not None and not (within.parent is not None and within.parent.semantic.endswith(_DEFINES)):
            within = within.parent
        if within is None:
            return ""
        names = _names(teller, list(dict.fromkeys(f.instance for f in found if f.instance)))
        return sentence("ide.counts-for", {"users": names}, teller.locale) + "\n\n---\n\n"
    out = [sentence("ide.dm-works-with", {}, teller.locale), ""]
    for f in found[:MOST_PLACES]:
        value = (f.item.value if isinstance(f.item.value, str) and f.item.value else e.yaml_scalar(f.item.value)) if f.item.form == e.SCALAR else "…"
        if f.item.form != e.SCALAR and not f.item.items:
            value = teller.say("unset")
        whom = f"{_code(f.instance)}: " if f.instance else ""
        origin = teller.origin(f.item)
        out.append(f"- {whom}{_code(f.path)} = {_code(value)} ({origin})" if f.item.value != MASK else f"- {whom}{_code(f.path)} ({origin})")
    if len(found) > MOST_PLACES:
        out.append(f"- {sentence('ide.and-more', {'count': len(found) - MOST_PLACES}, teller.locale)}")
    return "\n".join(out) + "\n\n---\n\n"


def _names(teller: e.Teller, names: list[str]) -> str:
    comma = teller.say("comma")
    text = comma.join(_code(name) for name in names[:MOST_PLACES])
    return text + (comma + sentence("ide.and-more", {"count": len(names) - MOST_PLACES}, teller.locale) if len(names) > MOST_PLACES else "")


def _decides(item: e.Item, span: Span) -> bool:
    return any(source is not None and source.span == span for source in (item.source, item.before))


def _tells(item: e.Item, span: Span) -> bool:
    """Whether something else comes of a value than what is written at its own key; what the words of a value mean is told elsewhere."""
    return item.way not in (o.WRITTEN, o.NULL, o.NAMED, o.CONVERTED)


def _walk(item: e.Item, path: str, instance: str) -> Iterator[_Found]:
    """Every value with the way to it."""
    for number, below in enumerate(item.items):
        if below.key:
            at = f"{path}.{below.key}" if path else below.key
        else:
            at = f"{path}[{number}]"
        whose = instance
        if item.key == k.MYSQL_INSTANCES and not path.partition(".")[2]:
            own = below.at(k.SOURCE_ID)
            whose, at = (own.value if own is not None and isinstance(own.value, str) else ""), ""
        yield _Found(whose, at, below)
        yield from _walk(below, at, whose)


def _code(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"
