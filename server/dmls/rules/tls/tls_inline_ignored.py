"""Inline certificates in a component's file.

What: a filled `ssl-…-base64` or `ssl-…-bytes` key in the file of a master, a worker or dmctl.

Why: the struct is shared with sources and tasks, so the decoder takes these keys; but a component builds its TLS settings from the three
paths only (dm/master/server.go:179-183, dm/worker/server.go:135-139, dm/ctl/common/util.go:167-171).  Without `ssl-ca` the process then
runs in plaintext, and says nothing.

Wrong: `ssl-ca-base64 = "LS0tLS1CRUdJTi…"` in `dm-master.toml`

Right: `ssl-ca = "/etc/dm/tls/ca.pem"`

Fix: write the content into a file and give its path, for dmctl on the command line; the key for the path is added for a person to fill.  Where `ssl-ca` is
given the inline form can go: DM never reads it, but nobody knows whether it is the only copy.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.dm.decode import misfits
from dmls.model.edits import edit
from dmls.model.tls_block import BASE64, BYTES, PATHS, TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Rule, Severity
from dmls.rules._material import placeholders

_PATH_FOR = {name: PATHS[role] for names in (BASE64, BYTES) for role, name in names.items()}


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    language = ctx.config.language
    filled = [e for m in block.materials for e in (m.base64, m.bytes) if e is not None and (e.text or e.children)]
    ignored = [e for e in filled if not any(True for inner in e.walk() for _ in misfits(inner, language))]
    if not ignored:
        return
    ignored.sort(key=lambda e: ctx.config.key_span(e).start)
    first = ignored[0]
    path = _PATH_FOR[first.key]
    if block.owner == kinds.DMCTL:
        variant, path = "dmctl", f"--{path}"
    else:
        variant = "" if block.on else "plaintext"
    fixes = placeholders(ctx, block, *(m.role for m in block.materials if m.inline in ignored)) if block.owner != kinds.DMCTL else ()
    removals = [edit.delete(ctx.config, e) for e in ignored] if block.on else []
    if removals and all(removal is not None for removal in removals):
        edits = [removal for removal in removals if removal is not None]
        fixes += (ctx.fix("delete-keys", *edits, how=Applicability.UNSAFE, preferred=False, keys=", ".join(f"`{e.key}`" for e in ignored)),)
    yield ctx.finding(
        RULE,
        ctx.config.key_span(first),
        variant,
        related=tuple(ctx.related(e, "tls-inline-ignored.also", key=e.key) for e in ignored[1:]),
        fixes=fixes,
        tag="unnecessary",
        key=first.key,
        path=path,
    )


RULE = Rule("tls-inline-ignored", "tls", Severity.WARNING, TLS_BLOCK, (*kinds.COMPONENTS, kinds.DMCTL), check)
