"""What may be written at the cursor.

The text up to the word under the cursor is read once more with a placeholder in the word's place; where the placeholder lands in the
tree tells whether a key or a value is being typed, and below which key of the schema.  The text behind the cursor only tells which keys
are taken.
"""

from __future__ import annotations

from collections.abc import Sequence as Sequence_
from typing import Callable, NamedTuple, Protocol

from dmls.ide.docs import key_markdown, signature, type_words
from dmls.ide.snippets import block_snippet, skeleton
from dmls.ide.value_offers import NOTHING, SESSION, Known, enum_in, is_comma_list, offers
from dmls.ide.values import Completion
from dmls.ide.yaml_text import yaml_scalar
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.tls_block import PATHS
from dmls.pattern import LazyPattern
from dmls.schema import keys as k
from dmls.schema.key import SchemaKey
from dmls.schema.semantics import SESSION as SESSION_VARIABLES
from dmls.syntax.tree import Mapping, Node, Pair, Scalar, Sequence, Tree, resolved
from dmls.text import Span
from dmls.words.catalogue import sentence

RULE_LEVELS = "rule-levels"
"""The meaning of a table whose keys are names of rules (`schemas/dmls.schema.json`)."""
MARK = "dmlscursor"
"""Stands for the word being typed; a plain word, so that both languages read it as a key or a bare value."""
TLS_KEYS = frozenset((*PATHS.values(), k.CERT_ALLOWED_CN))
"""The keys whose values name certificate files, or what stands in them."""
_STOP = " \t\r\n\"'[]{},#"
_IGNORE = LazyPattern(r"#[ \t]*dmls:[ \t]*ignore(?:-file)?[ \t]*\[([^\]]*)\Z")
_MODELINE = LazyPattern(r"#[ \t]*dmls:[ \t]*(\S*)\Z")


class _Place(NamedTuple):
    """Where the placeholder landed.  `path` leads to the mapping (for a key) or to the value."""

    is_key: bool
    schema: SchemaKey
    path: tuple[str | int, ...]
    quoted: bool
    node: Node | None
    start: int = 0
    """Where `node` begins in the text."""
    flow: bool = False
    """Whether it lies in a flow collection or inline table, where no line may be broken."""


class RuleRow(Protocol):
    """What an ignore comment needs to know of a rule."""

    @property
    def name(self) -> str: ...

    @property
    def family(self) -> str: ...

    @property
    def kinds(self) -> tuple[str, ...]: ...


Offers = Callable[[str, str, Span, str, "set[str]"], "list[Completion]"]
"""What else fits a value: asked with the key, the text up to the cursor, the span to replace, the quote to put around, and the items taken."""


def completions(config: ConfigFile, offset: int, locale: str, rules: Sequence_[RuleRow] = (), tls_offers: Offers | None = None, known: Known = NOTHING) -> list[Completion]:
    """All offers at `offset`, best first by `sort_text`.

    `rules` are offered in ignore comments, `tls_offers` for values of TLS keys; `known` is what other files and the settings tell.
    """
    text = config.text
    offset = max(0, min(offset, len(text)))
    line_start = config.tree.lines.starts[config.tree.lines.line_of(offset)]
    before = text[line_start:offset]
    comment = _comments(config, before, offset, locale, rules)
    if comment is not None:
        return comment
    start = offset
    while start > line_start and text[start - 1] not in _STOP:
        start -= 1
    if config.language == "yaml" and text[start:offset].rstrip(":").endswith(":"):
        return []
    if config.language == "toml":
        equals = text.rfind("=", start, offset)
        start = equals + 1 if equals >= 0 else start
    place = _place(config, text[:start])
    if place is None:
        return []
    end = offset
    while end < len(text) and text[end] not in _STOP + ":=":
        end += 1
    span = Span(start, end)
    if place.is_key:
        if place.schema.semantic == RULE_LEVELS:
            return _rule_names(config, place, span, rules, locale)
        return _keys(config, place, span, locale)
    if tls_offers is not None and _key_of(place.schema) in TLS_KEYS:
        return _tls_values(config, place, span, offset, tls_offers)
    return _values(config, place, _whole_value(config, place, span), locale, known)


