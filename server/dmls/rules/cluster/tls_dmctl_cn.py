"""A call of dmctl with a name that the masters do not admit.

What: a command line of dmctl in a script names a certificate whose Common Name is not the first item of the `cert-allowed-cn` of the masters that it
calls, nor any other of them.

Why: DM gives the etcd of a master the first item only (dm/master/config.go:432-435), and that compares it with the Common Name of whoever calls port
8261, dmctl too (etcd: client/pkg/transport/listener.go:438, 471). The master's log says `client certificate authentication failed` (run with Go);
dmctl only says 48001 `can't connect to …`, `context deadline exceeded`.

Wrong: CN=dm-client in the certificate behind `--ssl-cert`, `cert-allowed-cn = ["dm"]` in the master's file

Right: the same Common Name in all certificates of DM, that of dmctl included

Fix: issue the certificate with that name; one command, which needs the CA's private key. Where the certificates of the masters are not known here, the
name can also be put first in their lists.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.tls.connection import Connection
from dmls.rule import LINKS, Context, Finding, Rule, Severity
from dmls.rules.cluster._first_name import report, second
from dmls.rules.cluster._links import all_calls, refused


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    calls = all_calls(connections)
    found = list(refused(calls, ctx, "refuses-first-name", by_me=False))
    return report(RULE, [c for c in found if not second(c)], ctx) if len(found) == len(calls) else iter(())


RULE = Rule("tls-dmctl-cn", "cluster", Severity.ERROR, LINKS, (kinds.DMCTL,), check, codes=(48001,))
