"""The TLS map as one page that needs nothing else: no network, no file beside it.

Whatever comes from files is escaped; and the policy in its head lets no script run but the one that is written here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from typing import Any, Iterator

from dmls.views import map_fold, map_svg
from dmls.views.map_shown import Json, clip
from dmls.views.map_text import MARKS, where
from dmls.words.catalogue import sentence

_STYLE = f"""
:root,body.vscode-light{{{map_svg.LIGHT};color-scheme:light}}
@media (prefers-color-scheme:dark){{:root{{{map_svg.DARK};color-scheme:dark}}}}
body.vscode-dark,body.vscode-high-contrast{{{map_svg.DARK};color-scheme:dark}}
*{{box-sizing:border-box}}
body{{margin:0;padding:20px 24px 48px;background:var(--page);color:var(--text);font:15px/1.5 {map_svg.FONT}}}
h1{{font-size:1.5rem;margin:0}}h2{{font-size:1.15rem;margin:28px 0 8px;overflow-wrap:anywhere}}h3{{font-size:1rem;margin:0 0 6px;overflow-wrap:anywhere}}
p{{margin:4px 0;max-width:90ch}}.faint{{color:var(--faint)}}
.view{{display:grid;grid-template-columns:minmax(0,1fr);gap:14px;align-items:start}}
@media (min-width:1000px){{.view:has(.panel.has){{grid-template-columns:minmax(0,1fr) minmax(300px,400px)}}}}
.scroll{{display:flex;flex-wrap:wrap;align-content:flex-start;gap:8px 24px;overflow:auto;border:1px solid var(--rule);border-radius:10px;max-height:88vh}}
.scroll svg{{flex:none}}.view+h3,table+h3{{margin-top:24px}}
.panel{{border:1px solid var(--rule);border-radius:10px;padding:14px 16px;position:sticky;top:12px;max-height:94vh;overflow:auto;overflow-wrap:anywhere}}
.story{{display:none}}.story.chosen{{display:block}}.panel.has .none{{display:none}}
ul,ol{{margin:4px 0 10px;padding-left:20px}}li{{margin:2px 0}}
.bad{{color:var(--fails)}}
code,.place{{font:0.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}}
.state{{color:var(--line);font-weight:600;white-space:nowrap}}
table{{border-collapse:collapse;width:100%}}
th,td{{text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid var(--rule);overflow-wrap:anywhere}}
th{{color:var(--faint);font-weight:600}}td:nth-child(2){{min-width:12em}}
button.pick{{font:inherit;color:var(--focus);background:none;border:0;padding:0;text-align:left;text-decoration:underline;cursor:pointer}}
.line{{cursor:pointer}}.line[aria-pressed=true] .curve{{stroke-width:5}}.line[aria-pressed=true] .label{{stroke-width:3}}
.line:focus{{outline:none}}.line:focus-visible .hit{{stroke:var(--focus);opacity:.35}}.line:focus-visible .label{{stroke:var(--focus);stroke-width:3}}
summary{{cursor:pointer;color:var(--focus);margin:10px 0 4px}}
button:focus-visible,summary:focus-visible,[role=link]:focus-visible,.scroll:focus-visible{{outline:2px solid var(--focus);outline-offset:2px}}
[role=link]{{cursor:pointer;color:var(--focus);text-decoration:underline}}
{map_svg.STYLE}"""
_MOST = 6
"""Connections of one line that are told one below the other."""
_SCRIPT = """
(function () {
  'use strict';
  var host = typeof acquireVsCodeApi === 'function' ? acquireVsCodeApi() : null;
  function choose(id) {
    document.querySelectorAll('[data-line]').forEach(function (one) {
      one.setAttribute('aria-pressed', String(one.getAttribute('data-line') === id));
    });
    document.querySelectorAll('.story').forEach(function (story) {
      var chosen = story.id === 'story-' + id;
      story.classList.toggle('chosen', chosen);
      if (chosen) {
        var panel = story.closest('.panel');
        panel.classList.add('has');
        panel.scrollTop = 0;
      }
    });
  }
  function open(place) {
    host.postMessage({ type: 'open', uri: place.dataset.uri, line: Number(place.dataset.line0), character: Number(place.dataset.character) });
  }
  document.addEventListener('click', function (event) {
    var place = event.target.closest('.place[data-uri]');
    if (place && host) { open(place); return; }
    var line = event.target.closest('[data-line]');
    if (!line) { return; }
    choose(line.getAttribute('data-line'));
    var first = document.querySelector('#story-' + line.getAttribute('data-line') + ' .place[data-uri]');
    if (host && first && line.classList.contains('line')) { open(first); }
  });
  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Enter' && event.key !== ' ') { return; }
    var one = event.target.closest('g[data-line], .place[role=link]');
    if (!one) { return; }
    event.preventDefault();
    one.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  });
  if (host) {
    document.querySelectorAll('.place[data-uri]').forEach(function (place) {
      place.setAttribute('role', 'link');
      place.tabIndex = 0;
    });
  }
}());
"""


def page(found: Json, locale: str) -> str:
    """The whole page in one language."""
    policy = f"default-src 'none'; style-src '{_hash(_STYLE)}'; script-src '{_hash(_SCRIPT)}'; base-uri 'none'; form-action 'none'"
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if locale == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(_say('title', locale))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{''.join(_body(found, locale))}<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _say(message: str, locale: str, **args: Any) -> str:
    return sentence(f"map.{message}", args, locale)


def _safe(text: str, most: int = 800) -> str:
    return escape(clip(text, most), quote=True)


def _prose(text: str) -> str:
    """A sentence, what stands in backquotes as code."""
    return re.sub("`([^`]*)`", r"<code>\1</code>", _safe(text))


def _body(found: Json, locale: str) -> Iterator[str]:
    def say(message: str, **args: Any) -> str:
        return escape(_say(message, locale, **args))

    when = f" · {escape(found['at'][:10])}" if found["at"] else ""
    yield f'<header><h1>{say("title")}</h1><p class="faint">{say("for-version", version=found["dm_version"])}{when}</p><p>{_safe(found["text"])}</p></header>\n<main>\n'
    for number, whole in enumerate(found["deployments"]):
        deployment = map_fold.drawn(whole, locale)
        name = _safe(deployment["name"] or deployment["folder"], 200)
        yield f'<section aria-labelledby="d{number}"><h2 id="d{number}">{name}</h2><p class="faint">{say("help")}</p>\n<div class="view">\n'
        yield f'<div class="scroll" tabindex="0" role="region" aria-label="{say("picture")}">{map_svg.part(deployment, locale, number)}</div>\n'
        yield f'<aside class="panel" aria-live="polite" aria-label="{say("details")}"><p class="none faint">{say("nothing-chosen")}</p>\n'
        for i, line in enumerate(deployment["lines"]):
            yield from _story(deployment, line, f"{number}-{i}", locale)
        yield f"</aside>\n</div>\n<h3>{say('table')}</h3>\n<table><thead><tr>"
        yield "".join(f'<th scope="col">{say("column-" + column)}</th>' for column in ("connection", "state", "checks", "decides"))
        yield "</tr></thead><tbody>\n"
        for i, line in enumerate(deployment["lines"]):
            first = deployment["connections"][line["connections"][0]]
            places = list(dict.fromkeys(_place(p) for j in line["connections"] for p in deployment["connections"][j]["places"]))
            yield f'<tr><td><button class="pick" type="button" aria-pressed="false" data-line="{number}-{i}">{_safe(line["text"] if len(line["connections"]) > 1 else first["title"], 300)}</button></td>'
            yield f"<td>{_state(line['state'], locale)}</td><td>{'<br>'.join(_prose(t) for t in line['checks'][1:])}</td><td>{'<br>'.join(places[:3])}</td></tr>\n"
        yield f"</tbody></table>\n<h3>{say('components')}</h3>\n{''.join(_nodes(deployment['nodes'], locale))}"
        if deployment is not whole:
            nodes = whole["nodes"]
            yield f"<details><summary>{say('one-by-one', count=len(nodes))}</summary>{''.join(_nodes(nodes, locale))}</details>\n"
        yield "</section>\n"
    if found["alone"]:
        yield f'<section aria-labelledby="alone"><h2 id="alone">{say("alone")}</h2><p class="faint">{say("alone-why")}</p>\n{"".join(_nodes(found["alone"], locale))}</section>\n'
    yield "</main>\n"


def _nodes(nodes: list[Json], locale: str) -> Iterator[str]:
    yield "<table><thead><tr>" + "".join(f'<th scope="col">{escape(_say("column-" + c, locale))}</th>' for c in ("name", "address", "facts", "file")) + "</tr></thead><tbody>\n"
    for node in nodes:
        findings = "".join(f"<li><code>{escape(f['rule'])}</code> {_prose(f['message'])}</li>" for f in node["findings"] if f["severity"] in ("error", "warning"))
        facts = "<br>".join(_safe(t) for t in node["text"]) + (f"<ul>{findings}</ul>" if findings else "")
        name = node["name"] if "members" in node else f"{_say('role-' + node['role'], locale)} {node['name']}"
        yield f'<tr><th scope="row">{_safe(name, 220)}</th><td>{_safe(node["address"], 200)}</td><td>{facts}</td><td>{_place(node["place"]) if node["place"] else ""}</td></tr>\n'
    yield "</tbody></table>\n"


def _state(state: str, locale: str) -> str:
    return f'<span class="state {state}">{MARKS[state]} {escape(_say("state-" + state, locale))}</span>'


def _place(place: Json) -> str:
    """``file:line key``; in an editor it opens."""
    start = place["range"]["start"]
    uri = f' data-uri="{escape(place["uri"], quote=True)}" data-line0="{start["line"]}" data-character="{start["character"]}"' if place.get("uri") else ""
    return f'<span class="place"{uri}>{escape(where(place))}</span>'


def _story(deployment: Json, line: Json, id: str, locale: str) -> Iterator[str]:
    """What a click on a line shows: its connections, the first one step by step; of many the others by their titles, behind one more click."""
    yield f'<div class="story {line["state"]}" id="story-{id}">'
    many = len(line["connections"]) > _MOST
    for count, number in enumerate(line["connections"][:1] if many else line["connections"]):
        connection = deployment["connections"][number]
        yield f"<h3>{_safe(connection['title'], 300)}</h3><p>{_state(connection['state'], locale)} {_prose(_comma(locale).join(connection['text'][1:]))}</p>"
        if connection["errors"]:
            yield "<ul>" + "".join(f'<li class="bad">{_safe(t)}</li>' for t in connection["errors"]) + "</ul>"
        yield f"<p><strong>{escape(_say('decided-by', locale))}</strong></p><ul>" + "".join(f"<li>{_place(p)}</li>" for p in connection["places"]) + "</ul>"
        if connection["findings"]:
            yield (
                f"<p><strong>{escape(_say('findings', locale))}</strong></p><ul>"
                + "".join(f"<li><code>{escape(f['rule'])}</code> {_prose(f['message'])}</li>" for f in connection["findings"])
                + "</ul>"
            )
        if connection["steps"] and count == 0:
            yield (
                f"<p><strong>{escape(_say('story', locale))}</strong></p><ol>"
                + "".join(("<li>" if s["ok"] else '<li class="bad">') + f"{_prose(s['text'])}</li>" for s in connection["steps"])
                + "</ol>"
            )
    if many:
        others = [deployment["connections"][number] for number in line["connections"][1:]]
        yield f"<details><summary>{escape(_say('alike-too', locale, count=len(others)))}</summary><ul>"
        for other in others:
            yield f"<li>{_safe(other['title'], 300)}"
            yield "".join(f'<br><span class="bad">{_safe(t)}</span>' for t in other["errors"])
            yield "".join(f"<br>{_place(p)}" for p in other["places"]) + "</li>"
        yield "</ul></details>"
    yield "</div>\n"


def _comma(locale: str) -> str:
    return sentence("cli.comma", {}, locale)


__all__ = ["page"]
