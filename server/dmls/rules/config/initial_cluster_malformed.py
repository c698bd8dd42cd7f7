"""`initial-cluster` that the embedded etcd cannot read.

What: an entry of `initial-cluster` that is not `name=URL`: the name or the URL is missing, there is more than one `=`, or the URL has a path.

Why: DM's loader only rewrites schemes, and leaves an entry without exactly one `=` as it is (dm/pkg/utils/util.go:200-216). The embedded
etcd reads the list when it starts for the first time and refuses it: DM-master exits with 38038 `fail to start embed etcd`, for
example `URL scheme must be http, https, unix, or unixs` (etcd client/pkg/types/urlsmap.go, urls.go). With `join` set DM does not use
`initial-cluster` (dm/master/etcd.go:93-210).

Wrong: `initial-cluster = "10.0.0.1:8291"`

Right: `initial-cluster = "master1=http://10.0.0.1:8291"`

Fix: write `name=URL` for every master, the name being that master's `name`.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.endpoint import Endpoint, endpoints
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.schema import keys as k


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    join = config.get(k.JOIN)
    if join is not None and join.text:
        return
    every = endpoints(config, k.INITIAL_CLUSTER)
    for endpoint in every:
        variant = _fault(endpoint)
        if variant is not None:
            fixes = _fixes(config, ctx, endpoint) if len(every) == 1 and endpoint.name is None else ()
            yield ctx.finding(RULE, endpoint.span, variant, fixes=fixes, item=endpoint.raw)


def _fault(endpoint: Endpoint) -> str | None:
    if endpoint.name is None or not endpoint.name.strip():
        return "" if endpoint.raw.strip() else None
    if "=" in endpoint.url:
        return "equals"
    if not endpoint.address.strip():
        return "no-url"
    if endpoint.path and not endpoint.has_blank:
        return "path"
    return None


def _fixes(config: ConfigFile, ctx: Context, endpoint: Endpoint) -> tuple[Fix, ...]:
    """The one entry of a cluster of one is this master's own."""
    name = config.get(k.NAME)
    if name is None or not name.text or not endpoint.exact or any(c in name.text for c in '=,"\\'):
        return ()
    start = Span(endpoint.span.start, endpoint.span.start)
    return (ctx.fix("name-member", Edit(start, f"{name.text}="), how=Applicability.UNSAFE, name=name.text),)


RULE = Rule("initial-cluster-malformed", "config", Severity.ERROR, CONFIG_FILE, (kinds.MASTER,), check, codes=(38038,))
