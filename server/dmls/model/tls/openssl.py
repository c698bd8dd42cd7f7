"""The commands that make a usable certificate file of one that is not: one line for a POSIX shell, carried out by a person.

A command never holds key material, only paths.  Names in a certificate were written by whoever made it, so they enter a command only where they are
plain, else not at all: OpenSSL itself copies the subject from the old certificate.  A file is replaced only after its successor was
made, and keeps owner, mode and links.  What is used is understood by OpenSSL 1.0.2 and later and by LibreSSL.

Each function answers "" where a path cannot stand in a terminal.
"""

from __future__ import annotations

import re
from functools import wraps
from typing import Callable, Container, NamedTuple, Protocol, Sequence

from dmls.model.shell import Unwritable, file, word
from dmls.pki import der
from dmls.pki.facts import ED25519, LATEST_GO, RSA, Certificate
from dmls.pki.names import ip_text, parse_ip

DAYS, CA_DAYS = 365, 3650
"""For how long a certificate is issued where the old one does not tell."""
_MOST_DAYS, _DAY = 3650, 86_400

_BINARY_NAMES = (".der", ".p12", ".pfx", ".jks", ".ks", ".keystore", ".bin", ".csr", ".req")
"""Ends of names that would be wrong for PEM certificates."""
_COUNT = "/-----BEGIN CERTIFICATE-----/{n++}"
_CERTIFICATES = "/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p"
_DNS = re.compile(r"(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_]))*\Z")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?@!&()*+=%-]+\Z")
_MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+\Z")

_ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
_ENCODINGS = {der.BMP_STRING: "utf-16-be", der.T61_STRING: "latin-1"}


class Place(NamedTuple):
    """A certificate in a file: the `number`th of `count`."""

    path: str
    number: int = 1
    count: int = 1


class Signer(NamedTuple):
    """Who signs: where its certificate is, and its private key.  `kind` is that of the key, "" unknown."""

    ca: Place
    key: str
    kind: str = ""


class Wanted(NamedTuple):
    """What a new certificate has to say.  `names` as OpenSSL writes subject alternative names."""

    names: tuple[str, ...] = ()
    usages: tuple[str, ...] = ()
    is_ca: bool = False
    days: int = DAYS
    kind: str = ""
    """The kind of its key, "" unknown."""


def _command(make: Callable[..., str]) -> Callable[..., str]:
    @wraps(make)
    def guarded(*args: object, **named: object) -> str:
        try:
            return make(*args, **named)
        except Unwritable:
            return ""

    return guarded


def target(path: str, is_key: bool = False, taken: Container[str] = ()) -> str:
    """The file that a converted one is written to: itself, unless its name promises another form.  `taken` are the names in its folder."""
    head, slash, name = path.rpartition("/")
    stem, dot, end = name.rpartition(".")
    if not dot or f".{end.lower()}" not in _BINARY_NAMES:
        return path
    stem += "-key" if is_key else ""
    new = next(n for n in (f"{stem}.pem", f"{stem}-new.pem", *(f"{stem}-{i}.pem" for i in range(2, 100)), "") if n not in taken)
    return f"{head}{slash}{new}"


def key_beside(path: str, text: str = "-key") -> str:
    """Where people put the key of a certificate."""
    head, slash, name = path.rpartition("/")
    stem, dot, _ = name.rpartition(".")
    return f"{head}{slash}{stem if dot else name}{text}.pem"


# Files that stay what they are


@_command
def owner_only(path: str) -> str:
    """Let only the owner read and write a file."""
    return f"chmod 600 {file(path)}"


@_command
def bundle(paths: Sequence[str]) -> str:
    """Put the certificates of several files into one beside the first."""
    head, slash, _ = paths[0].rpartition("/")
    return f"awk 1 {' '.join(_awk(path) for path in paths)} > {file(f'{head}{slash}ca-bundle.pem')}"


@_command
def appended(path: str, other: str, only_certificates: bool) -> str:
    """Put the certificates of another file behind those of `path`; `only_certificates` tells that nothing else is in it."""
    if only_certificates:
        return _replaced(path, lambda old, new: f"awk 1 {_awk(path)} {_awk(other)} > {new}")
    return _replaced(path, lambda old, new: f"awk 1 {_awk(path)} > {new} && sed -n {word(_CERTIFICATES)} {file(other)} >> {new}")


@_command
def own_first(place: Place) -> str:
    """Put the certificate at `place` before the others of its file."""
    own, others = (f"awk {word(f'{_COUNT} n{sign}{place.number}')} {_awk(place.path)}" for sign in ("==", "!="))
    return _replaced(place.path, lambda old, new: f"{own} > {new} && {others} >> {new}")


