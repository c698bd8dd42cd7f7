"""A `ssl-…-base64` value that decodes to something else than what its role needs.

What: valid base64 whose content is not PEM (DER, base64 a second time, nothing but line ends), or PEM without the block that is needed: a
certificate in `ssl-ca-base64` and `ssl-cert-base64`, a private key in `ssl-key-base64`.

Why: DM's loader accepts the file; each connection fails later with 11112 `invalid TLS config`, RawCause `failed to append ca certs` or `could
not load client key pair: tls: failed to find any PEM data …`. Certificate and key are used only as a pair, so a lone one is
not judged here. Content that is empty counts as not given, without a message (`reference/dm-tls.md` 1.4, 6).

Wrong: base64 of a DER file

Right: base64 of the PEM file, encoded once

Fix: decode once, or wrap the DER content as PEM.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import base64_std
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.tls_block import KEY, TlsBlock
from dmls.model.tls_use import CERTIFICATE, PRIVATE_KEY, pem_types
from dmls.rule import TLS_BLOCK, Context, Edit, Finding, Fix, Rule, Severity
from dmls.syntax.tree import Scalar

_SINGLE_LINE = ("plain", "single", "double")
_PEM_BEGIN = b"-----BEGIN "


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    pair = block.cert.given and block.key.given
    for material in block.materials:
        entry = material.base64
        if entry is None or not entry.text or material.inline is not entry or (material is not block.ca and not pair):
            continue
        data = base64_std.decode(entry.text)[0]
        if data is None:
            continue
        span = ctx.config.value_span(entry)
        if not data:
            yield ctx.finding(RULE, ctx.config.key_span(entry), "empty", severity=Severity.WARNING, codes=(), key=entry.key)
            continue
        types = pem_types(data)
        needed = PRIVATE_KEY if material.role == KEY else CERTIFICATE
        if any(t == needed or (needed == PRIVATE_KEY and t.endswith(f" {PRIVATE_KEY}")) for t in types):
            continue
        variant, fixes = _explain(entry, data, bool(types), needed, ctx)
        yield ctx.finding(RULE, span, variant, fixes=fixes, key=entry.key, needed=needed)


def _explain(entry: Entry, data: bytes, is_pem: bool, needed: str, ctx: Context) -> tuple[str, tuple[Fix, ...]]:
    """The sentence that fits and the fix; the content itself goes into neither sentence."""
    if is_pem:
        return "other-block", ()
    # An edit is shown in reports, so a private key is never part of one.
    secret = entry.schema is not None and entry.schema.secret
    single = isinstance(entry.raw, Scalar) and entry.raw.style in _SINGLE_LINE and entry.raw.anchor is None and entry.raw.tag is None and not secret
    span = ctx.config.value_span(entry)
    inner = base64_std.decode(data)[0]
    if inner is not None and inner.lstrip().startswith(_PEM_BEGIN):
        once = "".join(data.decode("ascii").split())
        return "twice", (ctx.fix("decode-once", Edit(span, f'"{once}"'), key=entry.key),) if single else ()
    if data[0] == 0x30 and len(data) > 64:
        return "der", (ctx.fix("wrap-as-pem", Edit(span, f'"{_wrapped(data)}"'), key=entry.key),) if single else ()
    return "", ()


def _wrapped(der: bytes) -> str:
    import base64

    body = base64.b64encode(der).decode("ascii")
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    pem = f"-----BEGIN {CERTIFICATE}-----\n{lines}\n-----END {CERTIFICATE}-----\n"
    return base64.b64encode(pem.encode("ascii")).decode("ascii")


RULE = Rule("tls-base64-not-pem", "tls", Severity.ERROR, TLS_BLOCK, kinds.DATABASES, check, codes=(11112,))
