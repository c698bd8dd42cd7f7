"""What the TLS material under the cursor is: the file behind a path, the names in cert-allowed-cn, a block of a certificate file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Iterable, Sequence

from dmls.files import Directory, Missing, NotRegular, TooLarge, Unreadable
from dmls.ide.certificate import certificates_of, code, comma, full, in_text, key_row, label, listed
from dmls.ide.values import Hover
from dmls.model import kind as kinds
from dmls.model.tls.allowed_cn import trimmed
from dmls.model.tls.reload import reload_story
from dmls.model.tls_block import CERT, KEY, TlsBlock
from dmls.pki.shown import matches, whole_name
from dmls.syntax.tree import Scalar
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile, Entry
    from dmls.model.tls.cert_use import CertUse, Named, PemContent, Source
    from dmls.pki.facts import Certificate, PemFile

_MOST_USERS = 8
_MOST_CARRIERS = 12


def is_on_material(block: TlsBlock, config: ConfigFile, offset: int) -> bool:
    """Whether the cursor is on a value that names or holds TLS material."""
    entries = (e for m in block.materials for e in (m.path, m.base64, m.bytes) if e is not None)
    return any(config.value_span(e).contains(offset) for e in entries)


def material(use: CertUse, source: Source, users: Sequence[Named], now: float | None, locale: str) -> str:
    """The material of one role, as Markdown; "" where there is nothing to say."""
    lines = [_heading(source, locale), ""]
    pem = source.pem
    if pem is None:
        state = _state(source, locale)
        return f"{lines[0]}\n\n{state}\n" if state else ""
    lines += contents(pem, source.role, now, locale)
    verdict = _verdict(use, source, now, locale)
    if verdict:
        lines += ["", verdict]
    if source.local:
        others = [n for n in users if n.config != use.config.path]
        if others:
            lines += ["", _used_by(others, locale)]
    lines += ["", sentence(f"ide.reload-{reload_story(use.owner, (source.role,), use.version)}", {}, locale)]
    return "\n".join(lines) + "\n"


def contents(pem: PemFile, role: str, now: float | None, locale: str) -> list[str]:
    """What a file holds, as Markdown lines; in the role of a key its keys come first."""
    keys = [key_row(b.key, locale) for b in pem.blocks if b.key is not None]
    certificates = certificates_of(pem)
    lines: list[str] = []
    if role == CERT and certificates:
        lines = full(certificates[0], now, locale)
        if len(certificates) > 1:
            lines += ["", sentence("ide.further", {}, locale), "", *("- " + line for line in _labels(certificates[1:], now, locale))]
    elif certificates:
        lines = listed(certificates, now, locale)
    if keys:
        lines = [*keys, *([""] + lines if lines else [])] if role == KEY else [*lines, "", *keys]
    requests = [b.common_name for b in pem.blocks if b.common_name and b.certificate is None and b.key is None]
    lines += [sentence("certs.request", {"name": code(name)[1:-1]}, locale) for name in requests]
    if not lines:
        lines = [sentence(f"certs.form-{pem.form}", {}, locale) if pem.form != "pem" else sentence("certs.role-none", {}, locale)]
    return lines


def _labels(certificates: Sequence[Certificate], now: float | None, locale: str) -> list[str]:
    return [code(label(c, now, locale)) for c in certificates[:_MOST_CARRIERS]]


def _heading(source: Source, locale: str) -> str:
    role = sentence(f"certs.role-{source.role}", {}, locale)
    if source.is_inline:
        return f"**{sentence('ide.inline', {'what': role}, locale)}**"
    return f"**{role}** {code(source.local or source.path)}"


def _state(source: Source, locale: str) -> str:
    state = source.state
    if isinstance(state, Missing):
        return sentence("ide.file-missing", {}, locale)
    if isinstance(state, Unreadable):
        return sentence("ide.file-unreadable", {"reason": state.reason}, locale)
    if isinstance(state, Directory):
        return sentence("ide.file-folder", {}, locale)
    if isinstance(state, (NotRegular, TooLarge)):
        return sentence("ide.file-unusual", {}, locale)
    return ""


def _verdict(use: CertUse, source: Source, now: float | None, locale: str) -> str:
    """What joins the material with the others of its block: the chain to the CA, the key that fits."""
    if not source.effective:
        return sentence("ide.not-effective", {}, locale)
    if source.role == KEY:
        fits = matches(use.private_key, use.readable_leaf) if use.private_key is not None else None
        return "" if fits is None else sentence("certs.key-matches" if fits else "certs.key-differs", {}, locale)
    if source.role == CERT:
        pair = use.pair
        if pair is not None and pair.error is not None:
            return sentence("certs.go-says", {"text": code(pair.error)}, locale)
        verdict = use.verify(at=now)
        if verdict is None:
            return ""
        if verdict.ok:
            chain = " → ".join(code(whole_name(c)) for c in verdict.chain)
            return sentence("ide.chain", {"chain": chain}, locale)
        return sentence("ide.no-chain", {"text": code(verdict.go_error or verdict.reason)}, locale)
    return ""


def _used_by(users: Sequence[Named], locale: str) -> str:
    names = list(dict.fromkeys(code(n.config.rpartition("/")[2]) + f" ({n.key})" for n in users))
    more = [sentence("ide.and-more", {"count": len(names) - _MOST_USERS}, locale)] if len(names) > _MOST_USERS else []
    return sentence("ide.used-by", {"users": comma(locale).join([*names[:_MOST_USERS], *more])}, locale)


# --- names ---


def allowed_name(block: TlsBlock, offset: int, config: ConfigFile) -> Entry | None:
    """The item of cert-allowed-cn at `offset`."""
    return next((e for e in block.names if isinstance(e.raw, Scalar) and config.value_span(e).contains(offset)), None)


def carriers(block: TlsBlock, entry: Entry, known: Iterable[tuple[str, PemContent]], now: float | None, locale: str) -> str:
    """Which certificates carry the Common Name that an item of cert-allowed-cn allows, as Markdown."""
    name = trimmed(entry.text)
    found = []
    for path, state in known:
        for certificate in certificates_of(state.pem):
            if certificate.subject.common_name == name:
                found.append(f"- {code(path.rpartition('/')[2])}: {code(label(certificate, now, locale))}")
    found = sorted(dict.fromkeys(found))
    lines = [f"**CN {code(name)}**", ""]
    if found:
        lines += [sentence("ide.carried", {}, locale), "", *found[:_MOST_CARRIERS]]
        if len(found) > _MOST_CARRIERS:
            lines.append("- " + sentence("ide.and-more", {"count": len(found) - _MOST_CARRIERS}, locale))
    else:
        lines.append(sentence("ide.not-carried", {}, locale))
    if block.owner == kinds.MASTER and len(block.names) > 1:
        lines += ["", sentence("ide.first-name" if entry.index == 0 else "ide.later-name", {}, locale)]
    return "\n".join(lines) + "\n"


# --- certificate files ---


def block_at(pem: PemFile, text: str, offset: int, users: Sequence[Named], now: float | None, story: Callable[[Named], str], locale: str) -> Hover | None:
    """What the block under the cursor in a certificate file is, and who uses the file."""
    for block in pem.blocks:
        span = in_text(text, block)
        if not span.contains(offset):
            continue
        if block.certificate is not None:
            lines = full(block.certificate, now, locale)
        elif block.key is not None:
            lines = [key_row(block.key, locale)]
        elif block.common_name:
            lines = [sentence("certs.request", {"name": code(block.common_name)[1:-1]}, locale)]
        elif block.error:
            lines = [sentence("certs.go-says", {"text": code(block.error)}, locale)]
        else:
            return None
        if users:
            stories = dict.fromkeys(sentence(f"ide.reload-{story(n)}", {}, locale) for n in users)
            lines += ["", _used_by(users, locale), "", *stories]
        return Hover(span, "\n".join(lines) + "\n")
    return None
