"""Whole files: what is in a file that is named as CA, certificate or key, and what Go makes of it.

`pool` is ``x509.CertPool.AppendCertsFromPEM``, `etcd_pool_error` the loop of etcd's client/pkg/tlsutil, `key_pair` ``tls.X509KeyPair``.
"""

from __future__ import annotations

import re
from array import array
from collections import OrderedDict
from typing import TYPE_CHECKING

from dmls.named import NamedTuple
from dmls.pki import der, key, pem
from dmls.pki.certificate import CertificateError, parse
from dmls.pki.facts import ECDSA, ED25519, GO_1_24, LATEST_GO, RSA, Certificate, Damage, GoVersion, KeyFacts, PemBlock, PemFile, PublicKey, Refusal, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CERTIFICATE = "CERTIFICATE"
REQUESTS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")

_FILES_KEPT, _CERTIFICATES_KEPT, _LARGEST_KEPT = 256, 512, 65536
_files: OrderedDict[bytes, PemFile] = OrderedDict()
_certificates: OrderedDict[bytes, Certificate | str] = OrderedDict()

_OLD, _KEY_ERRORS, _LOST_KEYS = "blocks before Go 1.24", "errors of keys", "damaged keys"


def read(data: bytes) -> PemFile:
    """The facts of the bytes of a file.  Never raises; the same bytes give the same object."""
    digest = digest_of(data)
    known = _files.get(digest)
    if known is not None:
        _touch(_files, digest, known, _FILES_KEPT)
        return known
    file = _read(bytes(data), digest)
    _touch(_files, digest, file, _FILES_KEPT)
    return file


def _touch(memo: OrderedDict, name: bytes, value: object, most: int) -> None:
    """Puts an entry last.  Threads may get in each other's way here: then an entry goes early, nothing else."""
    try:
        memo[name] = value
        memo.move_to_end(name)
        while len(memo) > most:
            memo.popitem(last=False)
    except (KeyError, RuntimeError):
        return


def _read(data: bytes, digest: bytes) -> PemFile:
    new, old = pem.both(data)
    errors: dict[int, tuple[Refusal, ...]] = {}
    made: dict[bytes, Certificate | str] = {}
    found = tuple(_block(raw, made, errors) for raw in new)
    damage = pem.damage(data, new)
    file = PemFile(digest, len(data), "pem" if found else _form(data), found, damage, _line_starts(data, (*found, *damage)))
    if old is not None:
        by_place = {(raw.start, raw.end): block for raw, block in zip(new, found)}
        file.memo[_OLD] = tuple(by_place.get((raw.start, raw.end)) or _block(raw, made, errors) for raw in old)
    if errors:
        file.memo[_KEY_ERRORS] = errors
    if damage:
        file.memo[_LOST_KEYS] = frozenset(piece for piece in damage if pem.in_private_key(data, piece))
    return file


def is_lost_key(file: PemFile, piece: PemBlock | Damage) -> bool:
    """Whether a piece of damage belongs to a private key."""
    keys = file.memo.get(_LOST_KEYS, ())
    assert isinstance(keys, (frozenset, tuple))
    return piece in keys


def _block(raw: pem.RawBlock, made: dict[bytes, Certificate | str], errors: dict[int, tuple[Refusal, ...]]) -> PemBlock:
    facts: KeyFacts | None = None
    if key.is_private(raw.type):
        examined = key.examine(raw.type, raw.headers, raw.data)
        facts = examined.facts
        errors[raw.start] = examined.errors
    found = made.get(raw.data) if facts is None else None
    if found is None:
        found = _certificate(raw.data)
        if facts is None:
            made[raw.data] = found
    return PemBlock(
        raw.type,
        raw.start,
        raw.end,
        bool(raw.headers),
        found if isinstance(found, Certificate) else None,
        found if isinstance(found, str) else "",
        facts,
        key.parse_request_cn(raw.data) if raw.type in REQUESTS else "",
    )


def _certificate(data: bytes) -> Certificate | str:
    """The certificate, one object for the same bytes in several files; or Go's error text."""
    digest = digest_of(data)
    found = _certificates.get(digest)
    if found is None:
        try:
            found = parse(data)
        except CertificateError as error:
            found = str(error)
        if len(data) <= _LARGEST_KEPT:
            _touch(_certificates, digest, found, _CERTIFICATES_KEPT)
    return found


# -- files that are no PEM --------------------------------------------------------------------------------------------------------

_LINE_FEED = re.compile(rb"\n")
_SPACE = b" \t\r\n\v\f"
_BOM = b"\xef\xbb\xbf"
_JKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"
_PKCS7 = bytes.fromhex("2a864886f70d0107")
_TEXT_CONTROLS = bytes(range(7, 14)) + b"\x1b"
_CONTROLS = bytes(set(range(32)) - set(_TEXT_CONTROLS)) + b"\x7f"


