"""Whether a certificate is trusted: ``Certificate.Verify`` and ``Certificate.VerifyHostname`` of Go 1.18 to 1.25 (crypto/x509/verify.go).

The order of candidates and checks is Go's, since the first failure found is what Go reports.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from dmls.go.number import quote
from dmls.named import NamedTuple
from dmls.pki import names, policies, signature
from dmls.pki.facts import ANY_USAGE, CLIENT_AUTH, DSA, GO_1_21, GO_1_24, OTHER, SERVER_AUTH, X25519, Certificate, GoVersion, rfc_3339

if TYPE_CHECKING:
    from collections.abc import Sequence

GO_1_19: GoVersion = (1, 19)
GO_1_20: GoVersion = (1, 20)

USAGES = {"server": SERVER_AUTH, "client": CLIENT_AUTH, "any": ANY_USAGE}

MAX_SIGNATURE_CHECKS = 100
"""How many signatures Go checks for one certificate before it gives up."""

_KEY_USAGE_CERT_SIGN = 1 << 5
_CANNOT_SIGN = "x509: invalid signature: parent certificate cannot sign this kind of certificate"
_TOO_MANY_SIGNATURES = "x509: signature check attempts limit reached while verifying certificate chain"
_MOST_VERDICTS = 64

_INVALID = "CertificateInvalidError"
_PLAIN = "error"


class Verdict(NamedTuple):
    """What Go says of a certificate.

    `reason` is "" if it is fine, else "unknown-authority", "no-roots", "expired", "not-yet-valid", "hostname", "incompatible-usage",
    "too-many-intermediates", "not-authorized-to-sign", "name-not-permitted", "name-mismatch", "too-many-constraints",
    "unhandled-critical-extension", "invalid-policies", "signature-limit", "parse" or "panic" (Go itself fails).
    `go_error` is Go's text, `go_type` the name of its type ("error" for errors without a type of their own).  `culprit` is the
    certificate at fault: the one whose issuer is not known, the one that is expired.

    `hint` tells why an authority of the right name does not do: "recreated-ca" (the signature is not by its key), "not-a-ca"
    (basicConstraints), "no-cert-sign" (keyUsage), "insecure-algorithm", "rsa-too-small", "unknown-algorithm" or "".

    `chains` are the valid chains, from the certificate to a root, in the order in which Go finds them.  `until` is the next moment, in seconds since 1970, at which
    the answer may change; None if it never does.
    """

    ok: bool
    reason: str = ""
    go_error: str | None = None
    go_type: str = ""
    culprit: Certificate | None = None
    hint: str = ""
    hint_certificate: Certificate | None = None
    chains: tuple[tuple[Certificate, ...], ...] = ()
    until: float | None = None

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """The first valid chain."""
        return self.chains[0] if self.chains else ()


def verify(leaf: Certificate, intermediates: Sequence[Certificate], roots: Sequence[Certificate], at: float | None, usage: str, go: GoVersion) -> Verdict:
    """``Certificate.Verify`` at the moment `at` (None: dates do not matter) for the usage "server", "client" or "any".

    A certificate that `go` cannot parse ends the handshake if it is sent, and is overlooked among the roots.
    """
    # Half seconds: Go allows all of the second notBefore and only the first instant of the second notAfter.
    moment = 0 if at is None else 2 * floor(at) + (at != floor(at))
    key = ("verify", at is None, usage, go, tuple([c.fingerprint for c in intermediates]), tuple([c.fingerprint for c in roots]))
    memo = leaf.memo
    known = memo.get(key)
    if known is not None:
        assert isinstance(known, _Known)
        if known.first <= moment < known.end:
            return known.verdict
    builder = _Builder(intermediates, roots, at, moment, go)
    verdict = builder.verify(leaf, intermediates, usage)
    if len(memo) >= _MOST_VERDICTS:
        for old in [k for k in memo if isinstance(k, tuple) and k[0] == "verify"]:
            del memo[old]
    if builder.spoken:
        # The text names the moment, so that it is good for that second only.
        second = moment - moment % 2
        memo[key] = _Known(max(builder.first, second), min(builder.end, second + 2), verdict)
    else:
        memo[key] = _Known(builder.first, builder.end, verdict)
    return verdict


def verify_host(certificate: Certificate, host: str, go: GoVersion) -> Verdict:
    """``Certificate.VerifyHostname``: whether the certificate is for `host`, a name or an address, without port."""
    text = names.host_error(certificate, host, go)
    if text is None:
        return _FINE
    return Verdict(False, "hostname", text, "HostnameError", certificate)


_FINE = Verdict(True)


class _Known(NamedTuple):
    """A verdict and the half seconds for which it holds, `end` excluded."""

    first: float
    end: float
    verdict: Verdict


class _Failure:
    """An error on its way up."""

    __slots__ = ("culprit", "hint", "hint_certificate", "kind", "reason", "text")

    def __init__(self, reason: str, text: str, kind: str, culprit: Certificate | None = None) -> None:
        self.reason = reason
        self.text = text
        self.kind = kind
        self.culprit = culprit
        self.hint = ""
        self.hint_certificate: Certificate | None = None


class _Panic(Exception):
    """Go's program would end here."""