def _whole_value(config: ConfigFile, place: _Place, span: Span) -> Span:
    """What is replaced: the value with its blanks, as far as it stands in the line; of words with commas between, one word."""
    if not isinstance(place.node, Scalar) or is_comma_list(place.schema, place.path):
        return span
    start = place.start + (1 if place.quoted else 0)
    return Span(start, span.end) if start < span.start and "\n" not in config.text[start : span.start] else span


def _key_of(schema: SchemaKey) -> str:
    """The name of the key that a value or an item of its list belongs to."""
    return schema.parent.name if schema.name == "[]" and schema.parent is not None else schema.name


def _tls_values(config: ConfigFile, place: _Place, span: Span, offset: int, offers: Offers) -> list[Completion]:
    """Files and names may hold blanks, so between quotes all that stands there is replaced."""
    text = config.text
    quote = "" if config.language == "yaml" or place.quoted else '"'
    if place.quoted and isinstance(place.node, Scalar):
        # Quotes of one line only; the head of the file ends at the word under the cursor, so the opening one is known.
        start = place.start + 1
        end = offset
        while end < len(text) and text[end] not in "\"'\r\n":
            end += 1
        span = Span(start, end)
    taken: set[str] = set()
    if place.schema.name == "[]":
        holder = _siblings(config, place.path[:-1])
        taken = {e.text for e in holder.items() if not config.value_span(e).contains(offset)} if holder is not None else set()
    elif place.schema.type == "list" and not place.quoted:
        # A list is wanted here, and one name is no list.
        return []
    return offers(_key_of(place.schema), text[span.start : offset], span, quote, taken)


def _comments(config: ConfigFile, before: str, offset: int, locale: str, rules: Sequence_[RuleRow]) -> list[Completion] | None:
    """Inside a comment: rule names and the words of dmls; None where the cursor is in no comment."""
    if "#" not in before:
        return None
    found = _IGNORE.search(before)
    if found:
        word = found.group(1).rpartition(",")[2].lstrip()
        span = Span(offset - len(word), offset)
        return [Completion(row.name, "value", row.family, sentence(f"{row.name}.title", {}, locale), row.name, span) for row in rules if config.kind in row.kinds]
    found = _MODELINE.search(before)
    if found:
        span = Span(offset - len(found.group(1)), offset)
        words = (("ignore", "ignore[$1]"), ("ignore-file", "ignore-file[$1]"), ("kind", "kind=${1|task,source,topology,master,worker,dmctl|}"))
        return [Completion(label, "snippet", "dmls", sentence(f"ide.comment-{label}", {}, locale), body, span, True) for label, body in words]
    if any(c.start < offset <= c.end for c in config.tree.comments()):
        return []
    return None


def _place(config: ConfigFile, head: str) -> _Place | None:
    """Read the head of the file with the placeholder behind it and follow its last element down."""
    text = head + MARK
    if config.language == "yaml":
        from dmls.syntax import yaml as reader
    else:
        from dmls.syntax import toml as reader
    tree = reader.parse(text, config.tree)
    schema: SchemaKey | None = config.root.schema
    if tree.root is None or schema is None:
        return _Place(True, schema, (), False, None) if schema is not None and not head.strip() else None
    found = _find(tree, tree.root, schema, (), len(head))
    if found is not None and not found.is_key and found.node is tree.root:
        # A lone word at the top of a file is the first key of it.
        return _Place(True, schema, (), False, None)
    return found


