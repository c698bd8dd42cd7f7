"""Fixes that give a TLS block what it lacks: the keys of files that lie there already, else keys for a person to fill."""

from __future__ import annotations

from typing import Mapping as Map

from dmls.model.config_file import Entry
from dmls.model.edits import edit
from dmls.model.tls_block import CA, CERT, KEY, KEYS, PATHS, TlsBlock
from dmls.rule import Applicability, Context, Edit, Fix
from dmls.rules import _found
from dmls.syntax.tree import Mapping


def missing_files(ctx: Context, block: TlsBlock, *roles: str) -> tuple[Fix, ...]:
    """Fixes that name files for `roles`, which lack one; a choice among several is left to a person."""
    use = _found.use_of(block, ctx)
    source = _found.neighbour(use)
    fixes: list[Fix] = []
    if use is not None and source is not None:
        own = use.chain or ((use.readable_leaf,) if use.readable_leaf is not None else ())
        key = use.private_key.public if use.private_key is not None else None
        choices: list[tuple[str, ...]]
        if roles == (CERT, KEY):
            choices = [*_found.pairs(ctx, source, use)]
        elif roles == (KEY,):
            choices = [(path,) for path in _found.keys(ctx, source, use.readable_leaf)]
        elif roles == (CERT,):
            choices = [(path,) for path in _found.certificates(ctx, source, key)]
        else:
            choices = [(path,) for path in _found.authorities(ctx, source, own if block.is_component else ())] if roles == (CA,) else []
        for choice in choices[: _found.MOST_OFFERED]:
            named = {role: ctx.path_for(source, path) for role, path in zip(roles, choice, strict=True)}
            edits = write(ctx, block, named)
            if edits:
                shown = ", ".join(f"`{PATHS[role]}: {path}`" for role, path in named.items())
                fixes.append(ctx.fix("add-keys", *edits, how=Applicability.UNSAFE, preferred=len(choices) == 1, keys=shown))
    return (*fixes, *placeholders(ctx, block, *roles))


def placeholders(ctx: Context, block: TlsBlock, *roles: str) -> tuple[Fix, ...]:
    """A fix that writes the keys without a path; none for those that are written."""
    absent = [role for role, material in zip((CA, CERT, KEY), block.materials) if role in roles and material.path is None]
    edits = write(ctx, block, dict.fromkeys(absent, "")) if absent else ()
    shown = ", ".join(f"`{PATHS[role]}`" for role in absent)
    return (ctx.fix("add-keys", *edits, how=Applicability.MANUAL, preferred=False, keys=shown),) if edits else ()


def write(ctx: Context, block: TlsBlock, named: Map[str, str]) -> tuple[Edit, ...]:
    """The edits that give each role its path, next to the other TLS keys; none where one of them is not sure."""
    edits: list[Edit | None] = []
    added: dict[tuple[int, bool], tuple[Entry, list[tuple[str, str]]]] = {}
    for role, material in zip((CA, CERT, KEY), block.materials):
        if role not in named:
            continue
        if material.path is not None:
            edits.append(edit.fill(ctx.config, material.path, named[role]))
            continue
        beside, above = _place(ctx, block.holder, PATHS[role])
        if beside is None:
            return ()
        added.setdefault((id(beside), above), (beside, []))[1].append((PATHS[role], named[role]))
    edits += (edit.insert_keys(ctx.config, beside, keys, above) for (_, above), (beside, keys) in added.items())
    sure = [e for e in edits if e is not None]
    return tuple(sure) if len(sure) == len(edits) else ()


def _place(ctx: Context, holder: Entry, key: str) -> tuple[Entry | None, bool]:
    """The written key that a new one belongs next to, and whether above it: TLS keys before others, what the documentation lists before it first."""
    schema = holder.schema
    order = schema.children[key].order if schema is not None and key in schema.children else 0
    written = [(c.schema.order, c) for c in holder.children if c.schema is not None and _is_line(ctx, c)]
    for among in ([(n, c) for n, c in written if c.key in KEYS], written):
        before = [(n, c) for n, c in among if n < order]
        if before:
            return max(before, key=lambda pair: pair[0])[1], False
        if among:
            return min(among, key=lambda pair: pair[0])[1], True
    return None, False


def _is_line(ctx: Context, entry: Entry) -> bool:
    """Whether the key is written with its value; in TOML nothing can stand below a table."""
    if entry.pair is None or entry.pair.value is None or entry.pair.separator < 0:
        return False
    return ctx.config.language == "yaml" or not isinstance(entry.raw, Mapping) or entry.raw.form == "inline"
