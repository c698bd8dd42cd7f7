"""A `ssl-…-base64` value that decodes to something else than what its role needs.

What: valid base64 whose content is not PEM (DER, base64 a second time, nothing but line ends), or PEM without the block that is needed: a
certificate in `ssl-ca-base64` and `ssl-cert-base64`, a private key in `ssl-key-base64`.

Why: DM's loader accepts the file; each connection fails later with 11112 `invalid TLS config`, RawCause `failed to append ca certs` or `could
not load client key pair: tls: failed to find any PEM data …`. Certificate and key are used only as a pair, so a lone one is
not judged here. Content that is empty counts as not given, without a message (`reference/dm-tls.md` 1.4, 6).

Wrong: base64 of a DER file

Right: base64 of the PEM file, encoded once

Fix: decode once, or wrap the DER content as PEM, a private key's excepted, since the edit would show it; where certificate and key stand in each
other's place change the two keys; delete what decodes to nothing. For other content there is no fix: what belongs here is in another file.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import base64_std
from dmls.model import kind as kinds
from dmls.model.config_file import Entry
from dmls.model.edits import edit
from dmls.model.tls.use import CERTIFICATE, PRIVATE_KEY, pem_types
from dmls.model.tls_block import KEY, TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Edit, Finding, Fix, Rule, Severity
from dmls.rules.tls._inline import SINGLE_LINE, is_secret, own_scalar
from dmls.version import go_of

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
            removal = edit.delete(ctx.config, entry)
            fixes = (ctx.fix("delete-key", removal, key=entry.key),) if removal is not None else ()
            yield ctx.finding(RULE, ctx.config.key_span(entry), "empty", severity=Severity.WARNING, codes=(), fixes=fixes, key=entry.key)
            continue
        types = pem_types(data)
        needed = PRIVATE_KEY if material.role == KEY else CERTIFICATE
        if any(t == needed or (needed == PRIVATE_KEY and t.endswith(f" {PRIVATE_KEY}")) for t in types):
            continue
        variant, fixes = _explain(entry, data, bool(types), ctx)
        if variant == "other-block" and material is not block.ca:
            fixes = _swap(block, ctx)
        yield ctx.finding(RULE, span, variant, fixes=fixes, key=entry.key, needed=needed)


def _explain(entry: Entry, data: bytes, is_pem: bool, ctx: Context) -> tuple[str, tuple[Fix, ...]]:
    """The sentence that fits and the fix; the content itself goes into neither sentence."""
    if is_pem:
        return "other-block", ()
    single = own_scalar(entry, SINGLE_LINE) is not None and edit.is_direct(entry) and not is_secret(entry)
    span = ctx.config.value_span(entry)
    inner = base64_std.decode(data)[0]
    if inner is not None and inner.lstrip().startswith(_PEM_BEGIN):
        once = "".join(data.decode("ascii").split())
        return "twice", (ctx.fix("decode-once", Edit(span, f'"{once}"'), key=entry.key),) if single else ()
    if data[0] == 0x30 and len(data) > 64:
        return "der", (ctx.fix("wrap-as-pem", Edit(span, f'"{_wrapped(data)}"'), key=entry.key),) if single else ()
    return "", ()


def _swap(block: TlsBlock, ctx: Context) -> tuple[Fix, ...]:
    """Change the keys and not the values, where the certificate stands under the key's name and the key under the certificate's."""
    from dmls.pki import file

    cert, key = block.cert.inline, block.key.inline
    if cert is None or key is None or cert is not block.cert.base64 or key is not block.key.base64:
        return ()
    changes = edit.rename_key(ctx.config, cert, key.key), edit.rename_key(ctx.config, key, cert.key)
    contents = base64_std.decode(cert.text)[0], base64_std.decode(key.text)[0]
    if changes[0] is None or changes[1] is None or contents[0] is None or contents[1] is None:
        return ()
    is_key = any(t == PRIVATE_KEY or t.endswith(f" {PRIVATE_KEY}") for t in pem_types(contents[0]))
    if not is_key or CERTIFICATE not in pem_types(contents[1]):
        return ()
    fits = file.key_pair(file.read(contents[1]), file.read(contents[0]), go_of(ctx.version)).error is None
    return (ctx.fix("swap-keys", changes[0], changes[1], how=Applicability.SAFE if fits else Applicability.UNSAFE, cert=cert.key, key=key.key),)


def _wrapped(der: bytes) -> str:
    import base64

    body = base64.b64encode(der).decode("ascii")
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    pem = f"-----BEGIN {CERTIFICATE}-----\n{lines}\n-----END {CERTIFICATE}-----\n"
    return base64.b64encode(pem.encode("ascii")).decode("ascii")


RULE = Rule("tls-base64-not-pem", "tls", Severity.ERROR, TLS_BLOCK, kinds.DATABASES, check, codes=(11112,))
