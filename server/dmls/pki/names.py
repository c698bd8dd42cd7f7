"""Names in certificates: which host a certificate is valid for, and what an authority's name constraints allow.

After ``Certificate.VerifyHostname`` and ``Certificate.isValid`` of Go (crypto/x509/verify.go), ``net.ParseIP`` and ``URL.String``.
"""

from __future__ import annotations

import re

from dmls.go import host_port
from dmls.go.number import quote
from dmls.pki import der, identifiers
from dmls.pki.facts import GO_1_21, GO_1_23, GO_1_24, Certificate, GoVersion, IPRange

GO_1_19: GoVersion = (1, 19)
GO_1_22: GoVersion = (1, 22)

CONSTRAINTS = "2.5.29.30"
"""The extension nameConstraints."""

MAX_COMPARISONS = 250_000
"""How many names of a chain Go compares with constraints of one authority (VerifyOptions.MaxConstraintComparisions)."""

_MAX_NAMES_SHOWN = 100
_EMAIL, _DNS, _URI, _IP = 0x81, 0x82, 0x86, 0x87
_SAN = b"\x55\x1d\x11"
_ORGANIZATION = b"\x55\x04\x0a"
_MAPPED = bytes(10) + b"\xff\xff"
_HEX = frozenset("0123456789abcdefABCDEF")


# Addresses.


def parse_ip(text: str, go: GoVersion) -> bytes | None:
    """``net.ParseIP``: 16 bytes, IPv4 addresses in their mapped form; None if `text` is no address (one with a zone is none)."""
    for c in text:
        if c == ".":
            four = _parse_ipv4(text)
            return None if four is None else _MAPPED + four
        if c == ":":
            return _parse_ipv6(text, go < GO_1_23)
    return None


def _parse_ipv4(text: str) -> bytes | None:
    fields = text.split(".")
    if len(fields) != 4:
        return None
    out = []
    for field in fields:
        if not (field.isascii() and field.isdigit()) or len(field) > 3 or (len(field) > 1 and field[0] == "0") or int(field) > 255:
            return None
        out.append(int(field))
    return bytes(out)


def _parse_ipv6(text: str, any_zeros: bool) -> bytes | None:
    """`any_zeros` is Go before 1.23, which takes more than four digits in a group as long as they begin with zeros."""
    out = bytearray()
    gap = -1
    if text.startswith("::"):
        gap = 0
        text = text[2:]
        if not text:
            return bytes(16)
    while len(out) < 16:
        count = 0
        while count < len(text) and text[count] in _HEX:
            count += 1
        group = int(text[:count], 16) if count else -1
        if not 0 <= group <= 0xFFFF or (count > 4 and not any_zeros):
            return None
        if text[count : count + 1] == ".":
            four = _parse_ipv4(text)
            if four is None or (gap < 0 and len(out) != 12) or len(out) > 12:
                return None
            out += four
            text = ""
            break
        out += group.to_bytes(2, "big")
        text = text[count:]
        if not text:
            break
        if text[0] != ":" or len(text) == 1:
            return None
        text = text[1:]
        if text[0] == ":":
            if gap >= 0:
                return None
            gap = len(out)
            text = text[1:]
            if not text:
                break
    if text or (len(out) == 16) != (gap < 0):
        return None
    if gap >= 0:
        out[gap:gap] = bytes(16 - len(out))
    return bytes(out)


def ip_text(address: bytes) -> str:
    """``IP.String``: dotted numbers also for mapped addresses."""
    if len(address) == 16 and address.startswith(_MAPPED):
        address = address[12:]
    if len(address) == 4:
        return ".".join(map(str, address))
    if len(address) != 16:
        return "?" + address.hex() if address else "<nil>"
    groups = [address[i] << 8 | address[i + 1] for i in range(0, 16, 2)]
    best, length = 0, 1
    start = 0
    while start < 8:
        end = start
        while end < 8 and not groups[end]:
            end += 1
        if end - start > length:
            best, length = start, end - start
        start = end + 1
    if length < 2:
        return ":".join(f"{g:x}" for g in groups)
    return ":".join(f"{g:x}" for g in groups[:best]) + "::" + ":".join(f"{g:x}" for g in groups[best + length :])