_Chain = tuple[Certificate, ...]
_LEAF, _INTERMEDIATE, _ROOT = range(3)


class _Builder:
    """One search for chains.

    `first` and `end` bound the half seconds for which all date checks made come out the same; `spoken` tells whether one failed, so
    that a text names the moment.
    """

    __slots__ = ("at", "cache", "checks", "end", "first", "go", "intermediates", "known_roots", "moment", "roots", "sorted", "spoken")

    def __init__(self, intermediates: Sequence[Certificate], roots: Sequence[Certificate], at: float | None, moment: int, go: GoVersion) -> None:
        self.at = at
        self.moment = moment
        self.go = go
        self.first = float("-inf")
        self.end = float("inf")
        self.spoken = False
        self.checks = 0
        self.cache: dict[bytes, list[_Chain]] = {}
        self.sorted: dict[tuple[bytes, bytes], list[tuple[Certificate, int]]] = {}
        self.intermediates = _pool(intermediates)
        readable = [c for c in roots if c.refusal(go) is None] if any(c.refusals for c in roots) else roots
        self.known_roots = {c.fingerprint for c in readable}
        self.roots = _pool(readable)

    def verify(self, leaf: Certificate, intermediates: Sequence[Certificate], usage: str) -> Verdict:
        for sent in (leaf, *intermediates):
            refusal = sent.refusal(self.go)
            if refusal is not None:
                return Verdict(False, "parse", refusal, _PLAIN, sent)
        try:
            chains, failure = self._verify(leaf, usage)
        except _Panic as panic:
            return Verdict(False, "panic", str(panic), "runtime.TypeAssertionError", leaf, until=self._until())
        until = self._until()
        if failure is None:
            return Verdict(True, chains=tuple(chains), until=until)
        reason = "no-roots" if failure.reason == "unknown-authority" and not self.known_roots else failure.reason
        return Verdict(False, reason, failure.text, failure.kind, failure.culprit, failure.hint, failure.hint_certificate, (), until)

    def _until(self) -> float | None:
        # An odd half second is the rest of the second notAfter; the end of that second is near enough.
        return None if self.end == float("inf") else float((self.end + 1) // 2)

    def _verify(self, leaf: Certificate, usage: str) -> tuple[list[_Chain], _Failure | None]:
        failure = self._invalid(leaf, _LEAF, ())
        if failure is not None:
            return [], failure
        if leaf.fingerprint in self.known_roots:
            chains: list[_Chain] = [(leaf,)]
        else:
            chains, failure = self._build(leaf, (leaf,))
            if failure is not None:
                return [], failure
        return self._allowed(leaf, chains, usage)

    def _allowed(self, leaf: Certificate, chains: list[_Chain], usage: str) -> tuple[list[_Chain], _Failure | None]:
        """Those chains whose policies and usages fit."""
        invalid = 0
        if self.go >= GO_1_24:
            valid = [c for c in chains if policies.are_valid(c)]
            invalid = len(chains) - len(valid)
            chains = valid
            if not chains:
                return [], _Failure("invalid-policies", "x509: no valid chains built: all candidate chains have invalid policies", _INVALID, leaf)
        wanted = USAGES[usage]
        if wanted == ANY_USAGE:
            return chains, None
        fitting = [c for c in chains if _usage_fits(c, wanted)]
        if fitting:
            return fitting, None
        if not invalid:
            return [], _Failure("incompatible-usage", "x509: certificate specifies an incompatible key usage", _INVALID, leaf)
        text = f"x509: no valid chains built: {len(chains)} chains with incompatible key usage, {invalid} chains with invalid policies"
        return [], _Failure("incompatible-usage", text, _INVALID, leaf)

    def _build(self, certificate: Certificate, chain: _Chain) -> tuple[list[_Chain], _Failure | None]:
        """All chains from `chain`, which ends with `certificate`, to a root; or what Go reports where there is none."""
        chains: list[_Chain] = []
        failure: _Failure | None = None
        hint: tuple[str, Certificate] | None = None
        skipped: Certificate | None = None
        for candidate, kind in self._candidates(certificate):
            if candidate.public_key.kind in (OTHER, X25519) and self.go >= GO_1_21:
                skipped = skipped or candidate
                continue
            if self._is_in_chain(candidate, chain):
                continue
            self.checks += 1
            if self.checks > MAX_SIGNATURE_CHECKS:
                failure = _Failure("signature-limit", _TOO_MANY_SIGNATURES, _PLAIN, certificate)
                # Go refuses each further candidate in the same way; ten thousand of them at a hundred levels would hold up everything else.
                break
            text = _not_signed_by(certificate, candidate, self.go)
            if text is not None:
                hint = hint or (text, candidate)
                continue
            failure = self._invalid(candidate, kind, chain)
            if failure is not None:
                if self.go >= GO_1_20:
                    hint = hint or (failure.text, candidate)
            elif kind == _ROOT:
                chains.append((*chain, candidate))
            elif self.go < GO_1_19:
                # Go 1.18 remembers what it found above a certificate, with the chain that led there first, but not the error.
                above = self.cache.get(candidate.fingerprint)
                if above is None:
                    above, failure = self._build(candidate, (*chain, candidate))
                    self.cache[candidate.fingerprint] = above
                chains += above
            else:
                above, failure = self._build(candidate, (*chain, candidate))
                chains += above
        if chains:
            return chains, None
        return [], failure or self._unknown(certificate, hint, skipped)

    def _candidates(self, certificate: Certificate) -> list[tuple[Certificate, int]]:
        """Authorities of the issuer's name: roots before intermediates, those with the right key id first."""
        name = certificate.issuer.raw
        wanted = certificate.authority_key_id
        known = self.sorted.get((name, wanted))
        if known is not None:
            return known
        found: list[tuple[Certificate, int]] = []
        for pool, kind in ((self.roots, _ROOT), (self.intermediates, _INTERMEDIATE)):
            named = pool.get(name)
            if named is None:
                continue
            if len(named) > 1:
                named = sorted(named, key=lambda c: 0 if c.subject_key_id == wanted else 1 if not c.subject_key_id or not wanted else 2)
            found += [(c, kind) for c in named]
        self.sorted[name, wanted] = found
        return found

    def _is_in_chain(self, candidate: Certificate, chain: _Chain) -> bool:
        """Same subject, key and alternative names, so that cross signatures make no loops; Go 1.18 wants the same certificate."""
        if self.go < GO_1_19:
            return candidate in chain
        for certificate in chain:
            if candidate.subject.raw != certificate.subject.raw:
                continue
            if self.go >= GO_1_24:
                if candidate.public_key.spki != certificate.public_key.spki:
                    continue
            else:
                kind = candidate.public_key.kind
                if kind == DSA:
                    raise _Panic("interface conversion: *dsa.PublicKey is not x509.pubKeyEqual: missing method Equal")
                if kind in (OTHER, X25519):
                    raise _Panic("interface conversion: interface is nil, not x509.pubKeyEqual")
                if candidate.public_key.identity != certificate.public_key.identity:
                    continue
            if candidate.has_san != certificate.has_san:
                return False
            if names.alternative_names(candidate) == names.alternative_names(certificate):
                return True
        return False

    def _invalid(self, certificate: Certificate, kind: int, chain: _Chain) -> _Failure | None:
        """What forbids `certificate` on top of `chain`, in Go's order of checks."""
        for _, handled_since in certificate.unhandled_critical:
            if handled_since is None or self.go < handled_since:
                return _Failure("unhandled-critical-extension", "x509: unhandled critical extension", "UnhandledCriticalExtension", certificate)
        # Candidates were looked up by their name, so that Go's check of names can not fail.
        failure = self._out_of_date(certificate)
        if failure is not None:
            return failure
        if kind != _LEAF and names.CONSTRAINTS in certificate.extensions:
            try:
                names.check_constraints(certificate, chain, self.go)
            except names.Refused as refused:
                if refused.kind == "parse":
                    return _Failure("name-not-permitted", refused.detail, _PLAIN, certificate)
                if refused.kind == "too-many-constraints":
                    return _Failure("too-many-constraints", "x509: unknown error", _INVALID, certificate)
                text = f"x509: a root or intermediate certificate is not authorized to sign for this name: {refused.detail}"
                return _Failure("name-not-permitted", text, _INVALID, certificate)
        if kind == _INTERMEDIATE and not (certificate.basic_constraints and certificate.is_ca):
            return _Failure("not-authorized-to-sign", "x509: certificate is not authorized to sign other certificates", _INVALID, certificate)
        if certificate.basic_constraints and 0 <= certificate.max_path_len < len(chain) - 1:
            return _Failure("too-many-intermediates", "x509: too many intermediates for path length constraint", _INVALID, certificate)
        return None

    def _out_of_date(self, certificate: Certificate) -> _Failure | None:
        if self.at is None:
            return None
        moment = self.moment
        for border in (2 * certificate.not_before, 2 * certificate.not_after + 1):
            if border <= moment:
                self.first = max(self.first, border)
            else:
                self.end = min(self.end, border)
        early = moment < 2 * certificate.not_before
        if not early and moment <= 2 * certificate.not_after:
            return None
        self.spoken = True
        now, limit = rfc_3339(self.at), rfc_3339(certificate.not_before if early else certificate.not_after)
        text = f"x509: certificate has expired or is not yet valid: current time {now} is {'before' if early else 'after'} {limit}"
        return _Failure("not-yet-valid" if early else "expired", text, _INVALID, certificate)

    def _unknown(self, certificate: Certificate, hint: tuple[str, Certificate] | None, skipped: Certificate | None) -> _Failure:
        text = "x509: certificate signed by unknown authority"
        if hint is None:
            failure = _Failure("unknown-authority", text, "UnknownAuthorityError", certificate)
            if skipped is not None:
                failure.hint, failure.hint_certificate = "unknown-algorithm", skipped
            return failure
        why, candidate = hint
        text += f" (possibly because of {quote(why)} while trying to verify candidate authority certificate {quote(names.shown_name(candidate))})"
        failure = _Failure("unknown-authority", text, "UnknownAuthorityError", certificate)
        failure.hint, failure.hint_certificate = _hint(why, candidate), candidate
        return failure


def _pool(certificates: Sequence[Certificate]) -> dict[bytes, list[Certificate]]:
    """Distinct certificates by subject, in their order."""
    found: dict[bytes, list[Certificate]] = {}
    seen: set[bytes] = set()
    for certificate in certificates:
        if certificate.fingerprint not in seen:
            seen.add(certificate.fingerprint)
            found.setdefault(certificate.subject.raw, []).append(certificate)
    return found


def _not_signed_by(certificate: Certificate, authority: Certificate, go: GoVersion) -> str | None:
    """``Certificate.CheckSignatureFrom``."""
    if (authority.version == 3 and not authority.basic_constraints) or (authority.basic_constraints and not authority.is_ca):
        return _CANNOT_SIGN
    if authority.key_usage and not authority.key_usage & _KEY_USAGE_CERT_SIGN:
        return _CANNOT_SIGN
    if authority.public_key.kind in (OTHER, X25519):
        return signature.UNSUPPORTED
    return signature.check_signature(certificate, authority.public_key, go)


def _hint(why: str, authority: Certificate) -> str:
    if why == _CANNOT_SIGN:
        return "no-cert-sign" if authority.is_ca or (not authority.basic_constraints and authority.version != 3) else "not-a-ca"
    if why.startswith(signature.INSECURE):
        return "insecure-algorithm"
    if why == signature.UNSUPPORTED:
        return "unknown-algorithm"
    if why.endswith(signature.RSA_TOO_SMALL):
        return "rsa-too-small"
    if why in (signature.RSA_FAILED, signature.ECDSA_FAILED, signature.ED25519_FAILED) or why.startswith(signature.KIND_DIFFERS):
        return "recreated-ca"
    return ""


def _usage_fits(chain: _Chain, wanted: str) -> bool:
    """Each certificate that lists usages, roots too, must list the wanted one or any."""
    return all(not c.extended_key_usages or wanted in c.extended_key_usages or ANY_USAGE in c.extended_key_usages for c in chain)
