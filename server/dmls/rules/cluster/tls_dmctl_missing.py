"""A call of dmctl without the certificates that a master with TLS asks for.

What: a command line of dmctl in a script gives some of `--ssl-ca`, `--ssl-cert` and `--ssl-key`, but not all three; or none of them, and the masters
that it calls have TLS. An error where certificate or key is missing, a warning where only the CA is.

Why: masters with TLS always demand a client certificate (etcd: client/pkg/transport/listener.go:555-557), and half a pair is dropped without a
word. dmctl then says 48001 `can't connect to …`, `context deadline exceeded`; the reason stands in the master's log, `rejected connection on
client endpoint`. With certificate and key alone dmctl connects and does not verify who answers (DM 7.5.2 to 7.5.7, and since 8.2.0); older ones
speak plaintext. What `dmctl.toml` names does not count: dmctl overwrites it with its flags (dm/ctl/common/config.go:136-155).

Wrong: `dmctl --master-addr 10.0.0.1:8261 --ssl-ca /etc/dm/ca.pem query-status`

Right: `dmctl --master-addr 10.0.0.1:8261 --ssl-ca /etc/dm/ca.pem --ssl-cert /etc/dm/ctl.pem --ssl-key /etc/dm/ctl-key.pem query-status`

Fix: add the flags that are missing; files in the folder that fit are offered, or those of the master, whose paths have to be right on this host, too.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.link import MISMATCH
from dmls.model.tls.outcome import no_connection
from dmls.model.tls_block import CA, PATHS
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.rules._material import missing_files
from dmls.rules.cluster._links import all_calls, dialled
from dmls.rules.cluster._mixed import in_plaintext
from dmls.schema import keys as k
from dmls.version import NEW_TLS_HELPER


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    if config.language == "toml":
        return
    block = next(iter(config.tls_blocks), None)
    given = [m for m in block.materials if m.has_path] if block is not None else []
    if block is None or not given:
        yield from _without_any(config, ctx)
        return
    lacking = [m for m in block.materials if not m.has_path]
    if not lacking or given[0].path is None:
        return
    only_ca = [m.role for m in lacking] == [CA]
    plaintext = only_ca and ctx.version not in NEW_TLS_HELPER
    yield ctx.finding(
        RULE,
        ctx.config.key_span(given[0].path),
        "plaintext" if plaintext else "unverified" if only_ca else "",
        severity=Severity.WARNING if only_ca else Severity.ERROR,
        depends=NEW_TLS_HELPER if only_ca else None,
        codes=() if only_ca else RULE.codes,
        fixes=missing_files(ctx, block, *(m.role for m in lacking)),
        flags=" ".join(f"--{PATHS[m.role]}" for m in lacking),
    )


def _without_any(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    """Without any of the three flags dmctl speaks plaintext, which is right unless the master has TLS."""
    calls = all_calls(ctx.around.connections(config, ctx.version))
    if calls and all(c.outcome.stage == MISMATCH and c.other.on for c in calls):
        yield from in_plaintext(RULE, calls, ctx, no_connection(dialled(ctx)), (k.MASTER_ADDR,), "none")


RULE = Rule("tls-dmctl-missing", "cluster", Severity.ERROR, CONFIG_FILE, (kinds.DMCTL,), check, codes=(48001,))
