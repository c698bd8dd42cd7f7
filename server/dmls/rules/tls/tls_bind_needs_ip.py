"""A DM-master told to listen on a name.

What: a host name other than `localhost` in `peer-urls` or `master-addr`.

Why: these are the addresses the embedded etcd binds to, and etcd takes only IP addresses there: 38037 `fail to validate embed etcd config`,
`expected IP in URL for binding` (etcd server/embed/config.go:992-1010). People come to it when they make addresses match the names in
a certificate; but certificates are compared with the advertised addresses.

Wrong: `peer-urls = "https://dm-master-0.dm:8291"`

Right: `peer-urls = "https://0.0.0.0:8291"` and `advertise-peer-urls = "https://dm-master-0.dm:8291"`

Fix: bind to an IP address and put the name into `advertise-addr` or `advertise-peer-urls`.
"""

from __future__ import annotations

import re
from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.endpoint import HTTP, HTTPS, endpoints
from dmls.rule import CONFIG_FILE, Context, Finding, Rule, Severity
from dmls.schema import keys as k

_LOCALHOST = "localhost"
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|\Z)){4}\Z", re.A)


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    for endpoint in endpoints(config, k.PEER_URLS, k.MASTER_ADDR):
        host = endpoint.host
        if not host or host == _LOCALHOST or endpoint.has_blank or endpoint.scheme not in ("", HTTP, HTTPS):
            continue
        if ":" in host or _IPV4.match(host):
            continue
        instead = k.ADVERTISE_PEER_URLS if endpoint.key == k.PEER_URLS else k.ADVERTISE_ADDR
        yield ctx.finding(RULE, endpoint.url_span, key=endpoint.key, host=host, instead=instead)


RULE = Rule("tls-bind-needs-ip", "tls", Severity.ERROR, CONFIG_FILE, (kinds.MASTER,), check, codes=(38037,))
