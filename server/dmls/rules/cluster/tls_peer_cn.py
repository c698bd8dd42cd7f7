"""A master whose name another master does not admit.

What: the Common Name of a master's certificate is not the first item of another master's `cert-allowed-cn`.

Why: between masters, etcd compares the first item with the Common Name of the certificate both when it is called and when it calls (etcd:
client/pkg/transport/listener.go:466-478, run with Go): `client certificate authentication failed`. No quorum forms.

Wrong: CN=dm-master-2 in the second master's certificate, `cert-allowed-cn = ["dm-master-1"]` in the first master's file

Right: one Common Name in the certificates of all masters, the first item of all their lists

Fix: issue the certificate with that name; one command, which needs the CA's private key. Where the certificates of the other masters are not known
here, the name can also be put first in their lists.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from dmls.model import kind as kinds
from dmls.model.tls.connection import Connection
from dmls.model.tls.link import PEER
from dmls.rule import LINKS, Context, Finding, Rule, Severity
from dmls.rules.cluster._first_name import report
from dmls.rules.cluster._links import leaf_name, refused


def check(connections: Sequence[Connection], ctx: Context) -> Iterator[Finding]:
    found = [c for c in refused(connections, ctx, "refuses-first-name", by_me=False) if c.pair == PEER]
    # A master that does not even admit itself has a finding of its own.
    return report(RULE, [c for c in found if c.mine.end.allowed_cn[:1] in ((), (leaf_name(c.mine, c),))], ctx)


RULE = Rule("tls-peer-cn", "cluster", Severity.ERROR, LINKS, (kinds.MASTER,), check)
