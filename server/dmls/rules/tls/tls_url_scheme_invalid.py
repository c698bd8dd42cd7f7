"""A scheme that DM does not know.

What: an address that begins with anything else than `http://` or `https://` in small letters, such as `HTTPS://`, `tcp://` or `grpc://`.

Why: DM looks for exactly these two prefixes (dm/pkg/utils/util.go:171-180). Any other scheme stays, DM puts its own in front, and
`https://HTTPS://10.0.0.1:8291` has the host `HTTPS`: DM-master stops with 38037 (`expected IP in URL for binding`), 38038 or 38040,
a DM-worker cannot dial `join` (40077). What DM's loader refuses by itself in `master-addr`, `worker-addr` and `advertise-addr`
(38035, 38042, 40069) is not said twice.

Wrong: `peer-urls = "HTTPS://10.0.0.1:8291"`

Right: `peer-urls = "https://10.0.0.1:8291"`

Fix: write the scheme in small letters, or no scheme.
"""

from __future__ import annotations

from typing import Iterator

from dmls.go import host_port
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.endpoint import ADDRESSES, HTTP, HTTPS, URL_LISTS, Endpoint, endpoints, uses_tls
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Fix, Rule, Severity
from dmls.schema import keys as k

_CODES = {k.PEER_URLS: (38037,), k.ADVERTISE_PEER_URLS: (38038,), k.INITIAL_CLUSTER: (38038,)}


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    tls = uses_tls(config)
    for endpoint in endpoints(config, *URL_LISTS[config.kind], *ADDRESSES[config.kind]):
        scheme = endpoint.scheme
        if scheme in ("", HTTP, HTTPS) or endpoint.has_blank:
            continue
        if endpoint.key == k.INITIAL_CLUSTER and endpoint.name is None:
            continue
        if not endpoint.in_list and host_port.split(endpoint.raw)[0] is None:
            continue
        codes = _CODES.get(endpoint.key, ())
        if endpoint.key == k.JOIN:
            codes = (38040,) if config.kind == kinds.MASTER else (40077,)
        variant = "address" if not endpoint.in_list else "case" if scheme.lower() in (HTTP, HTTPS) else ""
        becomes = endpoint.rewritten(tls).partition("=")[2] if endpoint.key == k.INITIAL_CLUSTER else endpoint.rewritten(tls)
        yield ctx.finding(RULE, endpoint.url_span, variant, codes=codes, fixes=_fixes(ctx, endpoint), key=endpoint.key, scheme=scheme, becomes=becomes)


def _fixes(ctx: Context, endpoint: Endpoint) -> tuple[Fix, ...]:
    if not endpoint.exact:
        return ()
    lower = endpoint.scheme.lower()
    if lower in (HTTP, HTTPS) and endpoint.in_list:
        return (ctx.fix("use-scheme", Edit(endpoint.scheme_span, f"{lower}://"), key=endpoint.key, scheme=lower),)
    return (ctx.fix("drop-scheme", Edit(endpoint.scheme_span, ""), how=Applicability.UNSAFE, key=endpoint.key, scheme=endpoint.scheme),)


RULE = Rule("tls-url-scheme-invalid", "tls", Severity.ERROR, CONFIG_FILE, kinds.COMPONENTS, check, codes=(38037, 38038, 38040, 40077))
