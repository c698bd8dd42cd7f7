"""Text in a key that holds bytes.

What: text, `!!binary`, or a number outside 0 to 255 in `ssl-ca-bytes`, `ssl-cert-bytes` or `ssl-key-bytes`.

Why: these fields are Go byte slices that dmctl fills when it sends a source or task (dm/config/security/security.go:30-32).  From a file only a
list of numbers can be read: 20003 `cannot unmarshal !!str … into []uint8`, ``cannot unmarshal !!int `300` into uint8``; in TOML 38013 / 40003
`300 is out of range for uint8`.  Certificates for people to write go into a file, or since DM 6.3 as base64 into the `-base64` keys.

Wrong: `ssl-ca-bytes: "LS0tLS1CRUdJTi…"`

Right: `ssl-ca-base64: "LS0tLS1CRUdJTi…"`

Fix: rename the key where the text is base64 and this DM version knows the other key, or where it is a path; PEM text is encoded as well, a private
key's excepted, since the edit would show it. In the file of a component other text is deleted, which is never read there. A number that is no byte nobody can mend.
"""

from __future__ import annotations

import re
from typing import Iterator, Sequence

from dmls.go.base64_std import decode
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm.decode import WRONG_TYPE, Misfit
from dmls.model.dm_error import DECODE
from dmls.model.edits import edit
from dmls.model.tls_block import BASE64, BYTES, PATHS
from dmls.model.unknown import tls_type_owner
from dmls.rule import MISFIT, Applicability, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.rules.tls._inline import is_path, is_pem, is_secret, own_scalar, pem_as_base64
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
        fixes=ctx.later(_fixes, entry),
        key=key,
        meant=_PATH_KEY[key] if component else _TEXT_KEY[key],
    )


def _fixes(entry: Entry, ctx: Context) -> Sequence[Fix]:
    """A private key is never copied: its key is renamed and a tag taken away, no more."""
    parent = entry.parent
    if entry.key not in _TEXT_KEY or parent is None or parent.schema is None or not isinstance(entry.raw, Scalar) or not entry.raw.value.strip():
        return ()
    text = entry.raw.value.strip()
    component = ctx.config.kind not in kinds.DATABASES
    meant, path = _TEXT_KEY[entry.key], _PATH_KEY[entry.key]
    if is_path(text):
        change = edit.rename_key(ctx.config, entry, path) if parent.get(path) is None else None
        return (ctx.fix("rename-key", change, how=Applicability.UNSAFE, key=entry.key, meant=path),) if change is not None else ()
    if component:
        # Components never read the inline forms, so there the other key would not help.
        return ctx.deletion(entry)
    rename = edit.rename_key(ctx.config, entry, meant)
    if rename is None or not edit.is_direct(entry) or parent.get(meant) is not None or ctx.version not in parent.schema.children[meant].versions:
        return ()
    if is_pem(text):
        if own_scalar(entry) is None or is_secret(entry):
            return ()
        span = ctx.config.value_span(entry)
        span = Span(span.start, span.start + len(span.of(ctx.config.text).rstrip()))
        return (ctx.fix("use-base64-key", rename, Edit(span, f'"{pem_as_base64(text)}"'), key=meant),)
    if decode(text)[1] is not None:
        return ()
    edits = [rename]
    if entry.raw.tag is not None:
        start, end = ctx.config.value_span(entry)
        tag = _TAG.match(ctx.config.text, start, end) or _TAG.match(ctx.config.text, ctx.config.text.rfind("!!", 0, start))
        if tag is None:
            return ()
        edits.append(Edit(Span(tag.start(), tag.end()), ""))
    return (ctx.fix("use-base64-key", *edits, key=meant),)


RULE = Rule("tls-bytes-wrong-type", "tls", Severity.ERROR, MISFIT, kinds.KINDS, check, (WRONG_TYPE,), codes=(20003, 38013, 40003))
