"""A master that other masters call by a name its certificate does not have.

What: one of several masters has a certificate without the host of its `advertise-peer-urls`, or of its own address in `initial-cluster`.

Why: between masters etcd always compares the host that it dials with the SANs, whatever DM's version and with or without `cert-allowed-cn` (etcd:
client/pkg/transport/listener.go:578-597, run with Go): `x509: certificate is valid for …, not …`. The other masters cannot reach this one,
so it takes no part in the quorum and cannot lead.

Wrong: `advertise-peer-urls = "http://10.0.0.2:8291"` with a certificate for 10.0.0.1 only

Right: `subjectAltName = IP:10.0.0.1, IP:10.0.0.2, IP:10.0.0.3` in the certificates of all masters

Fix: issue the certificate again with the addresses of this file, with one command that needs the CA's private key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.outcome import refused_chain
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules.cluster._sans import lacking_for_peers, report


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    seen = set()
    for place, error in lacking_for_peers(use):
        if place.host.lower() not in seen:
            seen.add(place.host.lower())
            yield from report(RULE, use, ctx, place, outcome=refused_chain(use.owner, error))


RULE = Rule("tls-san-peer", "cluster", Severity.ERROR, CERT_USE, (kinds.MASTER,), check)
