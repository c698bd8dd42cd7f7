"""Why a file does not hold what its role needs, as exactly one fault, which one rule reports.

Go looks for blocks: any number of ``CERTIFICATE`` without headers in a CA file, the first ``CERTIFICATE`` in `ssl-cert`, the first private key in
`ssl-key`, and skips all else without a word (crypto/x509 AppendCertsFromPEM, crypto/tls X509KeyPair; dm-tls.md §1.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.model.tls_block import BASE64, CA, CERT, KEY
from dmls.named import NamedTuple
from dmls.version import go_of

if TYPE_CHECKING:
    from dmls.model.tls.cert_use import CertUse, Source
    from dmls.pki.facts import Damage, GoVersion, PemBlock, PemFile
    from dmls.version import Version

CERTIFICATE, PRIVATE_KEY, TRUSTED = "CERTIFICATE", "PRIVATE KEY", "TRUSTED CERTIFICATE"
REQUESTS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")

EMPTY = "tls-ca-file-empty"
BINARY = "tls-file-binary"
BOM = "tls-file-bom"
DAMAGED = "tls-pem-damaged"
OTHER_FORM = "tls-trusted-certificate"
REQUEST = "tls-cert-is-csr"
SWAPPED = "tls-cert-key-swapped"
NOT_PRIVATE = "tls-key-not-private"
NO_CA = "tls-ca-not-certificate"
UNPARSABLE = "tls-cert-unparsable"

MISMATCH = ("tls: private key does not match public key", "tls: private key type does not match public key type")
"""What Go says of a key that belongs to another certificate."""

BINARY_FORMS = ("der-certificate", "der-key", "der-request", "pkcs12", "jks", "binary")
LEAST_SIZE = 110
"""Bytes of the shortest PEM file, a private key of Ed25519."""
_MARKS = ("bom", "utf-16")
_MEMO = "fault of"
_GARBAGE = ("x509: malformed certificate", "x509: malformed tbs certificate", "x509: trailing data")


class Fault(NamedTuple):
    """`rule` is the rule that reports it, at `piece` of the file (None: the file as a whole).

    `fatal` tells whether Go finds nothing else that it could take; otherwise a part of the file is lost without a word.
    """

    rule: str
    piece: PemBlock | Damage | None
    fatal: bool


def pem_fault(source: Source, version: Version) -> Fault | None:
    """The one fault of a file, None where it holds what is needed, is unknown, or a rule about the text in the configuration tells it."""
    if source.use is None:
        return _fault(source, version)
    # A dozen rules ask for it, and most files have none.
    slot = (_MEMO, source.role, source.effective, version)
    known = source.use.memo
    if slot not in known:
        known[slot] = _fault(source, version)
    found = known[slot]
    assert found is None or isinstance(found, Fault)
    return found


def _fault(source: Source, version: Version) -> Fault | None:
    pem = source.pem
    if pem is None or not source.role or is_told_by_text(source) or is_example(source):
        return None
    go = go_of(version)
    if pem.form == "empty" and source.role == CA:
        return Fault(EMPTY, None, True)
    if pem.form in BINARY_FORMS and not pem.damage:
        return Fault(BINARY, None, True)
    if is_usable(pem, source.role, go):
        piece = _lost_piece(source, go)
        return Fault(_rule_of(piece), piece, source.role == CERT and not _key_fits(source)) if piece is not None else None
    piece = next(iter((*pem.damage, *_other_forms(pem, source.role, go))), None)
    if piece is not None:
        return Fault(_rule_of(piece), piece, True)
    return Fault(*_wrong_content(source, pem, go), True)


def is_told_by_text(source: Source) -> bool:
    """Whether `tls-base64-not-pem` says of inline text that the block is missing."""
    if not source.is_inline or source.entry is None or source.entry.key not in BASE64.values() or source.pem is None:
        return False
    return not any(_serves(block, source.role) for block in source.pem.blocks)


def is_example(source: Source) -> bool:
    """Whether inline text is too short for any certificate or key, so that it only stands for one."""
    return source.is_inline and source.pem is not None and source.pem.size < LEAST_SIZE


def is_usable(pem: PemFile, role: str, go: GoVersion) -> bool:
    """Whether Go finds what it needs; a key may still be of no use."""
    from dmls.pki import file

    if role == CA:
        return bool(file.pool(pem, go).certificates)
    if role == CERT:
        return file.key_pair(pem, None, go).error is None
    return file.private_key(pem, go) is not None


def has_certificate(pem: PemFile) -> bool:
    return any(block.type == CERTIFICATE for block in pem.blocks)


def has_key(pem: PemFile) -> bool:
    return any(block.key is not None for block in pem.blocks)


def is_swapped(use: CertUse) -> bool:
    """Whether `ssl-cert` holds the key and `ssl-key` the certificate."""
    cert, key = (source.pem if source is not None else None for source in (use.cert, use.key))
    if cert is None or key is None:
        return False
    return has_key(cert) and not has_certificate(cert) and has_certificate(key) and not has_key(key)


def is_lost_key(pem: PemFile, piece: PemBlock | Damage) -> bool:
    """Whether a piece of damage belongs to a private key."""
    from dmls.pki import file

    return file.is_lost_key(pem, piece)


def is_garbage(text: str) -> bool:
    """Whether Go's error text means that the content of a block is no certificate at all."""
    return text.startswith(_GARBAGE)


