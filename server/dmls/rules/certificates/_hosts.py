"""What the rules about the hosts of a certificate have in common."""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse
from dmls.model.tls.host_check import OLD, PEERS, host_check
from dmls.model.tls.outcome import NONE, refused_server
from dmls.pki import names
from dmls.rule import Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue
from dmls.version import NEW_TLS_HELPER


def judge(rule: Rule, use: CertUse, ctx: Context, **args: object) -> Iterator[Finding]:
    """A certificate that lacks hosts: an error where some caller checks the host it dials and finds it missing."""
    leaf, cert = use.leaf, use.cert
    assert leaf is not None and cert is not None
    check = host_check(use)
    errors = [error for error in (names.host_error(leaf, host, use.go) for host in check.hosts) if error is not None]
    fails = bool(check.by) and (bool(errors) or not check.hosts)
    # Between masters the etcd log tells; DM's own message shows what its own client met.
    outcome = refused_server(use.owner, errors[0] if errors else "") if fails and check.by != PEERS else NONE
    # A caller with a list is the reason whatever the version, and so are other masters.
    yield ctx.finding(
        rule,
        cert.anchor(),
        check.by if fails else "",
        severity=Severity.ERROR if fails else Severity.WARNING,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(cert, use.block_of(leaf)),
        depends=NEW_TLS_HELPER if check.depends and (fails or check.by != OLD) else None,
        fixes=reissue(ctx, cert, leaf),
        owner=use.owner,
        **args,
        **outcome.args,
    )


def is_judged(use: CertUse) -> bool:
    """Whether the certificate is one that others call: of a master or a worker with TLS on."""
    return use.leaf is not None and use.cert is not None and use.block.on and use.owner in kinds.COMPONENTS
