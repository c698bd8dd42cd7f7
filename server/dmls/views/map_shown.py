"""A TLS map in words: the one form from which every output is made, whose keys are those of ``schemas/map.schema.json``.

Whatever comes out of files is text that anybody may have written: private keys in it are masked here, and each format escapes the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping

from dmls.model.kind import MASTER
from dmls.model.tls import link
from dmls.pki.facts import rfc_3339
from dmls.private import without_keys
from dmls.views.tls_map import DATABASE, ENCRYPTED, FAILS, STATES, UNKNOWN
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.finding import Finding
    from dmls.text import Span
    from dmls.views.tls_map import Deployment, MapEdge, Node, Place, TlsMap

VERSION = 1
Json = dict[str, Any]
Range = Callable[[str, "Span"], Json]
"""A place in a file as a range of lines and columns from 0, the columns in the units that the reader counts in."""
_LONG = 80
"""Characters of a name that a sentence shows."""
_MOST = 12
"""Nodes that a sentence names one by one."""


def shown(found: TlsMap, locale: str, name: Callable[[str], str], range_of: Range, uri: Callable[[str], str] | None = None) -> Json:
    """The map with its sentences in one language.  `name` is how to call a path to the reader; with `uri` each place says how to open it."""
    return _Teller(locale, name, range_of, uri).whole(found)


def clip(text: str, most: int = _LONG) -> str:
    """A text out of a file, fit for a sentence: on one line, without what turns the order of letters, not too long."""
    clean = "".join(c if c.isprintable() else "\ufffd" for c in without_keys(text))
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def checks(connection: Json, sides: Mapping[str, str], locale: str) -> list[str]:
    """What holds on a connection, in a few words each, its state first.  `sides` are its ends as they are to be called."""

    def say(message: str, **args: object) -> str:
        return sentence(f"map.{message}", args, locale)

    state = connection["state"]
    said = [say(f"state-{state}")]
    if state == UNKNOWN:
        said.append(say("unknown-why"))
    if state in (ENCRYPTED, UNKNOWN, FAILS):
        for word, value in (("client", connection["client_verified"]), ("server", connection["server_verified"]), ("host", connection["host_checked"])):
            if value is not None:
                said.append(say(f"{word}-{'yes' if value else 'no'}"))
    for side, wanted in ((link.DIALER, connection["client_names"]), (link.LISTENER, connection["server_names"])):
        if wanted:
            said.append(say("must-be" if len(wanted) == 1 else "must-be-one", name=sides[side], wanted=" ".join(f"`{clip(w, 40)}`" for w in wanted)))
    return list(dict.fromkeys(said))


class _Teller:
    def __init__(self, locale: str, name: Callable[[str], str], range_of: Range, uri: Callable[[str], str] | None) -> None:
        self.locale = locale
        self.name = name
        self.range_of = range_of
        self.uri = uri

    def at(self, path: str) -> Json:
        """The file, as each place names it."""
        return {"file": self.name(path), **({"uri": self.uri(path)} if self.uri is not None else {})}

    def say(self, message: str, **args: object) -> str:
        return sentence(f"map.{message}", args, self.locale)

    def listed(self, parts: Iterable[str]) -> str:
        return sentence("cli.comma", {}, self.locale).join(parts)

    def whole(self, found: TlsMap) -> Json:
        states = found.states()
        return {
            "version": VERSION,
            "dm_version": str(found.version),
            "at": rfc_3339(found.now) if found.now is not None else None,
            "summary": {state: states[state] for state in STATES},
            "text": self.summary(states),
            "deployments": [self.deployment(d) for d in found.deployments],
            "alone": [self.node(n) for n in found.alone],
        }

    def summary(self, states: Mapping[str, int]) -> str:
        total = sum(states.values())
        if not total:
            return self.say("no-connections")
        return self.say("summary" if total > 1 else "summary-one", count=total, states=self.listed(self.say(f"count-{s}", count=states[s]) for s in STATES if states[s]))

    def deployment(self, found: Deployment) -> Json:
        ids = {node.id: self.id_of(node) for node in found.nodes}
        names = {node.id: clip(node.name) for node in found.nodes}
        connections = [self.connection(e, ids, names) for e in found.edges]
        return {
            "name": without_keys(found.name),
            "folder": self.name(found.folder),
            "nodes": [self.node(n) for n in found.nodes],
            "connections": connections,
            "lines": [
                {
                    "dialers": [ids[i] for i in x.dialers],
                    "listeners": [ids[i] for i in x.listeners],
                    "state": found.edges[x.edges[0]].state,
                    "text": self.line_title(found, x.dialers, x.listeners, names, found.edges[x.edges[0]].pair),
                    "checks": checks(
                        connections[x.edges[0]], {link.DIALER: self.group(found, x.dialers, names), link.LISTENER: self.group(found, x.listeners, names)}, self.locale
                    ),
                    "connections": list(x.edges),
                }
                for x in found.lines
            ],
        }

    def id_of(self, node: Node) -> str:
        path, hash_, number = node.id.partition("#")
        return without_keys(node.id if node.role == DATABASE else self.name(path) + hash_ + number)

    def line_title(self, found: Deployment, dialers: tuple[str, ...], listeners: tuple[str, ...], names: Mapping[str, str], pair: str) -> str:
        if pair == link.PEER and dialers == listeners:
            return self.say("title-peers")
        if dialers == listeners:
            return self.say("title-selves") if len(dialers) > 1 else self.say("title-self", name=names[dialers[0]])
        return f"{self.group(found, dialers, names)} → {self.group(found, listeners, names)}"

    def group(self, found: Deployment, ids: tuple[str, ...], names: Mapping[str, str]) -> str:
        """Nodes as one side of a line; more than one are all of their role, or named one by one."""
        role = found.node(ids[0]).role
        if len(ids) > 1 and len(ids) == len(found.of_role(role)):
            return self.say(f"all-{role}", count=len(ids))
        return self.listed([names[i] for i in ids[:_MOST]]) + (" …" if len(ids) > _MOST else "")

    def node(self, node: Node) -> Json:
        return {
            "id": self.id_of(node),
            "role": node.role,
            "name": without_keys(node.name),
            "file": self.name(node.file) if node.file else None,
            "place": self.place(node.place) if node.place is not None else None,
            "address": without_keys(node.address),
            "tls": node.tls,
            "common_name": without_keys(node.common_name),
            "not_after": rfc_3339(node.not_after) if node.not_after is not None else None,
            "days_left": node.days,
            "cert_allowed_cn": [without_keys(n) for n in node.names],
            "text": self.facts(node),
            "findings": [self.finding(f) for f in node.findings],
        }

    def facts(self, node: Node) -> list[str]:
        """A node in short lines."""
        if node.role == DATABASE:
            return []
        lines = [self.say("tls-on" if node.tls else "tls-off")]
        if node.common_name or node.not_after is not None:
            lines[0] += " · " + self.say("cn", name=clip(node.common_name, 40))
        if node.days is not None:
            word = "expired" if node.days < 0 else "days-one" if node.days == 1 else "days"
            lines.append(self.say(word, days=node.days))
        elif node.tls:
            lines.append(self.say("certificate-unknown" if node.shows else "certificate-none"))
        if node.names:
            lines.append(self.say("admits-first" if node.role == MASTER else "admits", names=clip(node.wanted if node.role == MASTER else " ".join(node.names), 40)))
        return lines

    def place(self, place: Place) -> Json:
        return {**self.at(place.file), "key": place.key, "range": self.range_of(place.file, place.span)}

    def connection(self, edge: MapEdge, ids: Mapping[str, str], names: Mapping[str, str]) -> Json:
        sides = {link.DIALER: names[edge.dialer], link.LISTENER: names[edge.listener]}
        said = [(side, text) for side, text in ((link.DIALER, edge.dialer_error), (link.LISTENER, edge.listener_error)) if text]
        told: Json = {
            "dialer": ids[edge.dialer],
            "listener": ids[edge.listener],
            "pair": edge.pair,
            "host": without_keys(edge.host),
            "state": edge.state,
            "client_verified": edge.client,
            "server_verified": edge.server,
            "host_checked": edge.checked,
            "client_names": [without_keys(n) for n in edge.client_names],
            "server_names": [without_keys(n) for n in edge.server_names],
            "dialer_error": without_keys(edge.dialer_error) if edge.dialer_error else None,
            "listener_error": without_keys(edge.listener_error) if edge.listener_error else None,
            "title": self.say(f"pair-{edge.pair}", dialer=sides[link.DIALER], listener=sides[link.LISTENER], host=clip(edge.host)),
            "text": [],
            "errors": [sentence(f"link.{side}-says", {"name": sides[side], "text": without_keys(text)}, self.locale) for side, text in said],
            "steps": [
                {
                    "side": s.side,
                    "what": s.what,
                    "ok": s.ok,
                    "text": sides[s.side] + ": " + sentence(f"link.{s.what}", {k: clip(str(v), 400) for k, v in s.args.items()}, self.locale),
                }
                for s in edge.steps
            ],
            "places": [self.place(p) for p in edge.places],
            "findings": [self.finding(f) for f in edge.findings],
        }
        told["text"] = checks(told, sides, self.locale)
        return told

    def finding(self, finding: Finding) -> Json:
        return {
            "rule": finding.rule,
            "severity": finding.severity.word,
            **self.at(finding.file),
            "range": self.range_of(finding.file, finding.span),
            "message": sentence(finding.message, finding.args, self.locale),
        }