def _find(tree: Tree, node: Node, schema: SchemaKey, path: tuple[str | int, ...], at: int) -> _Place | None:
    for _ in range(64):
        if isinstance(node, Scalar):
            if MARK not in node.value:
                return None
            quoted = node.style in ("single", "double", "basic", "literal", "multi-basic", "multi-literal")
            if schema.type in ("object", "map") and not quoted:
                return _Place(True, schema, path, False, node)
            if schema.type == "list" and schema.item is not None and not quoted and schema.item.type in ("object", "map"):
                return None
            return _Place(False, schema, path, quoted, node, tree.span(node).start)
        if isinstance(node, Mapping):
            pair = _last_pair(tree, node, at)
            if pair is None:
                return None
            if pair.value is None or (isinstance(pair.key, Scalar) and pair.key.value == MARK):
                quoted = isinstance(pair.key, Scalar) and pair.key.style not in ("plain", "bare")
                return _Place(True, schema, path, quoted, pair.key, flow=node.form in ("flow", "inline"))
            below = schema.child(pair.name) if schema.type in ("object", "map") else None
            if below is None:
                return None
            schema, path, node = below, (*path, pair.name), pair.value
            value = resolved(node)
            if value is not node:
                return None
            continue
        if isinstance(node, Sequence):
            item = schema if schema.type == "any" else schema.item
            if not node.items or item is None:
                return None
            index = len(node.items) - 1
            schema, path, node = item, (*path, index), node.items[index]
            continue
        return None
    return None


def _last_pair(tree: Tree, node: Mapping, at: int) -> Pair | None:
    """The pair that holds the end of the text; in TOML the last written table need not be the last in the tree."""
    best: Pair | None = None
    for pair in reversed(node.pairs):
        span = tree.span(pair)
        if span.end >= at:
            return pair
        best = best or pair
    return best


def _siblings(config: ConfigFile, path: tuple[str | int, ...]) -> Entry | None:
    entry: Entry | None = config.root
    for step in path:
        if entry is None:
            return None
        entry = entry.get(step)
    return entry


def _keys(config: ConfigFile, place: _Place, span: Span, locale: str) -> list[Completion]:
    schema = place.schema
    holder = _siblings(config, place.path)
    typed = span.of(config.text)
    taken = set()
    for child in holder.children if holder is not None else ():
        own = config.key_span(child)
        if child.pair is not None and not (own.start <= span.start <= own.end):
            taken.add(child.key)
    out: list[Completion] = []
    rest = config.text[span.end : span.end + 80].split("\n", 1)[0].lstrip(" \t\"'")
    has_separator = rest[:1] in (":", "=")
    if schema.type == "map" and not schema.children:
        if place.flow:
            return []
        if schema.item is not None and not has_separator and not place.quoted:
            body = block_snippet(schema.item, "${1:name}", config.language)
            if body is not None:
                label = sentence("ide.new-entry", {"block": schema.name}, locale)
                out.append(Completion(label, "snippet", type_words(schema.item, locale), key_markdown(schema, locale), body, span, True, "0", typed or label))
        if schema.semantic == SESSION_VARIABLES:
            separator = "" if has_separator or place.quoted else ": " if config.language == "yaml" else " = "
            out += [Completion(name, "key", "", key_markdown(schema, locale), name + separator, span) for name in SESSION if name not in taken]
        return out
    if not holder_has_keys(config) and not place.path and not typed.strip():
        out.extend(skeleton(config.kind, span, locale))
    separator = ": " if config.language == "yaml" else " = "
    for child in schema.children.values():
        if child.name in taken or child.status == "internal":
            continue
        state = "9" if child.deprecated or child.status in ("ignored", "ineffective", "error") else ("1" if child.required or child.needed else "5")
        sort = f"{state}{child.order:04d}"
        detail = type_words(child, locale)
        if child.has_default and child.default not in (None, ""):
            detail += sentence("ide.detail-default", {"value": str(child.default).lower() if isinstance(child.default, bool) else child.default}, locale)
        insert, snippet = child.name, False
        if not has_separator and not place.quoted:
            block = child.type in ("object", "map", "list", "bytes")
            body = block_snippet(child, child.name, config.language) if block and not place.flow else None
            if block and place.flow:
                brackets = ("[", "]") if child.type in ("list", "bytes") else ("{", "}")
                body = f"{child.name}{separator}{brackets[0]}$1{brackets[1]}" if config.language == "yaml" else None
            if config.language == "toml" and child.type in ("object", "map") and not place.path and not place.flow:
                body = f"[{child.name}]\n$1"
            if body is not None:
                insert, snippet = body, True
            elif child.type in ("object", "map", "list") and config.language == "yaml":
                insert += ":"
            else:
                insert += separator
        elif not has_separator:
            insert = child.name
        documentation = signature(child, config.language, locale) + key_markdown(child, locale)
        out.append(Completion(child.name, "key", detail, documentation, insert, span, snippet, sort, "", state == "9"))
    return out


