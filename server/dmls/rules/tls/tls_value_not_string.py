"""A TLS path that is no text.

What: a list, a block, or in TOML a number or a boolean where `ssl-ca`, `ssl-cert`, `ssl-key` or a `-base64` key wants one text.

Why: each key holds one string (dm/config/security/security.go:25-36); several CAs go into one PEM file.  yaml.v2 refuses a list with
20003 `cannot unmarshal !!seq into string` and takes a plain number or boolean as its text.  BurntSushi/toml refuses all but a
string: 38013 / 40003 `incompatible types: TOML value has type []any; destination has type string`.

Wrong: `ssl-ca = ["/etc/dm/ca.pem"]`

Right: `ssl-ca = "/etc/dm/ca.pem"`

Fix: unwrap a list of one; put quotes around a number or boolean.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import edit
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.decode import WRONG_TYPE, Misfit
from dmls.model.dm_error import DECODE
from dmls.model.unknown import tls_type_owner
from dmls.rule import MISFIT, Context, Edit, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Scalar, Sequence


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    if tls_type_owner(entry) != RULE.name:
        return
    error = DECODE.get(ctx.config.kind)
    variant = "list" if isinstance(entry.node, Sequence) else ""
    yield ctx.finding(
        RULE,
        ctx.config.value_span(entry),
        variant,
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=_fixes(entry, ctx),
        key=entry.key,
    )


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    config = ctx.config
    if not edit.is_direct(entry):
        return ()
    span = config.value_span(entry)
    if isinstance(entry.node, Scalar):
        return (ctx.fix("quote", Edit(span, edit.quoted(config.tree.source(entry.node)))),)
    items = entry.items()
    if not isinstance(entry.node, Sequence) or entry.node.form == "block" or len(items) != 1 or not isinstance(items[0].raw, Scalar):
        return ()
    item = items[0].raw
    text = config.tree.source(item)
    if config.language == "toml" and item.style not in ("basic", "literal"):
        text = edit.quoted(text)
    return (ctx.fix("unwrap-list", Edit(span, text)),)


RULE = Rule("tls-value-not-string", "tls", Severity.ERROR, MISFIT, kinds.KINDS, check, (WRONG_TYPE,), codes=(20003, 38013, 40003))
