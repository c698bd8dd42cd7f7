"""Certificates and keys as values of JSON.  Never a private byte: `pki.facts.KeyFacts` holds none."""

from __future__ import annotations

from dmls.cli.moment import days_between
from dmls.pki.facts import Certificate, GoVersion, KeyFacts, PublicKey, fingerprint_text, rfc_3339
from dmls.pki.names import ip_text
from dmls.pki.shown import key_usages, matches


def certificate_facts(certificate: Certificate, go: GoVersion, at: float) -> dict[str, object]:
    c = certificate
    return {
        "subject": c.subject.text,
        "issuer": c.issuer.text,
        "common_name": c.subject.common_name,
        # Python refuses to write out decimals of thousands of digits, which a serial number may have.
        "serial": {"decimal": str(c.serial) if c.serial.bit_length() <= 4096 else None, "hex": f"{c.serial:X}"},
        "not_before": rfc_3339(c.not_before),
        "not_after": rfc_3339(c.not_after),
        "days_left": days_between(at, c.not_after),
        "san": {"dns": list(c.dns_names), "ip": [ip_text(ip) for ip in c.ip_addresses], "uri": list(c.uris), "email": list(c.email_addresses)},
        "key": public_key_facts(c.public_key),
        "signature_algorithm": c.signature_algorithm,
        "key_usage": key_usages(c),
        "extended_key_usage": list(c.extended_key_usages),
        "is_ca": c.is_ca,
        "path_len": c.max_path_len if c.max_path_len >= 0 else None,
        "subject_key_id": c.subject_key_id.hex(),
        "authority_key_id": c.authority_key_id.hex(),
        "sha256": fingerprint_text(c.fingerprint),
        "self_issued": c.is_self_issued,
        "refusal": c.refusal(go),
        "unhandled_critical": unhandled(c, go),
    }


def public_key_facts(key: PublicKey) -> dict[str, object]:
    return {"kind": key.kind, "bits": key.bits or None, "curve": key.curve or None}


def key_facts(key: KeyFacts, certificate: Certificate | None) -> dict[str, object]:
    """A private key; `matches` compares it with `certificate`, None where one of them is not known."""
    unknown: dict[str, object] = {"kind": key.what or None, "bits": None, "curve": None}
    return {
        **(public_key_facts(key.public) if key.public is not None else unknown),
        "format": key.format or None,
        "encrypted": key.problem == "encrypted",
        "problem": key.problem or None,
        "matches": matches(key, certificate),
    }


def unhandled(certificate: Certificate, go: GoVersion) -> list[str]:
    """The critical extensions that this Go does not handle, so that it verifies no chain with the certificate."""
    return [oid for oid, since in certificate.unhandled_critical if since is None or go < since]
