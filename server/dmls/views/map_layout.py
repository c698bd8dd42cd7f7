"""Where everything of a TLS map stands in a picture, in pixels.

Columns are given by what DM is: who calls stands left of who is called.  In which order the nodes of a column stand, and how far apart, grandalf
finds: it is the layered layout (Sugiyama, Brandes and Köpf) in plain Python.  Lines within a role become labels in the heading of its box.
"""

from __future__ import annotations

from math import hypot
from typing import Iterator, NamedTuple, Sequence

from dmls.model import kind as kinds
from dmls.views.map_shown import Json
from dmls.views.tls_map import DATABASE

WIDTH, HEIGHT = 236, 92
"""Of a node."""
MARK = 9
"""How far the mark of a line reaches from its middle."""
_COLUMN = {kinds.DMCTL: 0, kinds.MASTER: 1, kinds.WORKER: 2, kinds.SOURCE: 3, kinds.TASK: 3, DATABASE: 4}
_BETWEEN = 140
"""From column to column, for the lines."""
_GAP = 18
_PAD = 14
_TITLE, LABEL = 26, 24
"""Heights of the heading of a box and of a label in it."""
_MARGIN = 16
_PORT = 24
"""At most from one curve to the next at the border that they meet at."""
_SHARES = (0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75, 0.2, 0.8, 0.16, 0.84)
"""Where on a curve its mark may stand, the best place first."""


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


class Curve(NamedTuple):
    """A cubic curve; its ends are at the borders of what it joins.  Its mark stands at `share` of it."""

    x1: float
    y1: float
    x2: float
    y2: float
    share: float = 0.5

    @property
    def path(self) -> str:
        bend = (self.x2 - self.x1) / 2
        return f"M{self.x1:.0f} {self.y1:.0f}C{self.x1 + bend:.0f} {self.y1:.0f} {self.x2 - bend:.0f} {self.y2:.0f} {self.x2:.0f} {self.y2:.0f}"

    def at(self, t: float) -> tuple[float, float]:
        u = 1 - t
        x = self.x1 + (self.x2 - self.x1) * (1.5 * u * u * t + 1.5 * u * t * t + t**3)
        return x, self.y1 * (u**3 + 3 * u * u * t) + self.y2 * (3 * u * t * t + t**3)

    @property
    def mark(self) -> tuple[float, float]:
        return self.at(self.share)


class End(NamedTuple):
    """What curves end at: a node, or the box of a role with the middle of its nodes."""

    box: Box
    middle: float


class Group(NamedTuple):
    """The box around the nodes of a role; `labels` are the lines within it with the places of their texts."""

    role: str
    box: Box
    labels: tuple[tuple[int, Box], ...]


class Picture(NamedTuple):
    """Of what is connected in a deployment: `nodes` by id, `curves` by the index of the line."""

    width: float
    height: float
    nodes: dict[str, Box]
    groups: tuple[Group, ...]
    curves: dict[int, tuple[Curve, ...]]


_HALVES = ((kinds.DMCTL, kinds.MASTER, kinds.WORKER), (kinds.SOURCE, kinds.TASK, DATABASE))
"""No line joins a component with a database of a source or a task: each half is a picture of its own, which stand side by side where there is room."""


def pictures(deployment: Json) -> list[Picture]:
    """The pictures that make a deployment; the role of each node tells in which it is."""
    here = {n["role"] for n in deployment["nodes"]}
    return [_picture(deployment, roles) for roles in _HALVES if here.intersection(roles)]


