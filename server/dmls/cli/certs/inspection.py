"""What Go and etcd make of one file, and all that it holds."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from dmls.cli.certs.facts import certificate_facts, key_facts
from dmls.cli.console import Console
from dmls.cli.refusal import refusal
from dmls.disk import RealDisk
from dmls.files import PEM_LIMIT, Content, Disk
from dmls.pki.facts import Certificate, GoVersion, KeyFacts, PemBlock, PemFile
from dmls.pki.file import CERTIFICATE, REQUESTS, blocks, etcd_pool_error, guess_role, key_error, key_pair, pool, private_key, read
from dmls.pki.shown import matches

VERSION = 1
NO_CAS = "failed to append ca certs"
"""What DM says where `AppendCertsFromPEM` found nothing; Go itself only says false."""


class Source(NamedTuple):
    """A file that was read, under the name that the user gave it."""

    name: str
    pem: PemFile

    def line(self, offset: int) -> int:
        """The line that the byte at `offset` stands in, from 1."""
        return bisect_right(self.pem.line_starts, offset)


def read_source(name: str, console: Console, disk: Disk | None = None) -> Source | None:
    """The file called `name`; None where it cannot be read, which is then told to the user."""
    state = (RealDisk() if disk is None else disk).read(name, PEM_LIMIT)
    if isinstance(state, Content):
        return Source(name, read(state.data))
    message, args = refusal(state, "pem-")
    console.note(message, path=name, **args)
    return None


class Verdict(NamedTuple):
    """What a reader makes of a file; `error` is its own text, None where it takes the file."""

    error: str | None
    certificates: int = 0

    @property
    def ok(self) -> bool:
        return self.error is None


class Inspection(NamedTuple):
    """`role` is what the file was judged as: "ca", "cert", "key", "request", or "" for what could be any."""

    source: Source
    role: str
    key: Source | None
    go_version: GoVersion
    at: float
    go: Verdict
    etcd: Verdict

    @property
    def certificates(self) -> list[Certificate]:
        """The certificates that some Go version reads, in order."""
        return [b.certificate for b in certificate_blocks(self.source.pem, self.go_version) if b.certificate is not None]

    @property
    def keys(self) -> list[KeyFacts]:
        return [b.key for b in blocks(self.source.pem, self.go_version) if b.key is not None]

    @property
    def requests(self) -> list[str]:
        """The Common Names of signing requests."""
        return [b.common_name for b in blocks(self.source.pem, self.go_version) if b.type in REQUESTS]

    @property
    def unreadable(self) -> list[tuple[int, str]]:
        """Certificates that no Go reads: the offset of the block and Go's text."""
        return [(b.start, b.error) for b in certificate_blocks(self.source.pem, self.go_version) if b.certificate is None]

    @property
    def other_key(self) -> KeyFacts | None:
        """The key of `--key`."""
        return private_key(self.key.pem, self.go_version) if self.key is not None else None

    @property
    def leaf(self) -> Certificate | None:
        """The certificate that Go's TLS takes for the own one, which is the first; None where it cannot be read."""
        return next((b.certificate for b in certificate_blocks(self.source.pem, self.go_version)), None)

    def belongs(self, key: KeyFacts) -> bool | None:
        """Whether the key is that of the first certificate of this file; None where there is nothing to compare."""
        return matches(key, self.leaf)


def certificate_blocks(pem: PemFile, go: GoVersion) -> list[PemBlock]:
    """What is meant as a certificate.  etcd takes any block for one, so the content of a block does not tell, only its label does."""
    return [b for b in blocks(pem, go) if b.type == CERTIFICATE]


def inspect(source: Source, role: str, key: Source | None, go: GoVersion, at: float) -> Inspection:
    pem = source.pem
    role = role or guess_role(pem)
    error = etcd_pool_error(pem, go)
    found = pool(pem, go)
    count = len(found.certificates)
    if role == "ca":
        verdict = Verdict(None if found.appended_ok else NO_CAS, count)
    elif role == "key":
        verdict = Verdict(key_error(pem, go), count)
    else:
        verdict = Verdict(key_pair(pem, key.pem if key is not None else None, go).error, count)
    return Inspection(source, role, key, go, at, verdict, Verdict(error, count))


def to_json(found: Inspection) -> dict[str, object]:
    """One line of `dmls certs inspect --format json`."""
    first = found.leaf
    out: dict[str, object] = {
        "version": VERSION,
        "file": found.source.name,
        "role": found.role or None,
        "form": found.source.pem.form,
        "certificates": [certificate_facts(c, found.go_version, found.at) for c in found.certificates],
        "keys": [key_facts(k, first) for k in found.keys],
        "requests": [{"common_name": name} for name in found.requests],
        "unreadable": [{"line": found.source.line(start), "error": error} for start, error in found.unreadable],
        "damage": [{"kind": d.kind, "line": found.source.line(d.start), "start": d.start, "end": d.end} for d in found.source.pem.damage],
        "go": {"ok": found.go.ok, "certificates": found.go.certificates, "error": found.go.error},
        "etcd": {"ok": found.etcd.ok, "error": found.etcd.error},
    }
    if found.key is not None:
        other = found.other_key
        out["key"] = {"file": found.key.name, **(key_facts(other, first) if other is not None else {"problem": "no-key", "matches": None})}
    return out
