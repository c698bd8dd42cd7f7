"""Will this handshake succeed, and if not, what will each side print?  Pure: materials in, the story of one connection out.

The kinds of connections are those of `model.link`.  The helper is tidb's `NewTLSConfig` (`NEW_TLS_HELPER`) or, in older DM, tidb-tools' `ToTLSConfigWithVerify`; errata 17 says which DM has which.
Texts are Go's; those of handshakes that were run are in the vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmls.model.allowed_cn import trimmed
from dmls.model.link import (
    CONFIG,
    DB,
    DIALER,
    HANDSHAKE,
    JOIN,
    LISTENER,
    MASTER,
    MISMATCH,
    PEER,
    PLAINTEXT,
    WORKER,
    End,
    Given,
    Handshake,
    Link,
    Step,
)
from dmls.pki import file
from dmls.pki.chain import verify, verify_host
from dmls.pki.names import matches, parse_ip
from dmls.version import NEW_TLS_HELPER, go_of

if TYPE_CHECKING:
    from dmls.pki.chain import Verdict
    from dmls.pki.facts import Certificate, GoVersion

_NO_RECORD = "tls: first record does not look like a TLS handshake"
_ALERT_AS_TEXT = "plain text: the answer is a TLS alert"
_NOT_VERIFIED = "can't verify certificate, maybe different CA is used: "
_NO_CERTIFICATE = "tls: client didn't provide a certificate"
_REFUSED = "client certificate authentication failed"
_NO_NAME = "tls: either ServerName or InsecureSkipVerify must be specified in the tls.Config"
_UNKNOWN = "x509: certificate signed by unknown authority"
_WRAPS_SINCE: GoVersion = (1, 20)
"""From this Go on a failed verification is wrapped (tls.CertificateVerificationError)."""


class _Failed(Exception):
    """The story ends here."""

    def __init__(self, stage: str, dialer: str | None, listener: str | None) -> None:
        super().__init__(stage)
        self.stage = stage
        self.dialer = dialer
        self.listener = listener


def judge(link: Link, now: float | None) -> Handshake:
    """What happens on one connection at the moment `now`, in seconds since 1970; None leaves dates out."""
    story = _Story(link, now)
    try:
        stage = story.run()
    except _Failed as failed:
        return Handshake(False, failed.stage, failed.dialer, failed.listener, tuple(story.steps), True, story.reason)
    return Handshake(True, stage, None, None, tuple(story.steps), story.known)


class _Story:
    def __init__(self, link: Link, now: float | None) -> None:
        self.link = link
        self.now = now
        self.go = go_of(link.version)
        self.new = link.version in NEW_TLS_HELPER
        self.steps: list[Step] = []
        self.known = True
        self.reason = ""
        self.by_etcd = link.pair == PEER
        """Whether etcd dials, and not DM's helper."""

    def step(self, side: str, what: str, ok: bool = True, **args: object) -> None:
        self.steps.append(Step(side, what, ok, args))

    def fail(self, side: str, what: str, dialer: str | None, listener: str | None, stage: str = HANDSHAKE, **args: object) -> _Failed:
        """The last step, as an exception to raise."""
        self.step(side, what, False, **args)
        return _Failed(stage, dialer, listener)

    # --- the whole ---

    def run(self) -> str:
        self.configure()
        dials, listens = self.dials_tls(), self.listens_tls()
        self.step(DIALER, "dials-tls" if dials else "dials-plain", host=self.link.host)
        if not dials and not listens:
            self.step(LISTENER, "listens-plain")
            return PLAINTEXT
        if not listens:
            error = "TLS requested but server does not support TLS" if self.link.pair == DB else _NO_RECORD
            raise self.fail(LISTENER, "listens-plain", error, None, MISMATCH)
        if not dials:
            if self.link.pair == DB:
                # A database speaks its own protocol first and lets both in, unless the account demands TLS.
                self.step(LISTENER, "listens-both")
                return PLAINTEXT
            raise self.fail(LISTENER, "listens-tls", _ALERT_AS_TEXT, _NO_RECORD, MISMATCH)
        self.step(LISTENER, "listens-tls")
        self.check_server()
        self.check_client()
        return HANDSHAKE

    def dials_tls(self) -> bool:
        if self.by_etcd or not self.new:
            return self.link.dialer.ca is not None
        return self.link.dialer.has_any

    def listens_tls(self) -> bool:
        listener = self.link.listener
        if self.link.pair == DB:
            return listener.offers_tls
        if self.link.pair == WORKER and self.new:
            return listener.has_any
        return listener.ca is not None

    # --- before any connection ---

    def configure(self) -> None:
        """Each end refuses its own settings where it reads them at its start."""
        dialer = self.refusal(self.link.dialer, etcd=self.by_etcd) if self.dials_tls() else None
        listener = None
        if self.link.pair != DB and self.listens_tls():
            listener = self.refusal(self.link.listener, etcd=self.link.pair in (MASTER, JOIN, PEER))
        if dialer is not None:
            self.step(DIALER, "refuses-settings", False, text=dialer)
        if listener is not None:
            self.step(LISTENER, "refuses-settings", False, text=listener)
        if dialer is not None or listener is not None:
            raise _Failed(CONFIG, dialer, listener)
        if self.link.pair == DB and self.link.binlog and self.link.dialer.allowed_cn and self.dials_tls():
            # go-mysql fills in no ServerName (dm-tls.md fact 7).
            raise self.fail(DIALER, "no-server-name", _NO_NAME, "EOF")

    def refusal(self, end: End, etcd: bool) -> str | None:
        """Why an end does not even begin; None where it does."""
        if etcd:
            cert, key = end.cert, end.key
            if cert is None and key is None:
                return "KeyFile and CertFile are not presented"
            if cert is None or key is None:
                return f"KeyFile and CertFile must both be present[key: {key.path if key else ''}, cert: {cert.path if cert else ''}]"
            error = self.pair_error(end)
            if error is not None:
                return error
            if end.ca is not None and end.ca.pem is None:
                return None if self.unseen(end.ca) else end.ca.error
            return file.etcd_pool_error(end.ca.pem, self.go) if end.ca is not None and end.ca.pem is not None else None
        if end.ca is not None:
            if end.ca.pem is None:
                return None if self.unseen(end.ca) else f"could not read ca certificate: {end.ca.error}"
            if not (self.new and end.ca.pem.size == 0) and not file.pool(end.ca.pem, self.go).appended_ok:
                return "failed to append ca certs"
        if not self.new and end.cert is not None and end.key is not None:
            error = self.pair_error(end)
            return f"could not load client key pair: {error}" if error is not None else None
        return None

    def pair_error(self, end: End) -> str | None:
        """Why certificate and key, which are both set, cannot be used."""
        assert end.cert is not None and end.key is not None
        for given in (end.cert, end.key):
            if given.pem is None and given.error:
                return given.error
        if self.unseen(end.cert, end.key):
            return None
        assert end.cert.pem is not None
        return file.key_pair(end.cert.pem, end.key.pem, self.go).error

    def unseen(self, *given: Given | None) -> bool:
        """Whether what one of the files holds is unknown; then so is what comes of it."""
        found = any(g is not None and g.unseen for g in given)
        self.known = self.known and not found
        return found

    def chain_of(self, end: End) -> tuple[Certificate, ...]:
        """The certificates that an end can show; none where it has no usable pair."""
        if end.cert is None or end.key is None or self.pair_error(end) is not None or end.cert.pem is None:
            return ()
        return file.key_pair(end.cert.pem, end.key.pem, self.go).chain

    def is_hidden(self, end: End) -> bool:
        """Whether an end shows a certificate that is not known here."""
        return end.cert is not None and end.key is not None and self.unseen(end.cert)

    def roots_of(self, end: End) -> tuple[Certificate, ...] | None:
        """The authorities that an end trusts, () where they are not known here; None where it was given none."""
        if end.ca is None:
            return None
        if end.ca.pem is None:
            return () if end.ca.unseen else None
        return file.pool(end.ca.pem, self.go).certificates

    # --- the server shows itself ---

    def check_server(self) -> None:
        listener, dialer = self.link.listener, self.link.dialer
        if self.is_hidden(listener):
            self.step(LISTENER, "shows-unseen")
            return
        shown = self.chain_of(listener)
        if not shown:
            if listener.cert is not None and listener.key is not None:
                error = f"could not load client key pair: {self.pair_error(listener)}"
                raise self.fail(LISTENER, "cannot-show", "remote error: tls: internal error", error, text=error)
            raise self.fail(LISTENER, "shows-nothing", "remote error: tls: unrecognized name", "tls: no certificates configured")
        self.step(LISTENER, "shows", name=shown[0].subject.common_name)
        names = () if self.link.pair == JOIN else dialer.allowed_cn
        if self.by_etcd:
            self.standard(shown, self.roots_of(dialer))
            self.first_name(DIALER, names, shown[0], _REFUSED, "remote error: tls: bad certificate")
            return
        if not self.new or names:
            # Only with a list, or in older DM, is Go left to verify, which includes the host.
            roots = self.roots_of(dialer)
            self.standard(shown, roots if roots else None)
        if not self.new:
            if names:
                self.names_of_chain(DIALER, names, self.chain_for(dialer, shown, "server"), "remote error: tls: bad certificate")
            return
        roots = self.roots_of(dialer)
        if roots is not None and self.unseen(dialer.ca):
            self.step(DIALER, "trusts-unseen")
            if names:
                self.names_of_chain(DIALER, names, (), "remote error: tls: bad certificate")
            return
        if not roots:
            self.step(DIALER, "verifies-nothing")
            return
        self.step(DIALER, "host-unchecked" if not names else "host-checked", host=self.link.host)
        verdict = self.verdict(shown, roots, "server")
        if not verdict.ok:
            self.reason = verdict.reason
            raise self.fail(DIALER, "refuses-chain", _NOT_VERIFIED + str(verdict.go_error), "remote error: tls: bad certificate", text=verdict.go_error)
        self.step(DIALER, "accepts-chain", ca=verdict.chain[-1].subject.common_name if verdict.chain else "")
        if names:
            self.names_of_chain(DIALER, names, verdict.chain, "remote error: tls: bad certificate")

    def verdict(self, shown: tuple[Certificate, ...], roots: tuple[Certificate, ...], usage: str) -> Verdict:
        return verify(shown[0], shown[1:], roots, self.now, usage, self.go)

    def chain_for(self, end: End, shown: tuple[Certificate, ...], usage: str) -> tuple[Certificate, ...]:
        """The chain that `end` builds from what it is shown; () where its authorities are not known here."""
        if self.unseen(end.ca):
            return ()
        return self.verdict(shown, self.roots_of(end) or (), usage).chain

    def wrapped(self, text: str | None) -> str:
        return f"tls: failed to verify certificate: {text}" if self.go >= _WRAPS_SINCE else str(text)

    def standard(self, shown: tuple[Certificate, ...], roots: tuple[Certificate, ...] | None) -> None:
        """What crypto/tls itself checks in a client: own dates, the host, then the chain.  Without roots the system's count, which know no DM."""
        unseen = self.unseen(self.link.dialer.ca)
        verdict = self.verdict(shown, roots or (), "server")
        own = not verdict.ok and verdict.culprit == shown[0] and verdict.reason in ("expired", "not-yet-valid")
        host = verify_host(shown[0], self.link.host, self.go)
        error = verdict.go_error if own else host.go_error if not host.ok else verdict.go_error if not verdict.ok and not unseen else None
        if error is not None and roots is None and not own and host.ok:
            error = _UNKNOWN
        if error is not None:
            what = "refuses-host" if not own and not host.ok else "refuses-chain"
            self.reason = "" if what == "refuses-host" else verdict.reason
            raise self.fail(DIALER, what, self.wrapped(error), "remote error: tls: bad certificate", text=error, host=self.link.host)
        self.step(DIALER, "accepts-host", host=self.link.host)

    # --- names ---

    def first_name(self, side: str, names: tuple[str, ...], leaf: Certificate, dialer: str | None, listener: str | None) -> None:
        """etcd's check: the first name of the list as it is written, against the leaf (client/pkg/transport/listener.go)."""
        if not names:
            return
        if not names[0]:
            self.step(side, "first-name-empty")
            return
        args: dict[str, object] = {"name": leaf.subject.common_name, "wanted": names[0]}
        if leaf.subject.common_name != names[0]:
            raise self.fail(side, "refuses-first-name", dialer, listener, **args)
        self.step(side, "accepts-first-name", **args)

    def names_of_chain(self, side: str, names: tuple[str, ...], chain: tuple[Certificate, ...], other: str) -> None:
        """The helper's check: any trimmed name of the list, against every certificate of the chain (tidb: pkg/util/security.go)."""
        if not chain:
            # Whose names would stand in the chain is not known here.
            self.known = False
            return
        wanted = {trimmed(name) for name in names}
        found = [c.subject.common_name for c in chain]
        args: dict[str, object] = {"names": " ".join(found), "wanted": " ".join(names)}
        if wanted.isdisjoint(found):
            text = (
                f"{_REFUSED}. The Common Name from the client certificate [{' '.join(found)}] was not found "
                f"in the configuration cluster-verify-cn with value: [{' '.join(names)}]"
            )
            raise self.fail(side, "refuses-names", *((text, other) if side == DIALER else (other, text)), **args)
        self.step(side, "accepts-names", **args)

    # --- the client shows itself ---

    def check_client(self) -> None:
        listener = self.link.listener
        pair = self.link.pair
        if pair == DB:
            self.check_database_client()
            return
        if pair == WORKER and not listener.allowed_cn:
            self.step(LISTENER, "demands-nothing")
            return
        self.step(LISTENER, "demands-certificate")
        if self.is_hidden(self.link.dialer):
            self.step(DIALER, "shows-unseen")
            return
        shown = self.shown_by_client()
        roots = self.roots_of(listener) or ()
        unseen = self.unseen(listener.ca)
        if pair == WORKER:
            self.check_by_helper(shown, roots)
            return
        verdict = self.verdict(shown, roots, "client")
        if not verdict.ok and not unseen:
            raise self.refused_client(verdict, _alert(verdict), self.wrapped(verdict.go_error))
        self.step(LISTENER, "trusts-unseen" if unseen else "accepts-client", name=shown[0].subject.common_name)
        self.first_name(LISTENER, listener.allowed_cn, shown[0], "remote error: tls: bad certificate", _REFUSED)
        if pair == PEER:
            self.check_source(shown[0])

    def shown_by_client(self) -> tuple[Certificate, ...]:
        """The certificates that the dialer shows when it is asked."""
        dialer = self.link.dialer
        shown = self.chain_of(dialer)
        if shown:
            self.step(DIALER, "shows", name=shown[0].subject.common_name)
            return shown
        if dialer.cert is not None and dialer.key is not None:
            # The pair is read in the handshake, and whoever waits for the connection does not learn of it.
            error = f"could not load client key pair: {self.pair_error(dialer)}"
            raise self.fail(DIALER, "cannot-show", error, "remote error: tls: internal error", text=error)
        raise self.fail(DIALER, "shows-nothing", "remote error: tls: certificate required", _NO_CERTIFICATE)

    def check_by_helper(self, shown: tuple[Certificate, ...], roots: tuple[Certificate, ...]) -> None:
        """A worker with a list: DM's helper verifies its clients as if they were servers (vector t-dev-051)."""
        usage = "server" if self.new else "client"
        if self.unseen(self.link.listener.ca):
            self.step(LISTENER, "trusts-unseen")
            return
        verdict = self.verdict(shown, roots, usage)
        if not verdict.ok:
            if self.new:
                raise self.refused_client(verdict, "remote error: tls: bad certificate", _NOT_VERIFIED + str(verdict.go_error))
            raise self.refused_client(verdict, _alert(verdict), self.wrapped(verdict.go_error))
        self.step(LISTENER, "accepts-client", name=shown[0].subject.common_name)
        self.names_of_chain(LISTENER, self.link.listener.allowed_cn, verdict.chain, "remote error: tls: bad certificate")

    def check_source(self, leaf: Certificate) -> None:
        """etcd's peers compare the certificate with the address that the call comes from (listener_tls.go).  Names are compared, never resolved."""
        source = self.link.source
        if not source or not (leaf.ip_addresses or leaf.dns_names):
            return
        if leaf.ip_addresses and verify_host(leaf, source, self.go).ok:
            self.step(LISTENER, "accepts-source", source=source)
            return
        if not leaf.dns_names:
            error = verify_host(leaf, source, self.go).go_error
            raise self.fail(LISTENER, "refuses-source", "EOF", error, source=source, text=error)
        if not _source_in(source, leaf.dns_names):
            listed = " ".join(f'"{name}"' for name in leaf.dns_names)
            error = f'tls: "{source}" does not match any of DNSNames [{listed}]'
            raise self.fail(LISTENER, "refuses-source", "EOF", error, source=source, text=error)
        self.step(LISTENER, "accepts-source", source=source)

    def check_database_client(self) -> None:
        """A database server; `require` and `if-given` are what its account or settings ask for."""
        listener = self.link.listener
        if not listener.client_auth:
            self.step(LISTENER, "demands-nothing")
            return
        shown = self.chain_of(self.link.dialer)
        roots = self.roots_of(listener) or ()
        known = {c.subject.raw for c in roots}
        if shown and not any(c.issuer.raw in known for c in shown):
            # A server names the authorities it trusts, and Go's client shows no certificate of any other.
            shown = ()
        if not shown:
            if listener.client_auth == "require":
                raise self.fail(DIALER, "shows-nothing", "remote error: tls: certificate required", _NO_CERTIFICATE)
            self.step(DIALER, "shows-nothing")
            return
        self.step(DIALER, "shows", name=shown[0].subject.common_name)
        verdict = self.verdict(shown, roots, "client")
        if not verdict.ok:
            raise self.refused_client(verdict, _alert(verdict), self.wrapped(verdict.go_error))
        self.step(LISTENER, "accepts-client", name=shown[0].subject.common_name)

    def refused_client(self, verdict: Verdict, dialer: str, listener: str) -> _Failed:
        self.reason = verdict.reason
        return self.fail(LISTENER, "refuses-client", dialer, listener, text=verdict.go_error)


def _alert(verdict: Verdict) -> str:
    """How a client learns that a Go server did not verify it (crypto/tls, processCertsFromClient)."""
    if verdict.reason in ("unknown-authority", "no-roots"):
        return "remote error: tls: unknown certificate authority"
    if verdict.reason in ("expired", "not-yet-valid"):
        return "remote error: tls: expired certificate"
    return "remote error: tls: bad certificate"


def _source_in(source: str, dns_names: tuple[str, ...]) -> bool:
    """Whether a source fits one of the names; what a name resolves to nobody here knows."""
    if parse_ip(source, (1, 25)) is None:
        return any(matches(name, source) for name in dns_names)
    return source in dns_names
