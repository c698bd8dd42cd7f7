"""Masters with and without TLS in one cluster.

What: a master has no `ssl-ca`, and another master of the same cluster has one.

Why: `ssl-ca` alone decides whether the peer port speaks TLS (dm/master/config.go:303-330). The etcd of one master then talks to the other in
plaintext: `tls: first record does not look like a TLS handshake` (run with Go), no quorum forms, and masters wait or exit.

Wrong: `dm-master1.toml` with `ssl-ca`, `dm-master2.toml` without

Right: the three keys in all masters, or in none

Fix: write the keys of the other master; the paths have to be right on this host, too.
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
    return judge(RULE, connections, ctx, lambda c: c.pair == PEER, refused_peer(kinds.MASTER))


RULE = Rule("tls-mixed-masters", "cluster", Severity.ERROR, LINKS, (kinds.MASTER,), check)
