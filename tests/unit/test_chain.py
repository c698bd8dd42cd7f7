"""Chains of certificates; the tables hold what ``Certificate.Verify`` of Go 1.18 to 1.25 said about such certificates."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from dmls.pki import certificate, chain, names
from dmls.pki.facts import Certificate, GoVersion
from support.certs import DAY, NOW
from support.certs_block import Material

VERSIONS: list[GoVersion] = [(1, minor) for minor in range(18, 26)]
LATEST = VERSIONS[-1]


class Case(NamedTuple):
    """`certs` is a block as in scenarios.  `sent` are the names of the certificates that are sent, leaf first, and behind ``<`` the roots.

    `reason` is that of the verdict with the hint in brackets, both for the latest version.  `says` are Go's texts (None: it is
    content), each with the first version that says so.  `later` are seconds after the scenarios' moment.
    """

    title: str
    certs: str
    sent: str
    reason: str
    says: list[tuple[GoVersion, str | None]]
    usage: str = "server"
    later: float = 0.0


CASES: list[Case] = [
    Case(
        "directly below the root",
        """
        root = ca
        lf = leaf, issuer: root
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "through two intermediates, in any order",
        """
        root = ca
        a = ca, issuer: root
        b = ca, issuer: a
        lf = leaf, issuer: b
        """,
        "lf a b < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "missing intermediate",
        """
        root = ca
        a = ca, issuer: root
        lf = leaf, issuer: a
        """,
        "lf < root",
        "unknown-authority",
        [((1, 18), "x509: certificate signed by unknown authority")],
    ),
    Case(
        "an intermediate is an anchor",
        """
        root = ca
        a = ca, issuer: root
        lf = leaf, issuer: a
        """,
        "lf < a",
        "",
        [((1, 18), None)],
    ),
    Case(
        "no roots",
        """
        root = ca
        lf = leaf, issuer: root
        """,
        "lf <",
        "no-roots",
        [((1, 18), "x509: certificate signed by unknown authority")],
    ),
    Case(
        "a leaf that is its own root",
        """
        lf = leaf, eku: none
        """,
        "lf < lf",
        "",
        [((1, 18), None)],
    ),
    Case(
        "a leaf that is its own root, expired",
        """
        lf = leaf, days: -9 -1
        """,
        "lf < lf",
        "expired",
        [((1, 18), "x509: certificate has expired or is not yet valid: current time 2026-09-01T12:00:00Z is after 2026-08-31T12:00:00Z")],
    ),
    Case(
        "CA made again",
        """
        root = ca
        new = ca, again: root
        lf = leaf, issuer: root
        """,
        "lf < new",
        "unknown-authority (recreated-ca)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "root")',
            )
        ],
    ),
    Case(
        "CA made again with another kind of key",
        """
        root = ca
        new = ca, again: root, key: rsa1024
        lf = leaf, issuer: root
        """,
        "lf < new",
        "unknown-authority (recreated-ca)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: signature algorithm specifies an ECDSA public key, but have public key of type *rsa.PublicKey" while trying to verify candidate authority certificate "root")',
            )
        ],
    ),
    Case(
        "CA made again, RSA",
        """
        root = ca, key: rsa1024
        new = ca, again: root
        lf = leaf, issuer: root
        """,
        "lf < new",
        "unknown-authority (recreated-ca)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "root")',
            )
        ],
    ),
    Case(
        "CA made again, Ed25519",
        """
        root = ca, key: ed25519
        new = ca, again: root
        lf = leaf, issuer: root
        """,
        "lf < new",
        "unknown-authority (recreated-ca)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: Ed25519 verification failure" while trying to verify candidate authority certificate "root")',
            )
        ],
    ),
    Case(
        "the key id that matches is tried first",
        """
        root = ca
        new = ca, again: root
        lf = leaf, issuer: new
        """,
        "lf < root new",
        "",
        [((1, 18), None)],
    ),
    Case(
        "no key id: both are tried",
        """
        root = ca
        new = ca, again: root
        lf = leaf, issuer: new, aki: none
        """,
        "lf < root new",
        "",
        [((1, 18), None)],
    ),
    Case(
        "a CA named by its organization",
        """
        root = ca, cn: none, o: "Example, Inc", o: Second
        new = ca, again: root
        lf = leaf, issuer: root
        """,
        "lf < new",
        "unknown-authority (recreated-ca)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "Example, Inc")',
            )
        ],
    ),
    Case(
        "a CA named by its serial number",
        """
        root = ca, cn: none, c: CN, serial: 4660
        new = ca, again: root, serial: 4660
        lf = leaf, issuer: root
        """,
        "lf < new",
        "unknown-authority (recreated-ca)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "serial:4660")',
            )
        ],
    ),
    Case(
        "a name that needs escapes",
        """
        root = ca, cn: "a \\"b\\" \\u200b\\u4e2d"
        new = ca, again: root
        lf = leaf, issuer: root
        """,
        "lf < new",
        "unknown-authority (recreated-ca)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "a \\"b\\" \\u200b中")',
            )
        ],
    ),
    Case(
        "a CA with CA:FALSE",
        """
        root = ca, basic: end
        lf = leaf, issuer: root
        """,
        "lf < root",
        "unknown-authority (not-a-ca)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: parent certificate cannot sign this kind of certificate" while trying to verify candidate authority certificate "root")',
            )
        ],
    ),
    Case(
        "a CA without basicConstraints",
        """
        root = ca, basic: none
        lf = leaf, issuer: root
        """,
        "lf < root",
        "unknown-authority (not-a-ca)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: parent certificate cannot sign this kind of certificate" while trying to verify candidate authority certificate "root")',
            )
        ],
    ),
    Case(
        "a root of version 1",
        """
        root = ca, version: 1
        lf = leaf, issuer: root
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "an intermediate of version 1",
        """
        root = ca
        a = ca, version: 1, issuer: root
        lf = leaf, issuer: a
        """,
        "lf a < root",
        "not-authorized-to-sign",
        [((1, 18), "x509: certificate is not authorized to sign other certificates")],
    ),
    Case(
        "a CA that may not sign certificates",
        """
        root = ca, usage: crlSign
        lf = leaf, issuer: root
        """,
        "lf < root",
        "unknown-authority (no-cert-sign)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: parent certificate cannot sign this kind of certificate" while trying to verify candidate authority certificate "root")',
            )
        ],
    ),
    Case(
        "a CA with no keyUsage at all",
        """
        root = ca, usage: none
        lf = leaf, issuer: root
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "path length 0, one intermediate",
        """
        root = ca, pathlen: 0
        a = ca, issuer: root
        lf = leaf, issuer: a
        """,
        "lf a < root",
        "too-many-intermediates",
        [((1, 18), "x509: too many intermediates for path length constraint")],
    ),
    Case(
        "path length 0, none",
        """
        root = ca, pathlen: 0
        lf = leaf, issuer: root
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "a self-issued intermediate counts",
        """
        root = ca, pathlen: 0
        a = ca, again: root, issuer: root, pathlen: 5
        lf = leaf, issuer: a
        """,
        "lf a < root",
        "too-many-intermediates",
        [((1, 18), "x509: too many intermediates for path length constraint")],
    ),
    Case(
        "server certificate for a client",
        """
        root = ca
        lf = leaf, issuer: root, eku: server
        """,
        "lf < root",
        "incompatible-usage",
        [((1, 18), "x509: certificate specifies an incompatible key usage")],
        usage="client",
    ),
    Case(
        "any usage",
        """
        root = ca
        lf = leaf, issuer: root, eku: any
        """,
        "lf < root",
        "",
        [((1, 18), None)],
        usage="client",
    ),
    Case(
        "usage does not matter",
        """
        root = ca
        lf = leaf, issuer: root, eku: server
        """,
        "lf < root",
        "",
        [((1, 18), None)],
        usage="any",
    ),
    Case(
        "an unknown usage only",
        """
        root = ca
        lf = leaf, issuer: root, eku: 1.3.6.1.4.1.32473.9
        """,
        "lf < root",
        "incompatible-usage",
        [((1, 18), "x509: certificate specifies an incompatible key usage")],
    ),
    Case(
        "the root restricts usages",
        """
        root = ca, eku: client
        lf = leaf, issuer: root
        """,
        "lf < root",
        "incompatible-usage",
        [((1, 18), "x509: certificate specifies an incompatible key usage")],
    ),
    Case(
        "an intermediate restricts usages, a second one does not",
        """
        root = ca
        a = ca, issuer: root, eku: client
        b = ca, again: a, eku: none, issuer: root, key: of a
        lf = leaf, issuer: a
        """,
        "lf a b < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "expired leaf",
        """
        root = ca
        lf = leaf, issuer: root, days: -9 -1
        """,
        "lf < root",
        "expired",
        [((1, 18), "x509: certificate has expired or is not yet valid: current time 2026-09-01T12:00:00Z is after 2026-08-31T12:00:00Z")],
    ),
    Case(
        "leaf of tomorrow",
        """
        root = ca
        lf = leaf, issuer: root, days: 1 9
        """,
        "lf < root",
        "not-yet-valid",
        [((1, 18), "x509: certificate has expired or is not yet valid: current time 2026-09-01T12:00:00Z is before 2026-09-02T12:00:00Z")],
    ),
    Case(
        "expired intermediate",
        """
        root = ca
        a = ca, issuer: root, days: -9 -1
        lf = leaf, issuer: a
        """,
        "lf a < root",
        "expired",
        [((1, 18), "x509: certificate has expired or is not yet valid: current time 2026-09-01T12:00:00Z is after 2026-08-31T12:00:00Z")],
    ),
    Case(
        "expired root",
        """
        root = ca, days: -9 -1
        lf = leaf, issuer: root
        """,
        "lf < root",
        "expired",
        [((1, 18), "x509: certificate has expired or is not yet valid: current time 2026-09-01T12:00:00Z is after 2026-08-31T12:00:00Z")],
    ),
    Case(
        "expired root before a valid one of the same key",
        """
        root = ca, days: -9 -1
        new = ca, again: root, days: -9 9, key: of root
        lf = leaf, issuer: root
        """,
        "lf < root new",
        "",
        [((1, 18), None)],
    ),
    Case(
        "valid root before an expired one of the same key",
        """
        root = ca
        old = ca, again: root, days: -9 -1, key: of root
        lf = leaf, issuer: root
        """,
        "lf < root old",
        "",
        [((1, 18), None)],
    ),
    Case(
        "the very second of notAfter",
        """
        root = ca
        lf = leaf, issuer: root, until: 2026-09-01T12:00:00Z
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "half a second later",
        """
        root = ca
        lf = leaf, issuer: root, until: 2026-09-01T12:00:00Z
        """,
        "lf < root",
        "expired",
        [((1, 18), "x509: certificate has expired or is not yet valid: current time 2026-09-01T12:00:00Z is after 2026-09-01T12:00:00Z")],
        later=0.5,
    ),
    Case(
        "half a second before notBefore",
        """
        root = ca
        lf = leaf, issuer: root, from: 2026-09-01T12:00:01Z
        """,
        "lf < root",
        "not-yet-valid",
        [((1, 18), "x509: certificate has expired or is not yet valid: current time 2026-09-01T12:00:00Z is before 2026-09-01T12:00:01Z")],
        later=0.5,
    ),
    Case(
        "unknown critical extension",
        """
        root = ca
        lf = leaf, issuer: root, ext: 1.2.3.4 critical
        """,
        "lf < root",
        "unhandled-critical-extension",
        [((1, 18), "x509: unhandled critical extension")],
    ),
    Case(
        "unknown critical extension in the root",
        """
        root = ca, ext: 1.2.3.4 critical
        lf = leaf, issuer: root
        """,
        "lf < root",
        "unhandled-critical-extension",
        [((1, 18), "x509: unhandled critical extension")],
    ),
    Case(
        "critical policy constraints",
        """
        root = ca
        a = ca, issuer: root, policies: any, require-explicit: 3
        lf = leaf, issuer: a
        """,
        "lf a < root",
        "",
        [((1, 18), "x509: unhandled critical extension"), ((1, 24), None)],
    ),
    Case(
        "SHA-1",
        """
        root = ca, key: rsa1024
        lf = leaf, issuer: root, sig: sha1
        """,
        "lf < root",
        "unknown-authority (insecure-algorithm)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure algorithm SHA1-RSA (temporarily override with GODEBUG=x509sha1=1)" while trying to verify candidate authority certificate "root")',
            ),
            (
                (1, 24),
                'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure algorithm SHA1-RSA" while trying to verify candidate authority certificate "root")',
            ),
        ],
    ),
    Case(
        "ECDSA with SHA-1",
        """
        root = ca
        lf = leaf, issuer: root, sig: sha1
        """,
        "lf < root",
        "unknown-authority (insecure-algorithm)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure algorithm ECDSA-SHA1 (temporarily override with GODEBUG=x509sha1=1)" while trying to verify candidate authority certificate "root")',
            ),
            (
                (1, 24),
                'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure algorithm ECDSA-SHA1" while trying to verify candidate authority certificate "root")',
            ),
        ],
    ),
    Case(
        "MD5",
        """
        root = ca, key: rsa1024
        lf = leaf, issuer: root, sig: md5
        """,
        "lf < root",
        "unknown-authority (insecure-algorithm)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure algorithm MD5-RSA" while trying to verify candidate authority certificate "root")',
            )
        ],
    ),
    Case(
        "SHA-1 on the root does not matter",
        """
        root = ca, key: rsa1024, sig: sha1
        lf = leaf, issuer: root
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "DSA",
        """
        root = ca, key: dsa
        lf = leaf, issuer: root
        """,
        "lf < root",
        "unknown-authority (unknown-algorithm)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: algorithm unimplemented" while trying to verify candidate authority certificate "root")',
            )
        ],
    ),
    Case(
        "Ed448: skipped without a word since 1.21",
        """
        root = ca, key: ed448
        lf = leaf, issuer: root
        """,
        "lf < root",
        "unknown-authority (unknown-algorithm)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: algorithm unimplemented" while trying to verify candidate authority certificate "root")',
            ),
            ((1, 21), "x509: certificate signed by unknown authority"),
        ],
    ),
    Case(
        "RSA-PSS signatures",
        """
        root = ca, key: rsa1024
        lf = leaf, issuer: root, sig: pss
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "RSA-PSS with SHA-512",
        """
        root = ca, key: rsa2048
        lf = leaf, issuer: root, sig: pss512
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "a key of the algorithm RSA-PSS",
        """
        root = ca, key: rsa-pss
        lf = leaf, issuer: root
        """,
        "lf < root",
        "unknown-authority (unknown-algorithm)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: algorithm unimplemented" while trying to verify candidate authority certificate "root")',
            ),
            ((1, 21), "x509: certificate signed by unknown authority"),
        ],
    ),
    Case(
        "RSA of 768 bits signs",
        """
        root = ca, key: rsa768
        lf = leaf, issuer: root
        """,
        "lf < root",
        "unknown-authority (rsa-too-small)",
        [
            ((1, 18), None),
            (
                (1, 24),
                'x509: certificate signed by unknown authority (possibly because of "crypto/rsa: 768-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)" while trying to verify candidate authority certificate "root")',
            ),
        ],
    ),
    Case(
        "RSA of 768 bits in the leaf",
        """
        root = ca
        lf = leaf, issuer: root, key: rsa768
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "P-224 signs",
        """
        root = ca, key: p224
        lf = leaf, issuer: root
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "P-384 and P-521 sign",
        """
        root = ca, key: p521
        a = ca, key: p384, issuer: root
        lf = leaf, issuer: a
        """,
        "lf a < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "a broken signature",
        """
        root = ca
        lf = leaf, issuer: root, signature: broken
        """,
        "lf < root",
        "unknown-authority (recreated-ca)",
        [
            (
                (1, 18),
                'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "root")',
            )
        ],
    ),
    Case(
        "negative serial number",
        """
        root = ca
        lf = leaf, issuer: root, serial: -1
        """,
        "lf < root",
        "parse",
        [((1, 18), None), ((1, 23), "x509: negative serial number")],
    ),
    Case(
        "a root with a negative serial number",
        """
        root = ca, serial: -1
        lf = leaf, issuer: root
        """,
        "lf < root",
        "no-roots",
        [((1, 18), None), ((1, 23), "x509: certificate signed by unknown authority")],
    ),
    Case(
        "an unreadable certificate is sent along",
        """
        root = ca
        x = leaf, serial: -1
        lf = leaf, issuer: root
        """,
        "lf x < root",
        "parse",
        [((1, 18), None), ((1, 23), "x509: negative serial number")],
    ),
    Case(
        "cross-signed, the old root is gone",
        """
        old = ca, cn: Old
        new = ca, cn: New
        cross = ca, again: new, issuer: old, key: of new
        lf = leaf, issuer: new
        """,
        "lf cross < new",
        "",
        [((1, 18), None)],
    ),
    Case(
        "cross-signed, the new root is not known",
        """
        old = ca, cn: Old
        new = ca, cn: New
        cross = ca, again: new, issuer: old, key: of new
        lf = leaf, issuer: new
        """,
        "lf cross < old",
        "",
        [((1, 18), None)],
    ),
    Case(
        "mutual cross signatures make no loop",
        """
        a = ca, cn: A
        b = ca, cn: B
        ab = ca, again: a, issuer: b, key: of a
        ba = ca, again: b, issuer: a, key: of b
        other = ca
        lf = leaf, issuer: a
        """,
        "lf ab ba < other",
        "unknown-authority",
        [((1, 18), "x509: certificate signed by unknown authority")],
    ),
    Case(
        "the same subject and key with other alternative names",
        """
        a = ca, cn: A
        x = ca, again: a, issuer: a, key: of a, san: x.test
        y = ca, again: x, issuer: a, key: of a, san: y.test
        lf = leaf, issuer: a
        """,
        "lf x y < a",
        "",
        [((1, 18), None)],
    ),
    Case(
        "explicit policy, the leaf has none",
        """
        root = ca
        a = ca, issuer: root, policies: 1.2.3, require-explicit: 0
        lf = leaf, issuer: a
        """,
        "lf a < root",
        "invalid-policies",
        [((1, 18), "x509: unhandled critical extension"), ((1, 24), "x509: no valid chains built: all candidate chains have invalid policies")],
    ),
    Case(
        "explicit policy, the leaf has it",
        """
        root = ca
        a = ca, issuer: root, policies: 1.2.3, require-explicit: 0
        lf = leaf, issuer: a, policies: 1.2.3
        """,
        "lf a < root",
        "",
        [((1, 18), "x509: unhandled critical extension"), ((1, 24), None)],
    ),
    Case(
        "explicit policy, the leaf has another",
        """
        root = ca
        a = ca, issuer: root, policies: 1.2.3, require-explicit: 0
        lf = leaf, issuer: a, policies: 1.2.4
        """,
        "lf a < root",
        "invalid-policies",
        [((1, 18), "x509: unhandled critical extension"), ((1, 24), "x509: no valid chains built: all candidate chains have invalid policies")],
    ),
    Case(
        "explicit policy and any",
        """
        root = ca
        a = ca, issuer: root, policies: any, require-explicit: 0
        lf = leaf, issuer: a, policies: 1.2.4
        """,
        "lf a < root",
        "",
        [((1, 18), "x509: unhandled critical extension"), ((1, 24), None)],
    ),
    Case(
        "any is inhibited",
        """
        root = ca
        a = ca, issuer: root, policies: 1.2.3, require-explicit: 0, inhibit-any: 0
        lf = leaf, issuer: a, policies: any
        """,
        "lf a < root",
        "invalid-policies",
        [((1, 18), "x509: unhandled critical extension"), ((1, 24), "x509: no valid chains built: all candidate chains have invalid policies")],
    ),
    Case(
        "mapped policies",
        """
        root = ca
        a = ca, issuer: root, policies: 1.2.3, mappings: 1.2.3=1.2.4, require-explicit: 0
        lf = leaf, issuer: a, policies: 1.2.4
        """,
        "lf a < root",
        "",
        [((1, 18), "x509: unhandled critical extension"), ((1, 24), None)],
    ),
    Case(
        "mapping is inhibited",
        """
        root = ca
        a = ca, issuer: root, policies: 1.2.3, inhibit-mapping: 0, require-explicit: 0
        b = ca, issuer: a, policies: 1.2.3, mappings: 1.2.3=1.2.4
        lf = leaf, issuer: b, policies: 1.2.4
        """,
        "lf a b < root",
        "invalid-policies",
        [((1, 18), "x509: unhandled critical extension"), ((1, 24), "x509: no valid chains built: all candidate chains have invalid policies")],
    ),
    Case(
        "any is mapped",
        """
        root = ca
        a = ca, issuer: root, policies: 1.2.3, mappings: 1.2.3=any
        lf = leaf, issuer: a
        """,
        "lf a < root",
        "invalid-policies",
        [((1, 18), None), ((1, 24), "x509: no valid chains built: all candidate chains have invalid policies")],
    ),
    Case(
        "policies of the root do not matter",
        """
        root = ca, policies: 1.2.3, require-explicit: 0
        lf = leaf, issuer: root
        """,
        "lf < root",
        "",
        [((1, 18), "x509: unhandled critical extension"), ((1, 24), None)],
    ),
    Case(
        "one chain with wrong policies, one with wrong usages",
        """
        root = ca
        a = ca, issuer: root, policies: 1.2.3, require-explicit: 0
        b = ca, cn: a, issuer: root, key: of a, eku: client
        lf = leaf, issuer: a
        """,
        "lf a b < root",
        "incompatible-usage",
        [
            ((1, 18), "x509: certificate specifies an incompatible key usage"),
            ((1, 24), "x509: no valid chains built: 1 chains with incompatible key usage, 1 chains with invalid policies"),
        ],
    ),
    Case(
        "a permitted domain and one below",
        """
        root = ca, permit: example.com
        lf = leaf, issuer: root, san: example.com a.b.Example.COM
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "not permitted",
        """
        root = ca, permit: example.com
        lf = leaf, issuer: root, san: example.com notexample.com
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "notexample.com" is not permitted by any constraint')],
    ),
    Case(
        "a dot in front wants one more label",
        """
        root = ca, permit: .example.com
        lf = leaf, issuer: root, san: a.example.com example.com
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "example.com" is not permitted by any constraint')],
    ),
    Case(
        "excluded",
        """
        root = ca, exclude: bad.example.com
        lf = leaf, issuer: root, san: x.bad.example.com
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "x.bad.example.com" is excluded by constraint "bad.example.com"')],
    ),
    Case(
        "a wildcard over an excluded host",
        """
        root = ca, exclude: db.example.com
        lf = leaf, issuer: root, san: *.example.com
        """,
        "lf < root",
        "name-not-permitted",
        [
            ((1, 18), None),
            ((1, 24), 'x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "*.example.com" is excluded by constraint "db.example.com"'),
        ],
    ),
    Case(
        "a wildcard beside an excluded host",
        """
        root = ca, exclude: db.example.com
        lf = leaf, issuer: root, san: *.example.org
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "an empty constraint is all",
        """
        root = ca, permit: dns:, exclude: dns:
        lf = leaf, issuer: root, san: a.b
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "a.b" is excluded by constraint ""')],
    ),
    Case(
        "excluded before permitted",
        """
        root = ca, permit: example.com, exclude: example.com
        lf = leaf, issuer: root, san: example.com
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "example.com" is excluded by constraint "example.com"')],
    ),
    Case(
        "an address where only domains are permitted",
        """
        root = ca, permit: example.com
        lf = leaf, issuer: root, san: example.com 10.0.0.1
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "a permitted range",
        """
        root = ca, permit: 10.0.0.0/8
        lf = leaf, issuer: root, san: 10.1.2.3
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "outside of the range",
        """
        root = ca, permit: 10.0.0.0/8
        lf = leaf, issuer: root, san: 11.1.2.3
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: IP address "11.1.2.3" is not permitted by any constraint')],
    ),
    Case(
        "an excluded range",
        """
        root = ca, exclude: 0.0.0.0/0
        lf = leaf, issuer: root, san: 11.1.2.3
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: IP address "11.1.2.3" is excluded by constraint "0.0.0.0/0"')],
    ),
    Case(
        "IPv6 is another family",
        """
        root = ca, permit: 10.0.0.0/8
        lf = leaf, issuer: root, san: 2001:db8::1
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: IP address "2001:db8::1" is not permitted by any constraint')],
    ),
    Case(
        "an IPv6 range",
        """
        root = ca, permit: 2001:db8::/32, exclude: 2001:db8:1::/48
        lf = leaf, issuer: root, san: 2001:db8::1 2001:db8:1::1
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: IP address "2001:db8:1::1" is excluded by constraint "2001:db8:1::/48"')],
    ),
    Case(
        "a mapped address is 16 bytes",
        """
        root = ca, permit: 10.0.0.0/8
        lf = leaf, issuer: root, san: ipbytes:00000000000000000000ffff0a000001
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: IP address "10.0.0.1" is not permitted by any constraint')],
    ),
    Case(
        "mailbox of a domain",
        """
        root = ca, permit: email:example.com
        lf = leaf, issuer: root, san: email:a@example.com email:a@sub.example.com
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "mailbox of another domain",
        """
        root = ca, permit: email:example.com
        lf = leaf, issuer: root, san: email:a@example.org
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: email address "a@example.org" is not permitted by any constraint')],
    ),
    Case(
        "one mailbox",
        """
        root = ca, permit: email:a@example.com
        lf = leaf, issuer: root, san: email:a@EXAMPLE.com email:A@example.com
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: email address "A@example.com" is not permitted by any constraint')],
    ),
    Case(
        "a mailbox that is none",
        """
        root = ca, permit: email:example.com
        lf = leaf, issuer: root, san: email:nobody
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: cannot parse rfc822Name {"" ""}')],
    ),
    Case(
        "a name that is none",
        """
        root = ca, permit: example.com
        lf = leaf, issuer: root, san: dns:example.com.
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: cannot parse dnsName "example.com."')],
    ),
    Case(
        "an empty first label",
        """
        root = ca, permit: example.com
        lf = leaf, issuer: root, san: dns:.example.com
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), None), ((1, 23), 'x509: cannot parse dnsName ".example.com"')],
    ),
    Case(
        "a URI in the domain",
        """
        root = ca, permit: uri:example.com
        lf = leaf, issuer: root, san: uri:https://example.com:8443/x
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "a URI elsewhere",
        """
        root = ca, permit: uri:.example.com
        lf = leaf, issuer: root, san: uri:spiffe://example.com/x
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: URI "spiffe://example.com/x" is not permitted by any constraint')],
    ),
    Case(
        "a URI without host",
        """
        root = ca, permit: uri:example.com
        lf = leaf, issuer: root, san: uri:urn:example:x
        """,
        "lf < root",
        "name-not-permitted",
        [
            (
                (1, 18),
                'x509: a root or intermediate certificate is not authorized to sign for this name: URI with empty host ("urn:example:x") cannot be matched against constraints',
            )
        ],
    ),
    Case(
        "a URI with a host of nobody",
        """
        root = ca, exclude: uri:example.com
        lf = leaf, issuer: root, san: "uri:file:///etc/passwd?a b#c d"
        """,
        "lf < root",
        "name-not-permitted",
        [
            (
                (1, 18),
                'x509: a root or intermediate certificate is not authorized to sign for this name: URI with empty host ("file:///etc/passwd?a b#c%20d") cannot be matched against constraints',
            )
        ],
    ),
    Case(
        "a URI with an address",
        """
        root = ca, permit: uri:example.com
        lf = leaf, issuer: root, san: uri:https://10.0.0.1/
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: URI with IP ("https://10.0.0.1/") cannot be matched against constraints')],
    ),
    Case(
        "a URI with an address in brackets and a zone",
        """
        root = ca, permit: uri:example.com
        lf = leaf, issuer: root, san: uri:https://[fe80::1%25eth0]:80/
        """,
        "lf < root",
        "name-not-permitted",
        [
            ((1, 18), 'x509: a root or intermediate certificate is not authorized to sign for this name: URI "https://[fe80::1%25eth0]:80/" is not permitted by any constraint'),
            (
                (1, 22),
                'x509: a root or intermediate certificate is not authorized to sign for this name: URI with IP ("https://[fe80::1%25eth0]:80/") cannot be matched against constraints',
            ),
        ],
    ),
    Case(
        "a URI with too many colons",
        """
        root = ca, permit: uri:example.com
        lf = leaf, issuer: root, san: uri:https://a:b:80/
        """,
        "lf < root",
        "name-not-permitted",
        [((1, 18), "x509: a root or intermediate certificate is not authorized to sign for this name: address a:b:80: too many colons in address")],
    ),
    Case(
        "constraints for other kinds of names only",
        """
        root = ca, permit: email:example.com
        lf = leaf, issuer: root, san: a.b 10.0.0.1
        """,
        "lf < root",
        "",
        [((1, 18), None)],
    ),
    Case(
        "constraints look at the leaf only before 1.21",
        """
        root = ca, permit: example.com
        a = ca, issuer: root, san: elsewhere.test
        lf = leaf, issuer: a, san: example.com
        """,
        "lf a < root",
        "name-not-permitted",
        [
            ((1, 18), None),
            ((1, 21), 'x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "elsewhere.test" is not permitted by any constraint'),
        ],
    ),
    Case(
        "constraints of an authority with names of its own",
        """
        root = ca, permit: example.com, san: elsewhere.test
        lf = leaf, issuer: root, san: example.com
        """,
        "lf < root",
        "",
        [
            ((1, 18), None),
            ((1, 19), 'x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "elsewhere.test" is not permitted by any constraint'),
            ((1, 21), None),
        ],
    ),
]