def _line_starts(data: bytes, pieces: Iterable[PemBlock | Damage]) -> Sequence[int]:
    """The byte offsets at which lines begin, as far as blocks and damage go: nothing else in the file is pointed at."""
    stop = max((piece.end for piece in pieces), default=0)
    starts = array("Q", (0,))
    starts.extend(found.end() for found in _LINE_FEED.finditer(data, 0, stop))
    return starts


def _form(data: bytes) -> str:
    """The form of a file without a block."""
    if not data:
        return "empty"
    if not data.removeprefix(_BOM).strip(_SPACE):
        return "blank"
    if data[:4] in _JKS:
        return "jks"
    if data[0] == der.SEQUENCE:
        form = _der_form(data)
        if form:
            return form
    if pem.is_wide(data):
        return "text"
    try:
        data.decode("utf-8")
        if data.translate(None, _CONTROLS) == data:
            return "text"
    except UnicodeDecodeError:
        # Texts of other encodings have few control characters, and most of their bytes are ASCII.
        sample = data[:65536]
        if sample.translate(None, _CONTROLS) == sample and 4 * sum(byte < 0x80 for byte in sample) >= 3 * len(sample):
            return "text"
    return "binary"


def _der_form(data: bytes) -> str:
    # PKCS #12 is written in BER by some programs, with lengths left open.
    if data[1:2] == b"\x80":
        return "pkcs12" if data[2:5] == b"\x02\x01\x03" and _PKCS7 in data[5:32] else ""
    tag, start, end = der.read(data, 0, len(data))
    if tag == der.NO_TAG:
        return ""
    first, inner, stop = der.read(data, start, end)
    if first == der.INTEGER:
        if data[inner:stop] == b"\x03" and _PKCS7 in data[stop : stop + 32]:
            return "pkcs12"
        return "der-key" if key.is_key_der(data[:end]) else ""
    if first != der.SEQUENCE:
        return ""
    if key.is_key_der(data[:end]):
        return "der-key"
    # Certificates, requests and revocation lists are signed in the same way: content, algorithm, bits.
    second, algorithm, after = der.read(data, stop, end)
    if second != der.SEQUENCE or der.read(data, algorithm, after)[0] != der.OID or der.read(data, after, end)[0] != der.BIT_STRING:
        return ""
    shape: list[int] = []
    while inner < stop and len(shape) < 6:
        tag, _, inner = der.read(data, inner, stop)
        if tag == der.NO_TAG:
            break
        shape.append(tag)
    if shape[:3] == [der.INTEGER, der.SEQUENCE, der.SEQUENCE] and len(shape) <= 4 and shape[3:] in ([], [0xA0]):
        return "der-request"
    if shape[:1] == [0xA0]:
        del shape[0]
    return "der-certificate" if shape[:5] == [der.INTEGER, *[der.SEQUENCE] * 4] else ""


# -- what Go makes of a file ------------------------------------------------------------------------------------------------------


class Pool(NamedTuple):
    """The distinct certificates of a CA file, and the blocks that did not become one."""

    certificates: tuple[Certificate, ...]
    skipped: tuple[PemBlock, ...]

    @property
    def appended_ok(self) -> bool:
        """What AppendCertsFromPEM returns."""
        return bool(self.certificates)


class KeyPair(NamedTuple):
    """`chain` begins with the leaf and is empty if that cannot be read.  `error` is Go's text, None if it takes the pair.

    `unreadable` are the later certificates that Go sends unread and its peers refuse: their places among the certificates, and why.
    """

    chain: tuple[Certificate, ...]
    error: str | None
    unreadable: tuple[tuple[int, str], ...] = ()


def blocks(file: PemFile, go: GoVersion = LATEST_GO) -> tuple[PemBlock, ...]:
    """The blocks that Go `go` finds."""
    if go < GO_1_24 and _OLD in file.memo:
        return file.memo[_OLD]  # type: ignore[return-value]
    return file.blocks


def pool(file: PemFile, go: GoVersion = LATEST_GO) -> Pool:
    known = file.memo.get(("pool", go))
    if known is None:
        kept: dict[bytes, Certificate] = {}
        skipped: list[PemBlock] = []
        for block in blocks(file, go):
            certificate = block.certificate
            if block.type != CERTIFICATE or block.has_headers or certificate is None or certificate.refusal(go):
                skipped.append(block)
            else:
                kept.setdefault(certificate.fingerprint, certificate)
        known = file.memo[("pool", go)] = Pool(tuple(kept.values()), tuple(skipped))
    return known  # type: ignore[return-value]


def refusal(block: PemBlock, go: GoVersion = LATEST_GO) -> str | None:
    """Why Go `go` does not read the content of a block as a certificate; None if it does."""
    return block.error or None if block.certificate is None else block.certificate.refusal(go)


