"""A value of a type that DM's decoder refuses.

What: a list where text is expected, a quoted number where a number is expected, a word where a boolean is expected, and so on.

Why: yaml.v2 does not convert a quoted scalar into a number or a boolean: 20003 `cannot unmarshal !!str `4000` into int`.
BurntSushi/toml converts nothing but an integer into a float: 38013 / 40003 `incompatible types: TOML value has type string;
destination has type integer`.  Errors of plain structs are collected; one inside mydumpers, loaders or syncers is reported alone.

Wrong: `port: "4000"`

Right: `port: 4000`

Fix: write the value in the type the message names.  The fix takes quotes away or puts them around, puts one value into a list or takes the only one out,
writes the dash that is missing before an item, and takes away those that make a list of a block.  A list of rules without names cannot become a block,
since sources name the rules that they use; a list of several values cannot become one.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import toml_value, yaml_value
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import WRONG_TYPE, Misfit
from dmls.model.dm_error import DECODE
from dmls.model.edits import edit, items
from dmls.model.unknown import tls_type_owner
from dmls.rule import MISFIT, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Mapping, Scalar, Sequence


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    schema = entry.schema
    if tls_type_owner(entry) is not None:
        return
    error = DECODE.get(entry.held_kind or ctx.config.kind)
    variant = f"{misfit.got}-for-{misfit.want}" if misfit.got != "scalar" and misfit.want in ("string", "list", "object", "map") else misfit.want
    if entry.parent is None:
        variant = "file"
    # A list where a block belongs is seen at its key; where a dash was forgotten, the place of the dash is what to look at.
    at_key = variant in ("seq-for-map", "seq-for-object") and entry.pair is not None
    yield ctx.finding(
        RULE,
        ctx.config.key_span(entry) if at_key else ctx.config.value_span(entry),
        variant,
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=_fixes(misfit, ctx),
        key=entry.key or (entry.parent.key if entry.parent is not None else ""),
        type=schema.go if schema is not None else "int64",
    )


def _fixes(misfit: Misfit, ctx: Context) -> tuple[Fix, ...]:
    """What makes the value one of the right type, where there is one way only."""
    entry = misfit.entry
    node = entry.raw
    schema = entry.schema
    if schema is None or node is None or node.anchor is not None or node.tag is not None or entry.secret:
        return ()
    if isinstance(node, Scalar):
        if "\n" in node.value or node.style in ("literal", "folded") or node.unterminated:
            return ()
        if schema.type == "list":
            return _in_list(entry, node, ctx) if schema.item is not None and schema.item.type == "string" else ()
        text, title = _as_type(node, schema.type, schema.go, ctx.config.language == "yaml")
        change = edit.set_value(ctx.config, entry, text) if text else None
        return (ctx.fix(title, change, value=text),) if change is not None else ()
    if isinstance(node, Sequence) and schema.type not in ("object", "map", "list", "bytes"):
        edits = edit.unwrap_item(ctx.config, entry)
        return (ctx.fix("unwrap-list", *edits),) if edits and _is_taken(entry.items()[0].node, schema.go, ctx.config.language == "yaml") else ()
    if isinstance(node, Mapping) and schema.type == "list" and schema.item is not None and schema.item.type == "object":
        edits = items.into_item(ctx.config, entry)
        return (ctx.fix("make-item", *edits, key=entry.key),) if edits else ()
    if isinstance(node, Sequence) and (schema.type == "object" or (schema.type == "map" and _named(entry))):
        edits = items.out_of_items(ctx.config, entry)
        return (ctx.fix("make-block", *edits, key=entry.key),) if edits else ()
    return ()


def _is_taken(node: object, go: str, yaml: bool) -> bool:
    """Whether DM takes the scalar for a field of Go type `go`."""
    if not isinstance(node, Scalar):
        return False
    if yaml:
        return yaml_value.decode(node.value, node.style in ("plain", "empty"), node.tag, go) is None
    return toml_value.decode(node.style, node.value, go) is None


def _as_type(node: Scalar, kind: str, go: str, yaml: bool) -> tuple[str, str]:
    """The value as a scalar of the right type, and the title of the fix; "" where it is none."""
    value = node.value
    quoted = node.style in ("single", "double", "basic", "literal")
    if kind == "bool" and value in _DIGITS:
        return _DIGITS[value], "replace-value"
    if kind in ("int", "float", "bool") and quoted:
        if yaml and yaml_value.decode(value, True, None, go) is None and value.strip() == value != "":
            return value, "unquote"
        if not yaml:
            style = {"bool": "boolean", "int": "integer", "float": "float"}[kind]
            well_formed = value in ("true", "false") if kind == "bool" else value.isascii() and value.isdigit() and (value == "0" or value[0] != "0")
            if well_formed and toml_value.decode(style, value, go) is None:
                return value, "unquote"
    if not yaml and kind == "string" and node.style in ("integer", "float", "boolean", "datetime"):
        return edit.quoted(value), "quote"
    if not yaml and kind == "int" and node.style == "float":
        whole, _, fraction = value.partition(".")
        if whole.lstrip("+-").isdigit() and fraction and not fraction.strip("0") and toml_value.decode("integer", whole, go) is None:
            return whole, "replace-value"
    return "", ""


_DIGITS = {"0": "false", "1": "true"}


def _in_list(entry: Entry, node: Scalar, ctx: Context) -> tuple[Fix, ...]:
    """A lone scalar in a list of strings; one with commas was probably meant as several."""
    parts = [part.strip() for part in node.value.split(",")]
    if len(parts) > 1:
        if not all(parts):
            return ()
        change = edit.set_value(ctx.config, entry, f"[{', '.join(edit.written_like(ctx.config, entry, part) for part in parts)}]")
        return (ctx.fix("split-list", change, how=Applicability.UNSAFE),) if change is not None else ()
    written = ctx.config.value_span(entry).of(ctx.config.text)
    if node.style == "plain" and any(c in "[]{}:#" for c in written):
        written = edit.quoted(node.value)
    change = edit.set_value(ctx.config, entry, f"[{written}]")
    return (ctx.fix("wrap-in-list", change),) if change is not None else ()


def _named(entry: Entry) -> bool:
    """Whether each item is a block under one name, which is no key of the block itself."""
    inner = entry.schema.item.children if entry.schema is not None and entry.schema.item is not None else {}
    return all(len(item.children) == 1 and isinstance(item.children[0].node, Mapping) and item.children[0].name not in inner for item in entry.items())


RULE = Rule("wrong-type", "schema", Severity.ERROR, MISFIT, kinds.KINDS, check, (WRONG_TYPE,))
