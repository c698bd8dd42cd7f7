"""An address that stands in a certificate as a DNS name.

What: a DNS name among the subject alternative names of a master's or worker's certificate is an IP address, and the address is not there as an
IP SAN.

Why: Go compares an address it dials with IP SANs only: `x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs`
(dm-tls.md §4, run with Go). Who compares is told at `tls-san-missing`. It is an error where this file shows that somebody calls the
component by such an address and checks it.

Wrong: `DNS.1 = 10.0.0.1`

Right: `IP.1 = 10.0.0.1`

Fix: issue the certificate again with the address as an IP SAN, with one command that needs the CA's private key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.pki.names import parse_ip
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules.certificates._hosts import is_judged, judge


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    leaf = use.leaf
    if leaf is None or not is_judged(use):
        return
    known = {address[-4:] if address[:12] == _MAPPED else address for address in leaf.ip_addresses}
    wrong = []
    for name in leaf.dns_names:
        address = parse_ip(name, use.go)
        if address is not None and (address[-4:] if address[:12] == _MAPPED else address) not in known:
            wrong.append(name)
    if wrong:
        yield from judge(RULE, use, ctx, names=", ".join(wrong), name=wrong[0])


_MAPPED = bytes(10) + b"\xff\xff"
"""What Go puts before the four bytes of an IPv4 address."""

RULE = Rule("tls-san-ip-as-dns", "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
