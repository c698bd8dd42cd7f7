"""TLS settings that dmctl does not take from its file.

What: `ssl-ca`, `ssl-cert` or `ssl-key` in a `dmctl.toml`.

Why: dmctl reads the file and then overwrites these keys, like `master-addr` and `rpc-timeout`, with the values of its flags, which are empty where a
flag is not given (dm/ctl/common/config.go:138-155; since v2.0.4).  Of this file only `cert-allowed-cn` takes effect.  So dmctl speaks plaintext
to a TLS master, and all it says is 48001 `context deadline exceeded`.

Wrong: `ssl-ca = "/etc/dm/ca.pem"` in `dmctl.toml`

Right: `dmctl --master-addr 10.0.0.1:8261 --ssl-ca /etc/dm/ca.pem --ssl-cert /etc/dm/ctl.pem --ssl-key /etc/dm/ctl-key.pem`

Fix: give the flags on the command line.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.decode import misfits
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    config = ctx.config
    written = [m.path for m in block.materials if m.path is not None and m.path.text]
    ignored = sorted((e for e in written if not any(True for _ in misfits(e, config.language))), key=lambda e: config.key_span(e).start)
    if not ignored:
        return
    yield ctx.finding(
        RULE,
        config.key_span(ignored[0]),
        related=tuple(ctx.related(e, "dmctl-config-ssl-ignored.also", key=e.key) for e in ignored[1:]),
        tag="unnecessary",
        key=ignored[0].key,
        flags=" ".join(f"--{e.key}" for e in ignored),
    )


RULE = Rule("dmctl-config-ssl-ignored", "tls", Severity.WARNING, TLS_BLOCK, (kinds.DMCTL,), check, codes=(48001,))
