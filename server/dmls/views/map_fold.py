"""A TLS map of hundreds of files made small enough to look at: nodes that nothing tells apart but their names are one.

What tells nodes apart is what is said of them, and which connections they have with which others; so the picture of the folded map is that
of the whole one, drawn with fewer strokes.  The JSON of the map is always whole; pictures, charts and lines of text are made of this.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Iterable, Mapping, Sequence

from dmls.model.kind import DMCTL, MASTER
from dmls.model.tls import link
from dmls.views.map_shown import Json, checks, clip
from dmls.views.tls_map import DATABASE, STATES
from dmls.words.catalogue import sentence

FEW = 8
"""So many nodes that are alike are shown one by one."""
NONE, COARSE = 1, 0
"""Instead of `FEW`: no two that are alike; and besides, only the role and the worst state of a node's connections tell nodes apart."""
_DRAWN = 150
"""Nodes that a picture shows at most where folding can help it."""
_ARROWS = 40
"""More arrows than this run across each other; nodes that are alike are then shown as one, however few."""
_NEVER = (DMCTL, MASTER)
"""Roles that are few, and whose nodes call each other."""


def folded(deployment: Json, locale: str, most: int = FEW) -> Json:
    """The deployment with more than `most` nodes that are alike as one, which has the `members` (ids) and the id of the first of them.

    A deployment in which nothing is to be folded is answered as it is.  The indices of connections stay.
    """
    nodes: list[Json] = deployment["nodes"]
    if len(nodes) <= most:
        return deployment
    classes: Mapping[str, object] = _coarse(deployment) if most == COARSE else _classes(deployment)
    alike: dict[object, list[Json]] = {}
    for node in nodes:
        alike.setdefault(classes[node["id"]], []).append(node)
    first = {n["id"]: group[0]["id"] if _is_many(group, most) else n["id"] for group in alike.values() for n in group}
    if all(first[id] == id for id in first) and most != COARSE:
        return deployment
    shown = []
    for node in nodes:
        group = alike[classes[node["id"]]]
        if first[node["id"]] == node["id"]:
            shown.append(_one_of(group, locale, most) if _is_many(group, most) else node)
    connections = [{**c, "dialer": first[c["dialer"]], "listener": first[c["listener"]]} for c in deployment["connections"]]
    return {**deployment, "nodes": shown, "connections": connections, "lines": _lines({**deployment, "nodes": shown}, first, locale, most)}


def drawn(deployment: Json, locale: str) -> Json:
    """The deployment folded as far as a picture of it can be looked at."""
    found = folded(deployment, locale)
    if len(found["nodes"]) > _DRAWN or _arrows(found) > _ARROWS:
        found = folded(deployment, locale, NONE)
    return found if len(found["nodes"]) <= _DRAWN else folded(deployment, locale, COARSE)


def _arrows(deployment: Json) -> int:
    """How many arrows a picture has: a line that joins all of a role begins or ends at their box."""
    role = {n["id"]: n["role"] for n in deployment["nodes"]}
    count = Counter(role.values())

    def ends(ids: Sequence[str]) -> int:
        return 1 if len(ids) == count[role[ids[0]]] else len(ids)

    return sum(ends(line["dialers"]) * ends(line["listeners"]) for line in deployment["lines"] if role[line["dialers"][0]] != role[line["listeners"][0]])


def _is_many(group: Sequence[Json], most: int) -> bool:
    return len(group) > max(1, most) and (most == COARSE or group[0]["role"] not in _NEVER)


def _classes(deployment: Json) -> dict[str, int]:
    """For each node what it has in common with those that are like it, by refining until nothing more is told apart."""
    nodes: list[Json] = deployment["nodes"]
    numbers = _numbered({n["id"]: (n["role"], tuple(n["text"]), n["id"] if n["findings"] or n["role"] in _NEVER else "") for n in nodes})
    stories = [story(c) for c in deployment["connections"]]
    while True:
        around: dict[str, list[object]] = {n["id"]: [] for n in nodes}
        for connection, told in zip(deployment["connections"], stories, strict=True):
            a, b = connection["dialer"], connection["listener"]
            around[a].append((0, told, numbers[b]))
            around[b].append((1, told, numbers[a]))
        finer = _numbered({id: (numbers[id], frozenset(ends)) for id, ends in around.items()})
        if len(set(finer.values())) == len(set(numbers.values())):
            return finer
        numbers = finer


