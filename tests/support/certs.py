"""Certificates, requests and revocation lists with full control over every field, and the files that people put them in.

`Spec` says what a certificate holds, `identity` makes it together with its key.  Whatever depends on the clock is relative to `NOW`,
at which scenarios are judged.
"""

from __future__ import annotations

import base64
import calendar
import ipaddress
import re
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Callable

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from support import der
from support.cert_keys import PASSWORD, CannotMake, EcKey, Key, digest, key, pem

__all__ = ["AT", "NOW", "CannotMake", "Identity", "Key", "Spec", "identity", "key", "pem"]

AT = "2026-09-01T12:00:00Z"
NOW = calendar.timegm((2026, 9, 1, 12, 0, 0))
"""Seconds since 1970 of `AT`."""

DAY = 86400

_ATTRIBUTES = {
    "cn": "2.5.4.3",
    "c": "2.5.4.6",
    "l": "2.5.4.7",
    "st": "2.5.4.8",
    "o": "2.5.4.10",
    "ou": "2.5.4.11",
    "sn": "2.5.4.5",
    "dc": "0.9.2342.19200300.100.1.25",
    "emailaddress": "1.2.840.113549.1.9.1",
}
ATTRIBUTES = tuple(_ATTRIBUTES)

_STRINGS: dict[str, Callable[[str], bytes]] = {
    "utf8": der.utf8,
    "printable": der.printable,
    "teletex": der.teletex,
    "bmp": der.bmp,
    "ia5": der.ia5,
}

_USAGES = {
    "server": "1.3.6.1.5.5.7.3.1",
    "client": "1.3.6.1.5.5.7.3.2",
    "code": "1.3.6.1.5.5.7.3.3",
    "email": "1.3.6.1.5.5.7.3.4",
    "timestamp": "1.3.6.1.5.5.7.3.8",
    "ocsp": "1.3.6.1.5.5.7.3.9",
    "any": "2.5.29.37.0",
}

_KEY_USAGES = {
    "digitalsignature": 0,
    "nonrepudiation": 1,
    "contentcommitment": 1,
    "keyencipherment": 2,
    "dataencipherment": 3,
    "keyagreement": 4,
    "keycertsign": 5,
    "certsign": 5,
    "crlsign": 6,
    "encipheronly": 7,
    "decipheronly": 8,
}

BASIC, USAGE, EKU, SKI, AKI, SAN, CONSTRAINTS = "2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.14", "2.5.29.35", "2.5.29.17", "2.5.29.30"
POLICIES, MAPPINGS, POLICY_CONSTRAINTS, INHIBIT_ANY = "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"
HUGE = "1.3.6.1.4.1.32473.1"
"""An extension of the arc for examples (RFC 5612)."""

_EXTENSIONS = {
    "basic": BASIC,
    "usage": USAGE,
    "eku": EKU,
    "ski": SKI,
    "aki": AKI,
    "san": SAN,
    "constraints": CONSTRAINTS,
    "policies": POLICIES,
    "mappings": MAPPINGS,
    "policy-constraints": POLICY_CONSTRAINTS,
    "inhibit-any": INHIBIT_ANY,
}


@dataclass(frozen=True)
class Spec:
    """What a certificate holds.  None is the usual value of its sort, an empty tuple leaves the extension out.

    `ca` chooses the defaults only.  `subject` are pairs (attribute, text) in order; `strings` is the type of their strings.
    `not_before` and `not_after` are seconds since 1970.  `serial` may be raw content octets.
    """

    ca: bool = False
    subject: tuple[tuple[str, str], ...] = (("cn", "dm"),)
    strings: str = "utf8"
    san: tuple[str, ...] | None = None
    eku: tuple[str, ...] | None = None
    usage: tuple[str, ...] | None = None
    basic: str | None = None
    """ca, end or none"""
    pathlen: int | None = None
    permit: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    mappings: tuple[tuple[str, str], ...] = ()
    require_explicit: int | None = None
    inhibit_mapping: int | None = None
    inhibit_any: int | None = None
    ski: bytes | None = None
    """b"" leaves it out"""
    aki: bytes | None = None
    not_before: int = NOW - 30 * DAY
    not_after: int | None = None
    gentime: bool = False
    serial: int | bytes | None = None
    version: int = 3
    signature: str | None = None
    """The algorithm with which the issuer's key signs."""
    inner: str | None = None
    """Another algorithm that the signed part names."""
    broken: bool = False
    """The signature does not hold."""
    critical: tuple[str, ...] = ("basic", "usage", "constraints", "policy-constraints", "inhibit-any")
    extra: tuple[tuple[str, bool, bytes], ...] = ()
    """Further extensions: OID, critical, value."""
    only_extra: bool = field(default=False)
    """No extension by default; what is asked for and `extra` only.  Always so below version 3."""


