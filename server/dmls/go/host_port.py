"""Addresses: ``net.SplitHostPort``, ``url.Parse``, and how DM removes and adds schemes (dm/pkg/utils/util.go)."""

from __future__ import annotations

from dmls.go.number import quote, utf8
from dmls.named import NamedTuple

_HTTP = "http://"
_HTTPS = "https://"


class HostPort(NamedTuple):
    """The two sides of the last colon; brackets are gone from `host`, `port` is any text, also ""."""

    host: str
    port: str


def split(text: str) -> tuple[HostPort | None, str | None]:
    """``net.SplitHostPort``: the parts and None, or None and its error text.

    Texts: ``address a: missing port in address``, ``too many colons``, ``missing ']'``, ``unexpected '['``.
    """
    reason = None
    host = port = ""
    last = text.rfind(":")
    inside, behind = 0, 0
    if last < 0:
        reason = "missing port in address"
    elif text[0] == "[":
        end = text.find("]")
        if end < 0:
            reason = "missing ']' in address"
        elif end + 1 == len(text):
            reason = "missing port in address"
        elif end + 1 != last:
            reason = "too many colons in address" if text[end + 1] == ":" else "missing port in address"
        host = text[1:end]
        inside, behind = 1, end + 1
    else:
        host = text[:last]
        if ":" in host:
            reason = "too many colons in address"
    if reason is None:
        if "[" in text[inside:]:
            reason = "unexpected '[' in address"
        elif "]" in text[behind:]:
            reason = "unexpected ']' in address"
    if reason is not None:
        return None, f"address {text}: {reason}" if text else reason
    port = text[last + 1 :]
    return HostPort(host, port), None


def join(host: str, port: str) -> str:
    """``net.JoinHostPort``: a host with a colon is put in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def unwrap_scheme(text: str) -> str:
    """DM's ``UnwrapScheme``: the text without one leading ``http://`` or ``https://``, which are case-sensitive."""
    if text.startswith(_HTTP):
        return text[len(_HTTP) :]
    if text.startswith(_HTTPS):
        return text[len(_HTTPS) :]
    return text


def wrap_scheme(text: str, tls: bool) -> str:
    """DM's ``wrapScheme``: the scheme is replaced or added; the empty text stays empty."""
    if not text:
        return text
    return (_HTTPS if tls else _HTTP) + unwrap_scheme(text)


def wrap_schemes(text: str, tls: bool) -> str:
    """DM's ``WrapSchemes`` for a list with commas; blanks around a comma become part of the URL."""
    return ",".join(wrap_scheme(item, tls) for item in text.split(","))


def wrap_schemes_of_cluster(text: str, tls: bool) -> str:
    """DM's ``WrapSchemesForInitialCluster`` for ``name=URL,…``; an item with no or several ``=`` stays as it is."""
    items = []
    for item in text.split(","):
        name, *urls = item.split("=")
        items.append(f"{name}={wrap_scheme(urls[0], tls)}" if len(urls) == 1 else item)
    return ",".join(items)


class Url(NamedTuple):
    """What the rules need of a ``url.URL``; `host` still holds the port, `path` is without escapes."""

    scheme: str
    host: str
    path: str
    opaque: str = ""

    @property
    def hostname(self) -> str:
        """``URL.Hostname``: the host without port and brackets."""
        return _split_port(self.host)[0]

    @property
    def port(self) -> str:
        """``URL.Port``: the digits behind the host, "" where there are none."""
        return _split_port(self.host)[1]


class ListenUrl(NamedTuple):
    """One item of a list of URLs: as DM reads it, and what it is or why it is none (38039 ``fail to parse URL``)."""

    item: str
    url: Url | None
    error: str | None


def listen_urls(text: str, tls: bool) -> list[ListenUrl]:
    """DM's ``parseURLs`` (dm/master/etcd.go): items between commas; one without scheme gets it, a bare port 0.0.0.0.

    DM stops at the first error; here every item is judged.
    """
    if not text:
        return []
    found = []
    for item in text.split(","):
        whole = item if item.startswith((_HTTP, _HTTPS)) else (_HTTPS if tls else _HTTP) + item
        url, error = parse_url(whole)
        if url is not None and url.host.startswith(":"):
            url = url._replace(host="0.0.0.0" + url.host)
        found.append(ListenUrl(whole, url, error))
    return found