@_command
def certificates_only(path: str) -> str:
    """Take out of a file what is no certificate; the file as it was is kept, since a private key may be among it."""
    return f"cp -p {file(path)} {file(f'{path}.old')} && sed -n {word(_CERTIFICATES)} {file(f'{path}.old')} > {file(path)}"


@_command
def without(path: str, numbers: Sequence[int]) -> str:
    """Take certificates out of a file by their numbers; the file as it was is kept."""
    keep = " && ".join(f"n!={number}" for number in numbers)
    return f"cp -p {file(path)} {file(f'{path}.old')} && awk {word(f'{_COUNT} {keep}')} {_awk(f'{path}.old')} > {file(path)}"


# Other forms


@_command
def certificate_from_der(path: str, goal: str) -> str:
    return _converted(path, goal, lambda old, new: f"openssl x509 -inform der -in {old} -out {new}")


@_command
def key_from_der(path: str, goal: str) -> str:
    return _converted(path, goal, lambda old, new: f"openssl pkey -inform der -in {old} -out {new}", True)


@_command
def from_pkcs12(path: str, goal: str, what: str) -> str:
    """Take the CAs, the own certificate or the key out of PKCS #12; `what` is ca, cert or key.  Asks for the password."""
    choice = {"ca": "-cacerts -nokeys", "cert": "-clcerts -nokeys", "key": "-nocerts -nodes"}[what]
    return _converted(path, goal, lambda old, new: f"openssl pkcs12 -in {old} {choice} -out {new}", what == "key")


@_command
def from_key_store(path: str, goal: str, what: str) -> str:
    """The same out of a Java key store, by way of PKCS #12."""
    between = f"{path}.p12"
    choice = {"ca": "-nokeys", "cert": "-clcerts -nokeys", "key": "-nocerts -nodes"}[what]
    store = f"keytool -importkeystore -srckeystore {file(path)} -destkeystore {file(between)} -deststoretype pkcs12"
    make = f"openssl pkcs12 -in {file(between)} {choice} -out"
    return f"{store} && " + _converted(path, goal, lambda old, new: f"{make} {new}", what == "key") + f" && rm {file(between)}"


@_command
def decrypted(path: str) -> str:
    """Write a private key without its passphrase, which OpenSSL asks for."""
    return _replaced(path, lambda old, new: f"openssl pkey -in {old} -out {new}", True)


@_command
def from_openssh(path: str) -> str:
    """Write a private key of OpenSSH in the form of OpenSSL, without a passphrase."""
    return f"ssh-keygen -p -m PKCS8 -N '' -f {file(path)}"


@_command
def plain_certificates(path: str, count: int) -> str:
    """Write certificates with the label that Go knows: each block by itself, for OpenSSL reads one only."""
    if count == 1:
        return _replaced(path, lambda old, new: f"openssl x509 -in {old} -out {new}")
    each = '{print | "openssl x509"} /-----END /{close("openssl x509")}'
    return _replaced(path, lambda old, new: f"awk {word(each)} {_awk(path)} > {new}")


@_command
def without_headers(path: str) -> str:
    """Take the headers out of PEM blocks."""
    lines = r"/^-----BEGIN /{h=1} /^-----END /{h=0} !(h && (/:/ || /^[ \t\r]*$/))"
    return _replaced(path, lambda old, new: f"awk {word(lines)} {_awk(path)} > {new}")


# Damage


