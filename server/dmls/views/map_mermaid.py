"""The TLS map as a flow chart of Mermaid, for Markdown."""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.views.map_fold import COARSE, FEW, NONE, folded
from dmls.views.map_shown import Json, clip
from dmls.views.map_text import MARKS
from dmls.views.tls_map import DATABASE, ROLES
from dmls.words.catalogue import sentence

_COLOURS = {"fails": "#b3141e", "plaintext": "#8a5300", "unknown": "#6639ba", "encrypted": "#176f2c"}
_ARROWS = {"fails": "--x", "plaintext": "-.->", "unknown": "-.->", "encrypted": "-->"}


MOST_LINKS, MOST_TEXT = 500, 50_000
"""What Mermaid draws unless its configuration says otherwise (`maxEdges`, `maxTextSize`): more arrows, or a longer chart, are refused."""


def mermaid(found: Json, locale: str) -> str:
    """All deployments in one chart that Mermaid takes: the more there is, the more is folded, and last the deployments behind the first ones."""
    for most in (FEW, NONE, COARSE):
        deployments = [folded(d, locale, most) for d in found["deployments"]]
        text = _chart(deployments, locale, 0)
        if text is not None:
            return text
    # With one deployment of a node a role and state it cannot be too much.
    shown = len(deployments) - 1
    while shown > 1:
        text = _chart(deployments[:shown], locale, len(deployments) - shown)
        if text is not None:
            return text
        shown = shown * 3 // 4
    return _chart(deployments[:1], locale, len(deployments) - 1) or "flowchart LR\n"


def _chart(deployments: Sequence[Json], locale: str, left: int) -> str | None:
    """The chart; None where Mermaid would refuse it.  `left` deployments are not in it."""
    links: list[str] = []
    lines = ["flowchart LR", *_lines(deployments, locale, links)]
    if left:
        lines.append(f"  more[{quoted(sentence('map.more-deployments', {'count': left}, locale))}]")
    text = "\n".join(lines) + "\n"
    # Mermaid counts in UTF-16 units.
    return text if len(links) <= MOST_LINKS and len(text.encode("utf-16-le")) // 2 <= MOST_TEXT else None


def quoted(text: str) -> str:
    """A text in Mermaid's quotes; what has a meaning there, or in the HTML that it makes, is written by its number."""
    return '"' + "".join(c if c.isalnum() or c in " .:,-_/()·✓✗○?→…" else f"#{ord(c)};" for c in clip(text)) + '"'


def _lines(deployments: Sequence[Json], locale: str, links: list[str]) -> Iterator[str]:
    """The lines of the chart; to `links` go the states of its arrows."""
    for number, deployment in enumerate(deployments):
        names = {n["id"]: f"n{number}_{i}" for i, n in enumerate(deployment["nodes"])}
        by_role = {r: [n for n in deployment["nodes"] if n["role"] == r] for r in ROLES}
        frames = {r: f"g{number}_{r}" for r in ROLES if r != DATABASE and len(by_role[r]) > 1}
        for role in ROLES:
            if role in frames:
                yield f"  subgraph {frames[role]} [{quoted(sentence('map.role-' + role, {}, locale))}]"
            for node in by_role[role]:
                rows = [node["name"], *([node["address"]] if node["address"] and node["address"] != node["name"] else []), *node["text"][:2]]
                text = "<br/>".join(quoted(row)[1:-1] for row in rows)
                shape = ("[(", ")]") if role == DATABASE else ("[", "]")
                yield f'    {names[node["id"]]}{shape[0]}"{text}"{shape[1]}'
            if role in frames:
                yield "  end"
        role_of = {n["id"]: n["role"] for n in deployment["nodes"]}
        for line in deployment["lines"]:
            same = role_of[line["dialers"][0]] == role_of[line["listeners"][0]]
            label = quoted(f"{MARKS[line['state']]} {sentence('map.state-' + line['state'], {}, locale)}")
            ends = [
                [frames[role_of[ids[0]]]] if not same and role_of[ids[0]] in frames and len(ids) == len(by_role[role_of[ids[0]]]) else [names[i] for i in ids]
                for ids in (line["dialers"], line["listeners"])
            ]
            pairs = [(a, b) for a in ends[0] for b in ends[1]]
            if same:
                # A line within a role is each with itself, or each with every other.
                called = {(names[c["dialer"]], names[c["listener"]]) for i in line["connections"] for c in [deployment["connections"][i]]}
                pairs = [p for p in pairs if p in called]
            for a, b in pairs:
                yield f"  {a} {_ARROWS[line['state']]}|{label}| {b}"
                links.append(line["state"])
    for state, colour in _COLOURS.items():
        numbers = ",".join(str(i) for i, s in enumerate(links) if s == state)
        if numbers:
            yield f"  linkStyle {numbers} stroke:{colour}"


__all__ = ["mermaid", "quoted"]
