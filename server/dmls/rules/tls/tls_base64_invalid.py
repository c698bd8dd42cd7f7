"""A `ssl-…-base64` value that is not standard base64.

What: a value that Go's base64.StdEncoding does not decode: the URL-safe alphabet (`-`, `_`), blanks, the PEM text itself, a file path, missing
padding. Line ends are allowed.

Why: DM decodes the value when it loads the certificates, not when it reads the file: 48003 `can not load tls config`, RawCause
`illegal base64 data at input byte N` (dm/config/security/security.go:74-76). A value is not looked at where the same role has
`ssl-…-bytes`, since bytes win.

Wrong: `ssl-ca-base64: "-----BEGIN CERTIFICATE-----…"`

Right: the output of `base64 -w0 ca.pem`

Fix: encode the PEM text once, a private key's excepted, since the edit would show it; replace `-` by `+` and `_` by `/`; take blanks out; add the missing
`=`; for a path use the key without `-base64`. Other text nobody can mend.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import base64_std
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm_error import DmError
from dmls.model.edits import edit
from dmls.model.tls_block import TlsBlock
from dmls.pattern import LazyPattern
from dmls.rule import TLS_BLOCK, Applicability, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.rules.tls._inline import PATH_KEY, SINGLE_LINE, is_path, is_pem, is_secret, own_scalar, pem_as_base64, replaced

LOAD_FAILED = DmError(48003, "dmctl", "high", "can not load tls config", "Please ensure that the tls certificate is accessible on the node currently running dmctl.")
_URL_SAFE = str.maketrans("-_", "+/")
_ODD = LazyPattern(r"[-_]")
_BLANKS = LazyPattern(r"\s+")


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    for material in block.materials:
        entry = material.base64
        if entry is None or not entry.text or material.inline is not entry:
            continue
        error = base64_std.decode(entry.text)[1]
        if error is not None:
            variant, fixes = _explain(entry, ctx)
            at = error.rpartition(" ")[2]
            yield ctx.finding(RULE, ctx.config.value_span(entry), variant, dm_text=LOAD_FAILED.text(error), fixes=fixes, key=entry.key, at=at)


def _explain(entry: Entry, ctx: Context) -> tuple[str, tuple[Fix, ...]]:
    """The sentence that fits and the fix; nothing of the value goes into either sentence, since it may be a key."""
    text = entry.text.strip()
    if is_pem(text):
        return "pem", _encode(entry, text, ctx)
    if is_path(text):
        return "path", _use_path(entry, ctx)
    if base64_std.decode(text.translate(_URL_SAFE))[1] is None:
        return "url-safe", _change(entry, _ODD, "standard-base64", ctx)
    if base64_std.decode("".join(text.split()))[1] is None:
        return "blank", _change(entry, _BLANKS, "remove-blanks", ctx)
    if base64_std.decode(text + "=" * (-len("".join(text.split())) % 4))[1] is None:
        return "padding", _pad(entry, text, ctx)
    return "", ()


def _encode(entry: Entry, text: str, ctx: Context) -> tuple[Fix, ...]:
    if own_scalar(entry) is None or is_secret(entry) or not edit.is_direct(entry):
        return ()
    span = ctx.config.value_span(entry)
    # A block scalar's extent may hold the line ends behind it; these stay.
    span = Span(span.start, span.start + len(span.of(ctx.config.text).rstrip()))
    return (ctx.fix("encode-base64", Edit(span, f'"{pem_as_base64(text)}"'), key=entry.key),)


def _use_path(entry: Entry, ctx: Context) -> tuple[Fix, ...]:
    meant = PATH_KEY[entry.key]
    taken = entry.parent is None or entry.parent.get(meant) is not None
    change = edit.rename_key(ctx.config, entry, meant) if not taken else None
    return (ctx.fix("rename-key", change, how=Applicability.UNSAFE, key=entry.key, meant=meant),) if change is not None else ()


def _change(entry: Entry, pattern: LazyPattern, title: str, ctx: Context) -> tuple[Fix, ...]:
    span = ctx.config.value_span(entry)
    if own_scalar(entry, SINGLE_LINE) is None or not edit.is_direct(entry) or "\\" in span.of(ctx.config.text):
        return ()
    return (ctx.fix(title, *replaced(ctx, span, pattern, lambda found: found.translate(_URL_SAFE).strip()), key=entry.key),)


def _pad(entry: Entry, text: str, ctx: Context) -> tuple[Fix, ...]:
    node = own_scalar(entry, SINGLE_LINE)
    if node is None or node.value != text or not edit.is_direct(entry):
        return ()
    end = ctx.config.value_span(entry).end - (node.style != "plain")
    return (ctx.fix("pad-base64", Edit(Span(end, end), "=" * (-len(text) % 4)), key=entry.key),)


RULE = Rule("tls-base64-invalid", "tls", Severity.ERROR, TLS_BLOCK, kinds.DATABASES, check, codes=(48003,))
