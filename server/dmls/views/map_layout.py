"""Where everything of a TLS map stands in a picture, in pixels.

Columns are given by what DM is: who calls stands left of who is called.  In which order the nodes of a column stand, and how far apart, grandalf
finds: it is the layered layout (Sugiyama, Brandes and Köpf) in plain Python.  Lines within a role become labels in the heading of its box.
"""

from __future__ import annotations

from typing import Iterable, Iterator, NamedTuple, Sequence

from dmls.model import kind as kinds
from dmls.views.map_shown import Json
from dmls.views.tls_map import DATABASE, ROLES

WIDTH, HEIGHT = 236, 92
"""Of a node."""
_COLUMN = {kinds.DMCTL: 0, kinds.MASTER: 1, kinds.WORKER: 2, kinds.SOURCE: 3, kinds.TASK: 3, DATABASE: 4}
_BETWEEN = 140
"""From column to column, for the lines."""
_GAP = 18
_PAD = 14
_TITLE, LABEL = 26, 24
"""Heights of the heading of a box and of a label in it."""
_MARGIN = 16


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
    """A cubic curve; its ends are at the borders of what it joins."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def path(self) -> str:
        bend = (self.x2 - self.x1) / 2
        return f"M{self.x1:.0f} {self.y1:.0f}C{self.x1 + bend:.0f} {self.y1:.0f} {self.x2 - bend:.0f} {self.y2:.0f} {self.x2:.0f} {self.y2:.0f}"

    @property
    def mark(self) -> tuple[float, float]:
        """Where its mark stands: a little behind the middle, so that those of two curves, there and back, do not meet."""
        t = 0.56
        u = 1 - t
        x = self.x1 + (self.x2 - self.x1) * (1.5 * u * u * t + 1.5 * u * t * t + t**3)
        return x, self.y1 * (u**3 + 3 * u * u * t) + self.y2 * (3 * u * t * t + t**3)


class Group(NamedTuple):
    """The box around the nodes of a role; `labels` are the lines within it with the places of their texts."""

    role: str
    box: Box
    labels: tuple[tuple[int, Box], ...]


class Picture(NamedTuple):
    """Of one deployment; `nodes` by id, `curves` by the index of the line."""

    width: float
    height: float
    nodes: dict[str, Box]
    groups: tuple[Group, ...]
    curves: dict[int, tuple[Curve, ...]]


def picture(deployment: Json) -> Picture:
    nodes: list[Json] = deployment["nodes"]
    role = {n["id"]: n["role"] for n in nodes}
    of_role = {r: [n["id"] for n in nodes if n["role"] == r] for r in ROLES}
    inner: dict[str, list[int]] = {}
    for i, line in enumerate(deployment["lines"]):
        first, second = role[line["dialers"][0]], role[line["listeners"][0]]
        if first == second:
            inner.setdefault(first, []).append(i)
    boxed = {r for r in ROLES if r != DATABASE and (len(of_role[r]) > 1 or r in inner)}
    head = {r: _TITLE + LABEL * len(inner.get(r, ())) + _PAD if r in boxed else 0 for r in ROLES}
    top = _MARGIN + max((head[r] for r in ROLES if of_role[r]), default=0)
    columns = sorted({_COLUMN[n["role"]] for n in nodes})
    left = {c: _MARGIN + _PAD + i * (WIDTH + _BETWEEN) for i, c in enumerate(columns)}
    places: dict[str, Box] = {}
    for halves in ((kinds.DMCTL, kinds.MASTER, kinds.WORKER), (kinds.SOURCE, kinds.TASK, DATABASE)):
        ids = [n["id"] for n in nodes if n["role"] in halves]
        edges = [(c["dialer"], c["listener"]) for c in deployment["connections"] if role[c["dialer"]] in halves and role[c["dialer"]] != role[c["listener"]]]
        at: float = top
        before = ""
        for part in _parts(ids, edges, role):
            first = role[part[0][0]]
            if before not in ("", first) and boxed & {before, first}:
                at += head[first] + _PAD
            before = first
            for id, y in part:
                places[id] = Box(left[_COLUMN[role[id]]], at + y, WIDTH, HEIGHT)
            at += max(y for _, y in part) + HEIGHT + _GAP
    groups = tuple(_group(r, [places[i] for i in of_role[r]], inner.get(r, ()), head[r]) for r in ROLES if r in boxed and of_role[r])
    frames = {g.role: g.box for g in groups}
    curves: dict[int, tuple[Curve, ...]] = {}
    for i, line in enumerate(deployment["lines"]):
        ends = [_ends(line[side], of_role, frames, places, role) for side in ("dialers", "listeners")]
        if role[line["dialers"][0]] != role[line["listeners"][0]]:
            reach = [_reach(places[n] for n in of_role[role[line[side][0]]]) for side in ("dialers", "listeners")]
            curves[i] = tuple(_curve(a, b, *reach) for a in ends[0] for b in ends[1])
    all_boxes = [*places.values(), *frames.values()]
    return Picture(max((b.right for b in all_boxes), default=0) + _MARGIN, max((b.bottom for b in all_boxes), default=0) + _MARGIN, places, groups, curves)


def _parts(ids: Sequence[str], edges: Sequence[tuple[str, str]], role: dict[str, str]) -> Iterator[list[tuple[str, float]]]:
    """The connected parts of a graph, each with the nodes' distances from its upper end."""
    from grandalf.graphs import Edge, Graph, Vertex  # type: ignore[import-untyped]
    from grandalf.layouts import SugiyamaLayout  # type: ignore[import-untyped]

    vertices = {id: Vertex(id) for id in ids}
    for vertex in vertices.values():
        vertex.view = _View()
    downwards = dict.fromkeys((a, b) if ROLES.index(role[a]) < ROLES.index(role[b]) else (b, a) for a, b in edges)
    order = {id: i for i, id in enumerate(ids)}
    graph = Graph(list(vertices.values()), [Edge(vertices[a], vertices[b]) for a, b in sorted(downwards, key=lambda e: (order[e[0]], order[e[1]]))])
    parts = []
    for core in graph.C:
        layout = SugiyamaLayout(core)
        layout.xspace = _GAP
        layout.init_all()
        layout.draw()
        found = [(vertex.data, float(vertex.view.xy[0])) for vertex in core.sV]
        # In each column the names run downwards where the layout, for which they are all alike, has them in another order.
        parts.append(_named_in_order(found, order, role, {id: sorted(b for e in downwards for b in e if id in e and b != id) for id, _ in found}))
    for part in sorted(parts, key=lambda p: min(order[id] for id, _ in p)):
        least = min(y for _, y in part)
        yield sorted(((id, y - least) for id, y in part), key=lambda p: order[p[0]])