_MARK = r'{gsub(/(\357\273\277)+-----/, "-----")} 1'
_MARKER = "/-----(BEGIN|END) [A-Z0-9 ]+-----/"
# What shares a line with a marker is kept where it is base64.
_ALONE = (
    r'function p(t){gsub(/[ \t\r]/, "", t); if (length(t) && length(t)%4==0 && t !~ /[^A-Za-z0-9+\/=]/) print t} '
    f"{_MARKER}{{while (match($0, {_MARKER})) {{p(substr($0, 1, RSTART-1)); print substr($0, RSTART, RLENGTH); $0=substr($0, RSTART+RLENGTH)}} p($0); next}} 1"
)
_DASHES = "; ".join(rf"s/^[^A-Z]*{w} \([A-Z0-9 ]*[A-Z0-9]\)[^A-Z0-9]*$/-----{w} \1-----/" for w in ("BEGIN", "END"))
_LOWER = "/^-----.*-----/{$0=toupper($0)} 1"
_ESCAPED = r'{gsub(/\\r/, ""); gsub(/\\n/, "\n")} 1'
_REPAIRS: dict[str, Callable[[str], str]] = {
    "bom": lambda path: f"LC_ALL=C awk {word(_MARK)} {_awk(path)}",
    "utf-16": lambda path: f"iconv -f utf-16 -t utf-8 {file(path)}",
    "indented": lambda path: f"sed 's/^[[:space:]]*//' {file(path)}",
    "not-alone": lambda path: f"awk {word(_ALONE)} {_awk(path)}",
    "dashes": lambda path: f"LC_ALL=C sed {word(_DASHES)} {file(path)}",
    "lower-case": lambda path: f"awk {word(_LOWER)} {_awk(path)}",
    "carriage-returns": lambda path: f"tr '\\r' '\\n' < {file(path)}",
    "escaped": lambda path: f"awk {word(_ESCAPED)} {_awk(path)}",
    "encoded-twice": lambda path: f"base64 -d {file(path)}",
}


@_command
def repaired(path: str, damage: str, private: bool) -> str:
    """Undo a damage that `pki` calls by this word; "" where the file has to be copied again.  `private` tells that a key is in it."""
    repair = _REPAIRS.get(damage)
    return _replaced(path, lambda old, new: f"{repair(path)} > {new}", private) if repair is not None else ""


# New certificates


@_command
def issued_again(old: Place, key: str, signer: Signer | None, wanted: Wanted, keep_rest: bool = False) -> str:
    """Issue a certificate anew for the same key and subject; by itself without a `signer`.

    `keep_rest` leaves the other certificates of the file where they are.
    """
    request = f"{old.path}.csr"
    if old.number == 1:
        make = f"openssl x509 -x509toreq -in {file(old.path)} -signkey {file(key)} -out {file(request)}"
    else:
        make = f"{_nth(old)} | openssl x509 -x509toreq -signkey {file(key)} -out {file(request)}"
    return f"{make} && {_signed(old, request, key, signer, wanted, keep_rest)}"


@_command
def issued_for_new_key(old: Place, key: str, subject: str, signer: Signer, wanted: Wanted, keep_rest: bool = False) -> str:
    """Make a new key and a certificate for it; both files are replaced."""
    new_key = f"{key}.new"
    kind = "RSA -pkeyopt rsa_keygen_bits:2048" if wanted.kind == RSA else "EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve"
    request = f"{old.path}.csr"
    make = f"(umask 077 && openssl genpkey -algorithm {kind} -out {file(new_key)}) && {_request(new_key, subject, request)}"
    return f"{make} && {_signed(old, request, new_key, signer, wanted, keep_rest)} && cat {file(new_key)} > {file(key)} && rm {file(new_key)}"


@_command
def issued_for_key(old: Place, key: str, subject: str, signer: Signer, wanted: Wanted, keep_rest: bool = False) -> str:
    """Issue a certificate for a key and a subject, in the place of one that is for another."""
    request = f"{old.path}.csr"
    return f"{_request(key, subject, request)} && {_signed(old, request, key, signer, wanted, keep_rest)}"


@_command
def request_signed(path: str, goal: str, signer: Signer, wanted: Wanted, is_der: bool = False) -> str:
    """Sign a request; the certificate is written to `goal`, which may be the request's own place."""
    prepare, ca, tidy = _ca_file(signer)
    sign = _sign(path, f"-CA {file(ca)} -CAkey {file(signer.key)} -CAcreateserial", wanted, signer.kind, is_der)
    return prepare + _converted(path, goal, lambda old, new: f"{sign} -out {new}") + "".join(f" && rm {file(p)}" for p in tidy)


class KeyKind(Protocol):
    """The kind of a new key, as `pki` calls it, and its size in bits."""

    @property
    def kind(self) -> str: ...
    @property
    def bits(self) -> int: ...


def new_authority(cert: str, key: str, subject: str, spec: KeyKind, days: int) -> tuple[str, ...]:
    """Make a CA with its key: the lines of one command, which stops where a file is there already.  Raises `Unwritable`."""
    config = f"{cert}.cnf"
    wanted = Wanted(is_ca=True, days=days, kind=spec.kind)
    make = f"openssl req -new -x509 -utf8 -config {file(config)} -key {file(key)} -subj {word(subject)} -days {days} -sha256 {_SERIAL} -out {file(cert)}"
    return (
        f"test ! -e {file(cert)} && test ! -e {file(key)} && \\",
        f"(umask 077 && {_new_key(key, spec)}) && \\",
        f"{_config(config, wanted)} && \\",
        f"{make} && \\",
        f"rm {file(config)}",
    )


