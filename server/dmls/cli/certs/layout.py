"""Certificates and keys as lines for people, at most a hundred columns wide."""

from __future__ import annotations

from dmls.cli.certs.facts import unhandled
from dmls.cli.certs.inspection import Inspection
from dmls.cli.console import Console, harmless
from dmls.cli.moment import days_between
from dmls.model.tls.cert_use import ends_within
from dmls.pki.facts import Certificate, GoVersion, KeyFacts, fingerprint_text, rfc_3339
from dmls.pki.shown import key_usages, names_of, public_key_text, whole_name
from dmls.width import padded, width, wrapped

COLUMNS = 100
INDENT = " " * 5
GOOD, SOON, BAD, FAINT, STRONG = "32", "33", "31", "2", "1"
WARN_DAYS = 30
"""So many days before its end a certificate is shown in the colour of warnings."""
_COUNTED = (("certificate", "certificates"), ("key", "keys"), ("request", "requests"))


def one_line(text: str) -> str:
    return harmless(" ".join(text.splitlines()))


def counted(console: Console, what: str, count: int) -> str:
    return console.say(f"certs.count-{what}" + ("" if count == 1 else "s"), count=count)


def go_text(go: GoVersion) -> str:
    return f"{go[0]}.{go[1]}"


# --- one file ---


def inspection_lines(found: Inspection, console: Console) -> list[str]:
    """What `dmls certs inspect` shows of one file."""
    holds = [counted(console, what, len(getattr(found, plural))) for what, plural in _COUNTED if getattr(found, plural)]
    head = console.say(f"certs.role-{found.role or 'none'}")
    lines = [f"{console.paint(STRONG, one_line(found.source.name))}: {console.say('cli.comma').join([head, *holds])}"]
    for number, certificate in enumerate(found.certificates, 1):
        lines += certificate_lines(certificate, number, found.go_version, found.at, console)
    for key in found.keys:
        lines += _key_lines(key, found.belongs(key), "", console)
    for name in found.requests:
        lines += _note(SOON, console.say("certs.request", name=name), console)
    if found.key is not None:
        key = found.other_key
        if key is None:
            lines += _note(BAD, console.say("certs.no-key", path=found.key.name), console)
        else:
            lines += _key_lines(key, found.belongs(key), found.key.name, console)
    for start, error in found.unreadable:
        lines += _note(BAD, console.say("certs.unreadable", line=found.source.line(start), error=error), console)
    if found.source.pem.form != "pem":
        lines += _note(BAD, console.say(f"certs.form-{found.source.pem.form}"), console)
    for damage in found.source.pem.damage:
        lines += _note(SOON, console.say(f"certs.damage-{damage.kind}", line=found.source.line(damage.start)), console)
    lines += _verdict_lines(found, console)
    return lines


def _verdict_lines(found: Inspection, console: Console) -> list[str]:
    role = found.role if found.role in ("ca", "key") else "cert"
    go = go_text(found.go_version)
    if found.go.ok:
        lines = _note(GOOD, console.say(f"certs.go-takes-{role}", go=go), console)
    else:
        lines = _note(BAD, console.say(f"certs.go-refuses-{role}", go=go, error=found.go.error), console)
    if role == "ca" and not found.etcd.ok:
        lines += _note(BAD, console.say("certs.etcd-refuses", error=found.etcd.error), console)
    return lines


