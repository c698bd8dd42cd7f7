"""What stands beside TLS material without being asked for: hints behind values, and lenses above blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Iterator, Sequence

from dmls.ide.certificate import certificates_of, in_text, key_label, label, short
from dmls.ide.values import Hint, Lens, Place
from dmls.model.tls.cert_use import CertUse, Source, printable
from dmls.model.tls_block import CA, KEY
from dmls.pki.shown import whole_name
from dmls.text import Span
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile
    from dmls.model.tls.cert_use import Named
    from dmls.pki.facts import PemFile

_MOST_LINES = 10
_MOST_USERS = 3


def hints(uses: Iterable[CertUse], config: ConfigFile, span: Span, now: float | None, locale: str) -> Iterator[Hint]:
    """One behind every value within `span` that names or holds something readable."""
    for use in uses:
        for source in use.files:
            hint = _hint(use, source, config, now, locale)
            if hint is not None and span.contains(hint.offset):
                yield hint


def _hint(use: CertUse, source: Source, config: ConfigFile, now: float | None, locale: str) -> Hint | None:
    if source.entry is None or source.pem is None:
        return None
    certificates = certificates_of(source.pem)
    tooltip = "\n".join("- " + short(c, now, locale) for c in certificates[:_MOST_LINES])
    if source.role == KEY:
        key = next((b.key for b in source.pem.blocks if b.key is not None), None)
        text = key_label(key, use.readable_leaf, locale) if key is not None else ""
        tooltip = ""
    elif not certificates:
        return None
    elif source.role == CA and len(certificates) > 1:
        # Of several the one that ends first is the one to know about.
        first = min(certificates, key=lambda c: c.not_after)
        text = sentence("ide.several", {"count": len(certificates), "first": label(first, now, locale)}, locale)
    else:
        text = label(certificates[0], now, locale)
    if not text:
        return None
    value = config.value_span(source.entry)
    lines = config.tree.lines
    end = lines.line_span(lines.line_of(value.start)).end
    return Hint(min(value.end, end), text, tooltip)


def lenses(uses: Iterable[CertUse], config: ConfigFile, now: float | None, locale: str) -> Iterator[Lens]:
    """One above each TLS block: whose certificate it shows, and whether its own CA stands behind it."""
    for use in uses:
        first = next((m.entry for m in use.block.materials if m.entry is not None), None)
        leaf = use.readable_leaf
        if first is None or leaf is None or use.cert is None:
            continue
        verdict = use.verify(at=now)
        title = label(leaf, now, locale)
        if verdict is not None:
            said = (
                sentence("ide.lens-signed", {"ca": printable(whole_name(verdict.chain[-1]))}, locale)
                if verdict.ok and verdict.chain
                else sentence("ide.lens-refused", {"text": printable(verdict.go_error or verdict.reason)}, locale)
            )
            title = f"{title} · {said}"
        target = Place(use.cert.local, Span(0, 0)) if use.cert.local else None
        yield Lens(config.key_span(first), title, target)


def file_lenses(pem: PemFile, text: str, users: Sequence[Named], now: float | None, locale: str) -> Iterator[Lens]:
    """In a certificate file: who uses it, and above every block what it is."""
    top = Span(0, 0)
    for named in users[:_MOST_USERS]:
        title = sentence("ide.lens-used", {"key": named.key, "file": named.config.rpartition("/")[2]}, locale)
        yield Lens(top, title, Place(named.config, named.span))
    if len(users) > _MOST_USERS:
        yield Lens(top, sentence("ide.and-more", {"count": len(users) - _MOST_USERS}, locale))
    leaf = next(iter(certificates_of(pem)), None)
    for block in pem.blocks:
        if block.certificate is not None:
            yield Lens(in_text(text, block), label(block.certificate, now, locale))
        elif block.key is not None:
            yield Lens(in_text(text, block), key_label(block.key, leaf, locale))