def new_certificate(cert: str, key: str, subject: str, spec: KeyKind, signer: Signer, wanted: Wanted) -> tuple[str, ...]:
    """Make a key and a certificate for it, likewise; certificate and key may go into one file.  Raises `Unwritable`."""
    config, request = f"{cert}.cnf", f"{cert}.csr"
    own = key if key != cert else f"{key}.key"
    sign = f"openssl x509 -req -in {file(request)} -CA {file(signer.ca.path)} -CAkey {file(signer.key)} {_SERIAL} -days {wanted.days}"
    together = (f"(umask 077 && cat {file(own)} >> {file(cert)}) && chmod 600 {file(cert)} && rm {file(own)} && \\",) if own != key else ()
    return (
        f"test ! -e {file(cert)} && test ! -e {file(key)} && \\",
        f"(umask 077 && {_new_key(own, spec)}) && \\",
        f"{_config(config, wanted)} && \\",
        f"openssl req -new -utf8 -config {file(config)} -key {file(own)} -subj {word(subject)} -out {file(request)} && \\",
        f"{sign}{'' if signer.kind == ED25519 else ' -sha256'} -extfile {file(config)} -extensions v3 -out {file(cert)} && \\",
        *together,
        f"rm {file(config)} {file(request)}",
    )


_SERIAL = '-set_serial "0x$(openssl rand -hex 16)"'


def _new_key(path: str, spec: KeyKind) -> str:
    kind = f"RSA -pkeyopt rsa_keygen_bits:{spec.bits}" if spec.kind == RSA else f"EC -pkeyopt ec_paramgen_curve:P-{spec.bits} -pkeyopt ec_param_enc:named_curve"
    return f"openssl genpkey -algorithm {kind} -out {file(path)}"


def _config(path: str, wanted: Wanted) -> str:
    """Write a configuration of OpenSSL with the extensions of a certificate."""
    head = ["[req]", "prompt = no", "distinguished_name = dn", *(["x509_extensions = v3"] if wanted.is_ca else []), "[dn]", "[v3]"]
    lines = [*head, *_extensions(wanted)]
    if not wanted.is_ca:
        lines += ["subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid"]
    return f"printf '%s\\n' {' '.join(word(line) for line in lines)} > {file(path)}"


def _signed(old: Place, request: str, key: str, signer: Signer | None, wanted: Wanted, keep_rest: bool) -> str:
    """Sign `request` and put the certificate where `old` is; the request is deleted."""
    new, whole = f"{old.path}.new", f"{old.path}.all"
    if signer is None:
        prepare, tidy = "", []
        sign = _sign(request, f"-signkey {file(key)}", wanted, wanted.kind)
    else:
        prepare, ca, tidy = _ca_file(signer)
        sign = _sign(request, f"-CA {file(ca)} -CAkey {file(signer.key)} -CAcreateserial", wanted, signer.kind)
    steps = [f"{prepare}{sign} -out {file(new)}"]
    made = new
    if keep_rest and old.count > 1:
        if old.number == 1:
            steps.append(f"awk {word(f'{_COUNT} n>1')} {_awk(old.path)} >> {file(new)}")
        else:
            made = whole
            before, after = (f"awk {word(f'{_COUNT} n{sign}{old.number}')} {_awk(old.path)}" for sign in "<>")
            steps.append(f"{{ {before} && cat {file(new)} && {after}; }} > {file(whole)}")
            tidy = [*tidy, new]
    steps.append(f"cat {file(made)} > {file(old.path)}")
    steps.append("rm " + " ".join(file(path) for path in (request, made, *tidy)))
    return " && ".join(steps)


def _sign(request: str, by: str, wanted: Wanted, kind: str, is_der: bool = False) -> str:
    extensions = " ".join(word(line) for line in _extensions(wanted))
    # Ed25519 has no digest to choose.
    digest = "" if kind == ED25519 else " -sha256"
    form = " -inform der" if is_der else ""
    return f"printf '%s\\n' {extensions} | openssl x509 -req{form} -in {file(request)} {by} -days {wanted.days}{digest} -extfile /dev/stdin"


