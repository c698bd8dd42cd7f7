"""Domains, mailboxes and URIs as Go's certificate parser checks them (crypto/x509/verify.go and parser.go, net/url).

Texts are of ASCII or, decoded as Latin-1, of any bytes.
"""

from __future__ import annotations

import re

from dmls.named import NamedTuple
from dmls.pki.facts import GO_1_23, GO_1_24, LATEST_GO, GoVersion

_LABELS = re.compile(r"[!-\-/-~]+(?:\.[!-\-/-~]+)*\Z")
_USERINFO = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*\Z")
_PORT = re.compile(r"(?::[0-9]*)?\Z")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+\-.]*:")
_PLAIN_URI = re.compile(r"[A-Za-z][A-Za-z0-9+\-.]*://[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*(?::[0-9]*)?(?:/[A-Za-z0-9/._~\-]*)?\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST_CHARACTERS = frozenset(map(ord, "!$&'()*+,;=:[]<>\"-_.~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
_PLAIN_HOST = re.compile(r"[!$&'()*+,;=:\[\]<>\"\-_.~A-Za-z0-9\x80-\xff]*\Z")
_HEX = frozenset("0123456789abcdefABCDEF")
_ATOM = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&'*+-/=?^_`{|}~.")
_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def quote(data: bytes) -> str:
    """Go's ``%q`` of these bytes."""
    out = ['"']
    for c in data.decode("utf-8", "surrogateescape"):
        code = ord(c)
        if code in _ESCAPES:
            out.append(_ESCAPES[code])
        elif 0xDC80 <= code <= 0xDCFF:
            out.append(f"\\x{code - 0xDC00:02x}")
        elif code < 0x20 or code == 0x7F:
            out.append(f"\\x{code:02x}")
        elif c == " " or c.isprintable():
            out.append(c)
        else:
            out.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    out.append('"')
    return "".join(out)


def labels_valid(domain: str, go: GoVersion) -> bool:
    """Whether Go can split the domain into labels; Go 1.22 and before overlook a dot before the first one."""
    if go < GO_1_23 and domain.startswith("."):
        domain = domain[1:]
        return _LABELS.match(domain) is not None
    return not domain or _LABELS.match(domain) is not None


def domain_valid(text: str, constraint: bool, go: GoVersion) -> bool:
    """Whether Go takes the domain of a URI or of a name constraint, which may begin with a dot."""
    if constraint and text.startswith("."):
        text = text[1:]
        if not text:
            return go < GO_1_24
    return labels_valid(text, go)


def mailbox(text: str, go: GoVersion = LATEST_GO) -> tuple[str, str] | None:
    """The local part and the domain of a mailbox (RFC 2821); None if Go does not take it."""
    local: list[str] = []
    at = 0
    end = len(text)
    if text.startswith('"'):
        at = 1
        while True:
            if at >= end:
                return None
            c = text[at]
            code = ord(c)
            at += 1
            if c == '"':
                break
            if c == "\\":
                if at >= end:
                    return None
                c = text[at]
                code = ord(c)
                at += 1
                if not (code in (11, 12) or 1 <= code <= 9 or 14 <= code <= 127):
                    return None
            elif not (code in (11, 12, 127) or 1 <= code <= 8 or 14 <= code <= 33 or 35 <= code <= 91 or 93 <= code <= 126):
                return None
            local.append(c)
    else:
        while at < end:
            c = text[at]
            if c == "\\":
                at += 1
                if at >= end:
                    return None
            elif c not in _ATOM:
                break
            local.append(text[at])
            at += 1
        name = "".join(local)
        if not name or name[0] == "." or name[-1] == "." or ".." in name:
            return None
    if at >= end or text[at] != "@":
        return None
    domain = text[at + 1 :]
    return ("".join(local), domain) if labels_valid(domain, go) else None


def is_ip(text: str) -> bool:
    """Whether ``net.ParseIP`` takes the text."""
    if not text or text[0] not in "0123456789abcdefABCDEF:" or "%" in text or not text.isascii():
        return False
    if ":" not in text and text.count(".") != 3:
        return False
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_plain_uri(text: str) -> bool:
    """Whether this is a URI of the usual kind, which every version takes."""
    return _PLAIN_URI.match(text) is not None


class Uri(NamedTuple):
    """What Go finds in a URI: its host with the port, still in brackets; or, in `error`, why it takes none."""

    host: str
    error: str


class _Refused(Exception):
    """Why Go's ``url.Parse`` refuses a text."""


def uri(text: str, new: bool) -> Uri:
    """``url.Parse``: `new` is Go 1.24 and later, where only IPv6 addresses may stand in brackets."""
    shown, _, fragment = text.partition("#")
    try:
        host = _host(shown, new)
        if fragment:
            shown = text
            _check_escapes(fragment)
    except _Refused as refused:
        return Uri("", f"parse {quote(shown.encode('latin-1'))}: {refused}")
    return Uri(host, "")


def _host(text: str, new: bool) -> str:
    if _CONTROL.search(text):
        raise _Refused("net/url: invalid control character in URL")
    if text == "*":
        return ""
    if text.startswith(":"):
        raise _Refused("missing protocol scheme")
    scheme = _SCHEME.match(text)
    rest = text[scheme.end() :] if scheme else text
    rest = rest.partition("?")[0]
    if not rest.startswith("/"):
        if scheme:
            return ""
        if ":" in rest.partition("/")[0]:
            raise _Refused("first path segment in URL cannot contain colon")
    host = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        host = _authority(authority, new)
        rest = slash + path
    _check_escapes(rest)
    return host


def _authority(text: str, new: bool) -> str:
    user, at, host = text.rpartition("@")
    host = _parse_host(host, new)
    if at:
        if not _USERINFO.match(user):
            raise _Refused("net/url: invalid userinfo")
        for part in user.split(":", 1):
            _check_escapes(part)
    return host


def _parse_host(host: str, new: bool) -> str:
    opening = host.rfind("[") if new else 0 if host.startswith("[") else -1
    if opening < 0:
        colon = host.rfind(":")
        if colon >= 0:
            _check_port(host[colon:])
        return _unescape_host(host)
    closing = host.rfind("]")
    if closing < 0:
        raise _Refused("missing ']' in host")
    port = host[closing + 1 :]
    _check_port(port)
    if new:
        port = _unescape_host(port)
        inside = host[opening + 1 : closing]
        zone = inside.find("%25")
        address = _unescape_host(inside[:zone]) + _unescape_host(inside[zone:], zone=True) if zone >= 0 else _unescape_host(inside)
        _check_address(address)
        return f"[{address}]{port}"
    zone = host[:closing].find("%25")
    if zone >= 0:
        return _unescape_host(host[:zone]) + _unescape_host(host[zone:closing], zone=True) + _unescape_host(host[closing:])
    return _unescape_host(host)


def _check_address(text: str) -> None:
    """``netip.ParseAddr`` of what stands in brackets."""
    name, percent, zone = text.partition("%")
    if is_ip(text):
        if ":" not in text:
            raise _Refused("invalid IP-literal")
    elif percent and not name:
        raise _Refused(f"invalid host: ParseAddr({quote(text.encode('latin-1'))}): missing IPv6 address")
    elif percent and not zone and ":" in name:
        raise _Refused(f"invalid host: ParseAddr({quote(text.encode('latin-1'))}): zone must be a non-empty string")
    elif not percent or ":" not in name or not is_ip(name):
        raise _Refused(f"invalid host: ParseAddr({quote(text.encode('latin-1'))}): unable to parse IP")


def _check_port(text: str) -> None:
    if not _PORT.match(text):
        raise _Refused(f"invalid port {quote(text.encode('latin-1'))} after host")


def _check_escapes(text: str) -> None:
    at = text.find("%")
    while at >= 0:
        if not (len(text) > at + 2 and text[at + 1] in _HEX and text[at + 2] in _HEX):
            raise _Refused(f"invalid URL escape {quote(text[at : at + 3].encode('latin-1'))}")
        at = text.find("%", at + 3)


def _unescape_host(text: str, zone: bool = False) -> str:
    if _PLAIN_HOST.match(text):
        return text
    out: list[str] = []
    at = 0
    while at < len(text):
        c = text[at]
        if c != "%":
            if ord(c) < 0x80 and ord(c) not in _HOST_CHARACTERS:
                raise _Refused(f"invalid character {quote(c.encode('latin-1'))} in host name")
            out.append(c)
            at += 1
            continue
        escape = text[at : at + 3]
        if len(escape) < 3 or escape[1] not in _HEX or escape[2] not in _HEX:
            raise _Refused(f"invalid URL escape {quote(escape.encode('latin-1'))}")
        value = int(escape[1:], 16)
        if escape != "%25" and (value != 0x20 and value not in _HOST_CHARACTERS if zone else value < 0x80):
            raise _Refused(f"invalid URL escape {quote(escape.encode('latin-1'))}")
        out.append(chr(value))
        at += 3
    return "".join(out)
