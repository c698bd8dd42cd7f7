"""A value of a type that DM's decoder refuses.

What: a list where text is expected, a quoted number where a number is expected, a word where a boolean is expected, and so on.

Why: yaml.v2 does not convert a quoted scalar into a number or a boolean: 20003 `cannot unmarshal !!str `4000` into int`.
BurntSushi/toml converts nothing but an integer into a float: 38013 / 40003 `incompatible types: TOML value has type string;
destination has type integer`.  Errors of plain structs are collected; one inside mydumpers, loaders or syncers is reported alone.

Wrong: `port: "4000"`

Right: `port: 4000`

Fix: write the value in the type the message names; for a quoted number or boolean, drop the quotes.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import toml_value, yaml_value
from dmls.model import kind as kinds
from dmls.model.decode import WRONG_TYPE, Misfit
from dmls.model.dm_error import DECODE
from dmls.model.unknown import tls_type_owner
from dmls.rule import MISFIT, Context, Edit, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Scalar


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    schema = entry.schema
    assert schema is not None
    if tls_type_owner(entry) is not None:
        return
    error = DECODE.get(ctx.config.kind)
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
        type=schema.go,
    )


def _fixes(misfit: Misfit, ctx: Context) -> tuple[Fix, ...]:
    """Take the quotes off where what is left is of the right type; put a lone scalar into a list of strings."""
    entry = misfit.entry
    node = entry.raw
    schema = entry.schema
    if not isinstance(node, Scalar) or schema is None or entry.secret or "\n" in node.value:
        return ()
    span = ctx.config.value_span(entry)
    yaml = ctx.config.language == "yaml"
    if schema.type in ("int", "float", "bool") and node.style in ("single", "double", "basic", "literal"):
        if yaml and yaml_value.decode(node.value, True, None, schema.go) is None and node.value.strip() == node.value != "":
            return (ctx.fix("unquote", Edit(span, node.value)),)
        if not yaml:
            style = {"bool": "boolean", "int": "integer", "float": "float"}[schema.type]
            well_formed = node.value in ("true", "false") if style == "boolean" else node.value.isascii() and node.value.isdigit() and (node.value == "0" or node.value[0] != "0")
            if well_formed and toml_value.decode(style, node.value, schema.go) is None:
                return (ctx.fix("unquote", Edit(span, node.value)),)
    if schema.type == "list" and schema.item is not None and schema.item.type == "string":
        return (ctx.fix("wrap-in-list", Edit(span, f"[{span.of(ctx.config.text)}]")),)
    return ()


RULE = Rule("wrong-type", "schema", Severity.ERROR, MISFIT, kinds.KINDS, check, (WRONG_TYPE,))
