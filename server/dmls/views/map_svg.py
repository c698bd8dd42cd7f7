"""The picture of a TLS map as SVG: a document of its own, or a part of the page."""

from __future__ import annotations

from html import escape
from typing import Iterator

from dmls.views import map_fold, map_layout
from dmls.views.map_shown import Json, clip
from dmls.views.map_text import MARKS
from dmls.width import char_width, width, wrapped
from dmls.words.catalogue import sentence

FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
LIGHT = "--page:#ffffff;--text:#1b1f24;--faint:#57606a;--card:#ffffff;--box:#f3f5f7;--rule:#768089;--encrypted:#176f2c;--plaintext:#8a5300;--fails:#b3141e;--unknown:#6639ba;--focus:#0550ae"
DARK = "--page:#0d1117;--text:#e6edf3;--faint:#9da7b3;--card:#161b22;--box:#10161e;--rule:#6e7681;--encrypted:#4ac26b;--plaintext:#e3a23a;--fails:#ff7b72;--unknown:#c297ff;--focus:#79c0ff"
"""Colours; every text has a contrast of at least 4.5 to 1 against what it stands on, every line 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11)."""
STYLE = f"""
svg.map{{font:13px {FONT}}}
.map text{{fill:var(--text)}}
.map .card{{fill:var(--card);stroke:var(--rule)}}
.map .box{{fill:var(--box);stroke:var(--rule);stroke-dasharray:3 3}}
.map .heading,.map .name{{font-weight:600}}
.map text.faint{{fill:var(--faint)}}
.map .curve{{fill:none;stroke-width:2}}
.map .hit{{fill:none;stroke:transparent;stroke-width:14}}
.map .label{{fill:var(--card);stroke-width:1.5}}
.encrypted{{--line:var(--encrypted)}}.plaintext{{--line:var(--plaintext)}}.fails{{--line:var(--fails)}}.unknown{{--line:var(--unknown)}}
.map .curve,.map .label,.map .badge{{stroke:var(--line)}}
.map .fails .curve{{stroke-width:3;stroke-dasharray:9 4}}.map .plaintext .curve{{stroke-dasharray:2 4}}.map .unknown .curve{{stroke-dasharray:8 5}}
.map .badge{{fill:var(--card);stroke-width:1.5}}
.map .line text{{fill:var(--line);font-size:12px;font-weight:600}}
.map .head{{fill:var(--line);stroke:none}}
"""
"""For the picture itself; dashes tell the states apart where colours do not."""
_LETTERS = 28
"""Columns of text that fit into a node."""
_CLOSER = 5
"""Columns more that do, set closer."""


def document(found: Json, locale: str) -> str:
    """One SVG file with all deployments, one below the other."""
    parts = []
    at = 0.0
    right = 0.0
    for number, deployment in enumerate(map_fold.drawn(d, locale) for d in found["deployments"]):
        for drawn in map_layout.pictures(deployment):
            parts.append(f'<g transform="translate(0 {at:.0f})">{"".join(_content(deployment, drawn, locale, number, False))}</g>')
            at += drawn.height
            right = max(right, drawn.width)
        at += 24
    title = sentence("map.title", {}, locale)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {max(right, 320):.0f} {max(at, 40):.0f}" width="{max(right, 320):.0f}" height="{max(at, 40):.0f}" role="img" aria-labelledby="t d" lang="{locale}">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(clip(found["text"], 300))}</desc>'
        f"<style>svg{{{LIGHT};background:var(--page)}}@media (prefers-color-scheme:dark){{svg{{{DARK}}}}}{STYLE}</style>"
        f"{''.join(parts)}</svg>\n"
    )


def part(deployment: Json, locale: str, number: int) -> str:
    """The pictures of one deployment, folded, for a page where lines can be chosen."""
    label = escape(sentence("map.picture", {}, locale), quote=True)
    return "".join(
        f'<svg class="map" viewBox="0 0 {drawn.width:.0f} {drawn.height:.0f}" width="{drawn.width:.0f}" height="{drawn.height:.0f}" role="group" aria-label="{label}">'
        f"{''.join(_content(deployment, drawn, locale, number, True))}</svg>"
        for drawn in map_layout.pictures(deployment)
    )


def line_label(line: Json, locale: str) -> str:
    """What a line is called by itself: between whom, and its state."""
    return f"{clip(line['text'], 300)}: {sentence('map.state-' + line['state'], {}, locale)}"


