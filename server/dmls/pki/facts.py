"""What a certificate, a key or a PEM file says: plain facts, without any private byte.

A fact does not depend on the Go version that DM is built with; what some versions refuse is in `Certificate.refusals`.
"""

from __future__ import annotations

from typing import Sequence

from dmls.named import NamedTuple

GoVersion = tuple[int, int]
"""Minor releases of Go, such as ``(1, 25)``; the newest patch of each is meant."""

GO_1_18, GO_1_21, GO_1_23, GO_1_24, GO_1_25 = (1, 18), (1, 21), (1, 23), (1, 24), (1, 25)
LATEST_GO: GoVersion = GO_1_25

SERVER_AUTH, CLIENT_AUTH, ANY_USAGE = "serverAuth", "clientAuth", "any"
"""Names of extended key usages, as `Certificate.extended_key_usages` gives them; unknown ones are dotted OIDs."""

RSA, ECDSA, ED25519, DSA, X25519, OTHER = "RSA", "ECDSA", "Ed25519", "DSA", "X25519", "other"
"""Kinds of keys.  `OTHER` is what Go takes for an unknown public key algorithm (Ed448, RSA-PSS, GOST and the like)."""


class Name(NamedTuple):
    """A distinguished name.  `raw` is its DER; `common_name` the last CN attribute, as Go's `pkix.Name` has it; `text` as Go prints it."""

    raw: bytes
    common_name: str
    text: str


class PublicKey(NamedTuple):
    """`spki` is the DER of SubjectPublicKeyInfo.  `bits` is the size of modulus or field.  `curve` is Go's name ("P-256"), "" for others.

    `identity` is equal for two keys exactly if they are the same key, whatever their encoding.
    """

    kind: str
    bits: int
    curve: str
    spki: bytes
    identity: bytes


class IPRange(NamedTuple):
    """An address range of a name constraint: 4 or 16 bytes each."""

    address: bytes
    mask: bytes


class NameConstraints(NamedTuple):
    """As Go's parser fills the fields of `x509.Certificate`."""

    critical: bool = False
    permitted_dns: tuple[str, ...] = ()
    excluded_dns: tuple[str, ...] = ()
    permitted_ip: tuple[IPRange, ...] = ()
    excluded_ip: tuple[IPRange, ...] = ()
    permitted_email: tuple[str, ...] = ()
    excluded_email: tuple[str, ...] = ()
    permitted_uri: tuple[str, ...] = ()
    excluded_uri: tuple[str, ...] = ()


class Policies(NamedTuple):
    """What Go's policy tree needs; -1 where an extension is absent or gives no number."""

    identifiers: tuple[str, ...] = ()
    mappings: tuple[tuple[str, str], ...] = ()
    require_explicit: int = -1
    inhibit_mapping: int = -1
    inhibit_any: int = -1


class Refusal(NamedTuple):
    """Go versions from `since` (included) to `until` (excluded; None: for ever) refuse to parse the certificate and say `text`."""

    since: GoVersion
    until: GoVersion | None
    text: str


class Certificate:
    """One X.509 certificate as Go's `x509.ParseCertificate` reads it.  Dates are whole seconds since 1970, UTC.

    `key_usage` has Go's bits (`x509.KeyUsage`), 0 where the extension is absent.  `max_path_len` is -1 where there is none.
    `signature_algorithm` is Go's name of it ("SHA256-RSA"), "" where Go does not know it.  `ip_addresses` are 4 or 16 bytes each.
    `unhandled_critical` are the OIDs of critical extensions that Go does not handle, each with the first version that does (None: none).
    `has_san` tells whether there is a subjectAltName extension at all.
    """

    __slots__ = (
        "authority_key_id",
        "basic_constraints",
        "der",
        "dns_names",
        "email_addresses",
        "extended_key_usages",
        "extensions",
        "fingerprint",
        "has_san",
        "ip_addresses",
        "is_ca",
        "issuer",
        "key_usage",
        "max_path_len",
        "memo",
        "name_constraints",
        "not_after",
        "not_before",
        "policies",
        "public_key",
        "refusals",
        "serial",
        "signature",
        "signature_algorithm",
        "subject",
        "subject_key_id",
        "tbs",
        "unhandled_critical",
        "uris",
        "version",
    )

    def __init__(self) -> None:
        self.der: bytes = b""
        self.tbs: bytes = b""
        self.fingerprint: bytes = b""  # SHA-256 of `der`
        self.version = 3
        self.serial = 0
        self.signature_algorithm = ""
        self.signature: bytes = b""
        self.issuer = Name(b"", "", "")
        self.subject = Name(b"", "", "")
        self.not_before = 0
        self.not_after = 0
        self.public_key = PublicKey(OTHER, 0, "", b"", b"")
        self.has_san = False
        self.dns_names: tuple[str, ...] = ()
        self.ip_addresses: tuple[bytes, ...] = ()
        self.email_addresses: tuple[str, ...] = ()
        self.uris: tuple[str, ...] = ()
        self.basic_constraints = False  # Go's BasicConstraintsValid: the extension is there
        self.is_ca = False
        self.max_path_len = -1
        self.key_usage = 0
        self.extended_key_usages: tuple[str, ...] = ()
        self.name_constraints = NameConstraints()
        self.policies = Policies()
        self.subject_key_id: bytes = b""
        self.authority_key_id: bytes = b""
        self.extensions: tuple[str, ...] = ()
        self.unhandled_critical: tuple[tuple[str, GoVersion | None], ...] = ()
        self.refusals: tuple[Refusal, ...] = ()
        self.memo: dict[object, object] = {}

    def refusal(self, go: GoVersion) -> str | None:
        """Why Go `go` cannot parse it; None where it can.  Of versions before 1.18 only that is known that their successor says."""
        go = max(go, GO_1_18)
        for r in self.refusals:
            if r.since <= go and (r.until is None or go < r.until):
                return r.text
        return None

    @property
    def is_self_issued(self) -> bool:
        return self.subject.raw == self.issuer.raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.fingerprint)


