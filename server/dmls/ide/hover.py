"""What the text under the cursor means to DM."""

from __future__ import annotations

from dmls.finding import Finding
from dmls.ide.docs import key_markdown
from dmls.ide.values import Hover
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.syntax.tree import Scalar
from dmls.version import MAIN, Version
from dmls.words.catalogue import sentence


def hover(config: ConfigFile, offset: int, findings: tuple[Finding, ...], locale: str, first: str = "", version: Version = MAIN) -> Hover | None:
    """The help for the key or value at `offset`, with what DM `version` makes of it, and what it says where there is a finding; None in between.

    `first` is what else is known of that place, as Markdown.
    """
    entry = config.entry_at(offset)
    if first and entry is not None and not isinstance(entry.raw, Scalar):
        # Material that is written as a list of numbers has no scalar to point at.
        return Hover(config.value_span(entry), first)
    while entry is not None and entry.schema is None and entry.parent is not None:
        span = config.key_span(entry)
        if span.contains(offset):
            return None
        entry = entry.parent
    if entry is None or entry.schema is None or entry.parent is None:
        return None
    key_span = config.key_span(entry)
    value_span = config.value_span(entry)
    scalar = isinstance(entry.raw, Scalar)
    if entry.pair is not None and key_span.contains(offset):
        span = key_span
    elif scalar and value_span.contains(offset):
        span = value_span
    else:
        return None
    schema = entry.schema
    if entry.pair is None and schema.path.endswith("[]") and not schema.doc(locale) and schema.parent is not None:
        schema = schema.parent
    text = key_markdown(schema, locale)
    if config.kind in kinds.KINDS:
        from dmls.ide import effective_hover

        text = effective_hover.markdown(config, entry, version, locale) + text
    if span is value_span:
        text = _value(config, entry, locale) + text
    if first:
        text = f"{first}\n---\n\n{text}"
    return Hover(span, with_error(text, findings, offset, locale))


def with_error(text: str, findings: tuple[Finding, ...], offset: int, locale: str) -> str:
    """A text with what DM says of the place at `offset` behind it, where a finding knows that."""
    for finding in findings:
        if finding.dm_text and finding.span.contains(offset):
            return text + "\n" + sentence("ide.dm-says", {}, locale) + "\n\n```text\n" + finding.dm_text.replace("```", "'''") + "\n```\n"
    return text


def _value(config: ConfigFile, entry: Entry, locale: str) -> str:
    """What the value is to DM, where that is not what stands there; and the meaning of one value of an enum."""
    node = entry.raw
    schema = entry.schema
    assert schema is not None and isinstance(node, Scalar)
    if entry.secret:
        return ""
    doc = schema.enum_doc(node.value, locale) if schema.enum else ""
    if doc:
        return f"`{node.value}` — {doc}\n\n---\n\n"
    from dmls.ide.value_meaning import meaning

    told = meaning(config, entry, locale)
    return f"{told}\n\n---\n\n" if told else ""