def _content(deployment: Json, drawn: map_layout.Picture, locale: str, number: int, chosen: bool) -> Iterator[str]:
    for group in drawn.groups:
        count = sum(len(n.get("members", ".")) for n in deployment["nodes"] if n["role"] == group.role)
        yield _rect(group.box, "box", 10)
        yield f'<text class="heading" x="{group.box.x + 14:.0f}" y="{group.box.y + 20:.0f}">{escape(sentence("map.role-" + group.role, {}, locale))} · {count}</text>'
    # What fails is drawn last, so that it lies on top; where lines can be chosen it comes first, since the keyboard goes in the order of drawing.
    for i in sorted(drawn.curves, reverse=not chosen):
        line = deployment["lines"][i]
        yield _open(line, locale, number, i, chosen)
        for curve in drawn.curves[i]:
            x, y = curve.mark
            sign = 1 if curve.x1 < curve.x2 else -1
            yield f'<path class="hit" d="{curve.path}"/><path class="curve" d="{curve.path}"/>'
            yield f'<path class="head" d="M{curve.x2:.0f} {curve.y2:.0f}l{-9 * sign} -5v10z"/>'
            yield f'<circle class="badge" cx="{x:.0f}" cy="{y:.0f}" r="{map_layout.MARK}"/><text x="{x:.0f}" y="{y + 4.5:.0f}" text-anchor="middle">{MARKS[line["state"]]}</text>'
        yield "</g>"
    framed = {group.role for group in drawn.groups}
    for node in deployment["nodes"]:
        if node["id"] in drawn.nodes:
            yield from _node(node, drawn.nodes[node["id"]], node["role"] in framed, locale)
    for group in drawn.groups:
        for i, box in group.labels:
            line = deployment["lines"][i]
            yield _open(line, locale, number, i, chosen)
            yield _rect(box, "label", 6)
            yield f'<text x="{box.x + 8:.0f}" y="{box.y + 15:.0f}">{escape(MARKS[line["state"]] + " " + _fit(line["text"], _LETTERS))}</text></g>'


def _open(line: Json, locale: str, number: int, i: int, chosen: bool) -> str:
    label = escape(line_label(line, locale), quote=True)
    name = f"<title>{escape(line_label(line, locale))}</title>"
    if not chosen:
        return f'<g class="line {line["state"]}">{name}'
    return f'<g class="line {line["state"]}" tabindex="0" role="button" aria-pressed="false" aria-label="{label}" data-line="{number}-{i}">{name}'


def _rect(box: map_layout.Box, kind: str, radius: int) -> str:
    return f'<rect class="{kind}" x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="{radius}"/>'


def _node(node: Json, box: map_layout.Box, is_framed: bool, locale: str) -> Iterator[str]:
    """A node; where a heading or its own name says what it is, its address stands alone."""
    behind = "".join(_rect(box._replace(x=box.x + 3 * i, y=box.y + 3 * i), "card", 8) for i in (2, 1)) if "members" in node else ""
    yield f"<g>{behind}{_rect(box, 'card', 8)}<title>{escape(clip(node['name'], 200))}</title>"
    address = node["address"] if node["address"] != node["name"] else ""
    role = sentence("map.role-" + node["role"], {}, locale)
    about = address if address and (is_framed or behind) else " · ".join(t for t in (role, address) if t)
    facts = node["text"][:2]
    wrap = wrapped(about, _LETTERS + 2) if len(facts) < 2 and width(about) > _LETTERS + 2 + _CLOSER else [about]
    rows = [("name", node["name"]), *(("faint", text) for text in wrap), *(("", text) for text in facts)]
    for i, (kind, text) in enumerate(rows[:4]):
        most = _LETTERS - 2 if kind == "name" else _LETTERS + 2
        shown = _fit(text, most + _CLOSER)
        # A few letters more than usually fit are set closer.
        close = f' textLength="{box.width - 24:.0f}" lengthAdjust="spacingAndGlyphs"' if width(shown) > most else ""
        yield f'<text class="{kind}" x="{box.x + 12:.0f}" y="{box.y + 22 + 19 * i:.0f}"{close}>{escape(shown)}</text>'
    yield "</g>"


def _fit(text: str, columns: int) -> str:
    """The text, cut off where it would be wider."""
    clean = clip(text, 400)
    used = 0
    for i, char in enumerate(clean):
        used += char_width(char)
        if used > columns:
            return clean[: max(0, i - 1)] + "…"
    return clean
