"""A worker whose certificate lacks the address that it advertises.

What: the host of a worker's `advertise-addr`, or of `worker-addr` where that stands for it, is not among the SANs of its certificate.

Why: masters call a worker at the address that it advertises. A master with `cert-allowed-cn`, and any master with the old TLS helper (up to 7.5.1 and 7.6.0
to 8.1), compares that host with the worker's certificate: `x509: certificate is valid for …, not …` (run with Go); the master reports 38004, and no
task can be started there. Without a list nobody compares since the new helper; it is told because a list would change that.

Wrong: `advertise-addr = "dm-worker-1:8262"` with a certificate for 10.0.0.11 only

Right: a certificate for `dm-worker-1`, too

Fix: issue the certificate again with the addresses of this file, with one command that needs the CA's private key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.host_check import advertised, host_check
from dmls.model.tls.outcome import NONE, refused_server
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules.cluster._sans import lacking, report
from dmls.version import NEW_TLS_HELPER


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    caller = host_check(use)
    for place, error in lacking(use, advertised(use.config)):
        yield from report(
            RULE,
            use,
            ctx,
            place,
            "" if caller.by else "unchecked",
            Severity.ERROR if caller.by else Severity.INFORMATION,
            refused_server(use.owner, error) if caller.by else NONE,
            NEW_TLS_HELPER if caller.depends else None,
        )


RULE = Rule("tls-san-worker", "cluster", Severity.ERROR, CERT_USE, (kinds.WORKER,), check)
