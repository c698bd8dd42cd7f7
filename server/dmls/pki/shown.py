"""Facts of certificates and keys in the words that OpenSSL and Go use for them; for every place that shows one to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.pki.names import ip_text

if TYPE_CHECKING:
    from dmls.pki.facts import Certificate, KeyFacts, PublicKey

KEY_USAGES = (
    "digitalSignature",
    "contentCommitment",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)
"""Names of the bits of `Certificate.key_usage`, from the lowest (RFC 5280, 4.2.1.3)."""


def whole_name(certificate: Certificate) -> str:
    """What a person calls it: its Common Name, else its whole subject, its first name, or its serial number.  Unchecked text."""
    c = certificate
    return c.subject.common_name or c.subject.text or next(iter(c.dns_names), "") or next((ip_text(ip) for ip in c.ip_addresses), "") or f"{c.serial:X}"


def names_of(certificate: Certificate) -> list[str]:
    """The names of subjectAltName, as OpenSSL heads them."""
    c = certificate
    found = [f"DNS:{name}" for name in c.dns_names] + [f"IP:{ip_text(ip)}" for ip in c.ip_addresses]
    return found + [f"URI:{uri}" for uri in c.uris] + [f"email:{address}" for address in c.email_addresses]


def key_usages(certificate: Certificate) -> list[str]:
    return [name for bit, name in enumerate(KEY_USAGES) if certificate.key_usage >> bit & 1]


def public_key_text(key: PublicKey) -> str:
    """``ECDSA P-256``, ``RSA 2048``, ``Ed25519``."""
    return f"{key.kind} {key.curve or key.bits or ''}".rstrip()


def matches(key: KeyFacts, certificate: Certificate | None) -> bool | None:
    """Whether the private key is that of the certificate; None where one of them is not known."""
    if certificate is None or key.public is None:
        return None
    return key.public.identity == certificate.public_key.identity