class KeyFacts(NamedTuple):
    """A private key without its private part.

    `format` is "PKCS#1", "PKCS#8", "SEC 1", "OpenSSH" or "".  `public` is None where it cannot be known (encrypted, damaged).
    `problem` is "" or why Go's TLS cannot use it: "encrypted", "openssh", "unsupported" (Ed448, DSA, secp256k1, …), "inconsistent" (numbers
    that do not make a key), "damaged".  `what` names the algorithm of an unsupported key.  `go_error` is what `tls.X509KeyPair` then says.
    """

    format: str
    public: PublicKey | None
    problem: str = ""
    what: str = ""
    go_error: str = ""


class PemBlock(NamedTuple):
    """One block as Go's `pem.Decode` finds it.  `start` and `end` are byte offsets in the file.

    `certificate` is set for what parses as a certificate in some Go version; `error` is Go's text where it does not in any (whatever
    the block's type: etcd tries them all).  `key` is set for blocks of private keys.  `common_name` is the subject of a signing request.
    """

    type: str
    start: int
    end: int
    has_headers: bool = False
    certificate: Certificate | None = None
    error: str = ""
    key: KeyFacts | None = None
    common_name: str = ""


class Damage(NamedTuple):
    """Something that looks like a PEM block and that Go does not find.  `start` and `end` are byte offsets of the offending piece.

    Kinds: "bom" (a byte order mark directly before BEGIN), "utf-16", "indented", "no-end", "no-begin", "bad-base64", "labels-differ",
    "not-alone" (other text in the line of BEGIN or END), "dashes" (not five of them), "lower-case", "carriage-returns" (no line feeds at all),
    "escaped" (line ends written as backslash n), "encoded-twice" (base64 of PEM text).
    """

    kind: str
    start: int
    end: int


class PemFile:
    """The content of a file that is named as CA, certificate or key.

    `form` is "pem" (at least one block), "empty" (0 bytes), "blank" (white space only), "der-certificate", "der-key", "der-request",
    "pkcs12", "jks", "text" (no block, readable) or "binary".  In any form but "pem" there are no `blocks`.
    `line_starts` are the byte offsets at which lines begin.
    """

    __slots__ = ("blocks", "damage", "digest", "form", "line_starts", "memo", "size")

    def __init__(self, digest: bytes, size: int, form: str, blocks: tuple[PemBlock, ...], damage: tuple[Damage, ...], line_starts: Sequence[int] = (0,)) -> None:
        self.digest = digest
        self.size = size
        self.form = form
        self.blocks = blocks
        self.damage = damage
        self.line_starts = line_starts
        self.memo: dict[object, object] = {}


def rfc_3339(seconds: float) -> str:
    """The moment as RFC 3339 writes it, in UTC and whole seconds; also for years that `datetime` does not know."""
    days, rest = divmod(int(seconds // 1), 86_400)
    # Howard Hinnant's civil_from_days: years that begin in March put the leap day at their end.
    era, of_era = divmod(days + 719_468, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    year = year_of_era + era * 400 + (month <= 2)
    return f"{year:04}-{month:02}-{day:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"


def fingerprint_text(digest: bytes) -> str:
    """A digest as OpenSSL prints it."""
    return ":".join(f"{byte:02X}" for byte in digest)


def digest_of(data: bytes) -> bytes:
    """SHA-256.  Imported here because it loads OpenSSL, and most runs meet no certificate."""
    from hashlib import sha256

    return sha256(data).digest()
