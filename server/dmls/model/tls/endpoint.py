"""The addresses of a component's file, each with its place inside the value.

DM-master and DM-worker take two forms.  `master-addr`, `worker-addr` and `advertise-addr` are one ``host:port``, from which a leading
``http://`` or ``https://`` is cut off.  `peer-urls`, `advertise-peer-urls`, `join` and `initial-cluster` are lists with commas; there the
scheme is replaced or added according to `ssl-ca` alone (dm/pkg/utils/util.go, dm/master/config.go:247-330,
dm/worker/config.go:186-215).  Blanks are never trimmed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmls.go import host_port
from dmls.model import kind as kinds
from dmls.model.unknown import tls_key_meant
from dmls.named import NamedTuple
from dmls.pattern import LazyPattern
from dmls.schema import keys as k
from dmls.syntax.tree import Scalar
from dmls.text import Span

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile, Entry

URL_LISTS = {
    kinds.MASTER: (k.PEER_URLS, k.ADVERTISE_PEER_URLS, k.INITIAL_CLUSTER, k.JOIN),
    kinds.WORKER: (k.JOIN,),
}
"""The keys whose schemes DM writes itself."""
ADDRESSES = {
    kinds.MASTER: (k.MASTER_ADDR, k.ADVERTISE_ADDR),
    kinds.WORKER: (k.WORKER_ADDR, k.ADVERTISE_ADDR),
}
"""The keys that hold one ``host:port``, from which DM cuts the scheme."""

_SINGLE = frozenset((k.MASTER_ADDR, k.WORKER_ADDR, k.ADVERTISE_ADDR))
HTTP, HTTPS = "http", "https"
_STRING_STYLES = ("basic", "literal", "multi-basic", "multi-literal", "word", "double-part", "single-part", "mixed", "borrowed")
"""Of TOML, and of flags (`model.command_line`)."""
_SCHEME = LazyPattern(r"[ \t]*([A-Za-z][A-Za-z0-9+.\-]*)://")
_BLANK = LazyPattern(r"[ \t\r\n]")


class Endpoint(NamedTuple):
    """One address of a value.

    `raw` is the text between two commas, blanks included, and `span` its place; `url` is what follows the name in
    `initial-cluster`, else `raw` itself.  `name` is None where no ``=`` is written.  Where the value holds escapes, places inside
    it are unknown: all spans are then those of the whole value, and `exact` is False.  `at` is where in the value `raw` begins.
    """

    entry: Entry
    key: str
    raw: str
    span: Span
    name: str | None
    url: str
    url_span: Span
    exact: bool
    at: int = 0

    @property
    def in_list(self) -> bool:
        """Whether DM writes the scheme itself, rather than cutting it off."""
        return self.key not in _SINGLE

    @property
    def scheme(self) -> str:
        """The scheme as written, without ``://``; "" where there is none."""
        m = _SCHEME.match(self.url)
        return m.group(1) if m else ""

    @property
    def scheme_span(self) -> Span:
        """The scheme with its ``://``; empty, at the start of the URL, where there is none."""
        m = _SCHEME.match(self.url)
        if not self.exact:
            return self.url_span
        start = self.url_span.start
        return Span(start + m.start(1), start + m.end()) if m else Span(start, start)

    @property
    def address(self) -> str:
        """What follows the scheme: host, port and whatever is written behind."""
        m = _SCHEME.match(self.url)
        return self.url[m.end() :] if m else self.url

    @property
    def address_span(self) -> Span:
        return Span(self.scheme_span.end, self.url_span.end) if self.exact else self.url_span

    @property
    def has_blank(self) -> bool:
        """Whether a blank stands anywhere in it; DM keeps blanks, and Go refuses them in a host and in a port."""
        return _BLANK.search(self.raw) is not None

    @property
    def authority(self) -> str:
        """Host and port as written."""
        return _authority(self.address)

    @property
    def parts(self) -> host_port.HostPort | None:
        """Host and port as ``net.SplitHostPort`` reads them from the address; None where it refuses."""
        return host_port.split(self.authority)[0]

    @property
    def host(self) -> str:
        """The host without brackets, "" where the address cannot be split or has none."""
        parts = self.parts
        return parts.host if parts is not None else ""

    @property
    def port(self) -> str | None:
        """The port, "" where only its colon is written, None where the address cannot be split."""
        parts = self.parts
        return parts.port if parts is not None else None

    @property
    def path(self) -> str:
        """What is written behind host and port, with its slash; etcd wants none."""
        return self.address[len(self.authority) :]

    def rewritten(self, tls: bool) -> str:
        """What DM makes of it; `tls` is whether `ssl-ca` is set."""
        if not self.in_list:
            return host_port.unwrap_scheme(self.raw)
        if self.key == k.INITIAL_CLUSTER:
            return host_port.wrap_schemes_of_cluster(self.raw, tls)
        return host_port.wrap_scheme(self.raw, tls)