def _picture(deployment: Json, roles: Sequence[str]) -> Picture:
    nodes: list[Json] = [n for n in deployment["nodes"] if n["role"] in roles]
    role = {n["id"]: n["role"] for n in nodes}
    of_role = {r: [id for id, own in role.items() if own == r] for r in roles}
    lines = [(i, line) for i, line in enumerate(deployment["lines"]) if line["dialers"][0] in role]
    inner: dict[str, list[int]] = {}
    for i, line in lines:
        first, second = role[line["dialers"][0]], role[line["listeners"][0]]
        if first == second:
            inner.setdefault(first, []).append(i)
    edges = [(c["dialer"], c["listener"]) for c in deployment["connections"] if c["dialer"] in role and role[c["dialer"]] != role[c["listener"]]]
    parts = list(_parts(list(role), edges, role))
    boxed = {r for r in roles if r != DATABASE and (len(of_role[r]) > 1 or r in inner)}
    head = {r: _TITLE + LABEL * len(inner.get(r, ())) + _PAD if r in boxed else 0 for r in roles}
    columns = sorted({_COLUMN[r] for r in role.values()})
    left = {c: _MARGIN + _PAD + i * (WIDTH + _BETWEEN) for i, c in enumerate(columns)}
    places: dict[str, Box] = {}
    at: float = 0
    before = ""
    for part in parts:
        first = role[part[0][0]]
        if before not in ("", first) and boxed & {before, first}:
            at += head[first] + _PAD
        before = first
        for id, y in part:
            places[id] = Box(left[_COLUMN[role[id]]], at + y, WIDTH, HEIGHT)
        at += max(y for _, y in part) + HEIGHT + _GAP
    # What stands highest, a node or the heading of a box, is at the margin.
    down = _MARGIN - min(places[id].y - head[own] for id, own in role.items())
    places = {id: box._replace(y=box.y + down) for id, box in places.items()}
    groups = tuple(_group(r, [places[i] for i in of_role[r]], inner.get(r, ()), head[r]) for r in roles if r in boxed)
    frames = {g.role: g.box for g in groups}
    joined = []
    for i, line in lines:
        if role[line["dialers"][0]] != role[line["listeners"][0]]:
            ends = [_ends(line[side], of_role, frames, places, role) for side in ("dialers", "listeners")]
            joined += [(i, a, b) for a in ends[0] for b in ends[1]]
    all_boxes = [*places.values(), *frames.values()]
    return Picture(max(b.right for b in all_boxes) + _MARGIN, max(b.bottom for b in all_boxes) + _MARGIN, places, groups, _curves(joined))


def _parts(ids: Sequence[str], edges: Sequence[tuple[str, str]], role: dict[str, str]) -> Iterator[list[tuple[str, float]]]:
    """The connected parts of a graph, each with the nodes' distances from its upper end."""
    from grandalf.graphs import Edge, Graph, Vertex  # type: ignore[import-untyped]
    from grandalf.layouts import Layer, SugiyamaLayout  # type: ignore[import-untyped]

    vertices = {id: Vertex(id) for id in ids}
    for vertex in vertices.values():
        vertex.view = _View()
    downwards = dict.fromkeys((a, b) if _COLUMN[role[a]] < _COLUMN[role[b]] else (b, a) for a, b in edges)
    order = {id: i for i, id in enumerate(ids)}
    graph = Graph(list(vertices.values()), [Edge(vertices[a], vertices[b]) for a, b in sorted(downwards, key=lambda e: (order[e[0]], order[e[1]]))])
    parts = []
    for core in graph.C:
        layout = SugiyamaLayout(core)
        layout.xspace = _GAP
        columns = {c: Layer() for c in sorted({_COLUMN[role[v.data]] for v in core.sV})}
        # By itself it would give a master that no dmctl calls the column of dmctl; and it begins with the order of the layers.
        for vertex in sorted(core.sV, key=lambda v: order[v.data]):
            column = _COLUMN[role[vertex.data]]
            columns[column].append(vertex)
            layout.grx[vertex].rank = list(columns).index(column)
        layout.layers = list(columns.values())
        layout.rank_all = lambda roots, optimize=False: None
        layout.init_all()
        layout.draw()
        parts.append([(vertex.data, float(vertex.view.xy[0])) for vertex in core.sV])
    for part in sorted(parts, key=lambda p: min(order[id] for id, _ in p)):
        least = min(y for _, y in part)
        yield sorted(((id, y - least) for id, y in part), key=lambda p: order[p[0]])