def read(material: Material, names_: str) -> list[Certificate]:
    return [certificate.parse(material[name].der) for name in names_.split()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_verify(case: Case) -> None:
    material = Material(case.certs)
    sent, _, roots = case.sent.partition("<")
    leaf, *intermediates = read(material, sent)
    for go in VERSIONS:
        verdict = chain.verify(leaf, intermediates, read(material, roots), NOW + case.later, case.usage, go)
        said = [text for since, text in case.says if since <= go][-1]
        assert verdict.go_error == said, go
        assert verdict.ok == (said is None) == (verdict.reason == "")
        assert bool(verdict.chain) == verdict.ok
    shown = verdict.reason + (f" ({verdict.hint})" if verdict.hint else "")
    assert shown == case.reason


CHAIN = Material(
    """
    root = ca, days: -300 300
    int = ca, issuer: root, days: -200 100
    lf = leaf, issuer: int, days: -10 5
    other = ca
    far = leaf, issuer: other
    """
)


def test_the_chain_goes_from_leaf_to_root() -> None:
    leaf, middle, root = read(CHAIN, "lf int root")
    verdict = chain.verify(leaf, [root, middle], [root], NOW, "server", LATEST)
    assert verdict.chain == (leaf, middle, root)
    assert verdict.culprit is None


def test_a_root_sent_along_changes_nothing() -> None:
    leaf, middle, root = read(CHAIN, "lf int root")
    assert chain.verify(leaf, [middle, root, root], [root, root], NOW, "server", LATEST).ok


def test_the_culprit_is_the_certificate_at_fault() -> None:
    leaf, middle, root, other = read(CHAIN, "lf int root other")
    assert chain.verify(leaf, [], [root], NOW, "server", LATEST).culprit == leaf
    assert chain.verify(leaf, [middle], [other], NOW, "server", LATEST).culprit == middle
    assert chain.verify(leaf, [middle], [root], NOW + 50 * DAY, "server", LATEST).culprit == leaf
    material = Material("root = ca\nint = ca, issuer: root, days: -9 -1\nlf = leaf, issuer: int\nnew = ca, again: root")
    leaf, middle, root, new = read(material, "lf int root new")
    assert chain.verify(leaf, [middle], [root], NOW, "server", LATEST).culprit == middle
    verdict = chain.verify(middle, [], [new], NOW - 2 * DAY, "any", LATEST)
    assert (verdict.hint, verdict.hint_certificate) == ("recreated-ca", new)


# (days after the scenarios' moment, days until the answer may change)
UNTIL: list[tuple[float, float | None]] = [(-400, -10), (-20, -10), (-10, 5), (0, 5), (5, 5), (6, None), (400, None)]


@pytest.mark.parametrize(("day", "change"), UNTIL)
def test_until(day: float, change: float | None) -> None:
    leaf, middle, root = read(CHAIN, "lf int root")
    verdict = chain.verify(leaf, [middle], [root], NOW + day * DAY, "server", LATEST)
    # What is over is over from the second after it on.
    assert verdict.until == (None if change is None else NOW + change * DAY + (change > 0))
    if verdict.until is not None:
        before = chain.verify(leaf, [middle], [root], verdict.until - 1, "server", LATEST)
        assert before.reason == verdict.reason
        assert chain.verify(leaf, [middle], [root], verdict.until, "server", LATEST).reason != verdict.reason


def test_dates_may_be_left_out() -> None:
    material = Material("root = ca, days: -9 -2\nlf = leaf, issuer: root, days: 3 4")
    leaf, root = read(material, "lf root")
    verdict = chain.verify(leaf, [], [root], None, "server", LATEST)
    assert verdict.ok and verdict.until is None
    assert not chain.verify(leaf, [], [root], NOW, "server", LATEST).ok


def test_remembered_verdicts_are_those_of_the_moment() -> None:
    leaf, middle, root = read(CHAIN, "lf int root")
    border = NOW + 5 * DAY
    moments = [border + step / 2 for step in (-4, 4, -1, 1, 0, 3, 2, -2)]
    for moment in moments * 2:
        remembered = chain.verify(leaf, [middle], [root], moment, "server", LATEST)
        new_leaf, new_middle, new_root = read(CHAIN, "lf int root")
        fresh = chain.verify(new_leaf, [new_middle], [new_root], moment, "server", LATEST)
        assert remembered == fresh
        assert remembered.ok == (moment <= border)


def test_remembered_verdicts_are_those_of_the_question() -> None:
    leaf, middle, root, other = read(CHAIN, "lf int root other")
    questions = [
        ([middle], [root], "server", True),
        ([], [root], "server", False),
        ([middle], [other], "server", False),
        ([middle], [middle], "client", True),
        ([other, middle], [other, root], "any", True),
    ]
    for intermediates, roots, usage, ok in questions * 2:
        assert chain.verify(leaf, intermediates, roots, NOW, usage, LATEST).ok == ok


def test_many_questions_do_not_pile_up() -> None:
    leaf, middle, root = read(CHAIN, "lf int root")
    for number in range(1, 300):
        assert chain.verify(leaf, [middle] * number, [root], NOW, "server", LATEST).ok
    assert len(leaf.memo) < 100


@pytest.mark.parametrize(("count", "said"), [(99, None), (100, "x509: signature check attempts limit reached while verifying certificate chain")])
def test_go_checks_a_hundred_signatures(count: int, said: str | None) -> None:
    """The right authority comes behind `count` others of its name; its own issuer is the hundredth signature or the one after."""
    block = ["root = ca", "int = ca, issuer: root", "lf = leaf, issuer: int, aki: none"]
    block += [f"x{i} = ca, again: int, issuer: root, serial: {i + 1}" for i in range(count - 1)]
    material = Material("\n".join(block))
    leaf, middle, root, *others = read(material, " ".join(["lf int root", *(f"x{i}" for i in range(count - 1))]))
    for go in VERSIONS:
        verdict = chain.verify(leaf, [*others, middle], [root], NOW, "server", go)
        assert verdict.go_error == said
        assert verdict.reason == ("signature-limit" if said else "")


def test_go_compares_only_so_many_names_with_constraints(monkeypatch: pytest.MonkeyPatch) -> None:
    material = Material("root = ca, permit: a.test b.test, exclude: c.test\nlf = leaf, issuer: root, san: b.test b.test b.test")
    leaf, root = read(material, "lf root")
    monkeypatch.setattr(names, "MAX_COMPARISONS", 9)
    assert chain.verify(leaf, [], [root], NOW, "server", LATEST).ok
    monkeypatch.setattr(names, "MAX_COMPARISONS", 8)
    verdict = chain.verify(leaf, [], [root], NOW, "client", LATEST)
    assert (verdict.reason, verdict.go_error) == ("too-many-constraints", "x509: unknown error")


# A subject that is met again in a chain, and a key that Go 1.19 to 1.23 cannot compare.
PANICS: list[tuple[str, str, list[GoVersion]]] = [
    ("dsa", "interface conversion: *dsa.PublicKey is not x509.pubKeyEqual: missing method Equal", VERSIONS[1:6]),
    ("ed448", "interface conversion: interface is nil, not x509.pubKeyEqual", VERSIONS[1:3]),
]


@pytest.mark.parametrize(("kind", "said", "versions"), PANICS)
def test_where_go_itself_fails(kind: str, said: str, versions: list[GoVersion]) -> None:
    leaf, root = read(Material(f"lf = leaf, cn: same\nroot = ca, cn: same, key: {kind}"), "lf root")
    for go in VERSIONS:
        verdict = chain.verify(leaf, [], [root], NOW, "server", go)
        assert not verdict.ok
        assert (verdict.reason == "panic") == (go in versions)
        if go in versions:
            assert verdict.go_error == said


# (seconds since 1970, as Go prints it)
DATES: list[tuple[int, str]] = [
    (0, "1970-01-01T00:00:00Z"),
    (-1, "1969-12-31T23:59:59Z"),
    (951782400, "2000-02-29T00:00:00Z"),
    (4107542399, "2100-02-28T23:59:59Z"),
    (253402300799, "9999-12-31T23:59:59Z"),
    (-62167219200, "0000-01-01T00:00:00Z"),
    (-62135596801, "0000-12-31T23:59:59Z"),
]


@pytest.mark.parametrize(("moment", "shown"), DATES)
def test_dates(moment: int, shown: str) -> None:
    leaf = certificate.parse(Material("lf = leaf")["lf"].der)
    leaf.not_before = moment
    leaf.not_after = moment
    verdict = chain.verify(leaf, [], [leaf], NOW, "any", LATEST)
    side = "after" if moment < NOW else "before"
    assert verdict.go_error == f"x509: certificate has expired or is not yet valid: current time 2026-09-01T12:00:00Z is {side} {shown}"


def _looks(count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the search looks at one of `count` authorities of one name and key, each of which may have signed each other."""
    rest = "\n".join(f"i{n} = ca, cn: same, issuer: i0, key: of i0, san: x{n}.test" for n in range(1, count))
    made = Material(f"root = ca\ni0 = ca, cn: same\n{rest}\nlf = leaf, issuer: i0")
    leaf, root, *sent = read(made, " ".join(["lf root", *(f"i{n}" for n in range(count))]))
    seen: list[object] = []
    real = chain._Builder._is_in_chain
    with monkeypatch.context() as patched:
        patched.setattr(chain._Builder, "_is_in_chain", lambda *given: (seen.append(given), real(*given))[1])
        assert chain.verify(leaf, sent, [root], NOW, "server", LATEST).reason == "signature-limit"
    return len(seen)


def test_many_of_one_name_are_not_looked_at_once_go_has_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without an end the search goes through all of them at each of its hundred levels.
    assert _looks(150, monkeypatch) == _looks(300, monkeypatch) <= chain.MAX_SIGNATURE_CHECKS**2