def _rule_names(config: ConfigFile, place: _Place, span: Span, rules: Sequence_[RuleRow], locale: str) -> list[Completion]:
    """The rules of dmls as keys of a table of severities."""
    holder = _siblings(config, place.path)
    taken = {e.name for e in holder.children if not config.key_span(e).contains(span.start)} if holder is not None else set()
    return [Completion(r.name, "key", r.family, sentence(f"{r.name}.title", {}, locale), f"{r.name} = ", span) for r in rules if r.name not in taken]


def holder_has_keys(config: ConfigFile) -> bool:
    """Whether anything complete stands at the top level of the file."""
    return any(e.pair is not None and e.pair.value is not None for e in config.root.children)


def _values(config: ConfigFile, place: _Place, span: Span, locale: str, known: Known) -> list[Completion]:
    schema = place.schema
    if schema.type == "list" and schema.item is not None:
        schema = schema.item
        in_list = False
        # A list is wanted, and one value is no list.
        before, after = ("[", "]") if not place.quoted else ("", "")
    else:
        in_list = schema.name == "[]"
        before = after = ""
    taken: set[str] = set()
    if in_list:
        holder = _siblings(config, place.path[:-1])
        taken = {e.text for e in holder.items() if not (config.value_span(e).start <= span.start <= config.value_span(e).end)} if holder is not None else set()
    if isinstance(place.node, Scalar) and is_comma_list(schema, place.path):
        taken.update(word.strip() for word in place.node.value.split(","))
    quote = "" if config.language == "yaml" or place.quoted else '"'
    values: list[tuple[str, str, str]] = []
    if place.quoted and schema.type not in ("string", "any", "duration", "bytesize"):
        # What stands in quotes is a string, which DM refuses here.
        return []
    if schema.type == "bool":
        values = [(v, v, "") for v in ("true", "false")]
    elif schema.enum:
        values = [(v, f"{before}{quote}{v}{quote}{after}", schema.enum_doc(v, locale)) for v in enum_in(schema, known.versions) if v not in taken]
    elif schema.has_default and schema.default not in (None, "") and not isinstance(schema.default, (list, dict)) and "$" not in str(schema.default):
        default = str(schema.default)
        if schema.type in ("int", "float", "duration", "bytesize", "string") and " " not in default:
            mark = quote if schema.type not in ("int", "float") else ""
            values = [(default, f"{mark}{default}{mark}", "")]
    out: list[Completion] = []
    for offer in offers(config, schema, place.path, known, locale):
        if offer.label not in taken:
            text = offer.label if place.quoted or quote else yaml_scalar(offer.label)
            insert = f"{before}{quote}{text}{quote}{after}"
            documentation = offer.documentation or key_markdown(schema, locale)
            out.append(Completion(offer.label, "value", offer.detail, documentation, insert, span, False, f"{offer.rank:02}{offer.label}"))
    if out:
        return out
    default = str(schema.default).lower() if isinstance(schema.default, bool) else schema.default
    for i, (label, insert, doc) in enumerate(values):
        is_default = label == default
        detail = sentence("ide.is-default", {}, locale) if is_default else ""
        out.append(Completion(label, "value", detail, doc or key_markdown(schema, locale), insert, span, False, f"{0 if is_default else 1}{i:03d}"))
    return out
