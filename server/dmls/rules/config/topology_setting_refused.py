"""A setting in a topology that dm-master or dm-worker refuses.

What: a key in `server_configs.master`, `server_configs.worker` or `config` that the component does not know, or a value that becomes another type in
the TOML that TiUP writes: an unquoted `yes` or `on` for a switch, a bare number for a text, a fraction for a whole number.

Why: TiUP copies these maps into `dm-master.toml` and `dm-worker.toml` without looking at them. There `yes` and `on` are texts, and TOML converts nothing,
so the component does not start: 38011 or 40004 for an unknown key, 38013 or 40003 `incompatible types: TOML value has type string; destination has
type boolean` for a type.

Wrong: `openapi: yes` in `server_configs.master`

Right: `openapi: true`

Fix: write `true` or `false`, put a text into quotes, or write the key as DM does; the fix does each of these where one is sure.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import toml_value
from dmls.go.yaml3_value import toml_style
from dmls.model import kind as kinds
from dmls.model.config_file import MERGE_KEY, ConfigFile, Entry
from dmls.model.dm.decode import misfits
from dmls.model.dm_error import DECODE, UNKNOWN
from dmls.model.edits import edit
from dmls.model.topology import settings_maps
from dmls.model.unknown import near_key
from dmls.rule import CONFIG_FILE, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.schema.load import load
from dmls.syntax.tree import Alias, Mapping, Scalar, Sequence

_TRUTH = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    for block, kind in settings_maps(config):
        for child in block.children:
            yield from _setting(config, ctx, child, kind)


def _setting(config: ConfigFile, ctx: Context, entry: Entry, kind: str) -> Iterator[Finding]:
    if entry.pair is None or entry.name == MERGE_KEY or not entry.name:
        return
    above = entry.parent
    direct = above is not None and above.schema is not None and above.schema.holds_kind is not None
    known = entry.schema if entry.schema is not None and not (direct and above is not None and above.schema is not None and entry.schema is above.schema.item) else None
    if known is None:
        if direct and "." not in entry.name and load(kind).child(entry.name) is None:
            yield _unknown(config, ctx, entry, kind)
        return
    if isinstance(entry.node, Mapping) and known.type == "object":
        for child in entry.children:
            yield from _setting(config, ctx, child, kind)
        return
    if next(misfits(entry, config.language), None) is not None or isinstance(entry.raw, Alias):
        return
    text = _mistyped(entry, known.go)
    if text is not None:
        error = DECODE[kind]
        yield ctx.finding(
            RULE,
            config.value_span(entry),
            "type",
            codes=(error.code,),
            dm_text=error.text(text),
            fixes=_retyped(config, ctx, entry, known.type),
            key=entry.name,
            kind=f"dm-{kind}",
            text=text,
        )


def _unknown(config: ConfigFile, ctx: Context, entry: Entry, kind: str) -> Finding:
    error = UNKNOWN[kind]
    near = near_key(entry.name, load(kind))
    change = edit.rename_key(config, entry, near) if near is not None else None
    fixes = (ctx.fix("rename-key", change, how=Applicability.UNSAFE, key=entry.name, meant=near),) if change is not None else ()
    return ctx.finding(
        RULE,
        config.key_span(entry),
        "near" if near else "unknown",
        codes=(error.code,),
        dm_text=error.text(message=error.message % entry.name),
        fixes=fixes,
        key=entry.name,
        kind=f"dm-{kind}",
        near=near or "",
    )


def _mistyped(entry: Entry, go: str) -> str | None:
    """The text of DM's decoder for the value as TiUP writes it; None where it takes it, or it is not sure."""
    node = entry.node
    if isinstance(node, Scalar):
        if node.tag is not None or node.unterminated:
            return None
        written = ("basic", node.value) if node.style not in ("plain", "empty") else toml_style(node.value)
        return toml_value.decode(*written, go) if written is not None else None
    return toml_value.decode("array" if isinstance(node, Sequence) else "table", "", go)


def _retyped(config: ConfigFile, ctx: Context, entry: Entry, kind: str) -> tuple[Fix, ...]:
    node = entry.node
    if not isinstance(node, Scalar) or node.style != "plain":
        return ()
    if kind == "bool" and node.value.lower() in _TRUTH:
        value, title = _TRUTH[node.value.lower()], "replace-value"
    elif kind == "string":
        value, title = edit.quoted(node.value), "quote"
    else:
        return ()
    change = edit.set_value(config, entry, value)
    return (ctx.fix(title, change, value=value),) if change is not None else ()


RULE = Rule("topology-setting-refused", "config", Severity.ERROR, CONFIG_FILE, (kinds.TOPOLOGY,), check, codes=(38011, 38013, 40003, 40004))
