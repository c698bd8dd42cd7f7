"""The TLS map as lines of text, each with the place in a file that it is about."""

from __future__ import annotations

from typing import Any, Callable, Iterator, NamedTuple

from dmls.views.map_fold import folded
from dmls.views.map_shown import Json, clip
from dmls.width import padded, width, wrapped
from dmls.words.catalogue import sentence

STRONG, FAINT = "1", "2"
COLOURS = {"fails": "31", "plaintext": "33", "unknown": "35", "encrypted": "32"}
MARKS = {"fails": "✗", "plaintext": "○", "unknown": "?", "encrypted": "✓"}
_COLUMNS = 98
"""So wide a line becomes at most, where nothing in it is longer by itself."""
_MOST = 6
"""Connections of one line whose errors are told; the others say the same of other names."""


class TextLine(NamedTuple):
    """`parts` are texts, each with its colour ("" for none); `place` has a file and a range, None where the line is about no place."""

    parts: tuple[tuple[str, str], ...]
    place: Json | None = None

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.parts)


def text_lines(found: Json, locale: str) -> list[TextLine]:
    """The whole map."""
    return list(_lines(found, locale, lambda message, **args: sentence(f"map.{message}" if message != "comma" else "cli.comma", args, locale)))


def where(place: Json) -> str:
    """``file:line key`` for people, the line counted from 1."""
    return f"{clip(place['file'], 200)}:{place['range']['start']['line'] + 1}" + (f" {place['key']}" if place.get("key") else "")


def _lines(found: Json, locale: str, say: Callable[..., str]) -> Iterator[TextLine]:
    yield TextLine(((STRONG, say("title")), ("", f" · {say('for-version', version=found['dm_version'])}" + (f" · {found['at'][:10]}" if found["at"] else ""))))
    yield TextLine((("", found["text"]),))
    for deployment in (folded(d, locale) for d in found["deployments"]):
        yield TextLine(())
        yield TextLine(((STRONG, clip(deployment["name"] or deployment["folder"], 200)),))
        yield from _nodes(deployment["nodes"], say)
        yield TextLine(())
        for line in deployment["lines"]:
            yield from _line(line, [deployment["connections"][i] for i in line["connections"]], say)
    if found["alone"]:
        yield TextLine(())
        yield TextLine(((STRONG, say("alone")),))
        yield from _nodes(found["alone"], say)
        yield TextLine((("", "  "), (FAINT, say("alone-why"))))


def _nodes(nodes: list[Json], say: Callable[..., str]) -> Iterator[TextLine]:
    rows = [(say(f"role-{n['role']}"), clip(n["name"], 40), clip(n["address"], 40) if n["address"] != n["name"] else "", " · ".join(n["text"]), n) for n in nodes]
    columns = [max(width(row[i]) for row in rows) for i in range(3)] if rows else []
    for role, name, address, facts, node in rows:
        head = f"  {padded(role, columns[0])}  "
        yield TextLine((("", head), (STRONG, padded(name, columns[1])), ("", f"  {padded(address, columns[2])}  {facts}".rstrip())), node["place"])
        for finding in node["findings"]:
            if finding["severity"] in ("error", "warning"):
                yield from _finding(finding)


def _finding(finding: Json) -> Iterator[TextLine]:
    yield from _wrapped(f"{finding['rule']}: {clip(finding['message'], 800)}", "    ", "", finding)


def _line(line: Json, connections: list[Json], say: Callable[..., str]) -> Iterator[TextLine]:
    first = connections[0]
    comma = say("comma")
    state = line["state"]
    places = list({where(p): p for c in connections for p in c["places"]}.values())
    count = f" ({len(connections)})" if len(connections) > 1 else ""
    title = line["text"] + count if len(connections) > 1 else first["title"]
    yield TextLine((("", "  "), (COLOURS[state], f"{MARKS[state]} {say(f'state-{state}')}"), ("", f"  {title}")), places[0] if places else None)
    checks = line["checks"][1:]
    if checks:
        yield from _wrapped(comma.join(checks), "    ", FAINT)
    errors = list(dict.fromkeys(text for c in connections[:_MOST] for text in c["errors"]))
    for text in errors:
        yield from _wrapped(clip(text, 800), "    ", "")
    findings = {(f["rule"], f["file"], str(f["range"])): f for c in connections for f in c["findings"]}
    for finding in findings.values():
        yield from _finding(finding)
    for place in places[:_MOST] if state != "encrypted" else ():
        yield TextLine((("", "    "), (FAINT, f"{say('decided-by')} {where(place)}")), place)


def _wrapped(text: str, indent: str, colour: str, place: Any = None) -> Iterator[TextLine]:
    for part in wrapped(text, _COLUMNS - len(indent)):
        yield TextLine((("", indent), (colour, part)), place)
