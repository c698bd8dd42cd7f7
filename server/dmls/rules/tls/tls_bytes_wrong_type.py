"""Text in a key that holds bytes.

What: text, `!!binary`, or a number outside 0 to 255 in `ssl-ca-bytes`, `ssl-cert-bytes` or `ssl-key-bytes`.

Why: these fields are Go byte slices that dmctl fills when it sends a source or task (dm/config/security/security.go:30-32).  From a file only a
list of numbers can be read: 20003 `cannot unmarshal !!str … into []uint8`, `cannot unmarshal !!int `300` into uint8`; in TOML 38013 / 40003
`300 is out of range for uint8`.  Certificates for people to write go into a file, or since DM 6.3 as base64 into the `-base64` keys.

Wrong: `ssl-ca-bytes: "LS0tLS1CRUdJTi…"`

Right: `ssl-ca-base64: "LS0tLS1CRUdJTi…"`

Fix: rename the key where the text is base64; encode it where it is PEM.
"""

from __future__ import annotations

from binascii import b2a_base64
from typing import Iterator

from dmls.model import edit
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.decode import WRONG_TYPE, Misfit
from dmls.model.dm_error import DECODE
from dmls.model.tls_block import BASE64, BYTES
from dmls.model.unknown import tls_type_owner
from dmls.rule import MISFIT, Context, Edit, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Scalar

_TEXT_KEY = {BYTES[role]: BASE64[role] for role in BYTES}


def check(misfit: Misfit, ctx: Context) -> Iterator[Finding]:
    entry = misfit.entry
    if tls_type_owner(entry) != RULE.name:
        return
    error = DECODE.get(ctx.config.kind)
    key = entry.key if entry.pair is not None or entry.parent is None else entry.parent.key
    yield ctx.finding(
        RULE,
        ctx.config.value_span(entry),
        "item" if entry.pair is None else "",
        codes=(error.code,) if error else (),
        dm_text=ctx.decoder_text(misfit),
        fixes=_fixes(entry, ctx),
        key=key,
        meant=_TEXT_KEY[key],
    )


def _fixes(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    node = entry.raw
    meant = _TEXT_KEY.get(entry.key)
    parent = entry.parent
    # Components never read the inline forms, so there the other key would not help.
    if ctx.config.kind not in kinds.DATABASES or meant is None or not isinstance(node, Scalar) or not edit.is_direct(entry) or parent is None or parent.get(meant) is not None:
        return ()
    text = node.value.strip()
    if text.startswith("-----BEGIN "):
        text = b2a_base64(node.value.encode("utf-8", "surrogatepass"), newline=False).decode("ascii")
    elif not text or not all(c.isascii() and (c.isalnum() or c in "+/=\n\r ") for c in text):
        return ()
    else:
        text = "".join(text.split())
    return (ctx.fix("use-base64-key", Edit(ctx.config.key_span(entry), meant), Edit(ctx.config.value_span(entry), edit.quoted(text)), key=meant),)


RULE = Rule("tls-bytes-wrong-type", "tls", Severity.ERROR, MISFIT, kinds.KINDS, check, (WRONG_TYPE,), codes=(20003, 38013, 40003))
