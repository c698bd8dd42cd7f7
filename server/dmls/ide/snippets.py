"""Blocks that are offered whole: what a block needs, and the skeleton of a new file."""

from __future__ import annotations

from dmls.ide.values import Completion
from dmls.model import kind as kinds
from dmls.model.tls_block import PATHS
from dmls.schema import keys as k
from dmls.schema.key import SchemaKey
from dmls.schema.load import load
from dmls.text import Span
from dmls.words.catalogue import sentence

_QUOTED = ("string", "any")


class _Stops:
    """Counts the tab stops of a snippet."""

    def __init__(self, first: int) -> None:
        self.next = first

    def stop(self, default: str = "") -> str:
        self.next += 1
        return f"${{{self.next - 1}:{default}}}" if default else f"${self.next - 1}"


def _needed(key: SchemaKey) -> list[SchemaKey]:
    """The keys a block should begin with: the needed ones; for TLS the three paths."""
    if k.SSL_CA in key.children:
        return [key.children[name] for name in PATHS.values()]
    return [c for c in key.children.values() if (c.required or c.needed == "effectively") and c.status == "ok"]


def _scalar(key: SchemaKey, stops: _Stops) -> str:
    if key.enum and len(key.enum) < 12:
        choices = ",".join(v for v in key.enum if v)
        stops.next += 1
        return f"${{{stops.next - 1}|{choices}|}}"
    default = str(key.default) if key.has_default and key.default not in (None, "", 0) and key.type in ("int", "float", "duration") else ""
    if key.type in _QUOTED:
        return f'"{stops.stop()}"'
    return stops.stop(default if " " not in default else "")


def _lines(name: str, key: SchemaKey, stops: _Stops, indent: str) -> list[str]:
    """`name` with what it needs, as YAML."""
    if key.type == "object":
        needed = _needed(key)
        if not needed:
            return [f"{indent}{name}:", f"{indent}  {stops.stop()}"]
        out = [f"{indent}{name}:"]
        for child in needed:
            out += _lines(child.name, child, stops, indent + "  ")
        return out
    if key.type == "list" and key.item is not None:
        if key.item.type == "object":
            inner: list[str] = []
            for child in _needed(key.item):
                inner += _lines(child.name, child, stops, indent + "    ")
            if not inner:
                return [f"{indent}{name}:", f"{indent}  - {stops.stop()}"]
            return [f"{indent}{name}:", f"{indent}  - {inner[0].lstrip()}", *inner[1:]]
        return [f"{indent}{name}:", f"{indent}  - {stops.stop()}"]
    if key.type == "map":
        return [f"{indent}{name}:", f"{indent}  {stops.stop()}"]
    return [f"{indent}{name}: {_scalar(key, stops)}"]


def block_snippet(key: SchemaKey, name: str, language: str) -> str | None:
    """A block or list with what it needs, as a snippet; None where plain text does as well."""
    stops = _Stops(2 if name.startswith("$") else 1)
    if language == "toml":
        return f'{name} = ["{stops.stop()}"]' if key.type == "list" and key.item is not None and key.item.type == "string" else None
    if key.type in ("object", "map", "list"):
        return "\n".join(_lines(name, key, stops, ""))
    return f"{name}: {_scalar(key, stops)}"


def skeleton(kind: str, span: Span, locale: str) -> list[Completion]:
    """A whole new file of the kind, with what DM needs."""
    if kind not in (kinds.SOURCE, kinds.TASK):
        return []
    root = load(kind)
    stops = _Stops(1)
    lines: list[str] = []
    for child in root.children.values():
        if child.required or child.needed == "effectively":
            lines += _lines(child.name, child, stops, "")
    label = sentence(f"ide.skeleton-{kind}", {}, locale)
    return [Completion(label, "snippet", "dmls", "```yaml\n" + "\n".join(lines) + "\n```", "\n".join(lines) + "\n", span, True, "0")]