@dataclass(frozen=True)
class Identity:
    """A key with its certificate; `name` is the DER of the subject."""

    spec: Spec
    key: Key
    der: bytes
    name: bytes


def identity(spec: Spec, own: Key, issuer: Identity | None = None, signer: Identity | None = None) -> Identity:
    """The certificate of `own`, issued by `issuer`, else by itself.  `signer` signs instead of the issuer whose name it bears."""
    name = distinguished_name(spec.subject, spec.strings)
    issuer_name, issuer_key = (name, own) if issuer is None else (issuer.name, issuer.key)
    signing = issuer_key if signer is None else signer.key
    algorithm = spec.signature or signing.default_hash
    identifier, _ = signing.sign(b"", algorithm)
    named = identifier if spec.inner is None else signing.sign(b"", spec.inner)[0]
    not_after = spec.not_after if spec.not_after is not None else NOW + (3620 if spec.ca else 335) * DAY
    moment = der.gentime if spec.gentime else der.time
    extensions = _extensions(spec, own, issuer, issuer_key)
    tbs = der.seq(
        b"" if spec.version == 1 else der.explicit(0, der.integer(spec.version - 1)),
        _serial(spec, name, own),
        named,
        issuer_name,
        der.seq(moment(spec.not_before), moment(not_after)),
        name,
        own.spki,
        der.explicit(3, der.seq(*extensions)) if extensions else b"",
    )
    signature = signing.sign(tbs, algorithm)[1]
    if spec.broken:
        signature = signing.sign(tbs + b"\0", algorithm)[1]
    return Identity(spec, own, der.seq(tbs, identifier, der.bitstring(signature)), name)


def _serial(spec: Spec, name: bytes, own: Key) -> bytes:
    if isinstance(spec.serial, bytes):
        return der.tagged(0x02, spec.serial)
    if spec.serial is not None:
        return der.integer(spec.serial)
    return der.integer(int.from_bytes(sha256(name + own.spki + repr(spec).encode()).digest()[:15], "big") | 1)


def distinguished_name(pairs: tuple[tuple[str, str], ...], strings: str = "utf8") -> bytes:
    out = []
    for attribute, text in pairs:
        write = {"c": der.printable, "sn": der.printable, "dc": der.ia5, "emailaddress": der.ia5}.get(attribute, _STRINGS[strings])
        out.append(der.set_of(der.seq(der.oid(_ATTRIBUTES[attribute]), write(text))))
    return der.seq(*out)


# --- extensions ---


def _extensions(spec: Spec, own: Key, issuer: Identity | None, issuer_key: Key) -> list[bytes]:
    bare = spec.only_extra or spec.version < 3
    out = []

    def add(name: str, value: bytes) -> None:
        out.append(_extension(_EXTENSIONS[name], name in spec.critical, value))

    basic = spec.basic or ("none" if bare and spec.pathlen is None else "ca" if spec.ca else "end")
    if basic not in ("ca", "end", "none"):
        raise CannotMake(f"basic constraints are ca, end or none, not {basic}")
    if basic != "none":
        path = b"" if spec.pathlen is None else der.integer(spec.pathlen)
        add("basic", der.seq(der.boolean(True) if basic == "ca" else b"", path))
    usage = spec.usage
    if usage is None and not bare:
        usage = ("keyCertSign", "cRLSign") if spec.ca else ("digitalSignature", "keyEncipherment")
    if usage:
        add("usage", der.named_bits({_bit(word) for word in usage}))
    eku = spec.eku
    if eku is None and not bare and not spec.ca:
        eku = ("server", "client")
    if eku:
        add("eku", der.seq(*(der.oid(_USAGES.get(word, word)) for word in eku)))
    ski = spec.ski if spec.ski is not None else b"" if bare else _ski(own, spec)
    if ski:
        add("ski", der.octets(ski))
    aki = spec.aki if spec.aki is not None else b"" if bare else _ski(issuer_key, issuer.spec if issuer is not None else spec)
    if aki:
        add("aki", der.seq(der.implicit(0, der.octets(aki))))
    san = spec.san
    if san is None and not bare and not spec.ca:
        san = ("localhost", "127.0.0.1")
    if san:
        add("san", der.seq(*(general_name(text) for text in san)))
    if spec.permit or spec.exclude:
        add("constraints", _constraints(spec))
    if spec.policies:
        add("policies", der.seq(*(der.seq(_policy(text)) for text in spec.policies)))
    if spec.mappings:
        add("mappings", der.seq(*(der.seq(_policy(a), _policy(b)) for a, b in spec.mappings)))
    if spec.require_explicit is not None or spec.inhibit_mapping is not None:
        pair = enumerate((spec.require_explicit, spec.inhibit_mapping))
        add("policy-constraints", der.seq(*(der.implicit(n, der.integer(value)) for n, value in pair if value is not None)))
    if spec.inhibit_any is not None:
        add("inhibit-any", der.integer(spec.inhibit_any))
    out.extend(_extension(*extra) for extra in spec.extra)
    return out


