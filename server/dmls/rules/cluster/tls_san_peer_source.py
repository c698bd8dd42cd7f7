"""A master that calls from an address its certificate does not have.

What: the certificate of one of several masters has IP addresses and wildcard names, but not the IP address that the master has by its
`advertise-peer-urls` or `peer-urls`.

Why: on the peer port etcd compares the certificate of a master that calls with the address that the call comes from (etcd:
client/pkg/transport/listener_tls.go:192-221): with the IP SANs, then by DNS. A wildcard fits there only where the address has a reverse entry (PTR)
that ends like it; without one the log says `tls: "10.0.0.2" does not match any of DNSNames ["*.dm.example"]`. Plain names are looked up, so nothing is
said where the certificate has one.

Wrong: `subjectAltName = DNS:*.dm.example, IP:10.0.0.1` for the master at 10.0.0.2

Right: `subjectAltName = DNS:*.dm.example, IP:10.0.0.1, IP:10.0.0.2, IP:10.0.0.3`

Fix: issue the certificate again with the addresses of this file, with one command that needs the CA's private key; or make a reverse entry for the address.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse, printable
from dmls.model.tls.host_check import has_other_masters, is_loopback, peer_sources
from dmls.pki.names import ip_text, parse_ip
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules.cluster._sans import lacking, lacking_for_peers, report


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    leaf = use.leaf
    if leaf is None or not has_other_masters(use) or lacking_for_peers(use):
        return
    names = [name for name in leaf.dns_names if not is_loopback(name)]
    if not names or not all(name.startswith("*.") for name in names) or all(is_loopback(ip_text(a)) for a in leaf.ip_addresses):
        # With wildcards alone another rule speaks.
        return
    sources = [e for e in peer_sources(use.config) if parse_ip(e.host, use.go) is not None and not is_loopback(e.host)]
    found = lacking(use, sources)
    if found and len(found) == len(sources):
        yield from report(RULE, use, ctx, found[0][0], names=printable(", ".join(names)))


RULE = Rule("tls-san-peer-source", "cluster", Severity.WARNING, CERT_USE, (kinds.MASTER,), check)
