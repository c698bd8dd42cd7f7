"""Hosts that a component's own file gives and its own certificate lacks."""

from __future__ import annotations

import re
from typing import Iterator, Sequence

from dmls.model.tls.cert_use import CertUse, printable
from dmls.model.tls.endpoint import HTTP, HTTPS, Endpoint
from dmls.model.tls.host_check import dialled_by_peers, has_other_masters
from dmls.model.tls.outcome import NONE, Outcome
from dmls.pki.names import host_error, parse_ip
from dmls.rule import Context, Finding, Rule, Severity
from dmls.rules._reissue import reissue
from dmls.version import VersionSet

_HOST = re.compile(r"[A-Za-z0-9_.:\-]+\Z")
"""What a host may look like; anything else waits to be filled in, or is another rule's."""


def lacking(use: CertUse, places: Sequence[Endpoint]) -> list[tuple[Endpoint, str]]:
    """The addresses that are not in the certificate, each with Go's words.

    None where TLS is off or the certificate is not known, names no host at all, or names the address as a DNS name: other rules tell these.
    """
    leaf = use.leaf
    if leaf is None or not use.block.on or not (leaf.dns_names or leaf.ip_addresses):
        return []
    misnamed = {address for address in (parse_ip(name, use.go) for name in leaf.dns_names) if address is not None}
    found = []
    for place in places:
        if place.has_blank or place.scheme not in ("", HTTP, HTTPS) or not _HOST.match(place.host):
            continue
        error = host_error(leaf, place.host, use.go)
        address = parse_ip(place.host, use.go)
        if error is not None and (address is None or address not in misnamed):
            found.append((place, error))
    return found


def lacking_for_peers(use: CertUse) -> list[tuple[Endpoint, str]]:
    """The addresses by which other masters call this one, where none of them is in the certificate: etcd tries one after the other."""
    places = dialled_by_peers(use.config) if has_other_masters(use) else ()
    found = lacking(use, places)
    return found if len(found) == len(places) else []


def report(
    rule: Rule,
    use: CertUse,
    ctx: Context,
    place: Endpoint,
    message: str = "",
    severity: Severity | None = None,
    outcome: Outcome = NONE,
    depends: VersionSet | None = None,
    **args: object,
) -> Iterator[Finding]:
    """The finding at the address, with the certificate beside it and the command that issues one for all hosts of the file."""
    cert, leaf = use.cert, use.leaf
    if cert is None or leaf is None:
        return
    yield ctx.finding(
        rule,
        place.address_span,
        message,
        severity=severity,
        codes=outcome.codes,
        dm_text=outcome.text,
        related=ctx.in_file(cert, use.block_of(leaf)),
        depends=depends,
        fixes=reissue(ctx, cert, leaf),
        host=printable(place.host),
        **args,
        **outcome.args,
    )
