"""A private key of another certificate.

What: the key in `ssl-key` does not belong to the first certificate in `ssl-cert`, nor to another one there.

Why: Go compares the two: `tls: private key does not match public key`, or `tls: private key type does not match public key type`
(dm-tls.md §1.3, run with Go): 38038 on a master, a hidden cause behind 40077 on a worker, 11112 for a source or task.

Wrong: `ssl-cert = "worker1.pem"`, `ssl-key = "worker2-key.pem"`

Right: `ssl-cert = "worker1.pem"`, `ssl-key = "worker1-key.pem"`

Fix: name the matching file; those in the folder are offered. Or issue the certificate again for this key, which needs the CA's. `openssl pkey -in key.pem -pubout` and `openssl x509 -in cert.pem -noout -pubkey` print the
same if they belong together.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls.cert_use import CertUse, Source, name_of
from dmls.model.tls.outcome import bad_pair
from dmls.model.tls.pem_fault import MISMATCH, pem_fault
from dmls.rule import CERT_USE, Context, Finding, Fix, Rule, Severity
from dmls.rules._reissue import reissue_for_key
from dmls.rules.files._judge import certificates_for, gravity, key_block, keys_for, named


def check(use: CertUse, ctx: Context) -> Iterator[Finding]:
    cert, key, pair = use.cert, use.key, use.pair
    if cert is None or key is None or pair is None or pair.error is None or not pair.error.startswith(MISMATCH) or use.key_owner is not None:
        return
    if any(fault is not None and fault.fatal for fault in (pem_fault(s, ctx.version) for s in (cert, key))):
        return
    leaf = use.readable_leaf
    outcome = bad_pair(use.owner, pair.error, ctx.version)
    yield ctx.finding(
        RULE,
        key.anchor(),
        severity=gravity(key),
        codes=outcome.codes,
        dm_text=outcome.text,
        related=(*ctx.in_file(key, key_block(key, ctx), "key"), *ctx.in_file(cert, use.block_of(leaf) if leaf is not None else None)),
        fixes=_fixes(use, cert, key, ctx),
        file=named(key),
        cert=named(cert),
        name=name_of(leaf) if leaf is not None else "",
        **outcome.args,
    )


def _fixes(use: CertUse, cert: Source, key: Source, ctx: Context) -> tuple[Fix, ...]:
    """The right key first, then the right certificate, then a new certificate for this key."""
    facts = use.private_key
    fixes = (*keys_for(key, use.readable_leaf, ctx), *certificates_for(cert, facts.public if facts is not None else None, ctx))
    fixes = tuple(fix._replace(preferred=i == 0) for i, fix in enumerate(fixes))
    leaf = use.readable_leaf
    return (*fixes, *(reissue_for_key(ctx, cert, leaf) if leaf is not None else ()))


RULE = Rule("tls-key-mismatch", "files", Severity.ERROR, CERT_USE, (*kinds.COMPONENTS, *kinds.DATABASES), check)
