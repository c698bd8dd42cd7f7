"""The two ends of a connection that DM makes, and what can become of it; `model.handshake` judges.

Five kinds of connections (dm-tls.md §1.1, 1.2), each a pair of what dials and what listens:

* ``master``: DM's own helper dials a master's port 8261, where the etcd inside the master does TLS,
* ``join``: the same by a master that joins others, which leaves its `cert-allowed-cn` out (dm/master/etcd.go:126),
* ``peer``: etcd dials etcd, port 8291,
* ``worker``: DM's helper dials a worker's port 8262, where DM's helper listens,
* ``db``: DM's helper, with material in memory, dials a database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.named import NamedTuple

if TYPE_CHECKING:
    from dmls.pki.facts import PemFile
    from dmls.version import Version

MASTER, JOIN, PEER, WORKER, DB = "master", "join", "peer", "worker", "db"
HANDSHAKE, CONFIG, PLAINTEXT, MISMATCH = "handshake", "config", "plaintext", "plaintext-mismatch"
DIALER, LISTENER = "dialer", "listener"


class Given(NamedTuple):
    """A material that is set.  `pem` is None where it cannot be read, and `error` then is Go's text.

    Without either nobody here knows what the file holds: it lies on another machine.
    """

    path: str
    pem: PemFile | None
    error: str = ""

    @property
    def unseen(self) -> bool:
        return self.pem is None and not self.error


class End(NamedTuple):
    """What one end is given; None for what is not set.

    `client_auth` ("require", "if-given" or ""), `offers_tls` and `max_tls` (a version such as "1.2", "" for the newest) say what a database server wants and knows; of DM's own listeners they follow from the rest.
    """

    ca: Given | None = None
    cert: Given | None = None
    key: Given | None = None
    allowed_cn: tuple[str, ...] = ()
    client_auth: str = ""
    offers_tls: bool = True
    max_tls: str = ""

    @property
    def has_any(self) -> bool:
        return self.ca is not None or self.cert is not None or self.key is not None

    @property
    def by_contents(self) -> End:
        """The same as DM's connections to databases see it: they read the files before they ask whether there are any, so that an empty one counts as none (dm-tls.md fact 9c)."""
        ca, cert, key = (None if g is not None and g.pem is not None and g.pem.size == 0 else g for g in (self.ca, self.cert, self.key))
        return self._replace(ca=ca, cert=cert, key=key)


class Link(NamedTuple):
    """One connection that DM makes.  `host` is what is dialled and `source` where the dialer comes from, without ports.

    `binlog` marks the connection to a database that reads its binlog: it sets no server name.
    """

    pair: str
    dialer: End
    listener: End
    host: str
    version: Version
    source: str = ""
    binlog: bool = False


class Step(NamedTuple):
    """One thing that happens, in order; `what` is a message id below ``link.``."""

    side: str
    what: str
    ok: bool
    args: dict[str, object]


class Handshake(NamedTuple):
    """The outcome.  The errors are what each side prints, None where it prints nothing.

    `known` is False where a file that nobody here has seen may spoil what seems to succeed; what fails, fails in any case.
    `reason` is why a chain is not verified (`pki.chain.Verdict.reason`), "" where none was refused.
    """

    ok: bool
    stage: str
    dialer_error: str | None
    listener_error: str | None
    steps: tuple[Step, ...]
    known: bool = True
    reason: str = ""