def _authority(address: str) -> str:
    return re.split(r"[/?#]", address, maxsplit=1)[0]


def uses_tls(config: ConfigFile) -> bool:
    """Whether `ssl-ca` is set: DM's one switch for the schemes of a component (dm/master/config.go:303-330)."""
    ca = config.get(k.SSL_CA)
    return ca is not None and bool(ca.text)


def tls_is_readable(config: ConfigFile) -> bool:
    """Whether the file's own words on TLS can be believed: no misspelt or misplaced key may stand for `ssl-ca`."""
    for entry in config.root.children:
        if entry.schema is None and (entry.name.lower() == k.SECURITY or tls_key_meant(entry.name) is not None):
            return False
    ca = config.get(k.SSL_CA)
    return ca is None or isinstance(ca.node, Scalar)


def endpoints(config: ConfigFile, *keys: str) -> tuple[Endpoint, ...]:
    """The addresses of the given keys, in the order of the keys; empty items and values that are no text are left out."""
    out: list[Endpoint] = []
    for key in keys:
        entry = config.get(key)
        if entry is not None:
            out.extend(of_entry(config, entry, key))
    return tuple(out)


def url_lists(config: ConfigFile) -> tuple[Endpoint, ...]:
    """The addresses whose scheme DM writes itself."""
    return endpoints(config, *URL_LISTS.get(config.kind, ()))


def of_entry(config: ConfigFile, entry: Entry, key: str) -> tuple[Endpoint, ...]:
    """The addresses of one value; () where it is empty or no text, which other rules speak of."""
    node = entry.node
    if not isinstance(node, Scalar) or node.style not in _STRING_STYLES or node.unterminated or not node.value:
        return ()
    whole = config.value_span(entry)
    base = _inside(whole.of(config.text), node)
    out = []
    at = 0
    for raw in node.value.split(",") if key not in _SINGLE else (node.value,):
        span = whole if base is None else Span(whole.start + base + at, whole.start + base + at + len(raw))
        begin, at = at, at + len(raw) + 1
        if not raw:
            continue
        name: str | None = None
        url, url_span = raw, span
        if key == k.INITIAL_CLUSTER and "=" in raw:
            name, _, url = raw.partition("=")
            if base is not None:
                url_span = Span(span.start + len(name) + 1, span.end)
        out.append(Endpoint(entry, key, raw, span, name, url, url_span, base is not None, begin))
    return tuple(out)


def _inside(source: str, node: Scalar) -> int | None:
    """Where the value begins inside its source, quotes included; None where escapes make the two differ."""
    if node.style in _STRING_STYLES[4:]:
        at = 1 if source[:1] in ('"', "'") else 0
        return at if source[at : len(source) - at] == node.value else None
    quote = 3 if node.style.startswith("multi") else 1
    body = source[quote : len(source) - quote]
    for skip in ("", "\n", "\r\n"):
        if body.startswith(skip) and body[len(skip) :] == node.value:
            return quote + len(skip)
    return None
