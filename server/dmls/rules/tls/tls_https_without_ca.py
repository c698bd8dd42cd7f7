"""https:// in an address while `ssl-ca` is not set.

What: `https://` in `peer-urls`, `advertise-peer-urls`, `initial-cluster` or `join` of a file without `ssl-ca`.

Why: only `ssl-ca` turns TLS on. Without it DM rewrites the address to `http://` and says nothing, so the connection is plaintext
(dm/master/config.go:303-330, dm/worker/config.go:215, dm/pkg/utils/util.go:171-216).

Wrong: `join = "https://10.0.0.1:8261"` and no `ssl-ca`

Right: the same with `ssl-ca`, `ssl-cert` and `ssl-key`

Fix: set the three ssl keys, which are added for a person to fill, or write http://, which is what DM does; a person has to agree, for encryption
was wanted. The keys may also come from the command line (`--ssl-ca`).
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.endpoint import HTTP, HTTPS, URL_LISTS, endpoints, tls_is_readable, uses_tls
from dmls.model.tls_block import CA, CERT, KEY, TlsBlock
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Rule, Severity
from dmls.rules._material import placeholders


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    if uses_tls(config) or not tls_is_readable(config):
        return
    for key in URL_LISTS[config.kind]:
        wrong = [e for e in endpoints(config, key) if e.scheme == HTTPS and not e.has_blank]
        if not wrong:
            continue
        fixes = placeholders(ctx, TlsBlock(config.kind, config.root), CA, CERT, KEY)
        if all(e.exact for e in wrong):
            plain = [Edit(e.scheme_span, f"{HTTP}://") for e in wrong]
            fixes += (ctx.fix("use-scheme", *plain, how=Applicability.UNSAFE, preferred=False, key=key, scheme=HTTP),)
        yield ctx.finding(RULE, wrong[0].url_span, fixes=fixes, key=key)


RULE = Rule("tls-https-without-ca", "tls", Severity.WARNING, CONFIG_FILE, kinds.COMPONENTS, check)
