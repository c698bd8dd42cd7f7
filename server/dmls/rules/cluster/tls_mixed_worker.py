"""TLS at the worker or at the masters only.

What: `ssl-ca` is set in the worker's file or in that of its masters, not in both.

Why: the one speaks TLS and the other does not: `tls: first record does not look like a TLS handshake` (run with Go). The worker cannot join
and exits with 40077, which names no cause; masters cannot call the worker.

Wrong: `dm-master.toml` with `ssl-ca`, `dm-worker.toml` without

Right: the three keys in both

Fix: write the keys of the other file; the paths have to be right on this host, too.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.tls.connection import Connection
from dmls.model.tls.link import PEER
from dmls.model.tls.outcome import refused_peer
from dmls.rule import LINKS, Context, Finding, Rule, Severity
from dmls.rules.cluster._mixed import judge


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    return judge(RULE, connections, ctx, lambda c: c.pair != PEER, refused_peer(kinds.WORKER))


RULE = Rule("tls-mixed-worker", "cluster", Severity.ERROR, LINKS, kinds.COMPONENTS, check)
