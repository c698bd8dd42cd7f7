"""Offers for TLS material: files of the right role, and Common Names of certificates that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Iterator, NamedTuple

from dmls.files import Directory
from dmls.ide.certificate import certificates_of, is_authority, key_label, label, short
from dmls.ide.values import Completion
from dmls.model.kind import CERTIFICATE_SUFFIXES
from dmls.model.tls.cert_use import PemContent, Surroundings, printable
from dmls.model.tls_block import CA, CERT, KEY, PATHS
from dmls.model.tls_path import candidates, folder_of
from dmls.pki.shown import matches
from dmls.text import Span
from dmls.words.catalogue import sentence

if TYPE_CHECKING:
    from dmls.model.config_file import ConfigFile
    from dmls.pki.facts import Certificate, PemFile

ROLES = {key: role for role, key in PATHS.items()}
"""The role of each key that names a file."""
MOST_FILES = 64
"""Files of one folder that are looked into for an offer."""
_ANY_NAME = "x"


class _Offer(NamedTuple):
    rank: int
    detail: str
    documentation: str


def paths(config: ConfigFile, key: str, typed: str, span: Span, quote: str, around: Surroundings, leaf: Certificate | None, locale: str) -> list[Completion]:
    """The files and folders that continue the path `typed`, best first; `leaf` is the certificate that a key should fit."""
    head = typed[: typed.rfind("/") + 1]
    role = ROLES[key]
    places = candidates(head + _ANY_NAME, config.path, around.settings, around.folders)
    out: dict[str, Completion] = {}
    for place in places:
        folder = folder_of(place)
        listed = around.lookup.list(folder)
        for name in listed.entries if isinstance(listed, Directory) else ():
            path = head + name
            if name in out or name.startswith(".") and not typed[len(head) :].startswith("."):
                continue
            if name.endswith("/"):
                out[name] = Completion(name, "folder", "", "", f"{quote}{path}{quote}", span, False, f"8{name}", f"{quote}{path}")
            elif name.lower().endswith(CERTIFICATE_SUFFIXES) and len(out) < MOST_FILES:
                state = around.lookup.pem(f"{folder.rstrip('/')}/{name}")
                offer = _offer(state.pem, role, leaf, around.now, locale) if isinstance(state, PemContent) else _Offer(7, "", "")
                if offer is not None:
                    text = f"{quote}{path}{quote}"
                    out[name] = Completion(name, "file", offer.detail, offer.documentation, text, span, False, f"{offer.rank}{name}", f"{quote}{path}")
    return list(out.values())


def _offer(pem: PemFile, role: str, leaf: Certificate | None, now: float | None, locale: str) -> _Offer | None:
    """How well a file does in a role and what it is; None where it does not."""
    if role == KEY:
        key = next((b.key for b in pem.blocks if b.key is not None), None)
        if key is None:
            return None
        fits = matches(key, leaf)
        return _Offer(0 if fits else 6 if fits is False or key.problem else 2, key_label(key, leaf, locale), "")
    found = certificates_of(pem)
    if not found:
        return None
    authority = is_authority(found[0])
    # A certificate in the CA's place and the reverse can be meant, but seldom is.
    rank = 1 if authority == (role == CA) else 6
    if rank == 6 and role == CERT:
        return None
    documentation = "\n".join("- " + short(c, now, locale) for c in found[:10])
    return _Offer(rank, label(found[0], now, locale), documentation)


def names(known: Iterable[tuple[str, PemContent]], taken: set[str], span: Span, quote: str, now: float | None, locale: str) -> Iterator[Completion]:
    """The Common Names of known certificates that are no authorities, each with where it was found."""
    found: dict[str, tuple[Certificate, list[str]]] = {}
    for path, state in known:
        for certificate in certificates_of(state.pem):
            name = certificate.subject.common_name
            if name and name == name.strip() and name == printable(name) and name not in taken and not is_authority(certificate):
                files = found.setdefault(name, (certificate, []))[1]
                files.append(path.rpartition("/")[2])
    for name in sorted(found):
        certificate, files = found[name]
        files = list(dict.fromkeys(files))
        detail = sentence("ide.cn-in", {"file": files[0]}, locale) if len(files) == 1 else sentence("ide.cn-in-files", {"count": len(files)}, locale)
        text = name if not quote else quote + name.replace("\\", "\\\\").replace('"', '\\"') + quote
        yield Completion(name, "value", detail, short(certificate, now, locale), text, span, False, f"0{name}", f"{quote}{name}")