def _named_in_order(found: list[tuple[str, float]], order: dict[str, int], role: dict[str, str], neighbours: dict[str, list[str]]) -> list[tuple[str, float]]:
    """The same places, those of nodes that are joined to the same others given out by name."""
    alike: dict[tuple[object, ...], list[tuple[str, float]]] = {}
    for id, y in found:
        alike.setdefault((role[id], *neighbours[id]), []).append((id, y))
    out = []
    for group in alike.values():
        out += zip(sorted((id for id, _ in group), key=lambda i: order[i]), sorted(y for _, y in group), strict=True)
    return out


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


def _ends(ids: Sequence[str], of_role: dict[str, list[str]], frames: dict[str, Box], places: dict[str, Box], role: dict[str, str]) -> list[Box]:
    """The box of all nodes of a role, else the nodes themselves."""
    mine = role[ids[0]]
    return [frames[mine]] if mine in frames and len(ids) == len(of_role[mine]) > 1 else [places[id] for id in ids]


def _reach(boxes: Iterable[Box]) -> tuple[float, float]:
    """From where to where a column reaches."""
    found = list(boxes)
    return min(b.y for b in found), max(b.bottom for b in found)


def _curve(a: Box, b: Box, of_a: tuple[float, float], of_b: tuple[float, float]) -> Curve:
    """From the border of one to the border of the other; what goes right runs above what comes back.

    `of_a` and `of_b` are how far the nodes of both roles reach: a tall box is met at the height that the other has among its own.
    """
    forward = a.x < b.x
    lift = -9 if forward else 9

    def height(own: Box, other: Box, reach: tuple[float, float]) -> float:
        if own.height <= HEIGHT or other.height > HEIGHT:
            return own.y + own.height / 2
        share = (other.y + other.height / 2 - reach[0]) / max(1.0, reach[1] - reach[0])
        return own.y + 20 + share * (own.height - 40)

    y1, y2 = height(a, b, of_b) + lift, height(b, a, of_a) + lift
    return Curve(a.right, y1, b.x, y2) if forward else Curve(a.x, y1, b.right, y2)
