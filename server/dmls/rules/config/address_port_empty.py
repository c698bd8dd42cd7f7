"""An address without a port where DM's loader does not look.

What: an empty port (`10.0.0.1:`) in `worker-addr`, in `master-addr` beside an `advertise-addr`, or in a URL list; no port at all, or an
IPv6 address without brackets, in a URL list.

Why: DM-worker checks the port of `advertise-addr` only (dm/worker/config.go:186-210), so `worker-addr = "10.0.0.1:"` loads. Go then takes any free
port, while the masters are told to dial an address without one. DM-master checks `master-addr` only where it is also the
advertised address (dm/master/config.go:247-270). In URL lists the loader checks nothing: without a port the embedded etcd refuses
`peer-urls` and `advertise-peer-urls` (38037) and `initial-cluster` (38038), and an entry of `join` cannot be dialled (38040, 40077).

Wrong: `worker-addr = "10.0.0.1:"`

Right: `worker-addr = "10.0.0.1:8262"`

Fix: write the port; DM-master uses 8261 and 8291, DM-worker 8262.  The fix takes the port that is advertised, else the usual one, which need not be yours.
"""

from __future__ import annotations

import ipaddress
from typing import Iterator

from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.endpoint import HTTP, HTTPS, URL_LISTS, Endpoint, endpoints
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.schema import keys as k

_USUAL = {k.WORKER_ADDR: "8262", k.MASTER_ADDR: "8261", k.JOIN: "8261"}
_PEER_PORT = "8291"


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    advertised = config.get(k.ADVERTISE_ADDR)
    has_advertised = advertised is not None and bool(advertised.text)
    own = k.WORKER_ADDR if config.kind == kinds.WORKER else k.MASTER_ADDR
    # DM-master itself refuses master-addr without a port where it is the advertised address, too (38035).
    if has_advertised or own == k.WORKER_ADDR:
        for endpoint in endpoints(config, own):
            if endpoint.port == "" and not endpoint.has_blank:
                severity = Severity.WARNING if has_advertised else Severity.ERROR
                yield _finding(ctx, endpoint, "" if has_advertised else "advertised", severity, ())
    for key in URL_LISTS[config.kind]:
        every = endpoints(config, key)
        faults = [(e, _fault(e)) for e in every]
        some_work = key == k.JOIN and any(not fault for _, fault in faults)
        for endpoint, fault in faults:
            if fault:
                loud = fault != "empty" or key == k.JOIN
                severity = Severity.ERROR if loud and not some_work else Severity.WARNING
                yield _finding(ctx, endpoint, fault, severity, _codes(config.kind, key) if severity is Severity.ERROR else ())


def _finding(ctx: Context, endpoint: Endpoint, variant: str, severity: Severity, codes: tuple[int, ...]) -> Finding:
    return ctx.finding(
        RULE,
        endpoint.url_span,
        variant,
        severity=severity,
        codes=codes,
        fixes=_fixes(ctx, endpoint),
        key=endpoint.key,
        address=endpoint.address,
        usual=_USUAL.get(endpoint.key, _PEER_PORT),
    )


def _fixes(ctx: Context, endpoint: Endpoint) -> tuple[Fix, ...]:
    if not endpoint.exact:
        return ()
    start = endpoint.address_span.start
    host = endpoint.address[: len(endpoint.address) - len(endpoint.path)]
    usual = _USUAL.get(endpoint.key, _PEER_PORT)
    if not endpoint.in_list:
        usual = next((e.port for e in endpoints(ctx.config, k.ADVERTISE_ADDR) if e.port and e.port.isdigit()), usual)
    if endpoint.parts is not None:
        written = f"{host}{usual}"
    elif host.count(":") > 1 and "[" not in host:
        written = _bracketed(host, usual)
    else:
        written = f"{host}:{usual}"
    if not written:
        return ()
    edit = Edit(Span(start, start + len(host)), written)
    return (ctx.fix("replace-value", edit, how=Applicability.UNSAFE, value=written),)


def _bracketed(host: str, usual: str) -> str:
    """An IPv6 address in brackets: what follows the last colon is the port where it looks like one; "" where it is no address."""
    address, _, port = host.rpartition(":")
    if not (port.isdigit() and len(port) >= 4):
        address, port = host, usual
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return ""
    return f"[{address}]:{port}"


def _fault(endpoint: Endpoint) -> str:
    """Which sentence fits a URL; "" where nothing is wrong, or another rule speaks."""
    address = endpoint.address
    if endpoint.has_blank or not address or endpoint.scheme not in ("", HTTP, HTTPS):
        return ""
    if endpoint.key == k.INITIAL_CLUSTER and (endpoint.name is None or "=" in endpoint.url):
        return ""
    if endpoint.parts is not None:
        return "empty" if endpoint.port == "" else ""
    host = address[: len(address) - len(endpoint.path)]
    if ":" not in host or host.endswith("]"):
        return "missing"
    return "brackets" if host.count(":") > 1 and "[" not in host else ""


def _codes(kind: str, key: str) -> tuple[int, ...]:
    if key == k.JOIN:
        return (38040,) if kind == kinds.MASTER else (40077,)
    return (38038,) if key == k.INITIAL_CLUSTER else (38037,)


RULE = Rule("address-port-empty", "config", Severity.ERROR, CONFIG_FILE, kinds.COMPONENTS, check, codes=(38037, 38038, 38040, 40077))
