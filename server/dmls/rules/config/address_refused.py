"""An address of a component that DM refuses.

What: a `master-addr`, `worker-addr` or `advertise-addr` without a port, with several addresses, with an IPv6 address without brackets, with a scheme
other than http and https, or without a host that others can dial.

Why: DM splits the address with Go's net.SplitHostPort and does not start where that fails: 38035 (`master-addr`), 38042 (`advertise-addr` of a
master), 40069 (worker).  Where no `advertise-addr` is given, its own address is what the others dial, so it must have a host that is not
0.0.0.0 (dm/master/config.go:247-270, dm/worker/config.go:186-210).  A flag on the command line overrides the file; where
a script or systemd unit of the workspace gives one, nothing is said of the key.

Wrong: `worker-addr = "0.0.0.0:8262"` without `advertise-addr`

Right: `worker-addr = "0.0.0.0:8262"` and `advertise-addr = "10.0.0.21:8262"`

Fix: write host and port.  The fix takes the usual port, 8261 of a master and 8262 of a worker, which need not be yours, and sets brackets
around an IPv6 address; which host the others dial, it takes from the peer addresses, or leaves for you to fill in.
"""

from __future__ import annotations

import ipaddress
from typing import Iterator

from dmls.go import host_port
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile, Entry
from dmls.model.dm.start_error import ADVERTISED, OWN, may_be_misspelt
from dmls.model.edits import edit
from dmls.model.tls.endpoint import Endpoint, endpoints
from dmls.rule import CONFIG_FILE, Applicability, Context, Edit, Finding, Fix, Rule, Severity, Span
from dmls.schema import keys as k

OWN_KEY = {kinds.MASTER: k.MASTER_ADDR, kinds.WORKER: k.WORKER_ADDR}
USUAL = {kinds.MASTER: "8261", kinds.WORKER: "8262"}
NO_HOST = ("", "0.0.0.0")
_FORMAT = "advertise-addr (%s) must include the 'host' part and should not be '0.0.0.0'"
"""DM-worker prints this text as it stands, and the address behind it."""


def check(config: ConfigFile, ctx: Context) -> Iterator[Finding]:
    yield from judge(config, ctx, ctx.around.given)


def judge(config: ConfigFile, ctx: Context, given: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """`given` are the keys that a start of the program sets, or may set, with a flag."""
    own = OWN_KEY[config.kind]
    advertised = config.get(k.ADVERTISE_ADDR)
    absent = advertised is None or (advertised.text == "" and not advertised.children)
    alone = absent and k.ADVERTISE_ADDR not in given and not may_be_misspelt(config, k.ADVERTISE_ADDR)
    for endpoint in endpoints(config, *(key for key in (own, k.ADVERTISE_ADDR) if key not in given)):
        address = host_port.unwrap_scheme(endpoint.raw)
        error = (OWN if endpoint.key == own else ADVERTISED)[config.kind]
        parts, cause = host_port.split(address)
        text, variant = error.text(cause or "", error.message.format(address=address)), ""
        if parts is None:
            variant = _fault(endpoint, address)
        elif endpoint.key == k.ADVERTISE_ADDR:
            if parts.host in NO_HOST or not parts.port:
                variant = "advertised-host" if parts.host in NO_HOST else "empty-port"
                if config.kind == kinds.WORKER:
                    text = error.text(message=f"host:port '{_FORMAT}' not valid%!(EXTRA string={address})")
        elif alone and (parts.host in NO_HOST or (config.kind == kinds.MASTER and not parts.port)):
            variant = "host" if parts.host in NO_HOST else "empty-port"
            text = error.text(message=f"{own} ({address}) must include the 'host' part (should not be '0.0.0.0') when {k.ADVERTISE_ADDR} is not set")
        if variant:
            fixes = _fixes(config, ctx, endpoint, address, variant)
            yield ctx.finding(
                RULE, endpoint.span, variant, codes=(error.code,), dm_text=text, fixes=fixes, key=endpoint.key, address=address, usual=USUAL[config.kind], cause=cause or ""
            )


def _fault(endpoint: Endpoint, address: str) -> str:
    """Which sentence fits an address that Go cannot split."""
    if "," in address:
        return "several"
    if "://" in address:
        return "scheme"
    if ":" not in address or address.endswith("]"):
        return "port"
    return "brackets" if _ipv6(address, "") else "other"


def _ipv6(address: str, usual: str) -> str:
    """An IPv6 address in brackets with its port: the digits behind the last colon, else the usual one; "" where it is no address."""
    host, _, port = address.rpartition(":")
    if not (port.isdigit() and len(port) >= 4) or not _is_ipv6(host):
        host, port = address, usual
    return f"[{host}]:{port}" if _is_ipv6(host) else ""


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _fixes(config: ConfigFile, ctx: Context, endpoint: Endpoint, address: str, variant: str) -> tuple[Fix, ...]:
    if not endpoint.exact:
        return ()
    usual = USUAL[config.kind]
    span = Span(endpoint.span.end - len(address), endpoint.span.end)
    if variant == "port" and not any(c in address for c in " \t/@[]"):
        written = f"{address}:{usual}"
    elif variant == "port" and address.startswith("[") and _is_ipv6(address[1:-1]):
        written = f"{address}:{usual}"
    elif variant == "empty-port":
        written = f"{address}{usual}"
    elif variant == "brackets":
        written = _ipv6(address, usual)
    elif variant == "scheme":
        rest = address.partition("://")[2]
        written = rest if host_port.split(rest)[0] is not None else ""
    elif variant in ("host", "advertised-host"):
        return _host(config, ctx, endpoint, address, span)
    else:
        written = ""
    return (ctx.fix("replace-value", Edit(span, written), how=Applicability.UNSAFE, value=written),) if written else ()


def _host(config: ConfigFile, ctx: Context, endpoint: Endpoint, address: str, span: Span) -> tuple[Fix, ...]:
    """A host that others can dial: that of the peer addresses, else for a person to fill in."""
    port = address.rpartition(":")[2] or USUAL[config.kind]
    known = {e.host for e in endpoints(config, k.ADVERTISE_PEER_URLS) if e.host and e.host not in (*NO_HOST, "::", "127.0.0.1", "localhost")}
    host = known.pop() if len(known) == 1 and config.kind == kinds.MASTER else ""
    how = Applicability.UNSAFE if host else Applicability.MANUAL
    written = host_port.join(host, port)
    if endpoint.key == k.ADVERTISE_ADDR:
        return (ctx.fix("replace-value", Edit(span, written), how=how, value=written),) if host else ()
    advertised = config.get(k.ADVERTISE_ADDR)
    change = _advertise(config, endpoint.entry, advertised, written)
    return (ctx.fix("add-keys", change, how=how, preferred=bool(host), keys=f'`{k.ADVERTISE_ADDR} = "{written}"`'),) if change is not None else ()


def _advertise(config: ConfigFile, own: Entry, advertised: Entry | None, text: str) -> Edit | None:
    return edit.insert_keys(config, own, [(k.ADVERTISE_ADDR, text)]) if advertised is None else edit.fill(config, advertised, text)


RULE = Rule("address-refused", "config", Severity.ERROR, CONFIG_FILE, kinds.COMPONENTS, check, codes=(38035, 38042, 40069))
