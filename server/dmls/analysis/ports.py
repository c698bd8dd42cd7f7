"""What a snapshot asks of the workspace that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Mapping, Protocol, Sequence

from dmls.model.tls.cert_use import Lookup, Nothing, PemContent

if TYPE_CHECKING:
    from dmls.clusters import Clusters
    from dmls.model.tls.cluster import Card


class Certificates(Protocol):
    """What the workspace knows of certificate files."""

    def lookup(self, user: str) -> Lookup:
        """The disk as the file `user` may ask it; what it asks is what it depends on."""

    def users(self, path: str) -> Sequence[str]:
        """The configurations that asked for the file at `path`."""

    def known(self) -> Iterable[tuple[str, PemContent]]:
        """Every certificate file that was read."""


class Deployments(Protocol):
    """What the workspace remembers of clusters."""

    @property
    def clusters(self) -> Clusters: ...

    def top_of(self, folder: str) -> str:
        """The nearest folder at or above `folder` that has a `.dmls.toml` or is a workspace folder; itself where there is none."""

    def undealt(self, path: str) -> bool:
        """Whether the cards of a file have to be taken anew."""

    def deal(self, cards: Mapping[str, Sequence[Card]]) -> None:
        """Take note of the cards of these files."""

    def starters(self, path: str) -> Sequence[str]:
        """The scripts that start a program with the file at `path`."""

    def given(self, path: str) -> frozenset[str]:
        """The keys that such a script sets, or may set, with flags."""

    def seek(self) -> Sequence[str]:
        """The YAML files among which there may be sources that nobody has looked for yet."""

    def is_source(self, path: str) -> bool:
        """Whether a file is known as that of a source."""

    @property
    def are_sought(self) -> bool:
        """Whether any task has asked which sources there are."""

    def sources(self, path: str, named: frozenset[str]) -> tuple[frozenset[str], list[Card]]:
        """The sources that a task which names these ids can mean, by id, and in files the nearest level first."""


class _NoCertificates:
    def lookup(self, user: str) -> Lookup:
        return Nothing()

    def users(self, path: str) -> Sequence[str]:
        return ()

    def known(self) -> Iterable[tuple[str, PemContent]]:
        return ()


NO_CERTIFICATES: Certificates = _NoCertificates()
