"""TLS settings that dmctl does not take from its file.

What: `ssl-ca`, `ssl-cert` or `ssl-key` in a `dmctl.toml`.

Why: dmctl reads the file and then overwrites these keys, like `master-addr` and `rpc-timeout`, with the values of its flags, which are empty where a
flag is not given (dm/ctl/common/config.go:138-155; since v2.0.4).  Of this file only `cert-allowed-cn` takes effect.  So dmctl speaks plaintext
to a TLS master, and all it says is 48001 `context deadline exceeded`.

Wrong: `ssl-ca = "/etc/dm/ca.pem"` in `dmctl.toml`

Right: `dmctl --master-addr 10.0.0.1:8261 --ssl-ca /etc/dm/ca.pem --ssl-cert /etc/dm/ctl.pem --ssl-key /etc/dm/ctl-key.pem`

Fix: give the flags on the command line, which is made from the file; or delete the keys, where the paths are not needed any more.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model import shell
from dmls.model.dm.decode import misfits
from dmls.model.edits import edit
from dmls.model.tls_block import PATHS, TlsBlock
from dmls.rule import TLS_BLOCK, Applicability, Context, Finding, Rule, Severity
from dmls.schema import keys as k


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    config = ctx.config
    if config.language != "toml":
        # These are the flags themselves.
        return
    written = [m.path for m in block.materials if m.path is not None and m.path.text]
    ignored = sorted((e for e in written if not any(True for _ in misfits(e, config.language))), key=lambda e: config.key_span(e).start)
    if not ignored:
        return
    master = config.get(k.MASTER_ADDR)
    flags = {PATHS[m.role]: m.path.text for m in block.materials if m.path is not None and m.path in ignored}
    removals = [edit.delete(config, e) for e in ignored]
    fixes = ctx.command("run-dmctl", shell.dmctl(master.text if master is not None else "", flags))
    if all(removal is not None for removal in removals):
        # Nothing changes for dmctl, but a person may still need the paths for the command line.
        edits = [removal for removal in removals if removal is not None]
        fixes += (ctx.fix("delete-keys", *edits, how=Applicability.UNSAFE, preferred=False, keys=", ".join(f"`{e.key}`" for e in ignored)),)
    yield ctx.finding(
        RULE,
        config.key_span(ignored[0]),
        related=tuple(ctx.related(e, "dmctl-config-ssl-ignored.also", key=e.key) for e in ignored[1:]),
        fixes=fixes,
        tag="unnecessary",
        key=ignored[0].key,
        flags=" ".join(f"--{e.key}" for e in ignored),
    )


RULE = Rule("dmctl-config-ssl-ignored", "tls", Severity.WARNING, TLS_BLOCK, (kinds.DMCTL,), check, codes=(48001,))
