"""From the files of two components to the one connection that the first opens to the second."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmls.files import Denied, Directory, Missing, NotRegular, Pending, TooLarge, Unreadable
from dmls.model import handshake
from dmls.model import kind as kinds
from dmls.model.endpoint import Endpoint, endpoints
from dmls.model.handshake import End, Given, Link
from dmls.model.host_check import advertised_hosts, peer_hosts
from dmls.schema import keys as k

if TYPE_CHECKING:
    from dmls.model.cert_use import CertUse, Source
    from dmls.model.config_file import ConfigFile
    from dmls.version import Version

NOT_CONNECTED, NO_HOST, NOT_READ = "not-connected", "no-host", "not-read"
"""Why no connection can be told of: the first never calls the second; no address of the second is known; a certificate file was not looked at."""

_PAIRS = {
    (kinds.WORKER, kinds.MASTER): handshake.MASTER,
    (kinds.DMCTL, kinds.MASTER): handshake.MASTER,
    (kinds.MASTER, kinds.MASTER): handshake.PEER,
    (kinds.MASTER, kinds.WORKER): handshake.WORKER,
}


class Party(NamedTuple):
    """One end: its file, and what its TLS keys name, None where it has none."""

    config: ConfigFile
    use: CertUse | None


class Unclear(NamedTuple):
    """Why no connection can be told of; one of the three words above, and the file or key it is about."""

    why: str
    about: str


def connect(dialer: Party, listener: Party, version: Version) -> Link | Unclear:
    """The connection from one component to another; a master that is given twice calls itself."""
    kind = (dialer.config.kind, listener.config.kind)
    pair = _PAIRS.get(kind)
    if pair is None:
        return Unclear(NOT_CONNECTED, listener.config.path)
    if pair == handshake.PEER and dialer.config.path == listener.config.path:
        pair = handshake.MASTER
    host = _dialled(pair, dialer.config, listener.config)
    if not host:
        return Unclear(NO_HOST, listener.config.path)
    ends = []
    for party in (dialer, listener):
        end = _end(party)
        if isinstance(end, Unclear):
            return end
        ends.append(end)
    source = next(iter(peer_hosts(dialer.config)), "") if pair == handshake.PEER else ""
    return Link(pair, ends[0], ends[1], host, version, source)


def _dialled(pair: str, dialer: ConfigFile, listener: ConfigFile) -> str:
    """The host that the dialer calls, "" where it is not known."""
    if pair == handshake.PEER:
        return next(iter(peer_hosts(listener)), "")
    own = advertised_hosts(listener)
    if dialer.kind == kinds.WORKER:
        # It calls what its own file says, at first; which of several masters that is, addresses tell.
        joined = endpoints(dialer, k.JOIN)
        addresses = {_address(e) for e in endpoints(listener, k.ADVERTISE_ADDR, k.MASTER_ADDR)}
        same = [e.host for e in joined if _address(e) in addresses]
        if same or len(joined) == 1:
            return (same or [joined[0].host])[0]
    return next(iter(own), "")


def _address(endpoint: Endpoint) -> tuple[str, str | None]:
    return endpoint.host.lower(), endpoint.port


def _end(party: Party) -> End | Unclear:
    """The material of one end.  dmctl overwrites what its file names with its flags (dm-tls.md §1.5), so that only the list counts."""
    config = party.config
    block = next(iter(config.tls_blocks), None)
    names = tuple(e.text for e in block.names) if block is not None else ()
    use = party.use
    if use is None:
        return End(allowed_cn=names)
    given: list[Given | None] = []
    for source in (use.ca, use.cert, use.key):
        if source is not None and isinstance(source.state, (Pending, Denied)):
            return Unclear(NOT_READ, source.path)
        given.append(_given(source) if source is not None else None)
    return End(given[0], given[1], given[2], names)


def _given(source: Source) -> Given:
    """A source with Go's words where there is nothing to read."""
    state = source.state
    if isinstance(state, Missing):
        error = f"open {source.path}: no such file or directory"
    elif isinstance(state, Directory):
        error = f"read {source.path}: is a directory"
    elif isinstance(state, Unreadable):
        error = f"open {source.path}: permission denied"
    elif isinstance(state, (NotRegular, TooLarge)):
        error = f"read {source.path}: not looked at"
    else:
        error = ""
    return Given(source.path, source.pem, error)
