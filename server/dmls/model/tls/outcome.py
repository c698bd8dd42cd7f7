"""What a user sees of a TLS mistake: which process complains, with which number and text, or with none at all.

Sources: dm-tls.md §1.3 and §1.4.  The CA is read when a process starts.  Certificate and key are loaded by the etcd of a master when it
starts; by the new TLS helper's own connections only inside each handshake, where gRPC hides the cause behind a timeout; by the old helper when
the process starts.
"""

from __future__ import annotations

from dmls.model import kind as kinds
from dmls.model.dm_error import DmError
from dmls.model.tls_block import CA
from dmls.named import NamedTuple
from dmls.version import NEW_TLS_HELPER, Version

_ETCD = DmError(
    38038,
    "dm-master",
    "high",
    "fail to start embed etcd",
    "Please check all dm-master of `initial-cluster` in configuration file is up, and check the log for a detailed error.",
)
_CONFIG = {
    kinds.MASTER: DmError(38051, "dm-master", "high", "TLS config not valid", "Please check the `ssl-ca`, `ssl-cert` and `ssl-key` config in master configuration file."),
    kinds.WORKER: DmError(40076, "dm-worker", "high", "TLS config not valid", "Please check the `ssl-ca`, `ssl-cert` and `ssl-key` config in worker configuration file."),
}
_JOIN = DmError(40077, "dm-worker", "high", "cannot join with master endpoints", "Please check network connection of worker and check worker name is unique.")
_CAMPAIGN = DmError(11107, "functional", "high", "fail to campaign leader: create the initial session")
_CONTROL = DmError(48001, "dmctl", "high", "can not create grpc connection", "Please check your network connection.")
_LOAD = DmError(48003, "dmctl", "high", "can not load tls config", "Please ensure that the tls certificate is accessible on the node currently running dmctl.")
_CONNECTION = DmError(11112, "functional", "medium", "invalid TLS config", "Please check the `ssl-ca`, `ssl-cert` and `ssl-key` config.")

HIDDEN_IN = "hidden"
"""The argument of a finding that says whose log is silent about the cause: "worker".  Its sentence gets a second one about that."""


class Outcome(NamedTuple):
    """`codes` and `text` are DM's.  `args` belong among the arguments of the finding."""

    codes: tuple[int, ...]
    text: str
    args: dict[str, object] = {}


NONE = Outcome((), "")


def _of(error: DmError, cause: str) -> Outcome:
    return Outcome((error.code,), error.text(cause))


def _timeout() -> Outcome:
    return Outcome((_JOIN.code,), _JOIN.text("context deadline exceeded"), {HIDDEN_IN: kinds.WORKER})


def unreadable(owner: str, role: str, cause: str, version: Version) -> Outcome:
    """A file that cannot be opened or read; `cause` is Go's text, such as ``open /x: no such file or directory``."""
    if owner in kinds.DATABASES:
        return _of(_LOAD, cause)
    if role == CA:
        return _of(_CONFIG[owner], f"could not read ca certificate: {cause}") if owner in _CONFIG else NONE
    return _pair(owner, cause, version)


def bad_ca(owner: str, version: Version) -> Outcome:
    """A CA file without any certificate that Go takes."""
    return _refused(owner, "failed to append ca certs")


def etcd_ca(cause: str) -> Outcome:
    """A CA file that the etcd inside a master cannot read, while DM itself can."""
    return _of(_ETCD, cause)


def bad_pair(owner: str, go_error: str, version: Version) -> Outcome:
    """A certificate and a key that Go cannot load; `go_error` is what `tls.X509KeyPair` says."""
    if owner in kinds.DATABASES:
        return _refused(owner, f"could not load client key pair: {go_error}")
    return _pair(owner, go_error, version)


def refused_self(owner: str, cause: str) -> Outcome:
    """A master whose own connections are refused; the cause stands in its log only."""
    return _of(_CAMPAIGN, cause) if owner == kinds.MASTER else NONE


def refused_peer(owner: str, address: str = "") -> Outcome:
    """A component that its peers refuse: a worker sees a timeout, a master cannot campaign, dmctl cannot connect to `address`."""
    if owner == kinds.WORKER:
        return _timeout()
    if owner == kinds.DMCTL:
        return no_connection(address)
    return _of(_CAMPAIGN, "context deadline exceeded") if owner == kinds.MASTER else NONE


def no_connection(address: str) -> Outcome:
    """What dmctl says of a master that it cannot reach, whatever the cause."""
    text = _CONTROL._replace(message=f"can't connect to {address}").text("context deadline exceeded")
    return Outcome((_CONTROL.code,), text, {HIDDEN_IN: kinds.DMCTL})


def _pair(owner: str, go_error: str, version: Version) -> Outcome:
    if version not in NEW_TLS_HELPER:
        return _refused(owner, f"could not load client key pair: {go_error}")
    if owner == kinds.MASTER:
        return _of(_ETCD, go_error)
    return _timeout() if owner == kinds.WORKER else NONE


def _refused(owner: str, cause: str) -> Outcome:
    if owner in kinds.DATABASES:
        return _of(_CONNECTION, cause)
    return _of(_CONFIG[owner], cause) if owner in _CONFIG else NONE


def bad_file(owner: str, role: str, go_error: str, version: Version) -> Outcome:
    """A file that holds nothing Go can use for its role; `go_error` is what Go says of a certificate or key."""
    return bad_ca(owner, version) if role == CA else bad_pair(owner, go_error, version)


def absent(owner: str, role: str, path: str, version: Version) -> Outcome:
    """A path under which there is no file."""
    return unreadable(owner, role, f"open {path}: no such file or directory", version)


_MASTER_TO_WORKER = 38004
_DATABASE = 10001


def refused_chain(owner: str, go_error: str) -> Outcome:
    """A certificate that Go does not verify.

    `text` holds Go's words.  Of a component they stand in the log of the end that refuses; the message with the code shows a timeout.
    For a database `owner` is the kind of file that holds the CA, and DM itself refuses the server.
    """
    if owner in kinds.DATABASES:
        return Outcome((_DATABASE,), f"database driver error, RawCause: can't verify certificate, maybe different CA is used: {go_error}")
    return refused_peer(owner)._replace(text=go_error)


def refused_server(owner: str, go_error: str) -> Outcome:
    """A component's certificate that is refused where the component is the server: a master calls itself, a worker is called by masters."""
    return Outcome((_MASTER_TO_WORKER,), go_error) if owner == kinds.WORKER else refused_chain(owner, go_error)