def range_text(value: IPRange) -> str:
    """``IPNet.String``."""
    address, mask = value
    if len(address) == 16 and address.startswith(_MAPPED):
        address = address[12:]
    if len(mask) == 16 and len(address) == 4:
        mask = mask[12:]
    if len(mask) != len(address) or len(address) not in (4, 16):
        return "<nil>"
    bits = int.from_bytes(mask, "big")
    size = 8 * len(mask)
    ones = size - (bits ^ ((1 << size) - 1)).bit_length()
    if bits != ((1 << ones) - 1) << (size - ones):
        return f"{ip_text(address)}/{mask.hex()}"
    return f"{ip_text(address)}/{ones}"


# Hosts.

_TO_LOWER = {c: c + 32 for c in range(ord("A"), ord("Z") + 1)}
_LABEL = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_-]*\Z")


def _lower(text: str) -> str:
    return text.translate(_TO_LOWER)


def _is_host_name(text: str, pattern: bool, go: GoVersion) -> bool:
    """``validHostname``: labels of letters, digits, hyphens (not in front) and underscores; a pattern may begin with a star."""
    if not pattern and text.endswith("."):
        text = text[:-1]
    if text == "*" and go >= GO_1_23:
        return False
    first, *rest = text.split(".")
    return (_LABEL.match(first) is not None or (pattern and first == "*")) and all(map(_LABEL.match, rest))


def matches(pattern: str, host: str) -> bool:
    """``matchHostnames``: equal but for case and a dot at the end of `host`; a star stands for the first label."""
    wanted = _lower(pattern)
    host = _lower(host[:-1] if host.endswith(".") else host)
    if not wanted or not host:
        return False
    if wanted == host:
        return True
    first, dot, rest = wanted.partition(".")
    head, other_dot, tail = host.partition(".")
    return first == "*" and dot == other_dot and rest == tail


def host_error(certificate: Certificate, host: str, go: GoVersion) -> str | None:
    """``VerifyHostname``: None if the certificate is valid for `host`, a name or an address that may stand in brackets; else Go's text."""
    inner = host[1:-1] if len(host) >= 3 and host[0] == "[" and host[-1] == "]" else host
    address = parse_ip(inner, go)
    if address is not None:
        for known in certificate.ip_addresses:
            if (known if len(known) == 16 else _MAPPED + known) == address:
                return None
        return _host_error_text(certificate, inner, go)
    wanted = _lower(host)
    is_name = _is_host_name(wanted, False, go)
    for name in certificate.dns_names:
        if is_name and _is_host_name(name, True, go):
            if matches(name, wanted):
                return None
        elif wanted not in ("", ".") and _lower(name) == wanted:
            return None
    return _host_error_text(certificate, host, go)


def _host_error_text(certificate: Certificate, host: str, go: GoVersion) -> str:
    if not certificate.has_san and matches(certificate.subject.common_name, host):
        return "x509: certificate relies on legacy Common Name field, use SANs instead"
    if parse_ip(host, go) is not None:
        addresses = certificate.ip_addresses
        if not addresses:
            return f"x509: cannot validate certificate for {host} because it doesn't contain any IP SANs"
        if len(addresses) >= _MAX_NAMES_SHOWN and go >= GO_1_24:
            return f"x509: certificate is valid for {len(addresses)} IP SANs, but none matched {host}"
        shown = ", ".join(map(ip_text, addresses))
    else:
        names = certificate.dns_names
        if len(names) >= _MAX_NAMES_SHOWN and go >= GO_1_24:
            return f"x509: certificate is valid for {len(names)} names, but none matched {host}"
        shown = ", ".join(names)
    if not shown:
        return f"x509: certificate is not valid for any names, but wanted to match {host}"
    return f"x509: certificate is valid for {shown}, not {host}"


