"""A master's certificate that names its hosts by wildcards only.

What: one of several masters has a certificate whose DNS names all begin with `*.`, and no IP address; `localhost` and loopback addresses
are not counted.

Why: on the peer port 8291 etcd checks not only the host it dials. The listener also compares the certificate of the master that calls with the IP
address it calls from (etcd: client/pkg/transport/listener_tls.go:192-260): with an IP SAN, else by DNS. A plain name is looked up and
must give that address; a wildcard cannot be looked up, so the address needs a reverse entry (PTR) that ends like the wildcard.
Without one the log says `tls: "10.0.0.2" does not match any of DNSNames ["*.dm.example"]` (etcd#8797, etcd#9276).

Wrong: `subjectAltName = DNS:*.dm.example` on three masters without reverse DNS

Right: `subjectAltName = DNS:*.dm.example, IP:10.0.0.1, IP:10.0.0.2, IP:10.0.0.3`

Fix: issue the certificate again with the IP addresses of the masters or their plain names, those of this file with one command that needs the CA's private key; or
make reverse entries for them.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.host_check import has_other_masters, is_loopback, peer_hosts
from dmls.pki.names import ip_text
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    leaf = use.leaf
    if leaf is None or use.cert is None or not use.block.on or not has_other_masters(use):
        return
    hosts = peer_hosts(use.config)
    if hosts and all(map(is_loopback, hosts)):
        return
    names = [name for name in leaf.dns_names if not is_loopback(name)]
    if not names or not all(name.startswith("*.") for name in names) or not all(is_loopback(ip_text(a)) for a in leaf.ip_addresses):
        return
    # Without an address of this master in the file there is nothing that a new certificate could name.
    fixes = reissue(ctx, use.cert, leaf) if any(not is_loopback(host) for host in hosts) else ()
    yield ctx.finding(RULE, use.cert.anchor(), related=ctx.in_file(use.cert, use.block_of(leaf)), fixes=fixes, names=", ".join(names))


RULE = Rule("tls-san-wildcard-peer", "certificates", Severity.WARNING, CERT_USE, (kinds.MASTER,), check)
