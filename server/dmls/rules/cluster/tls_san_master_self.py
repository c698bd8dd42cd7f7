"""A master whose certificate lacks the address that it advertises.

What: the host of a master's `advertise-addr`, or of `master-addr` where that stands for it, is not among the SANs of its certificate.

Why: a master calls itself at the address that it advertises (dm/master/server.go:192, 241). With `cert-allowed-cn`, and always with the old TLS
helper (up to 7.5.1 and 7.6.0 to 8.1), it compares that host with its own certificate: `x509: certificate is valid for …, not …` (run with Go), and the
master exits with 11107. Without a list nobody compares since the new helper; it is told because a list would change that.

Wrong: `advertise-addr = "dm-master-1:8261"` with a certificate for 10.0.0.1 only

Right: a certificate for `dm-master-1`, too

Fix: issue the certificate again with the addresses of this file, with one command that needs the CA's private key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.host_check import advertised
from dmls.model.tls.outcome import NONE, refused_server
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules.cluster._sans import lacking, lacking_for_peers, report
from dmls.version import NEW_TLS_HELPER


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    listed = bool(use.block.names)
    compares = listed or use.version not in NEW_TLS_HELPER
    # What the other masters miss already is the same host as a rule, and one certificate mends both.
    told = {place.host.lower() for place, _ in lacking_for_peers(use)}
    for place, error in lacking(use, advertised(use.config)):
        if place.host.lower() in told:
            continue
        outcome = refused_server(use.owner, error) if compares else NONE
        yield from report(
            RULE,
            use,
            ctx,
            place,
            "" if compares else "unchecked",
            Severity.ERROR if compares else Severity.INFORMATION,
            outcome,
            None if listed else NEW_TLS_HELPER,
        )


RULE = Rule("tls-san-master-self", "cluster", Severity.ERROR, CERT_USE, (kinds.MASTER,), check)