def certificate_lines(certificate: Certificate, number: int, go: GoVersion, at: float, console: Console) -> list[str]:
    c = certificate
    rows = [("subject", c.subject.text or console.say("certs.nothing")), ("issuer", console.say("certs.itself") if c.is_self_issued else c.issuer.text)]
    rows.append(("serial", f"{c.serial:X}"))
    rows.append(("valid", f"{rfc_3339(c.not_before)} – {rfc_3339(c.not_after)}{console.say('cli.comma')}{validity(c, at, console)}"))
    rows.append(("names", ", ".join(names_of(c)) or console.say("certs.nothing")))
    rows.append(("key", public_key_text(c.public_key)))
    rows.append(("signature", c.signature_algorithm or console.say("certs.unknown")))
    rows.append(("key-usage", ", ".join(key_usages(c)) or console.say("certs.anything")))
    rows.append(("purpose", ", ".join(c.extended_key_usages) or console.say("certs.anything")))
    rows.append(("ca", _ca_text(c, console)))
    for what, digest in (("key-id", c.subject_key_id), ("issuer-key-id", c.authority_key_id)):
        if digest:
            rows.append((what, digest.hex()))
    fingerprint = fingerprint_text(c.fingerprint)
    rows.append(("sha256", fingerprint[:48] + " " + fingerprint[48:]))
    critical = unhandled(c, go)
    if critical:
        rows.append(("critical", ", ".join(critical)))
    refusal = c.refusal(go)
    if refusal is not None:
        rows.append(("refusal", f"Go {go_text(go)}: {refusal}"))
    labels = [(console.say(f"certs.label-{what}"), what, text) for what, text in rows]
    left = max(width(label) for label, _, _ in labels) + 2
    lines = [f"{number:>3}  {console.paint(STRONG, one_line(whole_name(c)))}"]
    for label, what, text in labels:
        colour = state_colour(c, at) if what == "valid" else BAD if what in ("refusal", "critical") else ""
        for i, part in enumerate(wrapped(one_line(text), COLUMNS - len(INDENT) - left)):
            start = INDENT + console.paint(FAINT, padded(label if i == 0 else "", left)) if i == 0 else INDENT + " " * left
            lines.append((start + (console.paint(colour, part) if colour else part)).rstrip())
    return lines


def _ca_text(certificate: Certificate, console: Console) -> str:
    if not certificate.is_ca:
        return console.say("certs.ca-no")
    if certificate.max_path_len < 0:
        return console.say("certs.ca-yes")
    return console.say("certs.ca-limited", count=certificate.max_path_len)


def _key_lines(key: KeyFacts, belongs: bool | None, path: str, console: Console) -> list[str]:
    kind = public_key_text(key.public) if key.public is not None else key.what
    text = console.say("certs.key-line", kind=kind or console.say("certs.unknown"), format=key.format or console.say("certs.unknown"))
    lines = [INDENT[:-2] + "- " + one_line(text + (f" ({path})" if path else ""))]
    if key.problem:
        lines += _note(BAD, console.say(f"certs.key-{key.problem}", what=key.what), console)
    if belongs is not None:
        lines += _note(GOOD if belongs else BAD, console.say("certs.key-matches" if belongs else "certs.key-differs"), console)
    return lines


def _note(colour: str, text: str, console: Console) -> list[str]:
    return [INDENT + console.paint(colour, part) for part in wrapped(one_line(text), COLUMNS - len(INDENT))]


# --- dates ---


def state_of(certificate: Certificate, at: float, within: int = WARN_DAYS) -> str:
    """ "expired", "not-yet-valid", "soon" (at its end within so many days) or "ok"."""
    if at > certificate.not_after:
        return "expired"
    if ends_within(certificate, at, within):
        return "soon"
    return "not-yet-valid" if at < certificate.not_before else "ok"


def state_colour(certificate: Certificate, at: float, within: int = WARN_DAYS) -> str:
    return {"ok": GOOD, "soon": SOON, "expired": BAD, "not-yet-valid": BAD}[state_of(certificate, at, within)]


def validity(certificate: Certificate, at: float, console: Console) -> str:
    """How long it lasts, as a person would say it."""
    c = certificate
    if at > c.not_after:
        return console.say("certs.expired", days=counted(console, "day", days_between(c.not_after, at)))
    if at < c.not_before:
        return console.say("certs.not-yet", days=counted(console, "day", days_between(at, c.not_before)))
    return console.say("certs.left", days=counted(console, "day", days_between(at, c.not_after)))
