"""A master with a certificate and no CA.

What: a master's `ssl-cert` or `ssl-key` is set, `ssl-ca` is empty.

Why: `ssl-ca` is the switch.  Without it the URLs stay http and etcd's listeners plaintext (dm/master/config.go:303-330, 423).  Since the new
TLS helper (7.5.2 to 7.5.7, 8.2 and later) the master's own etcd client still speaks TLS because a certificate is given, hears `tls: first record does
not look like a TLS handshake` from itself and exits with 11107.  Before, certificate and key are ignored and the master
runs in plaintext without a word.

Wrong: `ssl-cert` and `ssl-key` alone

Right: `ssl-ca` as well

Fix: add `ssl-ca`; CA files in the folder with which the certificate verifies are offered.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.tls_block import TlsBlock
from dmls.rule import TLS_BLOCK, Context, Finding, Rule, Severity
from dmls.rules.tls._no_ca import judge


def check(block: TlsBlock, ctx: Context) -> Iterator[Finding]:
    return judge(RULE, block, ctx)


RULE = Rule("tls-master-no-ca", "tls", Severity.ERROR, TLS_BLOCK, (kinds.MASTER,), check, codes=(11107,))
