"""Text in a key that holds bytes.

What: text, `!!binary`, or a number outside 0 to 255 in `ssl-ca-bytes`, `ssl-cert-bytes` or `ssl-key-bytes`.

Why: these fields are Go byte slices that dmctl fills when it sends a source or task (dm/config/security/security.go:30-32).  From a file only a
list of numbers can be read: 20003 `cannot unmarshal !!str … into []uint8`, ``cannot unmarshal !!int `300` into uint8``; in TOML 38013 / 40003
`300 is out of range for uint8`.  Certificates for people to write go into a file, or since DM 6.3 as base64 into the `-base64` keys.

Wrong: `ssl-ca-bytes: "LS0tLS1CRUdJTi…"`

Right: `ssl-ca-base64: "LS0tLS1CRUdJTi…"`

Fix: rename the key where the text is base64.
"""

from __future__ import annotations

import re
from typing import Iterator

from dmls.go.base64_std import decode
from dmls.model import edit
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.decode import WRONG_TYPE, Misfit
from dmls.model.dm_error import DECODE
from dmls.model.tls_block import BASE64, BYTES, PATHS
from dmls.model.unknown import tls_type_owner
from dmls.rule import MISFIT, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.syntax.tree import Scalar

_TAG = re.compile(r"!!?[^ \t\r\n]*[ \t]+")
_TEXT_KEY = {BYTES[role]: BASE64[role] for role in BYTES}

_PATH_KEY = {BYTES[role]: PATHS[role] for role in BYTES}


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    if tls_type_owner(entry) != RULE.name:
        return
    error = DECODE.get(ctx.config.kind)
    key = entry.key if entry.pair is not None or entry.parent is None else entry.parent.key
    component = ctx.config.kind not in kinds.DATABASES
    yield ctx.finding(
        RULE,
        ctx.config.value_span(entry),
        "component" if component else "item" if entry.pair is None else "",
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=_fixes(entry, ctx),
        key=key,
        meant=_PATH_KEY[key] if component else _TEXT_KEY[key],
    )


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    """Only the key is renamed and a tag taken away: the value may be a private key and must not be copied."""
    node = entry.raw
    meant = _TEXT_KEY.get(entry.key)
    parent = entry.parent
    # Components never read the inline forms, so there the other key would not help.
    if ctx.config.kind not in kinds.DATABASES or meant is None or parent is None or parent.get(meant) is not None:
        return ()
    if not isinstance(node, Scalar) or not edit.is_direct(entry):
        return ()
    if decode(node.value)[1] is not None or not node.value.strip():
        return ()
    edits = [Edit(ctx.config.key_span(entry), meant)]
    if node.tag is not None:
        start, end = ctx.config.value_span(entry)
        tag = _TAG.match(ctx.config.text, start, end) or _TAG.match(ctx.config.text, ctx.config.text.rfind("!!", 0, start))
        if tag is None:
            return ()
        edits.append(Edit(Span(tag.start(), tag.end()), ""))
    return (ctx.fix("use-base64-key", *edits, key=meant),)


RULE = Rule("tls-bytes-wrong-type", "tls", Severity.ERROR, MISFIT, kinds.KINDS, check, (WRONG_TYPE,), codes=(20003, 38013, 40003))
