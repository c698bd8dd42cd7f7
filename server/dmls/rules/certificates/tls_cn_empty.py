"""A component's certificate without a Common Name.

What: the subject of a master's or worker's certificate has no CN. Of several, Go takes the last.

Why: `cert-allowed-cn` is compared with Common Names, and a certificate without one matches no item: with a list in this file the cluster's
masters refuse it, a master refuses itself (11107; a worker sees 40077 `context deadline exceeded`). SANs do not count there
(tidb: pkg/util/security.go; etcd: client/pkg/transport/listener.go:438).

Wrong: `openssl req -subj "/O=dm"`

Right: `openssl req -subj "/O=dm/CN=dm"`

Fix: issue the certificate again with a Common Name, the first that is allowed, with one command that needs the CA's private key.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.allowed_cn import judged, trimmed
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.outcome import NONE, refused_peer, refused_self
from dmls.rule import CERT_USE, Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue_for_key


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    leaf = use.leaf
    if leaf is None or use.cert is None or not use.block.on or leaf.subject.common_name:
        return
    names = [trimmed(item.text) for item in judged(use.block)]
    fails = bool(names) and "" not in names
    outcome = NONE
    if fails:
        outcome = refused_self(use.owner, "client certificate authentication failed") if use.owner == kinds.MASTER else refused_peer(use.owner)
    yield ctx.finding(
        RULE,
        use.cert.anchor(),
        "refused" if fails else "",
        severity=Severity.ERROR if fails else Severity.HINT,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(use.cert, use.cert.block_of(leaf)),
        fixes=reissue_for_key(ctx, use.cert, leaf, False),
        **outcome.args,
    )


RULE = Rule("tls-cn-empty", "certificates", Severity.ERROR, CERT_USE, kinds.COMPONENTS, check)
