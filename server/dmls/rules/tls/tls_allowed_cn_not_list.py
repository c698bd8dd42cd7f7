"""A `cert-allowed-cn` that is no list of texts.

What: one text, or a block, instead of a list; in TOML also a number, boolean or date as an item.

Why: the field is a list of strings (dm/config/security/security.go:29).  yaml.v2 answers 20003 ``cannot unmarshal !!str `dm` into
security.strArray``, BurntSushi/toml 38013 / 40003 `incompatible types: TOML value has type string; destination has type slice`; dmctl
refuses its file likewise.  A YAML item may be a number: it is taken as its text.

Wrong: `cert-allowed-cn = "dm"`

Right: `cert-allowed-cn = ["dm"]`

Fix: put the text into a list; put quotes around the item.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import WRONG_TYPE, Misfit
from dmls.model.dm_error import DECODE
from dmls.model.edits import edit
from dmls.model.unknown import tls_type_owner
from dmls.rule import MISFIT, Context, Edit, Finding, Fix, Rule, Severity
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    if tls_type_owner(entry) != RULE.name:
        return
    error = DECODE.get(ctx.config.kind)
    yield ctx.finding(
        RULE,
        ctx.config.value_span(entry),
        "item" if entry.pair is None else "",
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=_fixes(entry, ctx),
        key=k.CERT_ALLOWED_CN,
    )


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    node = entry.raw
    if not isinstance(node, Scalar) or not node.value or "\n" in node.value or not edit.is_direct(entry):
        return ()
    config = ctx.config
    text = config.tree.source(node) if node.style in ("single", "double", "basic", "literal") else edit.quoted(node.value)
    if entry.pair is None:
        return (ctx.fix("quote", Edit(config.value_span(entry), text)),)
    return (ctx.fix("wrap-in-list", Edit(config.value_span(entry), f"[{text}]")),)


RULE = Rule("tls-allowed-cn-not-list", "tls", Severity.ERROR, MISFIT, kinds.KINDS, check, (WRONG_TYPE,), codes=(20003, 38013, 40003))
