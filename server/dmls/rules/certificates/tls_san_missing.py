"""A component's certificate that names no host.

What: the certificate of a master or worker has no DNS name and no IP address among its subject alternative names. URIs and email addresses do
not count, nor does the Common Name.

Why: Go compares the host it dials with DNS and IP SANs only. Other masters always do (etcd: client/pkg/transport/listener.go:578-597), and so does
every component with `cert-allowed-cn`; a master with such a list dials itself. The old TLS helper (7.5.1 and below, 7.6.0 to 8.1) always
does. Go says `x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs`, for a name `x509: certificate is not valid
for any names, but wanted to match …`, and only where the Common Name is that very host `x509: certificate relies on legacy Common Name
field, use SANs instead` (dm-tls.md §4, run with Go).

Wrong: a certificate made by `openssl x509 -req` without `-extfile`

Right: `subjectAltName = DNS:localhost, IP:127.0.0.1, IP:10.0.0.1`

Fix: issue the certificate again with the addresses under which others call the component, as far as this file tells them, with one command that needs the
CA's private key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules.certificates._hosts import is_judged, judge


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    leaf = use.leaf
    if leaf is None or not is_judged(use) or leaf.dns_names or leaf.ip_addresses:
        return
    yield from judge(RULE, use, ctx)


RULE = Rule("tls-san-missing", "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