def _extension(oid: str, critical: bool, value: bytes) -> bytes:
    return der.seq(der.oid(oid), der.boolean(True) if critical else b"", der.octets(value))


def _ski(own: Key, spec: Spec) -> bytes:
    return spec.ski if spec.ski is not None else own.identifier


def _bit(word: str) -> int:
    bit = _KEY_USAGES.get(word.lower())
    if bit is None:
        raise CannotMake(f"no key usage {word}")
    return bit


def _policy(text: str) -> bytes:
    return der.oid("2.5.29.32.0" if text == "any" else text)


def general_name(text: str) -> bytes:
    """``dns:``, ``ip:``, ``uri:``, ``email:`` and ``ipbytes:`` (hexadecimal) say what it is; without them an address is an address, what
    holds ``://`` a URI, what holds ``@`` an email address, and anything else a DNS name."""
    kind, value = _name_kind(text)
    if kind == "ip":
        return der.implicit(7, der.octets(ipaddress.ip_address(value).packed))
    if kind == "ipbytes":
        return der.implicit(7, der.octets(bytes.fromhex(value)))
    return der.implicit({"email": 1, "dns": 2, "uri": 6}[kind], der.ia5(value))


def _name_kind(text: str) -> tuple[str, str]:
    kind, colon, value = text.partition(":")
    if colon and kind in ("dns", "ip", "uri", "email", "ipbytes"):
        return kind, value
    if _is_address(text.partition("/")[0]):
        return "ip", text
    return "uri" if "://" in text else "email" if "@" in text else "dns", text


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _constraints(spec: Spec) -> bytes:
    def trees(number: int, names: tuple[str, ...]) -> bytes:
        return der.implicit(number, der.seq(*(der.seq(_constraint(text)) for text in names))) if names else b""

    return der.seq(trees(0, spec.permit), trees(1, spec.exclude))


def _constraint(text: str) -> bytes:
    kind, value = _name_kind(text)
    if kind == "ip":
        network = ipaddress.ip_network(value, strict=False)
        return der.implicit(7, der.octets(network.network_address.packed + network.netmask.packed))
    return general_name(text)


# --- what else is made of an identity ---


def request(of: Identity) -> bytes:
    """The DER of a signing request for the same subject and names."""
    san = of.spec.san if of.spec.san is not None else () if of.spec.ca else ("localhost", "127.0.0.1")
    wish = b""
    if san:
        extensions = der.seq(_extension(SAN, False, der.seq(*(general_name(text) for text in san))))
        wish = der.seq(der.oid("1.2.840.113549.1.9.14"), der.set_of(extensions))
    info = der.seq(der.integer(0), of.name, of.key.spki, der.explicit(0, wish) if wish else b"\xa0\x00")
    identifier, signature = of.key.sign(info, of.key.default_hash)
    return der.seq(info, identifier, der.bitstring(signature))


def revocations(by: Identity) -> bytes:
    """The DER of a revocation list, version 2, that revokes serial 1."""
    algorithm = by.key.sign(b"", by.key.default_hash)[0]
    entry = der.seq(der.integer(1), der.time(NOW - DAY))
    tbs = der.seq(der.integer(1), algorithm, by.name, der.time(NOW - DAY), der.time(NOW + 30 * DAY), der.seq(entry))
    return der.seq(tbs, algorithm, der.bitstring(by.key.sign(tbs, by.key.default_hash)[1]))


def trusted(of: Identity) -> bytes:
    """OpenSSL's TRUSTED CERTIFICATE: what it trusts the certificate for follows it."""
    return of.der + der.seq(der.seq(der.oid(_USAGES["server"]), der.oid(_USAGES["client"])))


def parameters(of: Identity | None) -> bytes:
    """The name of a curve, P-256 without an identity."""
    own = of.key if of is not None else key()
    if not isinstance(own, EcKey):
        raise CannotMake(f"a key of kind {own.kind} has no EC parameters")
    return own.parameters()


def pkcs7(of: list[Identity]) -> bytes:
    """A degenerate SignedData, as certificates are sent in."""
    certificates = der.explicit(0, *sorted(i.der for i in of))
    content = der.seq(der.integer(1), der.set_of(), der.seq(der.oid("1.2.840.113549.1.7.1")), certificates, der.set_of())
    return der.seq(der.oid("1.2.840.113549.1.7.2"), der.explicit(0, content))


