"""The help text of a key, for hover and completion."""

from __future__ import annotations

from dmls.model.successor import FILE, FLAG, successor
from dmls.schema.key import SchemaKey
from dmls.version import ALWAYS
from dmls.words.catalogue import sentence


def type_words(key: SchemaKey, locale: str) -> str:
    """The type in a reader's words."""
    return sentence(f"ide.type-{key.type}", {"item": ""}, locale)


def key_markdown(key: SchemaKey, locale: str) -> str:
    """Heading, description, default, values, versions, state and example of a key."""
    lines = [f"**`{key.name if key.name not in ('[]', '<name>') else key.path}`** — {type_words(key, locale)}", ""]
    doc = key.doc(locale)
    if doc:
        lines += [doc, ""]
    facts = []
    if key.required:
        facts.append(sentence("ide.required", {}, locale))
    if key.has_default and key.default is not None:
        facts.append(sentence("ide.default", {"value": _shown(key.default)}, locale))
    if key.enum and len(key.enum) <= 12:
        values = ", ".join(f"`{v}`" if v else '`""`' for v in key.enum)
        facts.append(sentence("ide.values", {"values": values}, locale))
    if key.versions != ALWAYS and key.versions.first is not None and str(key.versions.first) not in ("0.0.0", "1.0.0", "2.0.0"):
        facts.append(sentence("ide.since", {"version": key.versions.shown()}, locale))
    for change in key.history:
        if change.what == "default":
            facts.append(sentence("ide.default-was", {"value": _shown(change.value), "versions": change.versions.shown()}, locale))
    if key.status in ("deprecated", "mapped"):
        facts.append(_successor(key, locale))
    elif key.status in ("ignored", "ineffective"):
        facts.append(sentence("ide.ignored", {}, locale))
    if key.secret:
        facts.append(sentence("ide.secret", {}, locale))
    if key.examples:
        facts.append(sentence("ide.example", {"value": f"`{key.examples[0]}`"}, locale))
    lines += [f"- {fact}" for fact in facts]
    return "\n".join(lines).rstrip() + "\n"


_FEW = 4
"""Values of an enum, and keys of a block, that are named in an example."""
_DEEP = 2
"""Levels of blocks within the key."""


def signature(key: SchemaKey, language: str, locale: str) -> str:
    """How the key is written, as a fenced block: with an example, its values, its default or the type of its value; "" for what has no name."""
    if key.name in ("[]", "<name>", ""):
        return ""
    if language == "yaml":
        lines = _yaml(key.name, key, locale, 0)
    elif key.type in ("object", "map"):
        lines = [f"[{key.name}]", *(f"{child.name} = {_example(child, language, locale)}" for child in _first(key))]
    else:
        lines = [f"{key.name} = {_example(key, language, locale)}"]
    return f"```{language}\n" + "\n".join(lines) + "\n```\n\n"


def _first(key: SchemaKey) -> list[SchemaKey]:
    """The keys of a block to begin with: those that it needs, else the first that are no relics."""
    usual = [c for c in key.children.values() if c.status == "ok" and not c.deprecated]
    needed = [c for c in usual if c.required or c.needed == "effectively"]
    return (needed or usual)[:_FEW]


def _yaml(name: str, key: SchemaKey, locale: str, depth: int) -> list[str]:
    if key.type in ("object", "map") and depth < _DEEP:
        below = [(child.name, child) for child in _first(key)] or ([("<name>", key.item)] if key.item is not None else [])
        return [f"{name}:", *(f"  {line}" for child, schema in below for line in _yaml(child, schema, locale, depth + 1))]
    if key.type == "list" and key.item is not None and key.item.type == "object" and depth < _DEEP:
        inner = [line for child in _first(key.item) for line in _yaml(child.name, child, locale, depth + 1)]
        return [f"{name}:", *(f"  {'- ' if number == 0 else '  '}{line}" for number, line in enumerate(inner))]
    return [f"{name}: {_example(key, 'yaml', locale)}"]


def _example(key: SchemaKey, language: str, locale: str) -> str:
    """A value: an example, all of an enum, the default, or its type in angle brackets."""
    if key.type in ("list", "bytes") and key.item is not None:
        return f"[{_example(key.item, language, locale)}]"
    quote = '"' if language == "toml" and key.type not in ("int", "float", "bool") else ""
    if key.examples:
        value = key.examples[0]
        return value if value[:1] in "\"'[{" else f"{quote}{value}{quote}"
    if key.enum:
        every = [v for v in key.enum if v]
        return " | ".join(quote + v + quote for v in every[:_FEW]) + (" | …" if len(every) > _FEW else "")
    if key.type == "bool":
        return "true | false"
    if key.has_default and not key.default_is_computed and key.default not in (None, "", 0) and not isinstance(key.default, (list, dict)):
        return f"{quote}{key.default}{quote}"
    return f"<{type_words(key, locale)}>"


def _successor(key: SchemaKey, locale: str) -> str:
    """That the key is deprecated, and where it lives on."""
    if not key.replaced_by:
        return sentence("ide.deprecated", {}, locale)
    found = successor(key.replaced_by, key.path.rpartition(".")[0])
    form = {FILE: "ide.deprecated-file", FLAG: "ide.deprecated-flag"}.get(found.form, "ide.deprecated-for")
    return sentence(form, {"meant": found.meant, "kind": found.kind}, locale)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value != "" else '`""`'