def _split_port(host: str) -> tuple[str, str]:
    port = ""
    at = host.rfind(":")
    if at >= 0 and _is_port(host[at:]):
        host, port = host[:at], host[at + 1 :]
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    return host, port


class _Refused(Exception):
    """Carries Go's reason out of the steps of `parse_url`."""


def parse_url(text: str) -> tuple[Url | None, str | None]:
    """``url.Parse``: the URL and None, or None and its error text (``parse "x": invalid port ":b" after host``).

    As in Go 1.25, which builds DM: several colons in a host are looked at only from the last one on.
    """
    # Go looks at bytes, so each one becomes a character of its own until the text is printed.
    raw = utf8(text).decode("latin-1")
    before, _, fragment = raw.partition("#")
    at_fault = before
    try:
        url = _parse_url(before)
        at_fault = raw
        _unescape(fragment, "")
    except _Refused as refused:
        return None, f"parse {quote(_text(at_fault))}: {_text(str(refused))}"
    return Url(*map(_text, url)), None


def _text(raw: str) -> str:
    return raw.encode("latin-1").decode("utf-8", "surrogateescape")


def _quoted(raw: str) -> str:
    """A quoted text that survives `_text` on its way out."""
    return utf8(quote(_text(raw))).decode("latin-1")


def _parse_url(raw: str) -> tuple[str, str, str, str]:
    if any(c < " " or c == "\x7f" for c in raw):
        raise _Refused("net/url: invalid control character in URL")
    if raw == "*":
        return "", "", "*", ""
    scheme, rest = _scheme(raw)
    rest = rest.partition("?")[0]
    if not rest.startswith("/"):
        if scheme:
            return scheme, "", "", rest
        if ":" in rest.partition("/")[0]:
            raise _Refused("first path segment in URL cannot contain colon")
    host = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
        host = _authority(authority)
    return scheme, host, _unescape(rest, ""), ""


def _scheme(raw: str) -> tuple[str, str]:
    for i, c in enumerate(raw):
        if "a" <= c <= "z" or "A" <= c <= "Z":
            continue
        if c in "0123456789+-.":
            if i == 0:
                break
        elif c == ":":
            if i == 0:
                raise _Refused("missing protocol scheme")
            return raw[:i].lower(), raw[i + 1 :]
        else:
            break
    return "", raw


_USER_INFO = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:~!$&'()*+,;=%@")


def _authority(raw: str) -> str:
    at = raw.rfind("@")
    host = _host(raw[at + 1 :])
    if at >= 0:
        user = raw[:at]
        if not _USER_INFO.issuperset(user):
            raise _Refused("net/url: invalid userinfo")
        name, _, password = user.partition(":")
        _unescape(name, "")
        _unescape(password, "")
    return host


def _host(raw: str) -> str:
    bracket = raw.rfind("[")
    if bracket > 0:
        raise _Refused("invalid IP-literal")
    if bracket == 0:
        end = raw.rfind("]")
        if end < 0:
            raise _Refused("missing ']' in host")
        port = raw[end + 1 :]
        if not _is_port(port):
            raise _Refused(f"invalid port {_quoted(port)} after host")
        name = raw[1:end]
        zone = name.find("%25")
        if zone >= 0:
            plain = _unescape(name[:zone], "host") + _unescape(name[zone:], "zone")
        else:
            plain = _unescape(name, "host")
        reason = _ipv6_error(plain)
        if reason is not None:
            raise _Refused(reason)
        return f"[{plain}]{port}"
    colon = raw.rfind(":")
    if colon >= 0 and not _is_port(raw[colon:]):
        raise _Refused(f"invalid port {_quoted(raw[colon:])} after host")
    return _unescape(raw, "host")


def _is_port(raw: str) -> bool:
    return not raw or (raw[0] == ":" and all("0" <= c <= "9" for c in raw[1:]))


_HEX = frozenset("0123456789abcdefABCDEF")
_HOST = frozenset("!\"$&'()*+,-.0123456789:;<=>ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~")


