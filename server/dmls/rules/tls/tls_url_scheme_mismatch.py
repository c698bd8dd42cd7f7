"""A scheme in an address that says something else than what DM does.

What: `http://` in an address of a DM-master or DM-worker that uses TLS; or `https://` in `master-addr`, `worker-addr` or `advertise-addr`
of one that does not.

Why: DM never trusts the scheme. In `peer-urls`, `advertise-peer-urls`, `initial-cluster` and `join` it writes `https://` where `ssl-ca` is
set and `http://` where it is not (dm/master/config.go:303-330, dm/worker/config.go:215, dm/pkg/utils/util.go:171-216); from the other
addresses it cuts the scheme off (dm/master/config.go:247, 260, dm/worker/config.go:186, 198). Everything works, only the file
misleads its reader.

Wrong: `join = "http://10.0.0.1:8261"` beside `ssl-ca = "ca.pem"`

Right: `join = "10.0.0.1:8261"`, or `https://10.0.0.1:8261`

Fix: write the scheme that DM uses; in the other addresses delete it.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.endpoint import ADDRESSES, HTTP, HTTPS, URL_LISTS, endpoints, tls_is_readable, uses_tls
from dmls.rule import CONFIG_FILE, Context, Edit, Finding, Rule, Severity


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    tls = uses_tls(config)
    if not tls and not tls_is_readable(config):
        return
    used, written = (HTTPS, HTTP) if tls else (HTTP, HTTPS)
    # Without TLS, https:// in a list is the rule tls-https-without-ca.
    keys = (*(URL_LISTS[config.kind] if tls else ()), *ADDRESSES[config.kind])
    for key in keys:
        wrong = [e for e in endpoints(config, key) if e.scheme == written and not e.has_blank]
        if not wrong:
            continue
        first = wrong[0]
        new = f"{used}://" if first.in_list else ""
        fixes = ()
        if first.exact:
            title = "use-scheme" if first.in_list else "drop-scheme"
            fixes = (ctx.fix(title, *(Edit(e.scheme_span, new) for e in wrong), key=key, scheme=used),)
        variant = "" if first.in_list else "address"
        yield ctx.finding(RULE, first.url_span, variant, fixes=fixes, key=key, written=written, used=used)


RULE = Rule("tls-url-scheme-mismatch", "tls", Severity.INFORMATION, CONFIG_FILE, kinds.COMPONENTS, check)