def _extensions(wanted: Wanted) -> list[str]:
    if wanted.is_ca:
        return ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign", "subjectKeyIdentifier=hash"]
    usage = "digitalSignature,keyEncipherment" if wanted.kind in (RSA, "") else "digitalSignature"
    lines = ["basicConstraints=critical,CA:FALSE", f"keyUsage=critical,{usage}"]
    if wanted.usages:
        lines.append(f"extendedKeyUsage={','.join(wanted.usages)}")
    if wanted.names:
        lines.append(f"subjectAltName={','.join(wanted.names)}")
    return lines


def _request(key: str, subject: str, request: str) -> str:
    return f"openssl req -new -utf8 -key {file(key)} -subj {word(subject)} -out {file(request)}"


def _ca_file(signer: Signer) -> tuple[str, str, list[str]]:
    """What makes a file whose first certificate is the CA, that file, and what to delete in the end; OpenSSL takes the first."""
    if signer.ca.number == 1:
        return "", signer.ca.path, []
    alone = f"{signer.ca.path}.{signer.ca.number}"
    return f"{_nth(signer.ca)} > {file(alone)} && ", alone, [alone]


def _nth(place: Place) -> str:
    return f"awk {word(f'{_COUNT} n=={place.number}')} {_awk(place.path)}"


# What a certificate says


def names_for(old: Certificate | None, hosts: Sequence[str]) -> tuple[str, ...]:
    """The subject alternative names of a new certificate: those of the old one as far as they are plain, and the hosts."""
    found: dict[str, None] = {}
    if old is not None:
        # An address that stands there as a DNS name becomes one that counts.
        found.update((name, None) for name in map(_host, old.dns_names) if name)
        found.update((f"IP:{ip_text(address)}", None) for address in old.ip_addresses if len(address) in (4, 16))
        found.update((f"URI:{uri}", None) for uri in old.uris if _URI.match(uri))
        found.update((f"email:{mail}", None) for mail in old.email_addresses if _MAIL.match(mail))
    found.update((name, None) for name in map(_host, hosts) if name)
    return tuple(found)


def _host(text: str) -> str:
    address = parse_ip(text, LATEST_GO)
    if address is not None:
        return f"IP:{ip_text(address)}"
    return f"DNS:{text}" if _DNS.match(text) and len(text) <= 253 else ""


def days_of(old: Certificate | None, usual: int = DAYS) -> int:
    """For how many days to issue a new certificate: for as long as the old one was, within reason."""
    days = (old.not_after + 1 - old.not_before) // _DAY if old is not None else 0
    return days if usual // 4 <= days <= _MOST_DAYS else usual


def subject_of(raw: bytes, common_name: str = "") -> str:
    """A distinguished name for ``-subj``, with another common name if one is given; attributes that are not plain are left out.

    The other one takes the place of all that were there: of several, Go counts the last (dm-tls.md), and OpenSSL shows programs the first.
    """
    parts = []
    _, at, end = der.read(raw, 0, len(raw))
    while 0 <= at < end:
        _, inside, at = der.read(raw, at, end)
        while inside < at:
            _, start, inside = der.read(raw, inside, at)
            _, first, behind = der.read(raw, start, inside)
            attribute = _ATTRIBUTES.get(der.oid(raw[first:behind])[0])
            tag, start, behind = der.read(raw, behind, inside)
            text = raw[start:behind].decode(_ENCODINGS.get(tag, "utf-8"), "replace")
            if attribute == "CN" and common_name:
                continue
            if attribute is not None and text and text.isprintable() and "\ufffd" not in text and (attribute != "C" or len(text) == 2):
                parts.append(f"/{attribute}={_escaped(text)}")
    if common_name:
        parts.append(f"/CN={_escaped(common_name)}")
    return "".join(parts) or "/"


def _escaped(text: str) -> str:
    return re.sub(r"([\\/+])", r"\\\1", text)


# Steps


def _awk(path: str) -> str:
    """The path as an operand of awk, which takes ``name=value`` for something else."""
    return file(path if path.startswith(("/", "./")) or "=" not in path else f"./{path}")


def _replaced(path: str, make: Callable[[str, str], str], private: bool = False) -> str:
    """Make a new file of `path`, then let its content take the place of the old one."""
    old, new = file(path), file(f"{path}.new")
    return f"{_private(make(old, new), private)} && cat {new} > {old} && rm {new}"


def _converted(path: str, goal: str, make: Callable[[str, str], str], private: bool = False) -> str:
    """The same, except that `goal` may be another file, which is then made beside the old one."""
    return _replaced(path, make, private) if goal == path else _private(make(file(path), file(goal)), private)


def _private(make: str, private: bool) -> str:
    """Nobody else may read a file that may hold a private key."""
    return f"(umask 077 && {make})" if private else make