def _unescape(raw: str, mode: str) -> str:
    """``unescape``; `mode` is "host", "zone", or "" for the parts where any character may stand."""
    out = []
    i = 0
    while i < len(raw):
        c = raw[i]
        if c != "%":
            if mode and c < "\x80" and c not in _HOST:
                raise _Refused(f"invalid character {_quoted(c)} in host name")
            out.append(c)
            i += 1
            continue
        escape = raw[i : i + 3]
        if len(escape) < 3 or escape[1] not in _HEX or escape[2] not in _HEX:
            raise _Refused(f"invalid URL escape {_quoted(escape)}")
        code = int(escape[1:], 16)
        if mode == "host" and code < 0x80 and escape != "%25":
            raise _Refused(f"invalid URL escape {_quoted(escape)}")
        if mode == "zone" and escape != "%25" and code != 0x20 and chr(code) not in _HOST:
            raise _Refused(f"invalid URL escape {_quoted(escape)}")
        out.append(chr(code))
        i += 3
    return "".join(out)


def _ipv6_error(raw: str) -> str | None:
    """Why the text between brackets is no IPv6 address (``netip.ParseAddr``), None where it is one."""
    for c in raw:
        if c == ".":
            return _address_error(raw, _ipv4_error(raw)) or "invalid IP-literal"
        if c == ":":
            return _address_error(raw, _ipv6_groups_error(raw))
        if c == "%":
            return _address_error(raw, ("missing IPv6 address", ""))
    return _address_error(raw, ("unable to parse IP", ""))


def _address_error(raw: str, reason: tuple[str, str] | None) -> str | None:
    if reason is None:
        return None
    message, at = reason
    tail = f" (at {_quoted(at)})" if at else ""
    return f"invalid host: ParseAddr({_quoted(raw)}): {message}{tail}"


def _ipv4_error(part: str) -> tuple[str, str] | None:
    octet = digits = dots = 0
    for i, c in enumerate(part):
        if "0" <= c <= "9":
            if digits == 1 and octet == 0:
                return "IPv4 field has octet with leading zero", ""
            octet = octet * 10 + ord(c) - 48
            digits += 1
            if octet > 255:
                return "IPv4 field has value >255", ""
        elif c == ".":
            if i == 0 or i == len(part) - 1 or part[i - 1] == ".":
                return "IPv4 field must have at least one digit", part[i:]
            if dots == 3:
                return "IPv4 address too long", ""
            dots += 1
            octet = digits = 0
        else:
            return "unexpected character", part[i:]
    return ("IPv4 address too short", "") if dots < 3 else None


def _ipv6_groups_error(raw: str) -> tuple[str, str] | None:
    rest, percent, zone = raw.partition("%")
    if percent and not zone:
        return "zone must be a non-empty string", ""
    ellipsis = -1
    if rest.startswith("::"):
        ellipsis = 0
        rest = rest[2:]
        if not rest:
            return None
    i = 0
    while i < 16:
        digits = 0
        while digits < len(rest) and rest[digits] in _HEX:
            if digits > 3:
                return "each group must have 4 or less digits", rest
            digits += 1
        if digits == 0:
            return "each colon-separated field must have at least one digit", rest
        if rest[digits : digits + 1] == ".":
            if ellipsis < 0 and i != 12:
                return "embedded IPv4 address must replace the final 2 fields of the address", rest
            if i + 4 > 16:
                return "too many hex fields to fit an embedded IPv4 at the end of the address", rest
            reason = _ipv4_error(rest)
            if reason is not None:
                return reason
            rest = ""
            i += 4
            break
        i += 2
        rest = rest[digits:]
        if not rest:
            break
        if rest[0] != ":":
            return "unexpected character, want colon", rest
        if len(rest) == 1:
            return "colon must be followed by more characters", rest
        rest = rest[1:]
        if rest[0] == ":":
            if ellipsis >= 0:
                return "multiple :: in address", rest
            ellipsis = i
            rest = rest[1:]
            if not rest:
                break
    if rest:
        return "trailing garbage after address", rest
    if i < 16:
        return ("address string too short", "") if ellipsis < 0 else None
    return ("the :: must expand to at least one field of zeros", "") if ellipsis >= 0 else None