def etcd_pool_error(file: PemFile, go: GoVersion = LATEST_GO) -> str | None:
    """The error of etcd's loop, which takes every block for a certificate; None also for a file without a block."""
    return next((text for block in blocks(file, go) if (text := refusal(block, go))), None)


def etcd_pool(file: PemFile, go: GoVersion = LATEST_GO) -> tuple[Certificate, ...]:
    """The certificates of that loop, where it comes to its end: those of blocks of other types and with headers too."""
    return tuple(block.certificate for block in blocks(file, go) if block.certificate is not None and block.certificate.refusal(go) is None)


def private_key(file: PemFile, go: GoVersion = LATEST_GO) -> KeyFacts | None:
    """The key that X509KeyPair takes from the file: the first one."""
    block = _key_block(file, go)
    return block.key if block else None


def key_error(file: PemFile, go: GoVersion = LATEST_GO) -> str | None:
    """What X509KeyPair says of a key file whatever the certificate; None if it can read the key."""
    block = _key_block(file, go)
    return _key_error(file, block, go) if block else _no_key([block.type for block in blocks(file, go)])


def _key_block(file: PemFile, go: GoVersion) -> PemBlock | None:
    return next((block for block in blocks(file, go) if block.key is not None), None)


def key_pair(cert: PemFile, key_file: PemFile | None, go: GoVersion = LATEST_GO) -> KeyPair:
    """X509KeyPair; without a key file only its part about certificates."""
    known = cert.memo.get(("pair", go, key_file.digest if key_file else None))
    if known is None:
        known = cert.memo[("pair", go, key_file.digest if key_file else None)] = _key_pair(cert, key_file, go)
    return known  # type: ignore[return-value]


def _key_pair(cert: PemFile, key_file: PemFile | None, go: GoVersion) -> KeyPair:
    found = blocks(cert, go)
    certificates = [block for block in found if block.type == CERTIFICATE]
    if not certificates:
        return KeyPair((), _no_certificate([block.type for block in found]))
    key_block = _key_block(key_file, go) if key_file else None
    missing = _no_key([block.type for block in blocks(key_file, go)]) if key_file and not key_block else None
    refused = refusal(certificates[0], go)
    chain: list[Certificate] = []
    unreadable: list[tuple[int, str]] = []
    for i, block in enumerate(certificates):
        text = refusal(block, go)
        if text:
            unreadable.append((i, text))
        elif block.certificate:
            chain.append(block.certificate)
    if refused:
        return KeyPair((), missing or refused, tuple(unreadable[1:]))
    error = missing
    if key_file and key_block:
        error = _key_error(key_file, key_block, go) or _mismatch(chain[0].public_key, key_block.key)
    return KeyPair(tuple(chain), error, tuple(unreadable))


def _key_error(file: PemFile, block: PemBlock, go: GoVersion) -> str | None:
    errors: dict[int, tuple[Refusal, ...]] = file.memo.get(_KEY_ERRORS, {})  # type: ignore[assignment]
    return key.error(errors.get(block.start, ()), go)


def _no_certificate(types: list[str]) -> str:
    if not types:
        return "tls: failed to find any PEM data in certificate input"
    if len(types) == 1 and types[0].endswith("PRIVATE KEY"):
        return "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched"
    return f'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [{" ".join(types)}]'


def _no_key(types: list[str]) -> str:
    if not types:
        return "tls: failed to find any PEM data in key input"
    if types == [CERTIFICATE]:
        return "tls: found a certificate rather than a key in the PEM for the private key"
    return f'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [{" ".join(types)}]'


def _mismatch(public: PublicKey, facts: KeyFacts | None) -> str | None:
    if public.kind not in (RSA, ECDSA, ED25519):
        return "tls: unknown public key algorithm"
    if facts is None or facts.public is None or facts.public.kind != public.kind:
        return "tls: private key type does not match public key type"
    ours, theirs = public.identity, facts.public.identity
    # Go compares the moduli of RSA keys, not their exponents, which are the last 8 bytes.
    if (ours[:-8] != theirs[:-8]) if public.kind == RSA else (ours != theirs):
        return "tls: private key does not match public key"
    return None


def guess_role(file: PemFile) -> str:
    """What a file is most likely meant for: "ca", "cert", "key", "request"; "" if it does not show."""
    certificates = [block.certificate for block in file.blocks if block.certificate and block.type.endswith(CERTIFICATE)]
    if certificates:
        if any(block.key for block in file.blocks):
            return "cert"
        return "ca" if _is_authority(certificates[0]) else "cert"
    if any(block.key for block in file.blocks) or file.form == "der-key":
        return "key"
    if any(block.type in REQUESTS for block in file.blocks) or file.form == "der-request":
        return "request"
    return ""


def _is_authority(certificate: Certificate) -> bool:
    """Old roots have no extensions; a certificate for its own use that signs itself names what it is for."""
    if certificate.basic_constraints:
        return certificate.is_ca
    return certificate.is_self_issued and certificate.version < 3