class _View:
    """How large a node is to grandalf, whose layers run from left to right in the picture."""

    def __init__(self) -> None:
        self.w, self.h = HEIGHT, WIDTH
        self.xy = (0.0, 0.0)


def _group(role: str, boxes: Sequence[Box], inner: Sequence[int], head: float) -> Group:
    x, y = min(b.x for b in boxes) - _PAD, min(b.y for b in boxes) - head
    box = Box(x, y, WIDTH + 2 * _PAD, max(b.bottom for b in boxes) + _PAD - y)
    labels = tuple((line, Box(x + _PAD, y + _TITLE + LABEL * i + 4, WIDTH, LABEL - 3)) for i, line in enumerate(inner))
    return Group(role, box, labels)


def _ends(ids: Sequence[str], of_role: dict[str, list[str]], frames: dict[str, Box], places: dict[str, Box], role: dict[str, str]) -> list[End]:
    """The box of all nodes of a role, else the nodes themselves."""
    mine = role[ids[0]]
    if mine in frames and len(ids) == len(of_role[mine]) > 1:
        found = [places[id] for id in of_role[mine]]
        return [End(frames[mine], (min(b.y for b in found) + max(b.bottom for b in found)) / 2)]
    return [End(places[id], places[id].y + HEIGHT / 2) for id in ids]


def _curves(joined: Sequence[tuple[int, End, End]]) -> dict[int, tuple[Curve, ...]]:
    """From the border of one to the border of the other, by line.

    Those that meet at one border stand there in the order of their other ends, what goes right above what comes back, so that they need not cross.
    """
    borders: dict[tuple[End, bool], list[tuple[float, bool, int]]] = {}
    for n, (_, a, b) in enumerate(joined):
        forward = a.box.x < b.box.x
        borders.setdefault((a, forward), []).append((b.middle, not forward, n))
        borders.setdefault((b, not forward), []).append((a.middle, not forward, n))
    heights: dict[tuple[int, End], float] = {}
    for (end, _), others in borders.items():
        room = 2 * min(end.middle - end.box.y, end.box.bottom - end.middle) - 24
        step = min(_PORT, room / max(1, len(others) - 1))
        for place, (_, _, n) in enumerate(sorted(others)):
            heights[n, end] = end.middle + step * (place - (len(others) - 1) / 2)
    found: dict[int, list[Curve]] = {}
    lines = [line for line, _, _ in joined]
    drawn = []
    for n, (_, a, b) in enumerate(joined):
        x1, x2 = (a.box.right, b.box.x) if a.box.x < b.box.x else (a.box.x, b.box.right)
        drawn.append(Curve(x1, heights[n, a], x2, heights[n, b]))
    for line, curve in zip(lines, _marked(drawn), strict=True):
        found.setdefault(line, []).append(curve)
    return {line: tuple(curves) for line, curves in found.items()}


def _marked(curves: Sequence[Curve]) -> Iterator[Curve]:
    """The curves with their marks where no other mark stands and no other curve runs, as far as there is such a place."""
    points: dict[tuple[int, int], set[tuple[int, float, float]]] = {}
    for n, curve in enumerate(curves):
        steps = 12 + int(abs(curve.y2 - curve.y1) / MARK)
        for i in range(steps + 1):
            x, y = curve.at(i / steps)
            points.setdefault((int(x // MARK), int(y // MARK)), set()).add((n, x, y))
    marks: list[tuple[float, float]] = []

    def crowd(n: int, x: float, y: float) -> int:
        cells = [(int(x // MARK) + i, int(y // MARK) + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        lines = {m for cell in cells for m, a, b in points.get(cell, ()) if m != n and hypot(a - x, b - y) < MARK + 2}
        return len(lines) + sum(len(curves) for a, b in marks if hypot(a - x, b - y) < 2 * MARK + 3)

    for n, curve in enumerate(curves):
        share = min(_SHARES, key=lambda s: crowd(n, *curve.at(s)))
        marks.append(curve.at(share))
        yield curve._replace(share=share)
