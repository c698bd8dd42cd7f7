"""A DM-master told to listen on a name.

What: a host name other than `localhost` in `peer-urls` or `master-addr`.

Why: these are the addresses the embedded etcd binds to, and etcd takes only IP addresses there: 38037 `fail to validate embed etcd config`,
`expected IP in URL for binding` (etcd server/embed/config.go:992-1010). People come to it when they make addresses match the names in
a certificate; but certificates are compared with the advertised addresses.

Wrong: `peer-urls = "https://dm-master-0.dm:8291"`

Right: `peer-urls = "https://0.0.0.0:8291"` and `advertise-peer-urls = "https://dm-master-0.dm:8291"`

Fix: bind to all addresses, 0.0.0.0, and put the name into `advertise-addr` or `advertise-peer-urls` where nothing stands there.
"""

from __future__ import annotations

import re
from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.edits import edit
from dmls.model.tls.endpoint import HTTP, HTTPS, Endpoint, endpoints
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.schema import keys as k

_LOCALHOST = "localhost"
_EVERYWHERE = "0.0.0.0"
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|\Z)){4}\Z", re.A)


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    for endpoint in endpoints(config, k.PEER_URLS, k.MASTER_ADDR):
        host = endpoint.host
        if not host or host == _LOCALHOST or endpoint.has_blank or endpoint.scheme not in ("", HTTP, HTTPS):
            continue
        if ":" in host or _IPV4.match(host):
            continue
        instead = k.ADVERTISE_PEER_URLS if endpoint.key == k.PEER_URLS else k.ADVERTISE_ADDR
        yield ctx.finding(RULE, endpoint.url_span, fixes=_fixes(endpoint, instead, ctx), key=endpoint.key, host=host, instead=instead)


def _fixes(endpoint: Endpoint, instead: str, ctx: Context) -> tuple[Fix, ...]:
    every = endpoints(ctx.config, endpoint.key)
    at = endpoint.address_span.start
    if not endpoint.exact or len(every) > 1 or not endpoint.address.startswith(f"{endpoint.host}:"):
        return ()
    edits: list[Edit | None] = [Edit(Span(at, at + len(endpoint.host)), _EVERYWHERE)]
    named = ctx.config.get(instead)
    if named is None:
        edits.append(edit.insert_keys(ctx.config, endpoint.entry, [(instead, endpoint.entry.text)]))
    elif not named.text:
        edits.append(edit.fill(ctx.config, named, endpoint.entry.text))
    sure = [e for e in edits if e is not None]
    return (ctx.fix("bind-everywhere", *sure, how=Applicability.UNSAFE, key=endpoint.key, instead=instead),) if len(sure) == len(edits) else ()


RULE = Rule("tls-bind-needs-ip", "tls", Severity.ERROR, CONFIG_FILE, (kinds.MASTER,), check, codes=(38037,))