def go_error(source: Source, version: Version) -> str:
    """What Go says of a file of the pair, taken by itself; "" where it says nothing, and for a CA file."""
    from dmls.pki import file

    if source.pem is None or source.role == CA:
        return ""
    go = go_of(version)
    return (file.key_pair(source.pem, None, go).error if source.role == CERT else file.key_error(source.pem, go)) or ""


def _serves(block: PemBlock, role: str) -> bool:
    return block.key is not None if role == KEY else block.type == CERTIFICATE


def _rule_of(piece: PemBlock | Damage) -> str:
    from dmls.pki.facts import PemBlock

    if isinstance(piece, PemBlock):
        return OTHER_FORM
    return BOM if piece.kind in _MARKS else DAMAGED


def _other_forms(pem: PemFile, role: str, go: GoVersion) -> list[PemBlock]:
    """Certificates that Go skips because of the label, or of headers in a CA file."""
    from dmls.pki import file

    if role not in (CA, CERT):
        return []
    found = []
    for block in file.blocks(pem, go):
        labelled = block.type != CERTIFICATE and (block.type == TRUSTED or block.certificate is not None)
        if labelled or (role == CA and block.type == CERTIFICATE and block.has_headers and block.certificate is not None):
            found.append(block)
    return found


def _lost_piece(source: Source, go: GoVersion) -> PemBlock | Damage | None:
    """What Go skips of a file that holds something else it takes; None where that does not matter.

    Before the first certificate of `ssl-cert` it matters only if the key does not fit this one: then what is lost was the own certificate.
    A private key is looked for in neither file, but nobody should copy one around with a CA.
    """
    from dmls.pki import file

    pem = source.pem
    if pem is None or source.role == KEY:
        return None
    pieces = sorted((*pem.damage, *_other_forms(pem, source.role, go)), key=lambda piece: (file.is_lost_key(pem, piece), piece.start))
    if source.role == CERT:
        pieces = [piece for piece in pieces if not file.is_lost_key(pem, piece)]
        first = next(block.start for block in pem.blocks if block.type == CERTIFICATE)
        if not _key_fits(source):
            return pieces[0] if pieces and pieces[0].start < first else None
        pieces = [piece for piece in pieces if piece.start > first]
    return pieces[0] if pieces else None


def _key_fits(source: Source) -> bool:
    """Whether the key belongs to a certificate of the file, as far as is known."""
    use = source.use
    if use is None or not source.effective or use.pair is None or use.key_owner is not None:
        return True
    return use.pair.error is None or not use.pair.error.startswith(MISMATCH)


def _wrong_content(source: Source, pem: PemFile, go: GoVersion) -> tuple[str, PemBlock | None]:
    """The rule about a file whose blocks are whole, but none is what is needed."""
    from dmls.pki import file

    blocks = file.blocks(pem, go)
    certificates = [block for block in blocks if block.type == CERTIFICATE]
    if source.role == KEY:
        return (SWAPPED if source.use is not None and is_swapped(source.use) else NOT_PRIVATE), blocks[0] if blocks else None
    if certificates:
        # All of a CA's, or the own one, cannot be read.
        first = certificates[0]
        return (DAMAGED if is_garbage(file.refusal(first, go) or "") else UNPARSABLE), first
    if source.role == CA:
        return NO_CA, blocks[0] if blocks else None
    if any(block.key is not None for block in blocks):
        return SWAPPED, next(block for block in blocks if block.key is not None)
    request = next((block for block in blocks if block.type in REQUESTS), None)
    return (REQUEST, request) if request is not None else (DAMAGED, blocks[0] if blocks else None)