def pkcs12_file(of: Identity) -> bytes:
    """Key and certificate under `PASSWORD`."""
    own = serialization.load_der_private_key(of.key.pkcs8(), None)
    return pkcs12.serialize_key_and_certificates(
        b"dm",
        own,  # type: ignore[arg-type]
        x509.load_der_x509_certificate(of.der),
        None,
        serialization.BestAvailableEncryption(PASSWORD),
    )


def jks() -> bytes:
    """A Java key store without entries, digest included."""
    body = bytes.fromhex("feedfeed00000002") + bytes(4)
    return body + digest("sha1", "test".encode("utf-16-be") + b"Mighty Aphrodite" + body)


# --- damage ---

Transform = Callable[[bytes], bytes]

_BEGIN = re.compile(rb"-----BEGIN ([^\n-]*)-----")
_END = re.compile(rb"-----END ([^\n-]*)-----")
_BLOCK = re.compile(rb"(-----BEGIN [^\n]*-----\n(?:[^\n]*: [^\n]*\n)*\n?)(.*?)(?=-----END )", re.DOTALL)


def _bodies(change: Callable[[list[bytes]], list[bytes]], data: bytes) -> bytes:
    """Each block with the lines of its base64 changed."""

    def one(match: re.Match[bytes]) -> bytes:
        lines = change(match.group(2).rstrip(b"\n").split(b"\n"))
        return match.group(1) + b"".join(line + b"\n" for line in lines)

    return _BLOCK.sub(one, data)


def _bad_base64(lines: list[bytes]) -> list[bytes]:
    middle = len(lines) // 2
    return [*lines[:middle], b"*" + lines[middle][1:], *lines[middle + 1 :]]


def _twice(data: bytes) -> bytes:
    text = base64.b64encode(data)
    return b"".join(text[i : i + 76] + b"\n" for i in range(0, len(text), 76))


def _lower(data: bytes) -> bytes:
    return _END.sub(lambda m: m.group().lower(), _BEGIN.sub(lambda m: m.group().lower(), data))


TRANSFORMS: dict[str, Transform] = {
    "bom": lambda data: b"\xef\xbb\xbf" + data,
    "utf16": lambda data: b"\xff\xfe" + data.decode("utf-8").encode("utf-16-le"),
    "utf16be": lambda data: b"\xfe\xff" + data.decode("utf-8").encode("utf-16-be"),
    "indent": lambda data: b"".join(b"  " + line for line in data.splitlines(True)),
    "indent-begin": lambda data: data.replace(b"-----BEGIN", b"  -----BEGIN"),
    "indent-end": lambda data: data.replace(b"-----END", b"  -----END"),
    "crlf": lambda data: data.replace(b"\n", b"\r\n"),
    "cr": lambda data: data.replace(b"\n", b"\r"),
    "no-end": partial(re.sub, rb"-----END [^\n]*\n?", b""),
    "no-begin": partial(re.sub, rb"-----BEGIN [^\n]*\n?", b""),
    "no-newline": lambda data: data.rstrip(b"\n"),
    "bad-base64": partial(_bodies, _bad_base64),
    "cut": partial(_bodies, lambda lines: lines[: len(lines) // 2]),
    "one-line": partial(_bodies, lambda lines: [b"".join(lines)]),
    "blank-lines": partial(_bodies, lambda lines: [part for line in lines for part in (line, b"")]),
    "dashes": lambda data: _END.sub(rb"----END \1----", _BEGIN.sub(rb"----BEGIN \1----", data)),
    "dashes6": lambda data: _END.sub(rb"------END \1------", _BEGIN.sub(rb"------BEGIN \1------", data)),
    "lower": _lower,
    "labels": partial(_END.sub, b"-----END OTHER-----"),
    "text-before": lambda data: data.replace(b"-----BEGIN", b"cert: -----BEGIN"),
    "text-after": partial(_BEGIN.sub, rb"\g<0> # dm"),
    "text-after-end": partial(_END.sub, rb"\g<0> # dm"),
    "joined": partial(re.sub, rb"-----\n-----BEGIN", rb"----------BEGIN"),
    "escape": lambda data: data.replace(b"\n", rb"\n"),
    "twice": _twice,
}
"""What people and programs do to PEM files, by name.

indent: two blanks before every line.  cr: a carriage return instead of each line feed.  no-end, no-begin: without these lines.  cut: the
second half of each base64 is missing.  dashes: four of them; dashes6: six.  labels: END has another label.  text-before, text-after: text in
the line of BEGIN; text-after-end: behind END.  joined: the next BEGIN in the line of an END (``cat`` of files without a last newline).
escape: ``\\n`` in two characters for each line end.  twice: base64 of all.
"""


def relabel(label: str, data: bytes) -> bytes:
    """Every block with another label."""
    name = label.encode()
    return _END.sub(b"-----END " + name + b"-----", _BEGIN.sub(b"-----BEGIN " + name + b"-----", data))
