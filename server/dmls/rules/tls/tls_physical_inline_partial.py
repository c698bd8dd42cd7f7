"""Physical import with certificates that are partly inside the file.

What: a task in which an instance uses a loader with `import-mode: physical`, and whose `target-database.security` gives certificate material inside the
file, but not all three of CA, certificate and key, or mixes it with a path.

Why: the TiKV client of the load unit knows only paths. DM writes inline material to temporary files only if all three contents are there and
all three paths are empty (dm/loader/lightning.go:386-391, dm/config/security/security.go:107-119). Otherwise the inline part does not reach TiKV.

Wrong: `ssl-ca-base64: …` with `ssl-cert: c.pem` and `ssl-key: k.pem`

Right: three paths, or three inline values and no path

Fix: use one form for all three. The content or the path that is missing is not known here, so there is no fix.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.use import is_readable, physical_import
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    inline = [m.inline for m in block.materials if m.inline is not None]
    paths = [m for m in block.materials if m.has_path]
    # Three paths reach every client; without a pair tls-physical-needs-pair speaks.
    if not inline or len(paths) == 3 or (len(inline) == 3 and not paths) or not (block.cert.given and block.key.given) or not is_readable(block):
        return
    mode = physical_import(ctx.config)
    if mode is not None:
        related = (ctx.related(mode, "tls-physical-inline-partial.mode"),)
        yield ctx.finding(RULE, ctx.config.key_span(inline[0]), related=related, key=inline[0].key)


RULE = Rule("tls-physical-inline-partial", "tls", Severity.WARNING, TLS_BLOCK, (kinds.TASK,), check)