# Name constraints.


def alternative_names(certificate: Certificate) -> bytes | None:
    """The value of the subjectAltName extension; None where there is none.  Kept at the certificate."""
    if not certificate.has_san:
        return None
    memo = certificate.memo
    if "names" not in memo:
        memo["names"] = _extension(certificate.tbs, _SAN)
    value = memo["names"]
    assert value is None or isinstance(value, bytes)
    return value


def _extension(tbs: bytes, wanted: bytes) -> bytes | None:
    _, at, end = der.read(tbs, 0, len(tbs))
    tag = 0
    while at < end and tag != 0xA3:
        tag, start, at = der.read(tbs, at, end)
    if tag != 0xA3:
        return None
    _, at, end = der.read(tbs, start, at)
    while at < end:
        _, inside, at = der.read(tbs, at, end)
        _, start, behind = der.read(tbs, inside, at)
        found = tbs[start:behind] == wanted
        tag, start, behind = der.read(tbs, behind, at)
        if tag == der.BOOLEAN:
            tag, start, behind = der.read(tbs, behind, at)
        if found:
            return tbs[start:behind]
    return None


class Refused(Exception):
    """Why an authority may not sign for a name.  `kind` is "name-not-permitted", "too-many-constraints" or "parse"."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


def check_constraints(authority: Certificate, chain: tuple[Certificate, ...], go: GoVersion) -> None:
    """Raises `Refused` if name constraints of `authority` forbid a name in `chain`, the certificates below it, leaf first.

    Go looks at every certificate below since 1.21, before at the leaf only and, from 1.19 on, at the authority itself.
    """
    if go >= GO_1_21:
        below: tuple[Certificate, ...] = chain
    elif go >= GO_1_19:
        below = (chain[0], authority)
    else:
        below = chain[:1]
    check = _Check(authority, go)
    for certificate in below:
        names = alternative_names(certificate)
        if names is None:
            continue
        _, at, end = der.read(names, 0, len(names))
        while at < end:
            tag, start, at = der.read(names, at, end)
            check.name(tag, names[start:at])


class _Check:
    """The constraints of one authority against one name after the other."""

    __slots__ = ("authority", "comparisons", "go", "labels")

    def __init__(self, authority: Certificate, go: GoVersion) -> None:
        self.authority = authority
        self.go = go
        self.comparisons = 0
        self.labels: dict[str, list[str] | None] = {}

    def name(self, tag: int, value: bytes) -> None:
        constraints = self.authority.name_constraints
        if tag == _IP:
            self._ip(value, constraints.permitted_ip, constraints.excluded_ip)
            return
        text = value.decode("latin-1")
        if tag == _EMAIL:
            mailbox = self._mailbox(text)
            if mailbox is None:
                raise Refused("parse", 'x509: cannot parse rfc822Name {"" ""}')
            self._text("email address", text, mailbox[1], mailbox[0], constraints.permitted_email, constraints.excluded_email)
        elif tag == _DNS:
            if self._split(text) is None:
                raise Refused("parse", f"x509: cannot parse dnsName {quote(text)}")
            self._text("DNS name", text, text, None, constraints.permitted_dns, constraints.excluded_dns)
        elif tag == _URI:
            self._text("URI", text, None, None, constraints.permitted_uri, constraints.excluded_uri)

    def _count(self, number: int) -> None:
        self.comparisons += number
        if self.comparisons > MAX_COMPARISONS:
            raise Refused("too-many-constraints", "")

    def _text(self, kind: str, name: str, domain: str | None, local: str | None, permitted: tuple[str, ...], excluded: tuple[str, ...]) -> None:
        """`domain` is None for a URI: its host is looked for only where there is something to compare it with."""
        self._count(len(excluded))
        if excluded:
            if domain is None:
                domain = self._uri_host(name)
            for constraint in excluded:
                if self._matches(domain, local, constraint, True):
                    raise Refused("name-not-permitted", f"{kind} {quote(name)} is excluded by constraint {quote(constraint)}")
        self._count(len(permitted))
        if permitted:
            if domain is None:
                domain = self._uri_host(name)
            if not any(self._matches(domain, local, constraint, False) for constraint in permitted):
                raise Refused("name-not-permitted", f"{kind} {quote(name)} is not permitted by any constraint")

    def _ip(self, address: bytes, permitted: tuple[IPRange, ...], excluded: tuple[IPRange, ...]) -> None:
        self._count(len(excluded))
        for constraint in excluded:
            if _in_range(address, constraint):
                raise Refused("name-not-permitted", f'IP address "{ip_text(address)}" is excluded by constraint "{range_text(constraint)}"')
        self._count(len(permitted))
        if permitted and not any(_in_range(address, constraint) for constraint in permitted):
            raise Refused("name-not-permitted", f'IP address "{ip_text(address)}" is not permitted by any constraint')

    def _mailbox(self, text: str) -> tuple[str, str] | None:
        """Before 1.23 Go overlooks an empty label at the front of the domain."""
        found = identifiers.mailbox(text)
        at = text.find("@.")
        if found is None and self.go < GO_1_23 and at >= 0:
            found = identifiers.mailbox(text[: at + 1] + text[at + 2 :])
            if found is not None and found[1]:
                return found[0], "." + found[1]
        return found

    def _split(self, domain: str) -> list[str] | None:
        """The labels of a domain, last one first; None if Go takes it for no domain.  Before 1.23 Go overlooks an empty first label."""
        if domain not in self.labels:
            labels = domain.split(".")[::-1] if domain else []
            if len(labels) > 1 and not labels[-1] and self.go < GO_1_23:
                labels.pop()
            valid = all(label and all("!" <= c <= "~" for c in label) for label in labels)
            self.labels[domain] = [label.lower() for label in labels] if valid else None
        return self.labels[domain]

    def _matches(self, domain: str, local: str | None, constraint: str, excluded: bool) -> bool:
        """Whether a domain, or with `local` a mailbox, is in the set that a constraint names; a dot in front wants one more label."""
        if local is not None and "@" in constraint:
            mailbox = self._mailbox(constraint)
            if mailbox is None:
                raise Refused("name-not-permitted", f"x509: internal error: cannot parse constraint {quote(constraint)}")
            return local == mailbox[0] and domain.lower() == mailbox[1].lower()
        if not constraint:
            return True
        labels = self._split(domain)
        if labels is None:
            raise Refused("name-not-permitted", f"x509: internal error: cannot parse domain {quote(domain)}")
        longer = constraint[0] == "."
        if longer:
            constraint = constraint[1:]
        wanted = self._split(constraint)
        if wanted is None:
            raise Refused("name-not-permitted", f"x509: internal error: cannot parse domain {quote(constraint)}")
        if len(labels) < len(wanted) + longer:
            return False
        if excluded and domain[0] == "*" and len(labels) > 1 and wanted and self.go >= GO_1_24:
            # A wildcard covers an excluded host if they differ in the first label only.
            wanted = wanted[:-1]
        return labels[: len(wanted)] == wanted

    def _uri_host(self, text: str) -> str:
        host = identifiers.uri(text, self.go >= GO_1_24).host
        if not host:
            raise Refused("name-not-permitted", f"URI with empty host ({quote(uri_text(text, self.go))}) cannot be matched against constraints")
        if ":" in host and not host.endswith("]"):
            parts, error = host_port.split(host)
            if parts is None:
                raise Refused("name-not-permitted", error or "")
            host = parts.host
        plain, _, zone = host.partition("%")
        if not zone or ":" not in host or self.go < GO_1_22:
            # Before 1.22 an address with a zone is a domain for Go.
            plain = host
        if (host.startswith("[") and host.endswith("]")) or parse_ip(plain, self.go) is not None:
            raise Refused("name-not-permitted", f"URI with IP ({quote(uri_text(text, self.go))}) cannot be matched against constraints")
        return host


def _in_range(address: bytes, constraint: IPRange) -> bool:
    network, mask = constraint
    return len(address) == len(network) and all(a & m == n & m for a, n, m in zip(address, network, mask))


# URIs as Go prints them.

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_HOST_SAFE = _UNRESERVED | frozenset(b"!$&'()*+,;=:[]<>\"")
_USER_SAFE = _UNRESERVED | frozenset(b"$&+,;=")
_PATH_SAFE = _UNRESERVED | frozenset(b"$&+,/:;=@")
_FRAGMENT_SAFE = _UNRESERVED | frozenset(b"$&+,/:;=?@!()*")
_AS_WRITTEN = frozenset(b"!$&'()*+,;=:@[]%")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+\-.]*:")


def _unescaped(text: str) -> bytes:
    head, *pieces = text.encode("latin-1").split(b"%")
    return head + b"".join(bytes((int(piece[:2], 16),)) + piece[2:] for piece in pieces)


def _escaped(value: bytes, safe: frozenset[int]) -> str:
    return "".join(chr(c) if c in safe else f"%{c:02X}" for c in value)


def _component(text: str, safe: frozenset[int]) -> str:
    """A path or fragment: as it was written if that needs no escaping."""
    if all(c in safe or c in _AS_WRITTEN for c in text.encode("latin-1")):
        return text
    return _escaped(_unescaped(text), safe)


def uri_text(text: str, go: GoVersion) -> str:
    """``URL.String`` of what ``url.Parse`` makes of `text`, which it must take."""
    body, _, fragment = text.partition("#")
    found = _SCHEME.match(body)
    scheme = found.group().lower() if found else ""
    rest = body[len(scheme) :]
    rest, question, query = rest.partition("?")
    out = scheme
    if scheme and not rest.startswith("/"):
        out += rest
    else:
        host = user = None
        if rest.startswith("//") and (scheme or not rest.startswith("///")):
            authority, slash, path = rest[2:].partition("/")
            user, at, host = authority.rpartition("@")
            rest = slash + path
            out += "//" if authority or rest else ""
            if at:
                name, colon, password = user.partition(":")
                out += _escaped(_unescaped(name), _USER_SAFE) + colon + (_escaped(_unescaped(password), _USER_SAFE) if colon else "") + "@"
            out += _escaped(_unescaped(host), _HOST_SAFE)
        elif scheme and rest and go < GO_1_19:
            out += "//"
        shown = _component(rest, _PATH_SAFE)
        if not out and ":" in shown.partition("/")[0]:
            shown = "./" + shown
        out += shown
    return out + question + query + ("#" + _component(fragment, _FRAGMENT_SAFE) if fragment else "")


# Names of authorities.


def shown_name(certificate: Certificate) -> str:
    """How Go names an authority in an error: by its common name, else its first organization, else its serial number."""
    subject = certificate.subject
    return subject.common_name or _organization(subject.raw) or f"serial:{certificate.serial}"


def _organization(name: bytes) -> str:
    _, at, end = der.read(name, 0, len(name))
    while at < end:
        _, inside, at = der.read(name, at, end)
        while inside < at:
            _, start, inside = der.read(name, inside, at)
            _, first, behind = der.read(name, start, inside)
            if name[first:behind] == _ORGANIZATION:
                tag, start, behind = der.read(name, behind, inside)
                value = name[start:behind]
                if tag == der.BMP_STRING:
                    return value.decode("utf-16-be", "replace").removesuffix("\x00")
                return value.decode("latin-1" if tag == der.T61_STRING else "utf-8", "surrogateescape")
    return ""
