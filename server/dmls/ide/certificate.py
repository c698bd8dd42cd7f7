"""Certificates and keys in a few words.  Never a private byte: `pki.facts.KeyFacts` holds none.

What comes out of a certificate was written by a stranger, so it is shown between backquotes only, without control characters and not at
any length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable

from dmls.model.tls.cert_use import DAY, day_of, printable
from dmls.pki.facts import fingerprint_text
from dmls.pki.shown import key_usages, matches, names_of, public_key_text, whole_name
from dmls.text import Span
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.pki.facts import Certificate, KeyFacts, PemBlock, PemFile

CERTIFICATE = "CERTIFICATE"
_MOST_NAMES = 12
_MOST_CERTIFICATES = 20
HOUR = 3600


def code(text: str) -> str:
    """The text as code in Markdown."""
    return f"`{printable(text).replace('`', chr(39)) or ' '}`"


def comma(locale: str) -> str:
    return sentence("ide.comma", {}, locale)


def certificates_of(pem: PemFile) -> list[Certificate]:
    """The certificates that Go finds in a file."""
    return [b.certificate for b in pem.blocks if b.type == CERTIFICATE and b.certificate is not None]


def is_authority(certificate: Certificate) -> bool:
    """Whether it is made to sign others.  A certificate of version 1 that is its own issuer can do so too (dm-tls.md §4)."""
    return certificate.is_ca or (certificate.version < 3 and certificate.is_self_issued)


def remaining(certificate: Certificate, now: float | None, locale: str, short: bool = False) -> str:
    """``87 days left``, ``expired 3 days ago``, ``not valid for another 2 days``; in short ``87 d`` and the like.  Without a clock the last day."""
    c = certificate
    if now is None:
        return sentence("ide.until", {"date": day_of(c.not_after)}, locale)
    if now > c.not_after:
        what, seconds = "expired", now - c.not_after
    elif now < c.not_before:
        what, seconds = "not-yet", c.not_before - now
    else:
        what, seconds = "left", c.not_after - now
    unit, count = ("day", int(seconds // DAY)) if seconds >= DAY else ("hour", int(seconds // HOUR))
    if short:
        return sentence(f"ide.short-{what}", {"time": sentence(f"ide.short-{unit}s", {"count": count}, locale)}, locale)
    time = sentence(f"ide.{unit}" if count == 1 else f"ide.{unit}s", {"count": count}, locale)
    return sentence(f"certs.{what}", {"days": time}, locale)


def label(certificate: Certificate, now: float | None, locale: str) -> str:
    """``dm-master · 87 d``."""
    return f"{printable(whole_name(certificate))} · {remaining(certificate, now, locale, short=True)}"


def key_label(key: KeyFacts, certificate: Certificate | None, locale: str) -> str:
    """``P-256 · matches``, ``RSA 2048 · encrypted``."""
    what = (key.public.curve or public_key_text(key.public)) if key.public is not None else printable(key.what)
    fits = matches(key, certificate)
    if key.problem:
        state = sentence(f"ide.key-{key.problem}", {}, locale)
    elif fits is None:
        state = ""
    else:
        state = sentence("ide.key-matches" if fits else "ide.key-differs", {}, locale)
    return " · ".join(part for part in (what, state) if part)


def full(certificate: Certificate, now: float | None, locale: str) -> list[str]:
    """All that matters of one certificate: a heading and a list, as Markdown lines."""
    c = certificate

    def row(what: str, text: str) -> str:
        return "- " + sentence("ide.row", {"what": sentence(f"certs.label-{what}", {}, locale), "text": text}, locale)

    def listed(items: Iterable[str], none: str) -> str:
        found = list(items)
        if not found:
            return sentence(none, {}, locale)
        more = [sentence("ide.and-more", {"count": len(found) - _MOST_NAMES}, locale)] if len(found) > _MOST_NAMES else []
        return comma(locale).join([*map(code, found[:_MOST_NAMES]), *more])

    kind = sentence("ide.authority" if is_authority(c) else "ide.certificate", {}, locale)
    lines = [f"**{code(whole_name(c))}** — {kind}{comma(locale)}{remaining(c, now, locale)}", ""]
    lines.append(row("subject", code(c.subject.text) if c.subject.text else sentence("certs.nothing", {}, locale)))
    lines.append(row("issuer", sentence("certs.itself", {}, locale) if c.is_self_issued else code(c.issuer.text)))
    names = names_of(c)
    if names or not is_authority(c):
        lines.append(row("names", listed(names, "certs.nothing")))
    lines.append(row("key-usage", listed(key_usages(c), "certs.anything")))
    lines.append(row("purpose", listed(c.extended_key_usages, "certs.anything")))
    lines.append(row("key", public_key_text(c.public_key)))
    lines.append(row("signature", c.signature_algorithm or sentence("certs.unknown", {}, locale)))
    lines.append(row("valid", f"{day_of(c.not_before)} – {day_of(c.not_after)}"))
    lines.append(row("sha256", code(fingerprint_text(c.fingerprint))))
    return lines


def short(certificate: Certificate, now: float | None, locale: str) -> str:
    """One certificate in one line of Markdown."""
    c = certificate
    issuer = "certs.itself" if c.is_self_issued else ""
    by = sentence(issuer, {}, locale) if issuer else code(c.issuer.common_name or c.issuer.text)
    return comma(locale).join((code(whole_name(c)), sentence("ide.issued-by", {"issuer": by}, locale), remaining(c, now, locale)))


def listed(certificates: list[Certificate], now: float | None, locale: str) -> list[str]:
    """One certificate with all its facts, several in one line each."""
    if len(certificates) == 1:
        return full(certificates[0], now, locale)
    lines = ["- " + short(c, now, locale) for c in certificates[:_MOST_CERTIFICATES]]
    if len(certificates) > _MOST_CERTIFICATES:
        lines.append("- " + sentence("ide.and-more", {"count": len(certificates) - _MOST_CERTIFICATES}, locale))
    return lines


def key_row(key: KeyFacts, locale: str) -> str:
    """A private key in one line of Markdown, with what is wrong with it."""
    unknown = sentence("certs.unknown", {}, locale)
    what = public_key_text(key.public) if key.public is not None else printable(key.what)
    text = sentence("certs.key-line", {"kind": what or unknown, "format": key.format or unknown}, locale)
    return text[:1].upper() + text[1:] + ("\n\n" + sentence(f"certs.key-{key.problem}", {"what": printable(key.what)}, locale) if key.problem else "")


def in_text(text: str | None, block: PemBlock) -> Span:
    """The place of a block in the text of its file; without a text in its bytes."""
    if text is None or text.isascii():
        return Span(block.start, block.end)
    data = text.encode("utf-8", "surrogatepass")
    return Span(*(len(data[:at].decode("utf-8", "replace")) for at in (block.start, block.end)))
