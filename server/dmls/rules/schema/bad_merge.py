"""A merge key whose value is no mapping.

What: `<<:` followed by a number, text, or a list that holds something else than mappings.

Why: yaml.v2 stops decoding: 20003 `map merge requires map or sequence of maps as the value`.

Wrong: `<<: 4`

Right: `<<: *defaults`

Fix: name an anchor that stands on a mapping.  Where one of that name stands above, the fix writes the `*` that is missing, or takes the quotes away.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import BAD_MERGE, Misfit
from dmls.model.dm_error import DECODE
from dmls.model.edits import edit
from dmls.rule import MISFIT, Context, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Mapping, Node, Scalar, Sequence


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    error = DECODE.get(ctx.config.kind)
    yield ctx.finding(RULE, ctx.config.span(misfit.entry), codes=(error.code,) if error else (), dm_text=ctx.decoder_text(misfit), fixes=ctx.later(_fixes, misfit.entry))


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    """The alias that was meant, where its anchor stands above on a mapping."""
    node = entry.raw
    if not isinstance(node, Scalar) or node.style not in ("plain", "single", "double") or node.tag is not None:
        return ()
    name = node.value.lstrip("*&")
    config = ctx.config
    before = config.span(entry).start
    target = _anchored(config.tree.root, name) if name else None
    if not isinstance(target, Mapping) or config.tree.span(target).end > before:
        return ()
    change = edit.set_value(config, entry, f"*{name}")
    return (ctx.fix("replace-value", change, value=f"*{name}"),) if change is not None else ()


def _anchored(node: Node | None, name: str) -> Node | None:
    """The node with the anchor `name`, the first of several."""
    stack = [node]
    while stack:
        node = stack.pop()
        if node is not None and node.anchor == name:
            return node
        if isinstance(node, Sequence):
            stack.extend(reversed(node.items))
        elif isinstance(node, Mapping):
            stack.extend(pair.value for pair in reversed(node.pairs))
    return None


RULE = Rule("bad-merge", "schema", Severity.ERROR, MISFIT, kinds.YAML_KINDS, check, (BAD_MERGE,))
