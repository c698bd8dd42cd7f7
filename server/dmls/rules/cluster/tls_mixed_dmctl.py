"""A call of dmctl with TLS to a master without it.

What: a command line of dmctl in a script gives `--ssl-ca`, `--ssl-cert` or `--ssl-key`, and the masters that it calls have no `ssl-ca`.

Why: with any of the three flags dmctl speaks TLS (with the old helper, up to 7.5.1 and 7.6.0 to 8.1, with `--ssl-ca`), and the master does not understand it:
`tls: first record does not look like a TLS handshake` (run with Go). dmctl only says 48001 `can't connect to …`, `context deadline exceeded`.

Wrong: `dmctl --master-addr 10.0.0.1:8261 --ssl-ca ca.pem --ssl-cert ctl.pem --ssl-key ctl-key.pem query-status`, and no `ssl-ca` in `dm-master.toml`

Right: TLS on both sides, or on neither

Fix: take the flags out; where masters are to have TLS, turn it on there instead.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.edits import edit
from dmls.model.tls.connection import Connection
from dmls.model.tls.link import MISMATCH
from dmls.model.tls.outcome import no_connection
from dmls.model.tls_block import PATHS
from dmls.rule import LINKS, Applicability, Context, Finding, Fix, Rule, Severity
from dmls.rules.cluster._links import all_calls, called_at, dialled
from dmls.rules.cluster._mixed import told


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    calls = all_calls(connections)
    if calls and all(c.outcome.stage == MISMATCH and c.mine.end.has_any and not c.other.on for c in calls):
        there = ("plaintext-here", *called_at(kinds.MASTER))
        yield from told(RULE, calls, ctx, no_connection(dialled(ctx)), tuple(PATHS.values()), there, lambda _: _without(ctx))


def _without(ctx: Context) -> tuple[Fix, ...]:
    """The command line without its TLS flags."""
    written = [entry for key in PATHS.values() if (entry := ctx.config.get(key)) is not None]
    edits = [edit.delete(ctx.config, entry) for entry in written]
    sure = [e for e in edits if e is not None]
    shown = ", ".join(f"`--{entry.key}`" for entry in written)
    return (ctx.fix("delete-flags", *sure, how=Applicability.UNSAFE, flags=shown),) if len(sure) == len(edits) else ()


RULE = Rule("tls-mixed-dmctl", "cluster", Severity.ERROR, LINKS, (kinds.DMCTL,), check, codes=(48001,))