def _coarse(deployment: Json) -> dict[str, object]:
    """By role and the worst connection; databases also by who calls them, so that sources and tasks stay apart in a picture."""
    role = {n["id"]: n["role"] for n in deployment["nodes"]}
    callers: dict[str, set[str]] = {}
    worst: dict[str, int] = {}
    for connection in deployment["connections"]:
        for id in (connection["dialer"], connection["listener"]):
            worst[id] = min(worst.get(id, len(STATES)), STATES.index(connection["state"]))
        callers.setdefault(connection["listener"], set()).add(role[connection["dialer"]])
    return {id: (own, worst.get(id), frozenset(callers.get(id, ())) if own == DATABASE else None) for id, own in role.items()}


def _numbered(keys: dict[str, tuple[object, ...]]) -> dict[str, int]:
    numbers: dict[tuple[object, ...], int] = {}
    return {id: numbers.setdefault(key, len(numbers)) for id, key in keys.items()}


def story(connection: Json) -> tuple[Any, ...]:
    """What two connections have in common that are drawn as one."""
    failed = tuple((s["side"], s["what"]) for s in connection["steps"] if not s["ok"])
    names = tuple(connection["client_names"]), tuple(connection["server_names"])
    checked = connection["client_verified"], connection["server_verified"], connection["host_checked"]
    return connection["pair"], connection["state"], *checked, *names, failed, tuple(sorted({f["rule"] for f in connection["findings"]}))


def _one_of(group: Sequence[Json], locale: str, most: int) -> Json:
    """One node for all of a group; where others stand their names."""
    names = [clip(n["name"], 40) for n in group]
    listed = sentence("cli.comma", {}, locale).join(names) if len(names) <= 2 else f"{names[0]} … {names[-1]}"
    facts = group[0]["text"] if most != COARSE or all(n["text"] == group[0]["text"] for n in group) else []
    findings = [f for n in group for f in n["findings"]]
    return {**group[0], "name": _many(group[0]["role"], len(group), locale), "address": listed, "text": facts, "findings": findings, "members": [n["id"] for n in group]}


def _many(role: str, count: int, locale: str) -> str:
    return sentence(f"map.many-{role}", {"count": count}, locale)


def _lines(deployment: Json, first: dict[str, str], locale: str, most: int) -> list[Json]:
    """Lines that now join the same nodes and have one story, as one; those with both ends as they were stay as they are."""
    nodes = {n["id"]: n for n in deployment["nodes"]}
    found: dict[object, list[Json]] = {}
    for line in deployment["lines"]:
        dialers, listeners = (tuple(dict.fromkeys(first[i] for i in line[side])) for side in ("dialers", "listeners"))
        told = story(deployment["connections"][line["connections"][0]])
        # Lines within a role have titles of their own.
        found.setdefault((dialers, listeners, told if most != COARSE else (told[0], told[1])), []).append({**line, "dialers": list(dialers), "listeners": list(listeners)})
    lines = []
    for parts in found.values():
        line = parts[0]
        if len(parts) > 1:
            sides = [_side([nodes[i] for i in line[side]], deployment["nodes"], locale) for side in ("dialers", "listeners")]
            connections = sorted(i for part in parts for i in part["connections"])
            about = deployment["connections"][connections[0]]
            told = checks(about, {link.DIALER: sides[0], link.LISTENER: sides[1]}, locale)
            title = f"{sides[0]} → {sides[1]}" if line["dialers"] != line["listeners"] else sides[0]
            line = {**line, "text": title, "checks": told if most != COARSE else told[:1], "connections": connections}
        lines.append(line)
    return lines


def _side(ends: Sequence[Json], nodes: Iterable[Json], locale: str) -> str:
    """One end of a line in words."""
    role = ends[0]["role"]
    count = sum(len(n.get("members", ".")) for n in ends)
    if count > 1 and count == sum(len(n.get("members", ".")) for n in nodes if n["role"] == role):
        return sentence(f"map.all-{role}", {"count": count}, locale)
    return sentence("cli.comma", {}, locale).join(clip(n["name"]) for n in ends)


__all__ = ["COARSE", "FEW", "NONE", "drawn", "folded", "story"]
