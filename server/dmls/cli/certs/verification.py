"""Verify a chain as Go does for DM, and say in the reader's words why it fails."""

from __future__ import annotations

from typing import NamedTuple

from dmls.cli.certs.facts import unhandled
from dmls.cli.certs.inspection import NO_CAS, Source, certificate_blocks
from dmls.cli.certs.layout import go_text
from dmls.pki.chain import Verdict, verify, verify_host
from dmls.pki.facts import ANY_USAGE, CLIENT_AUTH, LATEST_GO, SERVER_AUTH, Certificate, GoVersion, rfc_3339
from dmls.pki.file import key_pair, pool, refusal
from dmls.pki.names import ip_text, parse_ip
from dmls.pki.shown import names_of, whole_name
from dmls.words.catalogue import has

USAGES = {"server": SERVER_AUTH, "client": CLIENT_AUTH}


class Question(NamedTuple):
    """What `dmls certs verify` is asked.  `host` "" means that no name is checked."""

    roots: Source
    chain: Source
    at: float
    usage: str
    host: str
    go: GoVersion


class Answer(NamedTuple):
    """`message` is a message id.  `certificates` is the chain from the leaf to a root where there is one, else what the file holds."""

    go_error: str | None
    reason: str
    hint: str
    message: str
    args: dict[str, object]
    certificates: tuple[Certificate, ...]

    @property
    def ok(self) -> bool:
        return self.go_error is None


def answer(q: Question) -> Answer:
    """In Go's order: read the CAs, read the chain, build and check chains, check the host name."""
    args: dict[str, object] = {"roots": q.roots.name, "chain": q.chain.name, "go": go_text(q.go), "host": q.host, "at": rfc_3339(q.at)}
    roots = pool(q.roots.pem, q.go).certificates
    if not roots:
        return Answer(NO_CAS, "no-roots", "", "verify.no-roots", args, ())
    chain: list[Certificate] = []
    for number, block in enumerate(certificate_blocks(q.chain.pem, q.go), 1):
        certificate = block.certificate
        error = refusal(block, q.go)
        if certificate is None or error is not None:
            args.update(number=number, line=q.chain.line(block.start))
            return Answer(error, "parse", "", "verify.parse", args, tuple(chain))
        chain.append(certificate)
    if not chain:
        return Answer(key_pair(q.chain.pem, None, q.go).error or "", "parse", "none", "verify.parse.none", args, ())
    verdict = verify(chain[0], tuple(chain[1:]), roots, q.at, q.usage, q.go)
    if verdict.ok:
        args.update(_about(chain[0], q), root=whole_name(verdict.chain[-1]) if verdict.chain else "")
        if q.host:
            host = verify_host(chain[0], q.host, q.go)
            if not host.ok:
                return Answer(host.go_error, host.reason, host.hint, _host_message(chain[0], q.host), args, verdict.chain)
        return Answer(None, "", "", "verify.ok", args, verdict.chain)
    culprit = verdict.culprit or chain[0]
    args.update(_about(culprit, q))
    if verdict.hint_certificate is not None:
        candidate = verdict.hint_certificate
        args.update(candidate=whole_name(candidate), bits=candidate.public_key.bits)
    return Answer(verdict.go_error, verdict.reason, verdict.hint, message_of(verdict, culprit, q.usage), args, tuple(chain))


def message_of(verdict: Verdict, culprit: Certificate, usage: str) -> str:
    """The id of the sentence: the most precise one there is."""
    details = [verdict.hint]
    if verdict.reason == "unknown-authority":
        details.append("unusable" if verdict.hint_certificate is not None else "self-signed" if culprit.is_self_issued else "")
    elif verdict.reason == "incompatible-usage" and _allows(culprit, USAGES[usage]):
        details.append("above")
    elif culprit.is_ca:
        details.append("ca")
    for detail in details:
        if detail and has(f"verify.{verdict.reason}.{detail}"):
            return f"verify.{verdict.reason}.{detail}"
    return f"verify.{verdict.reason}" if has(f"verify.{verdict.reason}") else "verify.other"


def _host_message(certificate: Certificate, host: str) -> str:
    if not certificate.has_san:
        return "verify.hostname.no-san"
    if parse_ip(host.removeprefix("[").removesuffix("]"), LATEST_GO) is not None and not certificate.ip_addresses:
        return "verify.hostname.no-ip"
    return "verify.hostname" if certificate.dns_names or certificate.ip_addresses else "verify.hostname.no-names"


def _allows(certificate: Certificate, usage: str) -> bool:
    usages = certificate.extended_key_usages
    return not usages or usage in usages or ANY_USAGE in usages


def _about(certificate: Certificate, q: Question) -> dict[str, object]:
    """All that a sentence may want to say of the certificate it speaks of."""
    c = certificate
    return {
        "subject": whole_name(c),
        "issuer": c.issuer.common_name or c.issuer.text,
        "not_before": rfc_3339(c.not_before),
        "not_after": rfc_3339(c.not_after),
        "names": ", ".join([*c.dns_names, *map(ip_text, c.ip_addresses)] or names_of(c)),
        "usage": USAGES[q.usage],
        "usages": ", ".join(c.extended_key_usages),
        "algorithm": c.signature_algorithm,
        "limit": c.max_path_len,
        "oids": ", ".join(unhandled(c, q.go)),
        "candidate": c.issuer.common_name or c.issuer.text,
        "bits": c.public_key.bits,
    }
