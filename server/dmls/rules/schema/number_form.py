"""A number that DM reads as another number.

What: an integer written with a leading zero, with a fraction or with an exponent.

Why: yaml.v2 follows YAML 1.1: `010` is octal and becomes 8; a fraction is cut off without a message, `32.7` becomes 32; `1e2` becomes 100
(`reference/dm-config-semantics.md` 6.1).

Wrong: `mydumper-thread: 010`

Right: `mydumper-thread: 10`

Fix: write the number that DM reads in plain decimal digits.  Whether `010` was meant to be ten, only you know.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import yaml_value
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.edits import edit
from dmls.rule import ENTRY, ODD_NUMBER, Context, Finding, Rule, Severity
from dmls.syntax.tree import Scalar


def check(entry: Entry, ctx: Context) -> Iterator[Finding]:
    node = entry.raw
    schema = entry.schema
    if schema is None or not isinstance(node, Scalar) or node.style != "plain" or node.value.isdigit() and node.value[0] != "0":
        return
    text = node.value
    body = text.lstrip("+-")
    octal = len(body) > 1 and body[0] == "0" and body.replace("_", "").isdigit()
    if not octal and not any(c in body for c in ".eE") or body[:2].lower() == "0x":
        return
    if yaml_value.decode(text, True, node.tag, schema.go) is not None:
        return
    if not octal and entry.held_kind is not None:
        # In TOML a fraction is no whole number, so nothing is cut.
        return
    value = yaml_value.value(text, True, node.tag, schema.go)
    if "." in body and "e" not in body.lower() and not body.partition(".")[2].strip("0_"):
        # 4.0 is 4 to everybody.
        return
    span = ctx.config.value_span(entry)
    if octal:
        variant = "octal"
    else:
        # Not Python's float: infinity is written `-.inf` in YAML, and DM takes it for the least integer.
        variant = "exponent" if yaml_value.resolve(text, node.tag)[1] == value else "fraction"
    change = edit.set_value(ctx.config, entry, str(value)) if node.tag is None else None
    fixes = (ctx.fix("plain-number", change, value=value),) if change is not None else ()
    yield ctx.finding(RULE, span, variant, fixes=fixes, key=entry.key or (entry.parent.key if entry.parent is not None else ""), written=text, value=value)


RULE = Rule("number-form", "schema", Severity.WARNING, ENTRY, kinds.YAML_KINDS, check, (ODD_NUMBER,))
