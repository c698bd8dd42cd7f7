"""Will this handshake succeed, and if not, what will each side print?  Pure: materials in, the story of one connection out.

The kinds of connections are those of `model.link`.  The helper is tidb's `NewTLSConfig` (`NEW_TLS_HELPER`) or, in older DM, tidb-tools' `ToTLSConfigWithVerify`; errata 17 says which DM has which.
Texts are Go's; those of handshakes that were run are in the vectors.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Iterator

from dmls.go.number import quote
from dmls.model.tls.allowed_cn import trimmed
from dmls.model.tls.link import (
    CONFIG,
    DB,
    DIALER,
    HANDSHAKE,
    JOIN,
    LISTENER,
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
from dmls.pki.names import parse_ip
from dmls.pki.signature import cannot_sign
from dmls.version import NEW_TLS_HELPER, NEW_TLS_HELPER_TO_DATABASES, go_of

if TYPE_CHECKING:
    from dmls.pki.chain import Verdict
    from dmls.pki.facts import Certificate, GoVersion
    from dmls.pki.signature import CannotSign

    _Chains = tuple[tuple[Certificate, ...], ...]

_NO_RECORD = "tls: first record does not look like a TLS handshake"
_ALERT_AS_TEXT = "plain text: the answer is a TLS alert"
_NOT_VERIFIED = "can't verify certificate, maybe different CA is used: "
_NO_CERTIFICATE = "tls: client didn't provide a certificate"
_REFUSED = "client certificate authentication failed"
_NO_NAME = "tls: either ServerName or InsecureSkipVerify must be specified in the tls.Config"
_UNKNOWN = "unknown-authority"
_WRAPS_SINCE: GoVersion = (1, 20)
"""From this Go on a failed verification is wrapped (tls.CertificateVerificationError)."""
_ALERTS_SINCE: GoVersion = (1, 21)
"""From this Go on a server tells its client what is wrong with the certificate."""
_GO_1_25: GoVersion = (1, 25)
"""From this Go on alerts are more to the point: a certificate that cannot be read, and none at all before TLS 1.3."""
_ALERT, _BAD, _REQUIRED = "remote error: tls: ", "bad certificate", "certificate required"
_ALERTS = {
    "unknown-authority": "unknown certificate authority",
    "no-roots": "unknown certificate authority",
    "expired": "expired certificate",
    "not-yet-valid": "expired certificate",
}
_NEWEST_TLS = "1.3"
_REQUIRE = "require"
_LOCALHOST = "localhost"
_OWN = (bytes((127, 0, 0, 1)), bytes(15) + b"\1")
"""The addresses by which a machine calls itself, and no other."""


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
        self.link = link if link.pair != DB else link._replace(dialer=link.dialer.by_contents)
        self.now = now
        self.go = go_of(link.version)
        self.new = link.version in (NEW_TLS_HELPER if link.pair != DB else NEW_TLS_HELPER_TO_DATABASES)
        self.blind = self.new and link.version not in NEW_TLS_HELPER
        """Whether the helper lets Go verify nothing and yet looks for names in what Go has verified (before tidb#53358)."""
        self.steps: list[Step] = []
        self.known = True
        self.reason = ""
        self.tls = link.listener.max_tls or _NEWEST_TLS
        self.by_etcd = link.pair == PEER
        """Whether etcd dials, and not DM's helper."""

    def step(self, side: str, what: str, ok: bool = True, **args: object) -> None:
        self.steps.append(Step(side, what, ok, args))

    def refuse(self, side: str, what: str, said: str, **args: object) -> _Failed:
        """The last step where a check of a helper or of etcd refuses the other end, which learns no more than that; `said` is the text of this end."""
        return self.fail(side, what, *((said, _ALERT + _BAD) if side == DIALER else (_ALERT + _BAD, said)), **args)

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
        dialer = self.refusal(DIALER, self.link.dialer) if self.dials_tls() else None
        listener = self.refusal(LISTENER, self.link.listener) if self.link.pair != DB and self.listens_tls() else None
        if dialer is not None:
            self.step(DIALER, "refuses-settings", False, text=dialer)
        if listener is not None:
            self.step(LISTENER, "refuses-settings", False, text=listener)
        if dialer is not None or listener is not None:
            raise _Failed(CONFIG, dialer, listener)
        if self.link.pair == DB and self.link.binlog and self.link.dialer.allowed_cn and self.dials_tls() and not self.blind:
            # go-mysql fills in no ServerName (dm-tls.md fact 7).
            raise self.fail(DIALER, "no-server-name", _NO_NAME, "EOF")

    def refusal(self, side: str, end: End) -> str | None:
        """Why an end does not even begin; None where it does."""
        if self.is_etcd(side):
            return self.refusal_of_etcd(side, end)
        by_contents = self.link.pair == DB
        if by_contents:
            # One after the other is read before anything is made of them (security.go, LoadTLSContent).
            error = next((g.error for g in (end.ca, end.key, end.cert) if g is not None and g.pem is None and g.error), None)
            if error is not None:
                return error
        if (by_contents or not self.new) and end.cert is not None and end.key is not None:
            error = self.pair_error(end)
            if error is not None:
                return f"could not load client key pair: {error}"
        if end.ca is None:
            return None
        if end.ca.pem is None:
            return None if self.unseen(end.ca) else f"could not read ca certificate: {end.ca.error}"
        if not (self.new and end.ca.pem.size == 0) and not file.pool(end.ca.pem, self.go).appended_ok:
            return "failed to append ca certs"
        return None

    def refusal_of_etcd(self, side: str, end: End) -> str | None:
        """The same of etcd, which dials without certificate and key, but does not listen without (client/pkg/transport)."""
        cert, key = end.cert, end.key
        if cert is not None and key is not None:
            error = self.pair_error(end)
            if error is not None:
                return error
        elif cert is not None or key is not None:
            return f"KeyFile and CertFile must both be present[key: {key.path if key else ''}, cert: {cert.path if cert else ''}]"
        elif side == LISTENER:
            return "KeyFile and CertFile are not presented"
        if end.ca is None or self.unseen(end.ca):
            return None
        return end.ca.error if end.ca.pem is None else file.etcd_pool_error(end.ca.pem, self.go)

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

    def is_etcd(self, side: str) -> bool:
        """Whether the settings of an end are etcd's."""
        return self.by_etcd or (side == LISTENER and self.link.pair not in (WORKER, DB))

    def roots_of(self, side: str) -> tuple[Certificate, ...] | None:
        """The authorities that an end trusts, () where they are not known here; None where it was given none."""
        end = self.link.dialer if side == DIALER else self.link.listener
        if end.ca is None:
            return None
        if end.ca.pem is None:
            return () if end.ca.unseen else None
        return file.etcd_pool(end.ca.pem, self.go) if self.is_etcd(side) else file.pool(end.ca.pem, self.go).certificates

    def check_readable(self, side: str, whose: str, end: End) -> None:
        """Go sends the later certificates of a chain unread; the one who gets them may not be able to."""
        assert end.cert is not None and end.cert.pem is not None
        for _, text in file.key_pair(end.cert.pem, None, self.go).unreadable:
            told = _ALERT + ("error decoding message" if self.go >= _GO_1_25 else _BAD)
            said = f"tls: failed to parse {whose}: {text}"
            raise self.fail(side, "cannot-read", *((said, told) if side == DIALER else (told, said)), text=text)

    # --- the server shows itself ---

    def check_server(self) -> None:
        listener, dialer = self.link.listener, self.link.dialer
        names = () if self.link.pair == JOIN else dialer.allowed_cn
        if self.is_hidden(listener):
            self.step(LISTENER, "shows-unseen")
            if names and self.blind:
                self.names_of_chains(DIALER, names, ())
            return
        shown = self.chain_of(listener)
        if not shown:
            if listener.cert is not None and listener.key is not None:
                error = f"could not load client key pair: {self.pair_error(listener)}"
                raise self.fail(LISTENER, "cannot-show", "remote error: tls: internal error", error, text=error)
            raise self.fail(LISTENER, "shows-nothing", "remote error: tls: unrecognized name", "tls: no certificates configured")
        fault = self.cannot_sign(LISTENER, shown[0])
        if fault is not None and fault.at_once:
            raise self.fail(LISTENER, "cannot-sign", _ALERT + fault.alert, fault.text, text=fault.text)
        self.step(LISTENER, "shows", name=shown[0].subject.common_name)
        with self.signing(LISTENER, fault):
            self.check_shown(shown, names)

    def check_shown(self, shown: tuple[Certificate, ...], names: tuple[str, ...]) -> None:
        """How the dialer takes the listener's certificates."""
        dialer = self.link.dialer
        self.check_readable(DIALER, "certificate from server", self.link.listener)
        roots = self.roots_of(DIALER)
        if self.by_etcd:
            self.standard(shown, roots)
            if dialer.cert is not None or dialer.key is not None:
                # Without both etcd's client has a CA and no other setting.
                self.first_name(DIALER, names, shown[0])
            return
        # The new helper leaves it to Go to verify, which includes the host, only with a list.
        chains = self.standard(shown, roots) if not self.new or (names and not self.blind) else ()
        if self.new:
            self.check_by_helper(DIALER, shown, not names)
        if names:
            self.names_of_chains(DIALER, names, chains)

    def check_by_helper(self, side: str, shown: tuple[Certificate, ...], host_unchecked: bool = False) -> None:
        """What the new helper does with its CAs, in a server as in a client: the other end is verified as if it were a server (vector t-dev-051)."""
        if self.unseen((self.link.dialer if side == DIALER else self.link.listener).ca):
            self.step(side, "trusts-unseen")
            return
        roots = self.roots_of(side)
        if not roots:
            self.step(side, "verifies-nothing")
            return
        if side == DIALER:
            self.step(DIALER, "host-unchecked" if host_unchecked else "host-checked", host=self.link.host)
        verdict = self.verdict(shown, roots, "server")
        if not verdict.ok:
            self.reason = verdict.reason
            raise self.refuse(side, "refuses-chain" if side == DIALER else "refuses-client", _NOT_VERIFIED + str(verdict.go_error), text=verdict.go_error)
        if side == DIALER:
            self.step(DIALER, "accepts-chain", ca=verdict.chain[-1].subject.common_name)

    def cannot_sign(self, side: str, leaf: Certificate) -> CannotSign | None:
        return cannot_sign(leaf.public_key, self.go, self.tls, side == LISTENER)

    @contextmanager
    def signing(self, side: str, fault: CannotSign | None) -> Iterator[None]:
        """The other end looks at the certificate of `side` while that signs: what it cannot do is what it says, whatever the other says."""
        try:
            yield
        except _Failed as failed:
            if fault is not None:
                setattr(failed, side, fault.text)
            raise
        if fault is not None:
            told = _ALERT + fault.alert
            raise self.fail(side, "cannot-sign", *((fault.text, told) if side == DIALER else (told, fault.text)), text=fault.text)

    def verdict(self, shown: tuple[Certificate, ...], roots: tuple[Certificate, ...], usage: str) -> Verdict:
        return verify(shown[0], shown[1:], roots, self.now, usage, self.go)

    def unverified(self, side: str, text: str | None) -> str:
        """What Go itself says where the other end's certificate does not verify."""
        if self.go >= _WRAPS_SINCE:
            return f"tls: failed to verify certificate: {text}"
        return f"tls: failed to verify client certificate: {text}" if side == LISTENER else str(text)

    def standard(self, shown: tuple[Certificate, ...], roots: tuple[Certificate, ...] | None) -> _Chains | None:
        """What crypto/tls itself checks in a client: own dates, the host, then the chain.  Without roots the system's count, which know no DM.

        The answer are the chains that Go hands on, None where they are not known here.
        """
        unseen = self.unseen(self.link.dialer.ca)
        verdict = self.verdict(shown, roots or (), "server")
        own = not verdict.ok and verdict.culprit == shown[0] and verdict.reason in ("expired", "not-yet-valid")
        host = verify_host(shown[0], self.link.host, self.go)
        error = verdict.go_error if own else host.go_error if not host.ok else verdict.go_error if not verdict.ok and not unseen else None
        if error is not None:
            what = "refuses-host" if not own and not host.ok else "refuses-chain"
            self.reason = "" if what == "refuses-host" else verdict.reason
            raise self.refuse(DIALER, what, self.unverified(DIALER, error), text=error, host=self.link.host)
        self.step(DIALER, "accepts-host", host=self.link.host)
        return None if unseen else verdict.chains

    # --- names ---

    def first_name(self, side: str, names: tuple[str, ...], leaf: Certificate) -> None:
        """etcd's check: the first name of the list as it is written, against the leaf (client/pkg/transport/listener.go)."""
        if not names:
            return
        if not names[0]:
            self.step(side, "first-name-empty")
            return
        args: dict[str, object] = {"name": leaf.subject.common_name, "wanted": names[0]}
        if leaf.subject.common_name != names[0]:
            raise self.refuse(side, "refuses-first-name", _REFUSED, **args)
        self.step(side, "accepts-first-name", **args)

    def names_of_chains(self, side: str, names: tuple[str, ...], chains: _Chains | None) -> None:
        """The helper's check: any trimmed name of the list, against every certificate of every chain (tidb: pkg/util/security.go)."""
        if chains is None:
            # Whose names would stand there is not known here.
            self.known = False
            return
        wanted = {trimmed(name) for name in names}
        found = [c.subject.common_name for chain in chains for c in chain]
        args: dict[str, object] = {"names": " ".join(dict.fromkeys(found)), "wanted": " ".join(names)}
        if wanted.isdisjoint(found):
            text = (
                f"{_REFUSED}. The Common Name from the client certificate [{' '.join(found)}] was not found in the configuration cluster-verify-cn with value: [{' '.join(names)}]"
            )
            raise self.refuse(side, "refuses-names" if chains else "sees-no-names", text, **args)
        self.step(side, "accepts-names", **args)

    # --- the client shows itself ---

    def check_client(self) -> None:
        listener, dialer = self.link.listener, self.link.dialer
        pair = self.link.pair
        asks = listener.client_auth if pair == DB else _REQUIRE if pair != WORKER or listener.allowed_cn else ""
        if not asks:
            self.step(LISTENER, "demands-nothing")
            return
        if asks == _REQUIRE:
            self.step(LISTENER, "demands-certificate")
        if self.is_hidden(dialer):
            self.step(DIALER, "shows-unseen")
            return
        roots = self.roots_of(LISTENER) or ()
        unseen = self.unseen(listener.ca)
        shown = self.shown_by_client(roots, asks)
        if not shown:
            return
        with self.signing(DIALER, self.cannot_sign(DIALER, shown[0])):
            self.check_client_shown(shown, roots, unseen)
        if pair == PEER:
            # After the handshake.
            self.check_source(shown[0])

    def check_client_shown(self, shown: tuple[Certificate, ...], roots: tuple[Certificate, ...], unseen: bool) -> None:
        """How the listener takes the dialer's certificates."""
        listener, pair = self.link.listener, self.link.pair
        self.check_readable(LISTENER, "client certificate", self.link.dialer)
        verdict = self.verdict(shown, roots, "client")
        if not verdict.ok and not unseen:
            raise self.refused_client(verdict.reason, _ALERTS.get(verdict.reason, _BAD), self.unverified(LISTENER, verdict.go_error), verdict.go_error)
        self.step(LISTENER, "trusts-unseen" if unseen else "accepts-client", name=shown[0].subject.common_name)
        if pair == WORKER:
            if self.new and not unseen:
                self.check_by_helper(LISTENER, shown)
            self.names_of_chains(LISTENER, listener.allowed_cn, None if unseen else verdict.chains)
        elif pair != DB:
            self.first_name(LISTENER, listener.allowed_cn, shown[0])

    def shown_by_client(self, roots: tuple[Certificate, ...], asks: str) -> tuple[Certificate, ...]:
        """The certificates that the dialer shows when it is asked."""
        dialer = self.link.dialer
        shown = self.chain_of(dialer)
        if not shown and dialer.cert is not None and dialer.key is not None:
            # The pair is read in the handshake, and whoever waits for the connection does not learn of it.
            error = f"could not load client key pair: {self.pair_error(dialer)}"
            raise self.fail(DIALER, "cannot-show", error, "EOF", text=error)
        # The old helper, and connections to databases, leave it to Go to choose, which shows only what it can use.
        chosen_by_go = self.link.pair == DB or not (self.by_etcd or self.new)
        fault = self.cannot_sign(DIALER, shown[0]) if shown else None
        if not shown or (chosen_by_go and fault is not None and fault.at_once):
            if asks == _REQUIRE:
                raise self.fail(DIALER, "shows-nothing", self.told(_REQUIRED), _NO_CERTIFICATE)
            self.step(DIALER, "shows-nothing")
            return ()
        name = shown[0].subject.common_name
        if chosen_by_go and roots and {c.issuer.raw for c in shown}.isdisjoint(c.subject.raw for c in roots):
            # A server names the authorities it trusts; certificates of others are not shown (errata 15).
            self.step(DIALER, "keeps-certificate", name=name)
            if asks == _REQUIRE:
                raise self.refused_client(_UNKNOWN, _REQUIRED, _NO_CERTIFICATE, _NO_CERTIFICATE)
            return ()
        self.step(DIALER, "shows", name=name)
        return shown

    def refused_client(self, reason: str, alert: str, listener: str, text: str | None) -> _Failed:
        self.reason = reason
        return self.fail(LISTENER, "refuses-client", self.told(alert), listener, text=text)

    def told(self, alert: str) -> str:
        """What a client reads that a Go server did not verify (crypto/tls, processCertsFromClient)."""
        if self.go < _ALERTS_SINCE:
            alert = _BAD
        elif alert == _REQUIRED and self.tls < _NEWEST_TLS:
            alert = "handshake failure" if self.go >= _GO_1_25 else _BAD
        return _ALERT + alert

    def check_source(self, leaf: Certificate) -> None:
        """etcd's peers compare the certificate with the address that the call comes from (listener_tls.go).

        Names are compared, never resolved, but for that of the own machine.
        """
        source = "127.0.0.1" if self.link.source.lower() == _LOCALHOST else self.link.source
        if not source or not (leaf.ip_addresses or leaf.dns_names):
            return
        if parse_ip(source, self.go) is None and any(ip not in _OWN for ip in leaf.ip_addresses) and not _source_in(source, leaf.dns_names):
            # The name may stand for one of the addresses.
            self.known = False
            self.step(LISTENER, "source-unseen", source=source)
            return
        address = verify_host(leaf, source, self.go)
        if not (leaf.ip_addresses and address.ok) and not _source_in(source, leaf.dns_names):
            listed = " ".join(quote(name) for name in leaf.dns_names)
            error = f"tls: {quote(source)} does not match any of DNSNames [{listed}]" if leaf.dns_names else address.go_error
            raise self.fail(LISTENER, "refuses-source", "EOF", error, source=source, text=error)
        self.step(LISTENER, "accepts-source", source=source)


def _source_in(source: str, dns_names: tuple[str, ...]) -> bool:
    """Whether a source fits one of the names; unlike elsewhere ``*`` may stand for several labels."""
    source = source.lower()
    own = {source, _LOCALHOST} if source == "127.0.0.1" else {source}
    return any(name in own or (name.startswith("*.") and source.endswith(name[1:])) for name in map(str.lower, dns_names))
