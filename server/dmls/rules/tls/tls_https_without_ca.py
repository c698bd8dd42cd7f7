"""https:// in an address while `ssl-ca` is not set.

What: `https://` in `peer-urls`, `advertise-peer-urls`, `initial-cluster` or `join` of a file without `ssl-ca`.

Why: only `ssl-ca` turns TLS on. Without it DM rewrites the address to `http://` and says nothing, so the connection is plaintext
(dm/master/config.go:303-330, dm/worker/config.go:215, dm/pkg/utils/util.go:171-216).

Wrong: `join = "https://10.0.0.1:8261"` and no `ssl-ca`

Right: the same with `ssl-ca`, `ssl-cert` and `ssl-key`

Fix: set the three ssl keys, or write the address without a scheme. The keys may also come from the command line (`--ssl-ca`).
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.endpoint import HTTPS, URL_LISTS, endpoints, tls_is_readable, uses_tls
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    if uses_tls(config) or not tls_is_readable(config):
        return
    for key in URL_LISTS[config.kind]:
        for endpoint in endpoints(config, key):
            if endpoint.scheme == HTTPS and not endpoint.has_blank:
                yield ctx.finding(RULE, endpoint.url_span, key=key)
                break


RULE = Rule("tls-https-without-ca", "tls", Severity.WARNING, CONFIG_FILE, kinds.COMPONENTS, check)
