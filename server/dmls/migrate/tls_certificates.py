"""Which certificate each party of a deployment gets, out of a folder of PEM files."""

from __future__ import annotations

from typing import NamedTuple, Sequence

from dmls.files import Directory, Pending
from dmls.migrate.change import ADVICE, DUTY, CannotDo, Note, Request
from dmls.model.kind import CERTIFICATE_SUFFIXES
from dmls.model.tls.cert_use import PemContent
from dmls.model.tls_block import CA
from dmls.pki import chain, file
from dmls.pki.facts import Certificate, GoVersion, PemFile

_MOST = 500
"""Files of a folder that are looked at."""


class Wanted(NamedTuple):
    """A party that needs a certificate: `id` is the caller's own, `words` are what a file for it may be called, `hosts` what it is called by."""

    id: str
    name: str
    words: tuple[str, ...]
    hosts: tuple[str, ...]


class Chosen(NamedTuple):
    """Paths on this machine.  `pairs` has a certificate and a key by the party's id; `common_name` is "" where they differ.

    `fits` tells whether every certificate names every host of its party.
    """

    ca: str
    pairs: dict[str, tuple[str, str]]
    common_name: str
    fits: bool
    notes: tuple[Note, ...] = ()


class _Pair(NamedTuple):
    cert: str
    key: str
    leaf: Certificate


def choose(request: Request, folder: str, wanted: Sequence[Wanted], go: GoVersion) -> Chosen:
    """The CA of a folder, and for each party the pair that fits it best.

    First come those that name all hosts of the party, then those whose file is called like it, then those for all.  Raises CannotDo where the
    folder has no CA, or no pair that this CA has issued.
    """
    found = _files(request, folder)
    if found is None:
        return Chosen("", {}, "", False)
    authorities = [(path, file.pool(pem, go).certificates) for path, pem in found if file.guess_role(pem) == CA]
    pairs = _pairs(found, go)
    best: tuple[str, list[_Pair]] = ("", [])
    for path, roots in authorities:
        issued = [pair for pair in pairs if roots and chain.verify(pair.leaf, (), roots, request.now, "any", go).ok]
        if not best[0] or len(issued) > len(best[1]):
            best = path, issued
    ca, issued = best
    if not ca:
        raise CannotDo("tls-change.no-ca", path=folder)
    if not issued:
        raise CannotDo("tls-change.no-pair", path=folder, ca=ca.rpartition("/")[2])
    # One that a server may not show, or that names a host of nobody, is for callers.
    chosen: dict[str, tuple[str, str]] = {}
    notes = []
    fits = True
    for party in wanted:
        pair = max(issued, key=lambda pair: _rank(pair, party, go))
        chosen[party.id] = (pair.cert, pair.key)
        missing = [host for host in party.hosts if not chain.verify_host(pair.leaf, host, go).ok]
        if missing:
            fits = False
            notes.append(Note(DUTY, "tls-change.no-host", {"name": party.name, "file": pair.cert.rpartition("/")[2], "hosts": ", ".join(missing)}))
    names = {pair.leaf.subject.common_name for pair in issued if (pair.cert, pair.key) in chosen.values()}
    common = names.pop() if len(names) == 1 else ""
    if names:
        notes.append(Note(ADVICE, "tls-change.several-names"))
    return Chosen(ca, chosen, common, fits, tuple(notes))


def _files(request: Request, folder: str) -> list[tuple[str, PemFile]] | None:
    """The certificate and key files of a folder; None while they are looked at."""
    lookup = request.files.lookup(folder + "/")
    listed = lookup.list(folder)
    if isinstance(listed, Pending):
        return None
    if not isinstance(listed, Directory):
        raise CannotDo("tls-change.no-folder", path=folder)
    states = [(path, lookup.pem(path)) for path in (f"{folder}/{name}" for name in listed.entries[:_MOST] if name.lower().endswith(CERTIFICATE_SUFFIXES))]
    if any(isinstance(state, Pending) for _, state in states):
        return None
    return [(path, state.pem) for path, state in states if isinstance(state, PemContent)]


def _pairs(found: Sequence[tuple[str, PemFile]], go: GoVersion) -> list[_Pair]:
    keys = {}
    for path, pem in found:
        facts = file.private_key(pem, go)
        if facts is not None and not facts.problem and facts.public is not None:
            keys.setdefault(facts.public.identity, path)
    out = []
    for path, pem in found:
        own = file.key_pair(pem, None, go).chain
        key = keys.get(own[0].public_key.identity) if own and file.guess_role(pem) != CA else None
        if key is not None:
            out.append(_Pair(path, key, own[0]))
    return out


def _rank(pair: _Pair, party: Wanted, go: GoVersion) -> tuple[int, int, int, int]:
    name = pair.cert.rpartition("/")[2].rpartition(".")[0].lower()
    covered = sum(chain.verify_host(pair.leaf, host, go).ok for host in party.hosts)
    called = max((len(party.words) - i for i, word in enumerate(party.words) if word and word.lower() in name), default=0)
    both = len({"serverAuth", "clientAuth"} & set(pair.leaf.extended_key_usages)) if pair.leaf.extended_key_usages else 2
    return covered, called, both, -len(pair.leaf.dns_names) - len(pair.leaf.ip_addresses)
