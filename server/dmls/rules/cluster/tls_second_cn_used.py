"""A name that a master lists, but not first.

What: the Common Name of the worker's certificate, or of the one that a command line of dmctl names, stands in a master's `cert-allowed-cn`, but not
as the first item.

Why: the list looks as if several names were admitted; DM gives the etcd of a master only the first (dm/master/config.go:432-435, comment "etcd only
support one allowed CN"). Whoever comes with another one is refused with `client certificate authentication failed` (run with Go): the worker exits with
40077 `context deadline exceeded`, dmctl says 48001.

Wrong: `cert-allowed-cn = ["dm-master", "dm-worker"]` in the master's file, CN=dm-worker here

Right: one Common Name in all certificates of DM, first in the list

Fix: issue the certificate with the name that stands first. Only where the certificates of all masters, workers and dmctl carry the other name, put that
first in the masters' files; that is offered while the certificates of these masters are not known here.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.tls.connection import Connection
from dmls.rule import LINKS, Context, Finding, Rule, Severity
from dmls.rules.cluster._first_name import report, second
from dmls.rules.cluster._links import all_calls, refused


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    calls = all_calls(connections) if ctx.config.kind == kinds.DMCTL else connections
    found = list(refused(calls, ctx, "refuses-first-name", by_me=False))
    if ctx.config.kind == kinds.DMCTL and len(found) < len(calls):
        return iter(())
    return report(RULE, [c for c in found if second(c)], ctx, "dmctl" if ctx.config.kind == kinds.DMCTL else "")


RULE = Rule("tls-second-cn-used", "cluster", Severity.ERROR, LINKS, (kinds.WORKER, kinds.DMCTL), check)
