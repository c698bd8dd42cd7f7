"""`initial-cluster` that the embedded etcd cannot read.

What: an entry of `initial-cluster` that is not `name=URL`: the name or the URL is missing, there is more than one `=`, or the URL has a path.

Why: DM's loader only rewrites schemes, and leaves an entry without exactly one `=` as it is (dm/pkg/utils/util.go:200-216). The embedded
etcd reads the list when it starts for the first time and refuses it: DM-master exits with 38038 `fail to start embed etcd`, for
example `URL scheme must be http, https, unix, or unixs` (etcd client/pkg/types/urlsmap.go, urls.go). With `join` set DM does not use
`initial-cluster` (dm/master/etcd.go:93-210).

Wrong: `initial-cluster = "10.0.0.1:8291"`

Right: `initial-cluster = "master1=http://10.0.0.1:8291"`

Fix: write `name=URL` for every master, the name being that master's `name`.  The fix takes away a path and a second `=`, and writes this master's own name;
the names of the others stand in their files.
"""

from __future__ import annotations

from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.endpoint import Endpoint, endpoints
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
            fixes = _fixes(config, ctx, endpoint, variant, len(every) == 1)
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


def _fixes(config: ConfigFile, ctx: Context, endpoint: Endpoint, variant: str, alone: bool) -> tuple[Fix, ...]:
    if not endpoint.exact:
        return ()
    start, end = endpoint.url_span
    if variant == "path" and not endpoint.address.removesuffix(endpoint.path).rpartition(":")[2].isdecimal():
        # The address itself stands behind the slash, and something else before it.
        return ()
    if variant == "path":
        return (ctx.fix("remove-path", Edit(Span(end - len(endpoint.path), end), ""), path=endpoint.path),)
    if variant == "equals":
        return (ctx.fix("remove-text", Edit(Span(start, start + 1), ""), text="="),) if endpoint.url.startswith("=") and "=" not in endpoint.url[1:] else ()
    return _named(config, ctx, endpoint) if endpoint.name is None and (alone or _is_own(config, endpoint)) else ()


def _is_own(config: ConfigFile, endpoint: Endpoint) -> bool:
    """Whether the entry is the address at which this master tells the others to find it."""
    advertised = endpoints(config, k.ADVERTISE_PEER_URLS) or endpoints(config, k.PEER_URLS)
    return any(e.address == endpoint.address for e in advertised)


def _named(config: ConfigFile, ctx: Context, endpoint: Endpoint) -> tuple[Fix, ...]:
    """The one entry of a cluster of one, or that with this master's own address, is this master's."""
    name = config.get(k.NAME)
    if name is None or not name.text or not endpoint.exact or any(c in name.text for c in '=,"\\'):
        return ()
    start = Span(endpoint.span.start, endpoint.span.start)
    return (ctx.fix("name-member", Edit(start, f"{name.text}="), how=Applicability.UNSAFE, name=name.text),)


RULE = Rule("initial-cluster-malformed", "config", Severity.ERROR, CONFIG_FILE, (kinds.MASTER,), check, codes=(38038,))
