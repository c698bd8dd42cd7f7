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
