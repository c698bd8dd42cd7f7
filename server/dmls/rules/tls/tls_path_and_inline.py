"""One role given twice: by a path and inside the file.

What: `ssl-ca`, `ssl-cert` or `ssl-key` beside the `-base64` or `-bytes` key of the same role, in a source or a task.

Why: DM's units do not agree on which counts. SQL connections, relay and sync take bytes before base64 before the path
(dm/config/security/security.go:51-81); the load unit, and the dump unit by the helper it uses, take the path and read the file on the worker
(dm/loader/lightning.go:383-397). When the two differ, part of a task works and the rest does not.

Wrong: `ssl-ca: ca.pem` and `ssl-ca-base64: …`

Right: one of the two

Fix: delete one of the two; which one is for a person to decide.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Rule, Severity


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    for material in block.materials:
        inline, path = material.inline, material.path
        if inline is None or path is None or not material.has_path:
            continue
        related = (ctx.related(path, "tls-path-and-inline.path", path=path.key),)
        variant = "source" if ctx.config.kind == kinds.SOURCE else ""
        removals = [(entry, edit.delete(ctx.config, entry)) for entry in (path, inline)]
        fixes = tuple(ctx.fix("delete-key", removal, how=Applicability.UNSAFE, preferred=False, key=entry.key) for entry, removal in removals if removal is not None)
        yield ctx.finding(RULE, ctx.config.key_span(inline), variant, related=related, fixes=fixes, inline=inline.key, path=path.key)


RULE = Rule("tls-path-and-inline", "tls", Severity.WARNING, TLS_BLOCK, kinds.DATABASES, check)
