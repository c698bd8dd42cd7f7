"""A `ssl-…-base64` value that is not standard base64.

What: a value that Go's base64.StdEncoding does not decode: the URL-safe alphabet (`-`, `_`), blanks, the PEM text itself, a file path, missing
padding. Line ends are allowed.

Why: DM decodes the value when it loads the certificates, not when it reads the file: 48003 `can not load tls config`, RawCause
`illegal base64 data at input byte N` (dm/config/security/security.go:74-76). A value is not looked at where the same role has
`ssl-…-bytes`, since bytes win.

Wrong: `ssl-ca-base64: "-----BEGIN CERTIFICATE-----…"`

Right: the output of `base64 -w0 ca.pem`

Fix: encode the PEM text once; replace `-` by `+` and `_` by `/`.
"""

from __future__ import annotations

import re
from typing import Iterator

from dmls.go import base64_std
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.dm_error import DmError
from dmls.model.tls_block import TlsBlock
from dmls.pattern import LazyPattern
from dmls.rule import TLS_BLOCK, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.syntax.tree import Scalar

LOAD_FAILED = DmError(48003, "dmctl", "high", "can not load tls config", "Please ensure that the tls certificate is accessible on the node currently running dmctl.")
_PATH = LazyPattern(r"(?:~|\.{0,2}/|[A-Za-z]:\\).*|.*\.(?:pem|crt|cer|key|der|p12|pfx)\Z", re.I)
_URL_SAFE = str.maketrans("-_", "+/")
_SINGLE_LINE = ("plain", "single", "double")


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
    span = ctx.config.value_span(entry)
    # An edit is shown in reports, so a private key is never part of one.
    secret = entry.schema is not None and entry.schema.secret
    in_place = isinstance(entry.raw, Scalar) and entry.raw.anchor is None and entry.raw.tag is None and not secret
    if text.startswith("-----BEGIN"):
        return "pem", (ctx.fix("encode-base64", Edit(_trimmed(ctx, span), f'"{_encoded(text)}"'), key=entry.key),) if in_place else ()
    if len(text) < 300 and _PATH.match(text) and "\n" not in text:
        return "path", ()
    if base64_std.decode(text.translate(_URL_SAFE))[1] is None:
        single = in_place and isinstance(entry.raw, Scalar) and entry.raw.style in _SINGLE_LINE
        return "url-safe", (ctx.fix("standard-base64", Edit(span, span.of(ctx.config.text).translate(_URL_SAFE)), key=entry.key),) if single else ()
    if base64_std.decode("".join(text.split()))[1] is None:
        return "blank", ()
    if base64_std.decode(text + "=" * (-len("".join(text.split())) % 4))[1] is None:
        return "padding", ()
    return "", ()


def _encoded(text: str) -> str:
    import base64

    return base64.b64encode(f"{text}\n".encode()).decode("ascii")


def _trimmed(ctx: Context, span: Span) -> Span:
    """A block scalar's extent may hold the line ends behind it; these stay."""
    text = span.of(ctx.config.text)
    return Span(span.start, span.start + len(text.rstrip()))


RULE = Rule("tls-base64-invalid", "tls", Severity.ERROR, TLS_BLOCK, kinds.DATABASES, check, codes=(48003,))
