"""A worker whose name the masters do not admit.

What: the Common Name of the worker's certificate is not the first item of a master's `cert-allowed-cn`, nor any other of them.

Why: DM gives the etcd of a master the first item only (dm/master/config.go:432-435), and that compares it with the Common Name of whoever calls port
8261 (etcd: client/pkg/transport/listener.go:438, 471). The master's log says `client certificate authentication failed` (run with Go); the
worker exits with 40077 `context deadline exceeded`.

Wrong: CN=dm-worker in the worker's certificate, `cert-allowed-cn = ["dm"]` in the master's file

Right: the same Common Name in all certificates of DM

Fix: issue the worker's certificate with that name; one command, which needs the CA's private key. Where the certificates of the masters are not known
here, the name can also be put first in their lists; whether all others carry it, too, only a person knows.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.tls.connection import Connection
from dmls.rule import LINKS, Context, Finding, Rule, Severity
from dmls.rules.cluster._first_name import report, second
from dmls.rules.cluster._links import refused


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    return report(RULE, [c for c in refused(connections, ctx, "refuses-first-name", by_me=False) if not second(c)], ctx)


RULE = Rule("tls-worker-cn-vs-master", "cluster", Severity.ERROR, LINKS, (kinds.WORKER,), check)
