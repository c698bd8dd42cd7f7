"""A private key inside a configuration file.

What: `ssl-key-base64` or `ssl-key-bytes` with a value, in a source or a task.

Why: base64 hides nothing: whoever reads the file has the key, and so has every copy in a repository or a backup. DM also keeps it in etcd, and
`get-config` prints `ssl-key-base64`; only the bytes are cleared there (dm/master/server.go:2529).

Wrong: `ssl-key-base64: …`

Right: `ssl-key: /path/client-key.pem`, readable by DM's user alone

Fix: move the key into a file. Edits and commands are shown, and no private key may be in one, so there is no fix: a person has to do it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    entry = block.key.inline
    if entry is not None:
        variant = "bytes" if entry is block.key.bytes else ""
        yield ctx.finding(RULE, ctx.config.key_span(entry), variant, key=entry.key)


RULE = Rule("tls-inline-private-key", "tls", Severity.WARNING, TLS_BLOCK, kinds.DATABASES, check)
